//! The whole verification of what a database holds: the ledger itself, the read models against a
//! replay, what lies beside the chain against the commitments in it, and what witnesses signed.

mod beside;

use std::sync::Arc;

use ledger::LedgerId;
use ledger::checkpoints::file::CheckpointFile;
use ledger::verify::{Cosignatures, Finding, HeldNote, Report, VerifyError};

use crate::books::{Books, DomainRules, Fault, policy_of};

/// What a verification found.
#[derive(Debug)]
pub struct Outcome {
    /// Entries, chain, signatures, tree, claims, balances, requests, commands.
    pub ledger: Report,
    /// Read models, persons, households, accounts and attachments.
    pub beside: Vec<Finding>,
    /// What witnesses signed, against the policy of the data directory.
    pub cosignatures: Cosignatures,
}

impl Outcome {
    /// How many findings there are.
    pub fn found(&self) -> u64 {
        let more = self.findings().count().saturating_sub(self.ledger.findings.len());
        self.ledger.found.saturating_add(u64::try_from(more).unwrap_or(u64::MAX))
    }

    /// All that are listed, those of the ledger first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.damage().chain(&self.cosignatures.against_policy)
    }

    /// Those that say that something is not as it was recorded. What only the policy misses is none of
    /// them: a policy that is edited, or a witness that is away, stops nobody from recording.
    pub fn damage(&self) -> impl Iterator<Item = &Finding> {
        self.ledger.findings.iter().chain(&self.beside).chain(&self.cosignatures.damaged)
    }

    /// One line a finding; those about an entry begin `position N: `.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.findings().map(ToString::to_string)
    }
}

/// Why a verification could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] VerifyError),
    /// The read models could not be read.
    #[error("read models: {0}")]
    ReadModels(#[from] projections::ProjectionError),
    /// What lies beside the chain could not be read.
    #[error("beside the chain: {}", .0.cause())]
    Beside(#[from] Fault),
}

/// The checkpoint in the data directory, which must lie on the ledger's history.
fn checkpoint_file(books: &Books, id: &LedgerId) -> Result<Vec<HeldNote>, Fault> {
    let path = books.directory().checkpoint(id);
    let note = CheckpointFile::new(path.clone()).read();
    let note =
        note.map_err(|error| Fault::configuration(&format!("{}: {error}", path.display())))?;
    Ok(note
        .map(|note| HeldNote { holder: "checkpoint file".to_owned(), note })
        .into_iter()
        .collect())
}

/// Cosignatures against the policy of the data directory, where it can be read.
async fn cosignatures(books: &Books, id: &LedgerId) -> Result<Cosignatures, VerifyError> {
    let (policy, unreadable) = match policy_of(books, id) {
        Ok(policy) => (policy, None),
        Err(fault) => (None, Some(fault)),
    };
    let mut found = ledger::verify::cosignatures(books.pool(), id, policy.as_ref()).await?;
    if let Some(fault) = unreadable {
        // Nobody can be said to be named by it or not.
        found.against_policy = vec![Finding {
            position: None,
            rule: "policy file",
            expected: "one that can be read".to_owned(),
            found: fault.cause().to_owned(),
        }];
    }
    Ok(found)
}

/// Verifies one ledger as the database holds it. `progress` is told how many entries are done.
///
/// # Errors
/// When something could not be read; what is wrong is in the outcome.
pub async fn verify(
    books: &Books,
    id: &LedgerId,
    progress: impl Fn(u64) + Send,
) -> Result<Outcome, VerificationError> {
    let pool = books.pool();
    // Read before the snapshot is taken, which then holds at least what this one stands over.
    let elsewhere = checkpoint_file(books, id)?;
    // Three readers of one ledger: while one waits for the database, another computes.
    let read_models = tokio::spawn({
        let (pool, id) = (pool.clone(), id.clone());
        async move { projections::check::check(&pool, &id).await }
    });
    let beside = tokio::spawn({
        let (books, id) = (books.clone(), id.clone());
        async move { beside::check(&books, &id).await }
    });
    let rules = Arc::new(DomainRules);
    let ledger = ledger::verify::ledger(pool, id, rules, &elsewhere, progress).await?;
    let cosignatures = cosignatures(books, id).await?;
    let mut beside = beside.await.map_err(|_| VerifyError::Interrupted)??;
    match read_models.await.map_err(|_| VerifyError::Interrupted)? {
        Ok(differences) => beside.extend(differences.iter().map(|difference| Finding {
            position: None,
            rule: "read models",
            expected: "what the entries give".to_owned(),
            found: difference.to_string(),
        })),
        // Entries that cannot be read were found above; the read models cannot be compared then.
        Err(error) if !ledger.is_clean() => beside.push(Finding {
            position: None,
            rule: "read models",
            expected: "entries that can be replayed".to_owned(),
            found: error.to_string(),
        }),
        Err(error) => return Err(error.into()),
    }
    Ok(Outcome { ledger, beside, cosignatures })
}
