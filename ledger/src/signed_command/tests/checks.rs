//! A signed command against the entry that names it: each refusal, alone and at its boundary.

use super::*;

/// Checks the statement with one part changed, signed by the officer, against the good entry.
fn with(change: impl FnOnce(&mut Statement)) -> Result<(), CommandRefusal> {
    let mut changed = statement();
    change(&mut changed);
    check(&signed(changed), &named_by())
}

/// Checks the good command against an entry with one part changed.
fn at(change: impl FnOnce(&mut Entry)) -> Result<(), CommandRefusal> {
    let mut entry = named_by();
    change(&mut entry);
    check(&signed(statement()), &entry)
}

#[test]
fn a_good_one_passes_as_it_was_signed_and_as_it_was_read_again() {
    let command = signed(statement());
    assert_eq!(check(&command, &named_by()), Ok(()));
    let read = SignedCommand::read(&command.bytes()).unwrap();
    assert_eq!(read, command);
    assert_eq!(read.statement(), &statement());
    assert_eq!(check(&read, &named_by()), Ok(()));
}

#[test]
fn it_is_for_one_ledger() {
    let other = LedgerId::parse("cn-320402").unwrap();
    let (expected, found) = ("cn-320404".to_owned(), "cn-320402".to_owned());
    let refusal = CommandRefusal::OtherLedger { expected, found };
    assert_eq!(with(|statement| statement.ledger = other), Err(refusal));
}

#[test]
fn it_is_by_the_officer_who_acts() {
    let refusal = |expected: &str, found: &str| {
        let (expected, found) = (expected.to_owned(), found.to_owned());
        Err(CommandRefusal::OtherOfficer { expected, found })
    };
    let other = with(|statement| statement.officer = "w-018".to_owned());
    assert_eq!(other, refusal("officer/w-017", "w-018"));
    for actor in ["officer/w-018", "system/w-017"] {
        let acting = at(|entry| entry.actor = Actor::parse(actor).unwrap());
        assert_eq!(acting, refusal(actor, "w-017"));
    }
}

#[test]
fn it_is_for_one_request() {
    let found = Uuid::from_u128(5);
    let refusal = CommandRefusal::OtherRequest { expected: REQUEST, found };
    assert_eq!(with(|statement| statement.request = found), Err(refusal));
}

#[test]
fn it_is_good_for_more_than_nothing_and_at_most_24_hours() {
    let Statement { issued, .. } = statement();
    let lasting = |micros: i64| with(|statement| statement.expires = later(issued, micros));
    let refused =
        |micros: i64| Err(CommandRefusal::Validity { issued, expires: later(issued, micros) });
    let day = 24 * 60 * 60 * 1_000_000;
    assert_eq!(lasting(day), Ok(()));
    assert_eq!(lasting(day + 1), refused(day + 1));
    assert_eq!(lasting(0), refused(0));
    assert_eq!(lasting(-1), refused(-1));
    // The shortest that can be: recorded in the microsecond in which it was signed.
    let mut shortest = statement();
    shortest.expires = later(issued, 1);
    let entry = Entry { recorded: issued, ..named_by() };
    assert_eq!(check(&signed(shortest), &entry), Ok(()));
}

#[test]
fn the_officers_clock_may_be_5_minutes_ahead() {
    let Statement { issued, .. } = statement();
    let five_minutes = 5 * 60 * 1_000_000;
    assert_eq!(at(|entry| entry.recorded = later(issued, -five_minutes)), Ok(()));
    let recorded = later(issued, -five_minutes - 1);
    let refusal = CommandRefusal::FromTheFuture { issued, recorded };
    assert_eq!(at(|entry| entry.recorded = recorded), Err(refusal));
}

#[test]
fn it_is_recorded_before_it_expires_or_in_that_microsecond() {
    let Statement { expires, .. } = statement();
    assert_eq!(at(|entry| entry.recorded = expires), Ok(()));
    let recorded = later(expires, 1);
    let refusal = CommandRefusal::Expired { expires, recorded };
    assert_eq!(at(|entry| entry.recorded = recorded), Err(refusal));
}

#[test]
fn times_at_the_ends_of_what_can_be_written_are_compared_without_overflow() {
    let earliest = with(|statement| statement.expires = Moment::EARLIEST);
    assert!(matches!(earliest, Err(CommandRefusal::Validity { .. })));
    let whole = with(|statement| {
        (statement.issued, statement.expires) = (Moment::EARLIEST, Moment::LATEST);
    });
    assert!(matches!(whole, Err(CommandRefusal::Validity { .. })));
    let recorded = at(|entry| entry.recorded = Moment::LATEST);
    assert!(matches!(recorded, Err(CommandRefusal::Expired { .. })));
    let recorded = at(|entry| entry.recorded = Moment::EARLIEST);
    assert!(matches!(recorded, Err(CommandRefusal::FromTheFuture { .. })));
}

#[test]
fn its_checkpoint_is_of_this_ledger() {
    let found = "mingzhang.example/cn-320402".to_owned();
    let refusal = CommandRefusal::OtherOrigin { expected: ORIGIN.to_owned(), found: found.clone() };
    assert_eq!(with(|statement| statement.checkpoint.origin = found), Err(refusal));
}

#[test]
fn its_checkpoint_stood_before_the_entry_and_over_something() {
    let Entry { position, .. } = named_by();
    let sized = |size: u64| with(|statement| statement.checkpoint.size = size);
    let refused = |size| Err(CommandRefusal::CheckpointAhead { size, position });
    assert_eq!(sized(1), Ok(()));
    assert_eq!(sized(position), Ok(()));
    for size in [0, position + 1, u64::MAX] {
        assert_eq!(sized(size), refused(size));
    }
}

#[test]
fn its_key_is_in_force_where_the_entry_stands() {
    let at_position = |position: u64| at(|entry| entry.position = position);
    let refusal = CommandRefusal::KeyNotInForce { officer: OFFICER.to_owned(), key: id(21) };
    assert_eq!(at_position(ENROLLED), Err(refusal.clone()));
    assert_eq!(at_position(ENROLLED + 1), Ok(()));
    assert_eq!(at_position(WITHDRAWN), Ok(()));
    assert_eq!(at_position(WITHDRAWN + 1), Err(refusal));
}

#[test]
fn its_key_is_one_that_the_officer_enrolled() {
    // A stranger's key, and the ledger's own.
    for seed in [22, 1] {
        let command = SignedCommand::sign(statement(), &key(seed)).unwrap();
        let refusal = CommandRefusal::KeyNotInForce { officer: OFFICER.to_owned(), key: id(seed) };
        assert_eq!(check(&command, &named_by()), Err(refusal));
    }
    // The officer's key for another officer: both name w-018, who never enrolled it.
    let mut others = statement();
    others.officer = "w-018".to_owned();
    let entry = Entry { actor: Actor::officer("w-018").unwrap(), ..named_by() };
    let refusal = CommandRefusal::KeyNotInForce { officer: "w-018".to_owned(), key: id(21) };
    assert_eq!(check(&signed(others), &entry), Err(refusal));
}

#[test]
fn its_signature_is_over_these_very_bytes_and_by_the_key_that_it_names() {
    let refusal = Err(CommandRefusal::Signature { key: id(21) });
    let mut other = statement();
    other.command = br#"{"OpenFund":{"fund":"b","level":"District"}}"#.to_vec();
    let text = |command: &SignedCommand| String::from_utf8(command.bytes()).unwrap();
    let (good, other) = (text(&signed(statement())), text(&signed(other)));
    let (front, back) = (other.split_once(r#""signatures""#).unwrap().0, r#""signatures""#);
    let signature = good.split_once(back).unwrap().1;
    let spliced = SignedCommand::read(format!("{front}{back}{signature}").as_bytes()).unwrap();
    assert_eq!(check(&spliced, &named_by()), refusal);
    // Signed by a stranger who names the officer's key.
    let strangers = text(&SignedCommand::sign(statement(), &key(22)).unwrap());
    let named = |seed| id(seed).fingerprint().to_string();
    let claims = strangers.replace(&named(22), &named(21));
    let claims = SignedCommand::read(claims.as_bytes()).unwrap();
    assert_eq!(check(&claims, &named_by()), refusal);
}

#[test]
fn its_signer_is_an_officer_whose_key_it_is_or_was() {
    let signer = |command: &SignedCommand| command.check_signer(&history());
    assert_eq!(signer(&signed(statement())), Ok(()), "that the key was withdrawn does not matter");
    let strangers = SignedCommand::sign(statement(), &key(22)).unwrap();
    let refusal = CommandRefusal::KeyNotInForce { officer: OFFICER.to_owned(), key: id(22) };
    assert_eq!(signer(&strangers), Err(refusal));
    let mut others = statement();
    others.officer = "w-018".to_owned();
    let refusal = CommandRefusal::KeyNotInForce { officer: "w-018".to_owned(), key: id(21) };
    assert_eq!(signer(&signed(others)), Err(refusal));
    let claims = String::from_utf8(strangers.bytes()).unwrap();
    let named = |seed| id(seed).fingerprint().to_string();
    let claims = SignedCommand::read(claims.replace(&named(22), &named(21)).as_bytes()).unwrap();
    assert_eq!(signer(&claims), Err(CommandRefusal::Signature { key: id(21) }));
}

#[test]
fn whatever_is_not_about_the_ledger_itself_must_be_signed_and_whatever_an_officer_does() {
    let must = |stream: &str, actor: &str| {
        must_be_signed(&StreamId::parse(stream).unwrap(), &Actor::parse(actor).unwrap())
    };
    assert!(must("payment/a", "officer/w-017"));
    assert!(must("payment/a", "system/import"));
    assert!(must("ledger/cn-320404", "officer/w-017"));
    assert!(!must("ledger/cn-320404", "system/keys"));
}

#[test]
fn before_the_ledger_is_opened_nothing_is_good() {
    let Entry { position, actor, request, recorded } = named_by();
    let named = NamedBy { position, actor: &actor, request, recorded };
    let refused = signed(statement()).check(&KeyHistory::new(ledger()), &named);
    assert!(matches!(refused, Err(CommandRefusal::OtherOrigin { .. })), "{refused:?}");
}

#[test]
fn a_finding_tells_what_had_to_be_there_and_what_is() {
    let told = |refused: Result<(), CommandRefusal>| refused.unwrap_err().expected_and_found();
    let pair = |expected: &str, found: &str| (expected.to_owned(), found.to_owned());
    let ledger = told(with(|statement| statement.ledger = LedgerId::parse("x").unwrap()));
    assert_eq!(ledger, pair("cn-320404", "x"));
    let officer = told(with(|statement| statement.officer = "x".to_owned()));
    assert_eq!(officer, pair("officer/w-017", "x"));
    let request = told(with(|statement| statement.request = Uuid::nil()));
    assert_eq!(request, (REQUEST.to_string(), Uuid::nil().to_string()));
    let origin = told(with(|statement| statement.checkpoint.origin = "x".to_owned()));
    assert_eq!(origin, pair(ORIGIN, "x"));
    let late = told(at(|entry| entry.recorded = Moment::LATEST));
    assert_eq!(
        late,
        pair("recorded by 2026-11-22T08:15:00.000000Z", "9999-12-31T23:59:59.999999Z")
    );
    let early = told(at(|entry| entry.recorded = Moment::EARLIEST));
    assert_eq!(early, pair("issued by 1970-01-01T00:00:00.000000Z", "2026-11-22T08:00:00.000000Z"));
    assert_eq!(CommandRefusal::Unsigned.expected_and_found(), pair("a signed command", "none"));
    let other = CommandRefusal::OtherHistory { size: 8 };
    let expected = ("a signed command that is good here".to_owned(), other.to_string());
    assert_eq!(other.expected_and_found(), expected);
}
