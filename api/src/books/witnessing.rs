//! The witnesses that a ledger's policy names: asked when it is opened, and after each checkpoint of a
//! program that serves.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use ledger::LedgerId;
use ledger::checkpoints::SignedCheckpoint;
use ledger::checkpoints::keeper::{HistoryLost, Holder, KeepingError};
use ledger::policy::Policy;

use super::{Book, Books, Fault};
use crate::witnesses::asking::ask_once;
use crate::witnesses::{Asking, Cosignatures, Standing, TimeLimits, WitnessError, WitnessedLedger};

/// How long opening a ledger waits for a witness at most: one that is away must not keep a bureau
/// from its books.
const AT_START: TimeLimits =
    TimeLimits { connect: Duration::from_secs(1), whole: Duration::from_secs(3) };

/// The policy of a ledger's data directory; `None` where there is no such file.
pub(crate) fn policy_of(books: &Books, id: &LedgerId) -> Result<Option<Policy>, Fault> {
    let path = books.directory().policy(id);
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = match std::fs::read(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Fault::configuration(&told(&error))),
    };
    Policy::parse(&file).map(Some).map_err(|error| Fault::configuration(&told(&error)))
}

fn witnessed(books: &Books, id: &LedgerId, origin: &str) -> Arc<WitnessedLedger> {
    let (id, origin, clock) = (id.clone(), origin.to_owned(), books.clock());
    Arc::new(WitnessedLedger { id, origin, pool: books.pool().clone(), clock })
}

/// Asks every witness of the policy what it knows of this ledger, and keeps what they cosign.
/// Those that are away say nothing.
///
/// # Errors
/// When one has cosigned more than the ledger has, or another history; else when the policy cannot be
/// read.
pub(super) async fn ask_at_start(
    books: &Books,
    id: &LedgerId,
    signed: &SignedCheckpoint,
) -> Result<(), Fault> {
    let Some(policy) = policy_of(books, id)? else { return Ok(()) };
    let ledger = witnessed(books, id, &signed.checkpoint.origin);
    let clock = books.clock();
    for (name, answer) in ask_once(&policy, signed, &*ledger, AT_START, &clock).await {
        let holder = Holder::Witness(name.clone());
        let size = signed.checkpoint.size;
        let lost = match answer {
            Ok(cosignature) => {
                let kept = ledger.keep(signed, &cosignature.line).await;
                kept.map_err(|error| Fault::database(&error))?;
                continue;
            }
            Err(WitnessError::AheadOfUs { size: known }) => {
                let largest = ledger.largest_signed().await;
                // Another program of this ledger may have been quicker.
                if largest.map_err(|error| Fault::database(&error))? >= known {
                    continue;
                }
                HistoryLost::Shorter { holder, known, size }
            }
            Err(WitnessError::Disagrees { .. }) => HistoryLost::Contradicted { holder, size },
            Err(error) => {
                tracing::warn!(ledger = %id, witness = name, %error, "no cosignature at the start");
                continue;
            }
        };
        return Err(KeepingError::Lost(lost).into());
    }
    Ok(())
}

impl Book {
    /// Asks the witnesses of the ledger's policy after each checkpoint, for as long as the book is
    /// open. Asking twice changes nothing.
    ///
    /// # Errors
    /// When the policy cannot be read.
    pub fn ask_witnesses(&self, books: &Books) -> Result<(), Fault> {
        let Some(policy) = policy_of(books, self.id())? else { return Ok(()) };
        let ledger = witnessed(books, self.id(), &self.opened().origin);
        let latest = self.latest_checkpoint();
        self.witnesses.get_or_init(|| {
            Asking::start(&policy, &ledger, &latest, TimeLimits::default(), &books.clock())
        });
        Ok(())
    }

    /// Where each witness stands; none where this program asks none.
    pub fn witnesses(&self) -> Vec<Standing> {
        self.witnesses.get().map(Asking::standings).unwrap_or_default()
    }
}
