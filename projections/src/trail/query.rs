//! The trail of one subject.

use domain::ids::{BatchId, FundId, GrantId, HouseholdId, PaymentId, PersonId, StoreId};
use ledger::LedgerId;
use sqlx::PgPool;
use uuid::Uuid;

use super::SubjectKind;
use crate::error::{ProjectionError, Result};
use crate::grants;
use crate::payments::RECORDED_AT;

/// Whose trail is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The payment's record and its reversal.
    Payment(PaymentId),
    /// The grant's approval and its stops, the payments that name it and their reversals.
    Grant(GrantId),
    /// The fund's opening, what came in, what was paid from it and reversed.
    Fund(FundId),
    /// The store's opening, what came in, what was handed out and reversed.
    Store(StoreId),
    /// Grants to the person and their stops, payments to the person, payments that cover them, and reversals of either.
    Person(PersonId),
    /// Grants to the household and their stops, payments to it, and reversals.
    Household(HouseholdId),
    /// Every entry that the officer made, by the officer's id without `officer/`.
    Officer(String),
    /// Every entry that names the document.
    Document(String),
    /// Every step of the batch, its payments and their reversals.
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
    let page = Bounds {
        after: after.map_or(-1, |after| i64::try_from(after).unwrap_or(i64::MAX)),
        // One more than asked for tells whether more follow.
        limit: i64::from(first.min(LONGEST_PAGE)).saturating_add(1),
    };
    let mut positions = links(pool, ledger, subject, page).await?;
    positions.extend(payments(pool, ledger, subject, page).await?);
    positions.extend(stops(pool, ledger, subject, page).await?);
    positions.sort_unstable();
    // A person who receives a payment may be listed among its members too, and an approval is found
    // by the grant as well as by whose it is.
    positions.dedup();
    let wanted = usize::try_from(first.min(LONGEST_PAGE)).unwrap_or(usize::MAX);
    let more = positions.len() > wanted;
    let wrong = |_| ProjectionError::Malformed { table: "trail", column: "position" };
    let positions = positions.into_iter().take(wanted).map(|at| u64::try_from(at).map_err(wrong));
    Ok(Trail { positions: positions.collect::<Result<_>>()?, more })
}

#[derive(Clone, Copy)]
struct Bounds {
    after: i64,
    limit: i64,
}

async fn links(
    pool: &PgPool,
    ledger: &LedgerId,
    subject: &Subject,
    page: Bounds,
) -> Result<Vec<i64>> {
    let (kind, id) = subject.link();
    let positions = sqlx::query_scalar(
        "select position from read_models.trail
         where ledger_id = $1 and subject_kind = $2 and subject = $3 and position > $4
         order by position limit $5",
    )
    .bind(ledger.as_str())
    .bind(kind.as_str())
    .bind(id)
    .bind(page.after)
    .bind(page.limit);
    Ok(positions.fetch_all(pool).await?)
}

/// Entries about grants of a household or a person: a stop names neither.
async fn stops(
    pool: &PgPool,
    ledger: &LedgerId,
    subject: &Subject,
    page: Bounds,
) -> Result<Vec<i64>> {
    let (column, id) = match subject {
        Subject::Household(id) => ("household", id.as_uuid()),
        Subject::Person(id) => ("person", id.as_uuid()),
        _ => return Ok(Vec::new()),
    };
    let statement = format!(
        "select t.position from read_models.grants as g
         join read_models.trail as t on t.ledger_id = $1 and t.subject_kind = 'grant'
             and t.subject = g.grant_id::text and t.position > $3
         where g.ledger_id = $1 and g.{column} = $2 order by t.position limit $4"
    );
    let positions = sqlx::query_scalar(&statement)
        .bind(ledger.as_str())
        .bind(id)
        .bind(page.after)
        .bind(page.limit);
    Ok(positions.fetch_all(pool).await?)
}

/// Payments that name the subject in a column. Funds and officers are few, so there is no index
/// for them: their payments are found by walking the primary key.
async fn payments(
    pool: &PgPool,
    ledger: &LedgerId,
    subject: &Subject,
    page: Bounds,
) -> Result<Vec<i64>> {
    let by_id = |column, id: Uuid| payments_where(pool, ledger, column, id, page);
    let by_text = |column, text: String| payments_where(pool, ledger, column, text, page);
    match subject {
        Subject::Payment(id) => {
            let condition = format!("position = {RECORDED_AT}");
            payments_where(pool, ledger, &condition, id.to_string(), page).await
        }
        Subject::Fund(id) => by_id("fund = $2", id.as_uuid()).await,
        Subject::Store(id) => by_id("store = $2", id.as_uuid()).await,
        Subject::Person(id) => by_id("person = $2", id.as_uuid()).await,
        Subject::Household(id) => by_id("household = $2", id.as_uuid()).await,
        Subject::Officer(id) => by_text("officer = $2", id.clone()).await,
        Subject::Document(number) => by_text("document = $2", number.clone()).await,
        // A payment's row does not name its batch: links do.
        Subject::Batch(_) => Ok(Vec::new()),
        Subject::Grant(id) => match grants::household_of(pool, ledger, *id).await? {
            // A payment that names a grant is one to its household: that has an index.
            Some(household) => {
                let condition = format!("household = '{household}' and grant_id = $2");
                payments_where(pool, ledger, &condition, id.as_uuid(), page).await
            }
            None => Ok(Vec::new()),
        },
    }
}

async fn payments_where<'q, V>(
    pool: &PgPool,
    ledger: &LedgerId,
    condition: &str,
    value: V,
    page: Bounds,
) -> Result<Vec<i64>>
where
    V: sqlx::Type<sqlx::Postgres> + sqlx::Encode<'q, sqlx::Postgres> + Send + 'q,
{
    let statement = format!(
        "select position from read_models.payments
         where ledger_id = $1 and {condition} and position > $3 order by position limit $4"
    );
    let mut arguments = sqlx::postgres::PgArguments::default();
    let bound = (|| {
        use sqlx::Arguments as _;
        arguments.add(ledger.as_str().to_owned())?;
        arguments.add(value)?;
        arguments.add(page.after)?;
        arguments.add(page.limit)
    })();
    bound.map_err(sqlx::Error::Encode)?;
    Ok(sqlx::query_scalar_with(&statement, arguments).fetch_all(pool).await?)
}
