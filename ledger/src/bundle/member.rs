//! What the members are called.

use std::fmt;

use crate::entry::NUMBER_LIMIT;
use crate::identifier::canonical_number;

/// A member of the archive that the manifest lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberName {
    /// `entries.bin`
    Entries,
    /// `signatures.bin`
    Signatures,
    /// `commands.bin`
    Commands,
    /// `checkpoints/<size>`: the checkpoint over so many entries.
    Checkpoint(u64),
    /// `balances.csv`
    Balances,
    /// `totals.csv`
    Totals,
}

impl MemberName {
    /// The members that every bundle has, besides a checkpoint at its size.
    pub const ALWAYS: [Self; 5] =
        [Self::Entries, Self::Signatures, Self::Commands, Self::Balances, Self::Totals];

    /// Reads a name; `None` for any other spelling. No name that is read can lead out of a directory.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "entries.bin" => Self::Entries,
            "signatures.bin" => Self::Signatures,
            "commands.bin" => Self::Commands,
            "balances.csv" => Self::Balances,
            "totals.csv" => Self::Totals,
            other => {
                let size = canonical_number(other.strip_prefix("checkpoints/")?)?;
                (1..NUMBER_LIMIT).contains(&size).then_some(Self::Checkpoint(size))?
            }
        })
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entries => f.write_str("entries.bin"),
            Self::Signatures => f.write_str("signatures.bin"),
            Self::Commands => f.write_str("commands.bin"),
            Self::Checkpoint(size) => write!(f, "checkpoints/{size}"),
            Self::Balances => f.write_str("balances.csv"),
            Self::Totals => f.write_str("totals.csv"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_printed_and_in_no_other_spelling() {
        for name in MemberName::ALWAYS.into_iter().chain([MemberName::Checkpoint(18_234)]) {
            assert_eq!(MemberName::parse(&name.to_string()), Some(name));
        }
        for bad in [
            "",
            "Entries.bin",
            "./entries.bin",
            "../entries.bin",
            "/entries.bin",
            "entries.bin/",
            "checkpoints/",
            "checkpoints/0",
            "checkpoints/01",
            "checkpoints/+1",
            "checkpoints/1/2",
            "checkpoints/../1",
            "checkpoints\\1",
            "checkpoints/9007199254740992",
            "manifest.json",
        ] {
            assert_eq!(MemberName::parse(bad), None, "{bad}");
        }
    }
}
