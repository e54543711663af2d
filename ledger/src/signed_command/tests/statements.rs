//! The statement: what an officer signs has one spelling.

use proptest::prelude::*;

use super::*;

fn text() -> String {
    String::from_utf8(statement().print().unwrap()).unwrap()
}

#[track_caller]
fn refused(spelled: &str) {
    let parsed = Statement::parse(spelled.as_bytes());
    assert!(matches!(parsed, Err(CommandRefusal::Statement(_))), "{spelled}: {parsed:?}");
    let sealed = Envelope::sign(spelled.as_bytes().to_vec(), &officers_key()).unwrap().print();
    let read = SignedCommand::read(&sealed);
    assert!(matches!(read, Err(CommandRefusal::Statement(_))), "{spelled}: {read:?}");
}

#[test]
fn a_statement_is_spelled_in_one_way() {
    let root = hash::leaf(b"x");
    let expected = format!(
        r#"{{"ledger":"cn-320404","officer":"w-017","request":"0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e10","issued":"2026-11-22T08:00:00.000000Z","expires":"2026-11-22T08:15:00.000000Z","nonce":"07070707070707070707070707070707","checkpoint":{{"origin":"mingzhang.example/cn-320404","size":2,"root":"{root}"}},"command":{{"OpenFund":{{"fund":"a","level":"District"}}}}}}"#
    );
    assert_eq!(text(), expected);
    assert_eq!(Statement::parse(expected.as_bytes()), Ok(statement()));
}

#[test]
fn each_value_has_one_spelling() {
    let good = text();
    let root = hash::leaf(b"x").to_string();
    for (from, to) in [
        ("cn-320404\",\"officer", "cn 320404\",\"officer"),
        ("cn-320404\",\"officer", "\",\"officer"),
        ("cn-320404\",\"officer", "c\\u006e-320404\",\"officer"),
        ("w-017", "officer/w-017"),
        ("w-017", "w 017"),
        ("w-017", ""),
        ("w-017", "王"),
        ("0190f3c2-7c1e", "0190F3C2-7C1E"),
        ("0190f3c2-7c1e", "0190f3c27c1e"),
        ("0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e10", "0190f3c27c1e7d3a9d550c7a4b6f2e10"),
        ("0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e10", "{0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e10}"),
        ("0190f3c2", "0190f3c"),
        ("08:00:00.000000Z", "08:00:00Z"),
        ("08:00:00.000000Z", "08:00:00.000000+00:00"),
        ("T08:00:00.000000Z", "t08:00:00.000000Z"),
        ("2026-11-22T08:00", "2026-11-31T08:00"),
        ("08:15:00.000000Z", "08:15:00.0Z"),
        ("2026-11-22T08:15", "2026-11-22 08:15"),
        ("0707\"", "070\""),
        ("0707\"", "0\""),
        ("0707\"", "070a07\""),
        ("0707\"", "070A\""),
        ("mingzhang.example", "\\u006dingzhang.example"),
        ("\"size\":2", "\"size\":\"2\""),
        ("\"size\":2", "\"size\":02"),
        ("\"size\":2", "\"size\":-2"),
        ("\"size\":2", "\"size\":2.0"),
        ("\"size\":2", "\"size\":2e0"),
        ("\"size\":2", "\"size\":18446744073709551616"),
        ("\"size\":2", "\"size\":null"),
        (&root, &root.to_uppercase()),
        (&root, &root[1..]),
        (&root, ""),
        ("{\"OpenFund\"", "{OpenFund"),
        ("{\"OpenFund\":{\"fund\":\"a\",\"level\":\"District\"}}", ""),
    ] {
        let spelled = good.replacen(from, to, 1);
        assert_ne!(spelled, good, "{from}");
        refused(&spelled);
    }
}

/// Every way of leaving out, repeating, moving, renaming or adding one of the fields.
fn misspelled(fields: &[String]) -> Vec<Vec<String>> {
    let mut all = vec![];
    for at in 0..fields.len() {
        let field = fields[at].clone();
        let with = |change: &dyn Fn(&mut Vec<String>)| {
            let mut changed = fields.to_vec();
            change(&mut changed);
            changed
        };
        all.push(with(&|fields| drop(fields.remove(at))));
        all.push(with(&|fields| fields.insert(at, field.clone())));
        all.push(with(&|fields| fields.insert(at, r#""more":1"#.to_owned())));
        let (name, value) = field.split_once(':').unwrap();
        for renamed in [format!("{}:{value}", name.to_uppercase()), format!("{name}: {value}")] {
            all.push(with(&|fields| fields[at].clone_from(&renamed)));
        }
        for to in (0..fields.len()).filter(|to| *to != at) {
            all.push(with(&|fields| {
                let field = fields.remove(at);
                fields.insert(to, field);
            }));
        }
    }
    all
}

#[test]
fn each_field_stands_there_once_by_its_name_and_in_its_place() {
    let owned = |fields: &[&str]| -> Vec<String> {
        fields.iter().map(|field| (*field).to_owned()).collect()
    };
    let object = |fields: &[String]| format!("{{{}}}", fields.join(","));
    let root = format!(r#""root":"{}""#, hash::leaf(b"x"));
    let checkpoint = owned(&[r#""origin":"mingzhang.example/cn-320404""#, r#""size":2"#, &root]);
    let whole = |checkpoint: &str| {
        owned(&[
            r#""ledger":"cn-320404""#,
            r#""officer":"w-017""#,
            r#""request":"0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e10""#,
            r#""issued":"2026-11-22T08:00:00.000000Z""#,
            r#""expires":"2026-11-22T08:15:00.000000Z""#,
            r#""nonce":"07070707070707070707070707070707""#,
            &format!(r#""checkpoint":{checkpoint}"#),
            r#""command":{"OpenFund":{"fund":"a","level":"District"}}"#,
        ])
    };
    let good = whole(&object(&checkpoint));
    assert_eq!(object(&good), text());
    for fields in misspelled(&good) {
        refused(&object(&fields));
    }
    for fields in misspelled(&checkpoint) {
        refused(&object(&whole(&object(&fields))));
    }
    let good = object(&good);
    for spelled in [format!("{good}\n"), format!(" {good}"), format!("{good},"), String::new()] {
        refused(&spelled);
    }
}

#[test]
fn the_command_is_kept_to_the_byte_and_must_be_json() {
    for command in ["{}", "[]", "null", "\"\\u0041 b\"", "{\"b\":1,\"a\":[ 1,\t2 ],\"a\":1.50}"] {
        let written = Statement { command: command.as_bytes().to_vec(), ..statement() };
        let read = Statement::parse(&written.print().unwrap()).unwrap();
        assert_eq!(read.command, command.as_bytes());
    }
    for command in ["", "{", "{}{}", "{},\"more\":1", "nul", "\u{feff}{}"] {
        let written = Statement { command: command.as_bytes().to_vec(), ..statement() };
        assert!(written.print().is_err(), "{command}");
        assert!(SignedCommand::sign(written, &officers_key()).is_err(), "{command}");
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        ".*".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::btree_map(".{0,8}", inner, 0..4)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_moment() -> impl Strategy<Value = Moment> {
    (0..=Moment::LATEST.micros()).prop_map(|micros| Moment::from_micros(micros).unwrap())
}

prop_compose! {
    fn any_statement()(
        (ledger, officer) in ("[A-Za-z0-9][A-Za-z0-9._-]{0,127}", "[A-Za-z0-9][A-Za-z0-9._-]{0,127}"),
        (request, nonce, root) in (any::<u128>(), any::<[u8; 16]>(), any::<[u8; 32]>()),
        (issued, expires) in (any_moment(), any_moment()),
        (origin, size) in (".*", any::<u64>()),
        command in json(),
    ) -> Statement {
        let (ledger, root) = (LedgerId::parse(&ledger).unwrap(), Hash::from_bytes(root));
        let checkpoint = SeenCheckpoint { origin, size, root };
        let (request, command) = (Uuid::from_u128(request), serde_json::to_vec(&command).unwrap());
        Statement { ledger, officer, request, issued, expires, nonce, checkpoint, command }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn reading_and_printing_a_statement_are_inverse(statement in any_statement()) {
        let printed = statement.print().unwrap();
        let parsed = Statement::parse(&printed).unwrap();
        prop_assert_eq!(parsed.print().unwrap(), printed);
        prop_assert_eq!(parsed, statement);
    }

    #[test]
    fn whatever_is_read_is_printed_back_to_the_same_bytes(
        place in any::<prop::sample::Index>(), byte in any::<u8>(), inserted in any::<bool>()
    ) {
        let mut bytes = statement().print().unwrap();
        let place = place.index(bytes.len());
        if inserted { bytes.insert(place, byte) } else { bytes[place] = byte }
        if let Ok(parsed) = Statement::parse(&bytes) {
            prop_assert_eq!(parsed.print().unwrap(), bytes);
        }
    }
}
