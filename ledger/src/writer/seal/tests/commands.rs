//! Signed commands: what the sealer lets in at which position.

use super::*;
use crate::effects::{Effects, NotCarriedOut, RecordedEvent, Rules, UnknownEvent};
use crate::officer_keys::{
    OfficerEvent, OfficerKeyEnrolled, OfficerKeyWithdrawn, SignedCommandsRequired,
};
use crate::signed_command::{SeenCheckpoint, SignedCommand, Statement};

const REQUEST: Uuid = Uuid::from_u128(5);
const COMMAND: &[u8] = br#"{"OpenFund":{"fund":"a"}}"#;
const UNSIGNED: &[u8] = br#"{"nonce":"00","command":{"OpenFund":{"fund":"a"}}}"#;

fn at(micros: i64) -> Moment {
    Moment::from_micros(micros).unwrap()
}

fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

/// Opening a fund is carried out by the one event that opens it; nothing else is known.
struct OpensFunds;

impl Rules for OpensFunds {
    fn effects(
        &self,
        _stream: &StreamId,
        _event: &EventName,
        _payload: &[u8],
    ) -> Result<Effects, UnknownEvent> {
        Ok(Effects::default())
    }

    fn carried_out(
        &self,
        command: &[u8],
        events: &[RecordedEvent<'_>],
    ) -> Result<(), NotCarriedOut> {
        let said = |event: &RecordedEvent<'_>| {
            format!("{} {} {}", event.stream, event.event, String::from_utf8_lossy(event.payload))
        };
        let events: Vec<String> = events.iter().map(said).collect();
        match command {
            COMMAND if events == ["fund/a FundOpened v1 {}"] => Ok(()),
            COMMAND => Err(NotCarriedOut(events.join(", "))),
            _ => Err(NotCarriedOut("no such command".to_owned())),
        }
    }
}

/// Rules that say nothing of commands.
struct KnowsNoCommands;

impl Rules for KnowsNoCommands {
    fn effects(
        &self,
        _stream: &StreamId,
        _event: &EventName,
        _payload: &[u8],
    ) -> Result<Effects, UnknownEvent> {
        Ok(Effects::default())
    }
}

fn about_officers(said: &OfficerEvent) -> ProposedEvent {
    event(ledger_stream(&ledger()).unwrap(), said.name(), said.payload().unwrap())
}

fn enrolment(officer: &str, seed: u8) -> ProposedEvent {
    let enrolled = OfficerKeyEnrolled::prove(&ledger(), officer, &key(seed)).unwrap();
    about_officers(&OfficerEvent::Enrolled(enrolled))
}

fn withdrawal(officer: &str, seed: u8) -> ProposedEvent {
    let fingerprint = key(seed).public().id().fingerprint().to_string();
    let withdrawn = OfficerKeyWithdrawn { officer: officer.to_owned(), key: fingerprint };
    about_officers(&OfficerEvent::Withdrawn(withdrawn))
}

fn setting(required: bool) -> ProposedEvent {
    about_officers(&OfficerEvent::Required(SignedCommandsRequired { required }))
}

/// A ledger opened with key 1 and recovery key 9, with these entries about officers after it.
fn ledger_with(events: Vec<ProposedEvent>) -> Sealer {
    let events = std::iter::once(opening()).chain(events).collect();
    sealed(vec![Arc::new(key(1))], events).unwrap()
}

/// The command that opens fund `a`, signed at second 1 for 10 seconds with the key of this seed.
fn signed(seed: u8) -> Vec<u8> {
    let statement = Statement {
        ledger: ledger(),
        officer: "w-017".to_owned(),
        request: REQUEST,
        issued: at(1_000_000),
        expires: at(11_000_000),
        nonce: [0; 16],
        checkpoint: SeenCheckpoint { origin: "o".to_owned(), size: 1, root: Hash::ZERO },
        command: COMMAND.to_vec(),
    };
    SignedCommand::sign(statement, &key(seed)).unwrap().bytes()
}

fn submission(actor: &str, command: Option<&[u8]>, events: Vec<ProposedEvent>) -> Submission {
    let (actor, command) = (Actor::parse(actor).unwrap(), command.map(<[u8]>::to_vec));
    Submission { request: REQUEST, actor, signed_in: false, command, events }
}

/// Adds a submission as the writer does, and tells why its command is refused; on a refusal nothing
/// may have been added.
fn add(
    sealer: &mut Sealer,
    submission: Submission,
    recorded: Moment,
) -> Result<(), CommandRefusal> {
    let command = submission.command.as_deref();
    let named = command.map(|bytes| NamedCommand::of(bytes, &OpensFunds, &submission.events));
    let named = named.transpose()?;
    let state = |sealer: &Sealer| {
        (sealer.tail.next, sealer.tail.leaf, sealer.entries.len(), sealer.placed.len())
    };
    let before = state(sealer);
    let prepared = no_effects(&submission);
    match sealer.add(&Arc::new(submission), &prepared, named.as_ref(), recorded) {
        Ok(()) => Ok(()),
        Err(SubmitError::CommandRefused(refusal)) => {
            assert_eq!(state(sealer), before);
            Err(refusal)
        }
        Err(other) => panic!("{other}"),
    }
}

fn open_fund(
    sealer: &mut Sealer,
    actor: &str,
    command: Option<&[u8]>,
) -> Result<(), CommandRefusal> {
    add(sealer, submission(actor, command, vec![fund("a")]), at(2_000_000))
}

/// What the program itself records, such as a change of the setting.
fn by_the_program(sealer: &mut Sealer, events: Vec<ProposedEvent>) {
    add(sealer, submission("system/keys", None, events), at(2_000_000)).unwrap();
}

fn not_in_force(seed: u8) -> CommandRefusal {
    let (officer, key) = ("w-017".to_owned(), key(seed).public().id());
    CommandRefusal::KeyNotInForce { officer, key }
}

#[test]
fn where_it_is_not_required_an_officer_may_sign_or_not() {
    let enrolled = || ledger_with(vec![enrolment("w-017", 21)]);
    assert_eq!(open_fund(&mut enrolled(), "officer/w-017", None), Ok(()));
    assert_eq!(open_fund(&mut enrolled(), "officer/w-017", Some(UNSIGNED)), Ok(()));
    assert_eq!(open_fund(&mut enrolled(), "officer/w-017", Some(&signed(21))), Ok(()));
}

#[test]
fn where_it_is_required_only_the_ledgers_own_stream_needs_no_signature() {
    let requiring = || ledger_with(vec![enrolment("w-017", 21), setting(true)]);
    for command in [None, Some(UNSIGNED)] {
        for actor in ["officer/w-017", "officer/w-018", "system/opening"] {
            let refused = open_fund(&mut requiring(), actor, command);
            assert_eq!(refused, Err(CommandRefusal::Unsigned));
        }
    }
    let mut sealer = requiring();
    by_the_program(&mut sealer, vec![enrolment("w-018", 22)]);
    assert_eq!(open_fund(&mut sealer, "officer/w-017", Some(&signed(21))), Ok(()));
}

#[test]
fn what_a_submission_changes_binds_the_rest_of_it() {
    let mut sealer = ledger_with(vec![enrolment("w-017", 21)]);
    let requiring = submission("system/keys", None, vec![setting(true), fund("a")]);
    assert_eq!(add(&mut sealer, requiring, at(2_000_000)), Err(CommandRefusal::Unsigned));
    // Rules that let an officer end a key in the same breath would not make its signature good.
    let ending = vec![withdrawal("w-017", 21), fund("a")];
    let ending = submission("officer/w-017", Some(&signed(21)), ending);
    let signed = Some(Box::new(SignedCommand::read(&signed(21)).unwrap()));
    let named = NamedCommand { hash: Hash::ZERO, signed };
    let prepared = no_effects(&ending);
    let added = sealer.add(&Arc::new(ending), &prepared, Some(&named), at(2_000_000));
    assert!(
        matches!(added, Err(SubmitError::CommandRefused(refusal)) if refusal == not_in_force(21))
    );
    assert_eq!(sealer.entries.len(), 2);
}

#[test]
fn the_setting_binds_whoever_comes_after_it_until_it_is_taken_back() {
    let mut sealer = ledger_with(vec![]);
    assert_eq!(open_fund(&mut sealer, "officer/w-017", None), Ok(()));
    by_the_program(&mut sealer, vec![setting(true)]);
    let refused = open_fund(&mut sealer, "officer/w-017", None);
    assert_eq!(refused, Err(CommandRefusal::Unsigned));
    by_the_program(&mut sealer, vec![setting(false)]);
    assert_eq!(open_fund(&mut sealer, "officer/w-017", None), Ok(()));
    assert_eq!(sealer.entries.len(), 5);
}

#[test]
fn a_key_signs_from_its_enrolment_up_to_its_withdrawal() {
    let mut sealer = ledger_with(vec![]);
    let sign = |sealer: &mut Sealer| open_fund(sealer, "officer/w-017", Some(&signed(21)));
    assert_eq!(sign(&mut sealer), Err(not_in_force(21)));
    by_the_program(&mut sealer, vec![enrolment("w-017", 21), enrolment("w-017", 22)]);
    assert_eq!(sign(&mut sealer), Ok(()));
    by_the_program(&mut sealer, vec![withdrawal("w-017", 21)]);
    assert_eq!(sign(&mut sealer), Err(not_in_force(21)));
    assert_eq!(open_fund(&mut sealer, "officer/w-017", Some(&signed(22))), Ok(()));
}

#[test]
fn a_signed_command_is_checked_where_it_is_not_required_too() {
    let enrolled = || ledger_with(vec![enrolment("w-017", 21)]);
    for actor in ["officer/w-018", "system/opening"] {
        let (expected, found) = (actor.to_owned(), "w-017".to_owned());
        let refused = open_fund(&mut enrolled(), actor, Some(&signed(21)));
        assert_eq!(refused, Err(CommandRefusal::OtherOfficer { expected, found }));
    }
    let refused = open_fund(&mut enrolled(), "officer/w-017", Some(&signed(22)));
    assert_eq!(refused, Err(not_in_force(22)));
}

#[test]
fn it_is_held_to_the_request_and_the_time_that_its_entries_get() {
    let submitted = |request: Uuid, recorded: i64| {
        let submission = submission("officer/w-017", Some(&signed(21)), vec![fund("a")]);
        let submission = Submission { request, ..submission };
        add(&mut ledger_with(vec![enrolment("w-017", 21)]), submission, at(recorded))
    };
    assert_eq!(submitted(REQUEST, 11_000_000), Ok(()));
    let (expires, recorded) = (at(11_000_000), at(11_000_001));
    let late = CommandRefusal::Expired { expires, recorded };
    assert_eq!(submitted(REQUEST, 11_000_001), Err(late));
    let (expected, found) = (Uuid::nil(), REQUEST);
    let other = CommandRefusal::OtherRequest { expected, found };
    assert_eq!(submitted(Uuid::nil(), 2_000_000), Err(other));
}

#[test]
fn its_checkpoint_is_no_larger_than_the_position_that_it_gets() {
    let sized = |size: u64| {
        let mut statement = SignedCommand::read(&signed(21)).unwrap().statement().clone();
        statement.checkpoint.size = size;
        let bytes = SignedCommand::sign(statement, &key(21)).unwrap().bytes();
        // The opening and the enrolment stand before it.
        open_fund(&mut ledger_with(vec![enrolment("w-017", 21)]), "officer/w-017", Some(&bytes))
    };
    assert_eq!(sized(2), Ok(()));
    assert_eq!(sized(3), Err(CommandRefusal::CheckpointAhead { size: 3, position: 2 }));
}

#[test]
fn its_entries_name_the_very_bytes_of_the_envelope() {
    let mut sealer = ledger_with(vec![enrolment("w-017", 21)]);
    open_fund(&mut sealer, "officer/w-017", Some(&signed(21))).unwrap();
    let entry = crate::entry::parse(&sealer.entries.last().unwrap().bytes).unwrap();
    assert_eq!(entry.command, Some(hash::plain(&signed(21))));
    assert_eq!(sealer.placed.last().unwrap().command, Some(hash::plain(&signed(21))));
}

#[test]
fn what_is_proposed_is_what_was_signed() {
    let named = |command: &[u8], events: &[ProposedEvent]| {
        NamedCommand::of(command, &OpensFunds, events).map(|named| named.signed.is_some())
    };
    assert_eq!(named(&signed(21), &[fund("a")]), Ok(true));
    let differs = |what: &str| CommandRefusal::NotCarriedOut(what.to_owned());
    assert_eq!(named(&signed(21), &[fund("b")]), Err(differs("fund/b FundOpened v1 {}")));
    assert_eq!(named(&signed(21), &[]), Err(differs("")));
    let both = "fund/a FundOpened v1 {}, fund/a FundOpened v1 {}";
    assert_eq!(named(&signed(21), &[fund("a"), fund("a")]), Err(differs(both)));
    let unknown = NamedCommand::of(&signed(21), &KnowsNoCommands, &[fund("a")]).map(|_| ());
    assert_eq!(unknown, Err(differs("no rule knows this command")));
    // Nobody signed this one, so nobody asks whether it is what was signed.
    assert_eq!(named(UNSIGNED, &[fund("b")]), Ok(false));
}

#[test]
fn what_begins_like_an_envelope_and_is_none_is_refused() {
    let named = |bytes: &[u8]| {
        NamedCommand::of(bytes, &OpensFunds, &[fund("a")]).map(|named| named.signed.is_some())
    };
    let whole = signed(21);
    for cut in [&whole[..whole.len() - 1], br#"{"payloadType":"#] {
        let refused = named(cut);
        assert!(matches!(refused, Err(CommandRefusal::Envelope(_))), "{refused:?}");
    }
    // White space at the front makes it a command that nobody signed, which does where signed ones
    // are not required.
    let spaced = [b" ".as_slice(), &whole].concat();
    assert_eq!(named(&spaced), Ok(false));
    let mut requiring = ledger_with(vec![enrolment("w-017", 21), setting(true)]);
    let refused = open_fund(&mut requiring, "officer/w-017", Some(&spaced));
    assert_eq!(refused, Err(CommandRefusal::Unsigned));
}

#[test]
fn an_enrolment_that_would_not_count_is_refused() {
    let events = vec![opening(), enrolment("w-017", 1)];
    let refused = sealed(vec![Arc::new(key(1))], events).map(|_| ());
    let Err(SubmitError::KeyRefused { event: 1, refusal }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refusal, KeyRefusal::UsedBefore { key: key(1).public().id() });
}
