//! `verify --bundle`: an audit bundle, with nothing but the file and a policy.

use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use ledger::policy::Policy;
use ledger::verify::NamedNote;
use serde_json::json;

use super::Failure;
use crate::bundle::outcome::Outcome;
use crate::bundle::verify;

/// Longest checkpoint that is read: as long as a signed note may be.
const LONGEST_NOTE: u64 = 1_000_000;

/// What is verified, against what.
#[derive(Debug)]
pub(super) struct BundleArguments {
    pub(super) bundle: PathBuf,
    pub(super) policy: PathBuf,
    pub(super) checkpoints: Vec<PathBuf>,
    pub(super) json: bool,
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> Failure + '_ {
    move |error| Failure::Usage(format!("{}: {error}", path.display()))
}

pub(super) async fn run(arguments: BundleArguments) -> Result<(), Failure> {
    // Nothing here waits for a database or a network: the runtime's own threads stay free.
    let verified = tokio::task::spawn_blocking(move || verify_and_print(&arguments)).await;
    verified.map_err(|error| Failure::Usage(error.to_string()))?
}

fn verify_and_print(arguments: &BundleArguments) -> Result<(), Failure> {
    let policy = read_policy(&arguments.policy)?;
    let kept = arguments.checkpoints.iter().map(|path| read_note(path));
    let kept = kept.collect::<Result<Vec<_>, _>>()?;
    let bar = ProgressBar::no_length();
    let style = "核验 / verifying {bar:40} {human_pos}/{human_len} {per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    let progress = |done, size| {
        bar.set_length(size);
        bar.set_position(done);
    };
    let outcome = verify::verify(&arguments.bundle, &policy, kept, &progress);
    bar.finish_and_clear();
    let outcome = outcome
        .map_err(|error| Failure::Usage(format!("{}: {error}", arguments.bundle.display())))?;
    if arguments.json {
        println!("{}", as_json(&outcome, &arguments.bundle));
    } else {
        outcome.lines().iter().for_each(|line| println!("{line}"));
    }
    if outcome.is_clean() {
        return Ok(());
    }
    let found = outcome.found();
    let what = format!("核验不通过:{found} 处不符 / verification failed: {found} findings");
    Err(Failure::Refused(what))
}

fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let text = std::fs::read(path).map_err(at(path))?;
    Policy::parse(&text).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

/// Whatever the file holds is looked at by the verification: a checkpoint that was damaged is a
/// finding, a file that is not there is wrong usage.
fn read_note(path: &Path) -> Result<NamedNote, Failure> {
    use std::io::Read;
    let file = std::fs::File::open(path).map_err(at(path))?;
    let mut note = Vec::new();
    file.take(LONGEST_NOTE).read_to_end(&mut note).map_err(at(path))?;
    Ok(NamedNote { name: path.display().to_string(), note })
}

fn as_json(outcome: &Outcome, bundle: &Path) -> serde_json::Value {
    let report = outcome.report.as_ref();
    json!({
        "bundle": bundle.display().to_string(),
        "ok": outcome.is_clean(),
        "found": outcome.found(),
        "findings": outcome.findings().collect::<Vec<_>>(),
        "manifest": outcome.manifest,
        "ledger": report.map(|report| report.ledger.to_string()),
        "entries": report.map(|report| report.coverage.entries),
        "signatures": report.map(|report| report.coverage.signatures),
        "head": report.map(|report| report.head.to_string()),
        "root": report.map(|report| report.root.to_string()),
        "coverage": report.map(|report| json!({
            "streams": report.coverage.streams,
            "requests": report.coverage.requests,
            "claims": report.coverage.claims,
            "commands": report.coverage.commands,
            "signedCommands": report.coverage.signed_commands,
            "balances": report.coverage.balances,
            "totals": outcome.totals_derived,
            "checkpoints": report.coverage.checkpoints,
            "keptCheckpoints": report.coverage.kept,
            "unchecked": outcome.unchecked(),
        })),
        "witnessesRequired": outcome.witnesses_required,
        "witnessed": outcome.witnessed,
    })
}
