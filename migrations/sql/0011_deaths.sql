-- Deaths that were reported, and reports that were withdrawn.

-- The read models belong to the program's role.
set local role mingzhang_program;

-- Nothing is filled again: entries written before this step hold no report of a death, so that no row is missing.
create table read_models.deaths (
    ledger_id text not null,
    position bigint not null,
    person uuid not null,
    died_on date,
    document text not null,
    occurred_on date not null,
    officer text not null,
    primary key (ledger_id, position)
);
comment on table read_models.deaths is 'One row for each report of a death and for each withdrawal of one; the last row of a person says what stands.';
comment on column read_models.deaths.ledger_id is 'The bureau''s books.';
comment on column read_models.deaths.position is 'Position of the entry that recorded it: from here on it stands.';
comment on column read_models.deaths.person is 'Who died, by random id.';
comment on column read_models.deaths.died_on is 'The day of the death; null for a withdrawal, after which no death is reported.';
comment on column read_models.deaths.document is 'Where the death is known from; for a withdrawal the document that shows that the report was wrong.';
comment on column read_models.deaths.occurred_on is 'The day on which the bureau learned of the death; for a withdrawal the day of it.';
comment on column read_models.deaths.officer is 'Who recorded it.';
create index deaths_by_person on read_models.deaths (ledger_id, person, position);
reset role;
