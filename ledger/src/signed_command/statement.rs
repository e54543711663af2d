//! What an officer signs.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::CommandRefusal;
use crate::LedgerId;
use crate::clock::Moment;
use crate::hash::Hash;
use crate::identifier::is_identifier;

/// The last checkpoint that the officer's side verified before it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenCheckpoint {
    /// Origin of the ledger's checkpoints.
    pub origin: String,
    /// How many entries it stands over.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

/// What an officer signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The ledger that the command is for.
    pub ledger: LedgerId,
    /// Who signs: the id in `officer/<id>`.
    pub officer: String,
    /// Idempotency id of the request, by which the same statement sent again is recognised.
    pub request: Uuid,
    /// When it was signed, by the clock of the officer's device.
    pub issued: Moment,
    /// After this it is carried out no more.
    pub expires: Moment,
    /// Random, so that nobody can guess a command from its hash.
    pub nonce: [u8; 16],
    /// What the officer's side knew of the ledger.
    pub checkpoint: SeenCheckpoint,
    /// The command in ids and commitments: JSON, whose grammar the rules know.
    pub command: Vec<u8>,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'a> {
    ledger: String,
    officer: String,
    request: String,
    issued: String,
    expires: String,
    nonce: String,
    checkpoint: WrittenCheckpoint,
    #[serde(borrow)]
    command: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCheckpoint {
    origin: String,
    size: u64,
    root: String,
}

impl Statement {
    /// Reads the bytes that were signed.
    ///
    /// # Errors
    /// When they are not to the byte what [`Statement::print`] would give.
    pub fn parse(bytes: &[u8]) -> Result<Self, CommandRefusal> {
        let written: Written<'_> = serde_json::from_slice(bytes)
            .map_err(|error| CommandRefusal::Statement(error.to_string()))?;
        let statement = Self::read(written)?;
        if statement.print().is_ok_and(|printed| printed == bytes) {
            Ok(statement)
        } else {
            Err(CommandRefusal::Statement("spelled otherwise".to_owned()))
        }
    }

    fn read(written: Written<'_>) -> Result<Self, CommandRefusal> {
        let malformed = |what: &str| CommandRefusal::Statement(what.to_owned());
        let moment = |text: &str, what| Moment::parse(text).ok_or_else(|| malformed(what));
        let mut nonce = [0; 16];
        hex::decode_to_slice(&written.nonce, &mut nonce).map_err(|_| malformed("nonce"))?;
        if !is_identifier(&written.officer) {
            return Err(malformed("officer"));
        }
        let WrittenCheckpoint { origin, size, root } = written.checkpoint;
        let root = Hash::parse(&root).ok_or_else(|| malformed("root"))?;
        Ok(Self {
            ledger: LedgerId::parse(&written.ledger).map_err(|_| malformed("ledger"))?,
            officer: written.officer,
            request: Uuid::try_parse(&written.request).map_err(|_| malformed("request"))?,
            issued: moment(&written.issued, "issued")?,
            expires: moment(&written.expires, "expires")?,
            nonce,
            checkpoint: SeenCheckpoint { origin, size, root },
            command: written.command.get().as_bytes().to_vec(),
        })
    }

    /// The bytes to sign.
    ///
    /// # Errors
    /// When the command is no JSON.
    pub fn print(&self) -> Result<Vec<u8>, serde_json::Error> {
        let SeenCheckpoint { origin, size, root } = &self.checkpoint;
        let written = Written {
            ledger: self.ledger.to_string(),
            officer: self.officer.clone(),
            request: self.request.to_string(),
            issued: self.issued.to_string(),
            expires: self.expires.to_string(),
            nonce: hex::encode(self.nonce),
            checkpoint: WrittenCheckpoint {
                origin: origin.clone(),
                size: *size,
                root: root.to_string(),
            },
            command: serde_json::from_slice(&self.command)?,
        };
        serde_json::to_vec(&written)
    }
}
