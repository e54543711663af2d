//! Tests that a machine cannot run are named at the end of `make test`, never passed over.

use std::fs::OpenOptions;
use std::io::Write;

/// Where `make test` collects what could not run.
const LIST: &str = "MINGZHANG_NOT_RUN";

/// Says that a test, or a part of one, cannot run here, and why.
pub fn report(what: &str, why: &str) {
    eprintln!("not run: {what}: {why}");
    if let Some(path) = std::env::var_os(LIST) {
        let mut list = OpenOptions::new().create(true).append(true).open(path).unwrap();
        list.write_all(format!("{what}: {why}\n").as_bytes()).unwrap();
    }
}
