//! `reportDeath`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::ReportDeathPayload;
use crate::graphql::command::carry_out;
use crate::graphql::scalars::Date;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::ReportDeathRequest;

/// A death that the bureau learned of.
#[derive(Debug, InputObject)]
pub struct ReportDeathInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the report.
    pub id: ID,
    /// Identity number of a person whom the ledger knows.
    pub person_no: String,
    /// The day of the death.
    pub died_on: Date,
    /// Where it is known from: number of the certificate, or of the list of another office; it stands in the
    /// chain.
    pub source: String,
    /// The day on which the bureau learned of it; not before the death.
    pub occurred_on: Date,
}

impl ReportDeathInput {
    fn read(&self, shape: &mut Shape) -> Option<ReportDeathRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let person_no = shape.identity_number(&Place::of("personNo"), &self.person_no);
        let died_on = shape.day(&Place::of("diedOn"), &self.died_on);
        let source = shape.document(&Place::of("source"), &self.source);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        Some(ReportDeathRequest {
            id: id?,
            person_no: person_no?,
            died_on: died_on?,
            source: source?,
            occurred_on: occurred_on?,
        })
    }
}

/// Reports deaths.
#[derive(Debug, Default)]
pub struct ReportDeath;

#[Object]
impl ReportDeath {
    /// Records that a person died. What was paid to them stands: `Payment.afterDeath` tells what came after
    /// that day, and `orderRecovery` asks it back. Proposals leave their grants out from the next month on. A
    /// death is reported once (`ALREADY_REPORTED`); a report that was wrong is withdrawn first.
    async fn report_death(
        &self,
        ctx: &Context<'_>,
        input: ReportDeathInput,
    ) -> Answer<ReportDeathPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::ReportDeath,
            &input.ledger,
            read,
            |book, acting, request| async move { book.report_death(&acting, request).await },
        )
        .await?;
        Ok(ReportDeathPayload::of(done, &input.person_no))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use async_graphql::{ScalarType, Value};

    use super::*;

    fn date(text: &str) -> Date {
        ScalarType::parse(Value::String(text.to_owned())).unwrap()
    }

    fn input() -> ReportDeathInput {
        ReportDeathInput {
            ledger: ID::from("cn-320404"),
            id: ID::from("d-1"),
            person_no: "11010519491231002X".to_owned(),
            died_on: date("2020-05-20"),
            source: "民函〔2020〕88号".to_owned(),
            occurred_on: date("2020-06-02"),
        }
    }

    #[test]
    fn a_report_is_read_with_the_day_of_the_death_and_the_day_it_was_learned() {
        let mut shape = Shape::default();
        let request = input().read(&mut shape).unwrap();
        assert_eq!(request.person_no.as_str(), "11010519491231002X");
        assert_eq!(request.died_on.to_string(), "2020-05-20");
        assert_eq!(request.source.as_str(), "民函〔2020〕88号");
        assert_eq!(request.occurred_on.to_string(), "2020-06-02");
    }

    #[test]
    fn everything_wrong_with_a_report_is_told_at_once() {
        let wrong = ReportDeathInput {
            person_no: "110105194912310021".to_owned(),
            died_on: date("2020-02-30"),
            source: "死者 11010519491231002X".to_owned(),
            ..input()
        };
        let mut shape = Shape::default();
        assert!(wrong.read(&mut shape).is_none());
        let refusals = shape.finish::<()>(None).unwrap_err();
        let told: Vec<_> = refusals
            .iter()
            .map(|refusal| (refusal.code.as_str(), refusal.field.clone().unwrap().join(".")))
            .collect();
        assert_eq!(
            told,
            [
                ("INVALID_IDENTITY_NUMBER", "personNo".to_owned()),
                ("INVALID_DATE", "diedOn".to_owned()),
                ("PERSONAL_DATA_IN_FIELD", "source".to_owned()),
            ]
        );
    }
}
