//! From the bytes of a file to text: UTF-8 or GB18030, and nothing by guess-work beyond that.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{DecoderResult, GB18030};

use super::error::RowError;
use super::rule::Rule;

/// How the text of a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 that says so by a byte-order mark, as spreadsheets write it.
    Utf8WithMark,
    /// UTF-8 without a mark.
    Utf8,
    /// The national standard. GBK and GB 2312 are subsets of it; it is never read as GBK, which
    /// lacks the characters of many names.
    Gb18030,
}

impl fmt::Display for Encoding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Utf8WithMark => "UTF-8 (BOM)",
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
        })
    }
}

/// Decodes a whole file: UTF-8 where it is valid or marked as such, GB18030 otherwise.
///
/// Bytes that are neither are an error at their line, never replaced. Where both fail, the encoding
/// that reads further is the one that the file was meant to have. A replacement character that
/// some other program left in the file is an error too: a name was lost there.
pub(super) fn decode<C>(file: &[u8]) -> Result<(Encoding, Cow<'_, str>), RowError<C>> {
    let (encoding, text) = match file {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => return Err(RowError::of_file(Rule::Utf16)),
        [0xEF, 0xBB, 0xBF, marked @ ..] => match std::str::from_utf8(marked) {
            Ok(text) => (Encoding::Utf8WithMark, Cow::Borrowed(text)),
            Err(error) => {
                return Err(malformed(Encoding::Utf8WithMark, marked, error.valid_up_to()));
            }
        },
        _ => match std::str::from_utf8(file) {
            Ok(text) => (Encoding::Utf8, Cow::Borrowed(text)),
            Err(error) => match decode_gb18030(file) {
                Ok(text) => (Encoding::Gb18030, Cow::Owned(text)),
                Err(read) if read > error.valid_up_to() => {
                    return Err(malformed(Encoding::Gb18030, file, read));
                }
                Err(_) => return Err(malformed(Encoding::Utf8, file, error.valid_up_to())),
            },
        },
    };
    match text.find(char::REPLACEMENT_CHARACTER) {
        None => Ok((encoding, text)),
        Some(place) => {
            let line = line_of(text.as_bytes(), place);
            Err(RowError::of_row(line, Rule::ReplacementCharacter))
        }
    }
}

/// The text, or how many bytes were good before the first that are not.
fn decode_gb18030(file: &[u8]) -> Result<String, usize> {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let length = decoder.max_utf8_buffer_length_without_replacement(file.len());
    let mut text = String::with_capacity(length.unwrap_or(0));
    match decoder.decode_to_string_without_replacement(file, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(text),
        (DecoderResult::Malformed(bad, after), read) => {
            Err(read.saturating_sub(usize::from(bad)).saturating_sub(usize::from(after)))
        }
        // The text was given room for every byte; were it ever too small, the rest was not read.
        (DecoderResult::OutputFull, read) => Err(read),
    }
}

fn malformed<C>(encoding: Encoding, file: &[u8], place: usize) -> RowError<C> {
    RowError::of_row(line_of(file, place), Rule::Malformed { encoding })
}

/// The line, counted from 1, in which the byte at `place` stands. A line feed is the same byte in
/// both encodings and part of no other character.
fn line_of(text: &[u8], place: usize) -> u64 {
    let before = text.get(..place).unwrap_or(text);
    let feeds = before.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(feeds).unwrap_or(u64::MAX).saturating_add(1)
}
