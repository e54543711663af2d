//! Reading an entry, strictly: one spelling for everything, and nothing left over.

use uuid::Uuid;

use super::{LONGEST, MAGIC, MalformedPayload, NUMBER_LIMIT, check_payload};
use crate::clock::Moment;
use crate::hash::Hash;
use crate::identifier::canonical_number;
use crate::key::KeyId;
use crate::{Actor, EventName, LedgerId, StreamId};

/// What an entry says, read from its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryView<'a> {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// Place in the ledger, from 0.
    pub position: u64,
    /// Leaf hash of the entry before.
    pub previous: Hash,
    /// The ledger's clock.
    pub recorded: Moment,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Place in the stream, from 1.
    pub sequence: u64,
    /// Event name and version.
    pub event: EventName,
    /// Who acted.
    pub actor: Actor,
    /// The submission it belongs to.
    pub request: Uuid,
    /// SHA-256 of the command; none where the system acted by itself.
    pub command: Option<Hash>,
    /// The key whose signature stands beside it.
    pub signed_by: KeyId,
    /// The payload's bytes, held to the format.
    pub payload: &'a [u8],
    /// Where the payload begins in the entry.
    pub payload_offset: usize,
}

/// Why bytes are not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More than 65,535 bytes.
    #[error("longer than {LONGEST} bytes")]
    TooLong,
    /// The header is not printable ASCII, or it never ends.
    #[error("the header is not printable ASCII ending in an empty line")]
    Header,
    /// A line is missing, in another place, or spelled otherwise.
    #[error("the line `{0}` is missing or misspelled")]
    Line(&'static str),
    /// The payload's length is not what the header says.
    #[error("the payload has {found} bytes, the header says {said}")]
    Length {
        /// What the header says.
        said: u64,
        /// What follows the empty line.
        found: usize,
    },
    /// The payload is not what the format demands.
    #[error("payload: {0}")]
    Payload(#[from] MalformedPayload),
}

/// Reads an entry.
///
/// # Errors
/// For any bytes that [`super::Entry::encode`] could not have written.
pub fn parse(bytes: &[u8]) -> Result<EntryView<'_>, ParseError> {
    if bytes.len() > LONGEST {
        return Err(ParseError::TooLong);
    }
    let end = bytes.windows(2).position(|pair| pair == b"\n\n").ok_or(ParseError::Header)?;
    let (header, rest) = bytes.split_at(end);
    let payload = rest.get(2..).ok_or(ParseError::Header)?;
    let printable = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
    if !header.iter().all(printable) {
        return Err(ParseError::Header);
    }
    let header = std::str::from_utf8(header).map_err(|_| ParseError::Header)?;
    let mut lines = Lines(header.split('\n'));
    lines.magic()?;
    let view = EntryView {
        ledger: lines.read("ledger", |text| LedgerId::parse(text).ok())?,
        position: lines.read("position", number)?,
        previous: lines.read("previous", Hash::parse)?,
        recorded: lines.read("recorded", Moment::parse)?,
        stream: lines.read("stream", |text| StreamId::parse(text).ok())?,
        sequence: lines.read("sequence", |text| number(text).filter(|sequence| *sequence >= 1))?,
        event: lines.read("event", |text| EventName::parse(text).ok())?,
        actor: lines.read("actor", |text| Actor::parse(text).ok())?,
        request: lines.read("request", request)?,
        command: lines.read("command", command)?,
        signed_by: lines.read("signed-by", KeyId::parse)?,
        payload,
        payload_offset: end.saturating_add(2),
    };
    let said = lines.read("payload", number)?;
    lines.end()?;
    if u64::try_from(payload.len()) != Ok(said) {
        return Err(ParseError::Length { said, found: payload.len() });
    }
    check_payload(payload)?;
    Ok(view)
}

/// What ties an entry to its place, read from the first lines of its header and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Links<'a> {
    pub(crate) ledger: &'a str,
    pub(crate) position: u64,
    pub(crate) previous: Hash,
}

/// How many lines [`links`] reads.
const LINES_OF_LINKS: usize = 4;

/// Reads an entry's links. Many times quicker than [`parse`]; that the rest is an entry is not said.
pub(crate) fn links(bytes: &[u8]) -> Result<Links<'_>, ParseError> {
    let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let (end, _) =
        breaks.into_iter().nth(LINES_OF_LINKS.saturating_sub(1)).ok_or(ParseError::Header)?;
    let header = bytes.get(..end).and_then(|header| std::str::from_utf8(header).ok());
    let mut lines = Lines(header.ok_or(ParseError::Header)?.split('\n'));
    lines.magic()?;
    Ok(Links {
        ledger: lines.read("ledger", Some)?,
        position: lines.read("position", number)?,
        previous: lines.read("previous", Hash::parse)?,
    })
}

struct Lines<'a>(std::str::Split<'a, char>);

impl<'a> Lines<'a> {
    fn magic(&mut self) -> Result<(), ParseError> {
        if self.0.next() == Some(MAGIC) { Ok(()) } else { Err(ParseError::Line(MAGIC)) }
    }

    fn read<T>(
        &mut self,
        field: &'static str,
        value: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, ParseError> {
        self.0
            .next()
            .and_then(|line| line.strip_prefix(field)?.strip_prefix(": "))
            .and_then(value)
            .ok_or(ParseError::Line(field))
    }

    fn end(&mut self) -> Result<(), ParseError> {
        if self.0.next().is_none() { Ok(()) } else { Err(ParseError::Line("payload")) }
    }
}

fn number(text: &str) -> Option<u64> {
    canonical_number(text).filter(|number| *number < NUMBER_LIMIT)
}

fn request(text: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(text).ok()?;
    (id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text).then_some(id)
}

fn command(text: &str) -> Option<Option<Hash>> {
    if text == "-" { Some(None) } else { Hash::parse(text).map(Some) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HEADER: &str = "mingzhang entry v1\nledger: cn-320404\nposition: 12\nprevious: ";

    #[test]
    fn links_are_read_from_the_first_lines_alone() {
        let digits = "9f".repeat(32);
        let bytes = [HEADER.as_bytes(), digits.as_bytes(), b"\nwhatever \xff follows"].concat();
        let previous = Hash::parse(&digits).unwrap();
        assert_eq!(links(&bytes), Ok(Links { ledger: "cn-320404", position: 12, previous }));
    }

    #[test]
    fn links_that_are_cut_off_or_misspelled_are_refused() {
        let whole = format!("{HEADER}{}\n", "9f".repeat(32));
        for end in 0..whole.len() {
            assert_eq!(links(&whole.as_bytes()[..end]), Err(ParseError::Header), "{end}");
        }
        for (from, to) in
            [("entry v1", "entry v2"), ("ledger:", "Ledger:"), (": 12", ": 012"), ("9f", "9F")]
        {
            let other = whole.replacen(from, to, 1);
            assert!(matches!(links(other.as_bytes()), Err(ParseError::Line(_))), "{other}");
        }
    }
}
