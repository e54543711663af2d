//! A backup from a server that asks for a password, which nobody else gets to see.

use std::process::{Command, Output};

use api::database::{DataDirectory, PrivateServer};
use sqlx::{ConnectOptions, Connection, Executor};
use tests::program::mingzhang;
use tests::scratch::ScratchDirectory;

/// Odd on purpose: each of these characters means something in a URL, to a shell or to SQL.
const PASSWORD: &str = "open sesame @/%41:$`\"明账";
const PASSWORD_IN_A_URL: &str = "open%20sesame%20%40%2F%2541%3A%24%60%22%E6%98%8E%E8%B4%A6";
/// What is searched for where the password must not be, however it is written there.
const TRACE: &str = "sesame";

/// A server that lets the role `keeper` in by its password alone, and PostgreSQL's programs in front
/// of the real ones, which note how they are called.
struct Guarded {
    scratch: ScratchDirectory,
    server: PrivateServer,
}

impl Guarded {
    async fn new() -> Self {
        let scratch = ScratchDirectory::new();
        let data = DataDirectory::open(&scratch.join("server")).unwrap();
        let server = PrivateServer::start(&data).await.unwrap();
        let mut administrator = server.administrator().connect().await.unwrap();
        for statement in [
            format!("create role keeper login createrole password '{PASSWORD}'"),
            "create database kept owner keeper".to_owned(),
            "create database restored owner keeper".to_owned(),
        ] {
            administrator.execute(statement.as_str()).await.unwrap();
        }
        administrator.close().await.unwrap();
        // Whom a server lets in, and how, it reads when it starts.
        let rules = server.cluster().join("pg_hba.conf");
        server.leave().await.unwrap();
        std::fs::write(rules, "local all keeper scram-sha-256\nlocal all all trust\n").unwrap();
        let server = PrivateServer::start(&data).await.unwrap();
        let guarded = Self { scratch, server };
        guarded.place_witness("pg_dump");
        guarded.place_witness("pg_restore");
        guarded
    }

    fn place_witness(&self, name: &str) {
        let program = self.server.programs().program(name);
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' {name} \"$@\" >>'{}'\nenv >>'{}'\nexec '{}' \"$@\"\n",
            self.scratch.join("arguments").display(),
            self.scratch.join("environment").display(),
            program.display()
        );
        let text = self.scratch.join(format!("{name}.text"));
        std::fs::write(&text, script).unwrap();
        std::fs::create_dir_all(self.scratch.join("programs")).unwrap();
        // Copied by another process: a file that this one has open for writing cannot be run while
        // another test starts a child.
        let copy = self.scratch.join("programs").join(name);
        let copied = Command::new("install").args(["-m", "755"]).args([text, copy]).status();
        assert!(copied.unwrap().success());
    }

    /// Runs the program with a password that it has from the URL and from nowhere else.
    fn run(&self, password: &str, database: &str, arguments: &[&str]) -> Output {
        let socket = self.server.socket_directory().to_str().unwrap().replace('/', "%2F");
        let url = format!(
            "postgres://keeper:{password}@localhost/{database}?host={socket}&sslmode=disable"
        );
        let path = std::env::var("PATH").unwrap();
        mingzhang(&self.scratch.join(database))
            .env("DATABASE_URL", url)
            .env("PATH", format!("{}:{path}", self.scratch.join("programs").display()))
            .env("PGPASSFILE", self.scratch.join("no-passwords"))
            .env_remove("PGPASSWORD")
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The same with the right password; it must succeed, and not repeat the password.
    fn done(&self, database: &str, arguments: &[&str]) {
        let output = self.run(PASSWORD_IN_A_URL, database, arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert!(!format!("{output:?}").contains(TRACE), "{arguments:?}: {output:?}");
    }

    /// What the programs noted.
    fn noted(&self, what: &str) -> String {
        std::fs::read_to_string(self.scratch.join(what)).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_reaches_pg_dump_and_pg_restore_in_their_environment_and_never_as_an_argument() {
    let guarded = Guarded::new().await;
    let refused = guarded.run("close%20sesame", "kept", &["verify"]);
    assert_eq!(refused.status.code(), Some(2), "the server asks for the password: {refused:?}");
    assert!(!format!("{refused:?}").contains(TRACE), "{refused:?}");
    let ledger = ["--ledger", "cn-320404", "--bureau", "常州市钟楼区民政局", "--region", "320404"];
    guarded.done("kept", &[&["open-ledger"][..], &ledger].concat());
    let archive = guarded.scratch.join("archive.backup");
    let archive = archive.to_str().unwrap();
    guarded.done("kept", &["backup", "--out", archive]);
    guarded.done("restored", &["restore", "--from", archive]);
    guarded.done("restored", &["verify"]);
    let arguments = guarded.noted("arguments");
    for name in ["pg_dump\n", "pg_restore\n"] {
        assert!(arguments.contains(name), "{name} was not called: {arguments}");
    }
    assert!(!arguments.contains(TRACE), "{arguments}");
    let handed_over = format!("PGPASSWORD={PASSWORD}");
    let environment = guarded.noted("environment");
    assert_eq!(
        environment.lines().filter(|line| **line == handed_over).count(),
        2,
        "{environment}"
    );
    guarded.done("kept", &["verify"]);
    guarded.server.leave().await.unwrap();
}
