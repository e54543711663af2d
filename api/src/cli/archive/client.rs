//! PostgreSQL's own programs, pointed at the database of the books.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use crate::database::Database;

/// One of PostgreSQL's programs, as it connects to the same database.
pub(super) fn client(database: &Database, program: &str) -> Command {
    let path = database.private_server().map(|server| server.programs().program(program));
    pointed(path.unwrap_or_else(|| program.into()), database.administrator())
}

/// Names the database in the program's environment alone: everybody on a machine can read the
/// arguments of a program, and the address that we were given may hold a password.
fn pointed(program: PathBuf, options: &PgConnectOptions) -> Command {
    // An address of IPv6 stands in brackets in a URL, and nowhere else.
    let host = options.get_host().trim_matches(['[', ']']).into();
    let mut command = Command::new(program);
    command
        .arg("--no-password")
        .stdin(Stdio::null())
        .env("PGHOST", options.get_socket().map_or(host, Clone::clone))
        .env("PGPORT", options.get_port().to_string())
        .env("PGUSER", options.get_username())
        .env("PGDATABASE", options.get_database().unwrap_or("postgres"))
        .envs(secrets(options));
    command
}

/// The password, and what keeps it from going a less guarded way than our own sessions take. Options
/// tell these in the form of a URL and in no other.
fn secrets(options: &PgConnectOptions) -> Vec<(&'static str, String)> {
    // User and host were told above; whatever they are spelled like, they must not break this URL.
    let mut url = options.clone().username("anybody").host("localhost").to_url_lossy();
    let mut secrets = Vec::new();
    for (key, value) in url.query_pairs() {
        let file = value.strip_prefix("file: ").map(str::to_owned);
        secrets.extend(match &*key {
            "sslmode" => Some(("PGSSLMODE", value.into_owned())),
            "sslrootcert" => file.map(|file| ("PGSSLROOTCERT", file)),
            "sslcert" => file.map(|file| ("PGSSLCERT", file)),
            "sslkey" => file.map(|file| ("PGSSLKEY", file)),
            _ => None,
        });
    }
    // The password stands there with every odd character escaped, just as a query's value would.
    if let Some(escaped) = url.password().map(|escaped| format!("password={escaped}")) {
        url.set_query(Some(&escaped));
        secrets.extend(url.query_pairs().map(|(_, value)| ("PGPASSWORD", value.into_owned())));
    }
    secrets
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;
    use std::ffi::OsStr;

    use super::*;

    fn environment(command: &Command) -> BTreeMap<&str, &str> {
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?)))
            .collect()
    }

    fn pointed_at(url: &str) -> Command {
        pointed("pg_dump".into(), &url.parse().unwrap())
    }

    #[test]
    fn a_password_of_any_spelling_goes_into_the_environment_and_into_no_argument() {
        for (in_a_url, password) in [
            ("sesame", "sesame"),
            ("se%20sa%40me%2F%3A%25%2B+%26%23%3D%3F", "se sa@me/:%++&#=?"),
            ("%E6%98%8E%E8%B4%A6%2541", "明账%41"),
        ] {
            let command =
                pointed_at(&format!("postgres://keeper:{in_a_url}@db.example:5433/books"));
            let arguments: Vec<&OsStr> = command.get_args().collect();
            assert_eq!(arguments, ["--no-password"]);
            let environment = environment(&command);
            assert_eq!(environment["PGPASSWORD"], password);
            assert_eq!(environment["PGHOST"], "db.example");
            assert_eq!(environment["PGPORT"], "5433");
            assert_eq!(environment["PGUSER"], "keeper");
            assert_eq!(environment["PGDATABASE"], "books");
        }
    }

    #[test]
    fn odd_users_and_hosts_take_nothing_away_from_the_password() {
        for user in ["w%40bureau", "%5B%2Fx", "a%3Ab", "%23", "%3F"] {
            let command = pointed_at(&format!("postgres://{user}:sesame@[::1]/books"));
            let environment = environment(&command);
            assert_eq!(environment["PGPASSWORD"], "sesame", "{user}");
            assert_eq!(environment["PGHOST"], "::1");
        }
        let command =
            pointed_at("postgres://keeper:sesame@localhost/books?host=%2Fvar%2Frun%2Fa,b");
        let environment = environment(&command);
        assert_eq!(environment["PGHOST"], "/var/run/a,b");
        assert_eq!(environment["PGPASSWORD"], "sesame");
    }

    #[test]
    fn the_password_takes_no_less_guarded_way_than_our_own_sessions() {
        let command = pointed_at(
            "postgres://keeper:sesame@db.example/books?sslmode=verify-full&sslrootcert=/etc/our%20ca.pem",
        );
        let environment = environment(&command);
        assert_eq!(environment["PGSSLMODE"], "verify-full");
        assert_eq!(environment["PGSSLROOTCERT"], "/etc/our ca.pem");
    }
}
