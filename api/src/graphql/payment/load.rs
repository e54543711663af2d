//! Payments with everything that is told about them, a page at a time: one statement for each kind
//! of thing, however many payments there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ids::{BatchId, FundId, HouseholdId, PaymentId, PersonId};
use ledger::LedgerId;
use ledger::reader::StoredEntry;
use people::{Household, Kind, Opened, Person, PrivateDetails, Registry};
use projections::{payments, periods};

use super::{Payment, recovery};
use crate::books::Book;
use crate::graphql::shown::Shown;
use crate::graphql::unanswered::Answer;
use crate::graphql::{entry, fund};

/// The id in the chain of a payment that a client names: by its own id, or by the id of the stream
/// as entries show it.
pub(in crate::graphql) async fn id_of(book: &Book, text: &str) -> Answer<PaymentId> {
    let own = book.payment_id(text);
    let Ok(stream) = PaymentId::parse(text) else {
        return Ok(own);
    };
    // A client may well have made UUIDs of its own: those come first.
    let known = payments::find(book.pool(), book.id(), own).await?.is_some();
    Ok(if known { own } else { stream })
}

/// The payments of these rows, in their order; their persons masked where the ledger masks them.
pub(in crate::graphql) async fn load(
    book: &Book,
    rows: Vec<payments::Payment>,
) -> Answer<Vec<Payment>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    load_shown(book, rows, Shown::of(book).await?).await
}

/// A payment with whoever stands behind it: for the answer to a look that is recorded. Payments that are read
/// through it are masked as ever.
pub(in crate::graphql) async fn disclosed(book: &Book, id: PaymentId) -> Answer<Option<Payment>> {
    book.catch_up().await?;
    let row = payments::find(book.pool(), book.id(), id).await?;
    Ok(load_shown(book, row.into_iter().collect(), Shown::Whole).await?.pop())
}

async fn load_shown(
    book: &Book,
    rows: Vec<payments::Payment>,
    shown: Shown,
) -> Answer<Vec<Payment>> {
    let beside = Beside::of(book, &rows, shown).await?;
    Ok(rows.into_iter().map(|row| beside.payment(row)).collect())
}

/// The steps of recoveries, by their payments.
type Recoveries = BTreeMap<PaymentId, Vec<payments::RecoveryStep>>;

/// Where the entries of a payment stand, in their order.
fn positions(row: &payments::Payment, recoveries: &Recoveries) -> impl Iterator<Item = u64> {
    let settled = row.settled.as_ref().map(|settled| settled.position);
    let returned = row.returned.as_ref().map(|returned| returned.position);
    let reversed = row.reversed.as_ref().map(|reversed| reversed.position);
    let steps = recoveries.get(&row.id).into_iter().flatten().map(|step| step.position);
    // What was reversed is not recovered, and what is recovered is not reversed.
    [Some(row.position), settled, returned, reversed].into_iter().flatten().chain(steps)
}

/// What stands beside the rows of a page.
struct Beside {
    ledger: LedgerId,
    shown: Shown,
    funds: HashMap<FundId, projections::funds::Fund>,
    batches: BTreeMap<BatchId, String>,
    recoveries: Recoveries,
    entries: HashMap<u64, StoredEntry>,
    /// Those of the entries that were recorded late.
    late: BTreeSet<u64>,
    /// Where payments were recorded that come after their recipient's death.
    after_death: BTreeSet<u64>,
    details: BTreeMap<u64, PrivateDetails>,
    persons: HashMap<PersonId, Opened<Person>>,
    households: HashMap<HouseholdId, Opened<Household>>,
}

impl Beside {
    async fn of(book: &Book, rows: &[payments::Payment], shown: Shown) -> Answer<Self> {
        let ids: Vec<PaymentId> = rows.iter().map(|row| row.id).collect();
        let recoveries = payments::recoveries_of(book.pool(), book.id(), &ids).await?;
        let recorded: Vec<u64> = rows.iter().map(|row| row.position).collect();
        let steps = recoveries.values().flatten().map(|step| step.position);
        // What lies beside a step tells the client's id of it.
        let detailed: Vec<u64> = recorded.iter().copied().chain(steps).collect();
        let positions: Vec<u64> = rows.iter().flat_map(|row| positions(row, &recoveries)).collect();
        let entries = entry::at(book, &positions).await?;
        let batches: BTreeSet<BatchId> =
            rows.iter().filter_map(|row| Some(row.batch?.batch)).collect();
        let persons: Vec<_> = rows.iter().filter_map(|row| row.person).collect();
        let households: Vec<_> = rows.iter().filter_map(|row| row.household).collect();
        Ok(Self {
            ledger: book.id().clone(),
            shown,
            funds: fund::by_id(book).await?,
            batches: book.batch_names(&batches).await?,
            recoveries,
            entries: entries.into_iter().map(|stored| (stored.position, stored)).collect(),
            late: periods::are_late(book.pool(), book.id(), &positions).await?,
            after_death: payments::after_death(book.pool(), book.id(), &recorded).await?,
            details: book.private_details(&detailed).await?,
            persons: open(book, book.people().persons(), &persons).await?,
            households: open(book, book.people().households(), &households).await?,
        })
    }

    fn payment(&self, row: payments::Payment) -> Payment {
        let entries = positions(&row, &self.recoveries);
        let entries = entries.filter_map(|position| self.entries.get(&position).cloned());
        let late = positions(&row, &self.recoveries);
        let late = late.filter(|position| self.late.contains(position));
        let fund = row.fund.and_then(|fund| self.funds.get(&fund));
        let batch = row.batch.and_then(|line| self.batches.get(&line.batch));
        Payment {
            ledger: self.ledger.clone(),
            entries: entries.collect(),
            late: late.collect(),
            after_death: self.after_death.contains(&row.position),
            steps: self.steps(row.id),
            fund: fund.cloned().map(Into::into),
            batch: batch.cloned(),
            details: self.details.get(&row.position).cloned(),
            person: row.person.and_then(|id| self.persons.get(&id).cloned()),
            household: row.household.and_then(|id| self.households.get(&id).cloned()),
            shown: self.shown,
            already_recorded: false,
            row,
        }
    }

    /// Those of the recovery of a payment, in order.
    fn steps(&self, payment: PaymentId) -> Vec<recovery::Step> {
        let rows = self.recoveries.get(&payment).into_iter().flatten();
        let own = |position: u64| self.details.get(&position)?.client_id.clone();
        let steps = rows.map(|row| recovery::Step {
            client_id: own(row.position).filter(|id| self.shown.tells(id)),
            row: row.clone(),
        });
        steps.collect()
    }
}

/// Who these ids stand for.
pub(in crate::graphql) async fn open<K: Kind>(
    book: &Book,
    registry: &Registry<K>,
    ids: &[K::Id],
) -> Answer<HashMap<K::Id, Opened<K>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(registry.open(book.pool(), book.domain_id(), ids).await?)
}
