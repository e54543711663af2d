//! A list that people confirm before its payments are made.

use serde::{Deserialize, Serialize};

use crate::ids::BatchId;
use crate::money::Money;
use crate::payment::BatchLine;
use crate::text::ListDigest;

/// What stands in the chain for the list of a batch.
///
/// The digest is the RFC 6962 tree hash over [`SealedList::head`] and then each line in its order, the bytes
/// of [`crate::payment::RecordPayment::line`]. So it covers number, sum and every byte of every line, and
/// one line can be shown to belong to it by an inclusion proof, without the others: each line holds an id
/// that nobody can guess, so its neighbours' hashes tell nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedList {
    /// How many lines, at least one.
    pub lines: u32,
    /// What they sum up to.
    pub total_fen: Money,
    /// Over head and lines.
    pub digest: ListDigest,
}

impl SealedList {
    /// The first leaf under the digest: `"mingzhang batch v1\n"`, the batch, the number of lines and their
    /// sum in fen, each followed by a line break.
    pub fn head(batch: BatchId, lines: u32, total: Money) -> Vec<u8> {
        format!("mingzhang batch v1\n{batch}\n{lines}\n{}\n", total.fen()).into_bytes()
    }
}

/// What an event has to do with a list that was confirmed. The append and every verifier hold the payments
/// of a release against the digest, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListPart {
    /// The list begins with the next entry, all of it in this request.
    Announced {
        /// Whose list.
        batch: BatchId,
        /// Whether it is advanced in an emergency: then so is each of its lines.
        advance: bool,
        /// What was confirmed.
        list: SealedList,
    },
    /// The next line of the list.
    Line {
        /// Which line of which list.
        line: BatchLine,
        /// How much it is.
        amount: Money,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}
