//! Deaths of persons whom the ledger knows: reported, and reports withdrawn that were wrong.

use std::sync::Arc;

use domain::events::AnyEvent;
use domain::identity::IdentityNumber;
use domain::ids::{DeathReportId, PersonId};
use domain::person::{Person, PersonCommand, ReportDeath, WithdrawDeathReport};
use people::Known;

use super::command_ids::event_id;
use super::identify::Owner;
use super::{Acting, Book, CommandError, Noun, Receipt, UserError};
use crate::requests::{ClientId, ReportDeathRequest, WithdrawDeathReportRequest};

impl Book {
    /// Records that a person died. What was paid to them stands.
    ///
    /// # Errors
    /// `UNKNOWN_PERSON`, the first refusal in the documented order, or a fault.
    pub async fn report_death(
        &self,
        acting: &Acting,
        request: ReportDeathRequest,
    ) -> Result<Receipt, CommandError> {
        let ReportDeathRequest { id, person_no, died_on, source, occurred_on } = request;
        let known = self.known_person(&person_no).await?;
        let (person, report) = (known.subject().id, self.death_report_id(&id));
        let reported = ReportDeath { person, report, died_on, source, occurred_on };
        self.carry_report(acting, &id, known, PersonCommand::ReportDeath(reported)).await
    }

    /// Withdraws the report of a death.
    ///
    /// # Errors
    /// `UNKNOWN_PERSON`, the first refusal in the documented order, or a fault.
    pub async fn withdraw_death_report(
        &self,
        acting: &Acting,
        request: WithdrawDeathReportRequest,
    ) -> Result<Receipt, CommandError> {
        let WithdrawDeathReportRequest { id, person_no, report, document, occurred_on } = request;
        let known = self.known_person(&person_no).await?;
        let (person, withdrawal) = (known.subject().id, self.death_report_id(&id));
        let report = self.death_report_id(&report);
        let withdrawn = WithdrawDeathReport { person, withdrawal, report, document, occurred_on };
        self.carry_report(acting, &id, known, PersonCommand::WithdrawDeathReport(withdrawn)).await
    }

    async fn carry_report(
        &self,
        acting: &Acting,
        id: &ClientId,
        person: Arc<Known<people::Person>>,
        command: PersonCommand,
    ) -> Result<Receipt, CommandError> {
        let noun = Noun::DeathReport.as_str();
        let mut asked = self.asked::<Person>(noun, id, command, "personNo");
        asked.owner = Owner::Person(person);
        let request = asked.request;
        let is = move |event: &AnyEvent| event_id(event) == request;
        self.carry_out(acting, asked, is).await
    }

    /// The person with this number. Nobody is registered: of whom the ledger does not know, no payment and no
    /// grant can be affected.
    async fn known_person(
        &self,
        number: &IdentityNumber,
    ) -> Result<Arc<Known<people::Person>>, CommandError> {
        let persons = self.people.persons();
        let found = persons.find(&self.pool, &self.domain_id, &[number]).await?;
        found.into_iter().flatten().next().ok_or_else(|| UserError::unknown_person().into())
    }

    /// Whose key seals what lies beside a signed report, which names the person by the ledger's own id.
    pub(super) async fn owner_of_report(&self, person: PersonId) -> Result<Owner, CommandError> {
        let known = self.persons_by_id(&[person]).await?.remove(&person);
        let unknown = || UserError::unknown_person().about(&["envelope"]);
        Ok(Owner::Person(known.ok_or_else(unknown)?))
    }

    /// The report, or its withdrawal, that a client's id stands for.
    fn death_report_id(&self, id: &ClientId) -> DeathReportId {
        DeathReportId::from_uuid(self.uuid(Noun::DeathReport.as_str(), id.as_str()))
    }
}
