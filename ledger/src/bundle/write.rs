//! Writing a bundle, member by member, without holding one in memory.

use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest::{MANIFEST, Manifest, Member};
use super::member::MemberName;
use crate::LedgerId;
use crate::hash::Pieces;
use crate::key::{PublicKey, SignatureBytes};

/// Rows are handed to the compressor in pieces of this many bytes.
const PIECE: usize = 256 * 1024;

/// The fastest level: exporting must not wait for the compressor, and entries are mostly hashes.
const FASTEST: i64 = 1;

/// Whose books the bundle holds, and how far.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// Origin of its checkpoints.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The key that signs from position 0.
    pub first_key: PublicKey,
    /// Name and version of the program that writes.
    pub program: String,
}

/// Why a bundle was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file system failed.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The archive was not taken.
    #[error("{0}")]
    Archive(#[from] zip::result::ZipError),
    /// The manifest could not be printed.
    #[error("{0}")]
    Manifest(#[from] serde_json::Error),
    /// Longer than its length can say.
    #[error("{0} 太长 / too long for {0}")]
    TooLong(MemberName),
    /// Rows were given before a member was begun.
    #[error("没有打开的成员 / no member is open")]
    NoMember,
}

/// Writes the members one after the other, the manifest last.
pub struct BundleWriter<W: Write + Seek> {
    archive: ZipWriter<W>,
    members: Vec<Member>,
    open: Option<OpenMember>,
}

struct OpenMember {
    name: MemberName,
    digest: Pieces,
    bytes: u64,
    rows: u64,
    waiting: Vec<u8>,
}

impl<W: Write + Seek> BundleWriter<W> {
    /// An archive at the beginning of this file.
    pub fn new(file: W) -> Self {
        Self { archive: ZipWriter::new(file), members: Vec::new(), open: None }
    }

    /// Ends the member before and begins one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(&mut self, name: MemberName) -> Result<(), WriteError> {
        self.end()?;
        self.archive.start_file(name.to_string(), options(name))?;
        let waiting = Vec::with_capacity(PIECE);
        self.open =
            Some(OpenMember { name, digest: Pieces::default(), bytes: 0, rows: 0, waiting });
        Ok(())
    }

    /// Adds the next entry to `entries.bin`.
    ///
    /// # Errors
    /// For more than 65,535 bytes, and when the file cannot be written.
    pub fn add_entry(&mut self, entry: &[u8]) -> Result<(), WriteError> {
        let length = u16::try_from(entry.len());
        let length = length.map_err(|_| WriteError::TooLong(MemberName::Entries))?;
        self.add_row(&length.to_be_bytes(), entry)
    }

    /// Adds the next signature to `signatures.bin`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add_signature(&mut self, signature: &SignatureBytes) -> Result<(), WriteError> {
        self.add_row(&[], &signature.0)
    }

    /// Adds the next command to `commands.bin`.
    ///
    /// # Errors
    /// For 4 GiB and more, and when the file cannot be written.
    pub fn add_command(&mut self, command: &[u8]) -> Result<(), WriteError> {
        let length = u32::try_from(command.len());
        let length = length.map_err(|_| WriteError::TooLong(MemberName::Commands))?;
        self.add_row(&length.to_be_bytes(), command)
    }

    /// Writes a whole member: a table or a note, with so many rows.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add_member(
        &mut self,
        name: MemberName,
        bytes: &[u8],
        rows: u64,
    ) -> Result<(), WriteError> {
        self.begin(name)?;
        self.add_row(&[], bytes)?;
        if let Some(open) = &mut self.open {
            open.rows = rows;
        }
        self.end()
    }

    fn add_row(&mut self, length: &[u8], row: &[u8]) -> Result<(), WriteError> {
        let open = self.open.as_mut().ok_or(WriteError::NoMember)?;
        open.waiting.extend_from_slice(length);
        open.waiting.extend_from_slice(row);
        open.rows = open.rows.saturating_add(1);
        if open.waiting.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        if let Some(open) = &mut self.open {
            open.digest.add(&open.waiting);
            let more = u64::try_from(open.waiting.len()).unwrap_or(u64::MAX);
            open.bytes = open.bytes.saturating_add(more);
            self.archive.write_all(&open.waiting)?;
            open.waiting.clear();
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), WriteError> {
        self.flush()?;
        if let Some(open) = self.open.take() {
            let OpenMember { name, bytes, rows, .. } = open;
            let sha256 = open.digest.finish();
            self.members.push(Member { name, sha256, bytes, rows });
        }
        Ok(())
    }

    /// Writes the manifest and the archive's directory; gives back the file, which is not synced.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self, contents: Contents) -> Result<(W, Manifest), WriteError> {
        self.end()?;
        let Contents { ledger, origin, size, first_key, program } = contents;
        let manifest = Manifest { ledger, origin, size, first_key, program, members: self.members };
        self.archive.start_file(MANIFEST, options(MemberName::Balances))?;
        self.archive.write_all(&manifest.print()?)?;
        Ok((self.archive.finish()?, manifest))
    }
}

/// Signatures do not compress. Members that may pass 4 GiB say so from the beginning (zip64); no
/// member bears a time, so that the same ledger gives the same archive.
fn options(name: MemberName) -> SimpleFileOptions {
    let options = SimpleFileOptions::default().unix_permissions(0o644);
    let deflated = options.compression_method(CompressionMethod::Deflated);
    match name {
        MemberName::Entries | MemberName::Commands => {
            deflated.compression_level(Some(FASTEST)).large_file(true)
        }
        MemberName::Signatures => {
            options.compression_method(CompressionMethod::Stored).large_file(true)
        }
        MemberName::Balances | MemberName::Totals => deflated.compression_level(Some(FASTEST)),
        MemberName::Checkpoint(_) => options.compression_method(CompressionMethod::Stored),
    }
}

#[cfg(test)]
pub(super) mod tests;
