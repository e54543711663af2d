//! Who may record what, as far as the entries themselves tell: which officers are enrolled, which roles
//! they hold, and whether the ledger requires both. Which role an event needs, and which event gives a
//! role, is told by [`crate::effects::Rules`]; here roles are names and nothing more.
//!
//! The writer asks before it records, with everything taken in up to that position, and a verifier asks
//! the same years later.

mod refusal;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use refusal::AccessRefusal;

use crate::effects::{AccessChange, Effects};
use crate::opened::LEDGER_STREAM;
use crate::{Actor, StreamId};

/// The officers of one ledger after the entries that were taken in, and whether they are required.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// Everybody who ever held a role, with those that they hold.
    officers: BTreeMap<String, BTreeSet<&'static str>>,
    /// The role that somebody holds for as long as officers are required; none while they are not.
    keeper: Option<&'static str>,
}

impl Access {
    /// Whether whoever records must be enrolled and hold a role for it.
    pub fn officers_required(&self) -> bool {
        self.keeper.is_some()
    }

    /// The roles that an officer holds; `None` for whoever never held one.
    pub fn roles_of(&self, officer: &str) -> Option<&BTreeSet<&'static str>> {
        self.officers.get(officer)
    }

    /// Whether the actor may record an event with these effects next. An event that names who acted is
    /// recorded by nobody else. While officers are not required, everybody may record everything. The
    /// ledger's own stream is written by the program itself, whose entries the ledger's keys govern.
    ///
    /// # Errors
    /// The reason why not.
    pub fn check(
        &self,
        stream: &StreamId,
        actor: &Actor,
        effects: &Effects,
    ) -> Result<(), AccessRefusal> {
        if let Some(named) = effects.officer.as_deref()
            && actor.officer_id() != Some(named)
        {
            let (named, actor) = (named.to_owned(), actor.to_string());
            return Err(AccessRefusal::AnotherOfficer { named, actor });
        }
        if !self.officers_required() {
            return Ok(());
        }
        let Some(officer) = actor.officer_id() else {
            return if stream.kind() == LEDGER_STREAM {
                Ok(())
            } else {
                Err(AccessRefusal::NoOfficer { actor: actor.to_string() })
            };
        };
        let Some(held) = self.officers.get(officer) else {
            return Err(AccessRefusal::NotEnrolled { officer: officer.to_owned() });
        };
        let one_of = effects.one_of;
        if one_of.is_empty() {
            return Err(AccessRefusal::ForNobody { officer: officer.to_owned() });
        }
        if one_of.iter().any(|role| held.contains(role)) {
            return Ok(());
        }
        let (officer, held) = (officer.to_owned(), held.iter().copied().collect());
        Err(AccessRefusal::NoRole { officer, held, one_of })
    }

    /// Takes in what an event changes, for the entries after it.
    ///
    /// # Errors
    /// When a change would leave nobody with the role that must be held; then nothing changes.
    pub fn take(&mut self, changes: &[AccessChange]) -> Result<(), AccessRefusal> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut after = self.clone();
        for change in changes {
            match change {
                AccessChange::Enrolled { officer } => {
                    after.officers.entry(officer.clone()).or_default();
                }
                AccessChange::Given { officer, role } => {
                    after.officers.entry(officer.clone()).or_default().insert(role);
                }
                AccessChange::Withdrawn { officer, role } => {
                    after.officers.entry(officer.clone()).or_default().remove(role);
                }
                AccessChange::Required { keeper } => after.keeper = *keeper,
            }
        }
        match after.keeper.filter(|keeper| !after.somebody_is(keeper)) {
            Some(role) => Err(AccessRefusal::NobodyLeft { role }),
            None => {
                *self = after;
                Ok(())
            }
        }
    }

    fn somebody_is(&self, role: &str) -> bool {
        self.officers.values().any(|held| held.contains(role))
    }
}
