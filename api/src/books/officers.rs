//! Officers, their roles, and whether the ledger requires them.

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use domain::events::AnyEvent;
use domain::ids::{EnrolmentId, OfficerId, RegulationId, RoleChangeId};
use domain::officer::{ChangeRole, EnrolOfficer, Officer, OfficerCommand, OfficerEvent};
use domain::regulation::{
    OFFICERS, Regulation, RegulationCommand, RegulationEvent, RequireOfficers, SetApprovalBands,
};
use domain::rights::Role;
use ledger::{StreamId, reader};

use super::directory::event_as;
use super::identify::commit_to;
use super::{Acting, Book, CommandError, Fault, Receipt, UserError};
use crate::requests::{
    ChangeRoleRequest, ClientId, EnrolOfficerRequest, RequireOfficersRequest,
    SetApprovalBandsRequest,
};

/// An officer as the entries tell.
#[derive(Debug, Clone)]
pub struct StandingOfficer {
    /// Who.
    pub id: OfficerId,
    /// The name that was enrolled.
    pub name: Option<String>,
    /// The roles that are held, in the order of [`Role`].
    pub roles: Vec<Role>,
    /// Where the enrolment stands.
    pub position: u64,
}

impl Book {
    /// Enrols an officer.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn enrol_officer(
        &self,
        acting: &Acting,
        request: EnrolOfficerRequest,
    ) -> Result<Receipt, CommandError> {
        let id = ClientId::parse(request.officer.as_str());
        let id = id.ok_or_else(|| Fault::damaged(&"an officer's id is no client's id"))?;
        let enrolment = EnrolmentId::from_uuid(self.uuid("enrolment", id.as_str()));
        let is =
            |event: &AnyEvent| matches!(event, AnyEvent::Officer(OfficerEvent::OfficerEnrolled(_)));
        let standing = self.standing_event(Officer::TYPE, id.as_str(), is).await?;
        let standing = standing.and_then(|(_, details)| details);
        let stood = standing.as_ref().and_then(|details| details.officer_name.as_ref());
        let name = commit_to("officer", Some(&request.name), stood, &self.randomness)?;
        let Some((name, commitment)) = name else {
            let message = "人员须有姓名 / an officer needs a name".to_owned();
            return Err(UserError::new("INVALID_TEXT", &["name"], message).into());
        };
        let command = OfficerCommand::EnrolOfficer(EnrolOfficer {
            officer: request.officer,
            enrolment,
            name: commitment,
            roles: request.roles.into_iter().collect(),
        });
        let mut asked = self.asked::<Officer>("enrolment", &id, command, "id");
        asked.details.officer_name = Some(name);
        self.carry_out(acting, asked, is).await
    }

    /// Gives a role to an officer, or takes it away.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn change_role(
        &self,
        acting: &Acting,
        give: bool,
        request: ChangeRoleRequest,
    ) -> Result<Receipt, CommandError> {
        let change = RoleChangeId::from_uuid(self.uuid("role-change", request.id.as_str()));
        let ChangeRoleRequest { id, officer, role, document } = request;
        let command = ChangeRole { officer, change, role, document };
        let command = if give {
            OfficerCommand::GiveRole(command)
        } else {
            OfficerCommand::WithdrawRole(command)
        };
        let asked = self.asked::<Officer>("role-change", &id, command, "officer");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Officer(OfficerEvent::RoleGiven(found) | OfficerEvent::RoleWithdrawn(found)) if found.change == change);
        self.carry_out(acting, asked, is).await
    }

    /// Requires officers, or no longer.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn require_officers(
        &self,
        acting: &Acting,
        request: RequireOfficersRequest,
    ) -> Result<Receipt, CommandError> {
        let regulation = RegulationId::from_uuid(self.uuid("regulation", request.id.as_str()));
        let RequireOfficersRequest { id, required, document } = request;
        let command = RequireOfficers { regulation, required, document };
        let command = RegulationCommand::RequireOfficers(command);
        let asked = self.asked::<Regulation>("regulation", &id, command, "id");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Regulation(RegulationEvent::OfficersRequired(found)) if found.regulation == regulation);
        self.carry_out(acting, asked, is).await
    }

    /// Says how many officers must approve a batch of which sum.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn set_approval_bands(
        &self,
        acting: &Acting,
        request: SetApprovalBandsRequest,
    ) -> Result<Receipt, CommandError> {
        let regulation = RegulationId::from_uuid(self.uuid("regulation", request.id.as_str()));
        let SetApprovalBandsRequest { id, bands, document } = request;
        let command = SetApprovalBands { regulation, bands, document };
        let command = RegulationCommand::SetApprovalBands(command);
        let asked = self.asked::<Regulation>("regulation", &id, command, "id");
        let is = move |event: &AnyEvent| matches!(event, AnyEvent::Regulation(RegulationEvent::ApprovalBandsSet(found)) if found.regulation == regulation);
        self.carry_out(acting, asked, is).await
    }

    /// Whether whoever records must be an enrolled officer who holds a role for it.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn officers_required(&self) -> Result<bool, Fault> {
        Ok(self.about_officers().await?.officers_required())
    }

    /// Whether persons are masked: where officers are required, and where they ever were, so that nobody sees
    /// persons by not requiring officers for a while.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn persons_are_masked(&self) -> Result<bool, Fault> {
        Ok(self.about_officers().await?.officers_were_required())
    }

    async fn about_officers(&self) -> Result<Regulation, Fault> {
        let loaded = self.store.load::<Regulation>(OFFICERS).await;
        Ok(loaded.map_err(|error| Fault::database(&error))?.aggregate)
    }

    /// Every officer, in the order in which they were enrolled, read from the entries themselves.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn officers(&self) -> Result<Vec<StandingOfficer>, Fault> {
        let mut connection = self.pool.acquire().await?;
        let first = reader::first_entries(&mut connection, &self.id, Officer::TYPE).await?;
        let mut streams: Vec<StreamId> = Vec::with_capacity(first.len());
        for entry in &first {
            let event: OfficerEvent = event_as(&entry.bytes)?;
            let stream = StreamId::new(Officer::TYPE, event.officer().as_str());
            streams.push(stream.map_err(|error| Fault::damaged(&error))?);
        }
        let entries = reader::streams(&mut connection, &self.id, &streams).await?;
        drop(connection);
        let mut states: BTreeMap<OfficerId, Officer> = BTreeMap::new();
        for entry in &entries {
            let event: OfficerEvent = event_as(&entry.bytes)?;
            states.entry(event.officer().clone()).or_default().apply(event);
        }
        let positions: Vec<u64> = first.iter().map(|entry| entry.position).collect();
        let mut details = self.private_details(&positions).await?;
        let mut officers = Vec::with_capacity(first.len());
        for (entry, stream) in first.iter().zip(&streams) {
            let id = OfficerId::parse(stream.id()).map_err(|error| Fault::damaged(&error))?;
            let roles = states.get(&id).map(|state| state.roles().collect()).unwrap_or_default();
            let name = details.remove(&entry.position).and_then(|own| own.officer_name);
            let name = name.map(|name| name.text().to_owned());
            officers.push(StandingOfficer { id, name, roles, position: entry.position });
        }
        Ok(officers)
    }
}
