//! Cosignatures under checkpoints, and whether they are as many as the policy asks for.

use std::collections::BTreeSet;

use ledger::note::{Note, Signed};
use ledger::policy::Policy;
use ledger::verify::Finding;
use serde::Serialize;

/// Which of the policy's witnesses cosigned one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witnessed {
    /// How many entries the checkpoint stands over.
    pub size: u64,
    /// Names of the witnesses, as the policy has them.
    pub witnesses: Vec<String>,
    /// Whether they meet the policy's quorum, which `none` always does.
    pub quorum_met: bool,
}

/// Reads a checkpoint's cosignatures; `None` for bytes that are no note, which are found elsewhere.
/// A line that names a witness's key and is not by it is a finding.
pub(super) fn witnessed(
    policy: &Policy,
    size: u64,
    note: &[u8],
    findings: &mut Vec<Finding>,
) -> Option<Witnessed> {
    let note = Note::parse(std::str::from_utf8(note).ok()?).ok()?;
    let mut names = BTreeSet::new();
    for witness in policy.witnesses() {
        match note.signed_by(&witness.key) {
            Ok(Some(Signed::Cosigned { .. })) => {
                names.insert(witness.name.clone());
            }
            Ok(_) => {}
            Err(error) => findings.push(Finding {
                position: None,
                rule: "cosignature",
                expected: format!("{} under checkpoints/{size}", witness.name),
                found: error.to_string(),
            }),
        }
    }
    let quorum_met = policy.quorum_met(&names);
    Some(Witnessed { size, witnesses: names.into_iter().collect(), quorum_met })
}

/// The checkpoint over all entries must bear the cosignatures that the policy asks for.
pub(super) fn check_quorum(
    policy: &Policy,
    size: u64,
    all: &[Witnessed],
    findings: &mut Vec<Finding>,
) {
    if !policy.requires_witnesses() {
        return;
    }
    let latest = all.iter().find(|checkpoint| checkpoint.size == size);
    if latest.is_some_and(|checkpoint| checkpoint.quorum_met) {
        return;
    }
    let names = latest.map(|checkpoint| checkpoint.witnesses.join(", ")).unwrap_or_default();
    findings.push(Finding {
        position: None,
        rule: "quorum of the policy",
        expected: format!("enough witnesses under checkpoints/{size}"),
        found: if names.is_empty() { "none of them".to_owned() } else { format!("only {names}") },
    });
}
