#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
use proptest::prelude::*;

use super::*;
use crate::checkpoint::Checkpoint;
use crate::cosignature::Cosigner;
use crate::hash;
use crate::key::LedgerKey;
use crate::note::{KeyKind, NoteError, VerifierKeyError};

const ORIGIN: &str = "mingzhang.example/cn-320404";
const TIME: u64 = 1_679_315_147;

fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

fn log_key(seed: u8) -> String {
    VerifierKey::new(ORIGIN, KeyKind::Ed25519, key(seed).public().clone()).unwrap().to_string()
}

/// Witness number N has a key of its own under the name `witness.example/N`.
fn cosigner(number: u8) -> Cosigner {
    Cosigner::new(format!("witness.example/{number}"), key(100 + number)).unwrap()
}

fn witness_key(number: u8) -> String {
    cosigner(number).verifier().to_string()
}

/// The example of the specification, with keys.
fn two_levels() -> String {
    let mut file = format!("log {}\n\n", log_key(1));
    for (number, name) in (1..).zip(["X1", "X2", "X3", "Y1", "Y2", "Y3"]) {
        file += &format!("witness {name} {}\n", witness_key(number));
    }
    file + "group X-witnesses 2 X1 X2 X3\n\
            group Y-witnesses any Y1 Y2 Y3\n\
            \n\
            group X-and-Y all X-witnesses Y-witnesses\n\
            quorum X-and-Y\n"
}

fn parse(file: &str) -> Result<Policy, PolicyError> {
    Policy::parse(file.as_bytes())
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: ORIGIN.into(), size: 18_234, root: hash::plain(b"root") }
}

fn cosigned_by(numbers: &[u8]) -> String {
    let mut note = checkpoint().sign(&key(1));
    for number in numbers {
        note += &format!("{}\n", cosigner(*number).cosign(&checkpoint().text(), TIME));
    }
    note
}

#[test]
fn the_quorum_of_the_specifications_example_is_two_of_x_and_one_of_y() {
    let policy = parse(&two_levels()).unwrap();
    for (cosigned, enough) in [
        (&["X1", "X2", "Y1"][..], true),
        (&["X1", "X3", "Y3"], true),
        (&["X1", "X2", "X3", "Y1", "Y2", "Y3"], true),
        (&["X1", "X2", "X3"], false),
        (&["X1", "Y1", "Y2", "Y3"], false),
        (&[], false),
        (&["X-and-Y"], false),
        (&["X1", "Z", "Y1"], false),
    ] {
        assert_eq!(policy.quorum_met(&names(cosigned)), enough, "{cosigned:?}");
    }
}

#[test]
fn none_is_met_by_nobody_and_one_witness_by_that_witness_only() {
    let none = parse("quorum none\n").unwrap();
    assert!(none.quorum_met(&BTreeSet::new()) && !none.requires_witnesses());
    let file = format!("witness a {}\nwitness b {}\nquorum a\n", witness_key(1), witness_key(2));
    let one = parse(&file).unwrap();
    assert!(one.quorum_met(&names(&["a"])) && one.requires_witnesses());
    assert!(!one.quorum_met(&names(&["b"])));
}

#[test]
fn blanks_tabs_comments_and_empty_lines_are_allowed() {
    let file = format!(
        " # 注释\n\t\n\n  log\t{}  https://ledger.example/  \n\twitness 民政 {} https://w.example\nquorum \t none \n",
        log_key(1),
        witness_key(1)
    );
    let policy = parse(&file).unwrap();
    let log = policy.log(ORIGIN).unwrap();
    assert_eq!(log.url.as_deref(), Some("https://ledger.example/"));
    assert_eq!(log.to_string(), format!("log {} https://ledger.example/", log_key(1)));
    let witness = &policy.witnesses()[0];
    assert_eq!(
        (witness.name.as_str(), witness.url.as_deref()),
        ("民政", Some("https://w.example"))
    );
    assert_eq!(witness.to_string(), format!("witness 民政 {} https://w.example", witness_key(1)));
    assert_eq!(policy.log("mingzhang.example/other"), None);
}

#[test]
fn a_comment_may_hold_any_octets_and_nothing_else_may() {
    assert!(Policy::parse(b"# \xc3\xf7\xd5\xcb\nquorum none\n").is_ok());
    let refused = Policy::parse(b"quorum none\nwitness \xc3\xf7 key\n");
    assert_eq!(refused, Err(PolicyError::Line { number: 2, error: LineError::NotUtf8 }));
}

#[test]
fn one_origin_may_have_several_keys() {
    let file = format!("log {}\nlog {}\nquorum none\n", log_key(1), log_key(2));
    let policy = parse(&file).unwrap();
    assert_eq!(policy.keys_of(ORIGIN).count(), 2);
    assert_eq!(policy.keys_of("mingzhang.example/cn-320402").count(), 0);
    assert_eq!(policy.logs().len(), 2);
    for seed in [1, 2] {
        let checked = policy.check(&checkpoint().sign(&key(seed))).unwrap();
        assert_eq!(checked.signed_by, [VerifierKey::parse(&log_key(seed)).unwrap()]);
    }
    let both = policy.check(&checkpoint().sign_with(&[&key(1), &key(2)]).unwrap()).unwrap();
    assert_eq!(both.signed_by.len(), 2);
}

#[test]
fn every_wrong_line_is_refused_with_its_number() {
    let (log, one, two) = (log_key(1), witness_key(1), witness_key(2));
    let head = format!("log {log}\nwitness a {one}\nwitness b {two}\ngroup g any a\n");
    let other = VerifierKey::parse(&one).unwrap();
    let renamed = VerifierKey::new("x", KeyKind::CosignatureV1, other.public().clone()).unwrap();
    let renamed_log = VerifierKey::new("x", KeyKind::Ed25519, key(1).public().clone()).unwrap();
    let threshold = |text: &str| LineError::Threshold(text.into());
    for (line, error) in [
        ("log".to_owned(), LineError::Form("log <vkey> [<url>]")),
        (format!("log {} u more", log_key(2)), LineError::Form("log <vkey> [<url>]")),
        ("witness w".into(), LineError::Form("witness <name> <vkey> [<url>]")),
        (
            format!("witness w {} u more", witness_key(3)),
            LineError::Form("witness <name> <vkey> [<url>]"),
        ),
        ("group h any".into(), LineError::Form("group <name> all|any|<k> <name>...")),
        ("group h".into(), LineError::Form("group <name> all|any|<k> <name>...")),
        ("quorum".into(), LineError::Form("quorum <name>|none")),
        ("quorum a b".into(), LineError::Form("quorum <name>|none")),
        ("Log x".into(), LineError::Keyword("Log".into())),
        ("\u{a0}log x".into(), LineError::Keyword("\u{a0}log".into())),
        ("log x".into(), LineError::Key(VerifierKeyError::Spelling)),
        ("witness w x".into(), LineError::Key(VerifierKeyError::Spelling)),
        (format!("log {}", witness_key(3)), LineError::KeyKind(KeyKind::CosignatureV1)),
        (format!("witness w {}", log_key(2)), LineError::KeyKind(KeyKind::Ed25519)),
        (format!("log {log}"), LineError::DuplicateKey),
        (format!("log {renamed_log}"), LineError::DuplicateKey),
        (format!("witness w {one}"), LineError::DuplicateKey),
        (format!("witness w {renamed}"), LineError::DuplicateKey),
        (format!("witness a {}", witness_key(3)), LineError::NameTaken("a".into())),
        (format!("witness g {}", witness_key(3)), LineError::NameTaken("g".into())),
        (format!("witness none {}", witness_key(3)), LineError::NameTaken("none".into())),
        ("group a any b".into(), LineError::NameTaken("a".into())),
        ("group none any b".into(), LineError::NameTaken("none".into())),
        ("group h any c".into(), LineError::Unknown("c".into())),
        ("group h any h".into(), LineError::Unknown("h".into())),
        ("group h any none".into(), LineError::Unknown("none".into())),
        ("group h any a".into(), LineError::MemberTwice("a".into())),
        ("group h any b b".into(), LineError::MemberTwice("b".into())),
        ("group h 0 b".into(), threshold("0")),
        ("group h 3 b g".into(), threshold("3")),
        ("group h 01 b".into(), threshold("01")),
        ("group h -1 b".into(), threshold("-1")),
        ("group h some b".into(), threshold("some")),
        ("group h 99999999999999999999 b".into(), threshold("99999999999999999999")),
        ("quorum c".into(), LineError::Unknown("c".into())),
        ("quorum none\nquorum none".into(), LineError::SecondQuorum),
        ("quorum none\r".into(), LineError::ControlCharacter(b'\r')),
        ("# \0".into(), LineError::ControlCharacter(0)),
        ("# \u{7f}".into(), LineError::ControlCharacter(0x7f)),
    ] {
        let number = 5 + line.matches('\n').count();
        let refused = parse(&format!("{head}{line}\n"));
        assert_eq!(refused, Err(PolicyError::Line { number, error }), "{line:?}");
    }
}

#[test]
fn a_policy_without_a_quorum_or_cut_short_is_refused() {
    assert_eq!(parse(""), Err(PolicyError::NoQuorum));
    assert_eq!(parse("# only a comment\n"), Err(PolicyError::NoQuorum));
    assert_eq!(parse("quorum none"), Err(PolicyError::CutShort));
}

#[test]
fn a_policy_has_at_most_a_million_bytes() {
    let long = |bytes: usize| format!("quorum none\n{}\n", "#".repeat(bytes - 13));
    assert_eq!(long(1_000_000).len(), 1_000_000);
    assert_eq!(parse(&long(1_000_000)), parse("quorum none\n"));
    assert_eq!(parse(&long(1_000_001)), Err(PolicyError::TooLarge));
}

#[test]
fn thirty_two_of_everything_are_taken() {
    let mut file = String::new();
    for number in 0..32 {
        file += &format!("log {}\nwitness w{number} {}\n", log_key(number), witness_key(number));
        let below = if number == 0 { String::new() } else { format!(" g{}", number - 1) };
        file += &format!("group g{number} all w{number}{below}\n");
    }
    let policy = parse(&(file + "quorum g31\n")).unwrap();
    let all: BTreeSet<String> = (0..32).map(|number| format!("w{number}")).collect();
    assert!(policy.quorum_met(&all));
    for missing in &all {
        let rest = all.iter().filter(|name| *name != missing).cloned().collect();
        assert!(!policy.quorum_met(&rest), "{missing}");
    }
}

#[test]
fn a_checked_checkpoint_says_who_signed_it_and_when() {
    let policy = parse(&two_levels()).unwrap();
    let checked = policy.check(&cosigned_by(&[4, 1, 2])).unwrap();
    assert_eq!(checked.checkpoint, checkpoint());
    let witnesses: Vec<(&str, u64)> =
        checked.cosigned.iter().map(|cosigned| (cosigned.witness.as_str(), cosigned.at)).collect();
    assert_eq!(witnesses, [("X1", TIME), ("X2", TIME), ("Y1", TIME)]);
    assert!(checked.quorum_met);
    assert!(!policy.check(&cosigned_by(&[1, 2])).unwrap().quorum_met);
    assert!(!policy.check(&cosigned_by(&[])).unwrap().quorum_met);
}

#[test]
fn the_same_witness_twice_counts_once() {
    let policy = parse(&two_levels()).unwrap();
    let checked = policy.check(&cosigned_by(&[1, 1, 4])).unwrap();
    assert_eq!(checked.cosigned.len(), 2);
    assert!(!checked.quorum_met);
}

#[test]
fn a_witness_unknown_to_the_policy_counts_for_nothing() {
    let file = format!("log {}\nwitness a {}\nquorum a\n", log_key(1), witness_key(1));
    let checked = parse(&file).unwrap().check(&cosigned_by(&[2])).unwrap();
    assert!(checked.cosigned.is_empty() && !checked.quorum_met);
}

#[test]
fn checkpoints_of_others_and_unsigned_ones_are_refused() {
    let policy = parse(&two_levels()).unwrap();
    let other = Checkpoint { origin: "mingzhang.example/other".into(), ..checkpoint() };
    assert_eq!(
        policy.check(&other.sign(&key(1))),
        Err(CheckError::UnknownLog("mingzhang.example/other".into()))
    );
    assert_eq!(
        policy.check(&checkpoint().sign(&key(2))),
        Err(CheckError::NotSigned(ORIGIN.into()))
    );
    let only_witness =
        format!("{}\n{}\n", checkpoint().text(), cosigner(1).cosign(&checkpoint().text(), TIME));
    assert_eq!(policy.check(&only_witness), Err(CheckError::NotSigned(ORIGIN.into())));
    assert!(matches!(policy.check("text\n"), Err(CheckError::Note(_))));
    let no_checkpoint = "text\n\n\u{2014} a AAAAAAA=\n";
    assert!(matches!(policy.check(no_checkpoint), Err(CheckError::Checkpoint(_))));
}

#[test]
fn a_bad_cosignature_of_a_known_witness_rejects_the_checkpoint() {
    let policy = parse(&two_levels()).unwrap();
    let of_another_root = cosigner(1).cosign("mingzhang.example/cn-320404\n1\nAAAA\n", TIME);
    let note = format!("{}{of_another_root}\n", cosigned_by(&[2, 4]));
    let refused = Err(CheckError::Note(NoteError::BadSignature("witness.example/1".into())));
    assert_eq!(policy.check(&note), refused);
}

#[test]
fn no_flipped_bit_of_a_checkpoint_passes_with_the_same_quorum() {
    let policy = parse(&two_levels()).unwrap();
    let note = cosigned_by(&[1, 2, 4]);
    assert!(policy.check(&note).unwrap().quorum_met);
    for at in 0..note.len() {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        let passed = String::from_utf8(bytes)
            .ok()
            .and_then(|note| policy.check(&note).ok())
            .filter(|checked| checked.quorum_met);
        assert_eq!(passed, None, "byte {at}");
    }
}

#[test]
fn after_a_rotation_the_keys_that_are_given_count_and_the_policys_do_not() {
    let policy = parse(&two_levels()).unwrap();
    let (old, new) = (key(1), key(2));
    let later = checkpoint().sign(&new);
    assert!(policy.check(&later).is_err());
    let checked = policy.check_signed_by(&later, &[new.public().clone()]).unwrap();
    assert_eq!(checked.signed_by[0].public(), new.public());
    let by_old = checkpoint().sign(&old);
    assert_eq!(
        policy.check_signed_by(&by_old, &[new.public().clone()]),
        Err(CheckError::NotSigned(ORIGIN.into()))
    );
    assert_eq!(policy.check_signed_by(&by_old, &[]), Err(CheckError::NotSigned(ORIGIN.into())));
    let other = Checkpoint { origin: "mingzhang.example/other".into(), ..checkpoint() };
    assert!(matches!(
        policy.check_signed_by(&other.sign(&new), &[new.public().clone()]),
        Err(CheckError::UnknownLog(_))
    ));
}

proptest! {
    #[test]
    fn reading_and_printing_a_policy_are_inverse(
        witnesses in 1..8u8,
        urls in any::<bool>(),
        threshold in 1..8usize,
    ) {
        let url = if urls { " https://w.example/x" } else { "" };
        let mut file = format!("quorum none\nlog {}{url}\n", log_key(1));
        let mut members = String::new();
        for number in 0..witnesses {
            file += &format!("witness w{number} {}{url}\n", witness_key(number));
            members += &format!(" w{number}");
        }
        let threshold = threshold.min(usize::from(witnesses));
        file += &format!("group g {threshold}{members}\ngroup h all g\n");
        let policy = parse(&file).unwrap();
        prop_assert_eq!(parse(&policy.to_string()).unwrap(), policy.clone());
        let required = parse(&file.replace("quorum none\n", "")
            .replace("group h all g\n", "group h all g\nquorum h\n")).unwrap();
        for count in 0..=witnesses {
            let cosigned: BTreeSet<String> = (0..count).map(|number| format!("w{number}")).collect();
            prop_assert_eq!(required.quorum_met(&cosigned), usize::from(count) >= threshold);
        }
        prop_assert_eq!(parse(&required.to_string()).unwrap(), required);
    }

    #[test]
    fn no_file_ends_the_reader(file in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Policy::parse(&file);
    }
}
