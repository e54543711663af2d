#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
use proptest::prelude::*;

use super::*;
use crate::checkpoint::Checkpoint;
use crate::hash;
use crate::key::LedgerKey;
use crate::tree::definition::{Definition, numbered_entry};
use crate::tree::{included, inclusion_plan};

const ORIGIN: &str = "mingzhang.example/cn-320404";

fn note(root: Hash) -> String {
    let key = LedgerKey::from_seed([1; 32]).unwrap();
    Checkpoint { origin: ORIGIN.into(), size: 13, root }.sign(&key)
}

/// The entry at position 9 of 13.
fn file() -> ProofFile {
    let tree = Definition::numbered(13);
    let plan = inclusion_plan(9, 13).unwrap();
    let roots: Vec<Hash> = plan.needed().iter().map(|one| tree.subtree(*one)).collect();
    let path = plan.assemble(&roots).unwrap();
    ProofFile::new(9, path, note(tree.root(0..13)), Some(b"mingzhang".to_vec())).unwrap()
}

fn refused(text: &str) -> ProofFileError {
    ProofFile::parse(text).unwrap_err()
}

/// The text with one part of it replaced.
fn with(part: &str, other: &str) -> String {
    let text = file().to_string();
    assert_eq!(text.matches(part).count(), 1, "{part:?}");
    text.replacen(part, other, 1)
}

#[test]
fn a_file_that_was_read_back_proves_its_entry() {
    let text = file().to_string();
    let read = ProofFile::parse(&text).unwrap();
    assert_eq!(read, file());
    assert_eq!(read.extra(), Some(&b"mingzhang"[..]));
    let key = LedgerKey::from_seed([1; 32]).unwrap();
    let checkpoint = Checkpoint::open(read.checkpoint(), ORIGIN, key.public()).unwrap();
    let leaf = hash::leaf(&numbered_entry(9));
    assert!(included(&leaf, read.index(), checkpoint.size, read.path(), &checkpoint.root));
}

#[test]
fn the_lines_are_those_of_the_specification() {
    // The example of the specification, with the parts that it leaves out filled in.
    let text = "c2sp.org/tlog-proof@v1\n\
        extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6\n\
        index 73894\n\
        gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n\
        B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n\
        \n\
        example.com/fancylog\n\
        109482\n\
        sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\
        \n\
        \u{2014} example.com/fancylog hI2DJw1roloI=\n\
        \u{2014} witness1.example mJirIkljqY9v2B/5bg==\n";
    let read = ProofFile::parse(text).unwrap();
    assert_eq!((read.index(), read.path().len()), (73_894, 2));
    assert_eq!(read.extra(), Some(&b"age-v1.2.1-darwin-arm64.tar.gz"[..]));
    assert!(read.checkpoint().starts_with("example.com/fancylog\n109482\n"));
    assert_eq!(read.to_string(), text);
}

#[test]
fn extra_bytes_and_path_may_be_absent() {
    let alone = ProofFile::new(0, Vec::new(), note(Hash::ZERO), None).unwrap();
    assert_eq!(
        alone.to_string(),
        format!("c2sp.org/tlog-proof@v1\nindex 0\n\n{}", note(Hash::ZERO))
    );
    assert_eq!(ProofFile::parse(&alone.to_string()), Ok(alone));
}

#[test]
fn another_first_line_is_refused() {
    for other in ["c2sp.org/tlog-proof@v2", "c2sp.org/tlog-proof@v1 ", " c2sp.org/tlog-proof@v1"] {
        assert_eq!(refused(&with(FIRST_LINE, other)), ProofFileError::FirstLine);
    }
    let text = file().to_string();
    for other in ["", FIRST_LINE, &format!("\n{text}"), &format!("\u{feff}{text}")] {
        assert_eq!(refused(other), ProofFileError::FirstLine);
    }
}

#[test]
fn extra_bytes_in_another_spelling_are_refused() {
    // `bWluZ3poYW5n` is base64 of `mingzhang`.
    for other in
        ["", "bWluZ3poYW5", "bWluZ3poYW5n=", "bWluZ3poYW5n ", " bWluZ3poYW5n", "QR==", "QQ"]
    {
        assert_eq!(refused(&with("bWluZ3poYW5n", other)), ProofFileError::Extra, "{other}");
    }
    for other in ["extra\n", "Extra bWluZ3poYW5n\n", "extra\tbWluZ3poYW5n\n", "\n"] {
        assert_eq!(refused(&with("extra bWluZ3poYW5n\n", other)), ProofFileError::Index);
    }
    let twice = with("extra bWluZ3poYW5n\n", "extra bWluZ3poYW5n\nextra bWluZ3poYW5n\n");
    assert_eq!(refused(&twice), ProofFileError::Index);
    let empty = ProofFile::new(0, Vec::new(), note(Hash::ZERO), Some(Vec::new()));
    assert_eq!(empty, Err(ProofFileError::Extra));
}

#[test]
fn an_index_in_another_spelling_is_refused() {
    for other in [
        "index 09",
        "index +9",
        "index -9",
        "index 9 ",
        "index  9",
        "index ",
        "index",
        "index 0x9",
        "index 18446744073709551616",
        "Index 9",
        "9",
        "index 9 9",
        "",
    ] {
        assert_eq!(refused(&with("index 9", other)), ProofFileError::Index, "{other:?}");
    }
    assert_eq!(refused(&with("index 9\n", "")), ProofFileError::Index);
    assert_eq!(refused(FIRST_LINE), ProofFileError::FirstLine);
    assert_eq!(refused("c2sp.org/tlog-proof@v1\n"), ProofFileError::Index);
    assert_eq!(refused("c2sp.org/tlog-proof@v1\nindex 9"), ProofFileError::NoCheckpoint);
    assert_eq!(refused("c2sp.org/tlog-proof@v1\nindex 9\n"), ProofFileError::NoCheckpoint);
    assert_eq!(refused("c2sp.org/tlog-proof@v1\nindex 9\n\n"), ProofFileError::Checkpoint);
}

#[test]
fn a_hash_in_another_spelling_is_refused() {
    let second = STANDARD.encode(file().path()[1].as_bytes());
    // The last digit before the padding holds two bits that must be zero.
    let (start, last) = (&second[..42], &second[42..43]);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let at = alphabet.find(last).unwrap();
    for other in [
        format!("{start}{}=", &alphabet[at + 1..at + 2]),
        format!("{start}{last}"),
        format!("{second}="),
        format!("{second} "),
        format!(" {second}"),
        format!("{second}{second}"),
        format!("{second}\r"),
        STANDARD.encode([7; 31]),
        STANDARD.encode([7; 33]),
        "-".into(),
    ] {
        assert_eq!(refused(&with(&second, &other)), ProofFileError::Hash(2), "{other:?}");
    }
}

#[test]
fn a_path_longer_than_any_tree_is_refused() {
    let long = |count| ProofFile::new(0, vec![Hash::ZERO; count], note(Hash::ZERO), None);
    let longest = long(63).unwrap().to_string();
    assert_eq!(ProofFile::parse(&longest).unwrap().path().len(), 63);
    assert_eq!(long(64), Err(ProofFileError::LongPath));
    let hash = format!("{}\n", STANDARD.encode(Hash::ZERO.as_bytes()));
    let index = "index 0\n";
    let more = longest.replacen(index, &format!("{index}{hash}"), 1);
    assert_eq!(refused(&more), ProofFileError::LongPath);
    let hostile = format!("{FIRST_LINE}\n{index}{}", hash.repeat(100_000));
    assert_eq!(refused(&hostile), ProofFileError::LongPath);
}

#[test]
fn what_is_not_a_signed_note_is_refused() {
    let note = note(Hash::ZERO);
    let line = note.split_once("\n\n").unwrap().1;
    let text = note.strip_suffix(line).unwrap();
    let changed = [
        String::new(),
        "\n".into(),
        format!("\n{note}"),
        format!(" \n\n{note}"),
        text.to_owned(),
        format!("{text}\n{line}"),
        format!("\n\n{line}"),
        line.to_owned(),
        note.trim_end().to_owned(),
        format!("{note}\n"),
        format!("{note} "),
        format!("{note}more\n"),
        format!("{note}\u{2014} witness.example\n"),
        format!("{note}\u{2014}  AAAA\n"),
        format!("{note}\u{2014} witness.example \n"),
        format!("{note}- witness.example AAAA\n"),
        note.replace('\n', "\r\n"),
        note.replacen("13\n", "13\r\n", 1),
        note.replacen("13\n", "13\t\n", 1),
        note.replacen("13\n", "13\0\n", 1),
    ];
    for other in changed {
        let made = ProofFile::new(9, Vec::new(), other.clone(), None);
        assert_eq!(made, Err(ProofFileError::Checkpoint), "{other:?}");
        let text = format!("{FIRST_LINE}\nindex 9\n\n{other}");
        assert_eq!(refused(&text), ProofFileError::Checkpoint, "{other:?}");
    }
    let cosigned = format!("{note}\u{2014} witness.example AAAAAAAA\n");
    assert!(ProofFile::new(9, Vec::new(), cosigned, None).is_ok());
}

#[test]
fn line_breaks_of_another_system_are_refused() {
    assert_eq!(refused(&file().to_string().replace('\n', "\r\n")), ProofFileError::FirstLine);
    assert_eq!(refused(&with("index 9\n", "index 9\r\n")), ProofFileError::Index);
    assert_eq!(refused(&with("W5n\n", "W5n\r\n")), ProofFileError::Extra);
}

#[test]
fn every_file_that_was_cut_short_is_refused() {
    let text = file().to_string();
    for (end, _) in text.char_indices() {
        assert!(ProofFile::parse(&text[..end]).is_err(), "{end} bytes");
    }
}

#[test]
fn messages_are_in_both_languages() {
    assert_eq!(
        ProofFileError::Hash(2).to_string(),
        "第 2 个哈希不是 32 字节的规范 Base64 / hash 2 is not canonical base64 of 32 bytes"
    );
    assert_eq!(ProofFileError::LongPath.to_string(), "哈希多于 63 个 / more than 63 hashes");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_is_printed_is_read_back(
        index in any::<u64>(),
        path in prop::collection::vec(any::<[u8; 32]>(), 0..=63),
        lines in prop::collection::vec("[^\\x00-\\x1f]{1,20}", 1..6),
        signers in prop::collection::vec(("[a-z./]{1,20}", "[A-Za-z0-9+/=]{1,20}"), 1..4),
        extra in prop::option::of(prop::collection::vec(any::<u8>(), 1..100)),
    ) {
        let signatures = signers.iter().map(|(name, signature)| format!("\u{2014} {name} {signature}\n"));
        let note = format!("{}\n\n{}", lines.join("\n"), signatures.collect::<String>());
        let path = path.into_iter().map(Hash::from_bytes).collect();
        let file = ProofFile::new(index, path, note, extra).unwrap();
        prop_assert_eq!(ProofFile::parse(&file.to_string()), Ok(file));
    }

    #[test]
    fn whatever_is_read_is_printed_to_the_byte(
        at in any::<prop::sample::Index>(),
        put in "[A-Za-z0-9=+/ \\n\\r\u{2014}]{0,3}",
        remove in 0_usize..3,
    ) {
        let mut text: Vec<char> = file().to_string().chars().collect();
        let at = at.index(text.len());
        let end = (at + remove).min(text.len());
        text.splice(at..end, put.chars());
        let text: String = text.into_iter().collect();
        if let Ok(read) = ProofFile::parse(&text) {
            prop_assert_eq!(read.to_string(), text);
        }
    }
}
