-- The signed, hash-chained stream and what the writer keeps beside it.
-- Every key begins with ledger_id: one ledger is one bureau's books, and the schema can be
-- distributed by that column unchanged.

-- The role that every session of the program takes. It exists once for a whole server, so two
-- databases that are migrated at the same moment may both try to make it.
do $$
begin
    create role mingzhang_program nologin;
exception
    when duplicate_object or unique_violation then null;
end
$$;
-- The connecting role must be allowed to become it, also where it is no superuser.
do $$
begin
    execute format('grant mingzhang_program to %I', current_user);
exception
    when invalid_grant_operation or insufficient_privilege then null;
end
$$;

create table heads (
    ledger_id text not null,
    position bigint not null check (position >= -1),
    leaf bytea not null check (length(leaf) = 32),
    recorded_at timestamptz,
    frontier bytea not null check (length(frontier) % 32 = 0),
    primary key (ledger_id)
);
comment on table heads is 'The tail of each ledger. The first statement of every append moves it by compare-and-swap, so at each position exactly one program wins.';
comment on column heads.ledger_id is 'The bureau''s books, for example cn-320404.';
comment on column heads.position is 'Position of the last entry; -1 before the first.';
comment on column heads.leaf is 'Leaf hash of the last entry; 32 zero bytes before the first.';
comment on column heads.recorded_at is 'Time of the last entry, which no later entry may precede; null before the first.';
comment on column heads.frontier is 'Roots of the complete subtrees of the Merkle tree (RFC 6962), the largest first, 32 bytes each.';

create table entries (
    ledger_id text not null,
    position bigint not null check (position >= 0),
    stream_type text not null,
    stream_id text not null,
    sequence bigint not null check (sequence >= 1),
    event_type text not null,
    recorded_at timestamptz not null,
    request_id uuid not null,
    payload_offset integer not null,
    entry bytea not null check (length(entry) <= 65535),
    leaf bytea not null check (length(leaf) = 32),
    signature bytea not null check (length(signature) = 64),
    primary key (ledger_id, position),
    unique (ledger_id, stream_type, stream_id, sequence)
);
-- Entries are short and read whole: they stay in their row, uncompressed, as long as a row fits a page.
alter table entries alter column entry set storage external;
comment on table entries is 'Every recorded event. Nothing updates or deletes a row; the program''s role has no right to.';
comment on column entries.ledger_id is 'The bureau''s books.';
comment on column entries.position is 'Place in the ledger, from 0 without gaps.';
comment on column entries.stream_type is 'Index of the entry: the part of its stream before the slash.';
comment on column entries.stream_id is 'Index of the entry: the part of its stream after the slash.';
comment on column entries.sequence is 'Index of the entry: place in its stream, from 1 without gaps.';
comment on column entries.event_type is 'Index of the entry: event name and version, for example PaymentRecorded v1.';
comment on column entries.recorded_at is 'Index of the entry: the ledger''s clock when it was recorded.';
comment on column entries.request_id is 'Index of the entry: the submission that it belongs to.';
comment on column entries.payload_offset is 'Where the payload begins in the entry, in bytes.';
comment on column entries.entry is 'The entry as entry format v1 writes it: the only copy of what was recorded.';
comment on column entries.leaf is 'SHA-256(0x00 followed by the entry).';
comment on column entries.signature is 'The ledger key''s signature over "mingzhang entry v1\n" and the leaf.';

create table requests (
    ledger_id text not null,
    request_id uuid not null,
    position bigint not null,
    primary key (ledger_id, request_id)
);
comment on table requests is 'Which submissions are recorded, so that the same one is never recorded twice.';
comment on column requests.ledger_id is 'The bureau''s books.';
comment on column requests.request_id is 'Idempotency id of the submission.';
comment on column requests.position is 'Position of the submission''s first entry.';

create table claims (
    ledger_id text not null,
    claim bytea not null check (length(claim) = 20),
    position bigint not null,
    primary key (ledger_id, claim)
);
comment on table claims is 'What may stand only once, such as one person, one programme, one month. Derived from the entries.';
comment on column claims.ledger_id is 'The bureau''s books.';
comment on column claims.claim is 'First 20 bytes of the SHA-256 of the claim''s text.';
comment on column claims.position is 'Position of the entry that holds it.';

create table balances (
    ledger_id text not null,
    account text not null,
    unit text not null,
    amount bigint not null,
    primary key (ledger_id, account, unit)
) with (fillfactor = 50);
comment on table balances is 'Sum of all postings of each account and unit. Derived from the entries.';
comment on column balances.ledger_id is 'The bureau''s books.';
comment on column balances.account is 'Account, for example fund/ and its id.';
comment on column balances.unit is 'CNY, counted in fen, or a kind of goods.';
comment on column balances.amount is 'The sum, in whole units.';

create table commands (
    ledger_id text not null,
    hash bytea not null check (length(hash) = 32),
    command bytea not null,
    primary key (ledger_id, hash)
);
comment on table commands is 'The commands that entries name by hash, as the domain took them: with ids and commitments instead of persons.';
comment on column commands.ledger_id is 'The bureau''s books.';
comment on column commands.hash is 'SHA-256 of the command.';
comment on column commands.command is 'The command''s bytes.';

create table attachments (
    ledger_id text not null,
    position bigint not null,
    sealed bytea not null,
    primary key (ledger_id, position)
);
comment on table attachments is 'Encrypted private details that belong to an entry and lie outside the proof, written with it.';
comment on column attachments.ledger_id is 'The bureau''s books.';
comment on column attachments.position is 'Position of the entry.';
comment on column attachments.sealed is 'Ciphertext; the key lies with the person or household it is about.';

-- postgres-es reads streams of one ledger through this view. Sessions name the ledger first;
-- a concatenated key would scan the table. SQL decodes the payload here and never encodes or hashes.
create view ledger_events as
select
    stream_type as aggregate_type,
    stream_id as aggregate_id,
    sequence,
    split_part(event_type, ' v', 1) as event_type,
    split_part(event_type, ' v', 2) as event_version,
    json_build_object(
        split_part(event_type, ' v', 1)
            || case split_part(event_type, ' v', 2) when '1' then '' else 'V' || split_part(event_type, ' v', 2) end,
        convert_from(substring(entry from payload_offset + 1), 'UTF8')::json
    ) as payload,
    json_build_object('position', position::text) as metadata
from entries
where ledger_id = current_setting('mingzhang.ledger');
comment on view ledger_events is 'Entries of the ledger named by the setting mingzhang.ledger, in the shape that postgres-es reads.';
comment on column ledger_events.aggregate_type is 'Stream type.';
comment on column ledger_events.aggregate_id is 'Stream id.';
comment on column ledger_events.sequence is 'Place in the stream.';
comment on column ledger_events.event_type is 'Event name without its version.';
comment on column ledger_events.event_version is 'Version of the event.';
comment on column ledger_events.payload is 'The payload under the event''s name.';
comment on column ledger_events.metadata is 'Position in the ledger.';

grant usage on schema public to mingzhang_program;
grant select, insert on entries, requests, commands, attachments to mingzhang_program;
grant select, insert, update on heads, balances to mingzhang_program;
grant select, insert, delete on claims to mingzhang_program;
grant select on ledger_events to mingzhang_program;
