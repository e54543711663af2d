-- Read models: answers kept ready, filled from the entries by the projector and by nothing else.
-- They lie in a schema of their own that belongs to the program's role, because the program may
-- empty and refill them at any time, and build their indexes anew, while it has no such right
-- over the entries.
create schema read_models authorization mingzhang_program;
set local role mingzhang_program;

create table read_models.cursors (
    ledger_id text not null,
    read_model text not null,
    position bigint not null,
    primary key (ledger_id, read_model)
);
comment on table read_models.cursors is 'How far each read model has been filled. A cursor moves in the transaction that applies the entries.';
comment on column read_models.cursors.ledger_id is 'The bureau''s books.';
comment on column read_models.cursors.read_model is 'Name of the read model: payments, funds, stores, grants or trail.';
comment on column read_models.cursors.position is 'Position of the last entry applied; -1 before the first.';

create table read_models.payments (
    ledger_id text not null,
    position bigint not null,
    amount_fen bigint not null,
    payment uuid not null,
    fund uuid,
    store uuid,
    grant_id uuid,
    person uuid,
    household uuid,
    account uuid,
    occurred_on date not null,
    covered_persons bigint not null,
    month_from integer,
    month_to integer,
    aid text not null,
    programme text not null,
    form text not null,
    channel text not null,
    region text not null,
    residency text,
    document text,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.payments is 'One row for each recorded payment. A row is never changed; a reversal stands in read_models.reversals.';
comment on column read_models.payments.ledger_id is 'The bureau''s books.';
comment on column read_models.payments.position is 'Position of the entry that recorded it.';
comment on column read_models.payments.amount_fen is 'Amount in fen; for goods their declared value.';
comment on column read_models.payments.payment is 'The payment.';
comment on column read_models.payments.fund is 'The fund it was paid from; null for goods.';
comment on column read_models.payments.store is 'The store that handed out the goods; null for money.';
comment on column read_models.payments.grant_id is 'The grant it names; null where it names none.';
comment on column read_models.payments.person is 'The person who received, by random id; null where none was named.';
comment on column read_models.payments.household is 'The household that received, by random id; null where none was named.';
comment on column read_models.payments.account is 'The account it went to, by random id; null where none was named.';
comment on column read_models.payments.occurred_on is 'The day it was paid.';
comment on column read_models.payments.covered_persons is 'How many persons it covers.';
comment on column read_models.payments.month_from is 'First month paid for, as year * 12 + month - 1; null where it pays for no month.';
comment on column read_models.payments.month_to is 'Last month paid for, counted likewise.';
comment on column read_models.payments.aid is 'Kind of payment: grant_payment, one_off, temporary_aid, disability_subsidy or goods.';
comment on column read_models.payments.programme is 'The programme, by its id in the catalogue.';
comment on column read_models.payments.form is 'Form of aid: cash, in_kind, service or waiver.';
comment on column read_models.payments.channel is 'How it reached the payee: bank, cash or in_kind.';
comment on column read_models.payments.region is 'Region code of 6, 9 or 12 digits.';
comment on column read_models.payments.residency is 'urban or rural; null where it was not said.';
comment on column read_models.payments.document is 'Voucher or document number.';
comment on column read_models.payments.officer is 'Who recorded it: the officer''s id, or system/ and a part of the program.';

create unique index payments_by_payment on read_models.payments (ledger_id, payment);
create index payments_by_person on read_models.payments (ledger_id, person, position) where person is not null;
create index payments_by_household on read_models.payments (ledger_id, household, position) where household is not null;
create index payments_by_document on read_models.payments (ledger_id, document, position) where document is not null;
create index payments_by_store on read_models.payments (ledger_id, store, position) where store is not null;

create table read_models.reversals (
    ledger_id text not null,
    position bigint not null,
    payment uuid not null,
    reversal uuid not null,
    occurred_on date not null,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.reversals is 'One row for each payment that was reversed.';
comment on column read_models.reversals.ledger_id is 'The bureau''s books.';
comment on column read_models.reversals.position is 'Position of the entry that reversed it: from here on the payment no longer counts.';
comment on column read_models.reversals.payment is 'The payment that was reversed.';
comment on column read_models.reversals.reversal is 'The reversal.';
comment on column read_models.reversals.occurred_on is 'The day of the reversal.';
comment on column read_models.reversals.officer is 'Who reversed it.';
create unique index reversals_by_payment on read_models.reversals (ledger_id, payment);

create table read_models.funds (
    ledger_id text not null,
    fund uuid not null,
    position bigint not null,
    code text not null,
    name text not null,
    source text not null,
    level text,
    budget_code text,
    programmes text[] not null,
    received_fen bigint not null,
    paid_fen bigint not null,
    primary key (ledger_id, fund)
) with (fillfactor = 50);
comment on table read_models.funds is 'One row for each fund, with the sums of what came in and what was paid out.';
comment on column read_models.funds.ledger_id is 'The bureau''s books.';
comment on column read_models.funds.fund is 'The fund.';
comment on column read_models.funds.position is 'Position of the entry that opened it.';
comment on column read_models.funds.code is 'The bureau''s own id of it.';
comment on column read_models.funds.name is 'Its name.';
comment on column read_models.funds.source is 'Where its money comes from, for example fiscal or charity.';
comment on column read_models.funds.level is 'The level of government that gives it.';
comment on column read_models.funds.budget_code is 'Budget function code.';
comment on column read_models.funds.programmes is 'The programmes that it may pay for, as they were named.';
comment on column read_models.funds.received_fen is 'Sum of all receipts, in fen.';
comment on column read_models.funds.paid_fen is 'Sum of all payments that were not reversed, in fen.';

create table read_models.receipts (
    ledger_id text not null,
    position bigint not null,
    receipt uuid not null,
    fund uuid not null,
    source text not null,
    amount_fen bigint not null,
    occurred_on date not null,
    income text,
    document text,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.receipts is 'One row each time money came into a fund.';
comment on column read_models.receipts.ledger_id is 'The bureau''s books.';
comment on column read_models.receipts.position is 'Position of the entry that recorded it.';
comment on column read_models.receipts.receipt is 'The receipt.';
comment on column read_models.receipts.fund is 'The fund that the money came into.';
comment on column read_models.receipts.source is 'Source of the money.';
comment on column read_models.receipts.amount_fen is 'Amount in fen.';
comment on column read_models.receipts.occurred_on is 'The day it came in.';
comment on column read_models.receipts.income is 'Income programme, for example a donation drive; null for an allotment.';
comment on column read_models.receipts.document is 'Allotment or donation document.';
comment on column read_models.receipts.officer is 'Who recorded it.';

create table read_models.stores (
    ledger_id text not null,
    store uuid not null,
    position bigint not null,
    code text not null,
    name text not null,
    region text,
    primary key (ledger_id, store)
);
comment on table read_models.stores is 'One row for each charity supermarket.';
comment on column read_models.stores.ledger_id is 'The bureau''s books.';
comment on column read_models.stores.store is 'The store.';
comment on column read_models.stores.position is 'Position of the entry that opened it.';
comment on column read_models.stores.code is 'The bureau''s own id of it.';
comment on column read_models.stores.name is 'Its name.';
comment on column read_models.stores.region is 'Region code of where it stands.';

create table read_models.stock (
    ledger_id text not null,
    store uuid not null,
    item text not null,
    unit text not null,
    unit_value_fen bigint not null,
    quantity bigint not null,
    primary key (ledger_id, store, item, unit, unit_value_fen)
) with (fillfactor = 50);
comment on table read_models.stock is 'What each store holds, by goods, unit and value of one unit. A line stays when its quantity falls to nothing.';
comment on column read_models.stock.ledger_id is 'The bureau''s books.';
comment on column read_models.stock.store is 'The store.';
comment on column read_models.stock.item is 'The goods.';
comment on column read_models.stock.unit is 'What they are counted in.';
comment on column read_models.stock.unit_value_fen is 'Declared value of one unit, in fen.';
comment on column read_models.stock.quantity is 'How many units are there.';

create table read_models.grants (
    ledger_id text not null,
    position bigint not null,
    grant_id uuid not null,
    programme text not null,
    household uuid not null,
    person uuid,
    members bigint not null,
    amount_fen bigint not null,
    month_from integer not null,
    month_to integer not null,
    verification text not null,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.grants is 'One row for each approved grant.';
comment on column read_models.grants.ledger_id is 'The bureau''s books.';
comment on column read_models.grants.position is 'Position of the entry that approved it.';
comment on column read_models.grants.grant_id is 'The grant.';
comment on column read_models.grants.programme is 'The programme it is granted under.';
comment on column read_models.grants.household is 'The household, by random id.';
comment on column read_models.grants.person is 'The person, by random id; null where it is granted to the household as such.';
comment on column read_models.grants.members is 'Household members covered.';
comment on column read_models.grants.amount_fen is 'Amount for one month, in fen.';
comment on column read_models.grants.month_from is 'First month, as year * 12 + month - 1.';
comment on column read_models.grants.month_to is 'Last month, counted likewise.';
comment on column read_models.grants.verification is 'Reference of the means verification.';
comment on column read_models.grants.officer is 'Who recorded it.';
create unique index grants_by_grant on read_models.grants (ledger_id, grant_id);

create table read_models.trail (
    ledger_id text not null,
    position bigint not null,
    subject_kind text not null,
    subject text not null,
    primary key (ledger_id, subject_kind, subject, position)
);
comment on table read_models.trail is 'Which entries touch which subject, as far as the columns of read_models.payments do not say so already.';
comment on column read_models.trail.ledger_id is 'The bureau''s books.';
comment on column read_models.trail.position is 'Position of the entry.';
comment on column read_models.trail.subject_kind is 'payment, grant, fund, store, person, household, officer or document.';
comment on column read_models.trail.subject is 'The subject''s id, or the document number.';
create index trail_by_position on read_models.trail (ledger_id, position);

reset role;
