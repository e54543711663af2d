//! A C2SP `tlog-proof`: all that is needed to check, without the ledger, that one entry stands in
//! it. Stored with the extension `.tlog-proof`.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64, only where there is something>
//! index 73894
//! <base64 hash of the entry's neighbour>
//! <base64 hashes, up to the root's child>
//!
//! <the checkpoint, verbatim, with all its signature lines>
//! ```
//!
//! Reading says nothing about truth: the caller opens the checkpoint
//! ([`crate::checkpoint::Checkpoint::open`]) and then asks [`crate::tree::included`].

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;
use crate::identifier::canonical_number;

/// The most hashes a path may have; a tree of 2^63 leaves needs no more.
pub const LONGEST_PATH: usize = 63;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// What a proof file holds. Only what can be written and read back is ever made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    index: u64,
    path: Vec<Hash>,
    checkpoint: String,
    extra: Option<Vec<u8>>,
}

/// Why a text is not a proof file, or no file can be made of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// Another kind of file, or another version of this kind.
    #[error("第一行不是 {FIRST_LINE} / the first line is not {FIRST_LINE}")]
    FirstLine,
    /// Not base64 in its canonical spelling, or of nothing.
    #[error("extra 行不是规范的 Base64 / the line `extra` is not canonical base64 of something")]
    Extra,
    /// Missing, or a number in another spelling.
    #[error("缺少 index 行或其数字不规范 / the line `index` is missing or its number misspelled")]
    Index,
    /// Not 32 bytes in canonical base64; counted from 1.
    #[error(
        "第 {0} 个哈希不是 32 字节的规范 Base64 / hash {0} is not canonical base64 of 32 bytes"
    )]
    Hash(usize),
    /// More than [`LONGEST_PATH`].
    #[error("哈希多于 {LONGEST_PATH} 个 / more than {LONGEST_PATH} hashes")]
    LongPath,
    /// The file ends before its checkpoint.
    #[error("路径之后没有空行 / no empty line after the path")]
    NoCheckpoint,
    /// Not text, an empty line and signature lines, with lines that end in LF alone.
    #[error("检查点不是签名便笺 / the checkpoint is not a signed note")]
    Checkpoint,
}

impl ProofFile {
    /// A file about the entry at that index: its audit path, neighbour first
    /// ([`crate::tree::inclusion_plan`]), the checkpoint's note with all signatures, and bytes of
    /// the application's own, which nothing signs.
    ///
    /// # Errors
    /// For a path longer than [`LONGEST_PATH`], a text that is no signed note, and extra bytes that
    /// are there but empty.
    pub fn new(
        index: u64,
        path: Vec<Hash>,
        checkpoint: String,
        extra: Option<Vec<u8>>,
    ) -> Result<Self, ProofFileError> {
        if path.len() > LONGEST_PATH {
            Err(ProofFileError::LongPath)
        } else if extra.as_ref().is_some_and(Vec::is_empty) {
            Err(ProofFileError::Extra)
        } else if !is_signed_note(&checkpoint) {
            Err(ProofFileError::Checkpoint)
        } else {
            Ok(Self { index, path, checkpoint, extra })
        }
    }

    /// Reads what [`ProofFile`] prints, to the byte: every other spelling is refused. The work is
    /// in proportion to the text, whose length the caller bounds.
    ///
    /// # Errors
    /// Names the first part that is wrong. Whether index, path and checkpoint fit together is not
    /// looked at.
    pub fn parse(text: &str) -> Result<Self, ProofFileError> {
        let after_first = text.strip_prefix(FIRST_LINE).and_then(|rest| rest.strip_prefix('\n'));
        let (line, rest) = split_line(after_first.ok_or(ProofFileError::FirstLine)?);
        let (extra, (line, rest)) = match line.strip_prefix("extra ") {
            Some(encoded) => {
                let extra = STANDARD.decode(encoded).map_err(|_| ProofFileError::Extra)?;
                (Some(extra), split_line(rest))
            }
            None => (None, (line, rest)),
        };
        let index = line.strip_prefix("index ").and_then(canonical_number);
        let index = index.ok_or(ProofFileError::Index)?;
        let (path, checkpoint) = read_path(rest)?;
        Self::new(index, path, checkpoint.to_owned(), extra)
    }

    /// Position of the entry, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The audit path, the entry's neighbour first.
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// The signed note, verbatim.
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// Bytes of the application's own. Nothing signs them: they must be checked against the entry.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", STANDARD.encode(hash.as_bytes()))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

/// The first line and what follows its line break; nothing follows where there is none.
fn split_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// The hashes up to the empty line, and what follows it.
fn read_path(text: &str) -> Result<(Vec<Hash>, &str), ProofFileError> {
    let (mut path, mut rest) = (Vec::new(), text);
    loop {
        let (line, after) = rest.split_once('\n').ok_or(ProofFileError::NoCheckpoint)?;
        if line.is_empty() {
            return Ok((path, after));
        }
        if path.len() == LONGEST_PATH {
            return Err(ProofFileError::LongPath);
        }
        let hash = STANDARD.decode(line).ok().and_then(|bytes| Hash::from_slice(&bytes));
        path.push(hash.ok_or(ProofFileError::Hash(path.len().saturating_add(1)))?);
        rest = after;
    }
}

/// The form of a C2SP `signed-note` around a checkpoint: lines that are not empty, one empty line,
/// one or more signature lines; no control character but the line break that ends each line.
fn is_signed_note(note: &str) -> bool {
    let Some((_, signatures)) = note.split_once("\n\n") else { return false };
    let plain = note.bytes().all(|byte| byte == b'\n' || byte >= b' ');
    let signed = signatures.strip_suffix('\n').is_some_and(|lines| {
        lines.split('\n').all(|line| {
            line.strip_prefix("\u{2014} ")
                .and_then(|line| line.split_once(' '))
                .is_some_and(|(name, signature)| !name.is_empty() && !signature.is_empty())
        })
    });
    plain && signed && !note.starts_with('\n')
}

#[cfg(test)]
mod tests;
