//! Bundles that somebody changed, and files that are none.

use std::io::{Cursor, Write};

use ledger::bundle::{Manifest, MemberName};
use ledger::checkpoint::Checkpoint;
use ledger::hash;
use ledger::verify::NamedNote;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Desk, Opened, findings, latest_note, text, verify};

fn assert_found(found: &[String], what: &str, change: &str) {
    assert!(found.iter().any(|finding| finding.contains(what)), "{change}: {what} in {found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_in_each_member_differs_from_the_manifest() {
    let desk = Desk::new().await;
    let opened = Opened::read(&desk.export("bundle.zip"));
    let changed = desk.path("changed.zip");
    for name in opened.names().into_iter().filter(|name| *name != "manifest.json") {
        let length = opened.clone().member(name).len();
        for at in [0, length / 2, length - 1] {
            let mut opened = opened.clone();
            opened.member(name)[at] ^= 1;
            opened.write(&changed);
            let found = findings(&changed, &desk.policy(), vec![]);
            assert_found(&found, &format!("digest of a member: expected {name}: "), name);
        }
    }
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_is_found_also_where_the_manifest_was_changed_with_it() {
    let desk = Desk::new().await;
    let bundle = desk.export("bundle.zip");
    let opened = Opened::read(&bundle);
    let size = opened.clone().manifest().size;
    let checkpoint = format!("checkpoints/{size}");
    let changed = desk.path("changed.zip");
    let cases = [
        ("signatures.bin", 64 * 3 + 7, "position 3: signature"),
        ("commands.bin", 40, "command"),
        ("balances.csv", 40, "balances.csv"),
        ("totals.csv", 80, "totals.csv"),
        (checkpoint.as_str(), 45, "checkpoint of the bundle"),
    ];
    for (name, at, what) in cases {
        let mut opened = opened.clone();
        opened.member(name)[at] ^= 1;
        opened.with_digests().write(&changed);
        let found = findings(&changed, &desk.policy(), vec![]);
        assert_found(&found, what, name);
        assert!(!found.iter().any(|finding| finding.contains("digest")), "{found:?}");
    }
    let entries = opened.clone().entries();
    for position in 0..entries.len() {
        let mut entries = entries.clone();
        let last = entries[position].len() - 20;
        entries[position][last] ^= 1;
        let mut opened = opened.clone();
        opened.set_entries(&entries);
        opened.with_digests().write(&changed);
        let found = findings(&changed, &desk.policy(), vec![]);
        let named = format!("position {position}: ");
        assert!(found[0].starts_with(&named), "{named}: {found:?}");
    }
    // As a user sees it.
    let verified = verify(&changed, &desk.policy(), &[]);
    assert_eq!(verified.status.code(), Some(1), "{verified:?}");
    let said = text(&verified);
    assert!(said.starts_with(&format!("position {}: ", entries.len() - 1)), "{said}");
    assert!(said.contains(": FAILED\n") && said.contains("核验不通过"), "{said}");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_were_dropped_swapped_doubled_or_cut_off_are_found() {
    let desk = Desk::new().await;
    let opened = Opened::read(&desk.export("bundle.zip"));
    let entries = opened.clone().entries();
    let changed = desk.path("changed.zip");
    let cut = |by: usize| entries[..entries.len() - by].to_vec();
    let mut without = entries.clone();
    without.remove(4);
    let mut swapped = entries.clone();
    swapped.swap(4, 5);
    let mut doubled = entries.clone();
    doubled.insert(4, entries[4].clone());
    for (what, entries) in [
        ("dropped", without),
        ("swapped", swapped),
        ("doubled", doubled),
        ("cut by one", cut(1)),
        ("cut by three", cut(3)),
        ("none", Vec::new()),
    ] {
        let mut opened = opened.clone();
        opened.set_entries(&entries);
        opened.with_digests().write(&changed);
        let found = findings(&changed, &desk.policy(), vec![]);
        assert!(!found.is_empty(), "{what}");
    }
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_bundle_that_is_whole_by_itself_needs_a_checkpoint_to_be_found() {
    let desk = Desk::new().await;
    let early = desk.export("early.zip");
    let input = serde_json::json!({"id": "s-2", "programme": "低保", "unit": "PERSON_MONTH",
        "amount": "950", "effectiveFrom": "2021-01-01", "document": "常民〔2021〕1号"});
    desk.bureau.recorded("setStandard", input).await;
    let late = desk.export("late.zip");
    let (early_note, late_note) = (latest_note(&early), latest_note(&late));
    let policy = desk.policy();
    // What was kept then lies on what is there now.
    let kept = vec![early_note.clone(), late_note.clone()];
    assert_eq!(findings(&late, &policy, kept), Vec::<String>::new());
    let path = desk.write("early.checkpoint", &early_note.note);
    let verified = verify(&late, &policy, &[&path]);
    assert!(verified.status.success(), "{verified:?}");
    assert!(text(&verified).contains("1 of your own"), "{}", text(&verified));
    // The early one is no lie by itself; whoever kept a later checkpoint sees that it is not all.
    assert_eq!(findings(&early, &policy, vec![early_note]), Vec::<String>::new());
    let found = findings(&early, &policy, vec![late_note.clone()]);
    assert_found(&found, "kept checkpoint", "a later one");
    let path = desk.write("late.checkpoint", &late_note.note);
    assert_eq!(verify(&early, &policy, &[&path]).status.code(), Some(1));
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_checkpoint_of_another_history_or_ledger_or_key_is_refused() {
    let desk = Desk::new().await;
    let bundle = desk.export("bundle.zip");
    let policy = desk.policy();
    let origin = Opened::read(&bundle).manifest().origin;
    let keep = |checkpoint: Checkpoint, key: &ledger::key::LedgerKey| {
        vec![NamedNote { name: "kept".to_owned(), note: checkpoint.sign(key).into_bytes() }]
    };
    let rewritten = Checkpoint { origin: origin.clone(), size: 5, root: hash::plain(b"another") };
    let found = findings(&bundle, &policy, keep(rewritten.clone(), &desk.key()));
    assert_found(&found, "kept checkpoint", "another history");
    let foreign = Checkpoint { origin: "mingzhang.example/cn-1".to_owned(), ..rewritten.clone() };
    let found = findings(&bundle, &policy, keep(foreign, &desk.key()));
    assert_found(&found, "kept checkpoint", "another ledger");
    let stranger = ledger::key::LedgerKey::from_seed([9; 32]).unwrap();
    let found = findings(&bundle, &policy, keep(rewritten, &stranger));
    assert_found(&found, "kept checkpoint", "another key");
    for damaged in [&b""[..], b"no note\n", &[0xff; 40]] {
        let kept = vec![NamedNote { name: "kept".to_owned(), note: damaged.to_vec() }];
        assert_found(&findings(&bundle, &policy, kept), "kept checkpoint", "no note");
    }
    let path = desk.write("kept", [0xff; 40]);
    assert_eq!(verify(&bundle, &policy, &[&path]).status.code(), Some(1));
    assert_eq!(verify(&bundle, &policy, &[&desk.path("none")]).status.code(), Some(2));
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_another_ledger_or_another_key_is_refused() {
    let desk = Desk::new().await;
    desk.bureau.open_ledger("cn-320402").await;
    let bundle = desk.export("bundle.zip");
    let other = desk.bureau.place.data_path().join("cn-320402.policy");
    let verified = verify(&bundle, &other, &[]);
    assert_eq!(verified.status.code(), Some(1), "{verified:?}");
    assert!(text(&verified).contains("origin: expected a log of the policy"), "{verified:?}");
    let stranger = ledger::key::LedgerKey::from_seed([9; 32]).unwrap();
    let origin = Opened::read(&bundle).manifest().origin;
    let vkey = ledger::checkpoint::verifier_key(&origin, stranger.public());
    let policy = desk.write("policy", format!("log {vkey}\nquorum none\n"));
    let found = findings(&bundle, &policy, vec![]);
    assert_found(&found, "first key", "another key");
    assert_found(&found, "position 0: signature", "another key");
    // The manifest may say what it likes: the policy decides.
    let changed = desk.path("changed.zip");
    let opened = Opened::read(&bundle);
    opened.clone().with_manifest(|m| m.first_key = stranger.public().clone()).write(&changed);
    assert_found(&findings(&changed, &policy, vec![]), "position 0: ", "another key");
    opened
        .with_manifest(|m| m.ledger = ledger::LedgerId::parse("cn-320402").unwrap())
        .write(&changed);
    assert_found(&findings(&changed, &desk.policy(), vec![]), "position 0: ", "another ledger");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_bundle_are_data_and_missing_ones_wrong_usage() {
    let desk = Desk::new().await;
    let bundle = desk.export("bundle.zip");
    let policy = desk.policy();
    let bytes = std::fs::read(&bundle).unwrap();
    let mut not_ours = ZipWriter::new(Cursor::new(Vec::new()));
    not_ours.start_file("letter.txt", SimpleFileOptions::default()).unwrap();
    not_ours.write_all(b"dear auditor").unwrap();
    let not_ours = not_ours.finish().unwrap().into_inner();
    for (what, bytes) in [
        ("empty", &b""[..]),
        ("cut in the middle", &bytes[..bytes.len() / 2]),
        ("cut by one", &bytes[..bytes.len() - 1]),
        ("text", b"not a zip\n"),
        ("another archive", &not_ours),
    ] {
        let path = desk.write("no-bundle.zip", bytes);
        let verified = verify(&path, &policy, &[]);
        assert_eq!(verified.status.code(), Some(1), "{what}: {verified:?}");
        assert!(text(&verified).contains("FAILED"), "{what}: {verified:?}");
        assert!(!text(&verified).contains("OK"), "{what}: {verified:?}");
    }
    assert_eq!(verify(&desk.path("none.zip"), &policy, &[]).status.code(), Some(2));
    assert_eq!(verify(&bundle, &desk.path("none"), &[]).status.code(), Some(2));
    assert_eq!(verify(&bundle, &bundle, &[]).status.code(), Some(2), "no policy");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_do_not_belong_are_found() {
    let desk = Desk::new().await;
    let opened = Opened::read(&desk.export("bundle.zip"));
    let changed = desk.path("changed.zip");
    let mut more = opened.clone();
    more.members.push(("../.ssh/authorized_keys".to_owned(), b"x".to_vec()));
    more.write(&changed);
    assert_found(&findings(&changed, &desk.policy(), vec![]), "authorized_keys", "one more");
    for name in opened.names() {
        let mut without = opened.clone();
        without.members.retain(|(other, _)| other != name);
        without.write(&changed);
        let found = findings(&changed, &desk.policy(), vec![]);
        let what = if name == "manifest.json" { "audit bundle" } else { name };
        assert_found(&found, what, name);
    }
    // Two of a name: a reader that takes the first sees another bundle than one that takes the last.
    let mut twice = opened.clone();
    twice.members.insert(0, ("totals_csv".to_owned(), b"programme\n".to_vec()));
    twice.write(&changed);
    let mut bytes = std::fs::read(&changed).unwrap();
    let places: Vec<_> =
        (0..bytes.len() - 10).filter(|at| &bytes[*at..*at + 10] == b"totals_csv").collect();
    assert_eq!(places.len(), 2);
    places.iter().for_each(|at| bytes[at + 6] = b'.');
    std::fs::write(&changed, bytes).unwrap();
    assert_found(&findings(&changed, &desk.policy(), vec![]), "each member once", "twice");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_says_more_or_less_than_there_is_is_found() {
    let desk = Desk::new().await;
    let opened = Opened::read(&desk.export("bundle.zip"));
    let changed = desk.path("changed.zip");
    for name in [MemberName::Commands, MemberName::Balances, MemberName::Totals] {
        let more = |manifest: &mut Manifest| {
            manifest.members.iter_mut().filter(|m| m.name == name).for_each(|m| m.rows += 1);
        };
        opened.clone().with_manifest(more).write(&changed);
        let found = findings(&changed, &desk.policy(), vec![]);
        assert_found(&found, &format!("rows of a member: expected {name}: "), "one row more");
    }
    // One entry less, with members and checkpoint as if it had never been.
    let mut shorter = opened.clone();
    let entries = shorter.entries();
    shorter.set_entries(&entries[..entries.len() - 1]);
    let signatures = shorter.member("signatures.bin");
    signatures.truncate(signatures.len() - 64);
    let size = u64::try_from(entries.len()).unwrap() - 1;
    let (old, new) = (format!("checkpoints/{}", size + 1), format!("checkpoints/{size}"));
    shorter.members.iter_mut().filter(|(name, _)| *name == old).for_each(|(name, _)| {
        new.clone_into(name);
    });
    let shorter = shorter.with_manifest(|manifest| {
        manifest.size = size;
        for member in &mut manifest.members {
            match member.name {
                MemberName::Entries => member.rows = size,
                MemberName::Signatures => (member.rows, member.bytes) = (size, size * 64),
                MemberName::Checkpoint(at) if at == size + 1 => {
                    member.name = MemberName::Checkpoint(size);
                }
                _ => {}
            }
        }
    });
    shorter.with_digests().write(&changed);
    let found = findings(&changed, &desk.policy(), vec![]);
    assert_found(&found, "checkpoint of the bundle", "one entry less");
    for (what, from, to) in [
        ("format", "\"format\": 1", "\"format\": 2"),
        ("field", "\"program\"", "\"programme\""),
        ("size", "\"size\": ", "\"size\": 1"),
    ] {
        let mut opened = opened.clone();
        let text = String::from_utf8(opened.member("manifest.json").clone()).unwrap();
        *opened.member("manifest.json") = text.replacen(from, to, 1).into_bytes();
        opened.write(&changed);
        assert_found(&findings(&changed, &desk.policy(), vec![]), "audit bundle", what);
    }
    desk.bureau.check_ledger().await;
}
