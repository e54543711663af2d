use super::*;

fn kept(bundle: &mut Bundle, name: &str, note: &[u8]) {
    bundle.kept.push(NamedNote { name: name.to_owned(), note: note.to_vec() });
}

#[test]
fn checkpoints_that_the_auditor_kept_lie_on_the_history_at_every_size() {
    let mut bundle = honest();
    bundle.kept = (0..=9).map(|size| bundle.checkpoint_at(size, &key(1))).collect();
    // The same one twice does no harm.
    bundle.kept.push(bundle.kept[3].clone());
    let report = bundle.verify();
    assert!(report.is_clean(), "{:?}", report.findings);
    assert_eq!(report.coverage.kept.len(), 11);
}

#[test]
fn a_tail_that_was_cut_off_is_seen_only_by_who_kept_a_checkpoint() {
    let whole = honest();
    for left in 1..9 {
        // The holder of the key exports as if the rest had never been.
        let mut short = Bundle::of(&history()[..left], &key(1));
        assert_eq!(short.lines(), Vec::<String>::new());
        short.kept = vec![whole.checkpoint_at(left, &key(1))];
        assert_eq!(short.lines(), Vec::<String>::new());
        short.kept = vec![whole.checkpoint_at(left + 1, &key(1))];
        let expected = format!("kept checkpoint: expected the {} entries", left + 1);
        assert_found(&short.lines(), &expected);
    }
}

#[test]
fn a_history_rewritten_with_the_ledgers_own_key_meets_the_kept_checkpoint() {
    let whole = honest();
    for changed in 0..9 {
        let mut other = signed_with(|drafts| drafts[changed].recorded += 1);
        // Times after the changed one must not be earlier.
        if other.findings().iter().any(|finding| finding.rule == "recorded never goes back") {
            other = signed_with(|drafts| {
                drafts[changed..].iter_mut().for_each(|draft| draft.recorded += 1);
            });
        }
        assert_eq!(other.lines(), Vec::<String>::new());
        for size in 1..=9 {
            other.kept = vec![whole.checkpoint_at(size, &key(1))];
            let lines = other.lines();
            if size <= changed {
                assert_eq!(lines, Vec::<String>::new());
            } else {
                assert_found(
                    &lines,
                    &format!("kept checkpoint: expected the root of kept at {size}"),
                );
            }
        }
    }
}

#[test]
fn a_ledger_of_another_key_is_not_the_trusted_one() {
    let bundle = Bundle::of(
        &{
            let mut drafts = history();
            drafts[0] = Draft::opening(&key(2));
            drafts
        },
        &key(2),
    );
    let lines = bundle.lines();
    assert_found(&lines, "position 0: first key: ");
    assert_found(&lines, "position 0: signing key: ");
    assert_found(&lines, "position 5: signature: ");
    assert_found(&lines, "checkpoint of the bundle: expected checkpoints/9 signed by the key of");
    assert_eq!(bundle.verify().coverage.signatures, 0);
    // Naming the trusted key without having it does not help.
    let pretending = Bundle::of(&history(), &key(2));
    assert_found(&pretending.lines(), "position 0: signature: ");
}

#[test]
fn checkpoints_of_another_origin_key_or_form_are_refused() {
    let honest = honest();
    let root = honest.verify().root;
    let other = Checkpoint { origin: "mingzhang.example/cn-320402".to_owned(), size: 9, root };
    let mut bundle = honest.clone();
    kept(&mut bundle, "other", other.sign(&key(1)).as_bytes());
    kept(&mut bundle, "stranger", &note(9, root, &key(5)));
    kept(&mut bundle, "empty", b"");
    kept(&mut bundle, "binary", &[0xff, 0xfe]);
    kept(&mut bundle, "not a note", b"mingzhang.example/cn-320404\n9\n");
    let lines = bundle.lines();
    assert_eq!(lines.len(), 5, "{lines:#?}");
    for name in ["other", "stranger", "empty", "binary", "not a note"] {
        assert_found(&lines, &format!("kept checkpoint: expected {name} signed by the key of"));
    }
    assert!(lines.iter().any(|line| line.contains("cn-320402")), "{lines:#?}");
}

#[test]
fn a_bundle_has_a_checkpoint_over_all_of_it_under_its_right_name() {
    let mut without = honest();
    without.checkpoints.pop();
    assert_found(&without.lines(), "checkpoint of the bundle: expected a checkpoint over all 9");
    let mut none = honest();
    none.checkpoints.clear();
    assert_eq!(none.lines().len(), 1);
    let mut misnamed = honest();
    misnamed.checkpoints[0].name = "checkpoints/3".to_owned();
    assert_found(&misnamed.lines(), "name of a checkpoint of the bundle: expected checkpoints/4");
    let mut longer = honest();
    longer
        .checkpoints
        .push(NamedNote { name: "checkpoints/10".to_owned(), note: note(10, Hash::ZERO, &key(1)) });
    assert_found(&longer.lines(), "checkpoint of the bundle: expected the 10 entries");
}

#[test]
fn another_origin_in_entry_0_is_found() {
    let bundle = signed_with(|drafts| {
        let text = String::from_utf8(drafts[0].payload.clone()).unwrap();
        drafts[0].payload = text.replace(ORIGIN, "elsewhere.example/cn-320404").into_bytes();
    });
    assert_found(&bundle.lines(), "position 0: origin: ");
    let unreadable = signed_with(|drafts| drafts[0].payload = b"{}".to_vec());
    assert_found(&unreadable.lines(), "position 0: event: expected LedgerOpened v1");
}
