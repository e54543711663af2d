//! The ledger's side of witnessing: asks the witnesses of its policy to cosign each new checkpoint
//! (C2SP `tlog-witness`).
//!
//! A witness that is away never blocks recording: it is asked again, and its state is there for
//! everybody to see. A witness that has cosigned more than the ledger has, or another history, says
//! that the ledger has lost its tail; that is told apart from every other failure.
//!
//! | module | what it holds |
//! |---|---|
//! | [`client`] | one question to one witness, its answer checked |
//! | [`asking`] | a task for each witness, and where each stands |
//! | [`database`] | the proofs that are sent and the cosignatures that are kept |

pub mod asking;
pub mod client;
pub mod database;

use std::future::Future;

use ledger::checkpoints::SignedCheckpoint;
use ledger::hash::Hash;
use ledger::note::SignatureLine;

pub use asking::{Asking, Standing, WitnessState};
pub use client::{Cosignature, TimeLimits, UnusableWitness, WitnessClient, WitnessError};
pub use database::WitnessedLedger;

/// The ledger could not do its part; says why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct LedgerUnavailable(pub String);

/// Whoever holds the ledger's tree.
pub trait ConsistencyProofs: Send + Sync {
    /// The proof of RFC 6962 section 2.1.2 that the tree of size `old` is the beginning of the tree
    /// of size `new`; 1 <= old < new.
    fn consistency(
        &self,
        old: u64,
        new: u64,
    ) -> impl Future<Output = Result<Vec<Hash>, LedgerUnavailable>> + Send;
}

/// Whoever keeps what witnesses sign.
pub trait Cosignatures: ConsistencyProofs {
    /// Size of the largest checkpoint that any program of this ledger has signed, 0 before the
    /// first: another program may be ahead of this one.
    fn largest_signed(&self) -> impl Future<Output = Result<u64, LedgerUnavailable>> + Send;

    /// Keeps the checkpoint for ever together with this cosignature, which has been verified.
    fn keep(
        &self,
        checkpoint: &SignedCheckpoint,
        cosignature: &SignatureLine,
    ) -> impl Future<Output = Result<(), LedgerUnavailable>> + Send;
}
