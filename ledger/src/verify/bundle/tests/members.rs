use std::collections::BTreeSet;
use std::io;
use std::sync::Mutex;

use super::*;

#[test]
fn an_honest_bundle_is_clean_and_its_coverage_is_told() {
    let mut bundle = honest();
    bundle.kept = vec![bundle.checkpoint_at(0, &key(1)), bundle.checkpoint_at(7, &key(1))];
    let report = bundle.verify();
    assert_eq!(report.findings, []);
    assert!(report.is_clean());
    let compared = |name: &str, size| ComparedCheckpoint { name: name.to_owned(), size };
    let coverage = Coverage {
        entries: 9,
        signatures: 9,
        checkpoints: vec![compared("checkpoints/4", 4), compared("checkpoints/9", 9)],
        kept: vec![compared("kept at 0", 0), compared("kept at 7", 7)],
        commands: 5,
        signed_commands: 0,
        streams: 6,
        requests: 7,
        claims: 2,
        balances: 3,
        unchecked: vec![
            Unchecked::Totals,
            Unchecked::Manifest,
            Unchecked::Cosignatures,
            Unchecked::PersonalData,
        ],
    };
    assert_eq!(report.coverage, coverage);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["root"], report.root.to_string());
    assert_eq!(json["coverage"]["unchecked"][3], "personal-data");
}

#[test]
fn every_entry_is_shown_in_order_with_its_payload() {
    let bundle = honest();
    let mut seen = Vec::new();
    let done = Mutex::new(0);
    let offline = Offline {
        rules: Arc::new(AsSaid),
        trust: Trust { origin: ORIGIN.to_owned(), first_key: key(1).public().clone() },
        depth: Depth::Everything,
        scratch: &std::env::temp_dir(),
        observe: &mut |entry| {
            let stream = entry.stream.to_string();
            seen.push((entry.position, stream, entry.payload.to_vec()));
        },
        progress: &|entries| *done.lock().unwrap() = entries,
    };
    assert!(verify_bundle(bundle.raw().input(), offline).unwrap().is_clean());
    let expected: Vec<_> = (0..)
        .zip(history())
        .map(|(position, draft)| (position, draft.stream, draft.payload))
        .collect();
    assert_eq!(seen, expected);
    assert_eq!(*done.lock().unwrap(), 9);
}

#[test]
fn fewer_entries_than_the_manifest_says_are_incomplete_wherever_they_end() {
    let raw = honest().raw();
    let ends: Vec<usize> = raw.bundle.entries.iter().map(|entry| entry.len() + 2).collect();
    // Every place in the last two entries, and some in each of the others.
    let cuts = (1..1_300).chain((1_300..raw.entries.len()).step_by(97)).chain([raw.entries.len()]);
    for cut in cuts {
        let mut raw = raw.clone();
        raw.entries.truncate(raw.entries.len() - cut);
        let mut left = raw.entries.len();
        let whole = ends
            .iter()
            .take_while(|end| left.checked_sub(**end).map(|less| left = less).is_some())
            .count();
        let report = raw.verify(Depth::Everything).unwrap();
        assert!(!report.is_clean());
        let lines: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
        assert_found(
            &lines,
            &format!("position {whole}: the bundle is complete: expected 9 entries"),
        );
    }
}

#[test]
fn missing_signatures_are_incomplete_wherever_they_end() {
    let raw = honest().raw();
    for left in 0..raw.signatures.len() {
        let mut raw = raw.clone();
        raw.signatures.truncate(left);
        let report = raw.verify(Depth::Everything).unwrap();
        let lines: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
        let whole = left / 64;
        assert_found(
            &lines,
            &format!("position {whole}: the bundle is complete: expected 9 signatures"),
        );
        assert_found(&lines, &format!("position {whole}: signature: "));
        assert_eq!(report.coverage.signatures, u64::try_from(whole).unwrap());
    }
}

#[test]
fn bytes_after_the_last_entry_signature_or_command_are_found() {
    let raw = honest().raw();
    for (member, more) in [(0, 1), (0, 700), (1, 1), (1, 64), (2, 1), (2, 4), (2, 9)] {
        let mut raw = raw.clone();
        let bytes = [&mut raw.entries, &mut raw.signatures, &mut raw.commands];
        bytes.into_iter().nth(member).unwrap().extend(vec![0; more]);
        assert!(!raw.verify(Depth::Everything).unwrap().is_clean(), "{more} more in {member}");
    }
}

#[test]
fn a_size_that_is_not_that_of_the_entries_is_found() {
    for size in [0, 1, 8, 10, 1 << 40, u64::MAX] {
        let mut bundle = honest();
        bundle.size = size;
        assert!(!bundle.verify().is_clean(), "{size}");
    }
}

#[test]
fn missing_extra_changed_and_reordered_commands_are_named() {
    let honest = honest();
    let hashes: Vec<String> =
        honest.commands.iter().map(|command| hash::plain(command).to_string()).collect();
    let with = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut bundle = honest.clone();
        change(&mut bundle.commands);
        bundle.lines()
    };
    for (at, position) in [1, 2, 3, 4, 6].into_iter().enumerate() {
        let missing = with(&|commands| drop(commands.remove(at)));
        let expected = format!(
            "position {position}: command: expected {}, found not there, or at another place",
            hashes[at]
        );
        assert_eq!(missing, [expected]);
        let changed = with(&|commands| commands[at].push(b'!'));
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert_found(&changed, &format!("position {position}: command: expected {}", hashes[at]));
    }
    for at in 0..=5 {
        let extra = with(&|commands| commands.insert(at, b"nobody names me".to_vec()));
        let expected = format!(
            "command: expected one that an entry names for the first time at this place, found \
             command {at} with hash {}",
            hash::plain(b"nobody names me")
        );
        assert_eq!(extra, [expected]);
    }
    for at in 0..4 {
        let swapped = with(&|commands| commands.swap(at, at + 1));
        assert_eq!(swapped.len(), 2, "{swapped:?}");
    }
    let twice = with(&|commands| commands.push(commands[0].clone()));
    assert_eq!(twice.len(), 1, "{twice:?}");
    let none = with(&|commands| commands.clear());
    assert_eq!(none.len(), 5, "{none:?}");
}

#[test]
fn a_command_that_is_shorter_than_it_says_costs_no_memory_and_is_found() {
    let mut raw = honest().raw();
    raw.commands.truncate(raw.commands.len() - 1);
    let lines = |raw: &Raw| -> Vec<String> {
        let report = raw.verify(Depth::Everything).unwrap();
        report.findings.iter().map(ToString::to_string).collect()
    };
    assert_found(&lines(&raw), "the bundle is complete: expected command 4 as long as it says");
    raw.commands = u32::MAX.to_be_bytes().to_vec();
    assert_found(&lines(&raw), "the bundle is complete: expected command 0 as long as it says");
    raw.commands = vec![0; 3];
    assert_found(&lines(&raw), "the bundle is complete: expected command 0 as long as it says");
}

#[test]
fn a_command_may_be_empty_or_longer_than_what_is_read_at_once() {
    let bundle = signed_with(|drafts| {
        drafts[1].command = Some(vec![]);
        drafts[3].command = Some(vec![7; 200_000]);
    });
    assert_eq!(bundle.lines(), Vec::<String>::new());
}

#[test]
fn balances_that_the_entries_do_not_give_are_named() {
    let honest = honest();
    let table = String::from_utf8(honest.balances.clone()).unwrap();
    let fund = "fund/1,CNY,357\n";
    assert!(table.contains(fund), "{table}");
    for (to, found) in [
        ("fund/1,CNY,358\n", "balances.csv: expected fund/1,CNY,357, found fund/1,CNY,358"),
        ("fund/1,CNY,0357\n", "balances.csv: expected fund/1,CNY,357, found fund/1,CNY,0357"),
        ("", "balances.csv: expected fund/1,CNY,357, found no row"),
        ("fund/1,CNY,357\nfund/2,CNY,0\n", "balances.csv: expected an account that the entries"),
        ("fund/1,CNY,357\nfund/1,CNY,357\n", "balances.csv: expected an account that the entries"),
        ("fund/1,CNY\n", "balances.csv: expected account, unit and balance"),
        ("\"fund/1\",CNY,357\n", "balances.csv: expected every account once, in order"),
        ("fund/1,CNY,357\r\n", "balances.csv: expected every account once, in order"),
    ] {
        let mut bundle = honest.clone();
        bundle.balances = table.replace(fund, to).into_bytes();
        assert_found(&bundle.lines(), found);
    }
    for other in ["", "account,unit\n", "account,unit,balance"] {
        let mut bundle = honest.clone();
        bundle.balances = other.as_bytes().to_vec();
        assert_found(&bundle.lines(), "balances.csv: ");
    }
    let mut bundle = honest;
    bundle.balances.extend([0xff, b',', b'x', b',', b'1', b'\n']);
    assert_found(&bundle.lines(), "balances.csv: expected a table of text");
}

#[test]
fn a_quick_look_says_what_it_did_not_check() {
    let mut bundle = honest();
    bundle.signatures.swap(2, 3);
    bundle.commands.clear();
    bundle.balances.clear();
    let report = bundle.raw().verify(Depth::ChainAndTree).unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
    assert_eq!((report.coverage.entries, report.coverage.signatures), (9, 0));
    for unchecked in
        [Unchecked::Signatures, Unchecked::Rules, Unchecked::Commands, Unchecked::Balances]
    {
        assert!(report.coverage.unchecked.contains(&unchecked), "{unchecked}");
    }
    let told: Vec<_> = report.coverage.unchecked.iter().map(ToString::to_string).collect();
    assert!(told[0].ends_with("signatures of the entries"), "{told:?}");
    assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), 8, "each is told apart: {told:?}");
    assert_eq!(report.root, honest().verify().root);
}

struct Fails(usize);

impl Read for Fails {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let some = self.0.min(space.len());
        self.0 -= some;
        if some == 0 { Err(io::Error::other("the disk is gone")) } else { Ok(some) }
    }
}

#[test]
fn a_member_that_cannot_be_read_is_an_error_and_never_clean() {
    let raw = honest().raw();
    for member in ["entries.bin", "signatures.bin", "commands.bin"] {
        let mut input = raw.input();
        match member {
            "entries.bin" => input.entries = Box::new(Fails(3)),
            "signatures.bin" => input.signatures = Box::new(Fails(100)),
            _ => input.commands = Box::new(Fails(0)),
        }
        let offline = Offline {
            rules: Arc::new(AsSaid),
            trust: Trust { origin: ORIGIN.to_owned(), first_key: key(1).public().clone() },
            depth: Depth::Everything,
            scratch: &std::env::temp_dir(),
            observe: &mut |_| {},
            progress: &|_| {},
        };
        let error = verify_bundle(input, offline).unwrap_err();
        assert!(error.to_string().contains(member), "{error}");
    }
}

/// Is interrupted before each byte.
struct Interrupted(Cursor<Vec<u8>>, bool);

impl Read for Interrupted {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = space.len().min(1);
        self.0.read(&mut space[..most])
    }
}

#[test]
fn a_read_that_is_interrupted_or_gives_little_is_gone_on_with() {
    let raw = honest().raw();
    let slow = |bytes: &Vec<u8>| Box::new(Interrupted(Cursor::new(bytes.clone()), false));
    let input = BundleInput {
        entries: slow(&raw.entries),
        signatures: slow(&raw.signatures),
        commands: slow(&raw.commands),
        ..raw.input()
    };
    let offline = Offline {
        rules: Arc::new(AsSaid),
        trust: Trust { origin: ORIGIN.to_owned(), first_key: key(1).public().clone() },
        depth: Depth::Everything,
        scratch: &std::env::temp_dir(),
        observe: &mut |_| {},
        progress: &|_| {},
    };
    assert_eq!(verify_bundle(input, offline).unwrap().findings, []);
}

#[test]
fn temporary_files_have_no_name_and_a_missing_directory_is_an_error() {
    let scratch = tempfile::tempdir().unwrap();
    let raw = honest().raw();
    let verify = |directory: &Path, partitions, observe: &mut dyn FnMut(&ObservedEntry<'_>)| {
        let offline = Offline {
            rules: Arc::new(AsSaid),
            trust: Trust { origin: ORIGIN.to_owned(), first_key: key(1).public().clone() },
            depth: Depth::Everything,
            scratch: directory,
            observe,
            progress: &|_| {},
        };
        verify_with(raw.input(), offline, partitions)
    };
    let spilled = |directory| Partitions::with_memory(directory, 0);
    let names = || std::fs::read_dir(scratch.path()).unwrap().count();
    let mut most = 0;
    let partitions = spilled(scratch.path());
    let report = verify(scratch.path(), partitions, &mut |_| most = most.max(names()));
    assert!(report.unwrap().is_clean());
    assert_eq!((most, names()), (0, 0));
    let gone = scratch.path().join("gone");
    let failed = verify(&gone, spilled(&gone), &mut |_| {});
    assert!(matches!(failed, Err(BundleError::Scratch(_))));
    // A small bundle needs none.
    assert!(verify(&gone, Partitions::new(&gone), &mut |_| {}).unwrap().is_clean());
}

/// Rules with a fault of their own.
struct Panicking;

impl Rules for Panicking {
    fn effects(&self, _: &StreamId, _: &EventName, _: &[u8]) -> Result<Effects, UnknownEvent> {
        panic!("the rules have a fault of their own")
    }
}

#[test]
fn a_check_that_ends_without_an_answer_is_an_error_and_never_clean() {
    let offline = Offline {
        rules: Arc::new(Panicking),
        trust: Trust { origin: ORIGIN.to_owned(), first_key: key(1).public().clone() },
        depth: Depth::Everything,
        scratch: &std::env::temp_dir(),
        observe: &mut |_| {},
        progress: &|_| {},
    };
    let outcome = verify_bundle(honest().raw().input(), offline);
    assert!(matches!(outcome, Err(BundleError::Interrupted)));
}
