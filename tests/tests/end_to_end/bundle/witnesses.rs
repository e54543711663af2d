//! Checkpoints that are kept, cosignatures, and the quorum of a policy.

use ledger::cosignature::Cosigner;
use ledger::key::LedgerKey;
use ledger::note::Note;
use sqlx::{Connection, PgConnection};
use tests::bureau::LEDGER;

use super::{Desk, Opened, findings, text, verify};

fn witness(n: u8) -> Cosigner {
    let key = LedgerKey::from_seed([n; 32]).unwrap();
    Cosigner::new(format!("witness.example/w{n}"), key).unwrap()
}

/// Keeps the latest checkpoint, cosigned, as the program does when a witness has answered.
async fn keep(session: &mut PgConnection, witnesses: &[Cosigner]) -> u64 {
    let kept = "insert into kept_checkpoints \
                select ledger_id, size, root, note, signed_at from latest_checkpoints \
                where ledger_id = $1 on conflict do nothing";
    sqlx::query(kept).bind(LEDGER).execute(&mut *session).await.unwrap();
    let latest = "select size, note from latest_checkpoints where ledger_id = $1";
    let (size, note): (i64, String) =
        sqlx::query_as(latest).bind(LEDGER).fetch_one(&mut *session).await.unwrap();
    let text = Note::parse(&note).unwrap().text().to_owned();
    for witness in witnesses {
        let line = witness.cosign(&text, 1_600_000_000);
        sqlx::query("insert into cosignatures values ($1, $2, $3, $4, $5, now())")
            .bind(LEDGER)
            .bind(size)
            .bind(line.name())
            .bind(line.key_id().as_slice())
            .bind(line.to_string().trim_end())
            .execute(&mut *session)
            .await
            .unwrap();
    }
    u64::try_from(size).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn cosignatures_go_into_the_bundle_and_the_quorum_is_checked() {
    let desk = Desk::new().await;
    let witnesses = [witness(1), witness(2)];
    let log = std::fs::read_to_string(desk.policy()).unwrap().replace("quorum none\n", "");
    let asks = |quorum: &str| {
        let [one, two] = &witnesses;
        let lines = format!(
            "{log}witness w1 {}\nwitness w2 {}\ngroup both all w1 w2\nquorum {quorum}\n",
            one.verifier(),
            two.verifier()
        );
        desk.write(&format!("{quorum}.policy"), lines)
    };
    let (one, both, none) = (asks("w1"), asks("both"), asks("none"));
    let bundle = desk.export("not-witnessed.zip");
    let verified = verify(&bundle, &one, &[]);
    assert_eq!(verified.status.code(), Some(1), "{verified:?}");
    assert!(text(&verified).contains("quorum of the policy"), "{}", text(&verified));
    assert_eq!(findings(&bundle, &none, vec![]), Vec::<String>::new());
    let mut session = desk.bureau.place.administrator_session().await;
    let size = keep(&mut session, &witnesses[..1]).await;
    assert_eq!(size, desk.bureau.size().await);
    let bundle = desk.export("witnessed.zip");
    let verified = verify(&bundle, &one, &[]);
    assert!(verified.status.success(), "{verified:?}");
    let said = text(&verified);
    assert!(said.contains(&format!("w1 under checkpoints/{size}, quorum met")), "{said}");
    let found = findings(&bundle, &both, vec![]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("quorum of the policy") && found[0].ends_with("only w1"));
    // A line in a witness's name that is not its own.
    let name = format!("checkpoints/{size}");
    let mut forged = Opened::read(&bundle);
    let note = String::from_utf8(forged.member(&name).clone()).unwrap();
    let line = note.lines().find(|line| line.contains("witness.example")).unwrap();
    let (start, signature) = line.split_at(line.len() - 30);
    let other = signature.replacen(|c: char| c.is_ascii_alphabetic(), "+", 1);
    *forged.member(&name) = note.replace(line, &format!("{start}{other}")).into_bytes();
    let changed = desk.path("forged.zip");
    forged.with_digests().write(&changed);
    let found = findings(&changed, &one, vec![]);
    assert!(found.iter().any(|finding| finding.starts_with("quorum of the policy")), "{found:?}");
    session.close().await.unwrap();
    desk.bureau.name_witness(&format!("witness w1 {}", witness(1).verifier()));
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_checkpoint_that_is_kept_goes_into_the_bundle_and_later_ones_do_not() {
    let desk = Desk::new().await;
    desk.export("first.zip");
    let mut session = desk.bureau.place.administrator_session().await;
    let first = keep(&mut session, &[witness(1)]).await;
    let input = serde_json::json!({"id": "s-2", "programme": "低保", "unit": "PERSON_MONTH",
        "amount": "950", "effectiveFrom": "2021-01-01", "document": "常民〔2021〕1号"});
    desk.bureau.recorded("setStandard", input).await;
    let bundle = desk.export("second.zip");
    let mut opened = Opened::read(&bundle);
    let names: Vec<_> =
        opened.names().into_iter().filter(|name| name.starts_with("checkpoints/")).collect();
    assert_eq!(names, [format!("checkpoints/{first}"), format!("checkpoints/{}", first + 1)]);
    let note = opened.member(&format!("checkpoints/{first}")).clone();
    assert!(String::from_utf8(note).unwrap().contains("witness.example/w1"));
    assert_eq!(findings(&bundle, &desk.policy(), vec![]), Vec::<String>::new());
    session.close().await.unwrap();
    desk.bureau.name_witness(&format!("witness w1 {}", witness(1).verifier()));
    desk.bureau.check_ledger().await;
}
