//! The schema put together, and what a document may cost.

use async_graphql::{EmptySubscription, MergedObject, SchemaBuilder};

use super::access::{AccessQueries, IssueSetUpCode, ProgramKeyMutations, ProgramKeyQueries};
use super::audit_trail::AuditTrailQueries;
use super::bank_results::{BankResultsQueries, RecordBankResults};
use super::batch::{BatchMutations, BatchQueries, ProposalQueries};
use super::context::Officer;
use super::death::DeathMutations;
use super::disclosure::DisclosureMutations;
use super::entry::EntryQueries;
use super::fund::{FundMutations, FundQueries};
use super::grant::GrantMutations;
use super::identify::Identify;
use super::ledger::LedgerQueries;
use super::officer::{OfficerMutations, OfficerQueries};
use super::payment::{PaymentMutations, PaymentQueries};
use super::period::{PeriodMutations, PeriodQueries};
use super::programme::ProgrammeQueries;
use super::proof::ProofQueries;
use super::regulation::RegulationMutations;
use super::signed_command::SubmitSignedCommand;
use super::standard::SetStandard;
use super::statement::StatementQueries;
use super::store::{StoreMutations, StoreQueries};
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
    BatchQueries,
    ProposalQueries,
    BankResultsQueries,
    PeriodQueries,
    AccessQueries,
    ProgramKeyQueries,
);

/// Every command. Expected refusals are data in the payload; `id` is made by the client, and the same
/// command sent again answers as before.
#[derive(Default, MergedObject)]
pub struct Mutation(
    FundMutations,
    SetStandard,
    GrantMutations,
    PaymentMutations,
    DeathMutations,
    StoreMutations,
    BatchMutations,
    RecordBankResults,
    PeriodMutations,
    DisclosureMutations,
    OfficerMutations,
    RegulationMutations,
    Identify,
    SubmitSignedCommand,
    IssueSetUpCode,
    ProgramKeyMutations,
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
        // What a wrong name is told must not tell the right ones.
        .disable_suggestions()
        .limit_depth(DEEPEST)
        .limit_recursive_depth(DEEPEST_RECURSION)
        .limit_complexity(MOST_COMPLEX)
        .limit_directives(MOST_DIRECTIVES)
        .extension(DocumentLimits::STANDARD)
}
