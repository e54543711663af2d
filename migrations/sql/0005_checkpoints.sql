-- What makes the chain provable to somebody who does not trust this database: the tree in tiles,
-- the checkpoints over it, and the cosignatures of witnesses.

create table tiles (
    ledger_id text not null,
    level smallint not null check (level between 0 and 7),
    tile bigint not null check (tile >= 0),
    hashes bytea not null check (length(hashes) = 8192),
    root bytea not null check (length(root) = 32),
    primary key (ledger_id, level, tile)
);
-- Hashes do not compress, and a tile is read whole.
alter table tiles alter column hashes set storage external;
comment on table tiles is 'The full tiles of the Merkle tree (C2SP tlog-tiles), written as they fill. Derived from the entries.';
comment on column tiles.ledger_id is 'The bureau''s books.';
comment on column tiles.level is 'Level of the tile: at 0 its hashes are leaves, above they are roots of full tiles one level below.';
comment on column tiles.tile is 'Index of the tile within its level, from 0.';
comment on column tiles.hashes is 'The 256 hashes, 32 bytes each.';
comment on column tiles.root is 'Root of the subtree that the tile stands for: a hash of the level above.';

create table latest_checkpoints (
    ledger_id text not null,
    size bigint not null check (size >= 1),
    root bytea not null check (length(root) = 32),
    note text not null,
    signed_at timestamptz not null,
    primary key (ledger_id)
);
comment on table latest_checkpoints is 'The latest signed checkpoint of each ledger, moved by compare-and-swap: each extends the one before it.';
comment on column latest_checkpoints.ledger_id is 'The bureau''s books.';
comment on column latest_checkpoints.size is 'How many entries it stands over.';
comment on column latest_checkpoints.root is 'Root of the Merkle tree over them.';
comment on column latest_checkpoints.note is 'The signed note (C2SP tlog-checkpoint), with the ledger''s own signature lines only.';
comment on column latest_checkpoints.signed_at is 'The ledger''s clock when it was signed.';

create table kept_checkpoints (
    ledger_id text not null,
    size bigint not null check (size >= 1),
    root bytea not null check (length(root) = 32),
    note text not null,
    signed_at timestamptz not null,
    primary key (ledger_id, size)
);
comment on table kept_checkpoints is 'Checkpoints that are kept for ever: the last of each day, and every one that a witness has cosigned.';
comment on column kept_checkpoints.ledger_id is 'The bureau''s books.';
comment on column kept_checkpoints.size is 'How many entries it stands over.';
comment on column kept_checkpoints.root is 'Root of the Merkle tree over them.';
comment on column kept_checkpoints.note is 'The signed note, with the ledger''s own signature lines only.';
comment on column kept_checkpoints.signed_at is 'The ledger''s clock when it was signed.';

create table cosignatures (
    ledger_id text not null,
    size bigint not null,
    witness text not null,
    key_hash bytea not null check (length(key_hash) = 4),
    line text not null,
    received_at timestamptz not null,
    primary key (ledger_id, size, witness, key_hash),
    foreign key (ledger_id, size) references kept_checkpoints
);
comment on table cosignatures is 'What witnesses signed under checkpoints that are kept (C2SP tlog-cosignature).';
comment on column cosignatures.ledger_id is 'The bureau''s books.';
comment on column cosignatures.size is 'Size of the checkpoint.';
comment on column cosignatures.witness is 'Key name of the witness, as its signature line says.';
comment on column cosignatures.key_hash is 'Key id of the witness''s key (C2SP signed-note).';
comment on column cosignatures.line is 'The signature line, without its line break.';
comment on column cosignatures.received_at is 'The ledger''s clock when it was received.';

grant select, insert, delete on tiles to mingzhang_program;
grant select, insert, update on latest_checkpoints to mingzhang_program;
grant select, insert on kept_checkpoints, cosignatures to mingzhang_program;
