//! 幸福清单: all aid to a household or person between two days.

use chrono::NaiveDate;
use domain::calendar::Day;
use domain::ids::{HouseholdId, PersonId};
use domain::money::Money;
use ledger::LedgerId;
use sqlx::{Connection as _, PgConnection, PgPool};
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
    /// Sum of what each counts with ([`Payment::counted`]), less what was recovered: what was reversed or came
    /// back is not in it either.
    pub total: Money,
    /// What came in again of what was asked back of these payments.
    pub recovered: Money,
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
    let (column, id) = match recipient {
        Recipient::Household(id) => ("household", id.as_uuid()),
        Recipient::Person(id) => ("person", id.as_uuid()),
    };
    let asked = Asked { ledger, column, id, from: from.map(Day::date), to: to.map(Day::date) };
    // Rows, what came in again and cursor of the same moment.
    let mut session = Session::of(pool).await?;
    let mut tx = session.begin_with("begin isolation level repeatable read read only").await?;
    let rows = asked.payments(&mut tx).await?;
    let recovered = asked.recovered(&mut tx).await?;
    let cursors = Cursors::read(&mut tx, ledger).await?;
    tx.commit().await?;
    session.give_back();
    let payments: Vec<_> = rows.into_iter().map(PaymentRow::into_payment).collect::<Result<_>>()?;
    let too_large = || ProjectionError::out_of_range("total of a statement");
    let recovered = Money::from_fen(recovered).map_err(|_| too_large())?;
    let total = payments
        .iter()
        .try_fold(Money::ZERO, |sum, payment| sum.checked_add(payment.counted()))
        .and_then(|counted| counted.checked_sub(recovered))
        .ok_or_else(too_large)?;
    Ok(Statement {
        payments,
        total,
        recovered,
        as_of: u64::try_from(cursors.position(ReadModel::Payments)).ok(),
    })
}

/// Which payments are asked for.
struct Asked<'l> {
    ledger: &'l LedgerId,
    /// Names the recipient in `read_models.payments`.
    column: &'static str,
    id: Uuid,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Asked<'_> {
    /// What picks them out as `p`: ledger, recipient and both days are `$1` to `$4`.
    fn condition(&self) -> String {
        format!(
            "p.ledger_id = $1 and p.{} = $2
                 and ($3::date is null or p.occurred_on >= $3)
                 and ($4::date is null or p.occurred_on <= $4)",
            self.column
        )
    }

    async fn payments(&self, db: &mut PgConnection) -> Result<Vec<PaymentRow>> {
        let condition = self.condition();
        let statement =
            format!("select {COLUMNS} {FROM} where {condition} order by p.occurred_on, p.position");
        let rows = sqlx::query_as(&statement)
            .bind(self.ledger.as_str())
            .bind(self.id)
            .bind(self.from)
            .bind(self.to)
            .fetch_all(db)
            .await?;
        Ok(rows)
    }

    /// The fen that came in again of what was asked back of them.
    async fn recovered(&self, db: &mut PgConnection) -> Result<i64> {
        let condition = self.condition();
        let statement = format!(
            "select coalesce(sum(c.amount_fen), 0)::bigint from read_models.payments p
             join read_models.recoveries c on c.ledger_id = p.ledger_id and c.payment = p.payment
             where c.step = 'received' and {condition}"
        );
        let recovered = sqlx::query_scalar(&statement)
            .bind(self.ledger.as_str())
            .bind(self.id)
            .bind(self.from)
            .bind(self.to)
            .fetch_one(db)
            .await?;
        Ok(recovered)
    }
}
