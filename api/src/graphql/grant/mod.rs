//! Grants: what was approved for a household, and from when on it is paid no more.

mod approve;
mod stop;

use async_graphql::MergedObject;

pub use approve::{ApproveGrant, ApproveGrantInput, ApproveGrantPayload};
pub use stop::{StopGrant, StopGrantInput, StopGrantPayload};

/// Every command about grants.
#[derive(Default, MergedObject)]
pub struct GrantMutations(ApproveGrant, StopGrant);
