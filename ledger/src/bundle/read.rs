//! Opening a bundle that may be damaged or hostile. What is wrong is gathered as findings, and as
//! much as can be read is handed on.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive};

use super::manifest::{MANIFEST, Manifest, ManifestError, Member};
use super::member::MemberName;
use super::stream::{self, MemberReader, MemberRemains};
use crate::verify::Finding;

/// More than the manifest of a ledger with a million checkpoints.
const LONGEST_MANIFEST: u64 = 256 << 20;
/// Balances and totals grow with funds, programmes, regions and months, not with payments.
const LONGEST_TABLE: u64 = 256 << 20;
/// A note with the cosignatures of every witness that anybody could name.
const LONGEST_NOTE: u64 = 1 << 20;
/// Names are quoted in findings up to this many characters.
const LONGEST_QUOTE: usize = 80;

/// Why there is nothing to verify.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be opened: nothing is said of its content.
    #[error("{0}")]
    File(io::Error),
    /// No ZIP archive, or one whose directory is cut off or damaged.
    #[error("不是 ZIP 归档,或已残缺:{0} / not a ZIP archive, or a damaged one: {0}")]
    NotAnArchive(String),
    /// The archive has no manifest that can be read.
    #[error("清单无法读取:{0} / the manifest cannot be read: {0}")]
    NoManifest(String),
    /// The manifest is not what it must be.
    #[error("{0}")]
    Manifest(#[from] ManifestError),
}

/// An opened bundle, whose members have not been believed yet.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    zip: ZipArchive<BufReader<File>>,
    manifest: Manifest,
    /// Where each member stands in the archive's directory.
    places: BTreeMap<MemberName, usize>,
    findings: Vec<Finding>,
}

/// Opens the file anew, so that several members can be read at once.
pub(super) fn open_zip(path: &Path) -> io::Result<ZipArchive<BufReader<File>>> {
    // Bytes before the archive would be a place to hide another one.
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    Ok(ZipArchive::with_config(config, BufReader::new(File::open(path)?))?)
}

impl Archive {
    /// Opens a bundle and holds its directory against its manifest.
    ///
    /// # Errors
    /// When the file cannot be opened, or there is no archive and manifest to go by.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let about = std::fs::metadata(path).map_err(OpenError::File)?;
        if !about.is_file() {
            return Err(OpenError::File(io::Error::from(io::ErrorKind::InvalidInput)));
        }
        File::open(path).map_err(OpenError::File)?;
        let mut zip = open_zip(path).map_err(|error| OpenError::NotAnArchive(error.to_string()))?;
        let manifest = Manifest::parse(&read_manifest(&mut zip, LONGEST_MANIFEST)?)?;
        let mut findings = Vec::new();
        let places = places(&zip, &mut findings);
        let mut archive = Self { path: path.to_owned(), zip, manifest, places, findings };
        archive.compare_directory();
        Ok(archive)
    }

    /// What the bundle says it holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What was wrong up to now; each finding is given once.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// Begins to read a large member from its first byte, on a thread of its own. A member that is
    /// not there reads as empty.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn stream(&self, name: MemberName) -> io::Result<(MemberReader, MemberRemains)> {
        let member = self.manifest.member(name).ok_or(io::ErrorKind::NotFound)?;
        match self.places.get(&name) {
            Some(place) => stream::begin(self.path.clone(), *place, member),
            None => Ok(stream::absent(member)),
        }
    }

    /// Reads a table or a note wholly; as much as can be read of a damaged one, and nothing of one
    /// that is too long. Whatever differs from the manifest becomes a finding.
    pub fn text(&mut self, name: MemberName) -> Vec<u8> {
        let Some(member) = self.manifest.member(name).cloned() else { return Vec::new() };
        let Some(place) = self.places.get(&name) else { return Vec::new() };
        let longest =
            if let MemberName::Checkpoint(_) = name { LONGEST_NOTE } else { LONGEST_TABLE };
        if member.bytes > longest {
            let expected = format!("{name}: at most {longest} bytes");
            self.found("length of a member", expected, member.bytes.to_string());
            return Vec::new();
        }
        let mut bytes = Vec::new();
        let read = (self.zip.by_index(*place).map_err(io::Error::from)).and_then(|file| {
            file.take(member.bytes.saturating_add(1)).read_to_end(&mut bytes).map(|_| ())
        });
        let passed = stream::passed(&bytes, read.err().map(|error| error.to_string()));
        self.findings.extend(passed.findings(&member));
        bytes
    }

    /// The sizes of the checkpoints that the manifest lists, in its order.
    pub fn checkpoints(&self) -> Vec<u64> {
        let sizes = self.manifest.members.iter().filter_map(|member| match member.name {
            MemberName::Checkpoint(size) => Some(size),
            _ => None,
        });
        sizes.collect()
    }

    fn found(&mut self, rule: &'static str, expected: String, found: String) {
        self.findings.push(Finding { position: None, rule, expected, found });
    }

    fn compare_directory(&mut self) {
        if self.zip.has_duplicate_names() {
            self.found("archive", "each member once".to_owned(), "a member twice".to_owned());
        }
        for Member { name, bytes, .. } in self.manifest.members.clone() {
            let place = self.places.get(&name);
            let size = place.and_then(|place| self.zip.by_index_data(*place).ok());
            match size.map(|entry| entry.size()) {
                None => self.found("archive", name.to_string(), "no such member".to_owned()),
                Some(size) if size != bytes => {
                    let expected = format!("{name}: {bytes} bytes");
                    self.found("length of a member", expected, size.to_string());
                }
                Some(_) => {}
            }
        }
        let listed = |name: &MemberName| self.manifest.member(*name).is_some();
        let unlisted: Vec<_> = self.places.keys().copied().filter(|name| !listed(name)).collect();
        for name in unlisted {
            self.found("archive", "members that the manifest lists".to_owned(), name.to_string());
            self.places.remove(&name);
        }
    }
}

fn read_manifest(
    zip: &mut ZipArchive<BufReader<File>>,
    longest: u64,
) -> Result<Vec<u8>, OpenError> {
    let unreadable = |error: &dyn std::fmt::Display| OpenError::NoManifest(error.to_string());
    let file = zip.by_name(MANIFEST).map_err(|error| unreadable(&error))?;
    if file.size() > longest {
        return Err(unreadable(&format!("{} bytes", file.size())));
    }
    let mut bytes = Vec::new();
    file.take(longest).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    Ok(bytes)
}

/// Where the members of the format stand; everything else in the archive is a finding.
fn places(
    zip: &ZipArchive<BufReader<File>>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<MemberName, usize> {
    let mut places = BTreeMap::new();
    let mut found = |expected: &str, found: String| {
        let expected = expected.to_owned();
        findings.push(Finding { position: None, rule: "archive", expected, found });
    };
    for place in 0..zip.len() {
        let Ok(entry) = zip.by_index_data(place) else { continue };
        let name = std::str::from_utf8(entry.name_raw()).unwrap_or_default();
        let plain = entry.is_file()
            && !entry.encrypted()
            && matches!(
                entry.compression(),
                CompressionMethod::Stored | CompressionMethod::Deflated
            );
        if !plain {
            found("plain members, stored or deflated", quoted(entry.name_raw()));
        }
        match MemberName::parse(name) {
            Some(name) if plain => {
                places.insert(name, place);
            }
            Some(_) => {}
            None if name == MANIFEST => {}
            None => found("members of the format only", quoted(entry.name_raw())),
        }
    }
    places
}

/// A name from outside, without anything that a terminal could take for a command.
fn quoted(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let short: String = text.chars().take(LONGEST_QUOTE).collect();
    format!("{short:?}")
}

#[cfg(test)]
mod tests;
