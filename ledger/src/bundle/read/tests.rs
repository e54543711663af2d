#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::*;
use crate::bundle::write::tests::{bundle, bundle_with, in_a_file};

fn told(archive: &mut Archive) -> Vec<String> {
    archive.take_findings().iter().map(ToString::to_string).collect()
}

#[test]
fn tables_and_notes_are_given_as_they_were_written_and_checkpoints_by_their_sizes() {
    let (_directory, path) = in_a_file(&bundle().0);
    let mut archive = Archive::open(&path).unwrap();
    assert_eq!(archive.text(MemberName::Balances), b"account,unit,balance\n");
    assert_eq!(archive.text(MemberName::Totals), b"programme\nx\n");
    assert_eq!(archive.text(MemberName::Checkpoint(3)), b"a note\n");
    assert_eq!(archive.text(MemberName::Checkpoint(2)), b"", "there is none");
    assert_eq!(archive.checkpoints(), [3]);
    assert_eq!(told(&mut archive), Vec::<String>::new());
}

#[test]
fn a_note_has_at_most_a_mebibyte_and_a_table_may_have_more() {
    let read = |balances: usize, note: usize| {
        let (bytes, _) = bundle_with(&vec![b'x'; balances], &vec![b'x'; note]);
        let (_directory, path) = in_a_file(&bytes);
        let mut archive = Archive::open(&path).unwrap();
        let names = [MemberName::Balances, MemberName::Checkpoint(3)];
        (names.map(|name| archive.text(name).len()), told(&mut archive))
    };
    let longest = 1 << 20;
    assert_eq!(read(longest + 1, longest), ([longest + 1, longest], Vec::new()));
    let beyond = "length of a member: expected checkpoints/3: at most 1048576 bytes, found 1048577";
    assert_eq!(read(1, longest + 1), ([1, 0], vec![beyond.to_owned()]));
}

#[test]
fn a_manifest_that_is_too_long_is_not_unpacked() {
    let (bytes, manifest) = bundle();
    let (_directory, path) = in_a_file(&bytes);
    let length = u64::try_from(manifest.print().unwrap().len()).unwrap();
    let read = |longest| read_manifest(&mut open_zip(&path).unwrap(), longest);
    assert_eq!(read(length).unwrap(), manifest.print().unwrap());
    let refused = read(length - 1).unwrap_err().to_string();
    assert!(refused.ends_with(&format!("{length} bytes")), "{refused}");
}

/// The bundle with bytes changed in what the archive's directory says of a member.
fn with_another_directory(name: &str, changes: &[(usize, &[u8])]) -> Vec<u8> {
    let (mut bytes, _) = bundle();
    // The directory comes last; a name stands 46 bytes after the beginning of its record.
    let at = bytes.windows(name.len()).rposition(|some| some == name.as_bytes()).unwrap() - 46;
    assert_eq!(bytes[at..at + 4], *b"PK\x01\x02");
    for (offset, change) in changes {
        bytes[at + offset..at + offset + change.len()].copy_from_slice(change);
    }
    bytes
}

#[test]
fn a_link_and_an_encrypted_or_otherwise_packed_member_are_found_and_not_read() {
    let link = 0o120_777_u32 << 16;
    for (what, changes) in [
        ("a symbolic link", [(5, [3].as_slice()), (38, &link.to_le_bytes())].as_slice()),
        ("encrypted", &[(8, &[1])]),
        ("packed with bzip2", &[(10, &[12])]),
    ] {
        let (_directory, path) = in_a_file(&with_another_directory("balances.csv", changes));
        let mut archive = Archive::open(&path).unwrap();
        assert_eq!(archive.text(MemberName::Balances), b"", "{what}");
        let expected = [
            "archive: expected plain members, stored or deflated, found \"balances.csv\"",
            "archive: expected balances.csv, found no such member",
        ];
        assert_eq!(told(&mut archive), expected, "{what}");
    }
}
