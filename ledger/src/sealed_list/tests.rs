#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const HEAD: &[u8] = b"a list of three";
const LINES: [&[u8]; 3] = [b"one", b"two", b"three"];
const REQUEST: Uuid = Uuid::from_u128(1);

fn announced(lines: u64, digest: Hash) -> ListPart {
    ListPart::Announced { list: "a".to_owned(), head: hash::leaf(HEAD), lines, digest }
}

fn line(list: &str, bytes: &[u8]) -> ListPart {
    ListPart::Line { list: list.to_owned(), leaf: hash::leaf(bytes) }
}

fn three() -> ListPart {
    announced(3, digest(HEAD, LINES))
}

/// Takes parts of one request; the first refusal, with its index. The end is one further.
fn taken(parts: &[Option<ListPart>]) -> Result<(), (usize, ListRefusal)> {
    let mut check = ListCheck::default();
    for (index, part) in parts.iter().enumerate() {
        check.take(REQUEST, part.as_ref()).map_err(|refusal| (index, refusal))?;
    }
    check.finish().map_err(|refusal| (parts.len(), refusal))
}

fn list(parts: Vec<ListPart>) -> Vec<Option<ListPart>> {
    parts.into_iter().map(Some).collect()
}

fn whole() -> Vec<Option<ListPart>> {
    let lines = LINES.iter().map(|bytes| line("a", bytes));
    list(std::iter::once(three()).chain(lines).collect())
}

#[test]
fn the_digest_is_the_tree_hash_over_head_and_lines() {
    let leaves: Vec<Hash> = std::iter::once(HEAD).chain(LINES).map(hash::leaf).collect();
    let [head, one, two, three] = leaves.try_into().unwrap();
    let root = hash::node(&hash::node(&head, &one), &hash::node(&two, &three));
    assert_eq!(digest(HEAD, LINES), root);
    assert_eq!(digest(HEAD, []), head);
}

#[test]
fn a_list_is_taken_whole_and_other_entries_stand_around_it() {
    assert_eq!(taken(&whole()), Ok(()));
    assert_eq!(taken(&[None, None]), Ok(()));
    let around = [vec![None], whole(), vec![None], whole()].concat();
    assert_eq!(taken(&around), Ok(()));
    assert_eq!(taken(&[Some(announced(0, digest(HEAD, [])))]), Ok(()));
}

#[test]
fn a_line_that_is_changed_missing_swapped_or_too_many_is_told() {
    let expected = digest(HEAD, LINES);
    let differs = |found: Hash| ListRefusal::Differs { list: "a".to_owned(), expected, found };
    let changed = list(vec![three(), line("a", b"one"), line("a", b"tw0"), line("a", b"three")]);
    let found = digest(HEAD, [&b"one"[..], b"tw0", b"three"]);
    assert_eq!(taken(&changed), Err((3, differs(found))));
    let swapped = list(vec![three(), line("a", b"two"), line("a", b"one"), line("a", b"three")]);
    assert_eq!(taken(&swapped).unwrap_err().0, 3);
    let incomplete = |missing| ListRefusal::Incomplete { list: "a".to_owned(), missing };
    let short = whole().into_iter().take(3).collect::<Vec<_>>();
    assert_eq!(taken(&short), Err((3, incomplete(1))));
    let broken = [short, vec![None]].concat();
    assert_eq!(taken(&broken), Err((3, incomplete(1))));
    let more = [whole(), list(vec![line("a", b"four")])].concat();
    let not_announced = ListRefusal::NotAnnounced { list: "a".to_owned(), announced: None };
    assert_eq!(taken(&more), Err((4, not_announced)));
    let none_at_all = announced(0, expected);
    assert_eq!(taken(&[Some(none_at_all)]), Err((0, differs(hash::leaf(HEAD)))));
}

#[test]
fn a_line_of_another_list_or_request_is_told() {
    let other = list(vec![three(), line("b", b"one")]);
    let announced = Some("a".to_owned());
    let refusal = ListRefusal::NotAnnounced { list: "b".to_owned(), announced };
    assert_eq!(taken(&other), Err((1, refusal)));
    let mut check = ListCheck::default();
    check.take(REQUEST, Some(&three())).unwrap();
    let elsewhere = check.take(Uuid::from_u128(2), Some(&line("a", b"one"))).unwrap_err();
    assert_eq!(elsewhere, ListRefusal::Incomplete { list: "a".to_owned(), missing: 3 });
    // It is told once; nothing is open any more.
    assert_eq!(check.finish(), Ok(()));
    let again = [list(vec![three()]), whole()].concat();
    let incomplete = ListRefusal::Incomplete { list: "a".to_owned(), missing: 3 };
    assert_eq!(taken(&again), Err((1, incomplete)));
    // And the list that was announced after it is held to its own digest.
    let mut check = ListCheck::default();
    check.take(REQUEST, Some(&three())).unwrap();
    assert!(check.take(REQUEST, Some(&three())).is_err());
    for bytes in LINES {
        check.take(REQUEST, Some(&line("a", bytes))).unwrap();
    }
    assert_eq!(check.finish(), Ok(()));
}

#[test]
fn a_finding_says_what_was_to_come() {
    let list = "a".to_owned();
    let (expected, found) = (Hash::ZERO, hash::leaf(HEAD));
    for (refusal, told) in [
        (
            ListRefusal::NotAnnounced { list: list.clone(), announced: None },
            ("no line of any list".to_owned(), "a line of a".to_owned()),
        ),
        (
            ListRefusal::NotAnnounced { list: list.clone(), announced: Some("b".to_owned()) },
            ("a line of b".to_owned(), "a line of a".to_owned()),
        ),
        (
            ListRefusal::Incomplete { list: list.clone(), missing: 2 },
            ("2 more lines of a".to_owned(), "something else".to_owned()),
        ),
        (
            ListRefusal::Differs { list, expected, found },
            (format!("lines with the digest {expected}"), found.to_string()),
        ),
    ] {
        assert_eq!(refusal.expected_and_found(), told);
    }
}

proptest! {
    #[test]
    fn any_change_of_any_byte_of_any_line_is_told(
        lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 1..20),
        which in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        flip in 1u8..,
    ) {
        let confirmed = digest(HEAD, lines.iter().map(Vec::as_slice));
        let count = u64::try_from(lines.len()).unwrap();
        let parts = |lines: &[Vec<u8>]| {
            let lines = lines.iter().map(|bytes| line("a", bytes));
            list(std::iter::once(announced(count, confirmed)).chain(lines).collect())
        };
        prop_assert_eq!(taken(&parts(&lines)), Ok(()));
        let mut changed = lines.clone();
        let line = which.get_mut(&mut changed);
        *byte.get_mut(line) ^= flip;
        let refused = taken(&parts(&changed));
        let told = matches!(refused, Err((_, ListRefusal::Differs { .. })));
        prop_assert!(told, "{:?}", refused);
    }
}
