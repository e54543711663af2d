//! Deaths: reported with their day and their source, and withdrawn where the report was wrong. What was paid
//! stands.

mod payload;
mod report;
mod withdraw;

use async_graphql::MergedObject;

pub use payload::ReportDeathPayload;
pub use report::{ReportDeath, ReportDeathInput};
pub use withdraw::{WithdrawDeathReport, WithdrawDeathReportInput};

/// Every command about deaths.
#[derive(Default, MergedObject)]
pub struct DeathMutations(ReportDeath, WithdrawDeathReport);
