//! The continuous check of a program that serves: what is recorded is checked at once, everything in
//! turns. When a check fails, recording stops and reading goes on.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use ledger::LedgerId;
use ledger::clock::Moment;
use ledger::verify::{Finding, Follower};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::books::{Book, Books, DomainRules};
use crate::verification;
use crate::witnesses::WitnessState;

/// So many findings are kept; `mingzhang verify` lists all.
const MOST_FINDINGS: usize = 20;

/// How often is looked, and how long is rested.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// What other programs recorded is looked for this often; what this one records, at once.
    pub look: Duration,
    /// The least rest after everything was verified once.
    pub rest: Duration,
    /// The rest is at least so many times as long as the verification took.
    pub share: u32,
}

impl Default for Pace {
    /// A look each five seconds; of the machine's time at most a twentieth for verifying everything.
    fn default() -> Self {
        Self { look: Duration::from_secs(5), rest: Duration::from_secs(60), share: 20 }
    }
}

/// How the check of one ledger stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerCheck {
    /// What was recorded has been checked up to here.
    pub newest: Option<CheckedTo>,
    /// Everything has been verified, read models and private details included.
    pub whole: Option<CheckedTo>,
    /// What the last check that failed found, at most twenty.
    pub findings: Vec<String>,
}

/// How far a check came, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckedTo {
    /// How many entries it stands over.
    pub size: u64,
    /// When it ended, by the ledger's clock.
    pub at: Moment,
}

/// Checks for as long as it lives.
pub struct Checking {
    task: JoinHandle<()>,
}

impl Drop for Checking {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Checking {
    /// Starts to check every ledger of these books, also those that are opened later.
    pub fn start(books: Books, pace: Pace) -> Self {
        Self { task: tokio::spawn(run(books, pace)) }
    }
}

async fn run(books: Books, pace: Pace) {
    let mut followed: HashSet<LedgerId> = HashSet::new();
    // Dropped with this task, and then nobody follows any more.
    let mut followers = JoinSet::new();
    loop {
        let began = Instant::now();
        match books.ledgers().await {
            Ok(ledgers) => {
                for book in ledgers {
                    if followed.insert(book.id().clone()) {
                        followers.spawn(follow(books.clone(), book.clone(), pace));
                    }
                    verify(&books, &book).await;
                }
            }
            Err(fault) => {
                tracing::warn!(
                    cause = fault.cause(),
                    "the ledgers could not be listed to be checked"
                );
            }
        }
        let rest = began.elapsed().saturating_mul(pace.share).max(pace.rest);
        tokio::time::sleep(rest).await;
    }
}

/// Checks what is recorded, as it is.
async fn follow(books: Books, book: Arc<Book>, pace: Pace) {
    let mut follower = loop {
        match Follower::begin(book.pool(), book.id(), Arc::new(DomainRules)).await {
            Ok(follower) => break follower,
            Err(error) => {
                tracing::warn!(ledger = %book.id(), %error, "new entries are not checked yet");
            }
        }
        tokio::time::sleep(pace.look).await;
    };
    let mut signed = book.latest_checkpoint();
    loop {
        match follower.follow(book.pool()).await {
            Ok(findings) => {
                let newest = CheckedTo { size: follower.size(), at: books.clock().now() };
                book.checked().send_modify(|checked| checked.newest = Some(newest));
                failed(&book, &findings.iter().map(Finding::to_string).collect::<Vec<_>>());
            }
            Err(error) => {
                tracing::warn!(ledger = %book.id(), %error, "new entries are not checked");
            }
        }
        let lost = book.witnesses().into_iter().filter_map(|standing| match standing.state {
            WitnessState::AheadOfUs { size } | WitnessState::Disagrees { size } => Some(format!(
                "witness {}: cosigned another history, at {size} entries",
                standing.name
            )),
            _ => None,
        });
        failed(&book, &lost.collect::<Vec<_>>());
        // Woken after each commit of this program; the pause finds what others recorded.
        let _ = tokio::time::timeout(pace.look, signed.changed()).await;
    }
}

/// Verifies everything. What is found must be found twice: one look may have met a moment in between
/// two tables, and stopping a bureau's books is not undone by an apology.
async fn verify(books: &Books, book: &Book) {
    let mut found = Vec::new();
    for _ in 0..2 {
        match verification::verify(books, book.id(), |_| {}).await {
            Ok(outcome) => {
                found = outcome.damage().take(MOST_FINDINGS).map(Finding::to_string).collect();
                if found.is_empty() {
                    let whole = CheckedTo { size: outcome.ledger.entries, at: books.clock().now() };
                    book.checked().send_modify(|checked| checked.whole = Some(whole));
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(ledger = %book.id(), %error, "the ledger could not be verified");
                return;
            }
        }
    }
    failed(book, &found);
}

fn failed(book: &Book, found: &[String]) {
    let Some(first) = found.first() else { return };
    let found: Vec<String> = found.iter().take(MOST_FINDINGS).cloned().collect();
    book.halt(first.clone());
    book.checked().send_modify(|checked| checked.findings = found);
}
