//! The database schema: `sql/NNNN_name.sql`, one file a step, applied in order and never edited
//! once released. Every table's keys begin with `ledger_id`; every column has a comment.
//!
//! To change the schema: add the next number; create or alter; comment every column; grant the
//! role `mingzhang_program` what the program needs and no more. The workspace's tests check keys,
//! comments and rights, and bring ledgers up that were left at each earlier step
//! (`tests/fixtures/upgrade`).

use sqlx::PgConnection;
use sqlx::migrate::{MigrateError, Migrator};

/// Every step that this program knows, in order, with the checksum of its text.
pub static STEPS: Migrator = sqlx::migrate!("./sql");

/// Why the schema could not be brought up to this program's.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A later version of the program has been here. Working on would misread its tables.
    #[error(
        "the database was written by a newer version of this program (its schema is at step \
         {database}, this program knows steps up to {program}): use that version"
    )]
    NewerThanProgram {
        /// The newest step applied to the database.
        database: i64,
        /// The newest step that this program knows.
        program: i64,
    },
    /// A step failed, or was applied with another text than this program's.
    #[error(transparent)]
    Step(#[from] MigrateError),
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Number of the newest step that this program knows.
pub fn newest() -> i64 {
    STEPS.iter().map(|step| step.version).max().unwrap_or(0)
}

/// Applies every step that the database does not have yet, each in a transaction of its own.
///
/// Needs the right to create tables and roles, so it runs as the connecting role, before any
/// session takes the program's role. Two programs may do this at once: one waits for the other.
/// A newer schema is refused before anything is written.
pub async fn run(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let program = newest();
    match applied(connection).await? {
        Some(database) if database > program => {
            Err(SchemaError::NewerThanProgram { database, program })
        }
        // `run` would take any kind of connection, at the price of a future that cannot be spawned.
        _ => Ok(STEPS.run_direct(connection).await?),
    }
}

/// The newest step that the database has, or none where it is empty.
async fn applied(connection: &mut PgConnection) -> Result<Option<i64>, sqlx::Error> {
    let any: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(&mut *connection)
        .await?;
    if !any {
        return Ok(None);
    }
    sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(connection).await
}
