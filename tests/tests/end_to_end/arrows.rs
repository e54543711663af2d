//! Which crate may know which. The architecture allows these arrows and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use tests::program::checkout;

const ALLOWED: [(&str, &[&str]); 7] = [
    ("domain", &[]),
    ("ledger", &[]),
    ("migrations", &[]),
    ("people", &["domain"]),
    ("projections", &["domain", "ledger"]),
    ("api", &["domain", "ledger", "people", "projections", "migrations"]),
    ("tests", &["domain", "ledger", "people", "projections", "migrations", "api"]),
];

/// All that the rules are written with: no runtime, database, network, hash or randomness
/// (cqrs-es brings a runtime along, and uuid a source of randomness; the rules call neither).
const ALLOWED_IN_DOMAIN: [&str; 7] =
    ["chrono", "cqrs-es", "csv", "serde", "serde_json", "thiserror", "uuid"];

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(checkout().join("Cargo.toml"))
        // Crates for other kinds of machine were never fetched here.
        .other_options(["--offline", "--filter-platform", &host()].map(str::to_owned))
        .exec()
        .unwrap()
}

fn members(workspace: &Metadata) -> Vec<&Package> {
    workspace.workspace_packages()
}

#[test]
fn no_crate_depends_on_one_that_the_architecture_keeps_from_it() {
    let workspace = workspace();
    let names: BTreeSet<&str> =
        members(&workspace).iter().map(|member| member.name.as_str()).collect();
    let allowed = BTreeMap::from(ALLOWED);
    assert_eq!(names, allowed.keys().copied().collect(), "the crates of architecture.md");
    for member in members(&workspace) {
        for dependency in &member.dependencies {
            let other = dependency.name.as_str();
            assert!(
                !names.contains(other) || allowed[member.name.as_str()].contains(&other),
                "{} must not depend on {other}, in tests neither",
                member.name
            );
        }
    }
}

#[test]
fn the_rules_use_no_runtime_database_network_or_hash() {
    let workspace = workspace();
    let domain =
        members(&workspace).into_iter().find(|member| member.name.as_str() == "domain").unwrap();
    let foreign: Vec<&str> = domain
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !ALLOWED_IN_DOMAIN.contains(name))
        .collect();
    assert!(foreign.is_empty(), "domain must not use {foreign:?}");
}

/// Everything that an auditor's machine runs. Only `verify/database` reads tables, and only
/// `bundle/export.rs` writes a bundle from one.
const NEEDS_NO_DATABASE: [&str; 25] = [
    "ledger/src/bundle",
    "ledger/src/checkpoint.rs",
    "ledger/src/clock.rs",
    "ledger/src/cosignature.rs",
    "ledger/src/effects.rs",
    "ledger/src/entry",
    "ledger/src/hash.rs",
    "ledger/src/hashing.rs",
    "ledger/src/identifier.rs",
    "ledger/src/key.rs",
    "ledger/src/keys",
    "ledger/src/note",
    "ledger/src/note.rs",
    "ledger/src/opened.rs",
    "ledger/src/policy",
    "ledger/src/policy.rs",
    "ledger/src/proof_file",
    "ledger/src/proof_file.rs",
    "ledger/src/signer.rs",
    "ledger/src/tree",
    "ledger/src/tree.rs",
    "ledger/src/verify",
    "api/src/books/rules.rs",
    "api/src/bundle",
    "api/src/cli/verify_bundle.rs",
];
const READS_TABLES: [&str; 2] = ["ledger/src/verify/database", "api/src/bundle/export.rs"];

/// What a proof that needs no trust in us must not touch.
const OF_A_DATABASE: [&str; 6] =
    ["sqlx", "postgres", "crate::reader", "crate::writer", "crate::store", "::database"];

#[test]
fn what_is_proven_offline_uses_no_code_that_reads_a_database() {
    let mut waiting: Vec<_> = NEEDS_NO_DATABASE.iter().map(|name| checkout().join(name)).collect();
    let mut read = 0;
    while let Some(path) = waiting.pop() {
        if READS_TABLES.iter().any(|reads| path == checkout().join(reads)) {
            continue;
        }
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).unwrap();
            waiting.extend(inside.map(|entry| entry.unwrap().path()));
            continue;
        }
        read += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        let named: Vec<_> = OF_A_DATABASE.iter().filter(|name| text.contains(**name)).collect();
        assert!(named.is_empty(), "{} names {named:?}", path.display());
    }
    assert!(read > 50, "only {read} files were found");
}

/// A session, a runtime to wait for one, an event store.
const KNOW_A_DATABASE: [&str; 4] = ["sqlx", "tokio", "postgres", "cqrs"];

#[test]
fn the_ledger_without_its_feature_database_is_built_from_no_crate_that_knows_one() {
    let built_from = |features: &[&str]| {
        let arguments = ["--package", "ledger", "--prefix", "none", "--edges", "normal,build"];
        tree(&[&arguments, features].concat())
    };
    let know_one = |crates: &BTreeSet<String>| {
        let knows_one = |name: &&String| KNOW_A_DATABASE.iter().any(|word| name.contains(word));
        crates.iter().filter(knows_one).cloned().collect::<Vec<_>>()
    };
    assert!(!know_one(&built_from(&[])).is_empty(), "the writer needs them");
    assert_eq!(know_one(&built_from(&["--no-default-features"])), Vec::<String>::new());
}

/// The kind of machine that we build for, as rustc names it.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// The lines of `cargo tree`, each once.
fn tree(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked"])
        .args(arguments)
        .current_dir(checkout())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().map(|line| line.trim_end_matches(" (*)").trim().to_owned()).collect()
}

#[test]
fn the_demo_and_the_tests_share_one_build() {
    let features = |edges: &str| {
        tree(&["--workspace", "--prefix", "none", "--format", "{p} {f}", "--edges", edges])
    };
    let (program, tests) = (features("normal,build"), features("normal,build,dev"));
    let built_again: Vec<_> = tests.symmetric_difference(&program).collect();
    assert!(
        built_again.is_empty(),
        "`make test` would build these anew after `make demo`; make what a crate's tests use a \
         plain dependency of the crate tests: {built_again:#?}"
    );
}
