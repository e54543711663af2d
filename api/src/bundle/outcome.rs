//! What a verification of a bundle tells, as lines and as JSON.

use ledger::verify::{BundleReport, Coverage, Finding, Unchecked};
use serde::Serialize;

use super::witnessed::Witnessed;

/// At most so many findings besides those about entries are listed; the rest is counted.
const MOST_FINDINGS: usize = 1_000;

/// The outcome of verifying one bundle.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// What the manifest says; none where there is no manifest to go by.
    pub manifest: Option<Said>,
    /// What the entries gave; none where there was nothing to go by.
    pub report: Option<BundleReport>,
    /// Cosignatures of each checkpoint that bears any, and of the latest.
    pub witnessed: Vec<Witnessed>,
    /// Whether the policy asks for witnesses at all.
    pub witnesses_required: bool,
    /// Whether the totals were derived again.
    pub totals_derived: bool,
    /// What was found about the archive, its tables and its witnesses.
    pub beside: Vec<Finding>,
    /// How many of these there were.
    pub beside_found: u64,
}

/// What the manifest says of the whole.
#[derive(Debug, Clone, Serialize)]
pub struct Said {
    /// The bureau's books.
    pub ledger: String,
    /// Origin of its checkpoints.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// What wrote the bundle.
    pub program: String,
}

impl Outcome {
    pub(super) fn found_beside(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.beside_found = self.beside_found.saturating_add(1);
            if self.beside.len() < MOST_FINDINGS {
                self.beside.push(finding);
            }
        }
    }

    /// How many findings there are in all.
    pub fn found(&self) -> u64 {
        let in_entries = self.report.as_ref().map_or(0, |report| report.found);
        in_entries.saturating_add(self.beside_found)
    }

    /// Whether the whole bundle was verified and all of it was as it must be.
    pub fn is_clean(&self) -> bool {
        self.found() == 0
            && self.totals_derived
            && self.report.as_ref().is_some_and(BundleReport::is_clean)
    }

    /// Findings about entries by position, then all others.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.report.iter().flat_map(|report| &report.findings).chain(&self.beside)
    }

    /// What was not checked, here or by whoever derives the entries again.
    pub fn unchecked(&self) -> Vec<Unchecked> {
        let done_here =
            |what: &Unchecked| matches!(what, Unchecked::Manifest | Unchecked::Cosignatures);
        let totals = |what: &Unchecked| self.totals_derived && *what == Unchecked::Totals;
        let unchecked = self.report.iter().flat_map(|report| report.coverage.unchecked.clone());
        unchecked.filter(|what| !done_here(what) && !totals(what)).collect()
    }

    /// The findings, then what was covered, then the outcome, as `verify` prints it.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.findings().map(ToString::to_string).collect();
        let listed = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        if listed < self.found() {
            let more = self.found().saturating_sub(listed);
            lines.push(format!("另有 {more} 处不符 / {more} findings more"));
        }
        let Some(report) = &self.report else {
            lines.push("没有可以核验的内容 / nothing could be verified: FAILED".to_owned());
            return lines;
        };
        lines.extend(self.covered(&report.coverage));
        lines.push(format!(
            "{}: {} entries, {} signatures, head {}, root {}: {}",
            report.ledger,
            report.coverage.entries,
            report.coverage.signatures,
            report.head,
            report.root,
            if self.is_clean() { "OK" } else { "FAILED" }
        ));
        lines
    }

    fn covered(&self, coverage: &Coverage) -> Vec<String> {
        let Coverage { commands, signed_commands, streams, requests, claims, balances, .. } =
            coverage;
        let (checkpoints, kept) = (coverage.checkpoints.len(), coverage.kept.len());
        let mut lines = vec![
            format!(
                "已核验 / checked: {streams} streams, {requests} requests, {claims} claims, \
                 {commands} commands ({signed_commands} signed by officers), {balances} balances{}",
                if self.totals_derived { ", totals" } else { "" }
            ),
            format!(
                "检查点 / checkpoints: {checkpoints} in the bundle, {kept} of your own, on this history"
            ),
        ];
        lines.push(match (self.witnesses_required, self.witnessed.last()) {
            (false, _) => {
                "见证 / witnesses: 策略未要求见证方 / the policy asks for none (quorum none)"
                    .to_owned()
            }
            (true, None) => "见证 / witnesses: 无 / none".to_owned(),
            (true, Some(latest)) => format!(
                "见证 / witnesses: {} under checkpoints/{}, quorum {}",
                latest.witnesses.join(", "),
                latest.size,
                if latest.quorum_met { "met" } else { "not met" }
            ),
        });
        let unchecked: Vec<_> = self.unchecked().iter().map(ToString::to_string).collect();
        if !unchecked.is_empty() {
            lines.push(format!("未核验 / not checked: {}", unchecked.join("; ")));
        }
        lines
    }
}
