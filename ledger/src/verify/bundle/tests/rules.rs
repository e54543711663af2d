//! What only somebody with the ledger's key could record: chained and signed, and against the rules.

use super::*;
use crate::sealed_list;

/// Changes what the entry at a position does.
fn doing(position: usize, change: impl FnOnce(&mut Does)) -> Bundle {
    signed_with(|drafts| {
        let mut does = drafts[position].does();
        change(&mut does);
        drafts[position].payload = serde_json::to_vec(&does).unwrap();
    })
}

#[track_caller]
fn assert_only(bundle: &Bundle, expected: &str) {
    assert_eq!(bundle.lines(), [expected]);
}

#[test]
fn sequences_have_no_gap_and_no_entry_twice() {
    for (sequence, position) in [(2, 8), (4, 8), (1, 8), (99, 8)] {
        let bundle = signed_with(|drafts| drafts[position].sequence = sequence);
        assert_only(
            &bundle,
            &format!("position 8: sequences without gaps: expected 3, found {sequence}"),
        );
    }
    let other_stream = signed_with(|drafts| drafts[6].stream = "payment/9".to_owned());
    assert_only(&other_stream, "position 6: sequences without gaps: expected 1, found 2");
}

#[test]
fn guards_must_have_stood_where_they_say() {
    let moved = doing(5, |does| does.guards[0].1 = 2);
    assert_only(&moved, "position 5: guard: expected grant/1 at 2, found 1");
    let absent = doing(5, |does| does.guards.push(("grant/2".to_owned(), 1)));
    assert_only(&absent, "position 5: guard: expected grant/2 at 1, found 0");
    let later = doing(2, |does| does.guards.push(("grant/1".to_owned(), 1)));
    assert_only(&later, "position 2: guard: expected grant/1 at 1, found 0");
}

#[test]
fn a_claim_is_held_once_and_given_back_only_by_who_holds_it() {
    let twice = doing(5, |does| does.claims[0] = "low/2020-06/p1".to_owned());
    assert_only(
        &twice,
        "position 5: a claim is held once: expected low/2020-06/p1, found held by position 4",
    );
    let again = doing(7, |does| does.claims.push("low/2020-06/p2".to_owned()));
    assert_only(
        &again,
        "position 7: a claim is held once: expected low/2020-06/p2, found held by position 5",
    );
    let nobody = doing(6, |does| does.releases.push("low/2020-07/p1".to_owned()));
    assert_only(
        &nobody,
        "position 6: a released claim is held: expected low/2020-07/p1, found nobody holds it",
    );
}

const REPEATS: &str = "what is repeated is the first entry of its stream: expected the payload of entry 1 of \
                       payment/1, found ";

/// The history, whose position 6 says that it undoes the first entry of its stream.
fn undoing(payload: impl FnOnce(&[Draft]) -> Vec<u8>) -> Vec<Draft> {
    let mut drafts = history();
    let undoes = String::from_utf8(payload(&drafts)).unwrap();
    let does = Does { repeats_first: Some((undoes, "su".to_owned())), ..drafts[6].does() };
    drafts[6].payload = serde_json::to_vec(&does).unwrap();
    drafts
}

#[test]
fn what_is_undone_is_what_the_first_entry_of_the_stream_holds() {
    let honest = Bundle::of(&undoing(|drafts| drafts[4].payload.clone()), &key(1));
    assert_eq!(honest.lines(), Vec::<String>::new());
    let of_another = Bundle::of(&undoing(|drafts| drafts[5].payload.clone()), &key(1));
    assert_only(&of_another, &format!("position 6: {REPEATS}another payload"));
    let one_byte = Bundle::of(
        &undoing(|drafts| {
            let payload = String::from_utf8(drafts[4].payload.clone()).unwrap();
            payload.replace("300", "301").into_bytes()
        }),
        &key(1),
    );
    assert_only(&one_byte, &format!("position 6: {REPEATS}another payload"));
    let mut never_begun = undoing(|drafts| drafts[4].payload.clone());
    never_begun[4].stream = "payment/4".to_owned();
    let lines = Bundle::of(&never_begun, &key(1)).lines();
    assert_found(
        &lines,
        &format!("position 6: {REPEATS}no such entry").replace("the payload of ", ""),
    );
    let mut itself = undoing(|drafts| drafts[4].payload.clone());
    (itself[6].stream, itself[6].sequence) = ("payment/9".to_owned(), 1);
    let expected =
        format!("position 6: {REPEATS}another payload").replace("payment/1", "payment/9");
    assert_only(&Bundle::of(&itself, &key(1)), &expected);
}

#[test]
fn what_begins_a_stream_is_its_first_entry() {
    let begins = |place: usize| {
        let mut drafts = history();
        let does = Does { begins_stream: true, ..drafts[place].does() };
        drafts[place].payload = serde_json::to_vec(&does).unwrap();
        Bundle::of(&drafts, &key(1))
    };
    assert_eq!(begins(4).lines(), Vec::<String>::new());
    let expected =
        "position 6: what begins a stream is its first entry: expected sequence 1, found 2";
    assert_only(&begins(6), expected);
}

#[test]
fn what_became_of_a_first_entry_goes_on_from_what_had_become_of_it() {
    let told = |fates: &[&str]| {
        let mut drafts = history();
        let payload = String::from_utf8(drafts[4].payload.clone()).unwrap();
        let first = Does {
            repeats_first: Some((payload.clone(), fates[0].to_owned())),
            ..drafts[6].does()
        };
        drafts[6].payload = serde_json::to_vec(&first).unwrap();
        for (number, fates) in (3..).zip(&fates[1..]) {
            let repeats_first = Some((payload.clone(), (*fates).to_owned()));
            let again = Does { repeats_first, ..Does::default() };
            drafts.push(Draft::new("payment/1", number, u128::from(number) + 4, &again));
        }
        Bundle::of(&drafts, &key(1))
    };
    for good in [&["su"][..], &["st", "tr", "ru"], &["sr", "rr", "rr", "ru"], &["st", "tu"]] {
        assert_eq!(told(good).lines(), Vec::<String>::new(), "{good:?}");
    }
    let goes_on = "what becomes of an entry goes on from what had become of it: expected what the \
                   event says had become of entry 1 of payment/1, found something else";
    for wrong in [["su", "su"], ["st", "st"], ["su", "st"], ["st", "su"], ["st", "ru"]] {
        assert_only(&told(&wrong), &format!("position 9: {goes_on}"));
    }
    assert_only(&told(&["tr"]), &format!("position 6: {goes_on}"));
    // What is said last is what goes on, even where it went on from elsewhere.
    assert_only(&told(&["st", "ru", "ut"]), &format!("position 9: {goes_on}"));
}

#[test]
fn a_request_stands_together_and_once() {
    let twice = signed_with(|drafts| drafts[8].request = 4);
    let request = Uuid::from_u128(4);
    let expected = "position 8: a request is recorded once: expected its entries together from 4";
    assert_only(&twice, &format!("{expected}, found {request}"));
}

#[test]
fn a_command_is_carried_out_once_by_entries_that_stand_together() {
    for command in ["open the fund", "approve", "reverse"] {
        let again = signed_with(|drafts| drafts[8].command = Some(command.as_bytes().to_vec()));
        let hash = hash::plain(command.as_bytes());
        let once = format!("position 8: a command is carried out once: expected {hash}, found");
        let lines = again.lines();
        if command == "reverse" {
            assert_eq!(lines, Vec::<String>::new(), "it goes on");
        } else {
            assert_found(&lines, &once);
            // A bundle that has it a second time hides nothing.
            let mut twice = again.clone();
            twice.commands.push(command.as_bytes().to_vec());
            assert_eq!(twice.lines().len(), 1, "{:#?}", twice.lines());
            assert_found(&twice.lines(), &once);
        }
    }
    let interrupted = signed_with(|drafts| {
        (drafts[3].command, drafts[4].command) = (drafts[2].command.clone(), None);
        drafts[5].command = drafts[2].command.clone();
    });
    assert_found(&interrupted.lines(), "position 5: a command is carried out once: ");
}

#[test]
fn money_neither_comes_from_nowhere_nor_falls_below_zero() {
    let nowhere = doing(8, |does| does.postings[1].1 += 1);
    assert_only(&nowhere, "position 8: double entry: expected a sum of zero, found 1 CNY");
    let to_the_last_fen = doing(5, |does| {
        does.postings = moves("fund/1", "programme/low", 600);
    });
    assert_eq!(to_the_last_fen.lines(), Vec::<String>::new());
    let overdrawn = doing(5, |does| {
        does.postings = moves("fund/1", "programme/low", 601);
    });
    assert_found(
        &overdrawn.lines(),
        "position 5: no balance below zero: expected fund/1, found -1",
    );
}

#[test]
fn an_event_that_the_rules_do_not_know_is_found() {
    let unknown = signed_with(|drafts| drafts[3].payload = b"{\"surprise\":1}".to_vec());
    assert_found(&unknown.lines(), "position 3: event: expected one that the rules know");
}

#[test]
fn the_clock_never_goes_back() {
    let back = signed_with(|drafts| drafts[4].recorded -= 1);
    assert_found(&back.lines(), "position 4: recorded never goes back: ");
    let forward = signed_with(|drafts| drafts[4].recorded += 1);
    assert_found(&forward.lines(), "position 5: recorded never goes back: ");
    assert_eq!(forward.lines().len(), 4, "each entry after it is earlier");
}

#[test]
fn entries_of_another_ledger_place_or_chain_are_found() {
    let other = signed_with(|drafts| drafts[5].ledger = "cn-320402");
    assert_only(&other, "position 5: ledger: expected cn-320404, found cn-320402");
    let elsewhere = signed_with(|drafts| drafts[5].position = Some(6));
    assert_only(&elsewhere, "position 5: position: expected 5, found 6");
    let unchained = signed_with(|drafts| drafts[5].previous = Some(Hash::ZERO));
    assert_found(&unchained.lines(), "position 5: chain: leaf of the entry before: ");
}

#[test]
fn a_ledger_is_opened_once_and_first() {
    let again = signed_with(|drafts| {
        let mut opening = Draft::opening(&key(1));
        (opening.sequence, opening.request) = (2, 20);
        drafts.push(opening);
    });
    assert_found(&again.lines(), "position 9: the ledger is opened at position 0 and only there");
    let never = signed_with(|drafts| drop(drafts.remove(0)));
    assert_found(&never.lines(), "position 0: the ledger is opened at position 0");
}

/// A history in which officers are required from position 1 on: whoever recorded it is the keeper, and
/// everything later is recorded by the keeper as one.
fn with_officers(change: impl FnOnce(&mut Vec<Draft>)) -> Bundle {
    signed_with(|drafts| {
        let keeper = ("w-017".to_owned(), Role::Keeper);
        for (position, draft) in drafts.iter_mut().enumerate().skip(1) {
            let mut does = draft.does();
            does.needs = Some(Role::Keeper);
            if position == 1 {
                (does.given, does.required) = (vec![keeper.clone()], Some(true));
            }
            draft.payload = serde_json::to_vec(&does).unwrap();
        }
        change(drafts);
    })
}

fn set(draft: &mut Draft, change: impl FnOnce(&mut Does)) {
    let mut does = draft.does();
    change(&mut does);
    draft.payload = serde_json::to_vec(&does).unwrap();
}

#[test]
fn where_officers_are_required_only_those_with_the_role_may_have_recorded() {
    assert_eq!(with_officers(|_| {}).lines(), Vec::<String>::new());
    let other = with_officers(|drafts| drafts[3].actor = "officer/w-018");
    assert_only(
        &other,
        "position 3: who may record: expected an enrolled officer, found officer/w-018, who is not",
    );
    let program = with_officers(|drafts| drafts[3].actor = "system/import");
    assert_only(
        &program,
        "position 3: who may record: expected an enrolled officer, found system/import",
    );
    let role = with_officers(|drafts| set(&mut drafts[3], |does| does.needs = Some(Role::Payer)));
    assert_only(
        &role,
        "position 3: who may record: expected an officer with one of the roles payer, found \
         officer/w-017 with keeper",
    );
    let nobodys = with_officers(|drafts| set(&mut drafts[3], |does| does.needs = None));
    assert_only(
        &nobodys,
        "position 3: who may record: expected no event that is recorded directly, found one by \
         officer/w-017",
    );
    let before = with_officers(|drafts| drafts[1].actor = "officer/w-018");
    assert_eq!(before.lines(), Vec::<String>::new());
}

#[test]
fn roles_hold_from_the_next_entry_on_and_somebody_keeps_giving_them() {
    let payer = ("w-018".to_owned(), Role::Payer);
    let later = with_officers(|drafts| {
        set(&mut drafts[3], |does| does.given = vec![payer.clone()]);
        set(&mut drafts[8], |does| does.needs = Some(Role::Payer));
        drafts[8].actor = "officer/w-018";
    });
    assert_eq!(later.lines(), Vec::<String>::new());
    let withdrawn = with_officers(|drafts| {
        set(&mut drafts[2], |does| does.given = vec![payer.clone()]);
        set(&mut drafts[3], |does| does.withdrawn = vec![payer]);
        set(&mut drafts[8], |does| does.needs = Some(Role::Payer));
        drafts[8].actor = "officer/w-018";
    });
    assert_only(
        &withdrawn,
        "position 8: who may record: expected an officer with one of the roles payer, found \
         officer/w-018 with -",
    );
    let keeper = ("w-017".to_owned(), Role::Keeper);
    let nobody = with_officers(|drafts| {
        set(&mut drafts[3], |does| does.withdrawn = vec![keeper]);
    });
    assert_only(
        &nobody,
        "position 3: who may record: expected somebody who holds the role keeper, found nobody",
    );
}

/// The history with a list of two lines that is announced at position 6 and ends with position 8.
fn with_a_list(change: impl FnOnce(&mut Vec<Draft>)) -> Bundle {
    signed_with(|drafts| {
        let lines = texts(&["one", "two"]);
        set(&mut drafts[6], |does| does.list = Some(Listed::Announced(lines)));
        set(&mut drafts[7], |does| does.list = Some(Listed::Line(1, "one".to_owned())));
        set(&mut drafts[8], |does| does.list = Some(Listed::Line(2, "two".to_owned())));
        drafts[8].request = 5;
        drafts[8].command = drafts[7].command.clone();
        change(drafts);
    })
}

#[test]
fn a_list_that_was_confirmed_stands_there_whole_and_unchanged() {
    assert_eq!(with_a_list(|_| {}).lines(), Vec::<String>::new());
    let confirmed = sealed_list::digest(b"head", [&b"one"[..], b"two"]);
    let found = sealed_list::digest(b"head", [&b"one"[..], b"2"]);
    let changed = with_a_list(|drafts| {
        set(&mut drafts[8], |does| does.list = Some(Listed::Line(2, "2".to_owned())));
    });
    assert_only(
        &changed,
        &format!(
            "position 8: a confirmed list: expected lines with the digest {confirmed}, found {found}"
        ),
    );
    let missing = with_a_list(|drafts| set(&mut drafts[8], |does| does.list = None));
    assert_only(
        &missing,
        "position 8: a confirmed list: expected 1 more lines of a, found something else",
    );
    let cut = with_a_list(|drafts| drafts.truncate(8));
    assert_only(
        &cut,
        "position 7: a confirmed list: expected 1 more lines of a, found something else",
    );
    let alone = with_a_list(|drafts| set(&mut drafts[6], |does| does.list = None));
    let told = "a confirmed list: expected no line of any list, found a line of a";
    assert_eq!(alone.lines(), [format!("position 7: {told}"), format!("position 8: {told}")]);
}

#[test]
fn an_event_that_names_who_acted_was_recorded_by_that_officer() {
    let own = doing(3, |does| does.officer = Some("w-017".to_owned()));
    assert_eq!(own.lines(), Vec::<String>::new());
    let other = doing(3, |does| does.officer = Some("w-018".to_owned()));
    assert_only(&other, "position 3: who may record: expected officer/w-018, found officer/w-017");
}
