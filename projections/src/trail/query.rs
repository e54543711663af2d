//! The trail of one subject.

use domain::ids::{BatchId, FundId, GrantId, HouseholdId, PaymentId, PersonId, StoreId};
use ledger::LedgerId;
use sqlx::PgPool;

use super::sources::statement;
use super::{SubjectKind, TRAIL};
use crate::error::{ProjectionError, Result};
use crate::table::Table;

/// Whose trail is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The payment's record, what a bank answered, its reversal, what was asked back and what became of that,
    /// what pays out again what came back, and who looked at whom it was for.
    Payment(PaymentId),
    /// The grant's approval and its stops, the payments that name it and what became of them.
    Grant(GrantId),
    /// The fund's opening, what came in, what was paid from it and what became of that.
    Fund(FundId),
    /// The store's opening, what came in, what was handed out and reversed.
    Store(StoreId),
    /// Grants to the person and their stops, payments to the person, payments that cover them, and what became
    /// of either; reports of their death.
    Person(PersonId),
    /// Grants to the household and their stops, payments to it, and what became of them.
    Household(HouseholdId),
    /// Every entry that the officer made, by the officer's id without `officer/`.
    Officer(String),
    /// Every entry that names the document, and what became of payments that do.
    Document(String),
    /// Every step of the batch, its payments and what became of them, and who looked at whom they were for.
    Batch(BatchId),
}

/// Part of a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trail {
    /// Positions of the entries, in order.
    pub positions: Vec<u64>,
    /// Whether more follow.
    pub more: bool,
}

impl Trail {
    /// A page of so many positions, of which one more was read where more follow.
    pub(crate) fn page(table: &Table, positions: Vec<i64>, first: u32) -> Result<Self> {
        let wanted = usize::try_from(first).unwrap_or(usize::MAX);
        let more = positions.len() > wanted;
        let wrong = |_| ProjectionError::Malformed { table: table.name, column: "position" };
        let positions =
            positions.into_iter().take(wanted).map(|at| u64::try_from(at).map_err(wrong));
        Ok(Self { positions: positions.collect::<Result<_>>()?, more })
    }
}

/// The most positions in one answer.
pub const LONGEST_PAGE: u32 = 1000;

impl Subject {
    /// Kind and id as the table of links has them.
    fn link(&self) -> (SubjectKind, String) {
        match self {
            Self::Payment(id) => (SubjectKind::Payment, id.to_string()),
            Self::Grant(id) => (SubjectKind::Grant, id.to_string()),
            Self::Fund(id) => (SubjectKind::Fund, id.to_string()),
            Self::Store(id) => (SubjectKind::Store, id.to_string()),
            Self::Person(id) => (SubjectKind::Person, id.to_string()),
            Self::Household(id) => (SubjectKind::Household, id.to_string()),
            Self::Officer(id) => (SubjectKind::Officer, id.clone()),
            Self::Document(number) => (SubjectKind::Document, number.clone()),
            Self::Batch(id) => (SubjectKind::Batch, id.to_string()),
        }
    }
}

/// The first entries after a position that touch the subject, at most [`LONGEST_PAGE`], in order of
/// position. A subject that no entry touches has an empty trail.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn of(
    pool: &PgPool,
    ledger: &LedgerId,
    subject: &Subject,
    first: u32,
    after: Option<u64>,
) -> Result<Trail> {
    let after = after.map_or(-1, |after| i64::try_from(after).unwrap_or(i64::MAX));
    // One more than asked for tells whether more follow.
    let first = first.min(LONGEST_PAGE);
    let limit = i64::from(first).saturating_add(1);
    let (kind, id) = subject.link();
    let positions: Vec<i64> = sqlx::query_scalar(&statement(subject, kind))
        .bind(ledger.as_str())
        .bind(id)
        .bind(after)
        .bind(limit)
        .fetch_all(pool)
        .await?;
    Trail::page(&TRAIL, positions, first)
}
