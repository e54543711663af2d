//! Keeping checkpoints: a ledger that has shown one must be able to show, for ever, that every later
//! state extends it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`store`] | the database's rows: the latest by compare-and-swap, those kept for ever |
//! | [`mod@file`] | the synced copy in the data directory, which an old database backup does not bring back |
//! | [`keeper`] | the start-up check, and signing over what is durably committed |

pub mod file;
#[cfg(feature = "database")]
pub mod keeper;
#[cfg(feature = "database")]
pub mod store;

use crate::checkpoint::Checkpoint;
use crate::clock::Moment;

/// A checkpoint with the note that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The signed note, with the ledger's own signature lines.
    pub note: String,
    /// The ledger's clock when it was signed.
    pub signed_at: Moment,
}
