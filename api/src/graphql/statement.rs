//! 幸福清单: everything that a household or a person received.

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::rights::Operation;
use projections::statements::{self, Recipient};

use super::context;
use super::ledger_position::{self, LedgerPosition};
use super::payment::{self, Payment, filter};
use super::scalars::{Date, Money};
use super::shape::{Place, Shape};
use super::unanswered::{Answer, Unanswered};
use crate::books::Book;

/// All aid to a household or person in a period.
#[derive(SimpleObject)]
pub struct Statement {
    /// The payments by day, those of one day in the order of recording; reversed and returned ones are
    /// listed too.
    pub payments: Vec<Payment>,
    /// What they sum up to, without what was reversed, came back from a bank or was recovered.
    pub total: Money,
    /// What was recovered of these payments, already left out of the total.
    pub recovered: Money,
    /// The last entry taken into account.
    pub as_of: LedgerPosition,
}

/// What a statement costs in the schema's count of complexity: as much as a hundred payments.
fn complexity(of_one: usize) -> usize {
    of_one.saturating_mul(100).saturating_add(1)
}

/// Questions about what somebody received.
#[derive(Debug, Default)]
pub struct StatementQueries;

#[Object]
impl StatementQueries {
    /// Everything that a household or a person received, from one day to another, both included.
    /// Exactly one of `householdNo` and `personNo` is needed. Whom the ledger does not know received
    /// nothing.
    #[graphql(complexity = "complexity(child_complexity)")]
    #[allow(clippy::too_many_arguments, reason = "the arguments of the schema's field")]
    async fn statement(
        &self,
        ctx: &Context<'_>,
        ledger: ID,
        household_no: Option<String>,
        person_no: Option<String>,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Answer<Statement> {
        let book = context::book(ctx, Operation::ReadPayments, &ledger).await?;
        let mut shape = Shape::default();
        let from = shape.optional(&Place::of("from"), from.as_ref(), Shape::day);
        let to = shape.optional(&Place::of("to"), to.as_ref(), Shape::day);
        let (from, to) = shape.finish(from.zip(to)).map_err(Unanswered::first_of)?;
        let Some(recipient) = recipient(&book, household_no, person_no).await? else {
            return nothing(&book).await;
        };
        let found = statements::of(book.pool(), book.id(), recipient, from, to).await?;
        Ok(Statement {
            total: found.total.into(),
            recovered: found.recovered.into(),
            as_of: ledger_position::at(&book, reached(found.as_of)?).await?,
            payments: payment::load(&book, found.payments).await?,
        })
    }
}

/// Whom the arguments name; nothing where the ledger does not know them.
async fn recipient(
    book: &Book,
    household_no: Option<String>,
    person_no: Option<String>,
) -> Answer<Option<Recipient>> {
    match (&household_no, &person_no) {
        (Some(_), None) => {
            let number = filter::read(&household_no, "householdNo", Shape::household_no)?;
            let household = match number {
                Some(number) => payment::household(book, &number).await?,
                None => None,
            };
            Ok(household.map(Recipient::Household))
        }
        (None, Some(_)) => {
            let person = match filter::read(&person_no, "personNo", Shape::identity_number)? {
                Some(number) => payment::person(book, &number).await?,
                None => None,
            };
            Ok(person.map(Recipient::Person))
        }
        _ => {
            let message = "householdNo 与 personNo 须恰好给出一个 / exactly one of householdNo and personNo is needed";
            Err(Unanswered::refused("INVALID_SUBJECT", &[], message))
        }
    }
}

/// The statement of somebody whom the ledger does not know.
async fn nothing(book: &Book) -> Answer<Statement> {
    Ok(Statement {
        payments: Vec::new(),
        total: domain::money::Money::ZERO.into(),
        recovered: domain::money::Money::ZERO.into(),
        as_of: ledger_position::at(book, reached(book.catch_up().await?.checked_sub(1))?).await?,
    })
}

/// An open ledger has an entry, and read models that were brought up to it have seen it.
fn reached(position: Option<u64>) -> Answer<u64> {
    position
        .ok_or_else(|| Unanswered::damaged("read models have not seen the ledger's first entry"))
}
