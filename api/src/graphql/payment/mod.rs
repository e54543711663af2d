//! Payments: what was paid, to whom, out of which money.

mod bank;
mod disburse_goods;
pub(super) mod filter;
mod load;
mod payload;
mod query;
mod recipient;
mod record_disability_subsidy;
mod record_grant_payment;
mod record_one_off_aid;
mod record_temporary_aid;
mod recovery;
mod reverse;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, MergedObject, Object};
use domain::rights::Operation;
use ledger::LedgerId;
use ledger::reader::StoredEntry;
use people::{Household, Kind, Known, Opened, Person, PrivateDetails};
use projections::payments;

use super::context;
use super::entry::{self, Entry};
use super::fund::Fund;
use super::programme::Programme;
use super::receipt::Receipt;
use super::scalars::{Date, Money, YearMonth};
use super::shown::Shown;
use super::unanswered::{Answer, Unanswered};
use super::vocabulary::{AidForm, Residency};
use crate::books::Book;

pub use bank::{BankState, ReturnedPayment};
pub use disburse_goods::{DisburseGoods, DisburseGoodsInput};
pub use filter::PaymentFilter;
pub use payload::RecordPaymentPayload;
pub use query::PaymentQueries;
pub use recipient::{PayoutInput, RecipientInput};
pub use record_disability_subsidy::{RecordDisabilitySubsidy, RecordDisabilitySubsidyInput};
pub use record_grant_payment::{RecordGrantPayment, RecordGrantPaymentInput};
pub use record_one_off_aid::{RecordOneOffAid, RecordOneOffAidInput};
pub use record_temporary_aid::{RecordTemporaryAid, RecordTemporaryAidInput};
pub use recovery::{
    OrderRecovery, OrderRecoveryInput, ReceiveRecovery, ReceiveRecoveryInput, Recovery,
    RecoveryMutations, RecoveryPayload, RecoveryStep, RecoveryStepKind, WaiveRecovery,
    WaiveRecoveryInput,
};
pub use reverse::{ReversePayment, ReversePaymentInput, ReversePaymentPayload};

pub(super) use load::{disclosed, id_of, load, open};
pub(super) use query::{household, person};

/// Whether a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::Status")]
pub enum PaymentStatus {
    /// It was recorded and not reversed.
    Recorded,
    /// It was reversed; both entries stay.
    Reversed,
}

/// A payment that was made, with the names that lie beside the chain.
#[derive(Clone)]
pub struct Payment {
    /// In whose books it stands.
    ledger: LedgerId,
    row: payments::Payment,
    details: Option<PrivateDetails>,
    person: Option<Opened<Person>>,
    household: Option<Opened<Household>>,
    /// How person and household are shown.
    shown: Shown,
    fund: Option<Fund>,
    /// The client's id of the batch that released it, where one did and it is known.
    batch: Option<String>,
    /// The steps of its recovery, in order.
    steps: Vec<recovery::Step>,
    /// Those of its stream, as far as the read model has come.
    entries: Vec<StoredEntry>,
    /// Positions of those that were recorded late.
    late: BTreeSet<u64>,
    after_death: bool,
    already_recorded: bool,
}

#[Object]
impl Payment {
    /// The id that its sender gave it. The id of its stream, under which it is found too, once the recipient
    /// was forgotten, and where persons are masked and it holds a person's number.
    async fn id(&self) -> ID {
        let own = self.details.as_ref().and_then(|details| details.client_id.clone());
        let own = own.filter(|id| self.shown.tells(id));
        ID(own.unwrap_or_else(|| self.row.id.to_string()))
    }

    /// The programme it was paid under.
    async fn programme(&self) -> Answer<Programme> {
        Programme::recorded(&self.row.programme)
    }

    /// The fund it was paid from; none for goods.
    async fn fund(&self) -> Option<Fund> {
        self.fund.clone()
    }

    /// How much; for goods their declared value.
    async fn amount(&self) -> Money {
        self.row.amount.into()
    }

    /// In what form it reached the recipient.
    async fn form(&self) -> AidForm {
        self.row.form.into()
    }

    /// The bureau's own number of the household, where one received it; null once it was forgotten. Masked like
    /// `personNo` only where it holds a person's number.
    async fn household_no(&self) -> Answer<Option<Cow<'_, str>>> {
        let household = known(self.row.household, self.household.as_ref())?;
        Ok(household.map(|household| self.shown.household_no(household.number())))
    }

    /// Name of the person who received it, as this payment spelled it; null once they were forgotten. Masked
    /// where the ledger requires officers: its first character and two asterisks. `disclosePersonalData`
    /// tells it whole.
    async fn person_name(&self) -> Answer<Option<Cow<'_, str>>> {
        let own = self.details.as_ref().and_then(|details| details.person_name.as_deref());
        let name = match own {
            Some(name) => Some(name),
            None => known(self.row.person, self.person.as_ref())?.and_then(Known::name),
        };
        Ok(name.map(|name| self.shown.name(name)))
    }

    /// Identity number of the person who received it; null once they were forgotten. Masked where the ledger
    /// requires officers: its first six characters and its last. `disclosePersonalData` tells it whole.
    async fn person_no(&self) -> Answer<Option<Cow<'_, str>>> {
        let person = known(self.row.person, self.person.as_ref())?;
        Ok(person.map(|person| self.shown.person_no(person.number())))
    }

    /// How many persons it covers (人次).
    async fn covered_persons(&self) -> u32 {
        self.row.covered_persons
    }

    /// The first month that it pays for; none for a single payment.
    async fn entitlement_month(&self) -> Option<YearMonth> {
        self.row.months.map(|months| months.from().into())
    }

    /// The last month that it pays for, included.
    async fn entitlement_to(&self) -> Option<YearMonth> {
        self.row.months.map(|months| months.to().into())
    }

    /// The day it was paid.
    async fn occurred_on(&self) -> Date {
        self.row.occurred_on.into()
    }

    /// Region code.
    async fn region(&self) -> &str {
        self.row.region.as_str()
    }

    /// Urban or rural, where it was said.
    async fn residency(&self) -> Option<Residency> {
        self.row.residency.map(Into::into)
    }

    /// Voucher or document number.
    async fn document(&self) -> Option<&str> {
        self.row.document.as_ref().map(|document| document.as_str())
    }

    /// The officer who recorded it; `system/` and a part where the program did by itself.
    async fn officer(&self) -> ID {
        ID(self.row.officer.clone())
    }

    /// Whether it stands.
    async fn status(&self) -> PaymentStatus {
        match self.row.reversed {
            Some(_) => PaymentStatus::Reversed,
            None => PaymentStatus::Recorded,
        }
    }

    /// The batch that released it, by the client's id; by the ledger's own where that is not known. Null for a
    /// payment that was recorded by itself.
    async fn batch(&self) -> Option<ID> {
        let line = self.row.batch?;
        Some(ID(self.batch.clone().unwrap_or_else(|| line.batch.to_string())))
    }

    /// Which line of that batch it carries out, from 1.
    async fn batch_line(&self) -> Option<u32> {
        self.row.batch.map(|line| line.line)
    }

    /// Where its money is; null where no batch released it, and where it was reversed before a bank had answered.
    async fn bank(&self) -> Option<BankState> {
        BankState::of(&self.row)
    }

    /// The day on which a bank credited all of it; it stays where some came back afterwards.
    async fn settled_on(&self) -> Option<Date> {
        self.row.settled.as_ref().map(|settled| settled.occurred_on.into())
    }

    /// What a bank gave back; null while it gave back nothing.
    async fn returned(&self) -> Option<ReturnedPayment> {
        ReturnedPayment::of(&self.row)
    }

    /// The payment that came back and that this one pays out again; null where it pays for the first time.
    #[graphql(complexity = "200 + child_complexity")]
    async fn reissues(&self, ctx: &Context<'_>) -> Answer<Option<Payment>> {
        let Some(reissued) = self.row.reissues else { return Ok(None) };
        let book = self.book(ctx).await?;
        let row = payments::find(book.pool(), book.id(), reissued.payment).await?;
        Ok(load(&book, row.into_iter().collect()).await?.pop())
    }

    /// The payments that pay out again what came back of this one, in order: more than one only where all but
    /// the last were reversed.
    #[graphql(complexity = "200 + child_complexity")]
    async fn reissued_by(&self, ctx: &Context<'_>) -> Answer<Vec<Payment>> {
        if self.row.returned.is_none() {
            return Ok(Vec::new());
        }
        let book = self.book(ctx).await?;
        let rows = payments::reissues_of(book.pool(), book.id(), self.row.id).await?;
        load(&book, rows).await
    }

    /// 追回: what was asked back of it, and what became of that; null where nothing was. What was paid stays
    /// paid.
    async fn recovery(&self) -> Answer<Option<Recovery>> {
        Recovery::of(self)
    }

    /// Whether it was recorded late: for a day of a month whose books were closed by then. What became of it
    /// later may be late as well: `entries` tells.
    async fn late(&self) -> bool {
        self.late.contains(&self.row.position)
    }

    /// Whether it comes after the day on which the person who received it is reported to have died, as the
    /// reports stand now: a periodic payment where its last month begins after the month of that day, any
    /// other where it was made after it. False where no person is named.
    async fn after_death(&self) -> bool {
        self.after_death
    }

    /// The proof that it was recorded. `alreadyRecorded` is about the mutation that gave it; false
    /// where a payment is merely read.
    async fn receipt(&self) -> Answer<Receipt> {
        let recorded = self.entries.first().ok_or_else(|| self.lost_entry())?;
        entry::receipt(recorded, self.already_recorded)
    }

    /// Every entry about it in order: its record, what a bank answered, the steps of its recovery, and its
    /// reversal if there is one.
    async fn entries(&self) -> Answer<Vec<Entry>> {
        if self.entries.is_empty() {
            return Err(self.lost_entry());
        }
        let read =
            |stored: &StoredEntry| entry::read(stored, Some(self.late.contains(&stored.position)));
        self.entries.iter().map(read).collect()
    }
}

impl Payment {
    async fn book(&self, ctx: &Context<'_>) -> Answer<Arc<Book>> {
        context::book(ctx, Operation::ReadPayments, &ID(self.ledger.to_string())).await
    }

    /// Where the list that it stands in goes on after it.
    fn position(&self) -> u64 {
        self.row.position
    }

    fn lost_entry(&self) -> Unanswered {
        let position = self.row.position;
        Unanswered::damaged(&format!("no entry at position {position}, where a payment stands"))
    }
}

/// Who an id stands for; nobody where none is named or they were forgotten. An id without a row, or
/// with one that does not open, is damage and no absence.
pub(super) fn known<K: Kind>(
    id: Option<K::Id>,
    opened: Option<&Opened<K>>,
) -> Answer<Option<&Known<K>>> {
    match (id, opened) {
        (None, _) | (Some(_), Some(Opened::Forgotten)) => Ok(None),
        (Some(_), Some(Opened::Known(known))) => Ok(Some(known)),
        (Some(_), Some(Opened::Damaged(finding))) => Err(Unanswered::damaged(&finding.to_string())),
        (Some(id), None) => Err(Unanswered::damaged(&format!("{} has no row {id:?}", K::TABLE))),
    }
}

/// Every command about payments.
#[derive(Default, MergedObject)]
pub struct PaymentMutations(
    RecordGrantPayment,
    RecordOneOffAid,
    RecordTemporaryAid,
    RecordDisabilitySubsidy,
    DisburseGoods,
    ReversePayment,
    RecoveryMutations,
);
