#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use proptest::prelude::*;

use super::*;
use crate::key::{LedgerKey, PublicKey};

/// The note and key in the documentation of Go's `x/mod/sumdb/note`: signed by other software.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// The examples of C2SP `signed-note` and `tlog-cosignature`.
const POEM: &str = "Ognuno sta solo sul cuor della terra\n\
    trafitto da un raggio di sole:\n\
    \n\
    ed è subito sera.\n\
    \n\
    \u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
const COSIGNED: &str = "example.com/behind-the-sofa\n\
    20852163\n\
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
    \n\
    \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

fn verifier(name: &str, key: &LedgerKey) -> VerifierKey {
    VerifierKey::new(name, KeyKind::Ed25519, key.public().clone()).unwrap()
}

fn signed(text: &str, name: &str, key: &LedgerKey) -> SignatureLine {
    SignatureLine {
        name: name.to_owned(),
        key_id: verifier(name, key).key_id(),
        signature: key.sign(text.as_bytes()).0.to_vec(),
    }
}

#[test]
fn a_note_signed_by_other_software_verifies() {
    let key = VerifierKey::parse(GO_KEY).unwrap();
    assert_eq!((key.name(), key.kind()), ("PeterNeumann", KeyKind::Ed25519));
    assert_eq!(key.to_string(), GO_KEY);
    let note = Note::parse(GO_NOTE).unwrap();
    assert_eq!(note.signed_by(&key), Ok(Some(Signed::Plain)));
    assert_eq!(note.signatures()[0].key_id(), [0xc7, 0x4f, 0x20, 0xa3]);
}

#[test]
fn the_examples_of_the_specifications_are_read_and_printed_alike() {
    for example in [POEM, COSIGNED, GO_NOTE] {
        assert_eq!(Note::parse(example).unwrap().to_string(), example);
    }
    let poem = Note::parse(POEM).unwrap();
    assert!(poem.text().ends_with("\n\ned è subito sera.\n"));
    let names: Vec<String> = Note::parse(COSIGNED)
        .unwrap()
        .signatures()
        .iter()
        .map(|line| line.name().to_owned())
        .collect();
    assert_eq!(names, ["example.com/behind-the-sofa", "witness.example.com/w1"]);
}

#[test]
fn no_flipped_bit_of_a_note_leaves_it_signed() {
    let key = VerifierKey::parse(GO_KEY).unwrap();
    for at in 0..GO_NOTE.len() {
        for bit in 0..8 {
            let mut bytes = GO_NOTE.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let accepted = String::from_utf8(bytes)
                .ok()
                .and_then(|note| Note::parse(&note).ok())
                .and_then(|note| note.signed_by(&key).ok().flatten());
            assert_eq!(accepted, None, "byte {at} bit {bit}");
        }
    }
}

#[test]
fn malformed_notes_are_refused() {
    let line = "\u{2014} a AAAAAAA=";
    let good = format!("text\n\n{line}\n");
    assert!(Note::parse(&good).is_ok());
    for bad in [
        String::new(),
        "\n".to_owned(),
        "text\n".to_owned(),
        "text\n\n".to_owned(),
        format!("text\n{line}\n"),
        format!("text\n\n{line}"),
        format!("text\n\n{line}\n\n"),
        format!("text\n\n{line}\nmore\n"),
        format!("text\n\n{line}\r\n"),
        format!("te\txt\n\n{line}\n"),
        format!("te\0xt\n\n{line}\n"),
        format!("\n{line}\n"),
        "text\n\n\u{2014} a\n".to_owned(),
        "text\n\n\u{2014} a \n".to_owned(),
        "text\n\n\u{2014}  AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} a+b AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} a\u{3000}b AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} a AAAAAAA= \n".to_owned(),
        "text\n\n\u{2014} a b AAAAAAA=\n".to_owned(),
        "text\n\n\u{2014} a AAAAAAA\n".to_owned(),
        "text\n\n\u{2014} a AAAAAAB=\n".to_owned(),
        "text\n\n\u{2014} a AAAAAA==\n".to_owned(),
        "text\n\n\u{2014} a ****\n".to_owned(),
        "text\n\n- a AAAAAAA=\n".to_owned(),
    ] {
        assert!(matches!(Note::parse(&bad), Err(NoteError::Malformed(_))), "{bad:?}");
    }
}

#[test]
fn a_text_must_end_in_a_line_break_and_hold_no_control_character() {
    assert!(Note::new("text\n").is_ok());
    for bad in ["", "text", "te\rxt\n", "te\u{1f}xt\n"] {
        assert!(Note::new(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_hundred_signature_lines_are_taken_and_one_more_is_not() {
    let line = "\u{2014} a AAAAAAA=\n";
    assert!(Note::parse(&format!("text\n\n{}", line.repeat(MOST_SIGNATURES))).is_ok());
    let more = format!("text\n\n{}", line.repeat(MOST_SIGNATURES + 1));
    assert_eq!(Note::parse(&more), Err(NoteError::Malformed("too many signature lines")));
}

#[test]
fn a_note_of_a_million_bytes_is_taken_and_one_more_is_not() {
    let line = "\n\n\u{2014} a AAAAAAA=\n";
    let text = "x".repeat(LARGEST_NOTE - line.len());
    assert!(Note::parse(&format!("{text}{line}")).is_ok());
    assert_eq!(Note::parse(&format!("{text}x{line}")), Err(NoteError::Malformed("too large")));
}

#[test]
fn unknown_keys_are_skipped_even_where_name_or_id_agree() {
    let mine = verifier("example.com/a", &key(1));
    let text = "text\n";
    let mut note = Note::new(text).unwrap();
    note.add(signed(text, "example.com/a", &key(2))).unwrap();
    let same_id =
        SignatureLine { name: "example.com/b".into(), ..signed(text, "example.com/a", &key(1)) };
    note.add(same_id).unwrap();
    assert_eq!(note.signed_by(&mine), Ok(None));
    note.add(signed(text, "example.com/a", &key(1))).unwrap();
    assert_eq!(note.signed_by(&mine), Ok(Some(Signed::Plain)));
}

#[test]
fn one_bad_line_of_a_known_key_spoils_the_note_wherever_it_stands() {
    let mine = verifier("example.com/a", &key(1));
    let good = signed("text\n", "example.com/a", &key(1));
    let bad = signed("other\n", "example.com/a", &key(1));
    let mut short = good.clone();
    short.signature.pop();
    for lines in [[good.clone(), bad.clone()], [bad, good.clone()], [short, good]] {
        let mut note = Note::new("text\n").unwrap();
        for line in lines {
            note.add(line).unwrap();
        }
        assert_eq!(note.signed_by(&mine), Err(NoteError::BadSignature("example.com/a".into())));
    }
}

#[test]
fn malformed_verifier_keys_are_refused() {
    let spelled = verifier("example.com/a", &key(1)).to_string();
    let encoded = spelled.rsplit_once('+').unwrap().1;
    let typed = |kind: u8, rest: &[u8]| {
        let mut bytes = vec![kind];
        bytes.extend_from_slice(rest);
        format!("a+00000000+{}", STANDARD.encode(bytes))
    };
    let public = *key(1).public().as_bytes();
    let mut small_order = [0; 32];
    small_order[0] = 1;
    for (bad, expected) in [
        (String::new(), VerifierKeyError::Spelling),
        ("a".into(), VerifierKeyError::Spelling),
        ("a+00000000".into(), VerifierKeyError::Spelling),
        (format!("a+0000000+{encoded}"), VerifierKeyError::Spelling),
        (format!("a+000000000+{encoded}"), VerifierKeyError::Spelling),
        (format!("a+0000000g+{encoded}"), VerifierKeyError::Spelling),
        (format!("a+ABCDEF01+{encoded}"), VerifierKeyError::Spelling),
        ("a+00000000+".into(), VerifierKeyError::Spelling),
        ("a+00000000+***".into(), VerifierKeyError::Spelling),
        (format!("{spelled}\n"), VerifierKeyError::Spelling),
        (typed(0x02, &public), VerifierKeyError::Kind(0x02)),
        (typed(0x06, &[0; 1312]), VerifierKeyError::Kind(0x06)),
        (typed(0x01, &public[..31]), VerifierKeyError::Key),
        (typed(0x01, &[]), VerifierKeyError::Key),
        (typed(0x04, &small_order), VerifierKeyError::Key),
        (format!("+00000000+{encoded}"), VerifierKeyError::Name(String::new())),
        (format!("a b+00000000+{encoded}"), VerifierKeyError::Name("a b".into())),
    ] {
        assert_eq!(VerifierKey::parse(&bad), Err(expected), "{bad:?}");
    }
}

#[test]
fn the_key_id_depends_on_name_kind_and_key() {
    let spelled = verifier("example.com/a", &key(1)).to_string();
    let (rest, encoded) = spelled.rsplit_once('+').unwrap();
    let id = rest.rsplit_once('+').unwrap().1;
    let elsewhere = format!("example.com/b+{id}+{encoded}");
    assert!(matches!(VerifierKey::parse(&elsewhere), Err(VerifierKeyError::KeyId { .. })));
    let public = key(1).public().clone();
    let cosigner = VerifierKey::new("example.com/a", KeyKind::CosignatureV1, public).unwrap();
    assert_ne!(hex::encode(cosigner.key_id()), id);
    assert_ne!(hex::encode(verifier("example.com/a", &key(2)).key_id()), id);
}

proptest! {
    #[test]
    fn reading_and_printing_a_note_are_inverse(
        text in "([a-zé民 —+]{0,12}\n){1,6}",
        lines in prop::collection::vec(
            ("[a-z民./-]{1,12}", any::<[u8; 4]>(), prop::collection::vec(any::<u8>(), 1..80)),
            1..6,
        ),
    ) {
        let mut note = Note::new(text).unwrap();
        for (name, key_id, signature) in lines {
            note.add(SignatureLine { name, key_id, signature }).unwrap();
        }
        prop_assert_eq!(Note::parse(&note.to_string()).unwrap(), note);
    }

    #[test]
    fn whatever_is_read_is_printed_alike(note in "([a-b —\n]|\u{2014} a AAAAAAA=\n|\n\n){0,12}") {
        if let Ok(read) = Note::parse(&note) {
            prop_assert_eq!(read.to_string(), note);
        }
    }

    #[test]
    fn reading_and_printing_a_verifier_key_are_inverse(
        name in "[a-z民./-]{1,20}",
        seed in any::<[u8; 32]>(),
        witness in any::<bool>(),
    ) {
        let public: PublicKey = LedgerKey::from_seed(seed).unwrap().public().clone();
        let kind = if witness { KeyKind::CosignatureV1 } else { KeyKind::Ed25519 };
        let key = VerifierKey::new(name, kind, public).unwrap();
        prop_assert_eq!(VerifierKey::parse(&key.to_string()).unwrap(), key);
    }
}
