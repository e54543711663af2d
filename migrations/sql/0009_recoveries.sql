-- What was asked back of payments, what came in of that, and what was given up.

-- The read models belong to the program's role.
set local role mingzhang_program;

-- Nothing is filled again: entries written before this step hold no recovery, so that no row is missing and every
-- new sum is 0.
create table read_models.recoveries (
    ledger_id text not null,
    position bigint not null,
    payment uuid not null,
    step text not null,
    id uuid not null,
    amount_fen bigint not null,
    occurred_on date not null,
    document text not null,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.recoveries is 'One row for each step of a recovery: an order that asks back something of a payment, what came in of that, or what was given up.';
comment on column read_models.recoveries.ledger_id is 'The bureau''s books.';
comment on column read_models.recoveries.position is 'Position of the entry that recorded it: from here on it counts.';
comment on column read_models.recoveries.payment is 'The payment of which something was asked back.';
comment on column read_models.recoveries.step is 'ordered, received or waived.';
comment on column read_models.recoveries.id is 'The order, the receipt or the waiver.';
comment on column read_models.recoveries.amount_fen is 'How much was asked back, came in or was given up, in fen.';
comment on column read_models.recoveries.occurred_on is 'The day of the decision; for what came in the day it came in.';
comment on column read_models.recoveries.document is 'The decision; for what came in the voucher.';
comment on column read_models.recoveries.officer is 'Who recorded it.';
create index recoveries_by_payment on read_models.recoveries (ledger_id, payment, position);
comment on table read_models.payments is 'One row for each recorded payment. A row is never changed; what became of it stands in read_models.settlements, read_models.returns, read_models.recoveries and read_models.reversals.';

alter table read_models.funds
    add column recovery_ordered_fen bigint not null default 0,
    add column recovered_fen bigint not null default 0,
    add column recovery_waived_fen bigint not null default 0;
comment on column read_models.funds.recovery_ordered_fen is 'Sum of what was asked back of payments, in fen.';
comment on column read_models.funds.recovered_fen is 'The part of recovery_ordered_fen that came in and is in the fund again. It stays in paid_fen and settled_fen.';
comment on column read_models.funds.recovery_waived_fen is 'The part of recovery_ordered_fen that was given up. What is neither in this nor in recovered_fen is still to come.';
reset role;
