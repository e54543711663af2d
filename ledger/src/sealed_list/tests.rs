#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use proptest::prelude::*;

use super::*;

const HEAD: &[u8] = b"a list of three";
const LINES: [&[u8]; 3] = [b"one", b"two", b"three"];
const REQUEST: Uuid = Uuid::from_u128(1);

/// A list whose lines have the amount 5 each.
fn announced(lines: u64, digest: Hash) -> ListPart {
    let total = 5 * i64::try_from(lines).unwrap();
    ListPart::Announced { list: "a".to_owned(), head: hash::leaf(HEAD), lines, total, digest }
}

fn line(list: &str, number: u64, bytes: &[u8]) -> ListPart {
    ListPart::Line { list: list.to_owned(), number, amount: 5, leaf: hash::leaf(bytes) }
}

/// Lines of the list `a`, numbered from 1.
fn numbered<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> impl Iterator<Item = ListPart> {
    (1..).zip(lines).map(|(number, bytes)| line("a", number, bytes))
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
    list(std::iter::once(three()).chain(numbered(LINES)).collect())
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
    let other = |lines| list(std::iter::once(three()).chain(numbered(lines)).collect());
    let changed = [&b"one"[..], b"tw0", b"three"];
    assert_eq!(taken(&other(changed)), Err((3, differs(digest(HEAD, changed)))));
    let swapped = [&b"two"[..], b"one", b"three"];
    assert_eq!(taken(&other(swapped)), Err((3, differs(digest(HEAD, swapped)))));
    let incomplete = |missing| ListRefusal::Incomplete { list: "a".to_owned(), missing };
    let short = whole().into_iter().take(3).collect::<Vec<_>>();
    assert_eq!(taken(&short), Err((3, incomplete(1))));
    let broken = [short, vec![None]].concat();
    assert_eq!(taken(&broken), Err((3, incomplete(1))));
    let more = [whole(), list(vec![line("a", 4, b"four")])].concat();
    let not_announced = ListRefusal::NotAnnounced { list: "a".to_owned(), announced: None };
    assert_eq!(taken(&more), Err((4, not_announced)));
    let none_at_all = announced(0, expected);
    assert_eq!(taken(&[Some(none_at_all)]), Err((0, differs(hash::leaf(HEAD)))));
}

#[test]
fn a_line_with_another_number_or_amount_is_told_though_its_bytes_are_right() {
    let (list_a, bytes) = ("a".to_owned(), LINES[0]);
    let misplaced = list(vec![three(), line("a", 2, bytes)]);
    let refusal = ListRefusal::OutOfOrder { list: list_a.clone(), expected: 1, found: 2 };
    assert_eq!(taken(&misplaced), Err((1, refusal)));
    let mut dearer = whole();
    let Some(Some(ListPart::Line { amount, .. })) = dearer.get_mut(2) else { unreachable!() };
    *amount = i64::MAX;
    let found = i128::from(i64::MAX) + 10;
    let refusal = ListRefusal::SumDiffers { list: list_a, expected: 15, found };
    assert_eq!(taken(&dearer), Err((3, refusal)));
}

#[test]
fn one_line_is_shown_to_belong_to_the_digest_without_the_others() {
    let leaves: Vec<Hash> = std::iter::once(HEAD).chain(LINES).map(hash::leaf).collect();
    let [head, one, two, three] = leaves.try_into().unwrap();
    // Whoever holds the second line is given two hashes, and no other line.
    let path = [three, hash::node(&head, &one)];
    let root = digest(HEAD, LINES);
    let shown = |number, leaf: &Hash| crate::tree::included(leaf, number, 4, &path, &root);
    assert!(shown(2, &two));
    assert!(!shown(2, &hash::leaf(b"tw0")));
    assert!(!shown(1, &two) && !shown(3, &two));
}

#[test]
fn a_line_of_another_list_or_request_is_told() {
    let other = list(vec![three(), line("b", 1, b"one")]);
    let announced = Some("a".to_owned());
    let refusal = ListRefusal::NotAnnounced { list: "b".to_owned(), announced };
    assert_eq!(taken(&other), Err((1, refusal)));
    let mut check = ListCheck::default();
    check.take(REQUEST, Some(&three())).unwrap();
    let elsewhere = check.take(Uuid::from_u128(2), Some(&line("a", 1, b"one"))).unwrap_err();
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
    for line in numbered(LINES) {
        check.take(REQUEST, Some(&line)).unwrap();
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
            ListRefusal::OutOfOrder { list: list.clone(), expected: 2, found: 3 },
            ("line 2 of a".to_owned(), "line 3".to_owned()),
        ),
        (
            ListRefusal::SumDiffers { list: list.clone(), expected: 2, found: 3 },
            ("lines that sum up to 2".to_owned(), "3".to_owned()),
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
    fn every_line_is_proven_and_none_at_the_place_of_another(
        lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..20), 1..70),
        other in any::<prop::sample::Index>(),
    ) {
        let bytes = || lines.iter().map(Vec::as_slice);
        let (root, size) = (digest(HEAD, bytes()), u64::try_from(lines.len()).unwrap() + 1);
        let leaves = leaves(HEAD, bytes());
        let shown = |number, line: &[u8], path: &[Hash]| {
            crate::tree::included(&hash::leaf(line), number, size, path, &root)
        };
        for (number, line) in (1..).zip(&lines) {
            let path = prove(&leaves, number).unwrap();
            prop_assert!(shown(number, line, &path));
            let elsewhere = u64::try_from(other.index(lines.len())).unwrap() + 1;
            prop_assert!(elsewhere == number || !shown(elsewhere, line, &path));
        }
        // The head is no line, and behind the last there is none.
        prop_assert_eq!(prove(&leaves, 0), None);
        prop_assert_eq!(prove(&leaves, size), None);
    }

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
            let lines = numbered(lines.iter().map(Vec::as_slice));
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
