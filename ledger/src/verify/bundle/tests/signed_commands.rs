//! Ledgers in which officers sign their commands. Whatever is wrong was chained and signed by the
//! ledger's own key, as if nothing were wrong.

use super::drafts::asking_for;
use super::*;
use crate::officer_keys::{
    OfficerEvent, OfficerKeyEnrolled, OfficerKeyWithdrawn, SignedCommandsRequired,
};
use crate::signed_command::{MOST_BYTES, SeenCheckpoint, SignedCommand, Statement};

const MINUTE: i64 = 60_000_000;

/// What is signed, and with which key; to be set wrong before it is signed.
struct Signing {
    statement: Statement,
    key: LedgerKey,
}

impl Signing {
    fn of(before: &[Draft], events: &[Draft]) -> Self {
        let recorded = events[0].recorded;
        let bundle = Bundle::of(before, &key(1));
        let mut tree = Frontier::empty();
        bundle.entries.iter().for_each(|entry| tree.append(hash::leaf(entry)));
        let moment = |micros| Moment::from_micros(micros).unwrap();
        let statement = Statement {
            ledger: LedgerId::parse(LEDGER).unwrap(),
            officer: "w-017".to_owned(),
            request: Uuid::from_u128(events[0].request),
            issued: moment(recorded - MINUTE),
            expires: moment(recorded + 14 * MINUTE),
            nonce: [7; 16],
            checkpoint: SeenCheckpoint {
                origin: ORIGIN.to_owned(),
                size: tree.size(),
                root: tree.root(),
            },
            command: asking_for(events),
        };
        Self { statement, key: key(50) }
    }

    fn envelope(self) -> Vec<u8> {
        SignedCommand::sign(self.statement, &self.key).unwrap().bytes()
    }
}

/// An entry of the ledger's own stream about officers.
fn own(drafts: &[Draft], event: &OfficerEvent) -> Draft {
    let own = drafts.iter().filter(|draft| draft.stream == "ledger/cn-320404").count();
    let (sequence, request) = (own + 1, drafts.len() + 1_000);
    let mut draft = Draft::new(
        "ledger/cn-320404",
        sequence.try_into().unwrap(),
        request.try_into().unwrap(),
        &Does::default(),
    );
    (draft.event, draft.payload) = (event.name(), event.payload().unwrap());
    draft.actor = "system/keys";
    draft
}

fn enrolled() -> OfficerEvent {
    let ledger = LedgerId::parse(LEDGER).unwrap();
    OfficerEvent::Enrolled(OfficerKeyEnrolled::prove(&ledger, "w-017", &key(50)).unwrap())
}

fn required(required: bool) -> OfficerEvent {
    OfficerEvent::Required(SignedCommandsRequired { required })
}

fn push_own(drafts: &mut Vec<Draft>, event: &OfficerEvent) {
    let draft = own(drafts, event);
    drafts.push(draft);
}

/// Records events under the signed command that asks for them.
fn record(
    drafts: &mut Vec<Draft>,
    mut events: Vec<Draft>,
    change: impl FnOnce(&mut Signing),
) -> Vec<u8> {
    let mut signing = Signing::of(drafts, &events);
    change(&mut signing);
    let envelope = signing.envelope();
    events.iter_mut().for_each(|event| event.command = Some(envelope.clone()));
    drafts.append(&mut events);
    envelope
}

fn payment(n: u32, request: u128) -> Draft {
    Draft::new(&format!("payment/s{n}"), 1, request, &Does::default())
}

/// The history, at position 9 a key of officer w-017, at 10 that commands must be signed.
fn prepared() -> Vec<Draft> {
    let mut drafts = history();
    push_own(&mut drafts, &enrolled());
    push_own(&mut drafts, &required(true));
    drafts
}

/// At position 11 what one signed command asks for, and from 12 to 14 what another does.
fn with_signing(change: impl FnOnce(&mut Signing)) -> Vec<Draft> {
    let mut drafts = prepared();
    record(&mut drafts, vec![payment(1, 40)], change);
    record(&mut drafts, (2..5).map(|n| payment(n, 41)).collect(), |_| {});
    drafts
}

fn lines(drafts: &[Draft]) -> Vec<String> {
    Bundle::of(drafts, &key(1)).lines()
}

#[track_caller]
fn assert_refused(drafts: &[Draft], position: usize, found: &str) {
    let lines = lines(drafts);
    assert_eq!(lines.len(), 1, "{found}: {lines:#?}");
    let begin = format!("position {position}: signed command");
    assert!(lines[0].starts_with(&begin) && lines[0].contains(found), "{found}: {lines:#?}");
}

#[test]
fn signed_commands_that_are_carried_out_are_clean_and_counted() {
    let drafts = with_signing(|_| {});
    let report = Bundle::of(&drafts, &key(1)).verify();
    assert_eq!(report.findings, []);
    assert_eq!((report.coverage.commands, report.coverage.signed_commands), (7, 2));
    // On the first entry's root alone, and at the very limits of time.
    for limit in [-14 * MINUTE, 0, 6 * MINUTE] {
        let drafts = with_signing(|signing| {
            let Statement { issued, expires, checkpoint, .. } = &mut signing.statement;
            *issued = Moment::from_micros(issued.micros() + limit).unwrap();
            *expires = Moment::from_micros(expires.micros() + limit).unwrap();
            checkpoint.size = 1;
            checkpoint.root = hash::leaf(&Bundle::of(&history()[..1], &key(1)).entries[0]);
        });
        assert_eq!(lines(&drafts), Vec::<String>::new(), "{limit}");
    }
}

#[test]
fn a_statement_that_does_not_fit_its_entries_is_found_at_their_position() {
    type Change = fn(&mut Signing);
    fn later(moment: &mut Moment, minutes: i64) {
        *moment = Moment::from_micros(moment.micros() + minutes * MINUTE).unwrap();
    }
    let changes: [(Change, &str); 14] = [
        (|s| s.key = key(51), "no key of officer w-017"),
        (|s| s.key = key(1), "no key of officer w-017"),
        (|s| s.statement.ledger = LedgerId::parse("cn-320402").unwrap(), "found cn-320402"),
        (|s| s.statement.officer = "w-018".to_owned(), "found w-018"),
        (|s| s.statement.request = Uuid::from_u128(41), "expected 00000000-"),
        (|s| later(&mut s.statement.expires, -15), "at most 24 hours"),
        (|s| later(&mut s.statement.expires, 24 * 60), "at most 24 hours"),
        (
            |s| {
                later(&mut s.statement.issued, -30);
                later(&mut s.statement.expires, -15);
            },
            "recorded by",
        ),
        (|s| later(&mut s.statement.issued, 7), "issued by"),
        (|s| s.statement.checkpoint.root = Hash::ZERO, "at 11 entries, as the entries give"),
        (|s| s.statement.checkpoint.size = 10, "at 10 entries, as the entries give"),
        (|s| s.statement.checkpoint.size = 12, "size 12 must be between 1 and 11"),
        (|s| s.statement.checkpoint.size = 0, "size 0 must be between 1 and 11"),
        (|s| s.statement.checkpoint.origin = "elsewhere.example/x".to_owned(), "elsewhere"),
    ];
    for (change, found) in changes {
        assert_refused(&with_signing(change), 11, found);
    }
}

#[test]
fn a_key_signs_only_between_its_enrolment_and_its_withdrawal() {
    let mut early = history();
    record(&mut early, vec![payment(1, 40)], |_| {});
    push_own(&mut early, &enrolled());
    assert_refused(&early, 9, "no key of officer w-017");

    let mut late = prepared();
    record(&mut late, vec![payment(1, 40)], |_| {});
    let ended = OfficerKeyWithdrawn {
        officer: "w-017".to_owned(),
        key: key(50).public().id().fingerprint().to_string(),
    };
    push_own(&mut late, &OfficerEvent::Withdrawn(ended));
    assert_eq!(lines(&late), Vec::<String>::new());
    record(&mut late, vec![payment(2, 41)], |_| {});
    assert_refused(&late, 13, "no key of officer w-017");
}

#[test]
fn an_envelope_altered_with_the_hash_in_its_entry_is_found() {
    let mut drafts = prepared();
    let envelope = record(&mut drafts, vec![payment(1, 40)], |_| {});
    let honest = Bundle::of(&drafts, &key(1)).lines();
    assert_eq!(honest, Vec::<String>::new());
    // What does not begin like an envelope is an unsigned command, which is found as such.
    for at in (0..envelope.len()).step_by(5).chain([envelope.len() - 1]) {
        let mut drafts = drafts.clone();
        let command = drafts[11].command.as_mut().unwrap();
        command[at] ^= 1;
        let lines = lines(&drafts);
        assert_eq!(lines.len(), 1, "byte {at}: {lines:#?}");
        assert!(lines[0].starts_with("position 11: signed command"), "byte {at}: {lines:#?}");
    }
}

#[test]
fn what_is_recorded_is_exactly_what_was_signed() {
    let does = serde_json::to_vec(&Does { claims: vec!["x".to_owned()], ..Does::default() });
    let does = does.unwrap();
    type Change<'c> = &'c dyn Fn(&mut Draft);
    let changes: [Change<'_>; 3] = [
        &|draft| draft.payload = does.clone(),
        &|draft| draft.stream = "payment/other".to_owned(),
        &|draft| draft.event = "Undone v1",
    ];
    for change in changes {
        for changed in 12..15 {
            let mut drafts = with_signing(|_| {});
            change(&mut drafts[changed]);
            assert_refused(&drafts, 12, "what is recorded is not what was signed");
        }
        let mut alone = prepared();
        record(&mut alone, vec![payment(1, 40)], |_| {});
        change(&mut alone[11]);
        assert_refused(&alone, 11, "what is recorded is not what was signed");
    }
    let mut more = with_signing(|_| {});
    more.insert(12, payment(9, 40));
    more[12].command = more[11].command.clone();
    assert_found(&lines(&more), "position 11: signed command: expected a signed command that");
    for left_out in 12..15 {
        let mut less = with_signing(|_| {});
        less.remove(left_out);
        assert_refused(&less, 12, "what is recorded is not what was signed");
    }
}

#[test]
fn every_entry_of_a_command_is_the_officers_and_of_the_request() {
    for at in [13, 14] {
        let mut drafts = with_signing(|_| {});
        drafts[at].actor = "officer/w-018";
        assert_refused(&drafts, at, "found w-017");
        let mut drafts = with_signing(|_| {});
        drafts[at].actor = "system/part";
        assert_refused(&drafts, at, "found w-017");
    }
    let mut late = with_signing(|_| {});
    late[14].recorded += 15 * MINUTE;
    assert_refused(&late, 14, "recorded by");
    let mut other = with_signing(|_| {});
    other[14].request = 42;
    assert_refused(&other, 14, "expected 00000000-");
}

#[test]
fn nothing_else_stands_in_the_request_of_a_signed_command() {
    for (at, request, found) in [(11, 40, 12), (12, 40, 12), (12, 41, 13), (15, 41, 15)] {
        let mut drafts = with_signing(|_| {});
        let mut beside = payment(9, request);
        beside.actor = "system/part";
        drafts.insert(at, beside);
        // What the checkpoint says is another matter.
        let lines = lines(&drafts);
        let expected =
            format!("position {found}: signed command: expected all entries of a request");
        assert_found(&lines, &expected);
    }
}

#[test]
fn a_signed_command_is_carried_out_once() {
    let mut drafts = with_signing(|_| {});
    let mut again = payment(1, 40);
    (again.command, again.sequence) = (drafts[11].command.clone(), 2);
    drafts.push(again);
    let lines = lines(&drafts);
    assert_found(&lines, "position 15: a command is carried out once: ");
    assert_found(&lines, "position 15: a request is recorded once: ");
}

#[test]
fn where_signatures_are_required_no_entry_is_without_one_but_the_ledgers_own() {
    let with = |actor: &'static str, command: Option<&str>| {
        let mut drafts = with_signing(|_| {});
        let mut draft = payment(9, 50);
        (draft.actor, draft.command) = (actor, command.map(|text| text.as_bytes().to_vec()));
        drafts.push(draft);
        drafts
    };
    let expected =
        "position 15: signed commands are required: expected a signed command, found none";
    for command in [None, Some("{\"nonce\":\"00\"}")] {
        assert_eq!(lines(&with("officer/w-017", command)), [expected]);
        // The program's own hand is no way around it, except where the ledger itself is concerned.
        assert_eq!(lines(&with("system/part", command)), [expected]);
        let mut no_longer = with("officer/w-017", command);
        let last = no_longer.pop().unwrap();
        push_own(&mut no_longer, &required(false));
        no_longer.push(last);
        assert_eq!(lines(&no_longer), Vec::<String>::new());
    }
}

#[test]
fn an_envelope_that_is_too_long_or_none_is_found() {
    for (length, expected) in [(MOST_BYTES, "DSSE"), (MOST_BYTES + 1, "too long")] {
        let mut drafts = prepared();
        drafts.push(payment(1, 40));
        let mut command = b"{\"payloadType\":".to_vec();
        command.resize(length, b' ');
        drafts[11].command = Some(command);
        let report = Bundle::of(&drafts, &key(1)).verify();
        let found: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("position 11: signed command: "), "{found:#?}");
        assert!(found[0].contains(expected), "{found:#?}");
    }
}

#[test]
fn signed_commands_of_a_bundle_that_lacks_one_are_checked_all_the_same() {
    let mut drafts = with_signing(|_| {});
    drafts[13].payload = b"{}".to_vec();
    let mut bundle = Bundle::of(&drafts, &key(1));
    bundle.commands.remove(0);
    bundle.commands.insert(3, b"nobody names me".to_vec());
    let lines = bundle.lines();
    assert_found(&lines, "position 1: command: ");
    assert_found(&lines, "command: expected one that an entry names");
    assert_found(&lines, "position 12: signed command: ");
    bundle.commands.pop();
    let lines = bundle.lines();
    assert_found(&lines, "position 12: command: ");
    assert_eq!(bundle.verify().coverage.signed_commands, 1);
}

#[test]
fn many_signed_commands_are_checked_in_several_batches() {
    let mut drafts = history();
    push_own(&mut drafts, &enrolled());
    let signing = Signing::of(&drafts, &[payment(0, 0)]);
    for n in 0..3_000u32 {
        let mut draft = payment(n, u128::from(n) + 10_000);
        let mut statement = signing.statement.clone();
        statement.request = Uuid::from_u128(draft.request);
        statement.command = asking_for(std::slice::from_ref(&draft));
        if n == 2_900 {
            statement.checkpoint.root = Hash::ZERO;
        }
        draft.command = Some(Signing { statement, key: key(50) }.envelope());
        drafts.push(draft);
    }
    drafts[2_500].stream = "payment/other".to_owned();
    let report = Bundle::of(&drafts, &key(1)).verify();
    assert_eq!(report.coverage.signed_commands, 3_000);
    let found: Vec<_> = report.findings.iter().map(|f| (f.position.unwrap(), f.rule)).collect();
    assert_eq!(found, [(2_500, "signed command"), (2_910, "signed command: checkpoint")]);
}
