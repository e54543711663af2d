//! Payments one by one and in lists.

use domain::calendar::Day;
use domain::ids::{FundId, HouseholdId, PaymentId, PersonId, ProgrammeId};
use domain::money::Money;
use ledger::LedgerId;
use sqlx::{PgPool, Postgres, QueryBuilder};
use uuid::Uuid;

use super::after_death::AFTER_DEATH;
use super::{COLUMNS, FROM, Payment, PaymentRow};
use crate::error::Result;

/// Whether a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was recorded and not reversed.
    Recorded,
    /// It was reversed.
    Reversed,
}

/// Which payments to list. A condition that is `None` admits every payment, an empty list admits none.
#[derive(Debug, Clone, Default)]
pub struct PaymentFilter {
    /// Paid under one of these, groups already replaced by their members.
    pub programmes: Option<Vec<ProgrammeId>>,
    /// Paid from one of these.
    pub funds: Option<Vec<FundId>>,
    /// In a region whose code begins with one of these.
    pub regions: Option<Vec<String>>,
    /// Received by this household.
    pub household: Option<HouseholdId>,
    /// Received by this person; payments that merely cover them are found by the trail.
    pub person: Option<PersonId>,
    /// Recorded by this officer.
    pub officer: Option<String>,
    /// With this document number.
    pub document: Option<String>,
    /// Standing or reversed.
    pub status: Option<Status>,
    /// Paid on this day or later.
    pub from: Option<Day>,
    /// Paid on this day or earlier.
    pub to: Option<Day>,
    /// Of this amount or more.
    pub min_amount: Option<Money>,
    /// Of this amount or less.
    pub max_amount: Option<Money>,
    /// Recorded when the month of its day stood closed, or not; what became of it is not asked.
    pub late: Option<bool>,
    /// Made, or paying for a month, after the recipient's death, as the reports of deaths stand; or not.
    pub after_death: Option<bool>,
}

/// Some rows of a longer list, in order of position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub more: bool,
}

/// The longest page.
pub const LONGEST_PAGE: u32 = 1000;

/// The position of the entry that recorded the payment whose id is bound as `$2`: the entries have an
/// index by stream, so the read model needs none by payment.
pub(crate) const RECORDED_AT: &str = "(select position from entries where ledger_id = $1 \
     and stream_type = 'payment' and stream_id = $2 and sequence = 1)";

/// The payment with this id, if it has been recorded and the read model has come that far.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn find(pool: &PgPool, ledger: &LedgerId, id: PaymentId) -> Result<Option<Payment>> {
    let statement =
        format!("select {COLUMNS} {FROM} where p.ledger_id = $1 and p.position = {RECORDED_AT}");
    let row: Option<PaymentRow> = sqlx::query_as(&statement)
        .bind(ledger.as_str())
        .bind(id.to_string())
        .fetch_optional(pool)
        .await?;
    row.map(PaymentRow::into_payment).transpose()
}

/// Those of these payments of which what came back is paid out again by one that was not reversed.
///
/// # Errors
/// When the database fails.
pub async fn paid_out_again(
    pool: &PgPool,
    ledger: &LedgerId,
    returned: &[PaymentId],
) -> Result<Vec<PaymentId>> {
    let ids: Vec<Uuid> = returned.iter().map(|payment| payment.as_uuid()).collect();
    let found: Vec<Uuid> = sqlx::query_scalar(
        "select p.reissues from read_models.payments p
         where p.ledger_id = $1 and p.reissues = any($2) and not exists (
             select from read_models.reversals r where r.ledger_id = $1 and r.payment = p.payment)",
    )
    .bind(ledger.as_str())
    .bind(ids)
    .fetch_all(pool)
    .await?;
    Ok(found.into_iter().map(PaymentId::from_uuid).collect())
}

/// The payments that pay out again what came back of this one, in the order in which they were recorded: more
/// than one only where all but the last were reversed.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn reissues_of(
    pool: &PgPool,
    ledger: &LedgerId,
    returned: PaymentId,
) -> Result<Vec<Payment>> {
    let statement = format!(
        "select {COLUMNS} {FROM} where p.ledger_id = $1 and p.reissues = $2 order by p.position"
    );
    let rows: Vec<PaymentRow> = sqlx::query_as(&statement)
        .bind(ledger.as_str())
        .bind(returned.as_uuid())
        .fetch_all(pool)
        .await?;
    rows.into_iter().map(PaymentRow::into_payment).collect()
}

/// The first payments after a position that the filter admits, at most [`LONGEST_PAGE`], in order
/// of position: the order in which they were recorded.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn list(
    pool: &PgPool,
    ledger: &LedgerId,
    filter: &PaymentFilter,
    first: u32,
    after: Option<u64>,
) -> Result<Page<Payment>> {
    let first = first.min(LONGEST_PAGE);
    let mut query = QueryBuilder::new(format!("select {COLUMNS} {FROM} where p.ledger_id = "));
    query.push_bind(ledger.as_str());
    if let Some(after) = after {
        query.push(" and p.position > ").push_bind(i64::try_from(after).unwrap_or(i64::MAX));
    }
    restrict(&mut query, filter);
    // One more than asked for tells whether more follow.
    query.push(" order by p.position limit ").push_bind(i64::from(first).saturating_add(1));
    let rows: Vec<PaymentRow> = query.build_query_as().fetch_all(pool).await?;
    let wanted = usize::try_from(first).unwrap_or(usize::MAX);
    let more = rows.len() > wanted;
    let rows = rows.into_iter().take(wanted).map(PaymentRow::into_payment);
    Ok(Page { rows: rows.collect::<Result<_>>()?, more })
}

/// Adds the filter's conditions to a statement about `p` and `r`.
fn restrict(query: &mut QueryBuilder<'_, Postgres>, filter: &PaymentFilter) {
    if let Some(programmes) = &filter.programmes {
        let names: Vec<_> = programmes.iter().map(|id| id.as_str().to_owned()).collect();
        query.push(" and p.programme = any(").push_bind(names).push(")");
    }
    if let Some(funds) = &filter.funds {
        let ids: Vec<Uuid> = funds.iter().map(|fund| fund.as_uuid()).collect();
        query.push(" and p.fund = any(").push_bind(ids).push(")");
    }
    if let Some(prefixes) = &filter.regions {
        query.push(" and exists (select from unnest(").push_bind(prefixes.clone());
        query.push(") as prefix where starts_with(p.region, prefix))");
    }
    if let Some(household) = filter.household {
        query.push(" and p.household = ").push_bind(household.as_uuid());
    }
    if let Some(person) = filter.person {
        query.push(" and p.person = ").push_bind(person.as_uuid());
    }
    if let Some(officer) = &filter.officer {
        query.push(" and p.officer = ").push_bind(officer.clone());
    }
    if let Some(document) = &filter.document {
        query.push(" and p.document = ").push_bind(document.clone());
    }
    match filter.status {
        Some(Status::Recorded) => drop(query.push(" and r.payment is null")),
        Some(Status::Reversed) => drop(query.push(" and r.payment is not null")),
        None => {}
    }
    restrict_timing(query, filter);
    restrict_range(query, filter);
}

/// Whether they came after what they should have come before.
fn restrict_timing(query: &mut QueryBuilder<'_, Postgres>, filter: &PaymentFilter) {
    if let Some(late) = filter.late {
        query.push(if late { " and exists" } else { " and not exists" });
        query.push(
            " (select from read_models.late_entries l
               where l.ledger_id = p.ledger_id and l.position = p.position)",
        );
    }
    if let Some(after_death) = filter.after_death {
        query.push(if after_death { " and " } else { " and not " }).push(AFTER_DEATH);
    }
}

fn restrict_range(query: &mut QueryBuilder<'_, Postgres>, filter: &PaymentFilter) {
    if let Some(from) = filter.from {
        query.push(" and p.occurred_on >= ").push_bind(from.date());
    }
    if let Some(to) = filter.to {
        query.push(" and p.occurred_on <= ").push_bind(to.date());
    }
    if let Some(least) = filter.min_amount {
        query.push(" and p.amount_fen >= ").push_bind(least.fen());
    }
    if let Some(most) = filter.max_amount {
        query.push(" and p.amount_fen <= ").push_bind(most.fen());
    }
}
