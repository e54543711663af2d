//! Writing a bundle.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use tests::bureau::{Bureau, LEDGER};
use tests::program::mingzhang;
use tests::scratch::ScratchDirectory;

use super::{Desk, Opened, findings, text, verify};

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_every_event_verifies_with_nothing_but_file_and_policy() {
    let desk = Desk::new().await;
    let exported = desk.export_as("bundle.zip", &["--json"]);
    assert!(exported.status.success(), "{exported:?}");
    let size = desk.bureau.size().await;
    let said: Value = serde_json::from_slice(&exported.stdout).unwrap();
    assert_eq!(said["ledger"], LEDGER);
    assert_eq!(said["size"], size);
    let bundle = desk.path("bundle.zip");
    assert_eq!(said["bytes"], std::fs::metadata(&bundle).unwrap().len());
    let verified = verify(&bundle, &desk.policy(), &[]);
    let lines = text(&verified);
    assert_eq!(verified.status.code(), Some(0), "{lines}");
    let last = lines.lines().last().unwrap();
    let root = said["root"].as_str().unwrap();
    assert!(last.starts_with(&format!("{LEDGER}: {size} entries, {size} signatures")), "{last}");
    assert!(last.ends_with(&format!("root {root}: OK")), "{last}");
    assert!(lines.contains("quorum none"), "{lines}");
    assert!(lines.contains("not checked: 链外加密的个人信息"), "{lines}");
    let mut opened = Opened::read(&bundle);
    for name in ["张三", "李四", "320404180001010028", "6228480000000000018", "某公司", "火灾"]
    {
        let holds = |bytes: &[u8]| bytes.windows(name.len()).any(|part| part == name.as_bytes());
        assert!(opened.members.iter().all(|(_, bytes)| !holds(bytes)), "{name} is in the bundle");
    }
    assert_eq!(opened.manifest().size, size);
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_result_as_json_says_what_was_checked_and_what_was_not() {
    let desk = Desk::new().await;
    let bundle = desk.export("bundle.zip");
    let nowhere = ScratchDirectory::new();
    let mut program = mingzhang(nowhere.path());
    program.args(["verify", "--json", "--bundle"]).arg(&bundle);
    let verified = program.arg("--policy").arg(desk.policy()).output().unwrap();
    let said: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(said["ok"], true, "{said}");
    assert_eq!(said["findings"], json!([]));
    assert_eq!(said["signatures"], desk.bureau.size().await);
    assert_eq!(said["coverage"]["totals"], true);
    assert_eq!(said["coverage"]["unchecked"], json!(["personal-data"]));
    assert_eq!(said["witnessesRequired"], false);
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_replaced_and_an_unknown_ledger_is_refused() {
    let desk = Desk::new().await;
    let bundle = desk.write("bundle.zip", "older");
    let refused = desk.export_as("bundle.zip", &[]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(text(&refused).contains("不会覆盖 / the file exists"), "{}", text(&refused));
    assert_eq!(std::fs::read(&bundle).unwrap(), b"older");
    let mut program = mingzhang(desk.bureau.place.data_path());
    program.env("DATABASE_URL", desk.bureau.place.url()).args(["export", "--ledger", "none"]);
    let unknown = program.arg("--out").arg(desk.path("none.zip")).output().unwrap();
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    assert!(!desk.path("none.zip").exists());
    let nowhere = desk.export_as("no/such/directory/bundle.zip", &[]);
    assert_eq!(nowhere.status.code(), Some(2), "{nowhere:?}");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_is_not_exported_and_the_place_is_named() {
    let desk = Desk::new().await;
    let mut session = desk.bureau.place.administrator_session().await;
    let flip = "update entries set entry = set_byte(entry, 400, get_byte(entry, 400) # 1) \
                where position = 5";
    for (change, named) in [
        (flip, "position 5: "),
        ("update entries set position = 1005 where position = 5", "mingzhang verify"),
        ("delete from commands", "命令"),
    ] {
        let mut damage = session.begin().await.unwrap();
        damage.execute("create table kept_entries as select * from entries").await.unwrap();
        damage.execute("create table kept_commands as select * from commands").await.unwrap();
        damage.execute(change).await.unwrap();
        damage.commit().await.unwrap();
        let refused = desk.export_as("bundle.zip", &[]);
        assert_eq!(refused.status.code(), Some(1), "{change}: {refused:?}");
        assert!(text(&refused).contains(named), "{change}: {}", text(&refused));
        assert_eq!(std::fs::read_dir(desk.scratch.path()).unwrap().count(), 0, "{change}");
        session
            .execute(
                "delete from entries; insert into entries select * from kept_entries; \
                 delete from commands; insert into commands select * from kept_commands; \
                 drop table kept_entries; drop table kept_commands",
            )
            .await
            .unwrap();
    }
    session.close().await.unwrap();
    desk.export("bundle.zip");
    desk.bureau.check_ledger().await;
}

/// Sums of `totals.csv` by programme and month: fen, payments, person-times.
fn by_programme_and_month(table: &[u8]) -> BTreeMap<(String, String), [i64; 3]> {
    let mut sums = BTreeMap::new();
    for line in std::str::from_utf8(table).unwrap().lines().skip(1) {
        let fields: Vec<_> = line.split(',').collect();
        let [programme, _, _, month, numbers @ ..] = fields.as_slice() else { panic!("{line}") };
        let sum: &mut [i64; 3] =
            sums.entry(((*programme).to_owned(), (*month).to_owned())).or_default();
        for (sum, number) in sum.iter_mut().zip(numbers) {
            *sum += number.parse::<i64>().unwrap();
        }
    }
    sums
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_and_balances_are_those_that_the_program_answers() {
    let desk = Desk::new().await;
    let bureau = &desk.bureau;
    let funds = bureau.query("{ funds(ledger: \"cn-320404\") { id balance } }", json!({})).await;
    let bundle = desk.export("bundle.zip");
    let mut opened = Opened::read(&bundle);
    let answer = bureau
        .query(
            "{ totals(filter: {}, groupBy: [PROGRAMME, MONTH]) \
               { rows { programme month amount payments personTimes } } }",
            json!({}),
        )
        .await;
    let mut answered = BTreeMap::new();
    for row in answer["totals"]["rows"].as_array().unwrap() {
        let key = |name: &str| row[name].as_str().unwrap().to_owned();
        let fen = key("amount").replace('.', "").parse().unwrap();
        let count = |name: &str| row[name].as_i64().unwrap();
        let sums = [fen, count("payments"), count("personTimes")];
        answered.insert((key("programme"), key("month")), sums);
    }
    assert!(answered.len() >= 3, "{answered:?}");
    assert_eq!(by_programme_and_month(opened.member("totals.csv")), answered);
    let balances = String::from_utf8(opened.member("balances.csv").clone()).unwrap();
    let book = bureau.book().await;
    for fund in funds["funds"].as_array().unwrap() {
        let id = book.fund_id(fund["id"].as_str().unwrap());
        let balance = fund["balance"].as_str().unwrap().replace('.', "");
        let line = format!("fund/{id},CNY,{balance}");
        assert!(balances.lines().any(|found| found == line), "{line}: {balances}");
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bundles_are_whole_while_another_program_records() {
    let bureau = Bureau::new().await;
    bureau.fund("100000.00", &["minimum-living-allowance"]).await;
    let desk = Arc::new(Desk { bureau, scratch: ScratchDirectory::new() });
    let exporting = tokio::task::spawn_blocking({
        let desk = desk.clone();
        move || {
            let mut sizes = Vec::new();
            for n in 0..6 {
                let name = format!("bundle-{n}.zip");
                let bundle = desk.export(&name);
                let found = findings(&bundle, &desk.policy(), vec![]);
                assert_eq!(found, Vec::<String>::new(), "{name}");
                sizes.push(Opened::read(&bundle).manifest().size);
            }
            sizes
        }
    });
    let mut lists = 0;
    // A list of fifty after the other, as long as exports run and there is something to pay.
    while !exporting.is_finished() && lists < 240 {
        desk.bureau.record_many(lists * 50..(lists + 1) * 50).await;
        lists += 1;
    }
    let sizes = exporting.await.unwrap();
    assert!(sizes.is_sorted() && sizes.first() < sizes.last(), "{sizes:?}");
    let last = Opened::read(&desk.export("last.zip")).manifest().size;
    assert_eq!(last, 3 + u64::from(lists) * 50);
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_killed_leaves_no_bundle_or_a_whole_one() {
    let desk = Desk::new().await;
    for round in 0..8u64 {
        let bundle = desk.path(&format!("bundle-{round}.zip"));
        let mut program = mingzhang(desk.bureau.place.data_path());
        program.env("DATABASE_URL", desk.bureau.place.url());
        program.args(["export", "--ledger", LEDGER, "--out"]).arg(&bundle);
        let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(round * 40));
        child.kill().unwrap();
        child.wait().unwrap();
        if bundle.exists() {
            assert_eq!(findings(&bundle, &desk.policy(), vec![]), Vec::<String>::new());
        }
    }
    desk.bureau.check_ledger().await;
}
