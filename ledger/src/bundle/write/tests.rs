#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::*;
use crate::bundle::{Archive, OpenError};
use crate::key::LedgerKey;

const ENTRIES: [&[u8]; 3] = [b"first", b"", b"third entry"];

fn contents() -> Contents {
    Contents {
        ledger: LedgerId::parse("cn-320404").unwrap(),
        origin: "mingzhang.example/cn-320404".to_owned(),
        size: 3,
        first_key: LedgerKey::from_seed([1; 32]).unwrap().public().clone(),
        program: "mingzhang 0.1.0".to_owned(),
    }
}

/// A bundle as far as the archive is concerned: nothing in it would verify.
pub(in crate::bundle) fn bundle() -> (Vec<u8>, Manifest) {
    bundle_with(b"account,unit,balance\n", b"a note\n")
}

pub(in crate::bundle) fn bundle_with(balances: &[u8], note: &[u8]) -> (Vec<u8>, Manifest) {
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()));
    writer.begin(MemberName::Entries).unwrap();
    ENTRIES.iter().for_each(|entry| writer.add_entry(entry).unwrap());
    writer.begin(MemberName::Signatures).unwrap();
    (0..3).for_each(|at| writer.add_signature(&SignatureBytes([at; 64])).unwrap());
    writer.begin(MemberName::Commands).unwrap();
    writer.add_command(b"a command").unwrap();
    writer.add_member(MemberName::Balances, balances, 0).unwrap();
    writer.add_member(MemberName::Totals, b"programme\nx\n", 1).unwrap();
    writer.add_member(MemberName::Checkpoint(3), note, 1).unwrap();
    let (file, manifest) = writer.finish(contents()).unwrap();
    (file.into_inner(), manifest)
}

pub(in crate::bundle) fn in_a_file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bundle.zip");
    std::fs::write(&path, bytes).unwrap();
    (directory, path)
}

/// Reads every member to its end; gives the bytes of entries.bin and everything that was found.
fn read_all(path: &Path) -> Result<(Vec<u8>, Vec<String>), OpenError> {
    let mut archive = Archive::open(path)?;
    let mut entries = Vec::new();
    let mut findings = Vec::new();
    for name in [MemberName::Entries, MemberName::Signatures, MemberName::Commands] {
        let (mut reader, remains) = archive.stream(name).unwrap();
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).unwrap();
        findings.extend(remains.findings());
        if name == MemberName::Entries {
            entries = bytes;
        }
    }
    for name in [MemberName::Balances, MemberName::Totals, MemberName::Checkpoint(3)] {
        archive.text(name);
    }
    findings.extend(archive.take_findings());
    Ok((entries, findings.iter().map(ToString::to_string).collect()))
}

#[test]
fn a_bundle_is_read_as_it_was_written() {
    let (bytes, manifest) = bundle();
    let (_directory, path) = in_a_file(&bytes);
    assert_eq!(Archive::open(&path).unwrap().manifest(), &manifest);
    let (entries, findings) = read_all(&path).unwrap();
    assert_eq!(findings, Vec::<String>::new());
    assert_eq!(entries, b"\0\x05first\0\0\0\x0bthird entry");
    let rows: Vec<_> = manifest.members.iter().map(|member| (member.bytes, member.rows)).collect();
    assert_eq!(rows, [(22, 3), (192, 3), (13, 1), (21, 0), (12, 1), (7, 1)]);
}

#[test]
fn the_same_ledger_gives_the_same_bytes() {
    assert_eq!(bundle().0, bundle().0);
}

#[test]
fn large_members_are_announced_as_zip64_and_the_manifest_comes_last() {
    let (bytes, _) = bundle();
    let mut archive = ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
    let names: Vec<_> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(
        names,
        [
            "entries.bin",
            "signatures.bin",
            "commands.bin",
            "balances.csv",
            "totals.csv",
            "checkpoints/3",
            "manifest.json"
        ]
    );
    for name in ["entries.bin", "signatures.bin", "commands.bin"] {
        let start = usize::try_from(archive.by_name(name).unwrap().header_start()).unwrap();
        let extra = start + 30 + name.len();
        assert_eq!(bytes[extra..extra + 2], [1, 0], "{name} has no zip64 field");
    }
}

#[test]
fn an_entry_that_its_length_cannot_tell_is_refused() {
    let mut writer = BundleWriter::new(Cursor::new(Vec::new()));
    assert!(matches!(writer.add_entry(b"x"), Err(WriteError::NoMember)));
    writer.begin(MemberName::Entries).unwrap();
    writer.add_entry(&vec![0; 65_535]).unwrap();
    let refused = writer.add_entry(&vec![0; 65_536]);
    assert!(matches!(refused, Err(WriteError::TooLong(MemberName::Entries))));
}

#[test]
fn a_cut_file_an_empty_file_and_another_file_are_no_archives() {
    let (bytes, _) = bundle();
    for length in [0, 1, 30, bytes.len() / 2, bytes.len() - 1] {
        let (_directory, path) = in_a_file(&bytes[..length]);
        assert!(matches!(read_all(&path), Err(OpenError::NotAnArchive(_))), "{length}");
    }
    let (_directory, path) = in_a_file(&[&b"something before"[..], &bytes].concat());
    assert!(matches!(read_all(&path), Err(OpenError::NotAnArchive(_))));
    let (directory, path) = in_a_file(b"account,unit,balance\n");
    assert!(matches!(read_all(&path), Err(OpenError::NotAnArchive(_))));
    assert!(matches!(read_all(directory.path()), Err(OpenError::File(_))));
    assert!(matches!(read_all(&directory.path().join("none")), Err(OpenError::File(_))));
}

#[test]
fn every_changed_byte_of_a_member_is_found() {
    let (bytes, manifest) = bundle();
    let mut archive = ZipArchive::new(Cursor::new(bytes.clone())).unwrap();
    for member in &manifest.members {
        let file = archive.by_name(&member.name.to_string()).unwrap();
        let start = usize::try_from(file.data_start().unwrap()).unwrap();
        let end = start + usize::try_from(file.compressed_size()).unwrap();
        for at in start..end {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            let (_directory, path) = in_a_file(&damaged);
            let (_, findings) = read_all(&path).unwrap();
            // Bits that no decompressor looks at change nothing that is read.
            let read = read_member(&damaged, member.name);
            let same = read.is_some_and(|bytes| crate::hash::plain(&bytes) == member.sha256);
            assert!(same || !findings.is_empty(), "{} byte {at}", member.name);
        }
    }
}

fn read_member(archive: &[u8], name: MemberName) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).ok()?;
    let mut bytes = Vec::new();
    archive.by_name(&name.to_string()).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Rewrites the archive: each member may be changed, dropped (`None`), or followed by others.
fn rewritten(
    change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>,
    more: &[(&str, &[u8])],
) -> (tempfile::TempDir, PathBuf) {
    let (bytes, _) = bundle();
    let mut from = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for place in 0..from.len() {
        let mut file = from.by_index(place).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if let Some(changed) = change(&name, bytes) {
            to.start_file(name, deflated).unwrap();
            to.write_all(&changed).unwrap();
        }
    }
    for (name, bytes) in more {
        to.start_file(*name, deflated).unwrap();
        to.write_all(bytes).unwrap();
    }
    in_a_file(to.finish().unwrap().get_ref())
}

fn found(path: &Path, what: &str) {
    let (_, findings) = read_all(path).unwrap();
    assert!(findings.iter().any(|finding| finding.contains(what)), "{what}: {findings:?}");
}

#[test]
fn members_that_are_missing_unknown_or_not_listed_are_found() {
    let keep = |_: &str, bytes| Some(bytes);
    for name in ["entries.bin", "commands.bin", "totals.csv", "checkpoints/3"] {
        let (_directory, path) = rewritten(|other, bytes| (other != name).then_some(bytes), &[]);
        found(&path, &format!("expected {name}, found no such member"));
    }
    let (_directory, path) = rewritten(keep, &[("../evil\u{1b}", b"x")]);
    found(&path, r#"found "../evil\u{1b}""#);
    let (_directory, path) = rewritten(keep, &[("checkpoints/2", b"x")]);
    found(&path, "found checkpoints/2");
    let (_directory, path) =
        rewritten(|name, bytes| (name != "manifest.json").then_some(bytes), &[]);
    assert!(matches!(read_all(&path), Err(OpenError::NoManifest(_))));
}

#[test]
fn a_member_that_is_there_twice_is_found_whichever_would_be_read() {
    let (_directory, path) = rewritten(|_, bytes| Some(bytes), &[("entries_bin", b"\0\x05first")]);
    let mut bytes = std::fs::read(&path).unwrap();
    // The library refuses to write a name twice, so it is written by hand.
    for at in 0..bytes.len() - 11 {
        if &bytes[at..at + 11] == b"entries_bin" {
            bytes[at..at + 11].copy_from_slice(b"entries.bin");
        }
    }
    std::fs::write(&path, bytes).unwrap();
    found(&path, "expected each member once");
}

#[test]
fn more_bytes_than_declared_are_not_unpacked() {
    // A mebibyte of zeros takes a kilobyte: the manifest says 22 bytes.
    let (_directory, path) = rewritten(
        |name, bytes| Some(if name == "entries.bin" { vec![0; 1 << 20] } else { bytes }),
        &[],
    );
    let (entries, _) = read_all(&path).unwrap();
    assert_eq!(entries.len(), 23);
    found(&path, "entries.bin: 22 bytes, found more");
    found(&path, "entries.bin: 22 bytes, found 1048576");
}

#[test]
fn what_nobody_reads_to_its_end_is_hashed_all_the_same() {
    let (_directory, path) =
        rewritten(|name, bytes| Some(if name == "entries.bin" { vec![7; 22] } else { bytes }), &[]);
    let archive = Archive::open(&path).unwrap();
    let (reader, remains) = archive.stream(MemberName::Entries).unwrap();
    drop(reader);
    let findings = remains.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].rule, "digest of a member");
    assert!(File::open(&path).is_ok());
}
