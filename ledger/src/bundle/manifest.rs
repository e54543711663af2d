//! `manifest.json`: what the bundle says it holds. Nothing in it is believed: size, origin and key
//! are held against the policy and the entries, digests and counts against the members.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::MemberName;
use crate::LedgerId;
use crate::entry::{LONGEST, NUMBER_LIMIT};
use crate::hash::Hash;
use crate::key::PublicKey;
use crate::opened::WrittenKey;

/// Name of the member, which does not list itself.
pub const MANIFEST: &str = "manifest.json";

/// The format that is written. Older ones stay readable for ever.
pub const FORMAT: u32 = 1;

/// What a bundle says it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// Origin of its checkpoints.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The key that signs from position 0.
    pub first_key: PublicKey,
    /// Name and version of the program that wrote the bundle.
    pub program: String,
    /// Every member besides the manifest, none twice, in the order of the archive.
    pub members: Vec<Member>,
}

/// What the manifest says of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which.
    pub name: MemberName,
    /// SHA-256 of its bytes, not compressed.
    pub sha256: Hash,
    /// How many bytes it has, not compressed.
    pub bytes: u64,
    /// How many entries, signatures, commands, notes, or lines of a table without its header.
    pub rows: u64,
}

/// Why bytes are no manifest that this program can go by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not the JSON object that it must be.
    #[error("清单格式不对:{0} / not a manifest: {0}")]
    Malformed(String),
    /// Written by a later version of this program.
    #[error(
        "清单的格式版本为 {0},本程序只认识版本 {FORMAT} / the manifest has format {0}, this program knows {FORMAT}"
    )]
    UnknownFormat(u64),
    /// A value that cannot be.
    #[error("清单中 {what} 的值不可能:{found} / impossible {what} in the manifest: {found}")]
    Impossible {
        /// Which value.
        what: &'static str,
        /// What it says.
        found: String,
    },
    /// A member is listed twice.
    #[error("清单把 {0} 列了两次 / the manifest lists {0} twice")]
    Twice(String),
    /// A member is not listed.
    #[error("清单没有列出 {0} / the manifest does not list {0}")]
    Missing(MemberName),
}

/// The object as it is spelled.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    ledger: String,
    origin: String,
    size: u64,
    first_key: WrittenKey,
    program: String,
    members: Vec<WrittenMember>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMember {
    name: String,
    sha256: String,
    bytes: u64,
    rows: u64,
}

/// Read before everything else, because another format may have other fields.
#[derive(Deserialize)]
struct Version {
    format: u64,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// For another format, an unknown or repeated field, a member that is unknown, listed twice or
    /// missing, and counts that cannot be true of any bundle.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let malformed = |error: serde_json::Error| ManifestError::Malformed(error.to_string());
        let Version { format } = serde_json::from_slice(bytes).map_err(malformed)?;
        if format != u64::from(FORMAT) {
            return Err(ManifestError::UnknownFormat(format));
        }
        let written: Written = serde_json::from_slice(bytes).map_err(malformed)?;
        let manifest = Self {
            ledger: LedgerId::parse(&written.ledger)
                .map_err(|_| impossible("ledger", &written.ledger))?,
            size: written.size,
            first_key: (written.first_key.key())
                .ok_or_else(|| impossible("first_key", &written.first_key.public))?,
            members: written.members.iter().map(Member::read).collect::<Result<_, _>>()?,
            origin: written.origin,
            program: written.program,
        };
        manifest.check()?;
        Ok(manifest)
    }

    /// The manifest's bytes, one line for each field, for people to read.
    ///
    /// # Errors
    /// Never in practice: all fields are text and numbers.
    pub fn print(&self) -> Result<Vec<u8>, serde_json::Error> {
        let members = self.members.iter().map(|member| WrittenMember {
            name: member.name.to_string(),
            sha256: member.sha256.to_string(),
            bytes: member.bytes,
            rows: member.rows,
        });
        let written = Written {
            format: FORMAT,
            ledger: self.ledger.to_string(),
            origin: self.origin.clone(),
            size: self.size,
            first_key: WrittenKey::of(&self.first_key),
            program: self.program.clone(),
            members: members.collect(),
        };
        let mut bytes = serde_json::to_vec_pretty(&written)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What it says of a member.
    pub fn member(&self, name: MemberName) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    fn check(&self) -> Result<(), ManifestError> {
        if !(1..NUMBER_LIMIT).contains(&self.size) {
            return Err(impossible("size", &self.size));
        }
        let mut seen = BTreeSet::new();
        for member in &self.members {
            if !seen.insert(member.name) {
                return Err(ManifestError::Twice(member.name.to_string()));
            }
            self.check_counts(member)?;
        }
        let at_its_size = MemberName::Checkpoint(self.size);
        match MemberName::ALWAYS.into_iter().chain([at_its_size]).find(|name| !seen.contains(name))
        {
            Some(missing) => Err(ManifestError::Missing(missing)),
            None => Ok(()),
        }
    }

    /// So that nobody has to read on because of a number that cannot be true.
    fn check_counts(&self, member: &Member) -> Result<(), ManifestError> {
        let Member { bytes, rows, .. } = *member;
        let longest_entry = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(2);
        let fits = bytes < NUMBER_LIMIT
            && match member.name {
                MemberName::Entries => {
                    rows == self.size && bytes <= rows.saturating_mul(longest_entry)
                }
                MemberName::Signatures => rows == self.size && bytes == rows.saturating_mul(64),
                MemberName::Commands => rows <= self.size && bytes >= rows.saturating_mul(4),
                MemberName::Checkpoint(size) => rows == 1 && size <= self.size,
                MemberName::Balances | MemberName::Totals => rows <= bytes,
            };
        if fits {
            Ok(())
        } else {
            Err(impossible("members", &format!("{}: {bytes} bytes, {rows} rows", member.name)))
        }
    }
}

impl Member {
    fn read(written: &WrittenMember) -> Result<Self, ManifestError> {
        Ok(Self {
            name: MemberName::parse(&written.name)
                .ok_or_else(|| impossible("name", &written.name))?,
            sha256: Hash::parse(&written.sha256)
                .ok_or_else(|| impossible("sha256", &written.sha256))?,
            bytes: written.bytes,
            rows: written.rows,
        })
    }
}

fn impossible(what: &'static str, found: &impl ToString) -> ManifestError {
    ManifestError::Impossible { what, found: found.to_string() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::hash;
    use crate::key::LedgerKey;

    fn manifest() -> Manifest {
        let member = |name, bytes, rows| Member { name, sha256: hash::plain(b"x"), bytes, rows };
        Manifest {
            ledger: LedgerId::parse("cn-320404").unwrap(),
            origin: "mingzhang.example/cn-320404".to_owned(),
            size: 3,
            first_key: LedgerKey::from_seed([1; 32]).unwrap().public().clone(),
            program: "mingzhang 0.1.0".to_owned(),
            members: vec![
                member(MemberName::Entries, 1_800, 3),
                member(MemberName::Signatures, 192, 3),
                member(MemberName::Commands, 104, 1),
                member(MemberName::Balances, 300, 4),
                member(MemberName::Totals, 90, 1),
                member(MemberName::Checkpoint(2), 200, 1),
                member(MemberName::Checkpoint(3), 200, 1),
            ],
        }
    }

    fn edited(from: &str, to: &str) -> Result<Manifest, ManifestError> {
        let text = String::from_utf8(manifest().print().unwrap()).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        Manifest::parse(text.replacen(from, to, 1).as_bytes())
    }

    #[test]
    fn a_manifest_is_read_as_it_was_printed() {
        assert_eq!(Manifest::parse(&manifest().print().unwrap()), Ok(manifest()));
    }

    #[test]
    fn another_format_is_told_apart_from_damage_whatever_its_fields_are() {
        assert_eq!(
            edited("\"format\": 1", "\"format\": 2, \"new\": 0"),
            Err(ManifestError::UnknownFormat(2))
        );
        assert!(matches!(edited("\"format\"", "\"f\""), Err(ManifestError::Malformed(_))));
    }

    #[test]
    fn unknown_repeated_and_missing_fields_are_refused() {
        for (from, to) in [
            ("\"origin\"", "\"another\""),
            ("\"origin\"", "\"program\": \"x\", \"origin\""),
            ("\"rows\": 3", "\"rows\": 3, \"more\": 1"),
            ("\"rows\": 3", "\"rows\": -3"),
            ("\"rows\": 3", "\"rows\": 3.0"),
            ("\"size\": 3", "\"size\": \"3\""),
        ] {
            assert!(matches!(edited(from, to), Err(ManifestError::Malformed(_))), "{to}");
        }
        let mut longer = manifest().print().unwrap();
        longer.extend_from_slice(b"{}");
        assert!(matches!(Manifest::parse(&longer), Err(ManifestError::Malformed(_))));
    }

    #[test]
    fn values_that_cannot_be_are_refused() {
        for (from, to) in [
            ("cn-320404\"", "cn 320404\""),
            ("\"size\": 3", "\"size\": 0"),
            ("\"size\": 3", "\"size\": 4"),
            ("\"size\": 3", "\"size\": 9007199254740992"),
            ("\"bytes\": 1800", "\"bytes\": 18000000"),
            ("\"bytes\": 192", "\"bytes\": 191"),
            ("\"bytes\": 104", "\"bytes\": 3"),
            ("\"bytes\": 90", "\"bytes\": 0"),
            ("\"bytes\": 90", "\"bytes\": 9007199254740992"),
            ("ed25519", "sm2"),
            ("entries.bin", "../entries.bin"),
            ("checkpoints/2", "checkpoints/4"),
            ("sha256\": \"2", "sha256\": \"X"),
        ] {
            assert!(matches!(edited(from, to), Err(ManifestError::Impossible { .. })), "{to}");
        }
    }

    #[test]
    fn members_are_listed_once_and_none_is_left_out() {
        assert_eq!(
            edited("checkpoints/2", "checkpoints/3"),
            Err(ManifestError::Twice("checkpoints/3".to_owned()))
        );
        for name in MemberName::ALWAYS.into_iter().chain([MemberName::Checkpoint(3)]) {
            let mut without = manifest();
            without.members.retain(|member| member.name != name);
            let read = Manifest::parse(&without.print().unwrap());
            assert_eq!(read, Err(ManifestError::Missing(name)));
        }
    }
}
