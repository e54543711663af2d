-- Months of the books that were closed and reopened, what was recorded late for them, and stops of grants.

-- The read models belong to the program's role.
set local role mingzhang_program;

-- Entries written before this step can hold stops of grants: that read model is filled again from the entries,
-- since one without a cursor stands before the first of them. So does the new one of periods.
do $$
begin
    if exists (select from read_models.cursors where read_model = 'grants') then
        truncate read_models.grants;
        delete from read_models.cursors where read_model = 'grants';
    end if;
end
$$;
comment on column read_models.cursors.read_model is 'Name of the read model: payments, funds, stores, grants, periods or trail.';

create table read_models.period_steps (
    ledger_id text not null,
    position bigint not null,
    month integer not null,
    kind text not null,
    id uuid not null,
    round bigint not null,
    officer text not null,
    occurred_on date not null,
    document text,
    stage text not null,
    primary key (ledger_id, position)
);
comment on table read_models.period_steps is 'One row for each step of a month of the books: a few for each month that was ever to be closed.';
comment on column read_models.period_steps.ledger_id is 'The bureau''s books.';
comment on column read_models.period_steps.position is 'Position of the entry that recorded it: from here on the month stands there.';
comment on column read_models.period_steps.month is 'The month, as year * 12 + month - 1.';
comment on column read_models.period_steps.kind is 'closing_proposed, closed, reopening_proposed, reopened or withdrawn.';
comment on column read_models.period_steps.id is 'The step.';
comment on column read_models.period_steps.round is 'Which proposal of the month it is, or is about, from 1.';
comment on column read_models.period_steps.officer is 'Who took the step.';
comment on column read_models.period_steps.occurred_on is 'The day of it.';
comment on column read_models.period_steps.document is 'What a proposal to reopen rests on; null for every other step.';
comment on column read_models.period_steps.stage is 'Where the month stands then: open, closing_proposed, closed or reopening_proposed.';

create table read_models.late_entries (
    ledger_id text not null,
    position bigint not null,
    month integer not null,
    event text not null,
    primary key (ledger_id, position, month)
);
comment on table read_models.late_entries is 'One row for each entry of money or goods and each month that stood closed when it was recorded: the month of its day, and that of the payment of which it tells what became.';
comment on column read_models.late_entries.ledger_id is 'The bureau''s books.';
comment on column read_models.late_entries.position is 'Position of the entry.';
comment on column read_models.late_entries.month is 'The month that was closed, as year * 12 + month - 1; an entry can be late for two.';
comment on column read_models.late_entries.event is 'Event name and version, for example PaymentRecorded v1.';
create index late_entries_by_month on read_models.late_entries (ledger_id, month, position);

create table read_models.grant_stops (
    ledger_id text not null,
    position bigint not null,
    grant_id uuid not null,
    month_from integer not null,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.grant_stops is 'One row each time a grant was stopped; the earliest month of a grant''s stops holds.';
comment on column read_models.grant_stops.ledger_id is 'The bureau''s books.';
comment on column read_models.grant_stops.position is 'Position of the entry that recorded it.';
comment on column read_models.grant_stops.grant_id is 'The grant.';
comment on column read_models.grant_stops.month_from is 'The first month that is not paid for any more, as year * 12 + month - 1.';
comment on column read_models.grant_stops.officer is 'Who recorded it.';
create index grant_stops_by_grant on read_models.grant_stops (ledger_id, grant_id, month_from);
comment on table read_models.grants is 'One row for each approved grant. A row is never changed; stops stand in read_models.grant_stops.';

-- A proposal asks for the grants of one programme, in order.
create index grants_by_programme on read_models.grants (ledger_id, programme, position);
comment on column read_models.trail.subject_kind is 'payment, grant, fund, store, person, household, officer, document or batch.';
reset role;
