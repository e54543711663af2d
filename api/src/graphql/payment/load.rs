//! Payments with everything that is told about them, a page at a time: one statement for each kind
//! of thing, however many payments there are.

use std::collections::{BTreeMap, HashMap};

use domain::ids::{FundId, HouseholdId, PaymentId, PersonId};
use ledger::reader::StoredEntry;
use people::{Household, Kind, Opened, Person, PrivateDetails, Registry};
use projections::payments;

use super::Payment;
use crate::books::Book;
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

/// The payments of these rows, in their order.
pub(in crate::graphql) async fn load(
    book: &Book,
    rows: Vec<payments::Payment>,
) -> Answer<Vec<Payment>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let beside = Beside::of(book, &rows).await?;
    Ok(rows.into_iter().map(|row| beside.payment(row)).collect())
}

/// What stands beside the rows of a page.
struct Beside {
    funds: HashMap<FundId, projections::funds::Fund>,
    entries: HashMap<u64, StoredEntry>,
    details: BTreeMap<u64, PrivateDetails>,
    persons: HashMap<PersonId, Opened<Person>>,
    households: HashMap<HouseholdId, Opened<Household>>,
}

impl Beside {
    async fn of(book: &Book, rows: &[payments::Payment]) -> Answer<Self> {
        let recorded: Vec<u64> = rows.iter().map(|row| row.position).collect();
        let reversed = rows.iter().filter_map(|row| Some(row.reversed.as_ref()?.position));
        let positions: Vec<u64> = recorded.iter().copied().chain(reversed).collect();
        let entries = entry::at(book, &positions).await?;
        let persons: Vec<_> = rows.iter().filter_map(|row| row.person).collect();
        let households: Vec<_> = rows.iter().filter_map(|row| row.household).collect();
        Ok(Self {
            funds: fund::by_id(book).await?,
            entries: entries.into_iter().map(|stored| (stored.position, stored)).collect(),
            details: book.private_details(&recorded).await?,
            persons: open(book, book.people().persons(), &persons).await?,
            households: open(book, book.people().households(), &households).await?,
        })
    }

    fn payment(&self, row: payments::Payment) -> Payment {
        let reversal = row.reversed.as_ref().map(|reversed| reversed.position);
        let positions = [Some(row.position), reversal];
        let entries = positions.into_iter().flatten();
        let entries = entries.filter_map(|position| self.entries.get(&position).cloned());
        let fund = row.fund.and_then(|fund| self.funds.get(&fund));
        Payment {
            entries: entries.collect(),
            fund: fund.cloned().map(Into::into),
            details: self.details.get(&row.position).cloned(),
            person: row.person.and_then(|id| self.persons.get(&id).cloned()),
            household: row.household.and_then(|id| self.households.get(&id).cloned()),
            already_recorded: false,
            row,
        }
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
