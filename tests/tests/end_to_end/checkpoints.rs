//! Checkpoints and proofs: every state that was shown can be proven to be in every later one, and a
//! ledger that cannot prove it refuses to open.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use api::books::{Books, CommandError};
use ledger::checkpoint::Checkpoint;
use ledger::hash::Hash;
use ledger::tile::TileId;
use ledger::tile::edge::TileEdge;
use ledger::tree::{consistent, included};
use ledger::{LedgerId, reader};
use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use tests::bureau::{Bureau, LEDGER, findings, open, run};
use tests::http::client;
use tests::program::{Serving, mingzhang};

async fn administrator(bureau: &Bureau, statements: &[&str]) {
    let mut session = bureau.place.administrator_session().await;
    session.execute("set session_replication_role = replica").await.unwrap();
    for statement in statements {
        let done = session.execute(*statement).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement} changed nothing");
    }
    session.close().await.unwrap();
}

/// Why another program cannot open the ledger.
async fn refusal(bureau: &Bureau) -> String {
    let books = bureau.another_program().await;
    let Err(CommandError::Fault(fault)) = books.book(LEDGER).await else {
        panic!("it opens");
    };
    assert!(fault.is_refusal());
    let told = fault.public().to_owned();
    books.close().await;
    told
}

fn hash(value: &Value) -> Hash {
    Hash::parse(value.as_str().unwrap()).unwrap()
}

fn hashes(value: &Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(hash).collect()
}

async fn opened_checkpoint(bureau: &Bureau) -> Checkpoint {
    let data = bureau
        .query("query($id: ID!) { ledger(id: $id) { checkpoint } }", json!({"id": LEDGER}))
        .await;
    let note = data["ledger"]["checkpoint"].as_str().unwrap();
    let book = bureau.book().await;
    Checkpoint::open(note, &book.opened().origin, &book.key().unwrap()).unwrap()
}

/// A ledger whose tree has full tiles.
async fn bureau_with_tiles() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    bureau.record_many(0..600).await;
    bureau
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_is_proven_in_every_tree_that_holds_it() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    let size = bureau.size().await;
    let leaf = "query($l: ID!, $p: Position!, $s: Position) { entry(ledger: $l, position: $p) { \
                leafHash inclusionProof(size: $s) { size root leafHash path checkpoint } } }";
    for position in 0..size {
        for tree in position + 1..=size {
            let asked = json!({"l": LEDGER, "p": position, "s": tree});
            let entry = bureau.query(leaf, asked).await["entry"].clone();
            let proof = &entry["inclusionProof"];
            let (leaf, root) = (hash(&entry["leafHash"]), hash(&proof["root"]));
            let path = hashes(&proof["path"]);
            assert!(included(&leaf, position, tree, &path, &root), "{position} in {tree}");
            assert_eq!(proof["checkpoint"].is_string(), tree == size);
        }
    }
    let checkpoint = opened_checkpoint(&bureau).await;
    assert_eq!(checkpoint.size, size);
    let asked = "query($l: ID!, $f: Position!, $t: Position) { \
                 consistencyProof(ledger: $l, from: $f, to: $t) { from fromRoot to toRoot path } }";
    for from in 1..=size {
        for to in from..=size {
            let proof = bureau.query(asked, json!({"l": LEDGER, "f": from, "t": to})).await;
            let proof = &proof["consistencyProof"];
            let (old, new) = (hash(&proof["fromRoot"]), hash(&proof["toRoot"]));
            assert!(consistent(from, &old, to, &new, &hashes(&proof["path"])), "{from} to {to}");
            assert!(to != size || new == checkpoint.root);
        }
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_tree_does_not_hold_is_refused_with_the_sizes_that_it_has() {
    let bureau = Bureau::new().await;
    bureau.fund("100", &[]).await;
    let refused = async |document: &str| {
        let response = bureau.answer(document, json!({})).await;
        let error = response.errors.first().unwrap();
        let code = error.extensions.as_ref().unwrap().get("code").unwrap().clone();
        (code.into_json().unwrap(), error.message.clone())
    };
    for document in [
        "{ entry(ledger: \"cn-320404\", position: 2) { inclusionProof(size: 2) { root } } }",
        "{ entry(ledger: \"cn-320404\", position: 2) { inclusionProof(size: 99) { root } } }",
        "{ consistencyProof(ledger: \"cn-320404\", from: 0) { toRoot } }",
        "{ consistencyProof(ledger: \"cn-320404\", from: 3, to: 2) { toRoot } }",
        "{ consistencyProof(ledger: \"cn-320404\", from: 1, to: 99) { toRoot } }",
    ] {
        let (code, message) = refused(document).await;
        assert_eq!(code, json!("SIZE_OUT_OF_RANGE"), "{document}");
        assert!(message.contains(" / "), "{message}");
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_derives_the_root_from_the_served_tiles_and_no_entry_is_served() {
    let bureau = bureau_with_tiles().await;
    let size = bureau.size().await;
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url());
    let server = Serving::start(program);
    let base = server.url().replace("/graphql", &format!("/ledgers/{LEDGER}"));
    let client = client();
    let get = async |path: &str| client.get(format!("{base}/{path}")).send().await.unwrap();
    let note = get("checkpoint").await;
    assert_eq!(note.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(note.headers()["cache-control"], "no-store");
    let book = bureau.book().await;
    let note = note.text().await.unwrap();
    let checkpoint = Checkpoint::open(&note, &book.opened().origin, &book.key().unwrap()).unwrap();
    assert_eq!(checkpoint.size, size);
    let mut edge = TileEdge::empty();
    for index in 0..=size / 256 {
        let id = TileId { level: 0, index };
        let tile = get(&format!("tile/{}", id.path(id.width_at(size)))).await;
        assert_eq!(tile.headers()["content-type"], "application/octet-stream");
        assert!(tile.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        for leaf in tile.bytes().await.unwrap().chunks(32) {
            edge.append(Hash::from_slice(leaf).unwrap(), &mut Vec::new());
        }
    }
    assert_eq!((edge.size(), edge.root()), (checkpoint.size, checkpoint.root));
    let above = get("tile/1/000.p/2").await.bytes().await.unwrap();
    assert_eq!(above.len(), 64);
    let wide = format!("tile/0/002.p/{}", size % 256 + 1);
    for absent in [
        "tile/0/003",
        "tile/1/000",
        "tile/0/2",
        "tile/0/000.p/0",
        "tile/entries/000",
        "tile/8/000",
        &wide,
        "",
        "tile/0/..%2f000",
    ] {
        assert_eq!(get(absent).await.status(), 404, "{absent}");
    }
    let unknown =
        client.get(base.replace(LEDGER, "cn-000000") + "/checkpoint").send().await.unwrap();
    assert_eq!(unknown.status(), 404);
    server.stop();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_without_its_last_entries_refuses_to_open_and_says_how_many_are_missing() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    let book = bureau.book().await;
    let (size, kept) = (bureau.size().await, book.checkpoint().await.unwrap());
    let mut session = bureau.place.administrator_session().await;
    let cut = size - 2;
    // The database as it was two entries ago, its own checkpoint included: an old backup.
    let mut edge = TileEdge::empty();
    let id = LedgerId::parse(LEDGER).unwrap();
    ledger::tile::store::extend(&mut session, &id, &mut edge, cut, &mut Vec::new()).await.unwrap();
    let frontier = hex::encode(edge.frontier().to_bytes());
    let head = reader::entry(&mut session, &id, cut - 1).await.unwrap().unwrap();
    administrator(
        &bureau,
        &[
            &format!("delete from entries where position >= {cut}"),
            &format!(
                "update heads set position = {cut} - 1, leaf = '\\x{}', frontier = '\\x{frontier}'",
                hex::encode(head.leaf.as_bytes()),
            ),
        ],
    )
    .await;
    let told = refusal(&bureau).await;
    assert!(told.contains("缺少 2 条") && told.contains("2 are missing"), "{told}");
    assert!(told.contains("数据库"), "{told}");
    let found = findings(&bureau.books, &id).await;
    assert!(found.iter().any(|line| line.contains("the last are missing")), "{found:?}");
    administrator(&bureau, &["delete from latest_checkpoints"]).await;
    let told = refusal(&bureau).await;
    assert!(told.contains("2 are missing") && told.contains("检查点文件"), "{told}");
    let found = findings(&bureau.books, &id).await;
    assert!(found.iter().any(|line| line.contains("checkpoint file")), "{found:?}");
    let program = mingzhang(bureau.place.data_path())
        .env("DATABASE_URL", bureau.place.url())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert_eq!(program.status.code(), Some(1), "{program:?}");
    assert!(String::from_utf8_lossy(&program.stderr).contains("2 are missing"));
    // What the file says stays: nothing was signed over the shorter ledger.
    assert_eq!(fs::read_to_string(bureau.place.data().checkpoint(&LEDGER)).unwrap(), kept.note);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_written_anew_with_the_ledgers_own_key_is_refused() {
    let shown = Bureau::new().await;
    shown.fund("100", &[]).await;
    shown.book().await.checkpoint().await.unwrap();
    let rewritten = Bureau::without_ledger().await;
    let (from, to) = (shown.place.data(), rewritten.place.data());
    for name in [format!("keys/{LEDGER}.key"), format!("recovery-{LEDGER}.key")] {
        fs::copy(from.path().join(&name), to.path().join(&name)).unwrap();
    }
    rewritten.open_ledger(LEDGER).await;
    rewritten.fund("999", &[]).await;
    rewritten.check_ledger().await;
    fs::copy(from.checkpoint(&LEDGER), to.checkpoint(&LEDGER)).unwrap();
    let told = refusal(&rewritten).await;
    assert!(told.contains("检查点文件") && told.contains("the history was changed"), "{told}");
    let id = LedgerId::parse(LEDGER).unwrap();
    let found = findings(&rewritten.books, &id).await;
    assert!(found.iter().any(|line| line.starts_with("checkpoint: root")), "{found:?}");
    shown.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_tiles_or_checkpoints_is_found_and_tiles_are_derived_again() {
    let bureau = bureau_with_tiles().await;
    bureau.book().await.checkpoint().await.unwrap();
    let id = LedgerId::parse(LEDGER).unwrap();
    let flip = |table: &str, column: &str| {
        format!("update {table} set {column} = set_byte({column}, 9, get_byte({column}, 9) # 1)")
    };
    let cases: BTreeMap<String, (&str, bool)> = BTreeMap::from([
        (flip("tiles", "hashes"), ("table tiles", true)),
        (flip("tiles", "root"), ("table tiles", false)),
        (flip("latest_checkpoints", "root"), ("checkpoint: its row", false)),
        (
            "update latest_checkpoints set size = size - 1".to_owned(),
            ("checkpoint: its row", false),
        ),
    ]);
    for (statement, (finding, opens)) in cases {
        administrator(&bureau, &[&statement]).await;
        let found = findings(&bureau.books, &id).await;
        assert!(found.iter().any(|line| line.starts_with(finding)), "{statement}: {found:?}");
        let another = bureau.another_program().await;
        assert_eq!(another.book(LEDGER).await.is_ok(), opens, "{statement}");
        another.close().await;
        let undo = statement.replace("size - 1", "size + 1");
        administrator(&bureau, &[&undo]).await;
        bureau.check_ledger().await;
    }
    let note =
        "update latest_checkpoints set note = replace(note, E'\\n\\n', E'\\nextension\\n\\n')";
    administrator(&bureau, &[note]).await;
    assert!(refusal(&bureau).await.contains("签名或格式无效"));
    administrator(
        &bureau,
        &["update latest_checkpoints set note = replace(note, E'\\nextension', '')"],
    )
    .await;
    administrator(&bureau, &[&flip("tiles", "root")]).await;
    let rebuilt = mingzhang(bureau.place.data_path())
        .env("DATABASE_URL", bureau.place.url())
        .args(["rebuild", "--read-model", "tiles"])
        .output()
        .unwrap();
    assert!(rebuilt.status.success(), "{rebuilt:?}");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_share_a_ledger_extend_one_anothers_checkpoints() {
    let bureau = Bureau::new().await;
    bureau.fund("100000", &["minimum-living-allowance"]).await;
    let other = bureau.another_program().await;
    let mut sizes = Vec::new();
    for round in 0..10 {
        let open_fund = async |books: &Books, id: String| {
            let input = json!({"ledger": LEDGER, "id": id, "name": id, "source": "FISCAL",
                               "programmes": []});
            let document = "mutation($input: OpenFundInput!) { openFund(input: $input) { \
                            userErrors { code } } }";
            let payload = run(books, document, json!({ "input": input })).await;
            assert_eq!(payload["openFund"]["userErrors"], json!([]));
            let book = books.book(LEDGER).await.unwrap();
            book.checkpoint().await.unwrap().checkpoint.size
        };
        let mine = open_fund(&bureau.books, format!("mine-{round}"));
        let theirs = open_fund(&other, format!("theirs-{round}"));
        let (mine, theirs) = tokio::join!(mine, theirs);
        sizes.extend([mine, theirs]);
    }
    assert_eq!(sizes.iter().max(), Some(&bureau.size().await));
    other.close().await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_followed_by_a_checkpoint_that_nobody_asked_for() {
    let bureau = Bureau::new().await;
    let mut latest = bureau.book().await.latest_checkpoint();
    bureau.fund("100", &[]).await;
    let size = bureau.size().await;
    let signed = latest
        .wait_for(|signed| signed.as_ref().is_some_and(|signed| signed.checkpoint.size == size));
    tokio::time::timeout(Duration::from_secs(30), signed).await.unwrap().unwrap();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recording_stops_when_the_tree_is_not_the_one_that_was_signed_and_reading_goes_on() {
    let bureau = Bureau::new().await;
    bureau.fund("100", &[]).await;
    bureau.book().await.checkpoint().await.unwrap();
    // A later entry that the head's tree does not have.
    let forged = "update heads set frontier = set_byte(frontier, 9, get_byte(frontier, 9) # 1)";
    administrator(&bureau, &[forged]).await;
    let books = open(&bureau.place, bureau.clock.clone()).await;
    assert!(books.book(LEDGER).await.is_err());
    books.close().await;
    let fault = bureau.book().await.checkpoint().await.unwrap_err();
    assert!(fault.is_refusal() && fault.public().contains("the head says"), "{}", fault.public());
    let input = json!({"ledger": LEDGER, "id": "late", "name": "晚", "source": "FISCAL",
                       "programmes": []});
    let document =
        "mutation($input: OpenFundInput!) { openFund(input: $input) { receipt { position } } }";
    let refused = bureau.answer(document, json!({ "input": input })).await;
    assert!(refused.errors.first().unwrap().message.contains("已停止记账"), "{refused:?}");
    assert_eq!(bureau.size().await, 3);
    let back = "update heads set frontier = set_byte(frontier, 9, get_byte(frontier, 9) # 1)";
    administrator(&bureau, &[back]).await;
    bureau.check_ledger().await;
}
