//! Approving a list of grants as one submission.

use cqrs_es::Aggregate;
use domain::commands::AnyCommand;
use domain::decision::Decide;
use domain::events::AnyEvent;
use domain::grant::{ApproveGrant, Grant, GrantCommand};
use domain::identity::IdentityNumber;
use ledger::writer::{ProposedEvent, Submission, SubmitError};
use ledger::{EventName, StreamId};
use people::{Household, HouseholdNumber, Person, PrivateDetails, Registration};

use super::identify::Owner;
use super::private::place_of;
use super::signing::Commands;
use super::{Acting, Author, Book, CommandError, Fault, RowRefusal, UserError};
use crate::requests::ApproveGrantRequest;

impl Book {
    /// Approves grants together or not at all. Where one of them is recorded already, each is
    /// approved by itself, so that sending the list again completes it.
    ///
    /// # Errors
    /// A fault; refused rows are in the answer.
    pub async fn approve_grants(
        &self,
        acting: &Acting,
        requests: &[ApproveGrantRequest],
    ) -> Result<Vec<RowRefusal>, Fault> {
        if acting.key.is_some() {
            // One signature stands for one grant.
            return self.approve_one_by_one(acting, requests).await;
        }
        let (submission, refusals) = self.draft_grants(acting, requests).await?;
        if !refusals.is_empty() || submission.events.is_empty() {
            return Ok(refusals);
        }
        match self.store.writer().submit(submission).await {
            Ok(_) => {
                self.projecting.wake();
                Ok(Vec::new())
            }
            Err(SubmitError::Moved { .. } | SubmitError::RequestKnown { .. }) => {
                self.approve_one_by_one(acting, requests).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn approve_one_by_one(
        &self,
        acting: &Acting,
        requests: &[ApproveGrantRequest],
    ) -> Result<Vec<RowRefusal>, Fault> {
        let mut refusals = Vec::new();
        for (index, request) in requests.iter().enumerate() {
            match self.approve_grant(acting, request.clone()).await {
                Ok(_) => {}
                Err(CommandError::Refused(error)) => refusals.push(RowRefusal { index, error }),
                Err(CommandError::Fault(fault)) => return Err(fault),
            }
        }
        Ok(refusals)
    }

    async fn draft_grants(
        &self,
        acting: &Acting,
        requests: &[ApproveGrantRequest],
    ) -> Result<(Submission, Vec<RowRefusal>), Fault> {
        let (mut numbers, mut refusals) = (Vec::new(), Vec::new());
        for (index, request) in requests.iter().enumerate() {
            match HouseholdNumber::parse(&request.household_no) {
                Ok(number) => numbers.push((request, number)),
                Err(error) => {
                    let error = UserError::new(
                        "INVALID_HOUSEHOLD_NUMBER",
                        &["householdNo"],
                        error.to_string(),
                    );
                    refusals.push(RowRefusal { index, error });
                }
            }
        }
        let households: Vec<Registration<'_, Household>> =
            numbers.iter().map(|(_, number)| Registration { number, name: None }).collect();
        let households =
            self.people.households().register(&self.pool, &self.domain_id, &households).await?;
        let persons: Vec<Registration<'_, Person>> = numbers
            .iter()
            .filter_map(|(request, _)| {
                let number: &IdentityNumber = request.person_no.as_ref()?;
                Some(Registration { number, name: request.person_name.as_deref() })
            })
            .collect();
        let persons = self.people.persons().register(&self.pool, &self.domain_id, &persons).await?;
        let mut persons = persons.into_iter();
        let (mut commands, mut events) = (Vec::new(), Vec::new());
        for (index, ((request, _), household)) in numbers.iter().zip(households).enumerate() {
            let person = request.person_no.as_ref().and_then(|_| persons.next());
            let command = GrantCommand::ApproveGrant(ApproveGrant {
                grant: self.grant_id(request.id.as_str()),
                programme: request.programme.clone(),
                household: household.subject(),
                person: person.as_ref().map(|person| person.subject()),
                members: request.members,
                amount: request.amount,
                months: request.months,
                verification: request.verification.clone(),
            });
            let details = PrivateDetails {
                client_id: Some(request.id.as_str().to_owned()),
                person_name: request.person_name.clone(),
                ..PrivateDetails::default()
            };
            let owner = person.map_or(Owner::Household(household), Owner::Person);
            commands.push(AnyCommand::from(command.clone()).print());
            match Grant::default().decide(command, &()) {
                Ok(Some(event)) => {
                    events.push(self.propose_grant(&event.into(), &owner, &details)?);
                }
                Ok(None) => {}
                Err(refusal) => refusals.push(RowRefusal { index, error: UserError::of(&refusal) }),
            }
        }
        let request = self.randomness.secret::<16>()?;
        let request = uuid::Builder::from_random_bytes(*request).into_uuid();
        let command = self.kept_command(acting, request, Commands::Many(&commands)).await?;
        let Author { actor, signed_in } = acting.author(&self.id)?;
        let submission = Submission { request, actor, signed_in, command: Some(command), events };
        Ok((submission, refusals))
    }

    fn propose_grant(
        &self,
        event: &AnyEvent,
        owner: &Owner,
        details: &PrivateDetails,
    ) -> Result<ProposedEvent, Fault> {
        let place = place_of(event);
        let sealed =
            self.people.seal_details(&self.domain_id, owner.seal_under(), &place, details)?;
        Ok(ProposedEvent {
            stream: StreamId::new(Grant::TYPE, &event.stream_id())
                .map_err(|error| Fault::damaged(&error))?,
            after: 0,
            event: EventName::parse(event.name()).map_err(|error| Fault::damaged(&error))?,
            payload: event.payload(),
            attachment: Some(sealed),
        })
    }
}
