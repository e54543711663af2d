//! How the continuous check of a ledger stands.

use async_graphql::{Enum, SimpleObject};

use super::scalars::{DateTime, Position};
use crate::books::Book;
use crate::witnesses::{Standing, WitnessState};

/// What a serving program has checked of a ledger, and whether it still records.
#[derive(Debug, Clone, SimpleObject)]
pub struct LedgerCheck {
    /// Bytes, signature, chain and columns of each new entry have been checked up to this size; null
    /// where no check runs, as in `mingzhang query`.
    pub newest_size: Option<Position>,
    /// When that was.
    pub newest_at: Option<DateTime>,
    /// Everything, read models and private details included, has been verified up to this size.
    pub whole_size: Option<Position>,
    /// When that verification ended.
    pub whole_at: Option<DateTime>,
    /// What the check that failed found, at most twenty; `mingzhang verify` lists all. Null for whoever may not
    /// read entries: findings quote them.
    pub findings: Option<Vec<String>>,
    /// Where the witnesses of the ledger's policy stand; empty where this program asks none.
    pub witnesses: Vec<WitnessStanding>,
    /// Whether this program still records. One that has found something does not.
    pub recording: bool,
}

/// What has come of asking a witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum WitnessAnswer {
    /// Nothing yet.
    NotAsked,
    /// It has cosigned.
    Cosigned,
    /// It does not answer. Recording goes on.
    Away,
    /// It answers and refuses, or cannot be asked.
    Refused,
    /// It has cosigned more than the ledger has, or another history: the ledger has lost something.
    Contradicts,
    /// Its answer was no cosignature.
    Invalid,
}

/// A witness of the ledger's policy, and where it stands.
#[derive(Debug, Clone, SimpleObject)]
pub struct WitnessStanding {
    /// What the policy calls it.
    pub name: String,
    /// What has come of asking it last.
    pub answer: WitnessAnswer,
    /// How many entries it has cosigned, where it said so.
    pub size: Option<Position>,
    /// What it said, or why it was not heard.
    pub detail: Option<String>,
}

impl WitnessStanding {
    fn of(standing: Standing) -> Self {
        let (answer, size, detail) = match standing.state {
            WitnessState::NotAsked => (WitnessAnswer::NotAsked, None, None),
            WitnessState::Unusable(why) => (WitnessAnswer::Refused, None, Some(why.to_string())),
            WitnessState::Cosigned { size, .. } => (WitnessAnswer::Cosigned, Some(size), None),
            WitnessState::Away { since, why } => {
                (WitnessAnswer::Away, None, Some(format!("{since}: {why}")))
            }
            WitnessState::Refused { status, reason } => {
                (WitnessAnswer::Refused, None, Some(format!("HTTP {status} {reason}")))
            }
            WitnessState::AheadOfUs { size } | WitnessState::Disagrees { size } => {
                (WitnessAnswer::Contradicts, Some(size), None)
            }
            WitnessState::Lying { why } => (WitnessAnswer::Invalid, None, Some(why.to_owned())),
        };
        Self { name: standing.name, answer, size: size.map(Position), detail }
    }
}

impl LedgerCheck {
    /// `told` is whether the asker may read entries.
    pub(super) fn of(book: &Book, told: bool) -> Self {
        let checked = book.checked().borrow().clone();
        Self {
            newest_size: checked.newest.map(|newest| Position(newest.size)),
            newest_at: checked.newest.map(|newest| DateTime(newest.at)),
            whole_size: checked.whole.map(|whole| Position(whole.size)),
            whole_at: checked.whole.map(|whole| DateTime(whole.at)),
            findings: told.then_some(checked.findings),
            witnesses: book.witnesses().into_iter().map(WitnessStanding::of).collect(),
            recording: book.halted().is_none(),
        }
    }
}
