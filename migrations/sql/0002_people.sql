-- Persons, households and accounts beside the chain. Entries hold the id and a commitment; what the
-- id stands for is encrypted here, each row under a key of its own. Destroying the key forgets the
-- row: then lookup, wrapped_key and sealed are null together, and the id stays, because entries name it.
-- No foreign key leads to heads: the check would lock the one row that every append moves.

create table persons (
    ledger_id text not null,
    id uuid not null,
    lookup bytea check (length(lookup) = 32),
    wrapped_key bytea check (length(wrapped_key) = 72),
    sealed bytea check (length(sealed) >= 40),
    primary key (ledger_id, id),
    unique (ledger_id, lookup),
    check (num_nulls(lookup, wrapped_key, sealed) in (0, 3))
);
create index on persons (ledger_id, id) where wrapped_key is null;
comment on table persons is 'Persons who were named in a payment or grant.';
comment on column persons.ledger_id is 'The bureau''s books.';
comment on column persons.id is 'Random id by which entries name the person; it stays when the person is forgotten.';
comment on column persons.lookup is 'Keyed hash of ledger, kind and identity number, under lookup.key of the data directory; null once forgotten.';
comment on column persons.wrapped_key is 'The person''s own key under master.key of the data directory: nonce, 32 encrypted bytes, tag; null once forgotten.';
comment on column persons.sealed is 'Identity number, name and the random bytes of the commitment, as JSON encrypted under the person''s own key: nonce, ciphertext, tag; null once forgotten.';

create table households (
    ledger_id text not null,
    id uuid not null,
    lookup bytea check (length(lookup) = 32),
    wrapped_key bytea check (length(wrapped_key) = 72),
    sealed bytea check (length(sealed) >= 40),
    primary key (ledger_id, id),
    unique (ledger_id, lookup),
    check (num_nulls(lookup, wrapped_key, sealed) in (0, 3))
);
create index on households (ledger_id, id) where wrapped_key is null;
comment on table households is 'Households that were named in a payment or grant.';
comment on column households.ledger_id is 'The bureau''s books.';
comment on column households.id is 'Random id by which entries name the household; it stays when the household is forgotten.';
comment on column households.lookup is 'Keyed hash of ledger, kind and household number, under lookup.key of the data directory; null once forgotten.';
comment on column households.wrapped_key is 'The household''s own key under master.key of the data directory: nonce, 32 encrypted bytes, tag; null once forgotten.';
comment on column households.sealed is 'Household number and the random bytes of the commitment, as JSON encrypted under the household''s own key: nonce, ciphertext, tag; null once forgotten.';

create table accounts (
    ledger_id text not null,
    id uuid not null,
    lookup bytea check (length(lookup) = 32),
    wrapped_key bytea check (length(wrapped_key) = 72),
    sealed bytea check (length(sealed) >= 40),
    primary key (ledger_id, id),
    unique (ledger_id, lookup),
    check (num_nulls(lookup, wrapped_key, sealed) in (0, 3))
);
create index on accounts (ledger_id, id) where wrapped_key is null;
comment on table accounts is 'Bank accounts that payments went to.';
comment on column accounts.ledger_id is 'The bureau''s books.';
comment on column accounts.id is 'Random id by which entries name the account; it stays when the account is forgotten.';
comment on column accounts.lookup is 'Keyed hash of ledger, kind and account number, under lookup.key of the data directory; null once forgotten.';
comment on column accounts.wrapped_key is 'The account''s own key under master.key of the data directory: nonce, 32 encrypted bytes, tag; null once forgotten.';
comment on column accounts.sealed is 'Account number, name of the holder and the random bytes of the commitment, as JSON encrypted under the account''s own key: nonce, ciphertext, tag; null once forgotten.';

-- Ids never change and rows never go: the program may fill the other columns again or empty them.
grant select, insert on persons, households, accounts to mingzhang_program;
grant update (lookup, wrapped_key, sealed) on persons, households, accounts to mingzhang_program;
