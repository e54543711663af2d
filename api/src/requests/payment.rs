//! A payment that is asked for: what kind, to whom, and how it reached the payee.

use domain::calendar::{Day, MonthRange};
use domain::identity::IdentityNumber;
use domain::ids::{PersonId, ProgrammeId};
use domain::money::Money;
use domain::region::Region;
use domain::store::GoodsItem;
use domain::text::DocumentNumber;
use domain::vocabulary::{Channel, DisabilitySubsidyKind, Residency, TemporaryAidKind};

use super::ClientId;

/// Who receives.
#[derive(Debug, Clone, Default)]
pub struct RecipientRequest {
    /// A person the ledger knows already, instead of a number.
    pub person_id: Option<PersonId>,
    /// Resident identity number.
    pub person_no: Option<IdentityNumber>,
    /// Name of the person.
    pub person_name: Option<String>,
    /// The bureau's own household number.
    pub household_no: Option<String>,
    /// Other persons covered.
    pub members: Vec<IdentityNumber>,
    /// How many persons the payment covers; by default one and the members.
    pub covered_persons: Option<u32>,
    /// Where; by default the bureau's region.
    pub region: Option<Region>,
    /// Urban or rural.
    pub residency: Option<Residency>,
}

/// How it reached the payee.
#[derive(Debug, Clone, Default)]
pub struct PayoutRequest {
    /// By default bank; in kind for goods.
    pub channel: Option<Channel>,
    /// Name of the account holder.
    pub payee_name: Option<String>,
    /// Account number.
    pub account_no: Option<String>,
    /// Voucher or document number.
    pub document: Option<DocumentNumber>,
    /// Free text, kept beside the chain.
    pub note: Option<String>,
}

/// What kind of payment is asked for, with the data of that kind. `fund` is the client's id or the name.
#[derive(Debug, Clone)]
pub enum AidRequest {
    /// A periodic payment under a GRANT programme.
    GrantPayment {
        /// The programme.
        programme: ProgrammeId,
        /// The fund.
        fund: String,
        /// The months that are paid for.
        months: MonthRange,
        /// The client's id of the grant, where one is named.
        grant: Option<ClientId>,
    },
    /// A payment under a ONE_OFF programme.
    OneOff {
        /// The programme.
        programme: ProgrammeId,
        /// The fund.
        fund: String,
    },
    /// Temporary aid.
    TemporaryAid {
        /// The fund.
        fund: String,
        /// Urgent or expenditure.
        urgency: TemporaryAidKind,
        /// Free text, kept beside the chain.
        cause: Option<String>,
    },
    /// One of the two disability subsidies.
    DisabilitySubsidy {
        /// The fund.
        fund: String,
        /// Living or nursing.
        subsidy: DisabilitySubsidyKind,
        /// Number of the disability certificate, kept beside the chain.
        certificate: Option<String>,
        /// The months that are paid for.
        months: MonthRange,
    },
    /// Charity-supermarket goods.
    Goods {
        /// The client's id, or the name, of the store.
        store: String,
        /// What was handed out.
        items: Vec<GoodsItem>,
    },
}

/// Asks to record a payment that has been made.
#[derive(Debug, Clone)]
pub struct PaymentRequest {
    /// The client's id of the payment.
    pub id: ClientId,
    /// What kind of payment.
    pub aid: AidRequest,
    /// How much; for goods the sum of the items, which is what `None` says.
    pub amount: Option<Money>,
    /// The day it was paid.
    pub occurred_on: Day,
    /// Who received.
    pub recipient: RecipientRequest,
    /// How it reached the payee.
    pub payout: PayoutRequest,
    /// The client's id of the payment that came back and is paid out again; in the list of a batch only.
    pub reissues: Option<ClientId>,
}
