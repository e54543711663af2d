//! The five who may notice: each is really asked.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use api::books::{Books, CommandError, DomainRules};
use api::bundle::{export, verify};
use api::clock::MachineClock;
use api::verification;
use api::witnesses::{
    ConsistencyProofs, LedgerUnavailable, TimeLimits, WitnessClient, WitnessError,
};
use ledger::LedgerId;
use ledger::checkpoints::SignedCheckpoint;
use ledger::clock::Moment;
use ledger::hash::{self, Hash};
use ledger::policy::Policy;
use ledger::verify::{HeldNote, NamedNote, VerifyError};
use sqlx::{Connection, PgConnection};
use tests::bureau::{LEDGER, TestClock, open};
use tests::log::Log;
use tests::scratch::ScratchDirectory;
use tests::throwaway::Throwaway;

use super::history::{entries, ledger_key};
use super::prepared::{Prepared, Required};
use super::{Answer, Answers};

const LIMITS: TimeLimits =
    TimeLimits { connect: Duration::from_secs(30), whole: Duration::from_secs(60) };

/// Who holds the kept checkpoint, in findings about it.
const AUDITOR: &str = "auditor";

/// Asks all five about a place. What writes comes after what only reads.
pub(super) async fn ask(place: &Throwaway, prepared: &Prepared, required: Required) -> Answers {
    if let Required::Witness = required {
        fs::write(place.data().policy(&LEDGER), prepared.policy(required)).unwrap();
    }
    let books = program(place).await;
    let database = database_verify(&books).await;
    let checkpoint = older_checkpoint(&books, prepared).await;
    books.close().await;
    let start = opens(place).await.is_err();
    let (bundle, kept) = bundle_verify(place, prepared, required).await;
    if let Some(kept) = kept {
        assert_eq!(kept, checkpoint, "a kept checkpoint, on a bundle and on the database");
    }
    let witness = witness(place, prepared, required, start).await;
    Answers([start.into(), database.into(), bundle, checkpoint.into(), witness.into()])
}

async fn program(place: &Throwaway) -> Books {
    open(place, Arc::new(TestClock::default())).await
}

/// `mingzhang verify` on the database. One that cannot be carried out is no clean one.
async fn database_verify(books: &Books) -> bool {
    let id = LedgerId::parse(LEDGER).unwrap();
    let outcome = verification::verify(books, &id, |_| {}).await;
    outcome.map_or(true, |outcome| outcome.found() > 0)
}

/// Whether the entries of the database contradict the checkpoint that the auditor kept.
async fn older_checkpoint(books: &Books, prepared: &Prepared) -> bool {
    let id = LedgerId::parse(LEDGER).unwrap();
    let kept = HeldNote { holder: AUDITOR.to_owned(), note: prepared.kept.note.clone() };
    let rules = Arc::new(DomainRules);
    let report = match ledger::verify::ledger(books.pool(), &id, rules, &[kept], |_| {}).await {
        Ok(report) => report,
        // The auditor holds a checkpoint over entries, and is told that there is no such ledger.
        Err(VerifyError::NoLedger(_)) => return true,
        Err(error) => panic!("{error}"),
    };
    let about_it = format!("{AUDITOR}: ");
    report.findings.iter().any(|finding| finding.found.starts_with(&about_it))
}

/// Opens the ledger for recording as a program does that starts; says why it does not.
async fn opens(place: &Throwaway) -> Result<(), String> {
    let books = program(place).await;
    let opened = books.book(LEDGER).await.map(|_| ()).map_err(|error| match error {
        CommandError::Fault(fault) => fault.public().to_owned(),
        // There is no such ledger.
        CommandError::Refused(refusal) => refusal.message,
    });
    books.close().await;
    opened
}

/// Exports and verifies with the policy: what is found, and whether the checkpoint that the auditor
/// kept lies on the bundle's history, where there is a bundle.
async fn bundle_verify(
    place: &Throwaway,
    prepared: &Prepared,
    required: Required,
) -> (Answer, Option<bool>) {
    let scratch = ScratchDirectory::new();
    let path = scratch.join("bundle.zip");
    let books = program(place).await;
    let exported = match books.book(LEDGER).await {
        Ok(book) => export::export(&book, &path, |_| {}).await.is_ok(),
        Err(_) => false,
    };
    books.close().await;
    if !exported {
        assert!(!path.exists(), "an export that fails leaves nothing");
        return (Answer::NoBundle, None);
    }
    let policy = Policy::parse(prepared.policy(required).as_bytes()).unwrap();
    let note = prepared.kept.note.clone().into_bytes();
    let kept = vec![NamedNote { name: AUDITOR.to_owned(), note }];
    let findings = tokio::task::spawn_blocking(move || {
        let verify = |kept| verify::verify(&path, &policy, kept, &|_, _| {}).unwrap();
        let alone = verify(vec![]).is_clean();
        let differs = verify(kept).findings().any(|finding| finding.rule == "kept checkpoint");
        // The bundle goes away with its directory.
        drop(scratch);
        (alone, differs)
    });
    let (clean, differs) = findings.await.unwrap();
    ((!clean).into(), Some(differs))
}

/// The tree over the entries as they are, to prove from.
struct AsItIs(Log);

impl ConsistencyProofs for AsItIs {
    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LedgerUnavailable> {
        Ok(self.0.proof(old, new))
    }
}

/// Asks a witness that cosigned before to cosign a checkpoint over the entries as they are now, signed
/// by the ledger's own key. Where the ledger opens and its latest checkpoint is that one, a start that
/// asks the witness must come to the same.
async fn witness(
    place: &Throwaway,
    prepared: &Prepared,
    required: Required,
    refused_at_start: bool,
) -> bool {
    let mut session = place.administrator_session().await;
    let entries = entries(&mut session).await;
    let latest = latest_root(&mut session).await;
    session.close().await.unwrap();
    let leaves = entries.iter().map(|(bytes, _)| hash::leaf(bytes)).collect();
    let log = Log::over(&prepared.kept.checkpoint.origin, ledger_key(place), leaves);
    let (_program, _place, policy) = prepared.witness(required);
    let size = u64::try_from(entries.len()).unwrap();
    let as_signed = latest == Some(log.checkpoint(size).root);
    let refused = refuses(log, size, prepared, &policy).await;
    if as_signed && !refused_at_start {
        fs::write(place.data().policy(&LEDGER), policy).unwrap();
        let told = opens_where_witnesses_answer(place, refused).await;
        assert_eq!(told.is_err(), refused, "asked at the start: {told:?}");
        assert!(told.is_ok() || told.as_ref().unwrap_err().contains("见证方"), "{told:?}");
    }
    refused
}

/// A start waits for a witness for a moment only, and goes on without one that is slow.
async fn opens_where_witnesses_answer(place: &Throwaway, refused: bool) -> Result<(), String> {
    for _ in 0..9 {
        let told = opens(place).await;
        if told.is_err() || !refused {
            return told;
        }
    }
    opens(place).await
}

async fn refuses(log: Log, size: u64, prepared: &Prepared, policy: &str) -> bool {
    let (checkpoint, note) = (log.checkpoint(size), log.note(size));
    let signed = SignedCheckpoint { checkpoint, note, signed_at: Moment::EARLIEST };
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let client =
        WitnessClient::new(&policy.witnesses()[0], LIMITS, Arc::new(MachineClock)).unwrap();
    match client.submit(&signed, prepared.kept.checkpoint.size, &AsItIs(log)).await {
        Ok(_) => false,
        Err(WitnessError::AheadOfUs { .. } | WitnessError::Disagrees { .. }) => true,
        Err(error) => panic!("{error}"),
    }
}

async fn latest_root(session: &mut PgConnection) -> Option<Hash> {
    let root: Option<Vec<u8>> =
        sqlx::query_scalar("select root from latest_checkpoints where ledger_id = $1")
            .bind(LEDGER)
            .fetch_optional(session)
            .await
            .unwrap();
    root.and_then(|root| Hash::from_slice(&root))
}
