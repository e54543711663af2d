//! What lies beside the chain: persons, households, accounts and attachments, held against the
//! commitments that the entries hold.

use std::collections::HashMap;

use domain::bank_results::BankResultsEvent;
use domain::batch::{BatchCancelled, BatchEvent, BatchSentBack};
use domain::disclosure::DisclosureEvent;
use domain::events::AnyEvent;
use domain::grant::GrantEvent;
use domain::ids::LedgerId as DomainLedgerId;
use domain::officer::OfficerEvent;
use domain::payment::{Aid, PaymentEvent, PaymentRecorded};
use domain::period::PeriodEvent;
use domain::person::PersonEvent;
use domain::store::StoreEvent;
use domain::text::Commitment;
use futures_util::TryStreamExt;
use ledger::LedgerId;
use ledger::verify::Finding;
use people::{
    CheckedState, DetailsOwner, OpenedDetails, OwnerKey, People, PrivateDetails, SubjectKey,
    SubjectKind,
};
use rayon::prelude::*;
use sqlx::Row;
use uuid::Uuid;

use crate::books::{Books, Fault, place_of, place_of_line};

/// Rows that are checked together.
const ROWS: usize = 8_192;
/// A ledger whose keys are lost has a finding on every row: the first ones say so.
const MOST_FINDINGS: usize = 1_000;

/// What the tables say of each subject: nothing for one that was forgotten; damaged ones are absent.
struct Subjects {
    known: HashMap<(SubjectKind, Uuid), Option<(Commitment, SubjectKey)>>,
}

/// One entry, by columns that the ledger's own verification holds to its bytes, with what is
/// attached to it.
struct Attached {
    position: i64,
    stream_type: String,
    event: String,
    payload_offset: i32,
    entry: Vec<u8>,
    sealed: Option<Vec<u8>>,
}

impl Attached {
    fn event(&self) -> Option<AnyEvent> {
        let payload = self.entry.get(usize::try_from(self.payload_offset).ok()?..)?;
        AnyEvent::read(&self.stream_type, &self.event, payload).ok()
    }
}

pub(super) async fn check(books: &Books, id: &LedgerId) -> Result<Vec<Finding>, Fault> {
    let ledger = DomainLedgerId::parse(id.as_str()).map_err(|error| Fault::damaged(&error))?;
    let mut findings = Vec::new();
    // Whoever is named by an entry was registered before it: entries that are recorded while this runs
    // may name somebody who was not there yet when the registers were read.
    let mut connection = books.pool().acquire().await?;
    let size: i64 = sqlx::query_scalar(
        "select coalesce(max(position) + 1, 0) from entries where ledger_id = $1",
    )
    .bind(id.as_str())
    .fetch_one(&mut *connection)
    .await?;
    drop(connection);
    let subjects = check_subjects(books, &ledger, &mut findings).await?;
    let mut rows = sqlx::query(
        "select e.position, e.stream_type, e.event_type, e.payload_offset, e.entry, a.sealed \
         from entries as e left join attachments as a \
         on a.ledger_id = e.ledger_id and a.position = e.position \
         where e.ledger_id = $1 and e.position > 0 and e.position < $2 order by e.position",
    )
    .bind(id.as_str())
    .bind(size)
    .fetch(books.pool());
    let mut some = Vec::with_capacity(ROWS);
    while let Some(row) = rows.try_next().await? {
        some.push(Attached {
            position: row.try_get(0)?,
            stream_type: row.try_get(1)?,
            event: row.try_get(2)?,
            payload_offset: row.try_get(3)?,
            entry: row.try_get(4)?,
            sealed: row.try_get(5)?,
        });
        if some.len() == ROWS && findings.len() < MOST_FINDINGS {
            check_rows(books.people(), &ledger, &subjects, &some, &mut findings);
            some.clear();
        }
    }
    check_rows(books.people(), &ledger, &subjects, &some, &mut findings);
    findings.truncate(MOST_FINDINGS);
    Ok(findings)
}

async fn check_subjects(
    books: &Books,
    ledger: &DomainLedgerId,
    findings: &mut Vec<Finding>,
) -> Result<Subjects, Fault> {
    let mut known = HashMap::new();
    let each = &mut |row: people::CheckedSubject| match row.state {
        CheckedState::Sound { commitment, key } => {
            known.insert((row.kind, row.id), Some((commitment, key)));
        }
        CheckedState::Forgotten => {
            known.insert((row.kind, row.id), None);
        }
        CheckedState::Damaged(finding) => findings.push(Finding {
            position: None,
            rule: "beside the chain",
            expected: "a row that opens and fits its number".to_owned(),
            found: finding.to_string(),
        }),
    };
    books.people().check(books.pool(), ledger, each).await?;
    Ok(Subjects { known })
}

fn check_rows(
    people: &People,
    ledger: &DomainLedgerId,
    subjects: &Subjects,
    rows: &[Attached],
    findings: &mut Vec<Finding>,
) {
    let found: Vec<Finding> =
        rows.par_iter().flat_map_iter(|row| check_row(people, ledger, subjects, row)).collect();
    findings.extend(found);
}

fn check_row(
    people: &People,
    ledger: &DomainLedgerId,
    subjects: &Subjects,
    row: &Attached,
) -> Vec<Finding> {
    let position = u64::try_from(row.position).ok();
    let finding = |rule, expected: &str, found: String| Finding {
        position,
        rule,
        expected: expected.to_owned(),
        found,
    };
    // An entry that cannot be read is a finding of the ledger's own verification.
    let Some(event) = row.event() else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (kind, id, commitment) in named(&event) {
        match subjects.known.get(&(kind, id)) {
            None => findings.push(finding(
                "beside the chain",
                "a row for everybody named",
                format!("none for {kind:?} {id}"),
            )),
            Some(Some((known, _))) if commitment.is_some_and(|c| c != *known) => {
                findings.push(finding(
                    "beside the chain",
                    "the commitment of the entry",
                    format!("another for {kind:?} {id}"),
                ));
            }
            Some(_) => {}
        }
    }
    let expected = details_beside(&event);
    let Some(sealed) = &row.sealed else {
        if expected > 0 {
            findings.push(finding(
                "table attachments",
                "private details beside the entry",
                "none".to_owned(),
            ));
        }
        return findings;
    };
    let key_of = |owner| {
        let subject = match owner {
            DetailsOwner::Person(id) => (SubjectKind::Person, id.as_uuid()),
            DetailsOwner::Household(id) => (SubjectKind::Household, id.as_uuid()),
            DetailsOwner::Ledger => return OwnerKey::Unknown,
        };
        match subjects.known.get(&subject) {
            Some(Some((_, key))) => OwnerKey::Key(key.clone()),
            Some(None) => OwnerKey::Forgotten,
            None => OwnerKey::Unknown,
        }
    };
    let place = place_of(&event);
    let parts = people::split_details(sealed).unwrap_or_else(|_| vec![sealed.as_slice()]);
    let lines = parts.iter().enumerate().skip(1);
    let lines = lines.map(|(line, sealed)| (place_of_line(&place, line), *sealed));
    for (place, sealed) in lines {
        if let Err(error) = people.open_details(ledger, &place, sealed, key_of) {
            findings.push(finding("table attachments", "details that open", error.to_string()));
        }
    }
    if parts.len() != expected {
        let found = parts.len().to_string();
        findings.push(finding("table attachments", &format!("{expected} details"), found));
    }
    match people.open_details(ledger, &place, parts.first().copied().unwrap_or_default(), key_of) {
        Ok(OpenedDetails::Readable(details)) => {
            for (kind, committed, kept) in committed(&event, &details) {
                if committed != kept {
                    findings.push(finding(
                        "commitment",
                        "what the entry commits to",
                        format!("another {kind} in the details"),
                    ));
                }
            }
        }
        Ok(OpenedDetails::Forgotten) => {}
        Err(error) => {
            findings.push(finding("table attachments", "details that open", error.to_string()));
        }
    }
    findings
}

/// How many details lie beside the entry: its own, and those of the lines that it stands for. None beside
/// what a bank said of a payment: that lies beside the entry of the bank's file.
fn details_beside(event: &AnyEvent) -> usize {
    match event {
        AnyEvent::Payment(PaymentEvent::PaymentSettled(_) | PaymentEvent::PaymentReturned(_)) => 0,
        AnyEvent::Batch(BatchEvent::BatchDrafted(drafted)) => {
            usize::try_from(drafted.list.lines).unwrap_or(usize::MAX).saturating_add(1)
        }
        _ => 1,
    }
}

type Named = (SubjectKind, Uuid, Option<Commitment>);

/// Everybody whom the event names, with the commitment that it holds.
fn named(event: &AnyEvent) -> Vec<Named> {
    match event {
        AnyEvent::Payment(PaymentEvent::PaymentRecorded(payment)) => of_payment(payment),
        AnyEvent::Payment(PaymentEvent::PaymentSettled(settled)) => of_payment(&settled.original),
        AnyEvent::Payment(PaymentEvent::PaymentReturned(returned)) => {
            of_payment(&returned.original)
        }
        AnyEvent::Payment(PaymentEvent::PaymentReversed(reversal)) => {
            of_payment(&reversal.original)
        }
        AnyEvent::Payment(PaymentEvent::RecoveryOrdered(ordered)) => of_payment(&ordered.original),
        AnyEvent::Payment(PaymentEvent::RecoveryReceived(received)) => {
            of_payment(&received.original)
        }
        AnyEvent::Payment(PaymentEvent::RecoveryWaived(waived)) => of_payment(&waived.original),
        AnyEvent::Grant(GrantEvent::GrantApproved(grant)) => {
            let household = &grant.household;
            let mut named =
                vec![(SubjectKind::Household, household.id.as_uuid(), Some(household.commitment))];
            let person = grant.person.as_ref();
            named.extend(person.map(|p| (SubjectKind::Person, p.id.as_uuid(), Some(p.commitment))));
            named
        }
        AnyEvent::Person(PersonEvent::DeathReported(report)) => {
            vec![(SubjectKind::Person, report.person.as_uuid(), None)]
        }
        AnyEvent::Person(PersonEvent::DeathReportWithdrawn(withdrawn)) => {
            vec![(SubjectKind::Person, withdrawn.person.as_uuid(), None)]
        }
        AnyEvent::Grant(GrantEvent::GrantStopped(_))
        | AnyEvent::Fund(_)
        | AnyEvent::Standard(_)
        | AnyEvent::Store(_)
        | AnyEvent::Officer(_)
        | AnyEvent::Regulation(_)
        | AnyEvent::Batch(_)
        | AnyEvent::BankResults(_)
        | AnyEvent::Period(_)
        | AnyEvent::Disclosure(_) => Vec::new(),
    }
}

fn of_payment(payment: &PaymentRecorded) -> Vec<Named> {
    let recipient = &payment.recipient;
    let mut named: Vec<Named> =
        recipient.members.iter().map(|id| (SubjectKind::Person, id.as_uuid(), None)).collect();
    let person = recipient.person.as_ref();
    named.extend(person.map(|p| (SubjectKind::Person, p.id.as_uuid(), Some(p.commitment))));
    let household = recipient.household.as_ref();
    named.extend(household.map(|h| (SubjectKind::Household, h.id.as_uuid(), Some(h.commitment))));
    let account = payment.payout.account.as_ref();
    named.extend(account.map(|a| (SubjectKind::Account, a.id.as_uuid(), Some(a.commitment))));
    named
}

type Committed = (&'static str, Option<Commitment>, Option<Commitment>);

/// What the event commits to, and the same computed from the details.
fn committed(event: &AnyEvent, details: &PrivateDetails) -> Vec<Committed> {
    let kept = |kind: &'static str, text: &Option<people::CommittedText>| {
        text.as_ref().map(|text| text.commitment(kind))
    };
    match event {
        AnyEvent::Payment(PaymentEvent::PaymentRecorded(payment)) => {
            let (cause, certificate) = match &payment.aid {
                Aid::TemporaryAid { cause, .. } => (*cause, None),
                Aid::DisabilitySubsidy { certificate, .. } => (None, *certificate),
                _ => (None, None),
            };
            vec![
                ("cause", cause, kept("cause", &details.cause)),
                ("certificate", certificate, kept("certificate", &details.certificate)),
                ("payee", payment.payout.payee, kept("payee", &details.payee_name)),
            ]
        }
        AnyEvent::Payment(PaymentEvent::PaymentReversed(reversal)) => {
            vec![("reason", Some(reversal.reason), kept("reason", &details.reason))]
        }
        AnyEvent::Payment(PaymentEvent::RecoveryOrdered(ordered)) => {
            vec![("reason", Some(ordered.reason), kept("reason", &details.reason))]
        }
        AnyEvent::Payment(PaymentEvent::RecoveryWaived(waived)) => {
            vec![("reason", Some(waived.reason), kept("reason", &details.reason))]
        }
        AnyEvent::Store(StoreEvent::GoodsReceived(receipt)) => {
            vec![("donor", Some(receipt.donor), kept("donor", &details.donor))]
        }
        AnyEvent::Officer(OfficerEvent::OfficerEnrolled(enrolled)) => {
            vec![("officer", Some(enrolled.name), kept("officer", &details.officer_name))]
        }
        AnyEvent::Batch(BatchEvent::BatchSentBack(BatchSentBack { reason, .. }))
        | AnyEvent::Batch(BatchEvent::BatchCancelled(BatchCancelled { reason, .. })) => {
            vec![("reason", Some(*reason), kept("reason", &details.reason))]
        }
        AnyEvent::BankResults(BankResultsEvent::BankResultsRecorded(results)) => {
            vec![("file", Some(results.file), kept("file", &details.file))]
        }
        AnyEvent::Period(PeriodEvent::PeriodReopeningProposed(proposed)) => {
            vec![("reason", Some(proposed.reason), kept("reason", &details.reason))]
        }
        AnyEvent::Disclosure(DisclosureEvent::PersonalDataDisclosed(disclosed)) => {
            vec![("reason", Some(disclosed.reason), kept("reason", &details.reason))]
        }
        AnyEvent::Payment(
            PaymentEvent::PaymentSettled(_)
            | PaymentEvent::PaymentReturned(_)
            | PaymentEvent::RecoveryReceived(_),
        )
        | AnyEvent::Batch(_)
        | AnyEvent::Period(_)
        | AnyEvent::Officer(OfficerEvent::RoleGiven(_) | OfficerEvent::RoleWithdrawn(_))
        | AnyEvent::Regulation(_)
        | AnyEvent::Fund(_)
        | AnyEvent::Store(StoreEvent::StoreOpened(_))
        | AnyEvent::Standard(_)
        | AnyEvent::Grant(_)
        | AnyEvent::Person(_) => Vec::new(),
    }
}
