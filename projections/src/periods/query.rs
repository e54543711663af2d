//! Where months stand, and how they came there.

use chrono::NaiveDate;
use domain::calendar::{Day, Month};
use domain::ids::StepId;
use domain::period::{PeriodEvent, PeriodStage};
use domain::text::DocumentNumber;
use ledger::LedgerId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::{ProjectionError, Result};

/// Which step of a month it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodStepKind {
    /// One officer asked to close it.
    ClosingProposed,
    /// Another closed it.
    Closed,
    /// One officer asked to open it again.
    ReopeningProposed,
    /// Another opened it again.
    Reopened,
    /// What was proposed was taken back.
    Withdrawn,
}

impl PeriodStepKind {
    /// The word that stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClosingProposed => "closing_proposed",
            Self::Closed => "closed",
            Self::ReopeningProposed => "reopening_proposed",
            Self::Reopened => "reopened",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::ClosingProposed,
            Self::Closed,
            Self::ReopeningProposed,
            Self::Reopened,
            Self::Withdrawn,
        ];
        all.into_iter().find(|kind| kind.as_str() == text)
    }

    pub(super) const fn of(event: &PeriodEvent) -> Self {
        match event {
            PeriodEvent::PeriodClosingProposed(_) => Self::ClosingProposed,
            PeriodEvent::PeriodClosed(_) => Self::Closed,
            PeriodEvent::PeriodReopeningProposed(_) => Self::ReopeningProposed,
            PeriodEvent::PeriodReopened(_) => Self::Reopened,
            PeriodEvent::PeriodProposalWithdrawn(_) => Self::Withdrawn,
        }
    }
}

/// A step of a month of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodStep {
    /// Position of the entry that recorded it.
    pub position: u64,
    /// Which step.
    pub kind: PeriodStepKind,
    /// The step.
    pub id: StepId,
    /// Which proposal of the month it is, or is about, from 1.
    pub round: u32,
    /// The id of the officer who took it.
    pub officer: String,
    /// The day of it.
    pub occurred_on: Day,
    /// What a proposal to reopen rests on; none for every other step.
    pub document: Option<DocumentNumber>,
    /// Where the month stands from here on.
    pub stage: PeriodStage,
}

/// A month of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// The month.
    pub month: Month,
    /// Where it stands.
    pub stage: PeriodStage,
    /// Position of the closing that stands: the figures at it are those that were closed. None while the month
    /// is open.
    pub closed_at: Option<u64>,
    /// Every step, in the order in which they were recorded.
    pub steps: Vec<PeriodStep>,
}

impl Period {
    /// A month of which nothing was proposed.
    const fn untouched(month: Month) -> Self {
        Self { month, stage: PeriodStage::Open, closed_at: None, steps: Vec::new() }
    }

    fn take(&mut self, step: PeriodStep) {
        self.stage = step.stage;
        self.closed_at = match step.kind {
            PeriodStepKind::Closed => Some(step.position),
            // The closing stands while it is only proposed to open the month again.
            _ => self.closed_at.filter(|_| step.stage.is_closed()),
        };
        self.steps.push(step);
    }
}

/// The months of which anything was ever proposed, the newest month first.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn list(pool: &PgPool, ledger: &LedgerId) -> Result<Vec<Period>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select position, month, kind, id, round, officer, occurred_on, document, stage
         from read_models.period_steps where ledger_id = $1 order by month desc, position",
    )
    .bind(ledger.as_str())
    .fetch_all(pool)
    .await?;
    let mut periods: Vec<Period> = Vec::new();
    for row in rows {
        let month = row.month()?;
        let step = row.into_step()?;
        match periods.last_mut().filter(|period| period.month == month) {
            Some(period) => period.take(step),
            None => {
                let mut period = Period::untouched(month);
                period.take(step);
                periods.push(period);
            }
        }
    }
    Ok(periods)
}

/// One month, which is open and without steps where nothing was ever proposed of it.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn find(pool: &PgPool, ledger: &LedgerId, month: Month) -> Result<Period> {
    // A bureau has some dozens of rows in a year: the primary key is index enough.
    let rows: Vec<Row> = sqlx::query_as(
        "select position, month, kind, id, round, officer, occurred_on, document, stage
         from read_models.period_steps where ledger_id = $1 and month = $2 order by position",
    )
    .bind(ledger.as_str())
    .bind(month.index())
    .fetch_all(pool)
    .await?;
    let mut period = Period::untouched(month);
    for row in rows {
        period.take(row.into_step()?);
    }
    Ok(period)
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    month: i32,
    kind: String,
    id: Uuid,
    round: i64,
    officer: String,
    occurred_on: NaiveDate,
    document: Option<String>,
    stage: String,
}

/// The value, or the column whose value the domain would not have written.
fn sound<T>(column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(ProjectionError::Malformed { table: "period_steps", column })
}

impl Row {
    fn month(&self) -> Result<Month> {
        sound("month", Month::from_index(self.month))
    }

    fn into_step(self) -> Result<PeriodStep> {
        let document = self.document.as_deref().map(DocumentNumber::parse).transpose();
        Ok(PeriodStep {
            position: sound("position", u64::try_from(self.position).ok())?,
            kind: sound("kind", PeriodStepKind::parse(&self.kind))?,
            id: StepId::from_uuid(self.id),
            round: sound("round", u32::try_from(self.round).ok())?,
            officer: self.officer,
            occurred_on: sound("occurred_on", Day::from_date(self.occurred_on))?,
            document: sound("document", document.ok())?,
            stage: sound("stage", PeriodStage::parse(&self.stage))?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const JUNE: &str = "2020-06";

    fn row(position: i64, kind: PeriodStepKind, stage: PeriodStage) -> Row {
        Row {
            position,
            month: Month::parse(JUNE).unwrap().index(),
            kind: kind.as_str().to_owned(),
            id: Uuid::from_u128(7),
            round: 1,
            officer: "w-017".to_owned(),
            occurred_on: NaiveDate::from_ymd_opt(2020, 7, 3).unwrap(),
            document: None,
            stage: stage.as_str().to_owned(),
        }
    }

    #[test]
    fn the_closing_that_stands_is_the_last_one_until_the_month_is_open_again() {
        use PeriodStage as Stage;
        use PeriodStepKind as Kind;
        let mut period = Period::untouched(Month::parse(JUNE).unwrap());
        for (position, kind, stage, closed_at) in [
            (1, Kind::ClosingProposed, Stage::ClosingProposed, None),
            (2, Kind::Withdrawn, Stage::Open, None),
            (3, Kind::ClosingProposed, Stage::ClosingProposed, None),
            (4, Kind::Closed, Stage::Closed, Some(4)),
            (5, Kind::ReopeningProposed, Stage::ReopeningProposed, Some(4)),
            (6, Kind::Withdrawn, Stage::Closed, Some(4)),
            (7, Kind::ReopeningProposed, Stage::ReopeningProposed, Some(4)),
            (8, Kind::Reopened, Stage::Open, None),
            (9, Kind::ClosingProposed, Stage::ClosingProposed, None),
            (10, Kind::Closed, Stage::Closed, Some(10)),
        ] {
            period.take(row(position, kind, stage).into_step().unwrap());
            assert_eq!((period.stage, period.closed_at), (stage, closed_at), "after {position}");
        }
        assert_eq!(period.steps.len(), 10);
    }

    #[test]
    fn a_word_that_is_none_is_named_by_its_column() {
        let sound = || row(17, PeriodStepKind::Closed, PeriodStage::Closed);
        assert_eq!(sound().month().unwrap().to_string(), JUNE);
        let (kind, stage) = ("slammed".to_owned(), "ajar".to_owned());
        for (wrong, column) in
            [(Row { kind, ..sound() }, "kind"), (Row { stage, ..sound() }, "stage")]
        {
            let told = wrong.into_step().unwrap_err().to_string();
            assert!(told.starts_with(&format!("read_models.period_steps: {column} ")), "{told}");
        }
    }
}
