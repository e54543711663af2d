//! The commands that entries name against those of `commands.bin`: each is there, in order of first
//! use, and none that no entry names. Compared while the entries pass.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

use super::command_source::{Body, Found};
use crate::hash::Hash;
use crate::verify::finding::Findings;

const RULE: &str = "command";

/// A command where an entry begins to name it.
#[derive(Debug, Clone, Copy)]
struct Named {
    position: u64,
    command: Hash,
}

/// What became of a command that an entry begins to name.
#[derive(Debug)]
pub(super) enum Begun {
    /// It is there.
    There(Body),
    /// It is not there as it must be: that is a finding, now or with the next command.
    NotThere,
}

/// Goes along both. Where they differ it looks one ahead on either side, so that one that is missing
/// or too much is named once.
pub(super) struct Commands {
    there: There,
    /// The command that the entry before names.
    open: Option<Hash>,
    /// What was named last, while only the next that is named can tell why it is not what is there.
    undecided: Option<Named>,
    right: u64,
}

impl Commands {
    pub(super) fn new(there: Receiver<Vec<Found>>) -> Self {
        let there = There { more: there, ahead: VecDeque::new() };
        Self { there, open: None, undecided: None, right: 0 }
    }

    /// Takes what the entry at the next place names; `None` where it is what the entry before names,
    /// or nothing.
    pub(super) fn take(
        &mut self,
        position: u64,
        command: Option<Hash>,
        findings: &mut Findings,
    ) -> Option<Begun> {
        let before = std::mem::replace(&mut self.open, command);
        let command = command.filter(|_| before != command)?;
        let found = self.compare(Named { position, command }, findings);
        Some(found.map_or(Begun::NotThere, |found| Begun::There(found.body)))
    }

    /// After the last entry; gives how many commands are there as they must be.
    pub(super) fn finish(mut self, findings: &mut Findings) -> u64 {
        if let Some(undecided) = self.undecided.take() {
            self.altered(undecided, findings);
        }
        while let Some(found) = self.there.take() {
            too_much(&found, findings);
        }
        self.right
    }

    /// The command that is there, if it is the one that is named.
    fn compare(&mut self, named: Named, findings: &mut Findings) -> Option<Found> {
        if let Some(before) = self.undecided.take() {
            if self.there.hash(0) == Some(named.command) {
                missing(before, findings);
            } else {
                self.altered(before, findings);
            }
        }
        match self.there.hash(0) {
            Some(hash) if hash == named.command => return self.right(),
            Some(_) if self.there.hash(1) == Some(named.command) => {
                self.there.take().iter().for_each(|found| too_much(found, findings));
                return self.right();
            }
            Some(_) => self.undecided = Some(named),
            None => missing(named, findings),
        }
        None
    }

    fn right(&mut self) -> Option<Found> {
        self.right = self.right.saturating_add(1);
        self.there.take()
    }

    fn altered(&mut self, named: Named, findings: &mut Findings) {
        if let Some(found) = self.there.take() {
            findings.add(Some(named.position), RULE, named.command, shown(&found));
        }
    }
}

fn missing(named: Named, findings: &mut Findings) {
    findings.add(Some(named.position), RULE, named.command, "not there, or at another place");
}

fn too_much(extra: &Found, findings: &mut Findings) {
    let expected = "one that an entry names for the first time at this place";
    findings.add(None, RULE, expected, shown(extra));
}

fn shown(found: &Found) -> String {
    format!("command {} with hash {}", found.index, found.hash)
}

/// The commands that are there and were not compared yet.
struct There {
    more: Receiver<Vec<Found>>,
    ahead: VecDeque<Found>,
}

impl There {
    /// The hash of the next, or of one after it; `None` beyond the end.
    fn hash(&mut self, ahead: usize) -> Option<Hash> {
        while self.ahead.len() <= ahead {
            // Whoever reads them tells why there are no more.
            self.ahead.extend(self.more.recv().ok()?);
        }
        self.ahead.get(ahead).map(|found| found.hash)
    }

    fn take(&mut self) -> Option<Found> {
        self.hash(0)?;
        self.ahead.pop_front()
    }
}
