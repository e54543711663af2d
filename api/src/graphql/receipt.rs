//! The proof that something was recorded.

use async_graphql::SimpleObject;

use super::scalars::{DateTime, Hash, Position};
use crate::books;

/// Where an entry stands in the chain, what it hashes to, and the ledger's signature over that.
#[derive(Debug, Clone, SimpleObject)]
pub struct Receipt {
    /// Place of the entry in its ledger, from 0.
    pub position: Position,
    /// SHA-256 of a zero byte and the entry's bytes: its leaf in the Merkle tree (RFC 6962).
    pub leaf_hash: Hash,
    /// Ed25519 signature by the ledger's key over `mingzhang entry v1`, a line feed and the 32 bytes of
    /// the leaf hash: 128 lower-case hex digits.
    pub signature: String,
    /// When it was recorded, by the ledger's clock.
    pub recorded_at: DateTime,
    /// Whether the same command had been recorded before, so that this time nothing was.
    pub already_recorded: bool,
}

impl From<books::Receipt> for Receipt {
    fn from(receipt: books::Receipt) -> Self {
        Self {
            position: Position(receipt.position),
            leaf_hash: Hash(receipt.leaf),
            signature: hex::encode(receipt.signature.0),
            recorded_at: DateTime(receipt.recorded),
            already_recorded: receipt.already_recorded,
        }
    }
}
