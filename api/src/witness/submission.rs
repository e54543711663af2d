//! The body of an `add-checkpoint` request.
//!
//! ```text
//! old 20852014
//! <base64 of a hash>…
//!
//! <the checkpoint>
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::checkpoint::{Checkpoint, CheckpointError};
use ledger::hash::Hash;
use ledger::note::{Note, NoteError};

use super::Refusal;

/// Hashes that a consistency proof may have; a tree of 2^64 leaves needs no more.
const LONGEST_PROOF: usize = 63;

/// What somebody wants cosigned. Nothing is verified yet.
pub(super) struct Submission {
    /// Size of the checkpoint that the proof begins at.
    pub(super) old: u64,
    /// RFC 6962 section 2.1.2.
    pub(super) proof: Vec<Hash>,
    /// The checkpoint with its signature lines.
    pub(super) note: Note,
    /// What the note says. Extension lines are allowed here: this is a witness for any log.
    pub(super) checkpoint: Checkpoint,
}

impl Submission {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let body = std::str::from_utf8(body).map_err(|_| Refusal::Malformed("not UTF-8"))?;
        let (head, note) = body.split_once("\n\n").ok_or(Refusal::Malformed("no empty line"))?;
        let mut lines = head.split('\n');
        let old = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .and_then(size)
            .ok_or(Refusal::Malformed("old size"))?;
        let proof: Option<Vec<Hash>> = lines
            .map(|line| STANDARD.decode(line).ok().and_then(|hash| Hash::from_slice(&hash)))
            .collect();
        let proof = proof.ok_or(Refusal::Malformed("proof line"))?;
        if proof.len() > LONGEST_PROOF {
            return Err(Refusal::Malformed("more than 63 proof lines"));
        }
        let note = Note::parse(note).map_err(|error| match error {
            NoteError::Malformed(what) => Refusal::Malformed(what),
            NoteError::BadSignature(_) => Refusal::NotSigned,
        })?;
        let (checkpoint, _) =
            Checkpoint::read_with_extensions(note.text()).map_err(|error| match error {
                CheckpointError::Malformed(what) => Refusal::Malformed(what),
                _ => Refusal::Malformed("checkpoint"),
            })?;
        Ok(Self { old, proof, note, checkpoint })
    }
}

/// A number in its one spelling.
fn size(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
