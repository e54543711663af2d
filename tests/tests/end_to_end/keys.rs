//! A ledger's keys are changed, lost, stolen and put under a passphrase.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use api::books::{Books, DomainRules, KeyChangeError};
use ledger::LedgerId;
use ledger::hash;
use ledger::key::{LedgerKey, PublicKey, SignatureBytes};
use ledger::reader;
use ledger::signer::{Signer, SigningError, TheseSigners};
use ledger::writer::{ProposedEvent, Submission, SubmitError, Writer, WriterParts};
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, findings, run};
use tests::program::mingzhang;
use tests::throwaway::throwaway;

fn id() -> LedgerId {
    LedgerId::parse(LEDGER).unwrap()
}

fn key_file(bureau: &Bureau, ending: &str) -> PathBuf {
    bureau.place.data().keys().join(format!("{LEDGER}.key{ending}"))
}

fn key_in(path: &Path) -> LedgerKey {
    let seed = hex::decode(fs::read_to_string(path).unwrap().trim()).unwrap();
    LedgerKey::from_seed(seed.try_into().unwrap()).unwrap()
}

fn rotated_file(bureau: &Bureau, key: &LedgerKey) -> PathBuf {
    let fingerprint = key.public().id().fingerprint().to_string();
    key_file(bureau, &format!(".rotated-{}", &fingerprint[..16]))
}

/// A bureau with money, so that something can be recorded.
async fn bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("100000.00", &["minimum-living-allowance"]).await;
    bureau
}

/// Opens a fund in these books and gives its entry's position.
async fn record(books: &Books, fund: &str) -> u64 {
    let document = "mutation M($input: OpenFundInput!) { openFund(input: $input) { \
        receipt { position } userErrors { code message } } }";
    let input = json!({"ledger": LEDGER, "id": fund, "name": fund, "source": "FISCAL",
                       "programmes": ["temporary-assistance"]});
    let payload = run(books, document, json!({ "input": input })).await["openFund"].clone();
    assert_eq!(payload["userErrors"], json!([]));
    payload["receipt"]["position"].as_u64().unwrap()
}

/// Whether the entry at a position names this key and bears its signature.
async fn signed_by(bureau: &Bureau, position: u64, key: &PublicKey) -> bool {
    let mut connection = bureau.books.pool().acquire().await.unwrap();
    let entry = reader::entry(&mut connection, &id(), position).await.unwrap().unwrap();
    let view = ledger::entry::parse(&entry.bytes).unwrap();
    view.signed_by == key.id() && key.signed_leaf(&entry.leaf, &entry.signature)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rotation_every_program_goes_on_with_the_new_key() {
    let bureau = bureau().await;
    let other = bureau.another_program().await;
    let old = key_in(&key_file(&bureau, ""));
    record(&other, "by-the-other").await;
    let before = record(&bureau.books, "before").await;
    let changed = bureau.books.rotate_key(&id(), false, false).await.unwrap();
    assert_eq!(changed.position, before + 1);
    let new = key_in(&key_file(&bureau, ""));
    assert_eq!(new.public(), &changed.key);
    assert_ne!(new.public(), old.public());
    assert_eq!(key_in(&rotated_file(&bureau, &old)).public(), old.public());
    assert!(!key_file(&bureau, ".next").exists());
    // Both had the ledger open with the old key.
    let here = record(&bureau.books, "after").await;
    let there = record(&other, "after-by-the-other").await;
    assert!(signed_by(&bureau, changed.position, old.public()).await);
    assert!(signed_by(&bureau, here, new.public()).await);
    assert!(signed_by(&bureau, there, new.public()).await);
    let note = bureau.book().await.checkpoint().await.unwrap();
    let origin = note.checkpoint.origin.as_str();
    for key in [&old, &new] {
        ledger::checkpoint::Checkpoint::open(&note.note, origin, key.public()).unwrap();
    }
    bureau.check_ledger().await;
    // Whoever starts now finds the key, with and without the old file.
    fs::remove_file(rotated_file(&bureau, &old)).unwrap();
    let third = bureau.another_program().await;
    record(&third, "by-a-third").await;
    other.close().await;
    third.close().await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_announced_key_is_the_one_that_is_rotated_to() {
    let bureau = bureau().await;
    let announced = bureau.books.rotate_key(&id(), true, false).await.unwrap();
    let next = key_in(&key_file(&bureau, ".next"));
    assert_eq!(next.public(), &announced.key);
    let between = record(&bureau.books, "between").await;
    let rotated = bureau.books.rotate_key(&id(), false, false).await.unwrap();
    assert_eq!(rotated.key, announced.key);
    assert_eq!(rotated.position, between + 1);
    record(&bureau.books, "after").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_cut_short_anywhere_is_completed_by_running_it_again() {
    let bureau = bureau().await;
    // Cut short before the entry: a file lies there, nothing is recorded.
    let made = format!("{}\n", hex::encode([42; 32]));
    fs::write(key_file(&bureau, ".next"), made).unwrap();
    fs::set_permissions(key_file(&bureau, ".next"), fs::Permissions::from_mode(0o600)).unwrap();
    let old = key_in(&key_file(&bureau, ""));
    let changed = bureau.books.rotate_key(&id(), false, false).await.unwrap();
    assert_eq!(changed.key, *LedgerKey::from_seed([42; 32]).unwrap().public());
    // Cut short after the entry and before any file was moved.
    fs::rename(key_file(&bureau, ""), key_file(&bureau, ".next")).unwrap();
    fs::rename(rotated_file(&bureau, &old), key_file(&bureau, "")).unwrap();
    let other = bureau.another_program().await;
    record(&other, "with-the-files-as-they-are").await;
    let size = bureau.size().await;
    let again = bureau.books.rotate_key(&id(), false, false).await.unwrap();
    assert!(again.completed);
    assert_eq!((again.key, again.position), (changed.key.clone(), changed.position));
    assert_eq!(bureau.size().await, size, "nothing was recorded twice");
    assert_eq!(key_in(&key_file(&bureau, "")).public(), &changed.key);
    // Cut short between keeping the old file and moving the new one.
    fs::rename(key_file(&bureau, ""), key_file(&bureau, ".next")).unwrap();
    fs::copy(rotated_file(&bureau, &old), key_file(&bureau, "")).unwrap();
    assert!(bureau.books.rotate_key(&id(), false, false).await.unwrap().completed);
    assert_eq!(key_in(&key_file(&bureau, "")).public(), &changed.key);
    other.close().await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_key_is_ended_by_the_recovery_key_and_by_nothing_else() {
    let bureau = bureau().await;
    let (stolen, recovery) = (key_file(&bureau, ""), bureau.place.data().recovery_key(&LEDGER));
    let offline = bureau.place.data_path().join("brought-back.key");
    fs::rename(&recovery, &offline).unwrap();
    let thief = key_in(&stolen);
    let size = bureau.size().await;
    let wrong = bureau.books.revoke_key(&id(), &stolen, None, false).await;
    assert!(matches!(wrong, Err(KeyChangeError::NotTheRecoveryKey(_))), "{wrong:?}");
    let lost = bureau.books.revoke_key(&id(), &recovery, None, false).await;
    assert!(matches!(lost, Err(KeyChangeError::File(_))), "{lost:?}");
    assert_eq!(bureau.size().await, size, "nothing was recorded");
    let suspect_from = record(&bureau.books, "perhaps-the-thiefs").await;
    let revoked =
        bureau.books.revoke_key(&id(), &offline, Some(suspect_from), false).await.unwrap();
    assert!(signed_by(&bureau, revoked.position, key_in(&offline).public()).await);
    let after = record(&bureau.books, "after").await;
    assert!(signed_by(&bureau, after, &revoked.key).await);
    assert!(!signed_by(&bureau, after, thief.public()).await);
    bureau.check_ledger().await;
    let report = api::verification::verify(&bureau.books, &id(), |_| {}).await.unwrap();
    let suspect: Vec<_> =
        report.ledger.keys.suspect().iter().map(|some| (some.first, some.last)).collect();
    assert_eq!(suspect, [(suspect_from, suspect_from)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_is_replaced_and_so_is_a_recovery_key() {
    let bureau = bureau().await;
    let place = bureau.place.data().recovery_key(&LEDGER);
    let first = bureau.place.data_path().join("first-recovery.key");
    let in_place = bureau.books.replace_recovery_key(&id(), &place).await;
    assert!(matches!(in_place, Err(KeyChangeError::RecoveryKeyInPlace(_))), "{in_place:?}");
    fs::rename(&place, &first).unwrap();
    bureau.books.replace_recovery_key(&id(), &first).await.unwrap();
    fs::remove_file(key_file(&bureau, "")).unwrap();
    let old = bureau.books.revoke_key(&id(), &first, None, false).await;
    assert!(matches!(old, Err(KeyChangeError::NotTheRecoveryKey(_))), "{old:?}");
    bureau.books.revoke_key(&id(), &place, None, false).await.unwrap();
    record(&bureau.books, "after").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_that_signs_by_sql_after_its_rotation_is_found() {
    let bureau = bureau().await;
    let old = key_in(&key_file(&bureau, ""));
    bureau.books.rotate_key(&id(), false, false).await.unwrap();
    let position = record(&bureau.books, "after").await;
    bureau.check_ledger().await;
    let new = key_in(&key_file(&bureau, ""));
    let mut connection = bureau.books.pool().acquire().await.unwrap();
    let entry = reader::entry(&mut connection, &id(), position).await.unwrap().unwrap();
    drop(connection);
    let text = String::from_utf8(entry.bytes).unwrap();
    let forged =
        text.replace(&new.public().id().to_string(), &old.public().id().to_string()).into_bytes();
    let leaf = hash::leaf(&forged);
    let mut session = bureau.place.administrator_session().await;
    let changed =
        sqlx::query("update entries set entry = $1, leaf = $2, signature = $3 where position = $4")
            .bind(&forged)
            .bind(&leaf.as_bytes()[..])
            .bind(&old.sign_leaf(&leaf).0[..])
            .bind(i64::try_from(position).unwrap())
            .execute(&mut session)
            .await
            .unwrap();
    assert_eq!(changed.rows_affected(), 1);
    let found = findings(&bureau.books, &id()).await;
    let named = format!(
        "position {position}: signing key: expected {}, found {}",
        new.public().id(),
        old.public().id()
    );
    assert!(found.contains(&named), "{found:?}");
    let unsigned = format!("position {position}: signature: ");
    assert!(found.iter().any(|line| line.starts_with(&unsigned)), "{found:?}");
}

/// A device that has been unplugged.
struct Unplugged(PublicKey);

impl Signer for Unplugged {
    fn public(&self) -> &PublicKey {
        &self.0
    }

    fn sign(&self, _: &[u8]) -> Result<SignatureBytes, SigningError> {
        Err(SigningError::Failed("the device does not answer".to_owned()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_signer_fails_nothing_is_recorded_and_everybody_is_told() {
    let bureau = bureau().await;
    let size = bureau.size().await;
    let key = key_in(&key_file(&bureau, ""));
    let writer = |signer: Arc<dyn Signer>| {
        Writer::start(WriterParts {
            ledger: id(),
            signers: Arc::new(TheseSigners::only(signer)),
            pool: bureau.books.pool().clone(),
            rules: Arc::new(DomainRules),
            clock: bureau.clock.clone(),
        })
    };
    let submission = || Submission {
        request: uuid::Uuid::from_u128(7),
        actor: ledger::Actor::parse("officer/w-017").unwrap(),
        signed_in: false,
        command: None,
        events: vec![ProposedEvent {
            stream: ledger::opened::ledger_stream(&id()).unwrap(),
            after: 1,
            event: ledger::EventName::parse("NoteTaken v1").unwrap(),
            payload: b"{}".to_vec(),
            attachment: None,
        }],
    };
    let unplugged = writer(Arc::new(Unplugged(key.public().clone())));
    let refused = unplugged.submit(submission()).await;
    assert!(matches!(refused, Err(SubmitError::NotSigned(_))), "{refused:?}");
    let absent = writer(Arc::new(LedgerKey::from_seed([5; 32]).unwrap()));
    let refused = absent.submit(submission()).await;
    assert!(matches!(refused, Err(SubmitError::NotSigned(_))), "{refused:?}");
    assert_eq!(bureau.size().await, size);
    writer(Arc::new(key)).submit(submission()).await.unwrap();
    bureau.check_ledger().await;
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_under_a_passphrase_is_used_by_whoever_has_it() {
    let place = throwaway().await;
    let passphrase = |name: &str, content: &str| {
        let path = place.data_path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    };
    let (right, wrong) = (passphrase("right", "horse battery\n"), passphrase("wrong", "horse\n"));
    let program = |passphrase: Option<&Path>, arguments: &[&str]| -> Output {
        let mut command = mingzhang(place.data_path());
        command.env_remove("MINGZHANG_KEY_PASSPHRASE_FILE");
        if let Some(file) = passphrase {
            command.env("MINGZHANG_KEY_PASSPHRASE_FILE", file);
        }
        let command = command.args(["--database-url", &place.url()]).args(arguments);
        command.stdin(std::process::Stdio::null()).output().unwrap()
    };
    let open = ["open-ledger", "--ledger", LEDGER, "--bureau", "某局", "--region", "320404"];
    let open = [&open[..], &["--encrypt-key"]].concat();
    let without = program(None, &open);
    assert_eq!(without.status.code(), Some(2), "{}", text(&without.stderr));
    let opened = program(Some(&right), &open);
    assert!(opened.status.success(), "{}", text(&opened.stderr));
    let key = place.data().keys().join(format!("{LEDGER}.key"));
    assert!(fs::read_to_string(&key).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY"));
    let rotate = ["rotate-key", "--ledger", LEDGER, "--json"];
    for (given, said) in [(None, "MINGZHANG_KEY_PASSPHRASE_FILE"), (Some(&*wrong), "口令不对")]
    {
        let refused = program(given, &rotate);
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains(said), "{}", text(&refused.stderr));
    }
    let rotated = program(Some(&right), &rotate);
    assert!(rotated.status.success(), "{}", text(&rotated.stderr));
    let said: Value = serde_json::from_slice(&rotated.stdout).unwrap();
    assert_eq!(said["position"], 1);
    let pem = fs::read_to_string(&key).unwrap();
    assert!(pem.starts_with("-----BEGIN ENCRYPTED"), "the new key is under it too");
    let decrypted = program(Some(&right), &["decrypt-key", "--ledger", LEDGER]);
    assert!(decrypted.status.success(), "{}", text(&decrypted.stderr));
    assert_eq!(key_in(&key).public().to_string(), said["public"]);
    assert!(program(Some(&right), &["encrypt-key", "--ledger", LEDGER]).status.success());
    assert!(fs::read_to_string(&key).unwrap().starts_with("-----BEGIN ENCRYPTED"));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let open_to_others = program(Some(&right), &rotate);
    assert_eq!(open_to_others.status.code(), Some(2));
    assert!(text(&open_to_others.stderr).contains("640"), "{}", text(&open_to_others.stderr));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let verified = program(None, &["verify"]);
    assert!(verified.status.success(), "verifying needs no key: {}", text(&verified.stderr));
}
