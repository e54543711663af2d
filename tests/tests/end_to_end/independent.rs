//! Software that is not ours checks what ours made, and ours checks what it made.
//!
//! The programs lie in `tests/independent`; their packages are pinned, and kept below the build
//! directory. What this machine lacks is named by [`not_run`].

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tests::bureau::{Bureau, LEDGER};
use tests::not_run;
use tests::program::{build_directory, checkout, mingzhang};
use tests::scratch::ScratchDirectory;

mod trees;

/// Where Debian's packages put the sources of Go libraries.
const GO_LIBRARIES: &str = "/usr/share/gocode";

fn programs() -> PathBuf {
    checkout().join("tests/independent")
}

/// Packages and built programs, kept from one run to the next.
fn kept() -> PathBuf {
    let kept = build_directory().parent().unwrap().join("independent");
    std::fs::create_dir_all(&kept).unwrap();
    kept
}

/// What was said, or why it could not be done.
fn done(command: &mut Command) -> Result<Output, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("there is no {program}"),
        _ => format!("{program}: {error}"),
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program}: {}", said.trim().lines().last().unwrap_or("it does not say why")))
}

/// A Python that has the packages of `requirements.txt`, to the byte.
fn python() -> Result<&'static Path, &'static str> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let python = PYTHON.get_or_init(|| {
        let recent = "import sys; assert sys.version_info >= (3, 11), 'it is older than 3.11'; print(sys.version)";
        let version = done(Command::new("python3").args(["-c", recent]))?.stdout;
        let requirements = programs().join("requirements.txt");
        let mut made_of = std::fs::read(&requirements).unwrap();
        made_of.extend(version);
        let name: String = ledger::hash::plain(&made_of).to_string().chars().take(16).collect();
        let environment = kept().join(format!("python-{name}"));
        if !environment.exists() {
            // Made aside, so that one that was cut short is not taken for a whole one.
            let aside = kept().join(format!("python-{name}-{}", std::process::id()));
            done(Command::new("python3").args(["-m", "venv"]).arg(&aside))?;
            let pip = ["-m", "pip", "install", "--quiet", "--require-hashes", "--requirement"];
            done(Command::new(aside.join("bin/python")).args(pip).arg(requirements))?;
            // Another test run may have been quicker; its packages are the same.
            let _ = std::fs::rename(aside, &environment);
        }
        Ok(environment.join("bin/python"))
    });
    python.as_deref().map_err(String::as_str)
}

/// Runs a Python program of `tests/independent`; without leaving compiled files in the checkout.
fn run_python(arguments: &[&str]) -> Result<Output, &'static str> {
    let mut command = Command::new(python()?);
    Ok(command.arg("-B").args(arguments).current_dir(programs()).output().unwrap())
}

/// Builds the Go program against the libraries of Debian's package, without a network.
fn go_program() -> Result<PathBuf, String> {
    if !Path::new(GO_LIBRARIES).join("src/golang.org/x/mod/sumdb/tlog").is_dir() {
        return Err("there is no golang-golang-x-mod-dev".to_owned());
    }
    let program = kept().join("compare_trees");
    let mut go = Command::new("go");
    go.args(["build", "-o"]).arg(&program).arg(programs().join("compare_trees.go"));
    go.env("GOPATH", GO_LIBRARIES).env("GOCACHE", kept().join("go-cache"));
    go.env("GO111MODULE", "off").env("GOFLAGS", "").env("GOTOOLCHAIN", "local");
    done(&mut go)?;
    Ok(program)
}

fn assert_success(output: &Output, says: &str) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains(says), "{output:?}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_bundle_verifier_that_is_not_ours_finds_every_damage_of_its_own_tests() {
    match run_python(&[
        "-m",
        "unittest",
        "test_verify_bundle.py",
        "test_commands.py",
        "test_money.py",
    ]) {
        Ok(output) => assert_success(&output, ""),
        Err(why) => not_run::report("the tests of the bundle verifier in Python", why),
    }
}

#[test]
fn packages_from_pypi_agree_with_our_roots_checkpoints_and_proofs() {
    let scratch = ScratchDirectory::new();
    let ours = scratch.join("ours.jsonl");
    match python() {
        Ok(_) => {
            trees::write_ours(&ours);
            let output = run_python(&["compare_trees.py", text(&ours)]).unwrap();
            assert_success(&output, "1104 sizes");
        }
        Err(why) => not_run::report("trees against pymerkle and metamorphic-log", why),
    }
}

#[test]
fn the_code_of_gos_checksum_database_agrees_with_ours_and_ours_with_it() {
    let scratch = ScratchDirectory::new();
    let (ours, theirs) = (scratch.join("ours.jsonl"), scratch.join("theirs.jsonl"));
    match go_program() {
        Ok(program) => {
            trees::write_ours(&ours);
            let output = Command::new(program).arg(&ours).arg(&theirs).output().unwrap();
            assert_success(&output, "1104 sizes");
            trees::check_theirs(&theirs);
        }
        Err(why) => not_run::report("trees against golang.org/x/mod/sumdb", &why),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_bundle_is_checked_by_a_verifier_that_is_not_ours() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    let size = bureau.size().await;
    let scratch = ScratchDirectory::new();
    let (bundle, damaged) = (scratch.join("bundle.zip"), scratch.join("damaged.zip"));
    let export = mingzhang(bureau.place.data_path())
        .env("DATABASE_URL", bureau.place.url())
        .args(["export", "--ledger", LEDGER, "--out", text(&bundle)])
        .output()
        .unwrap();
    assert!(export.status.success(), "{export:?}");
    let policy = bureau.place.data_path().join(format!("{LEDGER}.policy"));
    let verify =
        |bundle: &Path| run_python(&["verify_bundle.py", text(bundle), "--policy", text(&policy)]);
    match verify(&bundle) {
        Ok(output) => assert_success(&output, &format!("checked: {size} entries")),
        Err(why) => {
            return not_run::report("an exported bundle against the verifier in Python", why);
        }
    }
    for position in 0..size {
        let position = position.to_string();
        let damage = ["damage_bundle.py", text(&bundle), text(&damaged), &position];
        assert_success(&run_python(&damage).unwrap(), "");
        let output = verify(&damaged).unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(said.contains(&format!("position {position}: ")), "{said}");
    }
    bureau.check_ledger().await;
}
