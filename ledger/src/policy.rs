//! Whom an auditor trusts: C2SP `tlog-policy`, a file that came by hand and not from the server.
//!
//! ```text
//! log <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group <name> all|any|<k> <member>...
//! quorum <name>|none
//! ```
//!
//! Three readings of the specification where it leaves a choice: log keys are of type 0x01 and
//! witness keys of type 0x04, and other types are refused, because what cannot be checked must not
//! look as if it were required; names and URLs must be UTF-8 (comments may be any octets); and the
//! last line must end in a line break like every other, so that a file cut short is noticed.

mod check;
mod parse;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::note::VerifierKey;

pub use check::{CheckError, Checked, Cosigned};
pub use parse::{LineError, PolicyError};

/// Logs, witnesses and the rule that says how many of the witnesses must have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Quorum,
}

/// A log that is trusted to sign checkpoints of its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its key; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where it can be reached.
    pub url: Option<String>,
}

/// A witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// What this policy calls it.
    pub name: String,
    /// Its key, under the name that its signature lines bear.
    pub key: VerifierKey,
    /// The submission prefix of C2SP `tlog-witness`.
    pub url: Option<String>,
}

/// Witnesses a checkpoint when enough of its members do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Quorum {
    /// No cosignature is required.
    None,
    /// This witness or group must have witnessed.
    Of(String),
}

impl Policy {
    /// The logs, in the order of the file. One origin may have several keys.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The first log of this origin.
    pub fn log(&self, origin: &str) -> Option<&Log> {
        self.logs.iter().find(|log| log.key.name() == origin)
    }

    /// Every key that may sign checkpoints of this origin.
    pub fn keys_of<'a>(&'a self, origin: &'a str) -> impl Iterator<Item = &'a VerifierKey> {
        self.logs.iter().map(|log| &log.key).filter(move |key| key.name() == origin)
    }

    /// The witnesses, in the order of the file.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether any cosignature is required at all.
    pub fn requires_witnesses(&self) -> bool {
        self.quorum != Quorum::None
    }

    /// Whether cosignatures of these witnesses (by the policy's names) are enough. Names that the
    /// policy does not know count for nothing.
    pub fn quorum_met(&self, cosigned: &BTreeSet<String>) -> bool {
        let Quorum::Of(required) = &self.quorum else { return true };
        let mut witnessed: BTreeMap<&str, bool> = self
            .witnesses
            .iter()
            .map(|witness| (witness.name.as_str(), cosigned.contains(&witness.name)))
            .collect();
        // Groups name only what stands before them, so one pass in their order is enough.
        for group in &self.groups {
            let has_witnessed = |member: &&String| witnessed.get(member.as_str()) == Some(&true);
            let count = group.members.iter().filter(has_witnessed).count();
            witnessed.insert(&group.name, count >= group.threshold);
        }
        witnessed.get(required.as_str()) == Some(&true)
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "log {}{}", self.key, UrlPart(self.url.as_deref()))
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "witness {} {}{}", self.name, self.key, UrlPart(self.url.as_deref()))
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "group {} {} {}", self.name, self.threshold, self.members.join(" "))
    }
}

/// A policy file that reads as this policy.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.logs.iter().try_for_each(|log| writeln!(f, "{log}"))?;
        self.witnesses.iter().try_for_each(|witness| writeln!(f, "{witness}"))?;
        self.groups.iter().try_for_each(|group| writeln!(f, "{group}"))?;
        match &self.quorum {
            Quorum::None => writeln!(f, "quorum none"),
            Quorum::Of(name) => writeln!(f, "quorum {name}"),
        }
    }
}

struct UrlPart<'a>(Option<&'a str>);

impl fmt::Display for UrlPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |url| write!(f, " {url}"))
    }
}

#[cfg(test)]
mod tests;
