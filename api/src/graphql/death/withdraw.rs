//! `withdrawDeathReport`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::ReportDeathPayload;
use crate::graphql::command::carry_out;
use crate::graphql::scalars::Date;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::WithdrawDeathReportRequest;

/// The report of a death that was wrong.
#[derive(Debug, InputObject)]
pub struct WithdrawDeathReportInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the withdrawal.
    pub id: ID,
    /// Identity number of the person.
    pub person_no: String,
    /// The client's id of the report that was wrong.
    pub report: ID,
    /// Number of the document that shows that the report was wrong; it stands in the chain.
    pub document: String,
    /// The day of the withdrawal.
    pub occurred_on: Date,
}

impl WithdrawDeathReportInput {
    fn read(&self, shape: &mut Shape) -> Option<WithdrawDeathReportRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let person_no = shape.identity_number(&Place::of("personNo"), &self.person_no);
        let report = shape.client_id(&Place::of("report"), &self.report);
        let document = shape.document(&Place::of("document"), &self.document);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        Some(WithdrawDeathReportRequest {
            id: id?,
            person_no: person_no?,
            report: report?,
            document: document?,
            occurred_on: occurred_on?,
        })
    }
}

/// Withdraws reports of deaths.
#[derive(Debug, Default)]
pub struct WithdrawDeathReport;

#[Object]
impl WithdrawDeathReport {
    /// Withdraws the report of a death that was wrong, if it is the one that stands (`NOT_REPORTED` otherwise):
    /// from then on none stands, and a death may be reported again. Both entries stay.
    async fn withdraw_death_report(
        &self,
        ctx: &Context<'_>,
        input: WithdrawDeathReportInput,
    ) -> Answer<ReportDeathPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::WithdrawDeathReport,
                &input.ledger,
                read,
                |book, acting, request| async move {
                    book.withdraw_death_report(&acting, request).await
                },
            )
            .await?;
        Ok(ReportDeathPayload::of(done, &input.person_no))
    }
}
