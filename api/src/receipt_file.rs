//! The receipt of one payment: a C2SP `tlog-proof` that an auditor checks without the ledger.
//!
//! Its extra data are the entry as the bundle's coding writes it (two bytes of length, big-endian,
//! and the entry's bytes) and the 64 bytes of its signature. So the file alone says what was
//! recorded, that the ledger's key signed it, and that it is in the tree of a checkpoint. It proves
//! nothing of what came later: a payment may have been reversed since.

use std::fmt;

use ledger::checkpoint::Checkpoint;
use ledger::checkpoints::store;
use ledger::entry;
use ledger::hash::{self, Hash};
use ledger::key::SignatureBytes;
use ledger::note::VerifierKey;
use ledger::policy::{Checked, Policy};
use ledger::proof_file::ProofFile;
use ledger::reader::StoredEntry;
use ledger::tile::store as tiles;
use ledger::tree::{included, inclusion_plan};

use crate::books::{Book, Fault};

/// A receipt that is longer is none: an entry is at most 65,535 bytes, in base64.
pub const LONGEST: usize = 200_000;

/// Why a file proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotProven {
    /// The rule that is broken.
    pub rule: &'static str,
    /// What is wrong.
    pub found: String,
}

impl fmt::Display for NotProven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.found)
    }
}

fn not_proven(rule: &'static str, found: impl fmt::Display) -> NotProven {
    NotProven { rule, found: found.to_string() }
}

/// What a receipt proves.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The entry, to the byte.
    pub entry: String,
    /// Its place in the ledger.
    pub position: u64,
    /// Its leaf hash.
    pub leaf: Hash,
    /// The checkpoint that it is in, and who signed that.
    pub checkpoint: Checked,
}

/// Writes the receipt of an entry, against the newest checkpoint that a witness has cosigned and
/// that holds the entry; where there is none, against the latest.
///
/// # Errors
/// When the database fails or the ledger does not extend its checkpoints.
pub async fn write(book: &Book, stored: &StoredEntry) -> Result<String, Fault> {
    let latest = book.checkpoint().await?;
    let mut connection = book.pool().acquire().await?;
    let origin = &latest.checkpoint.origin;
    let witnessed =
        store::newest_cosigned(&mut connection, book.id(), origin, stored.position).await?;
    let (size, note) = match witnessed {
        Some(kept) => (kept.signed.checkpoint.size, kept.note()),
        None => (latest.checkpoint.size, latest.note),
    };
    let plan = inclusion_plan(stored.position, size);
    let plan = plan.ok_or_else(|| Fault::damaged(&"an entry beyond the latest checkpoint"))?;
    let path = tiles::prove(&mut connection, book.id(), &plan).await?;
    let length = u16::try_from(stored.bytes.len()).map_err(|error| Fault::damaged(&error))?;
    let extra = [&length.to_be_bytes()[..], &stored.bytes, &stored.signature.0].concat();
    let file = ProofFile::new(stored.position, path, note, Some(extra));
    Ok(file.map_err(|error| Fault::damaged(&error))?.to_string())
}

/// Checks a receipt against the keys that the auditor trusts.
///
/// # Errors
/// Says the first thing that is not as it must be; then nothing is proven.
pub fn check(text: &str, policy: &Policy) -> Result<Proven, NotProven> {
    let file = ProofFile::parse(text).map_err(|error| not_proven("receipt", error))?;
    let (bytes, signature) = file
        .extra()
        .and_then(split)
        .ok_or_else(|| not_proven("receipt", "no entry with its signature in the extra data"))?;
    let view = entry::parse(bytes).map_err(|error| not_proven("entry format", error))?;
    if view.position != file.index() {
        let found = format!("the entry says {}, the receipt {}", view.position, file.index());
        return Err(not_proven("position", found));
    }
    let leaf = hash::leaf(bytes);
    let checkpoint =
        policy.check(file.checkpoint()).map_err(|error| not_proven("checkpoint", error))?;
    let Checkpoint { origin, size, root } = &checkpoint.checkpoint;
    if !included(&leaf, file.index(), *size, file.path(), root) {
        return Err(not_proven("inclusion", "the path does not lead from the entry to the root"));
    }
    let signed = policy
        .keys_of(origin)
        .map(VerifierKey::public)
        .any(|key| key.id() == view.signed_by && key.signed_leaf(&leaf, &signature));
    if !signed {
        let found = format!("none by {} that the policy knows and that verifies", view.signed_by);
        return Err(not_proven("signature", found));
    }
    if !checkpoint.quorum_met {
        return Err(not_proven("quorum", "too few witnesses of the policy have cosigned"));
    }
    let entry = String::from_utf8_lossy(bytes).into_owned();
    Ok(Proven { entry, position: file.index(), leaf, checkpoint })
}

/// The entry's bytes and its signature.
fn split(extra: &[u8]) -> Option<(&[u8], SignatureBytes)> {
    let (length, rest) = extra.split_first_chunk::<2>()?;
    let (bytes, signature) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((bytes, SignatureBytes(signature.try_into().ok()?)))
}
