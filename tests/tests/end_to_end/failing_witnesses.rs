//! Witnesses of a real ledger that fail in every way there is: recording goes on, each failure is
//! told for what it is, and what is cosigned once they have come to their senses is kept.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use api::books::CommandError;
use api::clock::MachineClock;
use api::witnesses::{Asking, Cosignatures, Standing, TimeLimits, WitnessState, WitnessedLedger};
use ledger::checkpoint::Checkpoint;
use ledger::checkpoints::store;
use ledger::clock::Clock;
use ledger::cosignature::Cosigner;
use ledger::key::LedgerKey;
use ledger::note::Note;
use ledger::policy::Policy;
use tests::bureau::{Bureau, LEDGER};
use tests::gate::{Disturbance, Gate};
use tests::shown::Shown;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::witnesses::{answer, read_request};

/// Short, so that a witness that is slow is given up soon.
const LIMITS: TimeLimits =
    TimeLimits { connect: Duration::from_secs(2), whole: Duration::from_secs(3) };
/// How long a machine that is busy with other tests may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a witness does instead of answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    HangsUpAtOnce,
    DiesBeforeItSigns,
    DiesAfterItSigned,
    DiesInTheMiddleOfItsAnswer,
    NeverAnswers,
    SpeaksNoHttp,
    HasAFault,
    Refuses,
    SignsGarbage,
    SignsWithoutEnd,
    KnowsMoreThanThereIs,
    KnowsNoNumber,
    KnowsAnotherSizeEachTime,
    KnowsWhatItWasTold,
    AcceptsNoProof,
}

/// What a failure is told as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Away,
    Refused,
    Lying,
    Contradicts,
}

impl Failure {
    const ALL: [(Self, Told); 15] = [
        (Self::HangsUpAtOnce, Told::Away),
        (Self::DiesBeforeItSigns, Told::Away),
        (Self::DiesAfterItSigned, Told::Away),
        (Self::DiesInTheMiddleOfItsAnswer, Told::Away),
        (Self::NeverAnswers, Told::Away),
        (Self::SpeaksNoHttp, Told::Away),
        (Self::HasAFault, Told::Away),
        (Self::Refuses, Told::Refused),
        (Self::SignsGarbage, Told::Lying),
        (Self::SignsWithoutEnd, Told::Lying),
        (Self::KnowsMoreThanThereIs, Told::Contradicts),
        (Self::KnowsNoNumber, Told::Lying),
        (Self::KnowsAnotherSizeEachTime, Told::Away),
        (Self::KnowsWhatItWasTold, Told::Contradicts),
        (Self::AcceptsNoProof, Told::Contradicts),
    ];
}

fn told(state: &WitnessState) -> Option<Told> {
    match state {
        WitnessState::Away { .. } => Some(Told::Away),
        WitnessState::Refused { .. } => Some(Told::Refused),
        WitnessState::Lying { .. } => Some(Told::Lying),
        WitnessState::AheadOfUs { .. } | WitnessState::Disagrees { .. } => Some(Told::Contradicts),
        WitnessState::NotAsked | WitnessState::Unusable(_) | WitnessState::Cosigned { .. } => None,
    }
}

/// A witness that fails until it is told to be honest. It holds no proof against anything: the real
/// one is tested elsewhere.
struct FailingWitness {
    failure: Failure,
    honest: Arc<AtomicBool>,
    cosigner: Arc<Cosigner>,
    /// Size that it has signed.
    known: Arc<AtomicU64>,
}

impl FailingWitness {
    /// Starts it; also gives its line for a policy.
    async fn start(number: u8, failure: Failure, honest: Arc<AtomicBool>) -> String {
        let key = LedgerKey::from_seed([100 + number; 32]).unwrap();
        let cosigner = Cosigner::new(format!("witness.example/w{number}"), key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = format!("witness w{number} {} http://{address}\n", cosigner.verifier());
        let (cosigner, known) = (Arc::new(cosigner), Arc::default());
        let witness = Arc::new(Self { failure, honest, cosigner, known });
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(witness.clone().serve(connection));
            }
        });
        line
    }

    async fn serve(self: Arc<Self>, mut connection: TcpStream) {
        let honest = self.honest.load(Ordering::SeqCst);
        if !honest && self.failure == Failure::HangsUpAtOnce {
            return;
        }
        let request = read_request(&mut connection).await;
        let Some((_, body)) = request.split_once("\r\n\r\n") else { return };
        let answer = if honest { Some(self.sign(body)) } else { self.fail(body).await };
        if let Some(answer) = answer {
            // Whoever asks may have given up.
            let _ = connection.write_all(answer.as_bytes()).await;
        }
    }

    /// As C2SP `tlog-witness` says, but for the proof.
    fn sign(&self, body: &str) -> String {
        let (old, size, text) = asked(body);
        let known = self.known.load(Ordering::SeqCst);
        if old != known {
            return knows(known);
        }
        self.known.store(size, Ordering::SeqCst);
        let now = u64::try_from(MachineClock.now().micros()).unwrap() / 1_000_000;
        answer("200 OK", "text/plain", &format!("{}\n", self.cosigner.cosign(&text, now)))
    }

    async fn fail(&self, body: &str) -> Option<String> {
        let (old, size, _) = asked(body);
        let ok = |body: &str| answer("200 OK", "text/plain", body);
        match self.failure {
            Failure::HangsUpAtOnce | Failure::DiesBeforeItSigns => None,
            Failure::DiesAfterItSigned => {
                self.sign(body);
                None
            }
            Failure::DiesInTheMiddleOfItsAnswer => {
                let mut whole = self.sign(body);
                whole.truncate(whole.len() - 20);
                Some(whole)
            }
            Failure::NeverAnswers => {
                tokio::time::sleep(2 * PATIENCE).await;
                None
            }
            Failure::SpeaksNoHttp => Some("no HTTP at all\n".to_owned()),
            Failure::HasAFault => Some(answer("503 Service Unavailable", "text/plain", "no")),
            Failure::Refuses => Some(answer("403 Forbidden", "text/plain", "no")),
            Failure::SignsGarbage => Some(ok("\u{2014} garbage\n")),
            Failure::SignsWithoutEnd => Some(ok(&"x".repeat(1 << 17))),
            Failure::KnowsMoreThanThereIs => Some(knows(size + 1_000)),
            Failure::KnowsNoNumber => Some(answer("409 Conflict", "text/x.tlog.size", "many\n")),
            Failure::KnowsAnotherSizeEachTime => Some(knows(if old == 1 { 2 } else { 1 })),
            Failure::KnowsWhatItWasTold => Some(knows(old)),
            Failure::AcceptsNoProof => Some(answer("422 Unprocessable Entity", "text/plain", "")),
        }
    }
}

fn knows(size: u64) -> String {
    answer("409 Conflict", "text/x.tlog.size", &format!("{size}\n"))
}

/// The old size, and size and text of the checkpoint.
fn asked(body: &str) -> (u64, u64, String) {
    let (old, rest) = body.split_once('\n').unwrap();
    // Proof lines, an empty line, the note. Without proof the empty line comes at once.
    let note = rest.strip_prefix('\n').or_else(|| Some(rest.split_once("\n\n")?.1)).unwrap();
    let note = Note::parse(note).unwrap();
    let size = Checkpoint::read(note.text()).unwrap().size;
    (old.strip_prefix("old ").unwrap().parse().unwrap(), size, note.text().to_owned())
}

async fn until(asking: &Asking, wanted: impl Fn(usize, &Standing) -> bool) {
    let waiting = async {
        while !asking.standings().iter().enumerate().all(|(n, standing)| wanted(n, standing)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let came = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(came.is_ok(), "{:#?}", asking.standings());
}

async fn bureau_with_money() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("100000", &["minimum-living-allowance"]).await;
    bureau
}

#[tokio::test(flavor = "multi_thread")]
async fn witnesses_that_fail_in_every_way_hinder_nobody_and_are_told_apart() {
    let bureau = bureau_with_money().await;
    let book = bureau.book().await;
    let mut shown = Shown::of(&book, bureau.place.data().checkpoint(&LEDGER));
    let mut session = bureau.place.administrator_session().await;
    let honest = Arc::new(AtomicBool::new(false));
    let mut policy = fs::read_to_string(bureau.place.data().policy(&LEDGER)).unwrap();
    for (number, (failure, _)) in (0u8..).zip(Failure::ALL) {
        let line = FailingWitness::start(number, failure, honest.clone()).await;
        policy = policy.replace("quorum none", &format!("{line}quorum none"));
        bureau.name_witness(&line);
    }
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let (clock, origin): (Arc<dyn Clock>, _) =
        (Arc::new(MachineClock), book.opened().origin.clone());
    let (id, pool) = (book.id().clone(), book.pool().clone());
    let ledger = Arc::new(WitnessedLedger { id, origin, pool, clock: clock.clone() });
    let asking = Asking::start(&policy, &ledger, &book.latest_checkpoint(), LIMITS, &clock);
    for n in 0..20 {
        bureau.record_many(n..n + 1).await;
        shown.given(&book.checkpoint().await.unwrap().note);
        shown.hold(&mut session).await;
    }
    until(&asking, |n, standing| told(&standing.state) == Some(Failure::ALL[n].1)).await;
    honest.store(true, Ordering::SeqCst);
    bureau.record_many(20..21).await;
    let size = book.checkpoint().await.unwrap().checkpoint.size;
    until(
        &asking,
        |_, standing| matches!(standing.state, WitnessState::Cosigned { size: s, .. } if s == size),
    )
    .await;
    let standing = shown.hold(&mut session).await;
    let kept = standing.kept.iter().find(|kept| kept.signed.checkpoint.size == size).unwrap();
    assert_eq!(kept.cosignatures.len(), Failure::ALL.len());
    eprintln!("{} failures of a witness tried", Failure::ALL.len());
    drop(asking);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_opens_beside_a_failing_witness_unless_that_one_says_that_entries_are_lost() {
    let bureau = bureau_with_money().await;
    bureau.record_many(0..3).await;
    let mut shown = Shown::of(&*bureau.book().await, bureau.place.data().checkpoint(&LEDGER));
    let mut session = bureau.place.administrator_session().await;
    let path = bureau.place.data().policy(&LEDGER);
    let policy = fs::read_to_string(&path).unwrap();
    let mut lines = Vec::new();
    for (number, (failure, tells)) in (0u8..).zip(Failure::ALL) {
        let honest = Arc::new(AtomicBool::new(false));
        let line = FailingWitness::start(number, failure, honest.clone()).await;
        fs::write(&path, policy.replace("quorum none", &format!("{line}quorum none"))).unwrap();
        let program = bureau.another_program().await;
        match program.book(LEDGER).await {
            Ok(_) => assert_ne!(tells, Told::Contradicts, "{failure:?}"),
            Err(CommandError::Fault(fault)) => {
                assert!(tells == Told::Contradicts && fault.is_refusal(), "{failure:?}: {fault}");
                assert!(fault.public().contains(&format!("w{number}")), "{}", fault.public());
            }
            Err(error) => panic!("{error:?}"),
        }
        program.close().await;
        // Those who record already go on, and once the witness is honest everybody opens it.
        let number = u32::from(number);
        bureau.record_many(10 + number..11 + number).await;
        honest.store(true, Ordering::SeqCst);
        let program = bureau.another_program().await;
        let book = program.book(LEDGER).await.unwrap();
        shown.given(&book.checkpoint().await.unwrap().note);
        shown.hold(&mut session).await;
        drop(book);
        program.close().await;
        lines.push(line);
    }
    fs::write(&path, policy).unwrap();
    lines.iter().for_each(|line| bureau.name_witness(line));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cosignature_whose_keeping_is_cut_off_at_any_message_is_kept_the_next_time() {
    let bureau = bureau_with_money().await;
    let gate = Gate::start(&bureau).await;
    let books = gate.books(&bureau).await.unwrap();
    let book = books.book(LEDGER).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(MachineClock);
    let (id, origin) = (book.id().clone(), book.opened().origin.clone());
    let ledger = WitnessedLedger { id, origin: origin.clone(), pool: books.pool().clone(), clock };
    let cosigner = Cosigner::new("w", LedgerKey::from_seed([9; 32]).unwrap()).unwrap();
    let mut tried = 0;
    for disturbance in [Disturbance::LostBefore, Disturbance::LostAfter] {
        for after in 0.. {
            bureau.record_many(tried..tried + 1).await;
            let signed = book.checkpoint().await.unwrap();
            let text = signed.checkpoint.text();
            let line = cosigner.cosign(&text, 1_800_000_000);
            gate.arm(disturbance, after);
            let kept = ledger.keep(&signed, &line).await;
            let struck = gate.disarm();
            assert!(struck || kept.is_ok());
            ledger.keep(&signed, &line).await.unwrap();
            let size = signed.checkpoint.size;
            let mut session = book.pool().acquire().await.unwrap();
            let lines = store::cosignatures(&mut session, book.id(), size).await.unwrap();
            assert_eq!(lines, [line.to_string()], "{disturbance:?}, {after}");
            tried += 1;
            if !struck {
                break;
            }
        }
    }
    eprintln!("keeping a cosignature: {tried} points tried");
    assert!(tried > 8, "only {tried} points were reached");
    drop((book, books));
    bureau.name_witness(&format!("witness w {}", cosigner.verifier()));
    bureau.check_ledger().await;
}
