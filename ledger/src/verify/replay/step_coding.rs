//! How a step is written to a temporary file and read back. Only this program reads it, in the same
//! run, so it has no version. Texts are written, because findings quote them. Keys that follow from a
//! text are written only for claims: there are many, and a hash costs more than its bytes do. No finding
//! quotes payloads or what became of them, so of these there are keys alone.

use std::io::{self, BufRead, Read, Write};

use uuid::Uuid;

use super::keyed::{Step, stream_key};
use crate::effects::FateKey;
use crate::hash::Hash;

const ADVANCE: u8 = 0;
const GUARD: u8 = 1;
const REQUEST: u8 = 2;
const RELEASE: u8 = 3;
const CLAIM: u8 = 4;
const COMMAND: u8 = 5;
const SAME_COMMAND: u8 = 6;
const BEGIN: u8 = 7;
const REPEAT_FIRST: u8 = 8;

/// Writes one step of the entry at a position.
pub(super) fn write(to: &mut impl Write, position: u64, step: &Step<'_>) -> io::Result<()> {
    let mut begin = |kind: u8| {
        to.write_all(&[kind])?;
        to.write_all(&position.to_le_bytes())
    };
    match step {
        Step::Begin { stream, payload } => {
            begin(BEGIN)?;
            to.write_all(stream)?;
            to.write_all(payload)
        }
        Step::RepeatFirst { stream, payload, from, to: becomes, .. } => {
            begin(REPEAT_FIRST)?;
            to.write_all(payload)?;
            write_fate(to, from.as_ref())?;
            to.write_all(becomes)?;
            write_text(to, stream)
        }
        Step::Advance { stream, sequence } => {
            begin(ADVANCE)?;
            to.write_all(stream)?;
            to.write_all(&sequence.to_le_bytes())
        }
        Step::Guard { stream, sequence, .. } => {
            begin(GUARD)?;
            to.write_all(&sequence.to_le_bytes())?;
            write_text(to, stream)
        }
        Step::Request(request) => {
            begin(REQUEST)?;
            to.write_all(request.as_bytes())
        }
        Step::Release { key, claim } => {
            begin(RELEASE)?;
            to.write_all(key)?;
            write_text(to, claim)
        }
        Step::Claim { key, claim } => {
            begin(CLAIM)?;
            to.write_all(key)?;
            write_text(to, claim)
        }
        Step::Command(command) => {
            begin(COMMAND)?;
            to.write_all(command.as_bytes())
        }
        Step::SameCommand(command) => {
            begin(SAME_COMMAND)?;
            to.write_all(command.as_bytes())
        }
    }
}

/// Reads the next step and its position; `None` at the end. `text` is lent for the step's text.
pub(super) fn read<'t>(
    from: &mut impl BufRead,
    text: &'t mut Vec<u8>,
) -> io::Result<Option<(u64, Step<'t>)>> {
    let Some(kind) = from.fill_buf()?.first().copied() else {
        return Ok(None);
    };
    from.consume(1);
    let position = read_number(from)?;
    let step = match kind {
        BEGIN => Step::Begin { stream: read_array(from)?, payload: read_array(from)? },
        REPEAT_FIRST => {
            let payload = read_array(from)?;
            let (before, to) = (read_fate(from)?, read_array(from)?);
            let stream = read_text(from, text)?;
            Step::RepeatFirst { key: stream_key(stream), stream, payload, from: before, to }
        }
        ADVANCE => Step::Advance { stream: read_array(from)?, sequence: read_number(from)? },
        GUARD => {
            let sequence = read_number(from)?;
            let stream = read_text(from, text)?;
            Step::Guard { key: stream_key(stream), stream, sequence }
        }
        REQUEST => Step::Request(Uuid::from_bytes(read_array(from)?)),
        RELEASE => Step::Release { key: read_array(from)?, claim: read_text(from, text)? },
        CLAIM => Step::Claim { key: read_array(from)?, claim: read_text(from, text)? },
        COMMAND => Step::Command(Hash::from_bytes(read_array(from)?)),
        SAME_COMMAND => Step::SameCommand(Hash::from_bytes(read_array(from)?)),
        _ => return Err(changed()),
    };
    Ok(Some((position, step)))
}

/// One byte says whether there is one.
fn write_fate(to: &mut impl Write, fate: Option<&FateKey>) -> io::Result<()> {
    match fate {
        None => to.write_all(&[0]),
        Some(fate) => {
            to.write_all(&[1])?;
            to.write_all(fate)
        }
    }
}

fn read_fate(from: &mut impl Read) -> io::Result<Option<FateKey>> {
    let [there] = read_array(from)?;
    match there {
        0 => Ok(None),
        1 => read_array(from).map(Some),
        _ => Err(changed()),
    }
}

fn write_text(to: &mut impl Write, text: &str) -> io::Result<()> {
    let length = u32::try_from(text.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(text.as_bytes())
}

fn read_array<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_number(from: &mut impl Read) -> io::Result<u64> {
    read_array(from).map(u64::from_le_bytes)
}

fn read_text<'t>(from: &mut impl Read, text: &'t mut Vec<u8>) -> io::Result<&'t str> {
    let length = u32::from_le_bytes(read_array(from)?);
    text.resize(usize::try_from(length).map_err(|_| changed())?, 0);
    from.read_exact(text)?;
    std::str::from_utf8(text).map_err(|_| changed())
}

fn changed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a temporary file is not what was written to it")
}
