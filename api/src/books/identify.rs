//! Names and numbers become ids and commitments; what must not stand in the chain is gathered to
//! be sealed beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::identity::IdentityNumber;
use domain::ids::PersonId;
use domain::payment::{Payout, Recipient};
use domain::subject::Subject;
use domain::text::Commitment;
use domain::vocabulary::Channel;
use people::{
    Account, AccountNumber, CommittedText, Household, HouseholdNumber, Known, NoRandomness, Opened,
    Person, PrivateDetails, Registration, SealUnder,
};

use super::payments::Recording;
use super::{Book, CommandError, Fault, UserError};
use crate::requests::{AidRequest, PaymentRequest};

/// Whose key seals what lies beside an entry.
#[derive(Clone)]
pub(super) enum Owner {
    Person(Arc<Known<Person>>),
    Household(Arc<Known<Household>>),
    Ledger,
}

impl Owner {
    pub(super) fn seal_under(&self) -> SealUnder<'_> {
        match self {
            Self::Person(person) => SealUnder::Person(person),
            Self::Household(household) => SealUnder::Household(household),
            Self::Ledger => SealUnder::Ledger,
        }
    }
}

/// Who receives, and how, in ids.
pub(super) struct Identified {
    pub(super) recipient: Recipient,
    pub(super) account: Option<Subject<domain::ids::AccountId>>,
    pub(super) owner: Owner,
}

/// The numbers of a list, read; one refusal for each row that has a malformed one.
struct Numbers {
    household: Option<HouseholdNumber>,
    account: Option<AccountNumber>,
}

impl Numbers {
    fn read(request: &PaymentRequest) -> Result<Self, UserError> {
        let household = request.recipient.household_no.as_deref().map(|text| {
            HouseholdNumber::parse(text).map_err(|error| {
                let field = ["recipient", "householdNo"];
                UserError::new("INVALID_HOUSEHOLD_NUMBER", &field, error.to_string())
            })
        });
        let account = request.payout.account_no.as_deref().map(|text| {
            AccountNumber::parse(text).map_err(|error| {
                let field = ["payout", "accountNo"];
                UserError::new("INVALID_ACCOUNT_NUMBER", &field, error.to_string())
            })
        });
        Ok(Self { household: household.transpose()?, account: account.transpose()? })
    }
}

/// Everybody a list names, by number or id.
struct Everybody {
    persons: BTreeMap<String, Arc<Known<Person>>>,
    persons_by_id: BTreeMap<PersonId, Arc<Known<Person>>>,
    households: BTreeMap<String, Arc<Known<Household>>>,
    accounts: BTreeMap<String, Arc<Known<Account>>>,
}

impl Book {
    /// Identifies the recipients of a list, registering whom the ledger does not know; a rehearsal
    /// registers nobody. One refusal for each row that cannot be identified.
    pub(super) async fn identify(
        &self,
        rows: &[PaymentRequest],
        recording: Recording,
    ) -> Result<Vec<Result<Identified, UserError>>, CommandError> {
        let numbers: Vec<Result<Numbers, UserError>> = rows.iter().map(Numbers::read).collect();
        let everybody = self.everybody(rows, &numbers, recording).await?;
        let identified = rows.iter().zip(numbers).map(|(row, numbers)| {
            numbers.and_then(|numbers| self.identify_row(row, &numbers, &everybody))
        });
        Ok(identified.collect())
    }

    async fn everybody(
        &self,
        rows: &[PaymentRequest],
        numbers: &[Result<Numbers, UserError>],
        recording: Recording,
    ) -> Result<Everybody, Fault> {
        let mut persons: Vec<Registration<'_, Person>> = Vec::new();
        let (mut households, mut accounts) = (Vec::new(), Vec::new());
        for (row, numbers) in rows.iter().zip(numbers) {
            let Ok(numbers) = numbers else { continue };
            let recipient = &row.recipient;
            if let Some(number) = &recipient.person_no {
                persons.push(Registration { number, name: recipient.person_name.as_deref() });
            }
            persons
                .extend(recipient.members.iter().map(|number| Registration { number, name: None }));
            if let Some(number) = &numbers.household {
                households.push(Registration::<Household> { number, name: None });
            }
            if let Some(number) = &numbers.account {
                let holder = row.payout.payee_name.as_deref().or(recipient.person_name.as_deref());
                accounts.push(Registration::<Account> { number, name: holder });
            }
        }
        let ids: Vec<PersonId> = rows.iter().filter_map(|row| row.recipient.person_id).collect();
        Ok(Everybody {
            persons: self.known(self.people.persons(), &persons, recording).await?,
            households: self.known(self.people.households(), &households, recording).await?,
            accounts: self.known(self.people.accounts(), &accounts, recording).await?,
            persons_by_id: self.persons_by_id(&ids).await?,
        })
    }

    async fn known<K: people::Kind>(
        &self,
        registry: &people::Registry<K>,
        registrations: &[Registration<'_, K>],
        recording: Recording,
    ) -> Result<BTreeMap<String, Arc<Known<K>>>, Fault> {
        let known = match recording {
            Recording::Record => {
                registry.register(&self.pool, &self.domain_id, registrations).await?
            }
            Recording::Rehearse => {
                registry.rehearse(&self.pool, &self.domain_id, registrations).await?
            }
        };
        Ok(known.into_iter().map(|known| (known.number().to_owned(), known)).collect())
    }

    /// Those of these persons whom the ledger knows and who were not forgotten.
    pub(super) async fn persons_by_id(
        &self,
        ids: &[PersonId],
    ) -> Result<BTreeMap<PersonId, Arc<Known<Person>>>, Fault> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let opened = self.people.persons().open(&self.pool, &self.domain_id, ids).await?;
        let mut known = BTreeMap::new();
        for (id, opened) in opened {
            match opened {
                Opened::Known(person) => {
                    known.insert(id, person);
                }
                Opened::Forgotten => {}
                Opened::Damaged(finding) => return Err(Fault::damaged(&finding)),
            }
        }
        Ok(known)
    }

    fn identify_row(
        &self,
        row: &PaymentRequest,
        numbers: &Numbers,
        everybody: &Everybody,
    ) -> Result<Identified, UserError> {
        let recipient = &row.recipient;
        let person = person_of(recipient.person_id, recipient.person_no.as_ref(), everybody)?;
        let household =
            numbers.household.as_ref().and_then(|n| everybody.households.get(n.as_str()));
        let account = numbers.account.as_ref().and_then(|n| everybody.accounts.get(n.as_str()));
        let members: Vec<PersonId> = recipient
            .members
            .iter()
            .filter_map(|number| everybody.persons.get(number.as_str()))
            .map(|member| member.subject().id)
            .collect();
        let counted = u32::try_from(members.len()).unwrap_or(u32::MAX).saturating_add(1);
        let owner = match (&person, household) {
            (Some(person), _) => Owner::Person(person.clone()),
            (None, Some(household)) => Owner::Household(household.clone()),
            (None, None) => Owner::Ledger,
        };
        Ok(Identified {
            recipient: Recipient {
                person: person.map(|known| known.subject()),
                household: household.map(|known| known.subject()),
                members,
                covered_persons: recipient.covered_persons.unwrap_or(counted),
                region: recipient.region.clone().unwrap_or_else(|| self.region.clone()),
                residency: recipient.residency,
            },
            account: account.map(|known| known.subject()),
            owner,
        })
    }

    /// Registers a household, or rehearses it, for a grant.
    pub(super) async fn household(
        &self,
        number: &str,
    ) -> Result<Arc<Known<Household>>, CommandError> {
        let number = HouseholdNumber::parse(number).map_err(|error| {
            UserError::new("INVALID_HOUSEHOLD_NUMBER", &["householdNo"], error.to_string())
        })?;
        let registration = Registration::<Household> { number: &number, name: None };
        let known =
            self.people.households().register(&self.pool, &self.domain_id, &[registration]).await?;
        known.into_iter().next().ok_or_else(|| Fault::damaged(&"no household registered").into())
    }

    /// Registers a person for a grant.
    pub(super) async fn person(
        &self,
        number: &IdentityNumber,
        name: Option<&str>,
    ) -> Result<Arc<Known<Person>>, CommandError> {
        let registration = Registration::<Person> { number, name };
        let known =
            self.people.persons().register(&self.pool, &self.domain_id, &[registration]).await?;
        known.into_iter().next().ok_or_else(|| Fault::damaged(&"no person registered").into())
    }
}

fn person_of(
    id: Option<PersonId>,
    number: Option<&IdentityNumber>,
    everybody: &Everybody,
) -> Result<Option<Arc<Known<Person>>>, UserError> {
    let by_number = number.and_then(|number| everybody.persons.get(number.as_str()));
    let Some(id) = id else {
        return Ok(by_number.cloned());
    };
    let unknown = |message: &str| {
        UserError::new("UNKNOWN_PERSON", &["recipient", "personId"], message.to_owned())
    };
    let by_id = everybody
        .persons_by_id
        .get(&id)
        .ok_or_else(|| unknown("账本中没有该人员编号 / the ledger knows no person of this id"))?;
    match by_number {
        Some(other) if other.subject().id != id => {
            Err(unknown("人员编号与身份证号不是同一人 / id and identity number are of two persons"))
        }
        _ => Ok(Some(by_id.clone())),
    }
}

/// Commits to a text, or repeats the commitment that stands where the text is the same.
pub(super) fn commit_to(
    kind: &str,
    text: Option<&str>,
    standing: Option<&CommittedText>,
    randomness: &people::Randomness,
) -> Result<Option<(CommittedText, Commitment)>, NoRandomness> {
    match (text.map(str::trim).filter(|text| !text.is_empty()), standing) {
        (None, _) => Ok(None),
        (Some(text), Some(standing)) if standing.text() == text => {
            Ok(Some((standing.clone(), standing.commitment(kind))))
        }
        (Some(text), _) => CommittedText::commit(kind, text, randomness).map(Some),
    }
}

/// What one payment keeps beside the chain, and the commitments to it.
pub(super) struct Kept {
    pub(super) details: PrivateDetails,
    pub(super) cause: Option<Commitment>,
    pub(super) certificate: Option<Commitment>,
    pub(super) payee: Option<Commitment>,
}

impl Kept {
    /// `standing` are the details that stand beside a payment of the same id.
    pub(super) fn of(
        row: &PaymentRequest,
        standing: Option<&PrivateDetails>,
        randomness: &people::Randomness,
    ) -> Result<Self, NoRandomness> {
        let (cause, certificate) = match &row.aid {
            AidRequest::TemporaryAid { cause, .. } => (cause.as_deref(), None),
            AidRequest::DisabilitySubsidy { certificate, .. } => (None, certificate.as_deref()),
            _ => (None, None),
        };
        let stands = |of: fn(&PrivateDetails) -> Option<&CommittedText>| standing.and_then(of);
        let cause = commit_to("cause", cause, stands(|d| d.cause.as_ref()), randomness)?;
        let stood = stands(|d| d.certificate.as_ref());
        let certificate = commit_to("certificate", certificate, stood, randomness)?;
        let payee = row.payout.payee_name.as_deref();
        let payee = commit_to("payee", payee, stands(|d| d.payee_name.as_ref()), randomness)?;
        let (cause, cause_commitment) = cause.unzip();
        let (certificate, certificate_commitment) = certificate.unzip();
        let (payee_name, payee_commitment) = payee.unzip();
        Ok(Self {
            details: PrivateDetails {
                client_id: Some(row.id.as_str().to_owned()),
                person_name: row.recipient.person_name.clone(),
                payee_name,
                account_no: row.payout.account_no.clone(),
                cause,
                certificate,
                note: row.payout.note.clone(),
                ..PrivateDetails::default()
            },
            cause: cause_commitment,
            certificate: certificate_commitment,
            payee: payee_commitment,
        })
    }
}

/// The field that is kept without a commitment and differs from what stands.
pub(super) fn difference(
    new: &PrivateDetails,
    standing: &PrivateDetails,
) -> Option<&'static [&'static str]> {
    if new.person_name != standing.person_name {
        Some(&["recipient", "personName"])
    } else if new.account_no != standing.account_no {
        Some(&["payout", "accountNo"])
    } else if new.note != standing.note {
        Some(&["payout", "note"])
    } else {
        None
    }
}

/// How it reached the payee, in ids.
pub(super) fn payout(
    row: &PaymentRequest,
    identified: &Identified,
    payee: Option<Commitment>,
) -> Payout {
    let usual = match row.aid {
        AidRequest::Goods { .. } => Channel::InKind,
        _ => Channel::Bank,
    };
    Payout {
        channel: row.payout.channel.unwrap_or(usual),
        account: identified.account,
        payee,
        document: row.payout.document.clone(),
    }
}
