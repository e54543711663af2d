//! Writing an entry.

use std::fmt::Write;

use uuid::Uuid;

use super::{LONGEST, MAGIC, MalformedPayload, NUMBER_LIMIT, check_payload};
use crate::clock::Moment;
use crate::hash::Hash;
use crate::key::KeyId;
use crate::{Actor, EventName, LedgerId, StreamId};

/// Everything that one entry says.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The bureau's books.
    pub ledger: &'a LedgerId,
    /// Place in the ledger, from 0.
    pub position: u64,
    /// Leaf hash of the entry before; [`Hash::ZERO`] at position 0.
    pub previous: Hash,
    /// The ledger's clock.
    pub recorded: Moment,
    /// The stream it belongs to.
    pub stream: &'a StreamId,
    /// Place in the stream, from 1.
    pub sequence: u64,
    /// Event name and version.
    pub event: &'a EventName,
    /// Who acted.
    pub actor: &'a Actor,
    /// The submission it belongs to.
    pub request: Uuid,
    /// SHA-256 of the command; none where the system acted by itself.
    pub command: Option<Hash>,
    /// The key whose signature stands beside it.
    pub signed_by: KeyId,
    /// One JSON object, as it was serialised from the typed event.
    pub payload: &'a [u8],
}

/// Why an entry cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The payload is not what the format demands.
    #[error("payload: {0}")]
    Payload(#[from] MalformedPayload),
    /// Header and payload together are too long.
    #[error("the entry has {0} bytes, the most is {LONGEST}")]
    TooLong(usize),
    /// A position or sequence left its range.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
}

impl Entry<'_> {
    /// The entry's bytes and where the payload begins in them.
    ///
    /// # Errors
    /// When the payload is malformed, a number is out of range, or the whole is longer than [`LONGEST`].
    pub fn encode(&self) -> Result<(Vec<u8>, usize), EncodeError> {
        if self.position >= NUMBER_LIMIT {
            return Err(EncodeError::OutOfRange("position"));
        }
        if self.sequence == 0 || self.sequence >= NUMBER_LIMIT {
            return Err(EncodeError::OutOfRange("sequence"));
        }
        check_payload(self.payload)?;
        let mut text = String::with_capacity(self.payload.len().saturating_add(640));
        // Writing to a String never fails.
        let _ = write!(
            text,
            "{MAGIC}\nledger: {}\nposition: {}\nprevious: {}\nrecorded: {}\nstream: {}\nsequence: {}\n\
             event: {}\nactor: {}\nrequest: {}\ncommand: ",
            self.ledger,
            self.position,
            self.previous,
            self.recorded,
            self.stream,
            self.sequence,
            self.event,
            self.actor,
            self.request.hyphenated(),
        );
        let _ = match self.command {
            Some(hash) => write!(text, "{hash}"),
            None => write!(text, "-"),
        };
        let _ =
            write!(text, "\nsigned-by: {}\npayload: {}\n\n", self.signed_by, self.payload.len());
        let mut bytes = text.into_bytes();
        let offset = bytes.len();
        bytes.extend_from_slice(self.payload);
        if bytes.len() > LONGEST {
            Err(EncodeError::TooLong(bytes.len()))
        } else {
            Ok((bytes, offset))
        }
    }
}
