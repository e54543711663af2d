//! The tables of the read models as the database holds them, for comparing them row by row.

use std::collections::BTreeMap;

use sqlx::{Executor, PgConnection};

/// The rows of each table as text, sorted: two equal contents hold the same rows.
pub type Contents = BTreeMap<String, Vec<String>>;

async fn tables(administrator: &mut PgConnection) -> Vec<String> {
    let tables = "select relname::text from pg_class
         where relnamespace = 'read_models'::regnamespace and relkind = 'r' order by 1";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(administrator).await.unwrap();
    assert!(tables.len() > 5, "the read models were not found");
    tables
}

/// Everything in all tables, cursors too, of all ledgers.
pub async fn contents(administrator: &mut PgConnection) -> Contents {
    let mut contents = Contents::new();
    for table in tables(administrator).await {
        let rows = format!("select t::text from read_models.{table} as t order by 1");
        let rows = sqlx::query_scalar(&rows).fetch_all(&mut *administrator).await.unwrap();
        contents.insert(table, rows);
    }
    contents
}

/// Every index, by its definition.
pub async fn indexes(administrator: &mut PgConnection) -> Vec<String> {
    let indexes = "select pg_get_indexdef(indexrelid) from pg_index
         join pg_class on pg_class.oid = indrelid
         where relnamespace = 'read_models'::regnamespace order by 1";
    sqlx::query_scalar(indexes).fetch_all(administrator).await.unwrap()
}

/// Empties all tables, cursors too, once nobody writes in them any more.
pub async fn empty(administrator: &mut PgConnection) {
    let tables: Vec<_> = tables(administrator).await;
    let names: Vec<_> = tables.iter().map(|table| format!("read_models.{table}")).collect();
    // Whoever still holds a table after this long will never let go of it.
    let truncate = format!("set lock_timeout = '20s'; truncate {}", names.join(", "));
    administrator.execute(truncate.as_str()).await.unwrap();
}
