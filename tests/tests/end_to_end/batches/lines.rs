//! The lines of a batch, and the proof of one of them.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::bureau::LEDGER;

use super::{MAKER, TWO, bureau, draft, recorded};

/// What a reviewer and an approver see of a list before they say that it is good.
#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_a_list_are_read_page_by_page_as_they_will_be_paid() {
    let bureau = bureau().await;
    let header = "payment_id,programme,fund,person_no,person_name,household_no,amount,occurred_on,cause,payee_name,account_no,document";
    let named = "b-1,临时救助,fiscal,320404180001010028,张三,ZL-1,900.00,2020-07-15,火灾,李四,6228480000000000018,PZ-1";
    let mut drafted = draft("d-1", &[]);
    drafted["list"] =
        json!(format!("{header}\n{named}\nb-2,临时救助,fiscal,,,ZL-2,600.00,2020-07-15,,,,"));
    recorded(&bureau, MAKER, "draftBatch", drafted).await;
    let question = "query($ledger: ID!, $first: Int, $after: String) { batch(ledger: $ledger, id: \"june\") { \
        list(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { number payment \
        programme { id } fund { id } amount householdNo personName personNo coveredPersons entitlementMonth \
        occurredOn region payeeName accountNo document } } } }";
    let page =
        async |variables: Value| bureau.query(question, variables).await["batch"]["list"].clone();
    let first = page(json!({"ledger": LEDGER, "first": 1})).await;
    let expected = json!([{"number": 1, "payment": "b-1", "programme": {"id": "temporary-assistance"},
        "fund": {"id": "fiscal"}, "amount": "900.00", "householdNo": "ZL-1", "personName": "张三",
        "personNo": "320404180001010028", "coveredPersons": 1, "entitlementMonth": null,
        "occurredOn": "2020-07-15", "region": "320404", "payeeName": "李四",
        "accountNo": "6228480000000000018", "document": "PZ-1"}]);
    assert_eq!(first["nodes"], expected);
    assert_eq!(first["pageInfo"]["hasNextPage"], json!(true));
    let after = &first["pageInfo"]["endCursor"];
    let second = page(json!({"ledger": LEDGER, "first": 5, "after": after})).await;
    let second_line = &second["nodes"][0];
    assert_eq!((&second_line["payment"], &second_line["personNo"]), (&json!("b-2"), &Value::Null));
    assert_eq!(
        (second["nodes"].as_array().unwrap().len(), &second["pageInfo"]["hasNextPage"]),
        (1, &json!(false))
    );
    bureau.check_ledger().await;
}

/// Each tells what it would tell alone.
#[tokio::test(flavor = "multi_thread")]
async fn one_request_asks_for_several_pages_and_proofs_of_one_list() {
    let bureau = bureau().await;
    recorded(&bureau, MAKER, "draftBatch", draft("d-1", &TWO)).await;
    let question = "query($ledger: ID!) { batch(ledger: $ledger, id: \"june\") { \
        whole: list { nodes { ...L } } page: list(first: 1) { nodes { ...L } } \
        one: lineProof(number: 1) { line { ...L } } two: lineProof(number: 2) { line { ...L } } } } \
        fragment L on BatchLine { number payment householdNo text leafHash }";
    let found = bureau.query(question, json!({"ledger": LEDGER})).await["batch"].clone();
    let whole = found["whole"]["nodes"].as_array().unwrap();
    let named: Vec<_> = whole.iter().map(|line| (&line["payment"], &line["householdNo"])).collect();
    assert_eq!(named, [(&json!("b-1"), &json!("ZL-1")), (&json!("b-2"), &json!("ZL-2"))]);
    assert_eq!(found["page"]["nodes"], json!([whole[0]]));
    assert_eq!((&found["one"]["line"], &found["two"]["line"]), (&whole[0], &whole[1]));
    bureau.check_ledger().await;
}

/// With no code of the ledger's: SHA-256, and RFC 6962 section 2.1.
#[tokio::test(flavor = "multi_thread")]
async fn one_line_is_proven_to_belong_to_the_list_that_the_chain_names_without_the_others() {
    let bureau = bureau().await;
    let rows: Vec<(String, String)> =
        (1..=11).map(|n| (format!("b-{n}"), format!("ZL-{n}"))).collect();
    let rows: Vec<(&str, &str, &str)> =
        rows.iter().map(|(id, household)| (id.as_str(), household.as_str(), "10.00")).collect();
    let receipt = recorded(&bureau, MAKER, "draftBatch", draft("d-1", &rows)).await;
    let question = "query($ledger: ID!, $number: Int!, $position: Position!) { \
        batch(ledger: $ledger, id: \"june\") { lineProof(number: $number) { \
        head size path digest line { number payment text leafHash } } } \
        entry(ledger: $ledger, position: $position) { text } }";
    let hash = |parts: &[&[u8]]| -> Vec<u8> { Sha256::digest(parts.concat()).to_vec() };
    for number in 1..=11_u32 {
        let variables =
            json!({"ledger": LEDGER, "number": number, "position": receipt["position"]});
        let found = bureau.query(question, variables).await;
        let proof = &found["batch"]["lineProof"];
        let line = &proof["line"];
        assert_eq!(line["payment"], json!(format!("b-{number}")));
        let text = line["text"].as_str().unwrap();
        assert!(!text.contains("ZL-") && !text.contains("火灾"), "ids alone: {text}");
        let mut node = hash(&[&[0], text.as_bytes()]);
        assert_eq!(line["leafHash"], hex::encode(&node));
        // RFC 9162 section 2.1.3.2.
        let (mut at, mut last) = (number, proof["size"].as_u64().unwrap() - 1);
        for sibling in proof["path"].as_array().unwrap() {
            let sibling = hex::decode(sibling.as_str().unwrap()).unwrap();
            if at % 2 == 1 || u64::from(at) == last {
                node = hash(&[&[1], &sibling, &node]);
                while at != 0 && at % 2 == 0 {
                    (at, last) = (at / 2, last / 2);
                }
            } else {
                node = hash(&[&[1], &node, &sibling]);
            }
            (at, last) = (at / 2, last / 2);
        }
        assert_eq!(last, 0);
        assert_eq!(proof["digest"], hex::encode(&node));
        // And the chain names that digest.
        let entry = found["entry"]["text"].as_str().unwrap();
        assert!(entry.contains(&hex::encode(&node)), "{entry}");
        assert!(proof["head"].as_str().unwrap().ends_with("\n11\n11000\n"));
    }
    for number in [0, 12] {
        let variables = json!({"ledger": LEDGER, "number": number, "position": 0});
        let found = bureau.query(question, variables).await;
        assert_eq!(found["batch"]["lineProof"], Value::Null, "{number}");
    }
    bureau.check_ledger().await;
}
