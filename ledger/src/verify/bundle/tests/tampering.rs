//! What somebody without the ledger's key could do to a bundle.

use std::thread;

use super::*;

/// Runs a check on every number below, on two threads.
fn for_each_below(end: usize, check: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for odd in [0, 1] {
            let check = &check;
            scope.spawn(move || (odd..end).step_by(2).for_each(check));
        }
    });
}

/// Either it cannot be verified at all, or something is found.
#[track_caller]
fn assert_noticed(raw: &Raw, depth: Depth, what: &str) {
    if let Ok(report) = raw.verify(depth) {
        assert!(!report.is_clean(), "{what}");
        assert_ne!(report.findings, [], "{what}");
    }
}

#[test]
fn any_flipped_byte_of_any_entry_is_noticed_and_named() {
    let raw = honest().raw();
    // Which entry a byte belongs to, its length included.
    let owner: Vec<u64> = (0..)
        .zip(&raw.bundle.entries)
        .flat_map(|(position, entry)| vec![position; entry.len() + 2])
        .collect();
    for_each_below(raw.entries.len(), |at| {
        let mut flipped = raw.clone();
        flipped.entries[at] ^= 1 << (at % 8);
        let report = flipped.verify(Depth::Everything).unwrap();
        assert!(!report.is_clean(), "byte {at}");
        let first = report.findings.first().and_then(|finding| finding.position);
        assert_eq!(first, Some(owner[at]), "byte {at}: {:?}", report.findings);
        // The chain alone notices it as well: the next entry or the checkpoint says another leaf.
        assert_noticed(&flipped, Depth::ChainAndTree, &format!("chain alone, byte {at}"));
    });
}

#[test]
fn any_flipped_byte_of_any_signature_names_the_position() {
    let raw = honest().raw();
    for_each_below(raw.signatures.len(), |at| {
        let mut flipped = raw.clone();
        flipped.signatures[at] ^= 1 << (at % 8);
        let report = flipped.verify(Depth::Everything).unwrap();
        let position = u64::try_from(at / 64).unwrap();
        let found: Vec<_> =
            report.findings.iter().map(|finding| (finding.position, finding.rule)).collect();
        assert_eq!(found, [(Some(position), "signature")], "byte {at}");
    });
}

#[test]
fn any_flipped_byte_of_any_other_member_is_noticed() {
    let raw = honest().raw();
    for at in 0..raw.commands.len() {
        let mut flipped = raw.clone();
        flipped.commands[at] ^= 1;
        assert_noticed(&flipped, Depth::Everything, &format!("commands.bin, byte {at}"));
    }
    for at in 0..raw.bundle.balances.len() {
        let mut flipped = raw.clone();
        flipped.bundle.balances[at] ^= 1;
        assert_noticed(&flipped, Depth::Everything, &format!("balances.csv, byte {at}"));
    }
    for (n, checkpoint) in raw.bundle.checkpoints.iter().enumerate() {
        for at in 0..checkpoint.note.len() {
            let mut flipped = raw.clone();
            flipped.bundle.checkpoints[n].note[at] ^= 1;
            assert_noticed(&flipped, Depth::Everything, &format!("{}, byte {at}", checkpoint.name));
        }
    }
}

#[test]
fn dropped_inserted_swapped_and_repeated_entries_are_named() {
    let honest = honest();
    type Change = fn(&mut Bundle, usize);
    let changes: [(&str, Change); 5] = [
        ("dropped", |bundle, at| {
            bundle.entries.remove(at);
            bundle.signatures.remove(at);
        }),
        ("dropped, and the manifest says so", |bundle, at| {
            bundle.entries.remove(at);
            bundle.signatures.remove(at);
            bundle.size -= 1;
        }),
        ("repeated", |bundle, at| {
            bundle.entries.insert(at, bundle.entries[at].clone());
            bundle.signatures.insert(at, bundle.signatures[at].clone());
        }),
        ("repeated, and the manifest says so", |bundle, at| {
            bundle.entries.insert(at, bundle.entries[at].clone());
            bundle.signatures.insert(at, bundle.signatures[at].clone());
            bundle.size += 1;
        }),
        ("swapped with its successor", |bundle, at| {
            let other = (at + 1) % 9;
            bundle.entries.swap(at, other);
            bundle.signatures.swap(at, other);
        }),
    ];
    for (what, change) in changes {
        for at in 0..9 {
            let mut bundle = honest.clone();
            change(&mut bundle, at);
            let report = bundle.verify();
            assert!(!report.is_clean(), "{what} at {at}");
            assert_noticed(&bundle.raw(), Depth::ChainAndTree, &format!("{what} at {at}"));
            let named = report.findings.iter().any(|finding| finding.position.is_some());
            // The last one is missed by nobody but the checkpoint.
            assert!(named || (what.contains("says so") && at == 8), "{what} at {at}");
        }
    }
}

#[test]
fn swapped_signatures_are_both_named() {
    let honest = honest();
    for (one, other) in [(0, 1), (3, 7), (4, 5)] {
        let mut bundle = honest.clone();
        bundle.signatures.swap(one, other);
        let found: Vec<_> = bundle.findings().iter().map(|finding| finding.position).collect();
        assert_eq!(
            found,
            [Some(one), Some(other)].map(|at| at.map(|at| u64::try_from(at).unwrap()))
        );
        assert_eq!(bundle.verify().coverage.signatures, 7);
    }
}

#[test]
fn a_ledger_of_several_chunks_is_verified_and_its_few_bad_entries_named() {
    let mut drafts = history();
    for n in 0..9_000u64 {
        let does = Does { claims: vec![format!("low/{n}")], ..Does::default() };
        let stream = format!("payment/x{n}");
        let draft = Draft::new(&stream, 1, u128::from(n) + 100, &does);
        drafts.push(draft.command(&format!("pay {n}")));
    }
    drafts[8_500].sequence = 3;
    let mut bundle = Bundle::of(&drafts, &key(1));
    bundle.signatures[40][3] ^= 1;
    bundle.signatures[8_999][3] ^= 1;
    let at = u64::try_from(drafts.len()).unwrap();
    let found = |bundle: &Bundle, memory| {
        let report = bundle.raw().verify_within(Depth::Everything, memory).unwrap();
        assert_eq!(report.coverage.entries, at);
        assert_eq!(report.coverage.signatures, at - 2);
        assert_eq!((report.coverage.commands, report.coverage.claims), (9_005, 9_002));
        report.findings.iter().map(|f| (f.position.unwrap(), f.rule)).collect::<Vec<_>>()
    };
    let expected = [(40, "signature"), (8_500, "sequences without gaps"), (8_999, "signature")];
    assert_eq!(found(&bundle, None), expected);
    assert_eq!(found(&bundle, Some(0)), expected);
}
