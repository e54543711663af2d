//! The schema put together, and what a document may cost.

use async_graphql::{EmptySubscription, MergedObject, SchemaBuilder};

use super::audit_trail::AuditTrailQueries;
use super::context::Officer;
use super::entry::EntryQueries;
use super::fund::{
    FundQueries, OpenFund, ReceiveFunds, RecordOpeningBalance, RemitSurplus, TransferFunds,
};
use super::grant::{ApproveGrant, StopGrant};
use super::identify::Identify;
use super::ledger::LedgerQueries;
use super::officer::{EnrolOfficer, GiveRole, OfficerQueries, WithdrawRole};
use super::payment::{
    DisburseGoods, PaymentQueries, RecordDisabilitySubsidy, RecordGrantPayment, RecordOneOffAid,
    RecordTemporaryAid, ReversePayment,
};
use super::programme::ProgrammeQueries;
use super::proof::ProofQueries;
use super::regulation::RequireOfficers;
use super::signed_command::SubmitSignedCommand;
use super::standard::SetStandard;
use super::statement::StatementQueries;
use super::store::{OpenStore, ReceiveGoods, StoreQueries};
use super::totals::TotalsQueries;
use crate::books::Books;
use crate::http::DocumentLimits;

/// Every question.
#[derive(Default, MergedObject)]
pub struct Query(
    LedgerQueries,
    ProgrammeQueries,
    FundQueries,
    StoreQueries,
    PaymentQueries,
    TotalsQueries,
    StatementQueries,
    AuditTrailQueries,
    EntryQueries,
    ProofQueries,
    OfficerQueries,
);

/// Every command. Expected refusals are data in the payload; `id` is made by the client, and the same
/// command sent again answers as before.
#[derive(Default, MergedObject)]
pub struct Mutation(
    OpenFund,
    RecordOpeningBalance,
    ReceiveFunds,
    TransferFunds,
    RemitSurplus,
    SetStandard,
    ApproveGrant,
    StopGrant,
    RecordGrantPayment,
    RecordOneOffAid,
    RecordTemporaryAid,
    RecordDisabilitySubsidy,
    OpenStore,
    ReceiveGoods,
    DisburseGoods,
    ReversePayment,
    EnrolOfficer,
    GiveRole,
    WithdrawRole,
    RequireOfficers,
    Identify,
    SubmitSignedCommand,
);

/// The schema, ready to execute documents.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// How deep selections may nest: introspection as tools send it needs 15.
const DEEPEST: usize = 20;

/// How deep fragments may spread one another while a document is checked.
const DEEPEST_RECURSION: usize = 32;

/// How many fields one answer may have, nodes of connections counted as often as they are asked for:
/// a page of a thousand payments with everything about them costs about 60,000.
const MOST_COMPLEX: usize = 200_000;

/// How many directives one field may have.
const MOST_DIRECTIVES: usize = 16;

/// The schema over these books. Requests that bring no officer of their own act in the name of this
/// one.
pub fn schema(books: Books, officer: Officer) -> Schema {
    builder().data(books).data(officer).finish()
}

/// The schema in the GraphQL schema language, as committed in `api/schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

pub(super) fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(DEEPEST)
        .limit_recursive_depth(DEEPEST_RECURSION)
        .limit_complexity(MOST_COMPLEX)
        .limit_directives(MOST_DIRECTIVES)
        .extension(DocumentLimits::STANDARD)
}
