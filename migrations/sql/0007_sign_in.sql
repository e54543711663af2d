-- How officers prove who they are, and what is remembered of it. None of it stands in the chain: which
-- officers there are and what they may do is told by the entries.

create table credentials (
    ledger_id text not null,
    officer text not null,
    password text not null check (password like '$argon2id$%'),
    changed_at timestamptz not null,
    failures integer not null default 0 check (failures >= 0),
    locked_until timestamptz,
    totp bytea,
    totp_next bytea,
    totp_step bigint not null default 0 check (totp_step >= 0),
    primary key (ledger_id, officer)
);
comment on table credentials is 'The password of each officer who has set one, and how often it was missed since it was last given.';
comment on column credentials.ledger_id is 'The bureau''s books.';
comment on column credentials.officer is 'The officer''s id.';
comment on column credentials.password is 'Argon2id hash of the password with salt and parameters (PHC string).';
comment on column credentials.changed_at is 'When it was set.';
comment on column credentials.failures is 'Attempts since the last that succeeded, counted before each is checked.';
comment on column credentials.locked_until is 'Until then no attempt is checked; null where none is put off.';
comment on column credentials.totp is 'What the officer''s device makes one-time passwords of (RFC 6238), sealed under master.key of the data directory; null where none are asked for.';
comment on column credentials.totp_next is 'The same, made and not confirmed yet.';
comment on column credentials.totp_step is 'The step of time whose one-time password was given last: neither it nor an earlier one is taken again.';

create table set_up_codes (
    ledger_id text not null,
    officer text not null,
    code bytea not null check (length(code) = 32),
    expires_at timestamptz not null,
    primary key (ledger_id, officer)
);
comment on table set_up_codes is 'The code with which an officer may set a password once. A later one takes the place of an earlier one.';
comment on column set_up_codes.ledger_id is 'The bureau''s books.';
comment on column set_up_codes.officer is 'The officer''s id.';
comment on column set_up_codes.code is 'SHA-256 of the code.';
comment on column set_up_codes.expires_at is 'From then on it is good for nothing.';

create table sessions (
    ledger_id text not null,
    token bytea not null check (length(token) = 32),
    officer text not null,
    opened_at timestamptz not null,
    seen_at timestamptz not null,
    primary key (ledger_id, token)
);
create index on sessions (ledger_id, officer);
comment on table sessions is 'Officers who are signed in.';
comment on column sessions.ledger_id is 'The bureau''s books.';
comment on column sessions.token is 'SHA-256 of the token that whoever is signed in shows.';
comment on column sessions.officer is 'The officer''s id.';
comment on column sessions.opened_at is 'When the password was given.';
comment on column sessions.seen_at is 'When it was used last, to the minute.';

create table program_keys (
    ledger_id text not null,
    prefix text not null check (length(prefix) = 8),
    key bytea not null check (length(key) = 32),
    officer text not null,
    operations text[] not null check (cardinality(operations) > 0),
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz,
    primary key (ledger_id, prefix)
);
create index on program_keys (ledger_id, officer);
comment on table program_keys is 'Keys by which programs ask, each in the name of an officer who is no person.';
comment on column program_keys.ledger_id is 'The bureau''s books.';
comment on column program_keys.prefix is 'The part of the key by which people tell keys apart.';
comment on column program_keys.key is 'SHA-256 of the whole key.';
comment on column program_keys.officer is 'The officer''s id.';
comment on column program_keys.operations is 'What may be done with it, as far as the officer''s roles allow it too.';
comment on column program_keys.issued_at is 'When it was given out.';
comment on column program_keys.expires_at is 'From then on it is good for nothing.';
comment on column program_keys.used_at is 'When it was used last, to the minute; null where it was not.';
comment on column program_keys.revoked_at is 'When it was ended before its time; null where it was not.';

create table access_log (
    ledger_id text not null,
    number bigint not null check (number >= 1),
    at timestamptz not null,
    officer text not null,
    act text not null,
    operation text,
    primary key (ledger_id, number)
);
comment on table access_log is 'Who signed in, who was refused, who gave out a set-up code. Only ever added to.';
comment on column access_log.ledger_id is 'The bureau''s books.';
comment on column access_log.number is 'Counts from 1 in each ledger, without a gap.';
comment on column access_log.at is 'The clock of the program that wrote it.';
comment on column access_log.officer is 'The id of whoever tried.';
comment on column access_log.act is 'What happened, one of the words of the program''s access log.';
comment on column access_log.operation is 'What was refused, or whom a code was for; null where the act says all.';

grant select, insert, update on credentials to mingzhang_program;
grant select, insert, update, delete on set_up_codes, sessions to mingzhang_program;
grant select, insert on access_log, program_keys to mingzhang_program;
grant update (used_at, revoked_at) on program_keys to mingzhang_program;
