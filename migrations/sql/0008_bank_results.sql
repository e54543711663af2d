-- What banks answered for the payments that batches released, which line of a batch a payment carries out, and
-- which one it pays out again.

-- The read models belong to the program's role.
set local role mingzhang_program;

-- What was filled before lacks the new values, and is filled again from the entries: a read model without a
-- cursor stands before the first of them.
do $$
begin
    if exists (select from read_models.cursors where read_model in ('payments', 'funds')) then
        truncate read_models.payments, read_models.reversals, read_models.funds, read_models.receipts;
        delete from read_models.cursors where read_model in ('payments', 'funds');
    end if;
end
$$;

alter table read_models.payments
    add column batch uuid,
    add column line bigint,
    add column reissues uuid,
    add column rest boolean;
comment on table read_models.payments is 'One row for each recorded payment. A row is never changed; what became of it stands in read_models.settlements, read_models.returns and read_models.reversals.';
comment on column read_models.payments.batch is 'The batch that released it; null where it was recorded by itself.';
comment on column read_models.payments.line is 'The line of that batch that it carries out, from 1; null likewise.';
comment on column read_models.payments.reissues is 'The payment that a bank returned and this one pays out again; null where it pays for the first time.';
create index payments_by_reissued on read_models.payments (ledger_id, reissues, position) where reissues is not null;
comment on column read_models.payments.rest is 'Whether a bank had credited a part of that payment, with which the persons covered are counted already; null likewise.';

create table read_models.settlements (
    ledger_id text not null,
    position bigint not null,
    payment uuid not null,
    fund uuid not null,
    batch uuid not null,
    results uuid not null,
    occurred_on date not null,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.settlements is 'One row for each payment of a batch that a bank credited as a whole. What is recorded by itself counts as settled and has none.';
comment on column read_models.settlements.ledger_id is 'The bureau''s books.';
comment on column read_models.settlements.position is 'Position of the entry that says so: from here on the payment is no longer on its way.';
comment on column read_models.settlements.payment is 'The payment that was credited.';
comment on column read_models.settlements.fund is 'The fund it was paid from.';
comment on column read_models.settlements.batch is 'The batch that released it.';
comment on column read_models.settlements.results is 'The file of results that says so.';
comment on column read_models.settlements.occurred_on is 'The day on which it was credited.';
comment on column read_models.settlements.officer is 'Who recorded it.';
create unique index settlements_by_payment on read_models.settlements (ledger_id, payment);
create index settlements_by_batch on read_models.settlements (ledger_id, batch, position);

create table read_models.returns (
    ledger_id text not null,
    position bigint not null,
    payment uuid not null,
    results uuid not null,
    settled_fen bigint not null,
    returned_fen bigint not null,
    reason text not null,
    occurred_on date not null,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.returns is 'One row for each payment of a batch of which a bank gave back all or a part, perhaps after it had been settled.';
comment on column read_models.returns.ledger_id is 'The bureau''s books.';
comment on column read_models.returns.position is 'Position of the entry that says so: from here on what came back no longer counts.';
comment on column read_models.returns.payment is 'The payment.';
comment on column read_models.returns.results is 'The file of results that says so.';
comment on column read_models.returns.settled_fen is 'The part that was credited and stays so, in fen; 0 where all came back.';
comment on column read_models.returns.returned_fen is 'The rest, which is in the fund again, in fen.';
comment on column read_models.returns.reason is 'Why, for example name_differs or account_closed.';
comment on column read_models.returns.occurred_on is 'The day on which it came back.';
comment on column read_models.returns.officer is 'Who recorded it.';
create unique index returns_by_payment on read_models.returns (ledger_id, payment);

alter table read_models.funds
    add column settled_fen bigint not null default 0,
    add column returned_fen bigint not null default 0;
comment on column read_models.funds.paid_fen is 'Sum of all payments that were not reversed, less what banks returned, in fen.';
comment on column read_models.funds.settled_fen is 'The part of paid_fen that arrived: payments recorded by themselves, and what banks credited. The rest is on its way.';
comment on column read_models.funds.returned_fen is 'Sum of what banks returned of payments that were not reversed, in fen.';
comment on table read_models.trail is 'Which entries touch which subject, as far as the columns of read_models.payments do not say so already. A settlement touches what its payment touches and has no row.';
reset role;
