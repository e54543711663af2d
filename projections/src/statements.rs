//! 幸福清单: all aid to a household or person between two days.

use domain::calendar::Day;
use domain::ids::{HouseholdId, PersonId};
use domain::money::Money;
use ledger::LedgerId;
use sqlx::{Connection as _, PgPool};
use uuid::Uuid;

use crate::error::{ProjectionError, Result};
use crate::payments::{COLUMNS, FROM, Payment, PaymentRow};
use crate::read_model::{Cursors, ReadModel};
use crate::session::Session;

/// Whose statement is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// Payments received by the household.
    Household(HouseholdId),
    /// Payments received by the person; not those that merely cover them.
    Person(PersonId),
}

/// All payments to a recipient in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The payments by day, those of one day in the order of recording; reversed and returned ones are
    /// listed too.
    pub payments: Vec<Payment>,
    /// Sum of what each counts with ([`Payment::counted`]): what was reversed or came back is not in it.
    pub total: Money,
    /// Position of the last entry that the statement takes into account; `None` before the first.
    pub as_of: Option<u64>,
}

/// The statement of a recipient from one day to another, both included.
///
/// # Errors
/// When the database fails or holds a malformed row, or the sum is out of range.
pub async fn of(
    pool: &PgPool,
    ledger: &LedgerId,
    recipient: Recipient,
    from: Option<Day>,
    to: Option<Day>,
) -> Result<Statement> {
    let (column, id): (_, Uuid) = match recipient {
        Recipient::Household(id) => ("household", id.as_uuid()),
        Recipient::Person(id) => ("person", id.as_uuid()),
    };
    let statement = format!(
        "select {COLUMNS} {FROM}
         where p.ledger_id = $1 and p.{column} = $2
             and ($3::date is null or p.occurred_on >= $3)
             and ($4::date is null or p.occurred_on <= $4)
         order by p.occurred_on, p.position"
    );
    // Rows and cursor of the same moment.
    let mut session = Session::of(pool).await?;
    let mut tx = session.begin_with("begin isolation level repeatable read read only").await?;
    let rows: Vec<PaymentRow> = sqlx::query_as(&statement)
        .bind(ledger.as_str())
        .bind(id)
        .bind(from.map(Day::date))
        .bind(to.map(Day::date))
        .fetch_all(&mut *tx)
        .await?;
    let cursors = Cursors::read(&mut tx, ledger).await?;
    tx.commit().await?;
    session.give_back();
    let payments: Vec<_> = rows.into_iter().map(PaymentRow::into_payment).collect::<Result<_>>()?;
    let total = payments
        .iter()
        .try_fold(Money::ZERO, |sum, payment| sum.checked_add(payment.counted()))
        .ok_or_else(|| ProjectionError::out_of_range("total of a statement"))?;
    Ok(Statement {
        payments,
        total,
        as_of: u64::try_from(cursors.position(ReadModel::Payments)).ok(),
    })
}
