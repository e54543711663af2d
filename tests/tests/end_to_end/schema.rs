//! Promises that the whole schema keeps, asked of the database's own catalogue.

use api::database::{Database, DatabaseError, DatabaseSource};
use sqlx::{Connection, Executor};
use tests::throwaway::{Throwaway, empty, throwaway};

/// Relations of ours: everything in the schema but the book-keeping of the migrations.
const OURS: &str = "relnamespace in ('public'::regnamespace, 'read_models'::regnamespace) \
    and relname <> '_sqlx_migrations'";

async fn names(query: &str) -> Vec<String> {
    found(&throwaway().await, query).await
}

/// The names that a query finds in a database.
pub(crate) async fn found(place: &Throwaway, query: &str) -> Vec<String> {
    let mut session = place.administrator_session().await;
    let found = sqlx::query_scalar(query).fetch_all(&mut session).await.unwrap();
    session.close().await.unwrap();
    found
}

/// Finds tables and columns without a comment.
pub(crate) fn without_a_comment() -> String {
    format!(
        "select relname || coalesce('.' || attname, '')
         from pg_class
         join lateral (
             select null::name as attname, 0 as attnum
             union all
             select attname, attnum from pg_attribute
             where attrelid = pg_class.oid and attnum > 0 and not attisdropped
         ) as part on true
         left join pg_description
             on objoid = pg_class.oid and classoid = 'pg_class'::regclass and objsubid = attnum
         where relkind in ('r', 'p', 'v', 'm') and {OURS}
             and coalesce(description, '') = ''
         order by 1"
    )
}

/// Finds tables without a primary key.
pub(crate) fn without_a_key() -> String {
    format!(
        "select relname::text from pg_class
         where relkind in ('r', 'p') and {OURS}
             and not exists (select from pg_index where indrelid = pg_class.oid and indisprimary)"
    )
}

/// Finds keys that do not begin with the ledger.
pub(crate) fn keys_without_the_ledger() -> String {
    format!(
        "select pg_get_indexdef(indexrelid)
         from pg_index join pg_class on pg_class.oid = indrelid
         where indisunique and {OURS}
             and coalesce((select attname from pg_attribute
                           where attrelid = indrelid and attnum = indkey[0]), '') <> 'ledger_id'
         union all
         select conname || ': ' || pg_get_constraintdef(pg_constraint.oid)
         from pg_constraint join pg_class on pg_class.oid = conrelid
         where contype = 'f' and {OURS}
             and (select attname from pg_attribute
                  where attrelid = conrelid and attnum = conkey[1]) <> 'ledger_id'"
    )
}

#[tokio::test]
async fn every_table_and_every_column_has_a_comment() {
    let silent = names(&without_a_comment()).await;
    assert!(silent.is_empty(), "without a comment: {silent:#?}");
}

#[tokio::test]
async fn every_key_begins_with_the_ledger() {
    let keyless = names(&without_a_key()).await;
    assert!(keyless.is_empty(), "without a primary key: {keyless:?}");
    let wrong = names(&keys_without_the_ledger()).await;
    assert!(wrong.is_empty(), "keys that do not begin with ledger_id: {wrong:#?}");
}

#[tokio::test]
async fn nothing_global_stands_in_the_way_of_many_ledgers() {
    let global = names(&format!(
        "select 'sequence ' || relname from pg_class where relkind = 'S' and {OURS}
         union all
         select 'trigger ' || tgname from pg_trigger join pg_class on pg_class.oid = tgrelid
         where not tgisinternal and {OURS}"
    ))
    .await;
    assert!(global.is_empty(), "{global:?}");
}

#[tokio::test]
async fn the_program_can_neither_change_nor_remove_an_entry() {
    let throwaway = throwaway().await;
    let database = throwaway.database().await;
    // Also from inside a session that tries to get rid of its role.
    for escape in ["select 1", "reset role", "discard all", "set session authorization default"] {
        let mut session = database.session().await.unwrap();
        session.execute(escape).await.unwrap();
        let role: String =
            sqlx::query_scalar("select current_user").fetch_one(&mut session).await.unwrap();
        assert_eq!(role, api::database::PROGRAM_ROLE, "after {escape}");
        for statement in [
            "update entries set entry = entry",
            "delete from entries",
            "truncate entries",
            "drop table entries",
            "alter table entries disable trigger all",
            "create table sneaky (ledger_id text)",
        ] {
            let refused = session.execute(statement).await.unwrap_err();
            let code = refused.as_database_error().unwrap().code().unwrap().into_owned();
            assert_eq!(code, "42501", "{statement}: {refused}");
        }
    }
    let pooled: String =
        sqlx::query_scalar("select current_user").fetch_one(database.pool()).await.unwrap();
    assert_eq!(pooled, api::database::PROGRAM_ROLE);
    database.close().await.unwrap();
}

#[tokio::test]
async fn a_connecting_role_without_special_rights_is_enough() {
    let throwaway = empty().await;
    let mut administrator = throwaway.administrator_session().await;
    let database: String = sqlx::query_scalar("select current_database()")
        .fetch_one(&mut administrator)
        .await
        .unwrap();
    let role = format!("owner_of_{database}");
    for statement in [
        format!("create role {role} login createrole"),
        format!("alter database {database} owner to {role}"),
        // On this shared server the role was made by somebody else, who has to lend it.
        format!("grant {} to {role}", api::database::PROGRAM_ROLE),
    ] {
        administrator.execute(statement.as_str()).await.unwrap();
    }
    let url = throwaway.url().replace("postgres@", &format!("{role}@"));
    let connected = Database::connect(&DatabaseSource::Url(url)).await.unwrap();
    let taken: String =
        sqlx::query_scalar("select current_user").fetch_one(connected.pool()).await.unwrap();
    assert_eq!(taken, api::database::PROGRAM_ROLE);
    connected.close().await.unwrap();
    for statement in [
        format!("reassign owned by {role} to postgres"),
        format!("drop owned by {role}"),
        format!("drop role {role}"),
    ] {
        administrator.execute(statement.as_str()).await.unwrap();
    }
}

#[tokio::test]
async fn the_program_owns_no_table_of_the_proof() {
    let owned = names(&format!(
        "select relname::text from pg_class
         where {OURS} and relowner = 'mingzhang_program'::regrole
             and relname in ('entries', 'heads', 'requests', 'claims', 'balances', 'commands',
                             'attachments')"
    ))
    .await;
    assert!(owned.is_empty(), "{owned:?}");
}

#[tokio::test]
async fn a_schema_newer_than_the_program_is_refused_and_left_alone() {
    let throwaway = throwaway().await;
    let mut session = throwaway.administrator_session().await;
    let program = migrations::newest();
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values ($1, 'from the future', true, '', 0)",
    )
    .bind(program + 1)
    .execute(&mut session)
    .await
    .unwrap();
    let refused = Database::connect(&throwaway.source()).await.unwrap_err();
    assert!(
        matches!(
            refused,
            DatabaseError::Schema(migrations::SchemaError::NewerThanProgram { database, program: p })
                if database == program + 1 && p == program
        ),
        "{refused}"
    );
    assert!(refused.to_string().contains("newer version"), "{refused}");
}

#[tokio::test]
async fn programs_that_meet_at_an_empty_database_migrate_it_once() {
    let throwaway = empty().await;
    let source = throwaway.source();
    let meeting = (0..4).map(|_| {
        let source = source.clone();
        tokio::spawn(async move { Database::connect(&source).await })
    });
    for program in meeting.collect::<Vec<_>>() {
        program.await.unwrap().unwrap().close().await.unwrap();
    }
    let mut session = throwaway.administrator_session().await;
    let steps: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations order by 1")
        .fetch_all(&mut session)
        .await
        .unwrap();
    let known: Vec<i64> = migrations::STEPS.iter().map(|step| step.version).collect();
    assert_eq!(steps, known);
}
