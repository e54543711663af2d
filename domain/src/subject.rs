//! A person, household or account as the chain knows it.

use serde::{Deserialize, Serialize};

use crate::text::Commitment;

/// Somebody or something that lies encrypted beside the chain: our random id for it, and the
/// commitment by which it can be proved later whom the entry meant.
///
/// The commitment is made once for each person, household and account and is the same in every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject<Id> {
    /// The id, by which events about the same subject belong together.
    pub id: Id,
    /// Binds the id to the number that it stands for.
    pub commitment: Commitment,
}

impl<Id> Subject<Id> {
    /// The subject with this id and commitment.
    pub const fn new(id: Id, commitment: Commitment) -> Self {
        Self { id, commitment }
    }
}
