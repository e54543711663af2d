//! Commands that an officer signed with a key of their own, on their own device.
//!
//! What is signed is a [`Statement`]: exact bytes that name ledger, officer, request, times, the last
//! checkpoint that the officer's side verified, and the command in ids and commitments. It travels and
//! is kept in an [`envelope`] (DSSE), and the entries name the SHA-256 of the envelope as their
//! command. So whoever has the entries and the commands can show that the officer, and not the bureau's
//! server alone, asked for exactly this; and since the officer's side names a checkpoint, a server that
//! showed it another history is found out.
//!
//! What this module cannot tell is whether the checkpoint lies on the ledger's history: for that the
//! tree is needed. Writing, [`crate::writer`] checks everything else, and whoever submits checks the
//! tree; afterwards [`crate::verify`] checks both.

pub mod envelope;
pub mod refusal;
pub mod statement;

#[cfg(test)]
pub(crate) mod tests;

pub use envelope::{Envelope, is_signed};
pub use refusal::CommandRefusal;
pub use statement::{SeenCheckpoint, Statement};
use uuid::Uuid;

use crate::clock::Moment;
use crate::key::PublicKey;
use crate::keys::KeyHistory;
use crate::opened::LEDGER_STREAM;
use crate::signer::{Signer, SigningError};
use crate::{Actor, StreamId};

/// The most bytes that a signed command may have: a list of some ten thousand payments. One signature
/// can only be checked over all bytes at once, and verifying has to stay within bounded memory.
pub const MOST_BYTES: usize = 16 << 20;

/// A statement is good for at most this long: 24 hours.
pub const LONGEST_VALIDITY_MICROS: i64 = 86_400_000_000;

/// So far the clock of the officer's device may be ahead of the ledger's: 5 minutes.
pub const MOST_AHEAD_MICROS: i64 = 300_000_000;

/// A signed command that could be read. Whether it is good where it stands, [`SignedCommand::check`]
/// says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCommand {
    envelope: Envelope,
    statement: Statement,
}

/// The entry that names a signed command.
#[derive(Debug, Clone, Copy)]
pub struct NamedBy<'a> {
    /// Where it stands.
    pub position: u64,
    /// Who acts there.
    pub actor: &'a Actor,
    /// Its request.
    pub request: Uuid,
    /// The ledger's clock there.
    pub recorded: Moment,
}

/// Whether an entry in this stream must name a signed command where they are required: whatever is not
/// about the ledger itself, and whatever an officer does. The program's own hand is no way around it.
pub fn must_be_signed(stream: &StreamId, actor: &Actor) -> bool {
    stream.kind() != LEDGER_STREAM || actor.officer_id().is_some()
}

impl SignedCommand {
    /// Signs a statement.
    ///
    /// # Errors
    /// When the signer fails.
    pub fn sign(statement: Statement, signer: &dyn Signer) -> Result<Self, SigningError> {
        let printed = statement.print().map_err(|error| SigningError::Failed(error.to_string()))?;
        Ok(Self { envelope: Envelope::sign(printed, signer)?, statement })
    }

    /// Reads an envelope and its statement. No signature is checked.
    ///
    /// # Errors
    /// When it is too long, or not to the byte what this program would write.
    pub fn read(bytes: &[u8]) -> Result<Self, CommandRefusal> {
        let envelope = Envelope::parse(bytes)?;
        let statement = Statement::parse(envelope.payload())?;
        Ok(Self { envelope, statement })
    }

    /// What is signed.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The bytes that are kept as the command.
    pub fn bytes(&self) -> Vec<u8> {
        self.envelope.print()
    }

    /// Checks everything that an entry which names this command and the ledger's keys tell: that the
    /// signature is by a key of this officer that is in force there; that ledger, officer and request
    /// are the entry's; that the entry was recorded while the statement was good; and that the
    /// checkpoint is of this ledger and stood before the entry.
    ///
    /// # Errors
    /// The first of these that does not hold.
    pub fn check(&self, keys: &KeyHistory, named_by: &NamedBy<'_>) -> Result<(), CommandRefusal> {
        self.check_bindings(keys, named_by)?;
        self.check_times(named_by.recorded)?;
        self.check_checkpoint(keys, named_by.position)?;
        let (officer, key) = (&self.statement.officer, self.envelope.key_id());
        match keys.officers().key_at(officer, key, named_by.position) {
            Some(held) => self.check_signature(held),
            None => Err(CommandRefusal::KeyNotInForce { officer: officer.clone(), key }),
        }
    }

    /// Checks that the officer's own key signed it, one that is in force or was: before anything else
    /// is looked at, and for what may have been recorded long ago.
    ///
    /// # Errors
    /// When the key never was this officer's, or the signature does not verify.
    pub fn check_signer(&self, keys: &KeyHistory) -> Result<(), CommandRefusal> {
        let (officer, key) = (&self.statement.officer, self.envelope.key_id());
        match keys.officers().find(key).filter(|held| held.officer == *officer) {
            Some(held) => self.check_signature(&held.key),
            None => Err(CommandRefusal::KeyNotInForce { officer: officer.clone(), key }),
        }
    }

    fn check_signature(&self, key: &PublicKey) -> Result<(), CommandRefusal> {
        let signed = self.envelope.signed_by(key);
        if signed { Ok(()) } else { Err(CommandRefusal::Signature { key: key.id() }) }
    }

    fn check_bindings(
        &self,
        keys: &KeyHistory,
        named_by: &NamedBy<'_>,
    ) -> Result<(), CommandRefusal> {
        let Statement { ledger, officer, request, .. } = &self.statement;
        if ledger != keys.ledger() {
            let (expected, found) = (keys.ledger().to_string(), ledger.to_string());
            return Err(CommandRefusal::OtherLedger { expected, found });
        }
        if named_by.actor.officer_id() != Some(officer) {
            let (expected, found) = (named_by.actor.to_string(), officer.clone());
            return Err(CommandRefusal::OtherOfficer { expected, found });
        }
        if *request != named_by.request {
            let (expected, found) = (named_by.request, *request);
            return Err(CommandRefusal::OtherRequest { expected, found });
        }
        Ok(())
    }

    fn check_times(&self, recorded: Moment) -> Result<(), CommandRefusal> {
        let Statement { issued, expires, .. } = self.statement;
        let validity = expires.micros().saturating_sub(issued.micros());
        if !(1..=LONGEST_VALIDITY_MICROS).contains(&validity) {
            return Err(CommandRefusal::Validity { issued, expires });
        }
        if issued.micros().saturating_sub(recorded.micros()) > MOST_AHEAD_MICROS {
            return Err(CommandRefusal::FromTheFuture { issued, recorded });
        }
        if recorded > expires {
            return Err(CommandRefusal::Expired { expires, recorded });
        }
        Ok(())
    }

    fn check_checkpoint(&self, keys: &KeyHistory, position: u64) -> Result<(), CommandRefusal> {
        let SeenCheckpoint { origin, size, .. } = &self.statement.checkpoint;
        let expected = keys.origin().unwrap_or_default();
        if origin != expected {
            let (expected, found) = (expected.to_owned(), origin.clone());
            return Err(CommandRefusal::OtherOrigin { expected, found });
        }
        if *size == 0 || *size > position {
            return Err(CommandRefusal::CheckpointAhead { size: *size, position });
        }
        Ok(())
    }
}
