//! A payment as the read model holds it.

mod fate;

pub use fate::{Returned, Reversed, Settled};

use chrono::NaiveDate;
use domain::calendar::{Day, Month, MonthRange};
use domain::ids::{
    AccountId, BatchId, FundId, GrantId, HouseholdId, PaymentId, PersonId, ProgrammeId, StoreId,
};
use domain::money::Money;
use domain::payment::Reissued;
use domain::region::Region;
use domain::text::DocumentNumber;
use domain::vocabulary::{AidForm, Channel, Residency};
use uuid::Uuid;

use crate::error::{ProjectionError, Result};

/// Which of the five kinds of payment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AidKind {
    /// Periodic, under a GRANT programme.
    GrantPayment,
    /// Once, for no month in particular.
    OneOff,
    /// Temporary aid.
    TemporaryAid,
    /// One of the two disability subsidies.
    DisabilitySubsidy,
    /// Goods of a charity supermarket.
    Goods,
}

impl AidKind {
    /// The word that stands in the payload and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GrantPayment => "grant_payment",
            Self::OneOff => "one_off",
            Self::TemporaryAid => "temporary_aid",
            Self::DisabilitySubsidy => "disability_subsidy",
            Self::Goods => "goods",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::GrantPayment,
            Self::OneOff,
            Self::TemporaryAid,
            Self::DisabilitySubsidy,
            Self::Goods,
        ];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A line of the list of a batch. Whether the batch was advanced is not kept with each of its payments: its own
/// steps say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLine {
    /// The batch.
    pub batch: BatchId,
    /// Which line, from 1.
    pub line: u32,
}

/// A recorded payment. Persons, households and accounts are random ids; who they are lies with `people`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Position of the entry that recorded it.
    pub position: u64,
    /// The payment.
    pub id: PaymentId,
    /// Which kind.
    pub aid: AidKind,
    /// The programme it was paid under.
    pub programme: ProgrammeId,
    /// The fund it was paid from; none for goods.
    pub fund: Option<FundId>,
    /// The store that handed it out; for goods only.
    pub store: Option<StoreId>,
    /// The grant that it names.
    pub grant: Option<GrantId>,
    /// Amount; for goods their declared value.
    pub amount: Money,
    /// In what form.
    pub form: AidForm,
    /// The person who received, where one is named.
    pub person: Option<PersonId>,
    /// The household that received, where one is named.
    pub household: Option<HouseholdId>,
    /// How many persons it covers.
    pub covered_persons: u32,
    /// The months that it pays for; none for a single payment.
    pub months: Option<MonthRange>,
    /// The day it was paid.
    pub occurred_on: Day,
    /// Where.
    pub region: Region,
    /// Urban or rural, where it was said.
    pub residency: Option<Residency>,
    /// How it reached the payee.
    pub channel: Channel,
    /// The account it went to.
    pub account: Option<AccountId>,
    /// Voucher or document number.
    pub document: Option<DocumentNumber>,
    /// The id of the officer who recorded it; `system/` and a part where the program did.
    pub officer: String,
    /// The line of a batch that it carries out; none where it was recorded by itself, which counts as
    /// settled at once.
    pub batch: Option<BatchLine>,
    /// What it pays out again; none where it pays for the first time.
    pub reissues: Option<Reissued>,
    /// That a bank credited it as a whole; stays where some of it came back afterwards.
    pub settled: Option<Settled>,
    /// That a bank gave it back, or a part of it.
    pub returned: Option<Returned>,
    /// Its reversal; none while it stands.
    pub reversed: Option<Reversed>,
}

impl Payment {
    /// What it counts with by now: with nothing where it was reversed, with the part that stayed where a
    /// bank gave back some of it, and with its amount while it is on its way. What came in again of what was
    /// asked back is not taken off: see [`recoveries_of`](super::recoveries_of).
    pub fn counted(&self) -> Money {
        match (&self.reversed, &self.returned) {
            (Some(_), _) => Money::ZERO,
            (None, Some(returned)) => returned.settled,
            (None, None) => self.amount,
        }
    }
}

/// What a query selects to make a [`Payment`], [`FROM`] these tables.
pub(crate) const COLUMNS: &str = "p.position, p.amount_fen, p.payment, p.fund, p.store, p.grant_id,
     p.person, p.household, p.account, p.occurred_on, p.covered_persons, p.month_from, p.month_to,
     p.aid, p.programme, p.form, p.channel, p.region, p.residency, p.document, p.officer, p.batch, p.line,
     p.reissues, p.rest, s.position as settled_at, s.results as settled_by, s.occurred_on as settled_on,
     b.position as returned_at, b.results as returned_by, b.settled_fen, b.returned_fen, b.reason,
     b.occurred_on as returned_on,
     r.position as reversed_at, r.reversal, r.occurred_on as reversed_on";

/// Payments `p` with what became of each: settlements `s`, what came back `b`, reversals `r`. There is one
/// of each at most, found by an index, so that a page of payments reads no more of them than it shows.
pub(crate) const FROM: &str = "from read_models.payments p
     left join read_models.settlements s on s.ledger_id = p.ledger_id and s.payment = p.payment
     left join read_models.returns b on b.ledger_id = p.ledger_id and b.payment = p.payment
     left join read_models.reversals r on r.ledger_id = p.ledger_id and r.payment = p.payment";

#[derive(sqlx::FromRow)]
pub(crate) struct PaymentRow {
    position: i64,
    amount_fen: i64,
    payment: Uuid,
    fund: Option<Uuid>,
    store: Option<Uuid>,
    grant_id: Option<Uuid>,
    person: Option<Uuid>,
    household: Option<Uuid>,
    account: Option<Uuid>,
    occurred_on: NaiveDate,
    covered_persons: i64,
    month_from: Option<i32>,
    month_to: Option<i32>,
    aid: String,
    programme: String,
    form: String,
    channel: String,
    region: String,
    residency: Option<String>,
    document: Option<String>,
    officer: String,
    batch: Option<Uuid>,
    line: Option<i64>,
    reissues: Option<Uuid>,
    rest: Option<bool>,
    settled_at: Option<i64>,
    settled_by: Option<Uuid>,
    settled_on: Option<NaiveDate>,
    returned_at: Option<i64>,
    returned_by: Option<Uuid>,
    settled_fen: Option<i64>,
    returned_fen: Option<i64>,
    reason: Option<String>,
    returned_on: Option<NaiveDate>,
    reversed_at: Option<i64>,
    reversal: Option<Uuid>,
    reversed_on: Option<NaiveDate>,
}

/// The value, or the column whose value the domain would not have written.
fn sound<T>(column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(ProjectionError::Malformed { table: "payments", column })
}

impl PaymentRow {
    pub(crate) fn into_payment(self) -> Result<Payment> {
        let months = self.months()?;
        let batch = self.batch_line()?;
        let reissues = self
            .reissues
            .zip(self.rest)
            .map(|(payment, rest)| Reissued { payment: PaymentId::from_uuid(payment), rest });
        let (settled, returned, reversed) = (self.settled()?, self.returned()?, self.reversed()?);
        let residency = match &self.residency {
            Some(text) => Some(sound("residency", Residency::parse(text))?),
            None => None,
        };
        let document = self.document.as_deref().map(DocumentNumber::parse).transpose();
        Ok(Payment {
            position: sound("position", u64::try_from(self.position).ok())?,
            id: PaymentId::from_uuid(self.payment),
            aid: sound("aid", AidKind::parse(&self.aid))?,
            programme: sound("programme", ProgrammeId::parse(&self.programme).ok())?,
            fund: self.fund.map(FundId::from_uuid),
            store: self.store.map(StoreId::from_uuid),
            grant: self.grant_id.map(GrantId::from_uuid),
            amount: sound("amount_fen", Money::from_fen(self.amount_fen).ok())?,
            form: sound("form", AidForm::parse(&self.form))?,
            person: self.person.map(PersonId::from_uuid),
            household: self.household.map(HouseholdId::from_uuid),
            covered_persons: sound("covered_persons", u32::try_from(self.covered_persons).ok())?,
            months,
            occurred_on: sound("occurred_on", Day::from_date(self.occurred_on))?,
            region: sound("region", Region::parse(&self.region).ok())?,
            residency,
            channel: sound("channel", Channel::parse(&self.channel))?,
            account: self.account.map(AccountId::from_uuid),
            document: sound("document", document.ok())?,
            officer: self.officer,
            batch,
            reissues,
            settled,
            returned,
            reversed,
        })
    }

    fn months(&self) -> Result<Option<MonthRange>> {
        let (Some(from), Some(to)) = (self.month_from, self.month_to) else {
            return Ok(None);
        };
        let range = Month::from_index(from)
            .zip(Month::from_index(to))
            .and_then(|(from, to)| MonthRange::new(from, to).ok());
        sound("month_from", range).map(Some)
    }

    fn batch_line(&self) -> Result<Option<BatchLine>> {
        let Some((batch, line)) = self.batch.zip(self.line) else {
            return Ok(None);
        };
        let line = sound("line", u32::try_from(line).ok())?;
        Ok(Some(BatchLine { batch: BatchId::from_uuid(batch), line }))
    }
}
