//! The funds of a ledger. Two equations hold of each:
//!
//! * instructed = settled + returned + in transit;
//! * balance = opening + received + transferred in − transferred out − instructed + returned + recovered −
//!   remitted.
//!
//! Of these the rows hold what was paid, which is what was instructed less what came back. What was recovered
//! stays paid and settled: net paid is what was settled less what was recovered.

use domain::ids::{FundId, ProgrammeId};
use domain::money::Money;
use domain::vocabulary::{FundLevel, FundSource};
use ledger::LedgerId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::{ProjectionError, Result};

/// A fund with its sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fund {
    /// The fund.
    pub id: FundId,
    /// Position of the entry that opened it.
    pub position: u64,
    /// The bureau's own id of it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Where its money comes from.
    pub source: FundSource,
    /// The level of government that gives it.
    pub level: Option<FundLevel>,
    /// Budget function code.
    pub budget_code: Option<String>,
    /// The programmes that it may pay for, as they were named: groups stand as groups.
    pub programmes: Vec<ProgrammeId>,
    /// What it held when its books began.
    pub opening: Money,
    /// Sum of all receipts.
    pub received: Money,
    /// Sum of all transfers from other funds.
    pub transferred_in: Money,
    /// Sum of all transfers to other funds.
    pub transferred_out: Money,
    /// Sum of all payments that were not reversed, as much as they were recorded with, whatever banks
    /// said of them: paid + returned.
    pub instructed: Money,
    /// Sum of what arrived: payments recorded by themselves, and what banks credited and did not take back.
    pub settled: Money,
    /// Sum of what banks gave back of payments that were not reversed.
    pub returned: Money,
    /// What batches released and no bank has answered for: paid − settled.
    pub in_transit: Money,
    /// Sum of all payments that were not reversed, less what banks gave back.
    pub paid: Money,
    /// Sum of all surplus that was handed back.
    pub remitted: Money,
    /// Sum of what was asked back of payments.
    pub recovery_ordered: Money,
    /// The part of it that came in and is in the fund again.
    pub recovered: Money,
    /// The part of it that was given up.
    pub recovery_waived: Money,
    /// What is left: opening + received + transferred in − transferred out − paid + recovered − remitted.
    pub balance: Money,
}

#[derive(sqlx::FromRow)]
struct Row {
    fund: Uuid,
    position: i64,
    code: String,
    name: String,
    source: String,
    level: Option<String>,
    budget_code: Option<String>,
    programmes: Vec<String>,
    received_fen: i64,
    paid_fen: i64,
    opening_fen: i64,
    transferred_in_fen: i64,
    transferred_out_fen: i64,
    remitted_fen: i64,
    settled_fen: i64,
    returned_fen: i64,
    recovery_ordered_fen: i64,
    recovered_fen: i64,
    recovery_waived_fen: i64,
}

/// Every fund of the ledger, in the order in which they were opened.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn list(pool: &PgPool, ledger: &LedgerId) -> Result<Vec<Fund>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select fund, position, code, name, source, level, budget_code, programmes, received_fen, paid_fen,
                opening_fen, transferred_in_fen, transferred_out_fen, remitted_fen, settled_fen, returned_fen,
                recovery_ordered_fen, recovered_fen, recovery_waived_fen
         from read_models.funds where ledger_id = $1 order by position",
    )
    .bind(ledger.as_str())
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(Row::into_fund).collect()
}

fn sound<T>(column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(ProjectionError::Malformed { table: "funds", column })
}

impl Row {
    fn into_fund(self) -> Result<Fund> {
        let money = |column, fen| sound(column, Money::from_fen(fen).ok());
        let opening = money("opening_fen", self.opening_fen)?;
        let received = money("received_fen", self.received_fen)?;
        let transferred_in = money("transferred_in_fen", self.transferred_in_fen)?;
        let transferred_out = money("transferred_out_fen", self.transferred_out_fen)?;
        let paid = money("paid_fen", self.paid_fen)?;
        let remitted = money("remitted_fen", self.remitted_fen)?;
        let settled = money("settled_fen", self.settled_fen)?;
        let returned = money("returned_fen", self.returned_fen)?;
        let recovered = money("recovered_fen", self.recovered_fen)?;
        let balance = left(
            &[opening, received, transferred_in, recovered],
            &[transferred_out, paid, remitted],
        );
        let level = match &self.level {
            Some(text) => Some(sound("level", FundLevel::parse(text))?),
            None => None,
        };
        let programmes = self.programmes.iter().map(|id| ProgrammeId::parse(id).ok());
        Ok(Fund {
            id: FundId::from_uuid(self.fund),
            position: sound("position", u64::try_from(self.position).ok())?,
            code: self.code,
            name: self.name,
            source: sound("source", FundSource::parse(&self.source))?,
            level,
            budget_code: self.budget_code,
            programmes: sound("programmes", programmes.collect())?,
            opening,
            received,
            transferred_in,
            transferred_out,
            instructed: sound("returned_fen", paid.checked_add(returned))?,
            settled,
            returned,
            in_transit: sound("settled_fen", paid.checked_sub(settled))?,
            paid,
            remitted,
            recovery_ordered: money("recovery_ordered_fen", self.recovery_ordered_fen)?,
            recovered,
            recovery_waived: money("recovery_waived_fen", self.recovery_waived_fen)?,
            balance: sound("received_fen", balance)?,
        })
    }
}

/// What is left of what came in when this went out.
fn left(came: &[Money], went: &[Money]) -> Option<Money> {
    let came = came.iter().try_fold(Money::ZERO, |sum, more| sum.checked_add(*more))?;
    went.iter().try_fold(came, |left, less| left.checked_sub(*less))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_recovered_is_in_the_fund_again_and_stays_paid_and_settled() {
        let row = Row {
            fund: Uuid::nil(),
            position: 1,
            code: "fiscal".to_owned(),
            name: "财政".to_owned(),
            source: FundSource::Fiscal.as_str().to_owned(),
            level: None,
            budget_code: None,
            programmes: Vec::new(),
            received_fen: 1_000,
            paid_fen: 400,
            opening_fen: 50,
            transferred_in_fen: 7,
            transferred_out_fen: 20,
            remitted_fen: 30,
            settled_fen: 300,
            returned_fen: 60,
            recovery_ordered_fen: 90,
            recovered_fen: 40,
            recovery_waived_fen: 25,
        };
        let fund = row.into_fund().unwrap();
        assert_eq!(fund.balance.fen(), 50 + 1_000 + 7 - 20 - 400 + 40 - 30);
        let paid = [fund.instructed, fund.settled, fund.returned, fund.in_transit, fund.paid];
        assert_eq!(paid.map(Money::fen), [460, 300, 60, 100, 400]);
        let asked_back = [fund.recovery_ordered, fund.recovered, fund.recovery_waived];
        assert_eq!(asked_back.map(Money::fen), [90, 40, 25]);
    }
}
