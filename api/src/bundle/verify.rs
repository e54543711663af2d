//! Verifying an audit bundle with nothing but the file and a policy: no database, no server, no
//! network, no data directory.
//!
//! Here the archive, the manifest's digests, the totals and the witnesses are checked; what the
//! entries themselves prove is for [`ledger::verify`].

use std::io;
use std::path::Path;
use std::sync::Arc;

use domain::events::AnyEvent;
use domain::payment::Payment;
use ledger::bundle::{Archive, Manifest, MemberName, MemberRemains, OpenError};
use ledger::policy::Policy;
use ledger::verify::{
    BundleError, BundleInput, Depth, Finding, NamedNote, ObservedEntry, Offline, Trust,
    verify_bundle,
};

use super::outcome::{Outcome, Said};
use super::tables;
use super::totals::{self, Totals};
use super::witnessed::{check_quorum, witnessed};
use crate::books::DomainRules;

/// Why a verification could not be carried out. It is never the same as a clean one.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The bundle cannot be opened: nothing is said of its content.
    #[error("{0}")]
    File(io::Error),
    /// This machine failed: its disk, its threads.
    #[error("{0}")]
    Machine(#[from] io::Error),
    /// A check did not come to an end.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// Verifies a bundle against a policy and against the checkpoints that an auditor kept. `progress`
/// is told how many entries are done and how many there must be. Whatever is wrong with the data is
/// in the outcome. Memory does not grow with the number of entries, apart from about 100 bytes for
/// each checkpoint that signed commands name; temporary files take about 290 bytes an entry.
///
/// # Errors
/// When the file cannot be opened, or this machine fails.
pub fn verify(
    bundle: &Path,
    policy: &Policy,
    kept: Vec<NamedNote>,
    progress: &dyn Fn(u64, u64),
) -> Result<Outcome, VerificationError> {
    let mut outcome =
        Outcome { witnesses_required: policy.requires_witnesses(), ..Outcome::default() };
    let mut archive = match Archive::open(bundle) {
        Ok(archive) => archive,
        Err(OpenError::File(error)) => return Err(VerificationError::File(error)),
        Err(error) => {
            let expected = "one that can be read".to_owned();
            outcome.found_beside([finding("audit bundle", expected, error.to_string())]);
            return Ok(outcome);
        }
    };
    let manifest = archive.manifest().clone();
    outcome.manifest = Some(said(&manifest));
    let Some(trust) = trust(policy, &manifest, &mut outcome) else {
        outcome.found_beside(archive.take_findings());
        return Ok(outcome);
    };
    let notes = notes(&mut archive);
    check_witnesses(policy, &manifest, &notes, &mut outcome);
    check_entries(&mut archive, trust, notes, kept, &mut outcome, progress)?;
    outcome.found_beside(archive.take_findings());
    Ok(outcome)
}

fn said(manifest: &Manifest) -> Said {
    Said {
        ledger: manifest.ledger.to_string(),
        origin: manifest.origin.clone(),
        size: manifest.size,
        program: manifest.program.clone(),
    }
}

fn finding(rule: &'static str, expected: String, found: String) -> Finding {
    Finding { position: None, rule, expected, found }
}

/// What the policy says of the ledger that the manifest names; `None` for one that it does not name,
/// because then nothing that the bundle says could be trusted.
fn trust(policy: &Policy, manifest: &Manifest, outcome: &mut Outcome) -> Option<Trust> {
    let origin = manifest.origin.as_str();
    let keys: Vec<_> = policy.keys_of(origin).map(|key| key.public().clone()).collect();
    // After a rotation a policy may name later keys besides; the first one is among them.
    let first = keys.iter().find(|key| **key == manifest.first_key).or(keys.first()).cloned();
    let Some(first_key) = first else {
        let known: Vec<_> = policy.logs().iter().map(|log| log.key.name()).collect();
        let expected = format!("a log of the policy: {}", known.join(", "));
        outcome.found_beside([finding("origin", expected, origin.escape_debug().to_string())]);
        return None;
    };
    if first_key != manifest.first_key {
        let (expected, found) = (first_key.to_string(), manifest.first_key.to_string());
        outcome.found_beside([finding("first key", expected, found)]);
    }
    Some(Trust { origin: origin.to_owned(), first_key })
}

fn notes(archive: &mut Archive) -> Vec<(u64, Vec<u8>)> {
    let sizes = archive.checkpoints();
    sizes.into_iter().map(|size| (size, archive.text(MemberName::Checkpoint(size)))).collect()
}

fn check_witnesses(
    policy: &Policy,
    manifest: &Manifest,
    notes: &[(u64, Vec<u8>)],
    outcome: &mut Outcome,
) {
    let mut findings = Vec::new();
    let mut all: Vec<_> = notes
        .iter()
        .filter_map(|(size, note)| witnessed(policy, *size, note, &mut findings))
        .filter(|note| note.size == manifest.size || !note.witnesses.is_empty())
        .collect();
    all.sort_by_key(|note| note.size);
    check_quorum(policy, manifest.size, &all, &mut findings);
    outcome.witnessed = all;
    outcome.found_beside(findings);
}

fn check_entries(
    archive: &mut Archive,
    trust: Trust,
    notes: Vec<(u64, Vec<u8>)>,
    kept: Vec<NamedNote>,
    outcome: &mut Outcome,
    progress: &dyn Fn(u64, u64),
) -> Result<(), VerificationError> {
    let (ledger, size) = (archive.manifest().ledger.clone(), archive.manifest().size);
    let (entries, entries_remain) = archive.stream(MemberName::Entries)?;
    let (signatures, signatures_remain) = archive.stream(MemberName::Signatures)?;
    let (commands, commands_remain) = archive.stream(MemberName::Commands)?;
    let named = |(size, note)| NamedNote { name: MemberName::Checkpoint(size).to_string(), note };
    let input = BundleInput {
        ledger,
        size,
        entries: Box::new(entries),
        signatures: Box::new(signatures),
        commands: Box::new(commands),
        checkpoints: notes.into_iter().map(named).collect(),
        balances: archive.text(MemberName::Balances),
        kept,
    };
    let balances = tables::rows(&input.balances);
    let mut derived = Totals::default();
    let mut observe = |entry: &ObservedEntry<'_>| {
        // An event that cannot be read is found by the rules.
        event(entry).and_then(|event| totals::change(&event)).into_iter().for_each(|change| {
            derived.add(change);
        });
    };
    let offline = Offline {
        rules: Arc::new(DomainRules),
        trust,
        depth: Depth::Everything,
        scratch: &std::env::temp_dir(),
        observe: &mut observe,
        progress: &|done| progress(done, size),
    };
    let report = verify_bundle(input, offline)?;
    let remains = [entries_remain, signatures_remain, commands_remain];
    outcome.found_beside(remains.into_iter().flat_map(MemberRemains::findings));
    let table = archive.text(MemberName::Totals);
    outcome.found_beside(tables::compare("totals.csv", &derived.print()?, &table));
    for (name, rows) in [
        (MemberName::Commands, report.coverage.commands),
        (MemberName::Balances, balances),
        (MemberName::Totals, tables::rows(&table)),
    ] {
        outcome.found_beside(counted(archive.manifest(), name, rows));
    }
    outcome.totals_derived = true;
    outcome.report = Some(report);
    Ok(())
}

/// Whether there are as many rows as the manifest says. Of entries and signatures there must be as
/// many as the bundle's size, which is looked at with the entries.
fn counted(manifest: &Manifest, name: MemberName, rows: u64) -> Option<Finding> {
    let said = manifest.member(name)?.rows;
    let expected = format!("{name}: {said}");
    (rows != said).then(|| finding("rows of a member", expected, rows.to_string()))
}

/// The event of an entry that may count in the totals.
fn event(entry: &ObservedEntry<'_>) -> Option<AnyEvent> {
    let kind = entry.stream.kind();
    (kind == <Payment as cqrs_es::Aggregate>::TYPE)
        .then(|| AnyEvent::read(kind, entry.event.as_str(), entry.payload).ok())?
}
