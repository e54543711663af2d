//! `identify`.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;
use domain::subject::Subject as DomainSubject;
use ledger::hash;

use super::command::read_input;
use super::scalars::Hash;
use super::shape::{Place, Shape};
use super::unanswered::Answer;
use super::user_error::UserError;
use crate::books::{self, Numbers};

/// What a client's id is the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "books::Noun")]
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

/// A number with the name that goes with it.
#[derive(Debug, InputObject)]
pub struct NumberInput {
    /// Identity number, or account number.
    pub number: String,
    /// Name of the person or of the account's holder.
    pub name: Option<String>,
}

/// An id that a client made.
#[derive(Debug, InputObject)]
pub struct ClientIdInput {
    /// Of what.
    pub noun: Noun,
    /// As the client spells it.
    pub id: ID,
}

/// What is to be exchanged for ids.
#[derive(Debug, InputObject)]
pub struct IdentifyInput {
    /// The ledger.
    pub ledger: ID,
    /// Resident identity numbers.
    pub persons: Option<Vec<NumberInput>>,
    /// The bureau's own household numbers.
    pub households: Option<Vec<String>>,
    /// Bank account numbers.
    pub accounts: Option<Vec<NumberInput>>,
    /// Clients' own ids.
    pub ids: Option<Vec<ClientIdInput>>,
}

/// A person, household or account as the chain names it.
#[derive(Debug, Clone, SimpleObject)]
pub struct Subject {
    /// Its random id.
    pub id: ID,
    /// The commitment to its number that every entry repeats.
    pub commitment: Hash,
}

/// What stands for them in the chain, each list in the order of the input's.
#[derive(Debug, Default, SimpleObject)]
pub struct IdentifyPayload {
    /// Persons.
    pub persons: Vec<Subject>,
    /// Households.
    pub households: Vec<Subject>,
    /// Accounts.
    pub accounts: Vec<Subject>,
    /// Ids of funds, payments and so on.
    pub ids: Vec<ID>,
    /// What is wrong with the input. Then nothing was exchanged.
    pub user_errors: Vec<UserError>,
}

impl IdentifyInput {
    /// Ids alone register nobody, and tell nothing that whoever asks did not say.
    fn operation(&self) -> Operation {
        let numbers = [
            self.persons.as_ref().is_none_or(Vec::is_empty),
            self.households.as_ref().is_none_or(Vec::is_empty),
            self.accounts.as_ref().is_none_or(Vec::is_empty),
        ];
        if numbers.into_iter().all(|none| none) {
            Operation::ExchangeIds
        } else {
            Operation::IdentifyPersons
        }
    }

    fn read(&self, shape: &mut Shape) -> Option<Numbers> {
        let persons = shape.each(
            &Place::of("persons"),
            self.persons.as_deref().unwrap_or_default(),
            |shape, at, input| {
                let number = shape.identity_number(&at.field("number"), &input.number);
                let name = input.name.as_deref();
                let name = shape.optional_text(&at.field("name"), name, Shape::free_text);
                Some((number?, name?))
            },
        );
        let households = shape.each(
            &Place::of("households"),
            self.households.as_deref().unwrap_or_default(),
            |shape, at, number| shape.household_no(at, number),
        );
        let accounts = shape.each(
            &Place::of("accounts"),
            self.accounts.as_deref().unwrap_or_default(),
            |shape, at, input| {
                let number = shape.account_no(&at.field("number"), &input.number);
                let name = input.name.as_deref();
                let name = shape.optional_text(&at.field("name"), name, Shape::free_text);
                Some((number?, name?))
            },
        );
        let ids = shape.each(
            &Place::of("ids"),
            self.ids.as_deref().unwrap_or_default(),
            |shape, at, input| {
                Some((input.noun.into(), shape.client_id(&at.field("id"), &input.id)?))
            },
        );
        Some(Numbers { persons: persons?, households: households?, accounts: accounts?, ids: ids? })
    }
}

fn subject<Id: std::fmt::Display>(subject: &DomainSubject<Id>) -> Subject {
    Subject {
        id: ID(subject.id.to_string()),
        commitment: Hash(hash::Hash::from_bytes(*subject.commitment.as_bytes())),
    }
}

/// Exchanges numbers for ids.
#[derive(Debug, Default)]
pub struct Identify;

#[Object]
impl Identify {
    /// Gives the ids and commitments by which a command that is to be signed names persons, households
    /// and accounts, and the ids that stand for clients' own; for these alone it takes the right `EXCHANGE_IDS`,
    /// with any of the others `IDENTIFY_PERSONS`. Whom the ledger does not know is
    /// registered beside the chain; nothing is recorded in it.
    async fn identify(&self, ctx: &Context<'_>, input: IdentifyInput) -> Answer<IdentifyPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let ready = read_input(ctx, Some(input.operation()), &input.ledger, read).await?;
        let (book, numbers) = match ready {
            Ok(ready) => ready,
            Err(user_errors) => return Ok(IdentifyPayload { user_errors, ..Default::default() }),
        };
        let exchanged = book.exchange(&numbers).await?;
        Ok(IdentifyPayload {
            persons: exchanged.persons.iter().map(subject).collect(),
            households: exchanged.households.iter().map(subject).collect(),
            accounts: exchanged.accounts.iter().map(subject).collect(),
            ids: exchanged.ids.iter().map(|id| ID(id.to_string())).collect(),
            user_errors: Vec::new(),
        })
    }
}
