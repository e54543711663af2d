//! Every entry that touches a payment, grant, fund, store, person, household, officer, document or batch.
//!
//! Most entries are payments, whose row in `read_models.payments` names fund, store, grant, person,
//! household, document and officer in columns of its own; of a batch nearly every one is settled by an
//! entry more, which touches what the payment touches. The table `read_models.trail` holds what neither
//! says: all other entries, and of a payment its batch, the payment that it pays out again, and the persons
//! that it merely covers. A trail is the union of all of them in order of position.

mod query;
mod sources;
#[cfg(test)]
mod tests;

pub use query::{LONGEST_PAGE, Subject, Trail, of};

use domain::batch::BatchEvent;
use domain::disclosure::{DisclosedSubject, DisclosureEvent};
use domain::events::AnyEvent;
use domain::fund::FundEvent;
use domain::grant::GrantEvent;
use domain::officer::OfficerEvent;
use domain::payment::{PaymentEvent, PaymentRecorded};
use domain::period::PeriodEvent;
use domain::person::PersonEvent;
use domain::regulation::RegulationEvent;
use domain::standard::StandardEvent;
use domain::store::StoreEvent;
use domain::text::DocumentNumber;
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::copy::Rows;
use crate::entries::Recorded;
use crate::error::Result;
use crate::table::{Kind, Table};

pub(crate) const TRAIL: Table = Table {
    name: "trail",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("subject_kind", Kind::Text),
        ("subject", Kind::Text),
    ],
    key: 4,
};

/// What an entry may touch. The words stand in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SubjectKind {
    Payment,
    Grant,
    Fund,
    Store,
    Person,
    Household,
    Officer,
    Document,
    Batch,
}

impl SubjectKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Grant => "grant",
            Self::Fund => "fund",
            Self::Store => "store",
            Self::Person => "person",
            Self::Household => "household",
            Self::Officer => "officer",
            Self::Document => "document",
            Self::Batch => "batch",
        }
    }
}

type Links = Vec<(SubjectKind, String)>;

/// Rows that a batch of entries adds.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) links: Rows,
}

impl Changes {
    pub(crate) fn apply(&mut self, ledger: &LedgerId, entry: &Recorded<'_>) {
        let mut links = links_of(entry);
        // One household can be named twice in one entry, one row is enough.
        links.sort_unstable();
        links.dedup();
        for (kind, subject) in links {
            self.links.add(TRAIL.columns.len(), |row| {
                row.text(ledger.as_str()).int8(entry.position).text(kind.as_str()).text(&subject);
            });
        }
    }

    pub(crate) async fn flush(&mut self, db: &mut PgConnection) -> Result<()> {
        self.links.copy_in(db, &TRAIL.copy_in()).await
    }
}

fn links_of(entry: &Recorded<'_>) -> Links {
    let mut links = match &entry.event {
        // The columns of its row say the rest, the officer among it.
        Some(AnyEvent::Payment(PaymentEvent::PaymentRecorded(event))) => return unsaid(event),
        // Its row names the officer and the payment, which is linked to all the rest.
        Some(AnyEvent::Payment(PaymentEvent::PaymentSettled(_))) => return Links::new(),
        Some(AnyEvent::Payment(PaymentEvent::PaymentReturned(event))) => touched(&event.original),
        Some(AnyEvent::Payment(PaymentEvent::PaymentReversed(event))) => touched(&event.original),
        Some(AnyEvent::Payment(PaymentEvent::RecoveryOrdered(event))) => {
            asked_back(&event.original, &event.document)
        }
        Some(AnyEvent::Payment(PaymentEvent::RecoveryReceived(event))) => {
            asked_back(&event.original, &event.document)
        }
        Some(AnyEvent::Payment(PaymentEvent::RecoveryWaived(event))) => {
            asked_back(&event.original, &event.document)
        }
        Some(AnyEvent::Fund(event)) => fund(event),
        Some(AnyEvent::Grant(event)) => grant(event),
        Some(AnyEvent::Standard(StandardEvent::StandardSet(event))) => {
            vec![(SubjectKind::Document, event.document.to_string())]
        }
        Some(AnyEvent::Store(StoreEvent::StoreOpened(event))) => {
            vec![(SubjectKind::Store, event.store.to_string())]
        }
        Some(AnyEvent::Store(StoreEvent::GoodsReceived(event))) => {
            vec![(SubjectKind::Store, event.store.to_string())]
        }
        Some(AnyEvent::Officer(event)) => officer(event),
        Some(AnyEvent::Regulation(RegulationEvent::OfficersRequired(event))) => {
            vec![(SubjectKind::Document, event.document.to_string())]
        }
        Some(AnyEvent::Regulation(RegulationEvent::ApprovalBandsSet(event))) => {
            vec![(SubjectKind::Document, event.document.to_string())]
        }
        Some(AnyEvent::Batch(event)) => batch(event),
        Some(AnyEvent::Period(event)) => period(event),
        Some(AnyEvent::Person(event)) => person(event),
        Some(AnyEvent::Disclosure(DisclosureEvent::PersonalDataDisclosed(event))) => {
            vec![disclosed(event.subject)]
        }
        // What a file says of payments are entries of their own.
        Some(AnyEvent::BankResults(_)) | None => Links::new(),
    };
    links.push((SubjectKind::Officer, entry.officer.to_owned()));
    links
}

/// What no column with an index says of a payment: the persons that it covers besides the one who receives,
/// the batch that released it, and the payment that it pays out again.
fn unsaid(payment: &PaymentRecorded) -> Links {
    let members = payment.recipient.members.iter();
    let members = members.map(|person| (SubjectKind::Person, person.to_string()));
    let batch = payment.batch.map(|line| (SubjectKind::Batch, line.batch.to_string()));
    let reissued = payment.reissues.map(|is| (SubjectKind::Payment, is.payment.to_string()));
    members.chain(batch).chain(reissued).collect()
}

/// What a step of a recovery touches: what its payment does, and its own document.
fn asked_back(payment: &PaymentRecorded, document: &DocumentNumber) -> Links {
    let mut links = touched(payment);
    links.push((SubjectKind::Document, document.to_string()));
    links
}

/// Everything that a payment touches: its return and its reversal touch it again.
fn touched(payment: &PaymentRecorded) -> Links {
    let mut links = unsaid(payment);
    let mut link = |kind, subject: Option<String>| {
        links.extend(subject.map(|subject| (kind, subject)));
    };
    link(SubjectKind::Payment, Some(payment.payment.to_string()));
    link(SubjectKind::Fund, payment.fund().map(|id| id.to_string()));
    link(SubjectKind::Store, payment.aid.store().map(|id| id.to_string()));
    link(SubjectKind::Grant, payment.aid.grant().map(|basis| basis.grant.to_string()));
    link(SubjectKind::Person, payment.recipient.person_id().map(|id| id.to_string()));
    link(SubjectKind::Household, payment.recipient.household_id().map(|id| id.to_string()));
    link(SubjectKind::Document, payment.payout.document.as_ref().map(|number| number.to_string()));
    links
}

fn fund(event: &FundEvent) -> Links {
    match event {
        FundEvent::FundOpened(event) => vec![(SubjectKind::Fund, event.fund.to_string())],
        FundEvent::OpeningBalanceRecorded(event) => vec![
            (SubjectKind::Fund, event.fund.to_string()),
            (SubjectKind::Document, event.document.to_string()),
        ],
        FundEvent::FundsTransferred(event) => vec![
            (SubjectKind::Fund, event.fund.to_string()),
            (SubjectKind::Fund, event.to.to_string()),
            (SubjectKind::Document, event.document.to_string()),
        ],
        FundEvent::SurplusRemitted(event) => vec![
            (SubjectKind::Fund, event.fund.to_string()),
            (SubjectKind::Document, event.document.to_string()),
        ],
        FundEvent::FundsReceived(event) => {
            let mut links = vec![(SubjectKind::Fund, event.fund.to_string())];
            let document = event.document.as_ref();
            links.extend(document.map(|number| (SubjectKind::Document, number.to_string())));
            links
        }
    }
}

/// A stop names its grant alone; whose grant that is says the table of grants.
fn grant(event: &GrantEvent) -> Links {
    match event {
        GrantEvent::GrantApproved(event) => {
            let mut links = vec![
                (SubjectKind::Grant, event.grant.to_string()),
                (SubjectKind::Household, event.household.id.to_string()),
                (SubjectKind::Document, event.verification.to_string()),
            ];
            links.extend(event.person.map(|person| (SubjectKind::Person, person.id.to_string())));
            links
        }
        GrantEvent::GrantStopped(event) => vec![
            (SubjectKind::Grant, event.grant.to_string()),
            (SubjectKind::Document, event.document.to_string()),
        ],
    }
}

fn officer(event: &OfficerEvent) -> Links {
    let about = (SubjectKind::Officer, event.officer().to_string());
    match event {
        OfficerEvent::OfficerEnrolled(_) => vec![about],
        OfficerEvent::RoleGiven(event) | OfficerEvent::RoleWithdrawn(event) => {
            vec![about, (SubjectKind::Document, event.document.to_string())]
        }
    }
}

/// Of the steps of a batch only the check of an advance's papers has a document of its own.
fn batch(event: &BatchEvent) -> Links {
    let mut links = vec![(SubjectKind::Batch, event.batch().to_string())];
    if let BatchEvent::PapersReviewed(event) = event {
        links.push((SubjectKind::Document, event.document.to_string()));
    }
    links
}

/// A month is no subject: [`crate::periods`] tells its steps.
fn period(event: &PeriodEvent) -> Links {
    match event {
        PeriodEvent::PeriodReopeningProposed(event) => {
            vec![(SubjectKind::Document, event.document.to_string())]
        }
        PeriodEvent::PeriodClosingProposed(_)
        | PeriodEvent::PeriodClosed(_)
        | PeriodEvent::PeriodReopened(_)
        | PeriodEvent::PeriodProposalWithdrawn(_) => Links::new(),
    }
}

/// The report of a death, or its withdrawal: whom it is about, and what it rests on.
fn person(event: &PersonEvent) -> Links {
    let (person, document) = match event {
        PersonEvent::DeathReported(event) => (event.person, &event.source),
        PersonEvent::DeathReportWithdrawn(event) => (event.person, &event.document),
    };
    vec![(SubjectKind::Person, person.to_string()), (SubjectKind::Document, document.to_string())]
}

/// At what somebody looked. The event does not say whom that is about.
fn disclosed(subject: DisclosedSubject) -> (SubjectKind, String) {
    match subject {
        DisclosedSubject::Payment(payment) => (SubjectKind::Payment, payment.to_string()),
        DisclosedSubject::Batch(list) => (SubjectKind::Batch, list.batch.to_string()),
    }
}
