//! Reading the columns from the read tables, and reading on where they end.

use domain::calendar::Day;
use domain::ids::{FundId, ProgrammeId};
use domain::vocabulary::FundSource;
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use super::columns::{Columns, NewLine, Receipt, place};
use super::combination::COMBINATION_COLUMNS;
use crate::copy::{FieldReader, copy_out, day_from_2000};
use crate::error::{ProjectionError, Result};
use crate::payments::RecoveryStepKind;
use crate::read_model::ReadModel;

/// Tells one filling of the read tables from the next: which transactions wrote the first payment
/// and the first receipt. A rebuild writes them again, and then what is held in memory must be read
/// again too: it may have been rebuilt because it was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filling {
    first_payment: Option<String>,
    first_receipt: Option<String>,
}

impl Filling {
    /// Whether rows held from this filling are still those of the later one: what was not there
    /// yet may have come.
    fn goes_on_in(&self, later: &Self) -> bool {
        let goes_on = |held: &Option<String>, now: &Option<String>| held.is_none() || held == now;
        goes_on(&self.first_payment, &later.first_payment)
            && goes_on(&self.first_receipt, &later.first_receipt)
    }
}

/// How far the read tables reach, and which filling they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    reached: i64,
    filling: Filling,
}

impl State {
    async fn read(db: &mut PgConnection, columns: &Columns) -> Result<Self> {
        let (reached, first_payment, first_receipt) = sqlx::query_as(
            "select
                (select case when count(*) = 2 then min(position) else -1 end
                 from read_models.cursors where ledger_id = $1 and read_model in ($2, $3)),
                (select xmin::text from read_models.payments
                 where ledger_id = $1 order by position limit 1),
                (select xmin::text from read_models.receipts
                 where ledger_id = $1 order by position limit 1)",
        )
        .bind(columns.ledger.as_str())
        .bind(ReadModel::Payments.as_str())
        .bind(ReadModel::Funds.as_str())
        .fetch_one(db)
        .await?;
        Ok(Self { reached, filling: Filling { first_payment, first_receipt } })
    }
}

impl Columns {
    /// Whether the read tables hold nothing that the columns lack.
    pub(super) async fn is_current(&self, db: &mut PgConnection) -> Result<bool> {
        let state = State::read(db, self).await?;
        Ok(state.reached == self.reached && state.filling == self.filling)
    }

    /// Takes in what the read tables hold beyond the columns; everything, if they were filled anew.
    ///
    /// # Errors
    /// When the database fails or holds a malformed row. The columns are empty then, as they are when
    /// this is dropped midway.
    pub async fn refresh(&mut self, db: &mut PgConnection) -> Result<()> {
        // Half of a refresh would count some payments and not others, or count them again when it is
        // begun anew: an error leaves nothing, and so does a client who hangs up meanwhile.
        let mut columns = std::mem::replace(self, Self::new(self.ledger.clone()));
        columns.read_on(db).await?;
        *self = columns;
        Ok(())
    }

    async fn read_on(&mut self, db: &mut PgConnection) -> Result<()> {
        // One moment of the database. The locks come before the snapshot, since emptying a table in
        // a rebuild is the one thing that a snapshot does not protect from.
        let mut tx = db.begin_with("begin isolation level repeatable read read only").await?;
        sqlx::query(
            "lock table read_models.payments, read_models.settlements, read_models.returns,
                 read_models.recoveries, read_models.reversals, read_models.funds, read_models.receipts
                 in access share mode",
        )
        .execute(&mut *tx)
        .await?;
        let state = State::read(&mut tx, self).await?;
        if state.reached < self.reached || !self.filling.goes_on_in(&state.filling) {
            *self = Self::new(self.ledger.clone());
        }
        if state.reached > self.reached {
            self.read_payments(&mut tx, state.reached).await?;
            self.read_fates(&mut tx, state.reached).await?;
            self.read_receipts(&mut tx, state.reached).await?;
            self.read_funds(&mut tx).await?;
        }
        self.reached = state.reached;
        self.filling = state.filling;
        tx.commit().await?;
        Ok(())
    }

    async fn read_payments(&mut self, db: &mut PgConnection, up_to: i64) -> Result<()> {
        let (ledger, held) = (self.ledger.clone(), self.reached);
        // No more payments than entries: one allocation, and little too much of it.
        self.lines.reserve_exact(usize::try_from(up_to.saturating_sub(held)).unwrap_or(0));
        let statement = format!(
            "copy (select p.position, p.amount_fen, p.person, p.household,
                 case when p.rest then 0 else p.covered_persons end,
                 p.occurred_on, p.month_from, p.month_to, p.batch, {COMBINATION_COLUMNS}
             from read_models.payments p
             where p.ledger_id = '{ledger}' and p.position > {held} and p.position <= {up_to}
             order by p.position) to stdout (format binary)"
        );
        copy_out(db, &statement, |row| {
            let mut fields = FieldReader::new(row);
            let new = NewLine {
                position: fields.int8()?,
                amount: fields.int8()?,
                person: fields.uuid_or_null()?,
                household: fields.uuid_or_null()?,
                person_times: fields.int8()?,
                occurred_on: fields.int4()?,
                months: fields.int4_or_null()?.zip(fields.int4_or_null()?),
                instructed: fields.uuid_or_null()?.is_some(),
                combination: self.combinations.number(fields.rest())?,
            };
            self.push(&new)
        })
        .await
    }

    /// What became of payments, just read or held before.
    async fn read_fates(&mut self, db: &mut PgConnection, up_to: i64) -> Result<()> {
        let settlements = self.fates("settlements", "f.position", up_to);
        copy_out(db, &settlements, |row| {
            let mut fields = FieldReader::new(row);
            self.settle(fields.int8()?, fields.int8()?)
        })
        .await?;
        let returns = self.fates("returns", "f.position, f.settled_fen", up_to);
        copy_out(db, &returns, |row| {
            let mut fields = FieldReader::new(row);
            self.give_back(fields.int8()?, fields.int8()?, fields.int8()?)
        })
        .await?;
        let recoveries = self.fates("recoveries", "f.position, f.step, f.amount_fen", up_to);
        copy_out(db, &recoveries, |row| {
            let mut fields = FieldReader::new(row);
            let (recorded_at, position) = (fields.int8()?, fields.int8()?);
            let kind = RecoveryStepKind::parse(fields.text()?)
                .ok_or(ProjectionError::Malformed { table: "recoveries", column: "step" })?;
            // What is only asked back changes no figure.
            if kind == RecoveryStepKind::Ordered {
                return Ok(());
            }
            self.recover(recorded_at, position, kind, fields.int8()?)
        })
        .await?;
        let reversals = self.fates("reversals", "f.position", up_to);
        copy_out(db, &reversals, |row| {
            let mut fields = FieldReader::new(row);
            self.undo(fields.int8()?, fields.int8()?)
        })
        .await
    }

    /// The statement that reads on in a table of what became of payments: where each payment was recorded,
    /// and these columns.
    fn fates(&self, table: &str, columns: &str, up_to: i64) -> String {
        let (ledger, held) = (&self.ledger, self.reached);
        // All at once are joined as tables; of those that come later each is looked up by the index that
        // the entries have, since payments have none by their id.
        let payments = if held < 0 {
            "read_models.payments p on p.ledger_id = f.ledger_id and p.payment = f.payment"
        } else {
            "entries p on p.ledger_id = f.ledger_id and p.stream_type = 'payment'
                 and p.stream_id = f.payment::text and p.sequence = 1"
        };
        format!(
            "copy (select p.position, {columns} from read_models.{table} f join {payments}
             where f.ledger_id = '{ledger}' and f.position > {held} and f.position <= {up_to})
             to stdout (format binary)"
        )
    }

    async fn read_receipts(&mut self, db: &mut PgConnection, up_to: i64) -> Result<()> {
        let (ledger, held) = (self.ledger.clone(), self.reached);
        let statement = format!(
            "copy (select position, fund, source, amount_fen, occurred_on, income
             from read_models.receipts
             where ledger_id = '{ledger}' and position > {held} and position <= {up_to}
             order by position) to stdout (format binary)"
        );
        copy_out(db, &statement, |row| {
            self.receipts.push(receipt(&mut FieldReader::new(row))?);
            Ok(())
        })
        .await
    }

    async fn read_funds(&mut self, db: &mut PgConnection) -> Result<()> {
        let funds: Vec<(Uuid, String)> =
            sqlx::query_as("select fund, source from read_models.funds where ledger_id = $1")
                .bind(self.ledger.as_str())
                .fetch_all(db)
                .await?;
        for (fund, source) in funds {
            let source = FundSource::parse(&source)
                .ok_or(ProjectionError::Malformed { table: "funds", column: "source" })?;
            self.fund_sources.insert(FundId::from_uuid(fund), source);
        }
        Ok(())
    }
}

fn receipt(fields: &mut FieldReader<'_>) -> Result<Receipt> {
    let wrong = |column| ProjectionError::Malformed { table: "receipts", column };
    let position = place(fields.int8()?)?;
    let fund = FundId::from_uuid(fields.uuid()?);
    let source = FundSource::parse(fields.text()?).ok_or_else(|| wrong("source"))?;
    let amount = fields.int8()?;
    let occurred_on = fields.int4()?;
    let income = fields.text_or_null()?.map(ProgrammeId::parse).transpose();
    Ok(Receipt {
        position,
        fund,
        source,
        amount,
        occurred_on,
        month: day_from_2000(occurred_on).map(Day::month).ok_or_else(|| wrong("occurred_on"))?,
        income: income.map_err(|_| wrong("income"))?,
    })
}
