//! Payments that arrive signed: one, or a list that one signature stands for.

use std::collections::HashMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use domain::commands::AnyCommand;
use domain::decision::Decide;
use domain::events::RecordedEvent;
use domain::ids::{HouseholdId, PaymentId, PersonId};
use domain::payment::{Payment, PaymentCommand, RecordPayment};
use domain::subject::Subject;
use ledger::writer::{ProposedEvent, Submission, SubmitError};
use ledger::{EventName, StreamId};
use people::{Household, Kind, Known, Opened, Person, PrivateDetails, Registry};

use super::facts::Facts;
use super::identify::{Owner, difference};
use super::openings::check_openings;
use super::payments::{MOST_TRIES, append_refusal};
use super::signed::Signed;
use super::standing::{StandingPayment, StandingPayments};
use super::{Book, CommandError, Fault, Receipt, UserError};

/// What is to be recorded, with what lies beside each payment.
struct Payments {
    list: bool,
    payments: Vec<RecordPayment>,
    details: Vec<PrivateDetails>,
    owners: Vec<Owner>,
}

/// What the payments come to.
enum Decided {
    Standing(Vec<Receipt>),
    New(Vec<ProposedEvent>),
}

impl Book {
    /// Records payments that an officer signed, together or not at all.
    pub(super) async fn record_signed(
        &self,
        signed: Signed,
        payments: Vec<RecordPayment>,
        mut details: Vec<PrivateDetails>,
        list: bool,
    ) -> Result<Vec<Receipt>, CommandError> {
        details.resize_with(payments.len(), PrivateDetails::default);
        for (index, (payment, details)) in payments.iter().zip(&details).enumerate() {
            let command = PaymentCommand::RecordPayment(Box::new(payment.clone()));
            let command = AnyCommand::from(command);
            let told = check_openings(&command, details)
                .and_then(|()| self.check_client_id(&command, details.client_id.as_deref()));
            told.map_err(|error| at(list, index, error))?;
        }
        let ids: Vec<PaymentId> = payments.iter().map(|payment| payment.payment).collect();
        let mut standing = self.standing_payments(&ids).await?;
        let owners = if standing.len() == ids.len() {
            // Nothing will be sealed, and somebody whom it names may have been forgotten since.
            vec![Owner::Ledger; ids.len()]
        } else {
            self.owners(&payments, &details).await?
        };
        let payments = Payments { list, payments, details, owners };
        let (mut fresh, mut known) = (false, false);
        for _ in 0..MOST_TRIES {
            if fresh {
                standing = self.standing_payments(&ids).await?;
            }
            let aids = payments.payments.iter().map(|payment| &payment.aid);
            let facts = self.facts.of(self, aids).await?;
            let proposed = match self.decide_signed(&payments, &standing, &facts) {
                Ok(Decided::Standing(receipts)) => return Ok(receipts),
                Ok(Decided::New(_)) if known => {
                    // The request stands, and holds other payments.
                    return Err(UserError::id_reused(&["envelope"]).into());
                }
                Ok(Decided::New(events)) => events,
                Err(CommandError::Refused(_)) if !fresh => {
                    // Decided on what was kept in memory: once more on what the database says now.
                    self.facts.forget();
                    fresh = true;
                    continue;
                }
                Err(refused) => return Err(refused),
            };
            let submission = Submission {
                request: signed.request,
                actor: signed.actor.clone(),
                signed_in: false,
                command: Some(signed.kept.clone()),
                events: proposed,
            };
            match self.store.writer().submit(submission).await {
                Ok(recorded) => {
                    self.projecting.wake();
                    return Ok(recorded.iter().map(Receipt::new).collect());
                }
                Err(error @ (SubmitError::Moved { .. } | SubmitError::RequestKnown { .. })) => {
                    self.facts.forget();
                    fresh = true;
                    known |= matches!(error, SubmitError::RequestKnown { .. });
                }
                Err(SubmitError::Refused(refusals)) => {
                    let first = refusals.first();
                    let first =
                        first.ok_or_else(|| Fault::damaged(&"a refusal without a reason"))?;
                    return Err(at(list, first.event, append_refusal(&first.reason)).into());
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::database(&"streams moved again and again").into())
    }

    fn decide_signed(
        &self,
        payments: &Payments,
        standing: &StandingPayments,
        facts: &Facts,
    ) -> Result<Decided, CommandError> {
        let (mut receipts, mut events) = (Vec::new(), Vec::new());
        let absent = Payment::default();
        let each = payments.payments.iter().zip(&payments.details).zip(&payments.owners);
        for (index, ((payment, details), owner)) in each.enumerate() {
            let stands = standing.get(&payment.payment);
            let state = stands.map_or(&absent, |stands| &stands.state);
            let facts = facts.of(&payment.aid);
            let command = PaymentCommand::RecordPayment(Box::new(payment.clone()));
            let event = state.decide(command, &facts);
            match event.map_err(|refusal| at(payments.list, index, UserError::of(&refusal)))? {
                None => receipts.extend(
                    stands
                        .map(|stands| same_again(stands, details))
                        .transpose()
                        .map_err(|error| at(payments.list, index, error))?,
                ),
                Some(event) => {
                    let place = format!("payment/{}", payment.payment);
                    let under = owner.seal_under();
                    let sealed =
                        self.people.seal_details(&self.domain_id, under, &place, details)?;
                    let stream = StreamId::new(Payment::TYPE, &payment.payment.to_string());
                    events.push(ProposedEvent {
                        stream: stream.map_err(|error| Fault::damaged(&error))?,
                        after: 0,
                        event: EventName::parse(event.name())
                            .map_err(|error| Fault::damaged(&error))?,
                        payload: event.payload(),
                        attachment: Some(sealed),
                    });
                }
            }
        }
        match (receipts.is_empty(), events.is_empty()) {
            (_, true) => Ok(Decided::Standing(receipts)),
            (true, false) => Ok(Decided::New(events)),
            (false, false) => {
                let message = "清单中部分发放已记账,请仅就其余部分重新签署 / some payments of the list are recorded already: sign the others alone";
                let refusal = UserError::new("PARTLY_RECORDED", &["envelope"], message.to_owned());
                Err(refusal.into())
            }
        }
    }

    /// Whose key seals what lies beside each payment; and that everybody whom a payment names is
    /// known, with the commitment that it repeats.
    pub(super) async fn owners(
        &self,
        payments: &[RecordPayment],
        details: &[PrivateDetails],
    ) -> Result<Vec<Owner>, CommandError> {
        let named: Vec<_> =
            payments.iter().filter_map(|payment| payment.recipient.person).collect();
        let members = payments.iter().flat_map(|payment| payment.recipient.members.iter().copied());
        let members: Vec<PersonId> = members.collect();
        let persons = by_id(self.known_persons(&named).await?);
        self.check_members(&members).await?;
        let named: Vec<_> =
            payments.iter().filter_map(|payment| payment.recipient.household).collect();
        let households = by_id(self.known_households(&named).await?);
        let named: Vec<_> = payments.iter().filter_map(|payment| payment.payout.account).collect();
        let accounts =
            by_id(self.all_known(self.people.accounts(), &named, "UNKNOWN_ACCOUNT").await?);
        for (payment, details) in payments.iter().zip(details) {
            let account = payment.payout.account.and_then(|account| accounts.get(&account.id));
            check_account(account.map(|account| account.number()), details)?;
        }
        let owner = |payment: &RecordPayment| {
            let person = payment.recipient.person_id().and_then(|id| persons.get(&id));
            let household = payment.recipient.household_id().and_then(|id| households.get(&id));
            match (person, household) {
                (Some(person), _) => Owner::Person(person.clone()),
                (None, Some(household)) => Owner::Household(household.clone()),
                (None, None) => Owner::Ledger,
            }
        };
        Ok(payments.iter().map(owner).collect())
    }

    async fn check_members(&self, members: &[PersonId]) -> Result<(), CommandError> {
        if members.is_empty() {
            return Ok(());
        }
        let opened = self.people.persons().open(&self.pool, &self.domain_id, members).await?;
        match members.iter().find(|id| !matches!(opened.get(id), Some(Opened::Known(_)))) {
            None => Ok(()),
            Some(id) => Err(unknown("UNKNOWN_PERSON", &id.to_string()).into()),
        }
    }

    /// The persons that these subjects are.
    pub(super) async fn known_persons(
        &self,
        subjects: &[Subject<PersonId>],
    ) -> Result<Vec<Arc<Known<Person>>>, CommandError> {
        self.all_known(self.people.persons(), subjects, "UNKNOWN_PERSON").await
    }

    /// The households that these subjects are.
    pub(super) async fn known_households(
        &self,
        subjects: &[Subject<HouseholdId>],
    ) -> Result<Vec<Arc<Known<Household>>>, CommandError> {
        self.all_known(self.people.households(), subjects, "UNKNOWN_HOUSEHOLD").await
    }

    async fn all_known<K>(
        &self,
        registry: &Registry<K>,
        subjects: &[Subject<K::Id>],
        code: &'static str,
    ) -> Result<Vec<Arc<Known<K>>>, CommandError>
    where
        K: Kind,
        K::Id: std::fmt::Display,
    {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<K::Id> = subjects.iter().map(|subject| subject.id).collect();
        let opened = registry.open(&self.pool, &self.domain_id, &ids).await?;
        let mut known = Vec::with_capacity(subjects.len());
        for subject in subjects {
            match opened.get(&subject.id) {
                Some(Opened::Known(found)) if found.subject() == *subject => {
                    known.push(found.clone());
                }
                Some(Opened::Damaged(finding)) => return Err(Fault::damaged(finding).into()),
                _ => return Err(unknown(code, &subject.id.to_string()).into()),
            }
        }
        Ok(known)
    }
}

/// The domain decided that the same command stands; what is only kept must be the same too.
fn same_again(stands: &StandingPayment, details: &PrivateDetails) -> Result<Receipt, UserError> {
    let differs = stands.details.as_ref().and_then(|stood| difference(details, stood));
    differs.map_or(Ok(stands.receipt), |field| Err(UserError::id_reused(field)))
}

fn by_id<K: Kind>(known: Vec<Arc<Known<K>>>) -> HashMap<K::Id, Arc<Known<K>>> {
    known.into_iter().map(|known| (known.subject().id, known)).collect()
}

/// An account number that is told must be that of the account that the command names.
fn check_account(number: Option<&str>, details: &PrivateDetails) -> Result<(), UserError> {
    match &details.account_no {
        Some(told) if number != Some(told.as_str()) => {
            let message = "账号与指令中的账户不符 / the account number is not that of the account in the command";
            Err(UserError::new("COMMITMENT_MISMATCH", &["beside", "accountNo"], message.to_owned()))
        }
        _ => Ok(()),
    }
}

fn unknown(code: &'static str, id: &str) -> UserError {
    let message = format!(
        "账本中没有编号为 {id} 的对象,或其承诺值不符 / the ledger knows no subject {id} with this commitment"
    );
    UserError::new(code, &["envelope"], message)
}

/// Where a list has the mistake.
fn at(list: bool, index: usize, mut error: UserError) -> UserError {
    if list {
        error.field.insert(0, index.to_string());
        error.field.insert(0, "commands".to_owned());
    }
    error
}
