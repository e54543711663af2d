//! Numbers and client ids for the ids that stand in the chain: what an officer's side asks for before
//! it can sign a command, which may name nobody by number.

use domain::identity::IdentityNumber;
use domain::ids::{AccountId, HouseholdId, PersonId};
use domain::subject::Subject;
use people::{
    Account, AccountNumber, Household, HouseholdNumber, Kind, Person, Registration, Registry,
};
use uuid::Uuid;

use super::{Book, Fault};
use crate::requests::ClientId;

/// What a client's id may be the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// A fund.
    Fund,
    /// What a fund held when its books began.
    OpeningBalance,
    /// Money received into a fund.
    Receipt,
    /// Money moved from one fund to another.
    Transfer,
    /// Surplus handed back.
    Remittance,
    /// A standard.
    Standard,
    /// A grant.
    Grant,
    /// The stop of a grant.
    GrantStop,
    /// A payment.
    Payment,
    /// The reversal of a payment.
    Reversal,
    /// An order that asks back what should not have been paid.
    Recovery,
    /// Something that came in of what was asked back.
    RecoveryReceipt,
    /// Something of what was asked back that was given up.
    Waiver,
    /// A charity supermarket.
    Store,
    /// Goods received into a store.
    GoodsReceipt,
    /// The enrolment of an officer; its id is the officer's.
    Enrolment,
    /// A role given to an officer, or taken away.
    RoleChange,
    /// Something that the bureau laid down for its books.
    Regulation,
    /// A batch.
    Batch,
    /// A step of a batch.
    BatchStep,
    /// A bank's file of results; its id is the SHA-256 of its bytes, as 64 lower-case hex digits.
    BankResults,
    /// A step of a month of the books.
    PeriodStep,
    /// A look at personal data.
    Disclosure,
    /// The report of a death, or the withdrawal of one.
    DeathReport,
}

impl Noun {
    /// As it enters the id: see [`Book::uuid`].
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Fund => "fund",
            Self::OpeningBalance => "opening-balance",
            Self::Receipt => "receipt",
            Self::Transfer => "transfer",
            Self::Remittance => "remittance",
            Self::Standard => "standard",
            Self::Grant => "grant",
            Self::GrantStop => "grant-stop",
            Self::Payment => "payment",
            Self::Reversal => "reversal",
            Self::Recovery => "recovery",
            Self::RecoveryReceipt => "recovery-receipt",
            Self::Waiver => "waiver",
            Self::Store => "store",
            Self::GoodsReceipt => "goods-receipt",
            Self::Enrolment => "enrolment",
            Self::RoleChange => "role-change",
            Self::Regulation => "regulation",
            Self::Batch => "batch",
            Self::BatchStep => "batch-step",
            Self::BankResults => "bank-results",
            Self::PeriodStep => "period-step",
            Self::Disclosure => "disclosure",
            Self::DeathReport => "death-report",
        }
    }
}

/// What is to be exchanged.
#[derive(Default)]
pub struct Numbers {
    /// Identity numbers, with names where they are known.
    pub persons: Vec<(IdentityNumber, Option<String>)>,
    /// Household numbers of the bureau's own.
    pub households: Vec<HouseholdNumber>,
    /// Account numbers, with their holders where they are known.
    pub accounts: Vec<(AccountNumber, Option<String>)>,
    /// Ids that clients made.
    pub ids: Vec<(Noun, ClientId)>,
}

/// What stands for it in the chain, in the same order.
#[derive(Debug)]
pub struct Exchanged {
    /// Persons.
    pub persons: Vec<Subject<PersonId>>,
    /// Households.
    pub households: Vec<Subject<HouseholdId>>,
    /// Accounts.
    pub accounts: Vec<Subject<AccountId>>,
    /// Ids of streams and requests.
    pub ids: Vec<Uuid>,
}

impl Book {
    /// Registers whom the ledger does not know, beside the chain, and gives the ids and commitments.
    /// The same numbers always give the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn exchange(&self, numbers: &Numbers) -> Result<Exchanged, Fault> {
        let persons: Vec<Registration<'_, Person>> = numbers.persons.iter().map(named).collect();
        let households: Vec<Registration<'_, Household>> =
            numbers.households.iter().map(|number| Registration { number, name: None }).collect();
        let accounts: Vec<Registration<'_, Account>> = numbers.accounts.iter().map(named).collect();
        let ids = numbers.ids.iter().map(|(noun, id)| self.uuid(noun.as_str(), id.as_str()));
        Ok(Exchanged {
            persons: self.registered(self.people.persons(), &persons).await?,
            households: self.registered(self.people.households(), &households).await?,
            accounts: self.registered(self.people.accounts(), &accounts).await?,
            ids: ids.collect(),
        })
    }

    async fn registered<K: Kind>(
        &self,
        registry: &Registry<K>,
        registrations: &[Registration<'_, K>],
    ) -> Result<Vec<Subject<K::Id>>, Fault> {
        if registrations.is_empty() {
            return Ok(Vec::new());
        }
        let known = registry.register(&self.pool, &self.domain_id, registrations).await?;
        Ok(known.iter().map(|known| known.subject()).collect())
    }
}

fn named<K: Kind>((number, name): &(K::Number, Option<String>)) -> Registration<'_, K> {
    Registration { number, name: name.as_deref() }
}
