//! What became of a payment: what a bank answered, and its reversal.

use domain::calendar::Day;
use domain::ids::{BankResultsId, ReversalId};
use domain::money::Money;
use domain::vocabulary::ReturnReason;

use super::PaymentRow;
use crate::error::{ProjectionError, Result};

/// That a bank credited a payment as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Position of the entry that says so.
    pub position: u64,
    /// The file of results that it stands in.
    pub results: BankResultsId,
    /// The day on which it was credited.
    pub occurred_on: Day,
}

/// That a bank gave back a payment or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Position of the entry that says so.
    pub position: u64,
    /// The file of results that it stands in.
    pub results: BankResultsId,
    /// The part that was credited and stays so; zero where all came back.
    pub settled: Money,
    /// The rest, which is in the fund again.
    pub returned: Money,
    /// Why.
    pub reason: ReturnReason,
    /// The day on which it came back.
    pub occurred_on: Day,
}

/// The reversal of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversed {
    /// Position of the entry that reversed it.
    pub position: u64,
    /// The reversal.
    pub id: ReversalId,
    /// The day of the reversal.
    pub occurred_on: Day,
}

/// The value, or the column whose value the domain would not have written.
fn sound<T>(table: &'static str, column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(ProjectionError::Malformed { table, column })
}

/// Where a joined table has no row, each of its columns is null, and otherwise none.
impl PaymentRow {
    pub(super) fn settled(&self) -> Result<Option<Settled>> {
        let (Some(position), Some(results), Some(day)) =
            (self.settled_at, self.settled_by, self.settled_on)
        else {
            return Ok(None);
        };
        let table = "settlements";
        Ok(Some(Settled {
            position: sound(table, "position", u64::try_from(position).ok())?,
            results: BankResultsId::from_uuid(results),
            occurred_on: sound(table, "occurred_on", Day::from_date(day))?,
        }))
    }

    pub(super) fn returned(&self) -> Result<Option<Returned>> {
        let (Some(position), Some(results), Some(day)) =
            (self.returned_at, self.returned_by, self.returned_on)
        else {
            return Ok(None);
        };
        let table = "returns";
        let money = |column, fen: Option<i64>| {
            sound(table, column, fen.and_then(|fen| Money::from_fen(fen).ok()))
        };
        let reason = self.reason.as_deref().and_then(ReturnReason::parse);
        Ok(Some(Returned {
            position: sound(table, "position", u64::try_from(position).ok())?,
            results: BankResultsId::from_uuid(results),
            settled: money("settled_fen", self.settled_fen)?,
            returned: money("returned_fen", self.returned_fen)?,
            reason: sound(table, "reason", reason)?,
            occurred_on: sound(table, "occurred_on", Day::from_date(day))?,
        }))
    }

    pub(super) fn reversed(&self) -> Result<Option<Reversed>> {
        let (Some(position), Some(id), Some(day)) =
            (self.reversed_at, self.reversal, self.reversed_on)
        else {
            return Ok(None);
        };
        let table = "reversals";
        Ok(Some(Reversed {
            position: sound(table, "position", u64::try_from(position).ok())?,
            id: ReversalId::from_uuid(id),
            occurred_on: sound(table, "occurred_on", Day::from_date(day))?,
        }))
    }
}
