//! Private details: what one entry leaves out, sealed and kept beside it.
//!
//! ```text
//! 01                    version
//! 00 | 01 | 02          sealed under the key of: the ledger, a person, a household
//! 16 bytes              the person's or household's id; absent for the ledger
//! 24 bytes              nonce
//! …                     JSON of PrivateDetails under XChaCha20-Poly1305
//! 16 bytes              tag
//! ```
//!
//! Everything before the nonce, the ledger and the entry's place are bound as additional data.
//!
//! Beside an entry that stands for a whole list lie several of these ([`join`]): `02`, then each with its
//! length before it as 4 bytes, big-endian; the entry's own details first.

use domain::ids::{HouseholdId, LedgerId, PersonId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commitment::CommittedText;
use crate::randomness::{NoRandomness, Randomness};
use crate::seal::{SubjectKey, open, seal};
use crate::subjects::json;

const VERSION: u8 = 1;
const SEVERAL: u8 = 2;
const LEDGER: u8 = 0;
const PERSON: u8 = 1;
const HOUSEHOLD: u8 = 2;

/// What must not stand in an entry. Texts that the entry commits to carry the random bytes of
/// their commitment; the others are merely kept.
#[derive(Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateDetails {
    /// The sender's own id, as it was spelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The sender's own id of the batch that an entry drafts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<String>,
    /// The recipient's name as this payment spelled it, or of a person without a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person_name: Option<String>,
    /// The account holder's name. Kind `payee`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_name: Option<CommittedText>,
    /// The account number as this payment spelled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_no: Option<String>,
    /// Why temporary aid was given. Kind `cause`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<CommittedText>,
    /// Number of the disability certificate. Kind `certificate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CommittedText>,
    /// A free note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Why a payment was reversed. Kind `reason`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<CommittedText>,
    /// Who gave goods. Kind `donor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub donor: Option<CommittedText>,
    /// The name of an officer who was enrolled. Kind `officer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer_name: Option<CommittedText>,
    /// The digest of a bank's file of results. Kind `file`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<CommittedText>,
}

impl std::fmt::Debug for PrivateDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrivateDetails(private)")
    }
}

/// Whose key sealed private details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DetailsOwner {
    /// The ledger's: the entry names neither person nor household.
    Ledger,
    /// This person's.
    Person(PersonId),
    /// This household's.
    Household(HouseholdId),
}

/// What is known of the key that opens private details.
#[derive(Debug, Clone)]
pub enum OwnerKey {
    /// The key.
    Key(SubjectKey),
    /// The owner was forgotten.
    Forgotten,
    /// No row has the owner's id, or the row is damaged.
    Unknown,
}

/// Private details, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenedDetails {
    /// They could be read.
    Readable(Box<PrivateDetails>),
    /// The owner was forgotten, and they with it.
    Forgotten,
}

/// Sealed bytes are not private details of this entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DetailsError {
    /// They begin with no version and owner that this program knows.
    #[error("附件格式未知 / an attachment of no known form")]
    UnknownForm,
    /// They were changed, or belong to another entry, ledger or owner.
    #[error("附件无法解开 / the attachment does not open")]
    DoesNotOpen,
    /// The person or household that they name has no readable row.
    #[error("附件所属的人员或家庭无法读取 / the attachment's owner has no readable row")]
    NoOwner,
    /// They opened, and what is inside is no private details.
    #[error("附件内容无法读取 / the attachment's content is not readable")]
    Unreadable,
}

/// Puts sealed details that lie beside one entry together, the entry's own first.
pub fn join(parts: &[Vec<u8>]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len().saturating_add(4)).sum();
    let mut joined = Vec::with_capacity(length.saturating_add(1));
    joined.push(SEVERAL);
    for part in parts {
        // Details are a few hundred bytes long.
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        joined.extend_from_slice(&length.to_be_bytes());
        joined.extend_from_slice(part);
    }
    joined
}

/// Takes apart what lies beside one entry: what [`join`] put together, or the one sealed details that it is.
pub fn split(attached: &[u8]) -> Result<Vec<&[u8]>, DetailsError> {
    let Some(mut rest) = attached.strip_prefix(&[SEVERAL]) else { return Ok(vec![attached]) };
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk().ok_or(DetailsError::UnknownForm)?;
        let length = usize::try_from(u32::from_be_bytes(*length));
        let length = length.map_err(|_| DetailsError::UnknownForm)?;
        let (part, after) = after.split_at_checked(length).ok_or(DetailsError::UnknownForm)?;
        parts.push(part);
        rest = after;
    }
    if parts.is_empty() { Err(DetailsError::UnknownForm) } else { Ok(parts) }
}

impl DetailsOwner {
    /// Whose key opens these bytes, as they themselves say. Proven only by opening them.
    pub fn of(sealed: &[u8]) -> Result<Self, DetailsError> {
        Self::split(sealed).map(|(owner, _)| owner)
    }

    pub(crate) fn seal(
        self,
        key: &SubjectKey,
        ledger: &LedgerId,
        place: &str,
        details: &PrivateDetails,
        randomness: &Randomness,
    ) -> Result<Vec<u8>, NoRandomness> {
        let text = json(details);
        // Room for owner, nonce and tag as well, so that the bytes are written where they stay.
        let mut sealed = Vec::with_capacity(text.len().saturating_add(64));
        self.write(&mut sealed);
        let place = additional_data(&sealed, ledger, place);
        seal(&mut sealed, key.bytes(), &place, &text, randomness)?;
        Ok(sealed)
    }

    pub(crate) fn open(
        self,
        key: &SubjectKey,
        ledger: &LedgerId,
        place: &str,
        sealed: &[u8],
    ) -> Result<PrivateDetails, DetailsError> {
        let (_, rest) = Self::split(sealed)?;
        let mut front = Vec::with_capacity(18);
        self.write(&mut front);
        let place = additional_data(&front, ledger, place);
        let text = open(key.bytes(), &place, rest).map_err(|_| DetailsError::DoesNotOpen)?;
        serde_json::from_slice(&text).map_err(|_| DetailsError::Unreadable)
    }

    fn write(self, into: &mut Vec<u8>) {
        let (tag, id) = match self {
            Self::Ledger => (LEDGER, None),
            Self::Person(id) => (PERSON, Some(id.as_uuid())),
            Self::Household(id) => (HOUSEHOLD, Some(id.as_uuid())),
        };
        into.extend_from_slice(&[VERSION, tag]);
        if let Some(id) = id {
            into.extend_from_slice(id.as_bytes());
        }
    }

    fn split(sealed: &[u8]) -> Result<(Self, &[u8]), DetailsError> {
        match sealed {
            [VERSION, LEDGER, rest @ ..] => Ok((Self::Ledger, rest)),
            [VERSION, tag @ (PERSON | HOUSEHOLD), rest @ ..] => {
                let (id, rest) = rest.split_first_chunk().ok_or(DetailsError::UnknownForm)?;
                let id = Uuid::from_bytes(*id);
                let owner = if *tag == PERSON {
                    Self::Person(PersonId::from_uuid(id))
                } else {
                    Self::Household(HouseholdId::from_uuid(id))
                };
                Ok((owner, rest))
            }
            _ => Err(DetailsError::UnknownForm),
        }
    }
}

/// The front has a length that its own first bytes decide and a ledger id holds no line break, so
/// no two entries give the same bytes, whatever their places hold.
fn additional_data(front: &[u8], ledger: &LedgerId, place: &str) -> Vec<u8> {
    let title: &[u8] = b"mingzhang details v1\n";
    [title, front, ledger.as_str().as_bytes(), b"\n", place.as_bytes()].concat()
}

#[cfg(test)]
mod tests;
