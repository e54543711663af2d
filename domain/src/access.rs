//! What an event changes about who may record what.

use crate::events::AnyEvent;
use crate::ids::OfficerId;
use crate::officer::OfficerEvent;
use crate::regulation::RegulationEvent;
use crate::rights::Role;

/// A change that holds for the entries after the event's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessChange {
    /// The officer belongs to the bureau.
    Enrolled(OfficerId),
    /// The officer holds the role.
    Given(OfficerId, Role),
    /// The officer holds the role no longer.
    Withdrawn(OfficerId, Role),
    /// Whether officers are required; where they are, somebody always holds [`Role::KEEPER`].
    OfficersRequired(bool),
}

impl AccessChange {
    /// The types of the streams whose events change anything: no other event does.
    pub const STREAM_TYPES: &'static [&'static str] = &["officer", "regulation"];

    /// What the event changes, in order.
    pub fn by(event: &AnyEvent) -> Vec<Self> {
        match event {
            AnyEvent::Officer(OfficerEvent::OfficerEnrolled(enrolled)) => {
                let officer = || enrolled.officer.clone();
                let roles = enrolled.roles.iter().map(|role| Self::Given(officer(), *role));
                std::iter::once(Self::Enrolled(officer())).chain(roles).collect()
            }
            AnyEvent::Officer(OfficerEvent::RoleGiven(given)) => {
                vec![Self::Given(given.officer.clone(), given.role)]
            }
            AnyEvent::Officer(OfficerEvent::RoleWithdrawn(withdrawn)) => {
                vec![Self::Withdrawn(withdrawn.officer.clone(), withdrawn.role)]
            }
            AnyEvent::Regulation(RegulationEvent::OfficersRequired(set)) => {
                vec![Self::OfficersRequired(set.required)]
            }
            AnyEvent::Regulation(RegulationEvent::ApprovalBandsSet(_))
            | AnyEvent::Batch(_)
            | AnyEvent::Fund(_)
            | AnyEvent::Standard(_)
            | AnyEvent::Grant(_)
            | AnyEvent::Payment(_)
            | AnyEvent::Store(_)
            | AnyEvent::BankResults(_)
            | AnyEvent::Period(_)
            | AnyEvent::Disclosure(_)
            | AnyEvent::Person(_) => Vec::new(),
        }
    }
}
