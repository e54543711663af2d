//! Who acts.

use std::fmt;
use std::sync::Arc;

use domain::ids::OfficerId;
use domain::rights::Operation;
use ledger::signer::Signer;
use ledger::{Actor, LedgerId};

use super::Fault;

/// The officer in whose name a command is carried out, with the officer's own key where this program
/// was given it: then everything that they ask for is signed with it. An officer whose key is
/// elsewhere sends commands that are signed already.
///
/// Whether they showed to be that officer is part of it: only [`crate::sign_in::session`] says so.
#[derive(Clone)]
pub struct Acting {
    /// Who.
    pub officer: OfficerId,
    /// Their key.
    pub key: Option<Arc<dyn Signer>>,
    /// The ledgers that they are signed in to, and for what.
    signed_in: Vec<(LedgerId, Scope)>,
    /// Whether they are believed nothing but what they showed: then they are nobody where they are not signed
    /// in, also in a ledger that does not require officers, and hold there the roles of the officer they are.
    stranger: bool,
}

/// For what somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// For everything that their roles allow.
    Everything,
    /// For these alone, as far as their roles allow them.
    Only(Vec<Operation>),
}

impl fmt::Debug for Acting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_ref().map(|key| key.public().id());
        f.debug_struct("Acting")
            .field("officer", &self.officer)
            .field("key", &key)
            .field("signed_in", &self.signed_in)
            .finish()
    }
}

impl From<OfficerId> for Acting {
    /// Acts without a key, and signed in nowhere.
    fn from(officer: OfficerId) -> Self {
        Self { officer, key: None, signed_in: Vec::new(), stranger: false }
    }
}

impl Acting {
    /// Acts with the officer's own key.
    pub fn with_key(self, key: Arc<dyn Signer>) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Whoever reaches the program from elsewhere.
    pub fn stranger(officer: OfficerId) -> Self {
        Self { officer, key: None, signed_in: Vec::new(), stranger: true }
    }

    /// Whether they are believed nothing but what they showed.
    pub(super) fn is_stranger(&self) -> bool {
        self.stranger
    }

    /// Of somebody who showed to be that officer.
    pub(crate) fn signed_in(officer: OfficerId, ledger: LedgerId, scope: Scope) -> Self {
        Self { officer, key: None, signed_in: vec![(ledger, scope)], stranger: true }
    }

    /// Takes over where the same officer is signed in besides. Nothing, where it is another officer.
    pub fn signed_in_as(mut self, other: &Self) -> Self {
        if self.officer == other.officer {
            self.signed_in.extend(other.signed_in.iter().cloned());
        }
        self
    }

    /// Whether they showed to be that officer of this ledger.
    pub fn is_signed_in_to(&self, ledger: &LedgerId) -> bool {
        self.signed_in.iter().any(|(signed_in, _)| signed_in == ledger)
    }

    /// Whether they are signed in to the ledger for that, too.
    pub(super) fn is_signed_in_for(&self, ledger: &LedgerId, operation: Operation) -> bool {
        self.signed_in.iter().any(|(signed_in, scope)| {
            let within = match scope {
                Scope::Everything => true,
                Scope::Only(operations) => operations.contains(&operation),
            };
            signed_in == ledger && within
        })
    }

    /// As the writer is told.
    pub(super) fn author(&self, ledger: &LedgerId) -> Result<Author, Fault> {
        let actor = Actor::officer(self.officer.as_str());
        let actor = actor.map_err(|error| Fault::damaged(&error))?;
        Ok(Author { actor, signed_in: self.is_signed_in_to(ledger) })
    }
}

/// In whose name something is recorded.
#[derive(Debug, Clone)]
pub(super) struct Author {
    /// As entries write it.
    pub(super) actor: Actor,
    /// Whether they are signed in.
    pub(super) signed_in: bool,
}

impl Author {
    /// Whoever signed the command that is carried out.
    pub(super) fn of_signature(actor: Actor) -> Self {
        Self { actor, signed_in: false }
    }
}
