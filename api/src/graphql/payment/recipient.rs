//! Who receives, and how it reaches the payee: parts that every kind of payment shares.

use async_graphql::{ID, InputObject};

use crate::graphql::shape::{Place, Shape};
use crate::graphql::vocabulary::{Channel, Residency};
use crate::requests::{PayoutRequest, RecipientRequest};

/// Who receives. Names and numbers are kept encrypted beside the chain; whom the ledger does not know
/// is registered.
#[derive(Debug, Default, InputObject)]
pub struct RecipientInput {
    /// The ledger's own id of a person whom it knows, instead of `personNo`.
    pub person_id: Option<ID>,
    /// Resident identity number; absent for an unknown person.
    pub person_no: Option<String>,
    /// Name of the person.
    pub person_name: Option<String>,
    /// The bureau's own number of the household; needed where the programme counts households.
    pub household_no: Option<String>,
    /// Identity numbers of other persons whom the payment covers.
    pub members: Option<Vec<String>>,
    /// How many persons the payment covers; by default one and the members.
    pub covered_persons: Option<i32>,
    /// Region code of 6, 9 or 12 digits; by default the bureau's.
    pub region: Option<String>,
    /// Urban or rural.
    pub residency: Option<Residency>,
}

impl RecipientInput {
    pub(super) fn read(&self, shape: &mut Shape) -> Option<RecipientRequest> {
        let at = |field| Place::of("recipient").field(field);
        let person_id = self.person_id.as_ref().map(|id| id.as_str());
        let person_id = shape.optional_text(&at("personId"), person_id, Shape::person_id);
        let person_no = self.person_no.as_deref();
        let person_no = shape.optional_text(&at("personNo"), person_no, Shape::identity_number);
        let person_name = self.person_name.as_deref();
        let person_name = shape.optional_text(&at("personName"), person_name, Shape::free_text);
        let household_no = self.household_no.as_deref();
        let household_no =
            shape.optional_text(&at("householdNo"), household_no, Shape::household_no);
        let members = self.members.as_deref().unwrap_or_default();
        let members = shape
            .each(&at("members"), members, |shape, at, number| shape.identity_number(at, number));
        let covered = self.covered_persons.as_ref();
        let covered = shape.optional(&at("coveredPersons"), covered, |shape, at, number| {
            shape.count("INVALID_COVERED_PERSONS", at, *number)
        });
        let region = shape.optional_text(&at("region"), self.region.as_deref(), Shape::region);
        Some(RecipientRequest {
            person_id: person_id?,
            person_no: person_no?,
            person_name: person_name?,
            household_no: household_no?.map(|number| number.as_str().to_owned()),
            members: members?,
            covered_persons: covered?,
            region: region?,
            residency: self.residency.map(Into::into),
        })
    }
}

/// How it reached the payee, who need not be the recipient. Name and account are kept encrypted
/// beside the chain.
#[derive(Debug, Default, InputObject)]
pub struct PayoutInput {
    /// By default bank.
    pub channel: Option<Channel>,
    /// Name of the account holder.
    pub payee_name: Option<String>,
    /// Account number.
    pub account_no: Option<String>,
    /// Voucher or document number.
    pub document: Option<String>,
    /// Free text.
    pub note: Option<String>,
}

impl PayoutInput {
    /// Reads what the input has under `payout`, which may be nothing.
    pub(super) fn read(payout: Option<&Self>, shape: &mut Shape) -> Option<PayoutRequest> {
        let Some(payout) = payout else {
            return Some(PayoutRequest::default());
        };
        let at = |field| Place::of("payout").field(field);
        let payee_name = payout.payee_name.as_deref();
        let payee_name = shape.optional_text(&at("payeeName"), payee_name, Shape::free_text);
        let account_no = payout.account_no.as_deref();
        let account_no = shape.optional_text(&at("accountNo"), account_no, Shape::account_no);
        let document = payout.document.as_deref();
        let document = shape.optional_text(&at("document"), document, Shape::document);
        let note = shape.optional_text(&at("note"), payout.note.as_deref(), Shape::free_text);
        Some(PayoutRequest {
            channel: payout.channel.map(Into::into),
            payee_name: payee_name?,
            account_no: account_no?.map(|number| number.as_str().to_owned()),
            document: document?,
            note: note?,
        })
    }
}
