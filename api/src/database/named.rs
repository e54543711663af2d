//! Databases by name within one server.

use sqlx::{Executor, PgConnection};

use super::error::DatabaseError;

/// Whether the server has a database of this name.
pub async fn exists(connection: &mut PgConnection, name: &str) -> Result<bool, DatabaseError> {
    let found = "select exists (select from pg_database where datname = $1)";
    Ok(sqlx::query_scalar(found).bind(name).fetch_one(connection).await?)
}

/// Makes a database, empty or as a copy of `template`, to which nobody may be connected.
pub async fn create(
    connection: &mut PgConnection,
    name: &str,
    template: Option<&str>,
) -> Result<(), DatabaseError> {
    let template = template.unwrap_or("template0");
    let statement = format!("create database {} template {}", quoted(name), quoted(template));
    connection.execute(statement.as_str()).await?;
    Ok(())
}

/// Removes a database, ending the sessions that still use it; done also where there is none.
pub async fn remove(connection: &mut PgConnection, name: &str) -> Result<(), DatabaseError> {
    let statement = format!("drop database if exists {} with (force)", quoted(name));
    connection.execute(statement.as_str()).await?;
    Ok(())
}

/// The name as an SQL identifier.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_quote_in_a_name_does_not_end_it() {
        assert_eq!(quoted(r#"a"b"#), r#""a""b""#);
    }
}
