-- What a million payments taught about the tables: less to write, nothing less to find.

-- A list is kept as one command of many megabytes, which the default compression takes longer over
-- than the rest of its commit. A server that was built without lz4 keeps the default.
do $$
begin
    execute 'alter table commands alter column command set compression lz4';
exception
    when feature_not_supported or invalid_parameter_value or syntax_error then null;
end
$$;

-- The read models belong to the program's role.
set local role mingzhang_program;

-- A payment is found by its stream in the entries, whose unique index holds the same id already.
drop index read_models.payments_by_payment;

-- Only the check of the read models goes by position. Rows come in that order, so the bounds of a
-- few pages at a time say where to look.
drop index read_models.trail_by_position;
create index trail_by_position on read_models.trail using brin (ledger_id, position)
    with (pages_per_range = 32, autosummarize = on);
reset role;
