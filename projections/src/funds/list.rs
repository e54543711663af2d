//! The funds of a ledger. Two equations hold of each:
//!
//! * instructed = settled + returned + in transit;
//! * balance = opening + received + transferred in − transferred out − instructed + returned − remitted.
//!
//! Of these the rows hold what was paid, which is what was instructed less what came back.

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
    /// What is left: opening + received + transferred in − transferred out − paid − remitted.
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
}

/// Every fund of the ledger, in the order in which they were opened.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn list(pool: &PgPool, ledger: &LedgerId) -> Result<Vec<Fund>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select fund, position, code, name, source, level, budget_code, programmes, received_fen, paid_fen,
                opening_fen, transferred_in_fen, transferred_out_fen, remitted_fen, settled_fen, returned_fen
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
        let came = [received, transferred_in];
        let came = came.into_iter().try_fold(opening, |sum, more| sum.checked_add(more));
        let went = [transferred_out, paid, remitted];
        let left = came
            .and_then(|came| went.into_iter().try_fold(came, |left, less| left.checked_sub(less)));
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
            balance: sound("received_fen", left)?,
        })
    }
}
