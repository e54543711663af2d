//! Events as the chain keeps them: a name with a version, and a payload of exact bytes.
//!
//! An event that was recorded once is read for ever: it is never changed, only given a version beside
//! it. The crate's documentation says how to add one; `tests/fixtures/events` holds one of each.

mod months;

use cqrs_es::Aggregate;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bank_results::{BankResults, BankResultsEvent};
use crate::batch::{Batch, BatchEvent, ListPart};
use crate::disclosure::{Disclosure, DisclosureEvent};
use crate::effects::Effects;
use crate::fund::{Fund, FundEvent};
use crate::grant::{Grant, GrantEvent};
use crate::ids::OfficerId;
use crate::officer::{Officer, OfficerEvent};
use crate::payment::{Payment, PaymentEvent};
use crate::period::{Period, PeriodEvent};
use crate::person::{Person, PersonEvent};
use crate::regulation::{Regulation, RegulationEvent};
use crate::standard::{StandardEvent, Standards};
use crate::store::{Store, StoreEvent};

/// An event that can be written into an entry and read back from one.
///
/// Guarantee: `parse(event.name(), &event.payload())` gives the event back, as `read` does, and
/// `parse` accepts no other bytes than those that `payload` prints.
pub trait RecordedEvent: Sized {
    /// Name and version as the entry's header has them: `FundOpened v1`.
    fn name(&self) -> &'static str;

    /// The id of the stream that the event belongs to, read from its own payload. An entry whose
    /// header names another stream is wrong.
    fn stream_id(&self) -> String;

    /// The payload of the entry: one JSON object without white space, fields in declared order.
    fn payload(&self) -> Vec<u8>;

    /// Reads a payload and refuses unknown fields; how it is spelled is not looked at. For entries
    /// that were held to their spelling when they were written, and are again when they are verified.
    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError>;

    /// Reads a payload as [`Self::read`] does, and refuses every spelling that [`Self::payload`]
    /// would not print.
    fn parse(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        let event = Self::read(name, payload)?;
        if event.payload() == payload {
            Ok(event)
        } else {
            Err(EventError::SpelledOtherwise { name: name.to_owned() })
        }
    }

    /// What the append must check and book for this event; a pure function of it.
    fn effects(&self) -> Effects;
}

/// Why bytes are no event of this domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// No aggregate has streams of this type.
    #[error("no stream type {stream_type} in this domain")]
    UnknownStreamType {
        /// The type that the entry names.
        stream_type: String,
    },
    /// The aggregate has no event of this name and version.
    #[error("no event {name} in this stream type")]
    UnknownEvent {
        /// The name that the entry gives.
        name: String,
    },
    /// The payload does not describe such an event.
    #[error("the payload is no {name}: {reason}")]
    Malformed {
        /// The name that the entry gives.
        name: String,
        /// What the parser found, without the payload's values where it can say so.
        reason: String,
    },
    /// The payload describes an event, but not in the bytes that this program would print.
    #[error("the payload of {name} is not spelled as it is printed")]
    SpelledOtherwise {
        /// The name that the entry gives.
        name: String,
    },
}

/// An event of any stream of this domain.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyEvent {
    /// Of a fund.
    Fund(FundEvent),
    /// Of the standards of a programme.
    Standard(StandardEvent),
    /// Of a grant.
    Grant(GrantEvent),
    /// Of a payment.
    Payment(PaymentEvent),
    /// Of a charity supermarket.
    Store(StoreEvent),
    /// Of an officer.
    Officer(OfficerEvent),
    /// Of what the bureau has laid down.
    Regulation(RegulationEvent),
    /// Of a batch.
    Batch(BatchEvent),
    /// Of a file of results from a bank.
    BankResults(BankResultsEvent),
    /// Of a month of the books.
    Period(PeriodEvent),
    /// Of a look at personal data.
    Disclosure(DisclosureEvent),
    /// Of a person.
    Person(PersonEvent),
}

impl AnyEvent {
    /// Reads an entry's payload, held to its spelling; the stream's type decides which events are
    /// possible. The type `ledger` is not of this domain and is refused as unknown.
    pub fn parse(stream_type: &str, name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match stream_type {
            Fund::TYPE => FundEvent::parse(name, payload).map(Self::Fund),
            Standards::TYPE => StandardEvent::parse(name, payload).map(Self::Standard),
            Grant::TYPE => GrantEvent::parse(name, payload).map(Self::Grant),
            Payment::TYPE => PaymentEvent::parse(name, payload).map(Self::Payment),
            Store::TYPE => StoreEvent::parse(name, payload).map(Self::Store),
            Officer::TYPE => OfficerEvent::parse(name, payload).map(Self::Officer),
            Regulation::TYPE => RegulationEvent::parse(name, payload).map(Self::Regulation),
            Batch::TYPE => BatchEvent::parse(name, payload).map(Self::Batch),
            BankResults::TYPE => BankResultsEvent::parse(name, payload).map(Self::BankResults),
            Period::TYPE => PeriodEvent::parse(name, payload).map(Self::Period),
            Disclosure::TYPE => DisclosureEvent::parse(name, payload).map(Self::Disclosure),
            Person::TYPE => PersonEvent::parse(name, payload).map(Self::Person),
            other => Err(EventError::UnknownStreamType { stream_type: other.to_owned() }),
        }
    }

    /// Reads an entry's payload as [`Self::parse`] does, however it is spelled: see
    /// [`RecordedEvent::read`].
    pub fn read(stream_type: &str, name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match stream_type {
            Fund::TYPE => FundEvent::read(name, payload).map(Self::Fund),
            Standards::TYPE => StandardEvent::read(name, payload).map(Self::Standard),
            Grant::TYPE => GrantEvent::read(name, payload).map(Self::Grant),
            Payment::TYPE => PaymentEvent::read(name, payload).map(Self::Payment),
            Store::TYPE => StoreEvent::read(name, payload).map(Self::Store),
            Officer::TYPE => OfficerEvent::read(name, payload).map(Self::Officer),
            Regulation::TYPE => RegulationEvent::read(name, payload).map(Self::Regulation),
            Batch::TYPE => BatchEvent::read(name, payload).map(Self::Batch),
            BankResults::TYPE => BankResultsEvent::read(name, payload).map(Self::BankResults),
            Period::TYPE => PeriodEvent::read(name, payload).map(Self::Period),
            Disclosure::TYPE => DisclosureEvent::read(name, payload).map(Self::Disclosure),
            Person::TYPE => PersonEvent::read(name, payload).map(Self::Person),
            other => Err(EventError::UnknownStreamType { stream_type: other.to_owned() }),
        }
    }

    /// The type of the stream that the event belongs to.
    pub fn stream_type(&self) -> &'static str {
        match self {
            Self::Fund(_) => Fund::TYPE,
            Self::Standard(_) => Standards::TYPE,
            Self::Grant(_) => Grant::TYPE,
            Self::Payment(_) => Payment::TYPE,
            Self::Store(_) => Store::TYPE,
            Self::Officer(_) => Officer::TYPE,
            Self::Regulation(_) => Regulation::TYPE,
            Self::Batch(_) => Batch::TYPE,
            Self::BankResults(_) => BankResults::TYPE,
            Self::Period(_) => Period::TYPE,
            Self::Disclosure(_) => Disclosure::TYPE,
            Self::Person(_) => Person::TYPE,
        }
    }

    /// See [`RecordedEvent::stream_id`].
    pub fn stream_id(&self) -> String {
        match self {
            Self::Fund(event) => event.stream_id(),
            Self::Standard(event) => event.stream_id(),
            Self::Grant(event) => event.stream_id(),
            Self::Payment(event) => event.stream_id(),
            Self::Store(event) => event.stream_id(),
            Self::Officer(event) => event.stream_id(),
            Self::Regulation(event) => event.stream_id(),
            Self::Batch(event) => event.stream_id(),
            Self::BankResults(event) => event.stream_id(),
            Self::Period(event) => event.stream_id(),
            Self::Disclosure(event) => event.stream_id(),
            Self::Person(event) => event.stream_id(),
        }
    }

    /// See [`RecordedEvent::name`].
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fund(event) => event.name(),
            Self::Standard(event) => event.name(),
            Self::Grant(event) => event.name(),
            Self::Payment(event) => event.name(),
            Self::Store(event) => event.name(),
            Self::Officer(event) => event.name(),
            Self::Regulation(event) => event.name(),
            Self::Batch(event) => event.name(),
            Self::BankResults(event) => event.name(),
            Self::Period(event) => event.name(),
            Self::Disclosure(event) => event.name(),
            Self::Person(event) => event.name(),
        }
    }

    /// See [`RecordedEvent::payload`].
    pub fn payload(&self) -> Vec<u8> {
        match self {
            Self::Fund(event) => event.payload(),
            Self::Standard(event) => event.payload(),
            Self::Grant(event) => event.payload(),
            Self::Payment(event) => event.payload(),
            Self::Store(event) => event.payload(),
            Self::Officer(event) => event.payload(),
            Self::Regulation(event) => event.payload(),
            Self::Batch(event) => event.payload(),
            Self::BankResults(event) => event.payload(),
            Self::Period(event) => event.payload(),
            Self::Disclosure(event) => event.payload(),
            Self::Person(event) => event.payload(),
        }
    }

    /// The officer whom the event itself names as who acted; the actor of its entry must be that one.
    pub fn acting_officer(&self) -> Option<&OfficerId> {
        match self {
            Self::Batch(event) => Some(event.officer()),
            Self::Period(event) => Some(event.officer()),
            Self::Disclosure(DisclosureEvent::PersonalDataDisclosed(event)) => Some(&event.officer),
            _ => None,
        }
    }

    /// What the event has to do with a list that was confirmed before.
    pub fn list_part(&self) -> Option<ListPart> {
        match self {
            Self::Batch(event) => event.list_part(),
            Self::Payment(PaymentEvent::PaymentRecorded(payment)) => payment.list_part(),
            _ => None,
        }
    }

    /// See [`RecordedEvent::effects`].
    pub fn effects(&self) -> Effects {
        match self {
            Self::Fund(event) => event.effects(),
            Self::Standard(event) => event.effects(),
            Self::Grant(event) => event.effects(),
            Self::Payment(event) => event.effects(),
            Self::Store(event) => event.effects(),
            Self::Officer(event) => event.effects(),
            Self::Regulation(event) => event.effects(),
            Self::Batch(event) => event.effects(),
            Self::BankResults(event) => event.effects(),
            Self::Period(event) => event.effects(),
            Self::Disclosure(event) => event.effects(),
            Self::Person(event) => event.effects(),
        }
    }
}

macro_rules! of_a_stream {
    ($($variant:ident($event:ty))*) => {$(
        impl From<$event> for AnyEvent {
            fn from(event: $event) -> Self {
                Self::$variant(event)
            }
        }
    )*};
}

of_a_stream! {
    Fund(FundEvent) Standard(StandardEvent) Grant(GrantEvent) Payment(PaymentEvent) Store(StoreEvent)
    Officer(OfficerEvent) Regulation(RegulationEvent) Batch(BatchEvent) BankResults(BankResultsEvent)
    Period(PeriodEvent) Disclosure(DisclosureEvent) Person(PersonEvent)
}

/// The bytes of a payload: the inner struct alone, since the entry's header has the name.
#[allow(
    clippy::expect_used,
    reason = "payload structs have string keys only and no serialiser of theirs can fail"
)]
pub(crate) fn print<T: Serialize>(inner: &T) -> Vec<u8> {
    /// A payment has some 900 bytes.
    const USUAL: usize = 1024;
    let mut payload = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut payload, inner).expect("a payload struct always serialises");
    payload
}

/// Reads one payload struct.
pub(crate) fn read<T: DeserializeOwned>(name: &str, payload: &[u8]) -> Result<T, EventError> {
    serde_json::from_slice(payload)
        .map_err(|error| EventError::Malformed { name: name.to_owned(), reason: error.to_string() })
}

/// The answer for a name that an aggregate does not have.
pub(crate) fn unknown<T>(name: &str) -> Result<T, EventError> {
    Err(EventError::UnknownEvent { name: name.to_owned() })
}

/// The event, unless there is a reason why nobody can have decided it.
pub(crate) fn sound<E>(
    event: E,
    name: &str,
    reason: Option<&'static str>,
) -> Result<E, EventError> {
    let malformed =
        |reason: &str| EventError::Malformed { name: name.to_owned(), reason: reason.to_owned() };
    reason.map_or(Ok(event), |reason| Err(malformed(reason)))
}

/// What cqrs-es asks of the events of an aggregate.
macro_rules! domain_event {
    ($event:ty) => {
        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                crate::events::type_of(self.name())
            }

            fn event_version(&self) -> String {
                crate::events::version_of(self.name())
            }
        }
    };
}

pub(crate) use domain_event;

/// What cqrs-es calls the event's type: the name without its version.
pub(crate) fn type_of(name: &str) -> String {
    name.split_once(" v").map_or(name, |(bare, _)| bare).to_owned()
}

/// What cqrs-es calls the event's version: the number alone.
pub(crate) fn version_of(name: &str) -> String {
    name.split_once(" v").map_or("", |(_, version)| version).to_owned()
}
