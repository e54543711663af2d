//! Who acts.

use std::fmt;
use std::sync::Arc;

use domain::ids::OfficerId;
use ledger::Actor;
use ledger::signer::Signer;

use super::Fault;

/// The officer in whose name a command is carried out, with the officer's own key where this program
/// was given it: then everything that they ask for is signed with it. An officer whose key is
/// elsewhere sends commands that are signed already.
#[derive(Clone)]
pub struct Acting {
    /// Who.
    pub officer: OfficerId,
    /// Their key.
    pub key: Option<Arc<dyn Signer>>,
}

impl fmt::Debug for Acting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_ref().map(|key| key.public().id());
        f.debug_struct("Acting").field("officer", &self.officer).field("key", &key).finish()
    }
}

impl From<OfficerId> for Acting {
    /// Acts without a key.
    fn from(officer: OfficerId) -> Self {
        Self { officer, key: None }
    }
}

impl Acting {
    /// As entries write it.
    pub(super) fn actor(&self) -> Result<Actor, Fault> {
        Actor::officer(self.officer.as_str()).map_err(|error| Fault::damaged(&error))
    }
}
