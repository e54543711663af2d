#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects
)]

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::clock::Moment;
use ledger::hash::{self, Hash};
use ledger::key::LedgerKey;
use ledger::note::{KeyKind, Signed};
use ledger::tree::consistency_plan;
use poem::http::StatusCode;
use poem::test::{TestClient, TestResponse};

use super::*;

const ORIGIN: &str = "mingzhang.example/cn-320404";
const NAME: &str = "witness.example/audit";
const NOW: u64 = 1_679_315_147;

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Moment {
        Moment::from_micros(i64::try_from(NOW).unwrap() * 1_000_000 + 999_999).unwrap()
    }
}

/// A log of any leaves; two with the same first leaves have the same beginning.
struct Log {
    key: LedgerKey,
    leaves: Vec<Hash>,
}

impl Log {
    fn of(leaves: impl IntoIterator<Item = u32>) -> Self {
        let leaves = leaves.into_iter().map(|leaf| hash::leaf(&leaf.to_be_bytes())).collect();
        Self { key: LedgerKey::from_seed([1; 32]).unwrap(), leaves }
    }

    fn root(&self, leaves: std::ops::Range<usize>) -> Hash {
        let mut frontier = Frontier::empty();
        self.leaves[leaves].iter().for_each(|leaf| frontier.append(*leaf));
        frontier.root()
    }

    fn checkpoint(&self, size: usize) -> Checkpoint {
        let root = self.root(0..size);
        Checkpoint { origin: ORIGIN.into(), size: size.try_into().unwrap(), root }
    }

    fn proof(&self, old: usize, new: usize) -> Vec<Hash> {
        let plan = consistency_plan(old.try_into().unwrap(), new.try_into().unwrap()).unwrap();
        let roots: Vec<Hash> = plan
            .needed()
            .iter()
            .map(|subtree| {
                let width = 1_usize << subtree.level;
                let begin = usize::try_from(subtree.index).unwrap() * width;
                self.root(begin..begin + width)
            })
            .collect();
        plan.assemble(&roots).unwrap()
    }

    /// An honest request.
    fn request(&self, old: usize, new: usize) -> String {
        let proof = if old == 0 { Vec::new() } else { self.proof(old, new) };
        request(old, &proof, &self.checkpoint(new).sign(&self.key))
    }
}

fn request(old: impl std::fmt::Display, proof: &[Hash], note: &str) -> String {
    let lines: String =
        proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash.as_bytes()))).collect();
    format!("old {old}\n{lines}\n{note}")
}

/// A state directory that goes away again.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("mingzhang-witness-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn policy(seeds: &[u8]) -> Policy {
    let line = |seed: &u8| {
        let public = LedgerKey::from_seed([*seed; 32]).unwrap().public().clone();
        format!("log {}\n", VerifierKey::new(ORIGIN, KeyKind::Ed25519, public).unwrap())
    };
    let lines: String = seeds.iter().map(line).collect();
    Policy::parse(format!("{lines}quorum none\n").as_bytes()).unwrap()
}

fn opened(scratch: &Scratch, name: &str, seeds: &[u8]) -> Result<Witness, StateError> {
    let clock = Arc::new(FixedClock);
    Witness::open(
        &scratch.0,
        name,
        &[policy(seeds)],
        clock,
        &Randomness::system(),
        &Passphrases::default(),
    )
}

fn witness(scratch: &Scratch) -> Witness {
    opened(scratch, NAME, &[1]).unwrap()
}

struct Server {
    scratch: Scratch,
    witness: Arc<Witness>,
}

impl Server {
    fn new() -> Self {
        let scratch = Scratch::new();
        let witness = Arc::new(witness(&scratch));
        Self { scratch, witness }
    }

    async fn post(&self, body: impl Into<Vec<u8>>) -> TestResponse {
        let client = TestClient::new(routes(self.witness.clone()));
        client.post("/add-checkpoint").body(body.into()).send().await
    }

    async fn status(&self, body: impl Into<Vec<u8>>) -> StatusCode {
        self.post(body).await.0.status()
    }

    /// Cosigns an honest checkpoint.
    async fn cosigned(&self, log: &Log, old: usize, new: usize) {
        let mut answer = self.post(log.request(old, new)).await;
        assert_eq!(answer.0.status(), StatusCode::OK);
        let text = answer.0.take_body().into_string().await.unwrap();
        let line = SignatureLine::parse(text.strip_suffix('\n').unwrap()).unwrap();
        let signed = line.verify(self.witness.verifier(), &log.checkpoint(new).text());
        assert_eq!(signed, Some(Signed::Cosigned { at: NOW }));
    }

    async fn told_size(&self, body: String) -> String {
        let mut answer = self.post(body).await;
        assert_eq!(answer.0.status(), StatusCode::CONFLICT);
        answer.assert_content_type("text/x.tlog.size");
        answer.0.take_body().into_string().await.unwrap()
    }
}

#[tokio::test]
async fn every_step_from_every_size_to_every_size_is_cosigned() {
    let log = Log::of(0..20);
    for old in 0..=9 {
        for new in old..=9 {
            let server = Server::new();
            server.cosigned(&log, 0, old).await;
            server.cosigned(&log, old, new).await;
            server.cosigned(&log, new, new).await;
        }
    }
}

#[tokio::test]
async fn another_old_size_is_told_the_one_that_was_cosigned() {
    let (server, log) = (Server::new(), Log::of(0..20));
    assert_eq!(server.told_size(log.request(3, 8)).await, "0\n");
    server.cosigned(&log, 0, 7).await;
    for (old, new) in [(0, 8), (3, 8), (6, 7), (8, 9), (0, 3), (0, 7)] {
        assert_eq!(server.told_size(log.request(old, new)).await, "7\n", "{old} to {new}");
    }
    server.cosigned(&log, 7, 8).await;
}

#[tokio::test]
async fn a_fork_is_refused_with_and_without_a_proof_and_kept_as_evidence() {
    let (server, log) = (Server::new(), Log::of(0..8));
    let fork = Log::of((0..4).chain(100..110));
    server.cosigned(&log, 0, 7).await;
    let same_size = request(7, &[], &fork.checkpoint(7).sign(&fork.key));
    let answer = server.post(same_size).await;
    assert_eq!(answer.0.status(), StatusCode::CONFLICT);
    answer.assert_content_type("text/plain; charset=utf-8");
    assert_eq!(server.status(fork.request(7, 10)).await, StatusCode::UNPROCESSABLE_ENTITY);
    server.cosigned(&log, 7, 8).await;
    let evidence = server.scratch.0.join("mingzhang.example%2Fcn-320404.fork");
    let evidence = fs::read_to_string(evidence).unwrap();
    assert_eq!(policy(&[1]).check(&evidence).unwrap().checkpoint, fork.checkpoint(7));
}

#[tokio::test]
async fn a_proof_that_does_not_verify_is_422_and_changes_nothing() {
    let (server, log) = (Server::new(), Log::of(0..20));
    let note = |size| log.checkpoint(size).sign(&log.key);
    let unneeded = request(0, &[Hash::ZERO], &note(3));
    assert_eq!(server.status(unneeded).await, StatusCode::UNPROCESSABLE_ENTITY);
    server.cosigned(&log, 0, 7).await;
    let proof = log.proof(7, 13);
    let mut wrong = vec![Vec::new(), log.proof(6, 13), log.proof(7, 12), proof[1..].to_vec()];
    wrong.push(proof.iter().chain(&[Hash::ZERO]).copied().collect());
    wrong.push(proof.iter().rev().copied().collect());
    for proof in wrong {
        let answer = server.status(request(7, &proof, &note(13))).await;
        assert_eq!(answer, StatusCode::UNPROCESSABLE_ENTITY, "{proof:?}");
    }
    let unneeded = request(7, &[Hash::ZERO], &note(7));
    assert_eq!(server.status(unneeded).await, StatusCode::UNPROCESSABLE_ENTITY);
    server.cosigned(&log, 7, 13).await;
}

#[tokio::test]
async fn there_is_only_one_empty_tree() {
    let (server, log) = (Server::new(), Log::of(0..3));
    let wrong = Checkpoint { root: Hash::ZERO, ..log.checkpoint(0) };
    let wrong = request(0, &[], &wrong.sign(&log.key));
    assert_eq!(server.status(wrong).await, StatusCode::UNPROCESSABLE_ENTITY);
    server.cosigned(&log, 0, 0).await;
    server.cosigned(&log, 0, 3).await;
}

#[tokio::test]
async fn logs_that_are_not_followed_and_unsigned_checkpoints_are_refused() {
    let (server, log) = (Server::new(), Log::of(0..8));
    let other = Checkpoint { origin: "mingzhang.example/other".into(), ..log.checkpoint(3) };
    let other = request(0, &[], &other.sign(&log.key));
    assert_eq!(server.status(other).await, StatusCode::NOT_FOUND);
    let stranger = Log { key: LedgerKey::from_seed([2; 32]).unwrap(), ..Log::of(0..8) };
    assert_eq!(server.status(stranger.request(0, 3)).await, StatusCode::FORBIDDEN);
    let (good, text) = (log.checkpoint(3).sign(&log.key), log.checkpoint(3).text());
    let moved = good.replacen(&text, &log.checkpoint(4).text(), 1);
    assert_eq!(server.status(request(0, &[], &moved)).await, StatusCode::FORBIDDEN);
    assert_eq!(server.told_size(log.request(1, 2)).await, "0\n", "nothing was signed");
}

#[tokio::test]
async fn every_key_that_a_policy_has_for_the_log_counts_and_strangers_lines_are_dropped() {
    let scratch = Scratch::new();
    let witness = Arc::new(opened(&scratch, NAME, &[1, 2]).unwrap());
    let server = Server { scratch, witness };
    let [old, new, stranger] = [1, 2, 3].map(|seed| LedgerKey::from_seed([seed; 32]).unwrap());
    let log = Log::of(0..8);
    let both = log.checkpoint(3).sign_with(&[&stranger, &old, &new]).unwrap();
    assert_eq!(server.status(request(0, &[], &both)).await, StatusCode::OK);
    let by_new = log.checkpoint(5).sign(&new);
    assert_eq!(server.status(request(3, &log.proof(3, 5), &by_new)).await, StatusCode::OK);
    let kept = server.scratch.0.join("mingzhang.example%2Fcn-320404.checkpoint");
    let kept = Note::parse(&fs::read_to_string(kept).unwrap()).unwrap();
    let names: Vec<&str> = kept.signatures().iter().map(SignatureLine::name).collect();
    assert_eq!(names, [ORIGIN, NAME]);
}

#[tokio::test]
async fn malformed_requests_are_400() {
    let (server, log) = (Server::new(), Log::of(0..8));
    let good = log.request(0, 3);
    let note = log.checkpoint(3).sign(&log.key);
    let long: Vec<Hash> = vec![Hash::ZERO; 64];
    for bad in [
        String::new(),
        "old 0\n".to_owned(),
        note.clone(),
        good.replacen("old 0", "old", 1),
        good.replacen("old 0", "old ", 1),
        good.replacen("old 0", "old 00", 1),
        good.replacen("old 0", "old +0", 1),
        good.replacen("old 0", "old -1", 1),
        good.replacen("old 0", "old 0 ", 1),
        good.replacen("old 0", "Old 0", 1),
        good.replacen("old 0", "old 18446744073709551616", 1),
        good.replacen("old 0\n", "old 0\r\n", 1),
        good.replacen("old 0\n", "old 0\nAAAA\n", 1),
        good.replacen("old 0\n", "old 0\n****\n", 1),
        good.replacen("old 0\n\n", "old 0\n", 1),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        request(0, &long, &note),
        request(4, &[], &note),
        request(0, &[], "text\n\n\u{2014} a AAAAAAA=\n"),
        request(0, &[], &log.checkpoint(3).text()),
    ] {
        assert_eq!(server.status(bad.clone()).await, StatusCode::BAD_REQUEST, "{bad:?}");
    }
    assert_eq!(server.status(b"old 0\n\n\xff".to_vec()).await, StatusCode::BAD_REQUEST);
    server.cosigned(&log, 0, 3).await;
}

#[tokio::test]
async fn extension_lines_are_cosigned_with_the_text() {
    let (server, log) = (Server::new(), Log::of(0..8));
    let text = format!("{}extension\n", log.checkpoint(3).text());
    let id = VerifierKey::new(ORIGIN, KeyKind::Ed25519, log.key.public().clone()).unwrap();
    let mut bytes = id.key_id().to_vec();
    bytes.extend_from_slice(&log.key.sign(text.as_bytes()).0);
    let note = format!("{text}\n\u{2014} {ORIGIN} {}\n", STANDARD.encode(bytes));
    let mut answer = server.post(request(0, &[], &note)).await;
    let line = answer.0.take_body().into_string().await.unwrap();
    let line = SignatureLine::parse(line.trim_end()).unwrap();
    assert!(line.verify(server.witness.verifier(), &text).is_some());
}

#[tokio::test]
async fn a_body_over_256_kib_is_413_and_one_below_is_read() {
    let server = Server::new();
    assert_eq!(server.status(vec![b'x'; 256 << 10]).await, StatusCode::BAD_REQUEST);
    assert_eq!(server.status(vec![b'x'; (256 << 10) + 1]).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn nothing_else_is_served() {
    let server = Server::new();
    let client = TestClient::new(routes(server.witness.clone()));
    client.get("/livez").send().await.assert_text("ok\n").await;
    let get = client.get("/add-checkpoint").send().await;
    get.assert_status(StatusCode::METHOD_NOT_ALLOWED);
    for path in ["/", "/witness.key", "/add-checkpoint/x", "/lock"] {
        client.get(path).send().await.assert_status(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn of_many_at_once_the_signed_ones_are_one_history() {
    let (server, log) = (Server::new(), Log::of(0..40));
    server.cosigned(&log, 0, 1).await;
    let fork = Log::of((0..1).chain(100..140));
    let requests = (2..40).flat_map(|size| [log.request(1, size), fork.request(1, size)]);
    let answers: Vec<StatusCode> =
        futures_util::future::join_all(requests.map(|body| server.status(body))).await;
    let signed = answers.iter().filter(|status| **status == StatusCode::OK).count();
    assert_eq!(signed, 1, "the first moves the size, so every other is 409");
    assert!(answers.iter().all(|s| matches!(*s, StatusCode::OK | StatusCode::CONFLICT)));
}

#[tokio::test]
async fn a_witness_started_again_knows_what_it_has_signed() {
    let (server, log) = (Server::new(), Log::of(0..8));
    server.cosigned(&log, 0, 5).await;
    let Server { scratch, witness: before } = server;
    let verifier = before.verifier().clone();
    drop(before);
    let witness = Arc::new(witness(&scratch));
    assert_eq!(*witness.verifier(), verifier);
    let server = Server { scratch, witness };
    assert_eq!(server.told_size(log.request(0, 6)).await, "5\n");
    server.cosigned(&log, 5, 6).await;
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_signed() {
    let (server, log) = (Server::new(), Log::of(0..8));
    server.cosigned(&log, 0, 5).await;
    // A directory in the place of the new file cannot be opened for writing.
    let new = server.scratch.0.join("mingzhang.example%2Fcn-320404.checkpoint.new");
    fs::create_dir(&new).unwrap();
    assert_eq!(server.status(log.request(5, 6)).await, StatusCode::INTERNAL_SERVER_ERROR);
    fs::remove_dir(&new).unwrap();
    assert_eq!(server.told_size(log.request(6, 7)).await, "5\n");
    server.cosigned(&log, 5, 6).await;
}

#[test]
fn a_state_directory_is_used_by_one_program_only() {
    let scratch = Scratch::new();
    let first = witness(&scratch);
    assert!(matches!(opened(&scratch, NAME, &[1]), Err(StateError::InUse(_))));
    drop(first);
    witness(&scratch);
}

#[test]
fn a_witness_keeps_its_name_and_key() {
    let scratch = Scratch::new();
    drop(witness(&scratch));
    let renamed = opened(&scratch, "witness.example/other", &[1]);
    assert!(matches!(renamed, Err(StateError::OtherWitness { .. })));
    fs::write(scratch.0.join("witness.key"), "07".repeat(32)).unwrap();
    let other_key = opened(&scratch, NAME, &[1]);
    assert!(matches!(other_key, Err(StateError::OtherWitness { .. })));
    fs::remove_file(scratch.0.join("witness.key")).unwrap();
    let lost = opened(&scratch, NAME, &[1]);
    assert!(matches!(lost, Err(StateError::Key(_))), "no new key is made for an old name");
}

#[test]
fn names_and_policies_that_cannot_be_used_are_refused() {
    for name in ["", "two words", "a+b", "none", "#a"] {
        let scratch = Scratch::new();
        assert!(matches!(opened(&scratch, name, &[1]), Err(StateError::Name(_))), "{name:?}");
    }
    assert!(matches!(opened(&Scratch::new(), NAME, &[]), Err(StateError::NoLogs)));
}

#[tokio::test]
async fn a_damaged_state_is_refused_and_never_forgotten() {
    let (server, log) = (Server::new(), Log::of(0..8));
    server.cosigned(&log, 0, 5).await;
    let Server { scratch, witness: before } = server;
    drop(before);
    let path = scratch.0.join("mingzhang.example%2Fcn-320404.checkpoint");
    let kept = fs::read_to_string(&path).unwrap();
    let smaller = kept.replacen("\n5\n", "\n4\n", 1);
    let unsigned = log.checkpoint(4).sign(&log.key);
    for damaged in ["", "x", &kept[..kept.len() - 1], &smaller, &unsigned] {
        fs::write(&path, damaged).unwrap();
        let refused = opened(&scratch, NAME, &[1]);
        assert!(matches!(refused, Err(StateError::Damaged { .. })), "{damaged:?}");
    }
    fs::write(&path, &kept).unwrap();
    witness(&scratch);
}
