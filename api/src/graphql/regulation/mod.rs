//! What a bureau lays down for its own books.

mod require_officers;
mod set_approval_bands;

use async_graphql::MergedObject;

pub use require_officers::{RequireOfficers, RequireOfficersInput, RequireOfficersPayload};
pub use set_approval_bands::{
    ApprovalBandInput, SetApprovalBands, SetApprovalBandsInput, SetApprovalBandsPayload,
};

/// Every command about what a bureau lays down.
#[derive(Default, MergedObject)]
pub struct RegulationMutations(RequireOfficers, SetApprovalBands);
