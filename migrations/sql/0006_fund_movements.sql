-- What moves a fund's money beside receipts and payments.

alter table read_models.funds
    add column opening_fen bigint not null default 0,
    add column transferred_in_fen bigint not null default 0,
    add column transferred_out_fen bigint not null default 0,
    add column remitted_fen bigint not null default 0;
comment on table read_models.funds is 'One row for each fund, with the sums of what came in and what went out.';
comment on column read_models.funds.opening_fen is 'What it held when its books began, in fen.';
comment on column read_models.funds.transferred_in_fen is 'Sum of all transfers from other funds, in fen.';
comment on column read_models.funds.transferred_out_fen is 'Sum of all transfers to other funds, in fen.';
comment on column read_models.funds.remitted_fen is 'Sum of all surplus that was handed back, in fen.';
