//! The ledger's side of witnessing, against the real witness and against worse ones.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::clock::MachineClock;
use api::witnesses::{
    Asking, ConsistencyProofs, Cosignatures, LedgerUnavailable, TimeLimits, WitnessClient,
    WitnessError, WitnessState, WitnessedLedger, asking,
};
use ledger::checkpoints::{SignedCheckpoint, store};
use ledger::clock::{Clock, Moment};
use ledger::cosignature::Cosigner;
use ledger::hash::Hash;
use ledger::key::LedgerKey;
use ledger::note::SignatureLine;
use ledger::policy::{Policy, Witness};
use tests::bureau::{Bureau, LEDGER};
use tests::log::Log;
use tests::scratch::ScratchDirectory;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::witness::{NAME, WitnessProgram};

const LIMITS: TimeLimits =
    TimeLimits { connect: Duration::from_secs(2), whole: Duration::from_secs(5) };

/// A ledger's tree, and the cosignatures that it has kept.
struct Kept {
    log: Log,
    largest: u64,
    lines: Mutex<Vec<(u64, SignatureLine)>>,
}

impl Kept {
    fn of(log: Log) -> Self {
        Self { log, largest: 0, lines: Mutex::default() }
    }

    fn signed(&self, size: u64) -> SignedCheckpoint {
        let (checkpoint, note) = (self.log.checkpoint(size), self.log.note(size));
        SignedCheckpoint { checkpoint, note, signed_at: Moment::EARLIEST }
    }

    fn kept_sizes(&self) -> Vec<u64> {
        self.lines.lock().unwrap().iter().map(|(size, _)| *size).collect()
    }
}

impl ConsistencyProofs for Kept {
    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LedgerUnavailable> {
        assert!(0 < old && old < new, "{old} to {new} needs no proof");
        Ok(self.log.proof(old, new))
    }
}

impl Cosignatures for Kept {
    async fn largest_signed(&self) -> Result<u64, LedgerUnavailable> {
        Ok(self.largest)
    }

    async fn keep(
        &self,
        checkpoint: &SignedCheckpoint,
        line: &SignatureLine,
    ) -> Result<(), LedgerUnavailable> {
        self.lines.lock().unwrap().push((checkpoint.checkpoint.size, line.clone()));
        Ok(())
    }
}

fn policy(log: &Log, line: &str) -> Policy {
    Policy::parse(log.policy(line).as_bytes()).unwrap()
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(MachineClock)
}

fn client(witness: &Witness) -> WitnessClient {
    WitnessClient::new(witness, LIMITS, clock()).unwrap()
}

/// The real witness of a log, and a client for it.
fn real(place: &ScratchDirectory, log: &Log) -> (WitnessProgram, WitnessClient) {
    let program = WitnessProgram::start(place, &log.policy(""));
    let client = client(&policy(log, &program.line).witnesses()[0]);
    (program, client)
}

#[tokio::test]
async fn the_client_learns_what_the_witness_knows_and_gets_its_signature() {
    let place = ScratchDirectory::new();
    let ledger = Kept::of(Log::of(0..40));
    let (program, client) = real(&place, &ledger.log);
    // Nothing known; known; believed too little, too much, the same again.
    for (believed, size) in [(0, 5), (5, 8), (0, 13), (3, 20), (25, 30), (30, 30), (99, 30)] {
        let signed = ledger.signed(size);
        let cosignature = client.submit(&signed, believed, &ledger).await.unwrap();
        let line = cosignature.line.to_string();
        assert!(ledger.log.cosigned(size, &program.key(), &line), "{believed}, {size}");
    }
}

#[tokio::test]
async fn a_ledger_that_lost_its_tail_hears_it_from_the_witness() {
    let place = ScratchDirectory::new();
    let ledger = Kept::of(Log::of(0..40));
    let (_program, client) = real(&place, &ledger.log);
    client.submit(&ledger.signed(30), 0, &ledger).await.unwrap();
    for believed in [0, 20, 30] {
        let lost = client.submit(&ledger.signed(20), believed, &ledger).await;
        assert!(matches!(lost, Err(WitnessError::AheadOfUs { size: 30 })), "{lost:?}");
    }
}

#[tokio::test]
async fn a_ledger_with_another_history_hears_it_from_the_witness() {
    let place = ScratchDirectory::new();
    let ledger = Kept::of(Log::of(0..40));
    let (_program, client) = real(&place, &ledger.log);
    client.submit(&ledger.signed(10), 0, &ledger).await.unwrap();
    // Restored from an old backup and recorded on: from 7 entries another way.
    let restored = Kept::of(Log::of((0..7).chain(100..140)));
    for size in [10, 11, 30] {
        let other = client.submit(&restored.signed(size), 0, &restored).await;
        assert!(matches!(other, Err(WitnessError::Disagrees { size: 10 })), "{size}: {other:?}");
    }
}

#[tokio::test]
async fn a_witness_that_does_not_know_the_log_or_its_key_refuses() {
    let place = ScratchDirectory::new();
    let ledger = Kept::of(Log::of(0..8));
    let (_program, client) = real(&place, &ledger.log);
    let rotated = Kept::of(Log::of(0..8).under(2));
    let refused = client.submit(&rotated.signed(3), 0, &rotated).await;
    assert!(matches!(refused, Err(WitnessError::Refused { status: 403, .. })), "{refused:?}");
}

/// A server that gives one answer to everybody, as late as it likes, and the policy line for it.
async fn worse(answer: String, after: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                read_request(&mut connection).await;
                tokio::time::sleep(after).await;
                let _ = connection.write_all(answer.as_bytes()).await;
            });
        }
    });
    format!("witness {NAME} {} http://{address}\n", cosigner(9).verifier())
}

/// To its end: closing a connection with something unread in it would take the answer back.
pub(crate) async fn read_request(connection: &mut TcpStream) -> String {
    let (mut request, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let count = connection.read(&mut part).await.unwrap_or(0);
        request.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, _)| {
            let length = head.split_once("content-length: ").unwrap().1;
            let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
            request.len() >= head.len() + 4 + length
        });
        if whole || count == 0 {
            return String::from_utf8(request).unwrap();
        }
    }
}

fn cosigner(seed: u8) -> Cosigner {
    Cosigner::new(NAME, LedgerKey::from_seed([seed; 32]).unwrap()).unwrap()
}

pub(crate) fn answer(status: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
}

async fn asked(ledger: &Kept, line: &str) -> Result<(), WitnessError> {
    let client = client(&policy(&ledger.log, line).witnesses()[0]);
    client.submit(&ledger.signed(5), 0, ledger).await.map(|_| ())
}

#[tokio::test]
async fn a_lying_witness_is_found_out() {
    let ledger = Kept::of(Log::of(0..8));
    let now = u64::try_from(MachineClock.now().micros()).unwrap() / 1_000_000;
    let text = |size| ledger.log.checkpoint(size).text();
    let good = cosigner(9).cosign(&text(5), now).to_string();
    let ok = |body: String| answer("200 OK", "text/plain", &body);
    let honest = worse(ok(format!("{good}\n")), Duration::ZERO).await;
    asked(&ledger, &honest).await.unwrap();
    let stranger = cosigner(8).cosign(&text(5), now).to_string();
    let both = worse(ok(format!("{stranger}\n{good}\n")), Duration::ZERO).await;
    asked(&ledger, &both).await.unwrap();
    let mut claimed = SignatureLine::parse(&stranger).unwrap().to_string();
    // The honest key id before a stranger's signature.
    let prefix = good.len() - 80;
    claimed.replace_range(..prefix, &good[..prefix]);
    for (what, body) in [
        ("a stranger's key", format!("{stranger}\n")),
        ("a stranger's signature in its name", format!("{claimed}\n")),
        ("another checkpoint", format!("{}\n", cosigner(9).cosign(&text(4), now))),
        ("long ago", format!("{}\n", cosigner(9).cosign(&text(5), now - 2 * 86_400))),
        ("in the future", format!("{}\n", cosigner(9).cosign(&text(5), now + 2 * 86_400))),
        ("nothing", String::new()),
        ("no line break", good.clone()),
        ("no signature line", "hello\n".to_owned()),
        ("too much", "x".repeat(1 << 17)),
    ] {
        let line = worse(ok(body), Duration::ZERO).await;
        let found = asked(&ledger, &line).await;
        assert!(matches!(found, Err(WitnessError::Lying(_))), "{what}: {found:?}");
    }
    let size = worse(answer("409 Conflict", "text/x.tlog.size", "many\n"), Duration::ZERO).await;
    assert!(matches!(asked(&ledger, &size).await, Err(WitnessError::Lying(_))));
}

#[tokio::test]
async fn answers_that_lead_nowhere_end() {
    let ledger = Kept::of(Log::of(0..8));
    let again = worse(answer("409 Conflict", "text/x.tlog.size", "3\n"), Duration::ZERO).await;
    let stuck = asked(&ledger, &again).await;
    assert!(matches!(stuck, Err(WitnessError::Disagrees { size: 3 })), "{stuck:?}");
    for (status, is_away) in [
        ("503 Service Unavailable", true),
        ("429 Too Many Requests", true),
        ("302 Found", false),
        ("404 Not Found", false),
    ] {
        let line = worse(answer(status, "text/plain", "no"), Duration::ZERO).await;
        let found = asked(&ledger, &line).await;
        let expected = match &found {
            Err(WitnessError::Away(_)) => is_away,
            Err(WitnessError::Refused { .. }) => !is_away,
            _ => false,
        };
        assert!(expected, "{status}: {found:?}");
    }
    let garbage = worse("no HTTP at all\n".to_owned(), Duration::ZERO).await;
    assert!(matches!(asked(&ledger, &garbage).await, Err(WitnessError::Away(_))));
}

#[tokio::test]
async fn a_slow_or_absent_witness_is_given_up_in_time() {
    let ledger = Kept::of(Log::of(0..8));
    let limits =
        TimeLimits { connect: Duration::from_millis(200), whole: Duration::from_millis(400) };
    let slow = worse(answer("200 OK", "text/plain", ""), Duration::from_secs(60)).await;
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        format!("witness {NAME} {} http://{address}\n", cosigner(9).verifier())
    };
    for line in [slow, gone] {
        let policy = policy(&ledger.log, &line);
        let client = WitnessClient::new(&policy.witnesses()[0], limits, clock()).unwrap();
        let signed = ledger.signed(5);
        let asked = client.submit(&signed, 0, &ledger);
        let found = tokio::time::timeout(Duration::from_secs(5), asked).await.expect("in time");
        assert!(matches!(found, Err(WitnessError::Away(_))), "{found:?}");
    }
}

/// Waits until the witness stands as is wanted; a test that waits in vain fails.
async fn until(asking: &Asking, wanted: impl Fn(&WitnessState) -> bool) {
    let deadline = Duration::from_secs(30);
    let waiting = async {
        while !asking.standings().iter().all(|standing| wanted(&standing.state)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    within(deadline, waiting, asking).await;
}

async fn within(deadline: Duration, waiting: impl Future<Output = ()>, asking: &Asking) {
    let came = tokio::time::timeout(deadline, waiting).await;
    assert!(came.is_ok(), "{:?}", asking.standings());
}

#[tokio::test]
async fn the_ledger_asks_for_the_latest_checkpoint_and_keeps_what_it_gets() {
    let place = ScratchDirectory::new();
    let ledger = Arc::new(Kept::of(Log::of(0..40)));
    let (program, _) = real(&place, &ledger.log);
    let policy = policy(&ledger.log, &program.line);
    let (tell, latest) = watch::channel(None);
    let asking = Asking::start(&policy, &ledger, &latest, LIMITS, &clock());
    assert!(matches!(asking.standings()[0].state, WitnessState::NotAsked));
    for size in [1, 3, 9] {
        tell.send_replace(Some(ledger.signed(size)));
        until(
            &asking,
            |state| matches!(state, WitnessState::Cosigned { size: s, .. } if *s == size),
        )
        .await;
    }
    // Many at once: the last is asked for, and not each.
    for size in 10..40 {
        tell.send_replace(Some(ledger.signed(size)));
    }
    until(&asking, |state| matches!(state, WitnessState::Cosigned { size: 39, .. })).await;
    let kept = ledger.kept_sizes();
    assert!(kept.starts_with(&[1, 3, 9]) && kept.len() < 10, "{kept:?}");
}

#[tokio::test]
async fn a_witness_that_comes_back_is_asked_again() {
    let place = ScratchDirectory::new();
    let ledger = Arc::new(Kept::of(Log::of(0..40)));
    // Its port is free when it is gone: nobody else answers there with its key.
    let (program, _) = real(&place, &ledger.log);
    let line = program.line.clone();
    drop(program);
    let (_tell, latest) = watch::channel(Some(ledger.signed(7)));
    let policy = policy(&ledger.log, &line);
    let asking = Asking::start(&policy, &ledger, &latest, LIMITS, &clock());
    until(&asking, |state| matches!(state, WitnessState::Away { .. })).await;
    let address = line.trim_end().rsplit_once("http://").unwrap().1;
    let _program = WitnessProgram::start_at(&place, &ledger.log.policy(""), address);
    until(&asking, |state| matches!(state, WitnessState::Cosigned { size: 7, .. })).await;
    assert_eq!(ledger.kept_sizes(), [7]);
}

#[tokio::test]
async fn a_witness_ahead_of_us_is_told_unless_another_program_of_the_ledger_was_quicker() {
    let place = ScratchDirectory::new();
    let whole = Kept::of(Log::of(0..40));
    let (program, client) = real(&place, &whole.log);
    client.submit(&whole.signed(30), 0, &whole).await.unwrap();
    let policy = policy(&whole.log, &program.line);
    let (_tell, latest) = watch::channel(Some(whole.signed(20)));
    let lost = Arc::new(Kept::of(Log::of(0..20)));
    let asking = Asking::start(&policy, &lost, &latest, LIMITS, &clock());
    until(&asking, |state| matches!(state, WitnessState::AheadOfUs { size: 30 })).await;
    let slower = Arc::new(Kept { largest: 30, ..Kept::of(Log::of(0..40)) });
    let (tell, latest) = watch::channel(Some(slower.signed(20)));
    let asking = Asking::start(&policy, &slower, &latest, LIMITS, &clock());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(matches!(asking.standings()[0].state, WitnessState::NotAsked));
    tell.send_replace(Some(slower.signed(35)));
    until(&asking, |state| matches!(state, WitnessState::Cosigned { size: 35, .. })).await;
}

#[tokio::test]
async fn at_start_every_witness_is_asked_once_and_those_away_say_nothing() {
    let (place, other_place) = (ScratchDirectory::new(), ScratchDirectory::new());
    let ledger = Kept::of(Log::of(0..40));
    let (program, client) = real(&place, &ledger.log);
    client.submit(&ledger.signed(30), 0, &ledger).await.unwrap();
    let (gone, _) = real(&other_place, &ledger.log);
    let lines = format!("{}{}", program.line, gone.line.replacen(NAME, "gone", 1));
    let lines = format!("{lines}witness silent {}\n", cosigner(9).verifier());
    drop(gone);
    let policy = policy(&ledger.log, &lines);
    let answers = asking::ask_once(&policy, &ledger.signed(20), &ledger, LIMITS, &clock()).await;
    assert_eq!(answers.len(), 2);
    assert!(matches!(answers[0].1, Err(WitnessError::AheadOfUs { size: 30 })));
    assert!(matches!(answers[1].1, Err(WitnessError::Away(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bureaus_checkpoints_are_cosigned_and_kept_with_the_signature() {
    let (bureau, place) = (Bureau::new().await, ScratchDirectory::new());
    let file = std::fs::read_to_string(bureau.place.data().policy(&LEDGER)).unwrap();
    let program = WitnessProgram::start(&place, &file);
    let file = file.replace("quorum none", &format!("{}quorum {NAME}", program.line));
    let policy = Policy::parse(file.as_bytes()).unwrap();
    let book = bureau.book().await;
    let ledger = Arc::new(WitnessedLedger {
        id: book.id().clone(),
        origin: book.opened().origin.clone(),
        pool: book.pool().clone(),
        clock: clock(),
    });
    let asking = Asking::start(&policy, &ledger, &book.latest_checkpoint(), LIMITS, &clock());
    let cosigned = async || {
        let size = book.checkpoint().await.unwrap().checkpoint.size;
        until(
            &asking,
            |state| matches!(state, WitnessState::Cosigned { size: s, .. } if *s == size),
        )
        .await;
        size
    };
    cosigned().await;
    bureau.record_everything(LEDGER).await;
    let size = cosigned().await;
    assert!(size > 10, "{size}");
    let mut connection = book.pool().acquire().await.unwrap();
    let kept = store::kept(&mut connection, book.id(), &ledger.origin).await.unwrap();
    let kept = kept.iter().find(|kept| kept.signed.checkpoint.size == size).unwrap();
    let checked = policy.check(&kept.note()).unwrap();
    assert!(checked.quorum_met && checked.checkpoint.size == size);
    drop(connection);
    let answers = asking::ask_once(&policy, &kept.signed, &*ledger, LIMITS, &clock()).await;
    assert!(answers[0].1.is_ok(), "{answers:?}");
    drop(asking);
    bureau.name_witness(&program.line);
    bureau.check_ledger().await;
}
