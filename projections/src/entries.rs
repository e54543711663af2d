//! Entries in order, decoded, for the projector and the check.

use domain::events::AnyEvent;
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::copy::{FieldReader, copy_out};
use crate::error::{ProjectionError, Result};

/// The stream type of the ledger's own entries: its opening and its keys. They are no business of
/// the domain, so an event there that this program does not know is passed over.
const LEDGERS_OWN: &str = "ledger";

/// One entry as the read models see it.
#[derive(Debug)]
pub(crate) struct Recorded<'a> {
    pub(crate) position: i64,
    /// The officer's id, or `system/` and a part of the program.
    pub(crate) officer: &'a str,
    /// What happened; `None` where the entry is the ledger's own.
    pub(crate) event: Option<AnyEvent>,
}

/// Hands over the entries after one position up to another, both counted from 0, in order; tells
/// how many there were. They are taken from the entries' bytes alone, not from the columns beside
/// them, and must be this ledger's, without a gap.
pub(crate) async fn each_after(
    db: &mut PgConnection,
    ledger: &LedgerId,
    after: i64,
    up_to: i64,
    mut apply: impl FnMut(&Recorded<'_>) -> Result<()>,
) -> Result<i64> {
    // An identifier holds letters, digits, dot, hyphen and underscore: nothing to escape.
    let statement = format!(
        "copy (select entry from entries
         where ledger_id = '{ledger}' and position > {after} and position <= {up_to}
         order by position) to stdout (format binary)"
    );
    let mut last = after;
    copy_out(db, &statement, |row| {
        let position = last.saturating_add(1);
        apply(&recorded(ledger, position, FieldReader::new(row).bytes()?)?)?;
        last = position;
        Ok(())
    })
    .await?;
    Ok(last.saturating_sub(after))
}

/// The entry of these bytes, which must be the one of this ledger at this position.
pub(crate) fn recorded<'a>(
    ledger: &LedgerId,
    position: i64,
    entry: &'a [u8],
) -> Result<Recorded<'a>> {
    let header = Header::of(entry).ok_or(ProjectionError::Entry { position })?;
    if header.ledger != ledger.as_str() || header.position.parse() != Ok(position) {
        return Err(ProjectionError::Misplaced {
            expected: position,
            found: header.position.to_owned(),
            ledger: header.ledger.to_owned(),
        });
    }
    let event = header.event(position)?;
    Ok(Recorded { position, officer: header.officer(), event })
}

/// The lines of an entry that read models need.
///
/// `ledger::entry::parse` holds an entry to its format to the last byte, and every entry was held to
/// it when it was written and is again by `verify`. A projector passes a million of them every
/// twenty seconds and only wants five lines and the payload, which takes a tenth of the time.
struct Header<'a> {
    ledger: &'a str,
    position: &'a str,
    stream_type: &'a str,
    event: &'a str,
    actor: &'a str,
    payload: &'a [u8],
}

impl<'a> Header<'a> {
    /// `None` where a line is not where the format has it.
    fn of(entry: &'a [u8]) -> Option<Self> {
        let mut lines = Lines(entry);
        lines.skip(1)?;
        let ledger = lines.value("ledger: ")?;
        let position = lines.value("position: ")?;
        lines.skip(2)?;
        let (stream_type, _) = lines.value("stream: ")?.split_once('/')?;
        lines.skip(1)?;
        let event = lines.value("event: ")?;
        let actor = lines.value("actor: ")?;
        lines.skip(4)?;
        let payload = lines.0.strip_prefix(b"\n")?;
        Some(Self { ledger, position, stream_type, event, actor, payload })
    }

    /// Who acted, by the id that clients know: officers without the word before it. A part of the
    /// program keeps its slash, which no officer's id can have.
    fn officer(&self) -> &'a str {
        self.actor.strip_prefix("officer/").unwrap_or(self.actor)
    }

    fn event(&self, position: i64) -> Result<Option<AnyEvent>> {
        if self.stream_type == LEDGERS_OWN {
            return Ok(None);
        }
        AnyEvent::read(self.stream_type, self.event, self.payload)
            .map(Some)
            .map_err(|source| ProjectionError::Event { position, source })
    }
}

/// What is left of an entry, line by line.
struct Lines<'a>(&'a [u8]);

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let (line, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(1..)?;
        Some(line)
    }

    fn skip(&mut self, lines: usize) -> Option<()> {
        (0..lines).try_for_each(|_| self.next().map(|_| ()))
    }

    fn value(&mut self, field: &str) -> Option<&'a str> {
        let value = self.next()?.strip_prefix(field.as_bytes())?;
        std::str::from_utf8(value).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ledger::clock::Moment;
    use ledger::entry::Entry;
    use ledger::hash::Hash;
    use ledger::key::KeyId;
    use ledger::{Actor, EventName, StreamId};
    use uuid::Uuid;

    use super::*;

    fn entry(actor: &str) -> Vec<u8> {
        let entry = Entry {
            ledger: &LedgerId::parse("cn-320404").unwrap(),
            position: 17,
            previous: Hash::ZERO,
            recorded: Moment::EARLIEST,
            stream: &StreamId::parse("fund/f-1").unwrap(),
            sequence: 2,
            event: &EventName::parse("FundsReceived v1").unwrap(),
            actor: &Actor::parse(actor).unwrap(),
            request: Uuid::nil(),
            command: None,
            signed_by: KeyId::parse(&format!("ed25519 {}", "7".repeat(64))).unwrap(),
            payload: br#"{"name":"\n\n"}"#,
        };
        entry.encode().unwrap().0
    }

    #[test]
    fn the_header_gives_what_the_strict_parser_gives() {
        for actor in ["officer/w-017", "system/demo"] {
            let bytes = entry(actor);
            let (header, view) =
                (Header::of(&bytes).unwrap(), ledger::entry::parse(&bytes).unwrap());
            assert_eq!(header.ledger, view.ledger.as_str());
            assert_eq!(header.position.parse(), Ok(view.position));
            assert_eq!(header.stream_type, view.stream.kind());
            assert_eq!(header.event, view.event.as_str());
            assert_eq!(header.actor, view.actor.as_str());
            assert_eq!(header.payload, view.payload);
        }
    }

    #[test]
    fn an_officer_goes_by_the_id_and_a_part_of_the_program_by_its_whole_name() {
        let (officer, part) = (entry("officer/w-017"), entry("system/demo"));
        assert_eq!(Header::of(&officer).unwrap().officer(), "w-017");
        assert_eq!(Header::of(&part).unwrap().officer(), "system/demo");
    }

    #[test]
    fn bytes_cut_short_are_no_entry() {
        let bytes = entry("officer/w-017");
        let header = bytes.len().saturating_sub(br#"{"name":"\n\n"}"#.len());
        for length in 0..header {
            assert!(Header::of(bytes.get(..length).unwrap()).is_none(), "{length}");
        }
    }
}
