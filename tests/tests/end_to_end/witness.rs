//! The witness as a program: what it signs, what it refuses, and that it forgets nothing.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ledger::checkpoint::Checkpoint;
use ledger::hash::Hash;
use ledger::note::VerifierKey;
use ledger::policy::Policy;
use reqwest::{Client, StatusCode};
use tests::http::client;
use tests::log::{Log, request};
use tests::program::mingzhang;
use tests::scratch::ScratchDirectory;
use tokio::task::JoinSet;

pub(crate) const NAME: &str = "witness.example/audit";

/// A running `mingzhang witness` on a free port; killed when dropped.
pub(crate) struct WitnessProgram {
    child: Child,
    /// Kept, so that the program always has somebody to write to.
    _output: BufReader<ChildStdout>,
    /// The line for a policy.
    pub(crate) line: String,
}

impl WitnessProgram {
    pub(crate) fn start(place: &ScratchDirectory, policy: &str) -> Self {
        Self::start_at(place, policy, "127.0.0.1:0")
    }

    pub(crate) fn start_at(place: &ScratchDirectory, policy: &str, address: &str) -> Self {
        std::fs::write(place.join("log.policy"), policy).unwrap();
        let mut command = mingzhang(&place.join("data"));
        command.arg("witness").arg("--policy").arg(place.join("log.policy"));
        command.args(["--name", NAME, "--listen", address, "--state"]);
        let command = command.arg(place.join("state")).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(
            line.starts_with(&format!("witness {NAME} {NAME}+")),
            "it does not serve: {line:?}"
        );
        Self { child, _output: output, line }
    }

    fn word(&self, number: usize) -> &str {
        self.line.split_whitespace().nth(number).unwrap()
    }

    pub(crate) fn key(&self) -> VerifierKey {
        VerifierKey::parse(self.word(2)).unwrap()
    }

    pub(crate) async fn post(&self, client: &Client, body: String) -> (StatusCode, String) {
        let url = format!("{}/add-checkpoint", self.word(3));
        let answer = client.post(url).body(body).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// SIGKILL, so that it can tidy nothing away.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for WitnessProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_witness_cosigns_what_extends_all_that_it_has_seen() {
    let (place, log) = (ScratchDirectory::new(), Log::of(0..40));
    let witness = WitnessProgram::start(&place, &log.policy(""));
    let client = client();
    for (old, new) in [(0, 5), (5, 5), (5, 13), (13, 32), (32, 40)] {
        let (status, line) = witness.post(&client, log.request(old, new)).await;
        assert_eq!(status, StatusCode::OK, "{line}");
        assert!(log.cosigned(new, &witness.key(), &line), "{old} to {new}");
    }
    // What it keeps is what `verify --checkpoint` takes, and its line makes a policy that holds.
    let kept = place.join("state").join("mingzhang.example%2Fcn-320404.checkpoint");
    let policy = log.policy(&witness.line).replace("quorum none", &format!("quorum {NAME}"));
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let checked = policy.check(&std::fs::read_to_string(kept).unwrap()).unwrap();
    assert_eq!(checked.checkpoint, log.checkpoint(40));
    assert!(checked.quorum_met);
}

#[tokio::test]
async fn a_witness_refuses_with_the_codes_of_the_specification() {
    let (place, log) = (ScratchDirectory::new(), Log::of(0..20));
    let fork = Log::of((0..3).chain(100..120));
    let witness = WitnessProgram::start(&place, &log.policy(""));
    let client = client();
    assert_eq!(witness.post(&client, log.request(0, 9)).await.0, StatusCode::OK);
    let elsewhere = Checkpoint { origin: "mingzhang.example/other".into(), ..log.checkpoint(9) };
    let elsewhere = elsewhere.sign(&ledger::key::LedgerKey::from_seed([1; 32]).unwrap());
    for (what, body, expected) in [
        ("a shrunken log", log.request(0, 5), StatusCode::CONFLICT),
        (
            "an old size beyond the checkpoint",
            request(9, &[], &log.note(5)),
            StatusCode::BAD_REQUEST,
        ),
        ("a fork of the same size", request(9, &[], &fork.note(9)), StatusCode::CONFLICT),
        ("a fork that is longer", fork.request(9, 12), StatusCode::UNPROCESSABLE_ENTITY),
        ("a proof of nothing", request(9, &[], &log.note(12)), StatusCode::UNPROCESSABLE_ENTITY),
        (
            "a wrong proof",
            request(9, &[Hash::ZERO; 4], &log.note(12)),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("another log", request(0, &[], &elsewhere), StatusCode::NOT_FOUND),
        ("a stranger's key", Log::of(0..20).under(2).request(9, 12), StatusCode::FORBIDDEN),
        ("no checkpoint", "old 9\n\ntext\n".to_owned(), StatusCode::BAD_REQUEST),
    ] {
        let (status, said) = witness.post(&client, body).await;
        assert_eq!(status, expected, "{what}: {said}");
        assert!(!said.contains('\u{2014}'), "nothing is signed for {what}");
    }
    assert_eq!(witness.post(&client, log.request(0, 12)).await.1, "9\n");
    assert_eq!(witness.post(&client, log.request(9, 12)).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_histories_sent_at_the_same_time_one_is_signed() {
    for _ in 0..5 {
        let place = ScratchDirectory::new();
        let (log, fork) = (Log::of(0..40), Log::of((0..4).chain(100..140)));
        let witness = Arc::new(WitnessProgram::start(&place, &log.policy("")));
        assert_eq!(witness.post(&client(), log.request(0, 4)).await.0, StatusCode::OK);
        let mut posting = JoinSet::new();
        for body in (5..15).flat_map(|size| [log.request(4, size), fork.request(4, size)]) {
            let witness = witness.clone();
            posting.spawn(async move { witness.post(&client(), body).await.0 });
        }
        let answers = posting.join_all().await;
        let signed = answers.iter().filter(|status| **status == StatusCode::OK).count();
        assert_eq!(signed, 1, "{answers:?}");
        let late = answers.iter().filter(|status| **status == StatusCode::CONFLICT).count();
        assert_eq!(late, 19, "{answers:?}");
    }
}

#[tokio::test]
async fn what_was_signed_is_known_after_a_kill_at_once() {
    let (place, log) = (ScratchDirectory::new(), Log::of(0..64));
    let policy = log.policy("");
    for (old, new) in (0..10).map(|round| (round * 6, round * 6 + 6)) {
        let witness = WitnessProgram::start(&place, &policy);
        let (status, line) = witness.post(&client(), log.request(old, new)).await;
        assert_eq!(status, StatusCode::OK, "{line}");
        witness.kill();
        let witness = WitnessProgram::start(&place, &policy);
        let (status, size) = witness.post(&client(), log.request(old, new)).await;
        assert_eq!((status, size), (StatusCode::CONFLICT, format!("{new}\n")));
    }
}

#[tokio::test]
async fn a_kill_at_any_moment_forgets_nothing_that_was_answered() {
    let (place, log) = (ScratchDirectory::new(), Arc::new(Log::of(0..4000)));
    let policy = log.policy("");
    let mut at = 0;
    for round in 0..8_u64 {
        let witness = Arc::new(WitnessProgram::start(&place, &policy));
        let answered = Arc::new(AtomicU64::new(at));
        let (asked, told, all) = (witness.clone(), answered.clone(), log.clone());
        let posting = tokio::spawn(async move {
            let client = client();
            let url = format!("{}/add-checkpoint", asked.word(3));
            for size in at..3990 {
                let sent = client.post(&url).body(all.request(size, size + 1)).send().await;
                // The first that gets no answer was killed.
                if !sent.is_ok_and(|answer| answer.status() == StatusCode::OK) {
                    return;
                }
                told.store(size + 1, Ordering::SeqCst);
            }
        });
        tokio::time::sleep(Duration::from_millis(30 + round * 17)).await;
        let process = nix::unistd::Pid::from_raw(i32::try_from(witness.child.id()).unwrap());
        nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGKILL).unwrap();
        posting.await.unwrap();
        drop(witness);
        let again = WitnessProgram::start(&place, &policy);
        // A size beyond all that was sent is never the one that it knows.
        let (status, size) = again.post(&client(), log.request(3999, 4000)).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let (size, answered) = (size.trim_end().parse().unwrap(), answered.load(Ordering::SeqCst));
        assert!(size == answered || size == answered + 1, "{answered} answered, {size} known");
        at = size;
    }
    assert!(at > 8, "the witness signed under load: {at}");
}

fn refused_to_start(place: &ScratchDirectory, arguments: &[&str], policy: &Path) -> String {
    let mut command = mingzhang(&place.join("data"));
    command.arg("witness").arg("--policy").arg(policy).arg("--state").arg(place.join("state"));
    let output = command.args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_witness_that_would_not_be_one_does_not_start() {
    let (place, log) = (ScratchDirectory::new(), Log::of(0..4));
    let witness = WitnessProgram::start(&place, &log.policy(""));
    let policy = place.join("log.policy");
    let local = ["--listen", "127.0.0.1:0"];
    let start =
        |name: &str| refused_to_start(&place, &["--name", name, local[0], local[1]], &policy);
    assert!(start(NAME).contains("another witness program"));
    drop(witness);
    assert!(start("witness.example/renamed").contains("keeps its name and key"));
    let outside = ["--name", NAME, "--listen", "0.0.0.0:0"];
    let said = refused_to_start(&place, &outside, &policy);
    assert!(said.contains("no TLS yet"), "{said}");
    let nothing = place.join("nothing.policy");
    std::fs::write(&nothing, "quorum none\n").unwrap();
    let said = refused_to_start(&place, &["--name", NAME, local[0], local[1]], &nothing);
    assert!(said.contains("name no log"), "{said}");
    std::fs::write(&nothing, "log x\nquorum none\n").unwrap();
    let said = refused_to_start(&place, &["--name", NAME, local[0], local[1]], &nothing);
    assert!(said.contains("line 1"), "{said}");
    let key = place.join("state").join("witness.key");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}
