//! Grants: what was approved for a household, and from when on it is paid no more.

mod approve;
mod stop;

pub use approve::{ApproveGrant, ApproveGrantInput, ApproveGrantPayload};
pub use stop::{StopGrant, StopGrantInput, StopGrantPayload};
