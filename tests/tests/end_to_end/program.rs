//! The program as a user runs it.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tests::program::mingzhang;
use tests::throwaway::{Throwaway, throwaway};

const HEADER: &str = "payment_id,programme,fund,person_no,person_name,household_no,amount,entitlement_month,occurred_on\n";

struct Desk {
    place: Throwaway,
}

impl Desk {
    /// An open ledger with a fund of ten million.
    async fn new() -> Self {
        let desk = Self { place: throwaway().await };
        let opened = desk.run(&[
            "open-ledger",
            "--ledger",
            "cn-320404",
            "--bureau",
            "常州市钟楼区民政局",
            "--region",
            "320404",
        ]);
        assert!(opened.status.success(), "{opened:?}");
        let fund = r#"mutation {
            openFund(input: {ledger: "cn-320404", id: "fiscal", name: "区级财政", source: FISCAL, programmes: ["低保", "temporary-assistance"]}) { userErrors { code } }
            receiveFunds(input: {ledger: "cn-320404", id: "r-1", fund: "fiscal", amount: "10000000.00", occurredOn: "2020-01-02", document: "钟财社〔2020〕1号"}) { userErrors { code } }
        }"#;
        desk.query(fund);
        desk
    }

    fn command(&self) -> Command {
        let mut command = mingzhang(self.place.data_path());
        command.env("DATABASE_URL", self.place.url());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    fn query(&self, document: &str) -> Value {
        let path = self.write("query.graphql", document);
        let output = self.run(&["query", "--officer", "w-017", &path]);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.place.data_path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn size(&self) -> u64 {
        let data = self.query("{ ledgers { size } }");
        data["data"]["ledgers"][0]["size"].as_u64().unwrap()
    }

    fn check_ledger(&self) {
        let verified = self.run(&["verify"]);
        assert!(verified.status.success(), "{}", text(&verified));
    }
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn rows(range: std::ops::Range<u32>) -> String {
    let rows: String =
        range.map(|n| format!("p-{n},低保,fiscal,,,ZL-{n},10.00,2020-06,2020-06-15\n")).collect();
    format!("{HEADER}{rows}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_opened_once_and_its_recovery_key_is_written_once() {
    let desk = Desk::new().await;
    let data = desk.place.data_path();
    for file in
        ["cn-320404.policy", "recovery-cn-320404.key", "keys/master.key", "keys/cn-320404.key"]
    {
        assert!(data.join(file).exists(), "{file}");
    }
    let again = desk.run(&[
        "open-ledger",
        "--ledger",
        "cn-320404",
        "--bureau",
        "另一局",
        "--region",
        "320404",
    ]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again).contains("is open already"), "{}", text(&again));
    desk.check_ledger();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_recorded_once_however_often_it_is_imported() {
    let desk = Desk::new().await;
    let file = desk.write("list.csv", &rows(0..500));
    let import = [
        "import",
        &file,
        "--ledger",
        "cn-320404",
        "--officer",
        "w-017",
        "--expect-count",
        "500",
        "--expect-total",
        "5000.00",
    ];
    let dry = desk.run(&[&import[..], &["--dry-run"]].concat());
    assert!(dry.status.success(), "{}", text(&dry));
    assert_eq!(desk.size(), 3);
    let first = desk.run(&import);
    assert!(first.status.success(), "{}", text(&first));
    assert_eq!(desk.size(), 503);
    let second = desk.run(&import);
    assert!(
        second.status.success() && text(&second).contains("recorded before"),
        "{}",
        text(&second)
    );
    assert_eq!(desk.size(), 503);
    desk.check_ledger();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_bad_rows_records_nothing_and_names_every_one_of_them() {
    let desk = Desk::new().await;
    let bad = format!(
        "{HEADER}a,低保,fiscal,,,ZL-1,10.00,2020-06,2020-06-15\n\
         b,低保,fiscal,,,ZL-2,-5,2020-06,2020-06-15\n\
         c,低保,fiscal,320404180001010029,张三,ZL-3,10.00,2020-06,2020-06-15\n\
         d,没有的项目,fiscal,,,ZL-4,10.00,2020-06,2020-06-15\n"
    );
    let file = desk.write("bad.csv", &bad);
    let refused = desk.run(&["import", &file, "--ledger", "cn-320404", "--officer", "w-017"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = text(&refused);
    for part in [
        "row 3",
        "INVALID_AMOUNT",
        "row 4",
        "INVALID_IDENTITY_NUMBER",
        "row 5",
        "UNKNOWN_PROGRAMME",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    // Rules that only the ledger knows: every row again, and nothing recorded.
    let twice = format!(
        "{HEADER}a,低保,fiscal,,,ZL-1,10.00,2020-06,2020-06-15\n\
         b,低保,fiscal,,,ZL-1,10.00,2020-06,2020-06-15\n\
         c,低保,fiscal,,,ZL-1,10.00,2020-06,2020-06-15\n"
    );
    let file = desk.write("twice.csv", &twice);
    let refused = desk.run(&["import", &file, "--ledger", "cn-320404", "--officer", "w-017"]);
    let said = text(&refused);
    assert!(
        said.contains("row 3") && said.contains("row 4") && said.contains("ALREADY_PAID_FOR_MONTH"),
        "{said}"
    );
    // So many rows that the append does not look before it writes: it is found all the same.
    let month = desk.write("month.csv", &rows(0..600));
    assert!(desk.run(&["import", &month, "--ledger", "cn-320404"]).status.success());
    let again = desk.write("again.csv", &rows(0..600).replace("p-", "other-"));
    let refused = desk.run(&["import", &again, "--ledger", "cn-320404"]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(text(&refused).matches("ALREADY_PAID_FOR_MONTH").count(), 600, "{}", text(&refused));
    let dry = desk.run(&["import", &again, "--ledger", "cn-320404", "--dry-run"]);
    assert_eq!(text(&dry).matches("ALREADY_PAID_FOR_MONTH").count(), 600, "{}", text(&dry));
    let short = desk.write("short.csv", &rows(1000..1003));
    for (option, value, code) in
        [("--expect-count", "4", "COUNT_MISMATCH"), ("--expect-total", "31.00", "TOTAL_MISMATCH")]
    {
        let refused = desk.run(&["import", &short, "--ledger", "cn-320404", option, value]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused).contains(code), "{}", text(&refused));
    }
    assert_eq!(desk.size(), 603);
    desk.check_ledger();
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_imports_killed_at_random_moments_leave_all_or_nothing_and_can_be_repeated() {
    let desk = Desk::new().await;
    let mut stands = 0u32;
    for round in 0..20u32 {
        let file = desk.write("list.csv", &rows(round * 1000..(round + 1) * 1000));
        let import = ["import", &file, "--ledger", "cn-320404", "--officer", "w-017"];
        let mut child = desk
            .command()
            .args(import)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Spread over the time that an import takes, from its start to beyond its end.
        std::thread::sleep(Duration::from_millis(u64::from(round) * 37 % 500));
        child.kill().unwrap();
        child.wait().unwrap();
        let size = desk.size();
        let recorded = size - 3 - u64::from(stands) * 1000;
        assert!(
            recorded == 0 || recorded == 1000,
            "round {round}: {recorded} of a thousand rows stand"
        );
        let again = desk.run(&import);
        assert!(again.status.success(), "{}", text(&again));
        stands += 1;
        assert_eq!(desk.size(), 3 + u64::from(stands) * 1000);
    }
    desk.check_ledger();
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_refuses_every_address_but_loopback_and_says_why() {
    let desk = Desk::new().await;
    for address in ["0.0.0.0:8080", "192.168.1.5:80", "[::]:8080"] {
        let refused = desk.run(&["serve", "--listen", address]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused).contains("--tls"), "{}", text(&refused));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_restored_elsewhere_is_the_same_ledger_with_every_name() {
    let desk = Desk::new().await;
    let list =
        format!("{HEADER}p-1,低保,fiscal,320404180001010028,张三,ZL-1,10.00,2020-06,2020-06-15\n");
    let file = desk.write("list.csv", &list);
    assert!(desk.run(&["import", &file, "--ledger", "cn-320404"]).status.success());
    let archive = desk.place.data_path().parent().unwrap().join("backup.tar");
    let backed_up = desk.run(&["backup", "--out", archive.to_str().unwrap()]);
    assert!(backed_up.status.success(), "{}", text(&backed_up));
    let elsewhere = tests::throwaway::empty().await;
    let run = |arguments: &[&str]| {
        let mut command = mingzhang(elsewhere.data_path());
        command.env("DATABASE_URL", elsewhere.url()).args(arguments).output().unwrap()
    };
    let restored = run(&["restore", "--from", archive.to_str().unwrap()]);
    assert!(restored.status.success(), "{}", text(&restored));
    let verified = run(&["verify"]);
    assert!(verified.status.success(), "{}", text(&verified));
    let query = desk.write(
        "q.graphql",
        r#"{ payment(ledger: "cn-320404", id: "p-1") { personName personNo householdNo amount } }"#,
    );
    let found = run(&["query", &query]);
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(found["data"]["payment"]["personName"], "张三");
    assert_eq!(found["data"]["payment"]["personNo"], "320404180001010028");
    let again = run(&["restore", "--from", archive.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(1), "{}", text(&again));
    desk.check_ledger();
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_are_rebuilt_to_the_same_rows() {
    let desk = Desk::new().await;
    let file = desk.write("list.csv", &rows(0..50));
    assert!(desk.run(&["import", &file, "--ledger", "cn-320404"]).status.success());
    let totals =
        r"{ totals(filter: {}, groupBy: [MONTH]) { rows { month amount payments households } } }";
    let before = desk.query(totals);
    for arguments in [
        &["rebuild"][..],
        &["rebuild", "--read-model", "payments"],
        &["rebuild", "--read-model", "totals"],
    ] {
        let rebuilt = desk.run(arguments);
        assert!(rebuilt.status.success(), "{}", text(&rebuilt));
        assert_eq!(desk.query(totals), before);
        desk.check_ledger();
    }
    assert_eq!(desk.run(&["rebuild", "--read-model", "nonsense"]).status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_equals_what_was_published_and_a_query_beside_it_gives_the_same() {
    let place = throwaway().await;
    let run = |arguments: &[&str]| {
        let mut command = mingzhang(place.data_path());
        command.env("DATABASE_URL", place.url()).args(arguments).output().unwrap()
    };
    let demo = run(&["demo", "--scale", "60", "--no-serve"]);
    let said = text(&demo);
    assert!(demo.status.success(), "{said}");
    assert_eq!(said.matches("是 yes").count(), 13, "{said}");
    let path = place.data_path().join("q.graphql");
    std::fs::write(
        &path,
        r#"{ dibao: totals(filter: {programmes: ["低保"]}) { total { amount } }
             relief: totals(filter: {programmes: ["临时救助"]}) { total { amount households personTimes } }
             old: totals(filter: {programmes: ["尊老金"]}) { total { amount } } }"#,
    )
    .unwrap();
    let queried = run(&["query", path.to_str().unwrap()]);
    let data: Value = serde_json::from_slice(&queried.stdout).unwrap();
    assert_eq!(data["data"]["dibao"]["total"]["amount"], "92439800.00");
    assert_eq!(data["data"]["old"]["total"]["amount"], "52400800.00");
    assert_eq!(data["data"]["relief"]["total"]["households"], 924);
    assert_eq!(data["data"]["relief"]["total"]["personTimes"], 2104);
    let again = run(&["demo", "--scale", "60", "--no-serve"]);
    assert!(again.status.success() && text(&again).contains("is here already"), "{}", text(&again));
    let other = run(&["demo", "--scale", "12", "--no-serve"]);
    assert_eq!(other.status.code(), Some(2), "{}", text(&other));
    tamper(&place).await;
    let verified = run(&["verify"]);
    assert_eq!(verified.status.code(), Some(1));
    assert!(text(&verified).contains("position 777: "), "{}", text(&verified));
}

async fn tamper(place: &Throwaway) {
    let mut session = place.administrator_session().await;
    let statement = "update entries set entry = set_byte(entry, 100, get_byte(entry, 100) # 1) where position = 777";
    sqlx::query(statement).execute(&mut session).await.unwrap();
}

#[test]
fn the_committed_schema_is_the_one_that_the_program_prints() {
    let printed = mingzhang(Path::new("/nowhere")).arg("schema").output().unwrap();
    let committed = std::fs::read(tests::program::checkout().join("api/schema.graphql")).unwrap();
    assert_eq!(printed.stdout, committed);
}
