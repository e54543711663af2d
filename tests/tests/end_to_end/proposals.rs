//! The list of a month, proposed from the grants that are live.

mod command_line;
mod month;
mod paid_before;

use domain::identity::IdentityNumber;
use domain::ids::LedgerId;
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER};

const MAKER: &str = "w-021";

const PERSON: &str = "320404180001010028";
const FORGOTTEN: &str = "32040418000101001X";

/// The question after June, as inputs name it.
fn of_june(more: Value) -> Value {
    let mut input = json!({"programme": "低保", "month": "2020-06", "fund": "fiscal",
                           "occurredOn": "2020-06-15"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// A grant of 2020 to a household, for so many members.
async fn grant(bureau: &Bureau, n: u32, members: u32, amount: &str, more: Value) {
    let mut input = json!({"id": format!("g-{n}"), "programme": "低保", "householdNo": format!("ZL-{n}"),
        "members": members, "amount": amount, "fromMonth": "2020-01", "toMonth": "2020-12",
        "verification": "HD-2020-1"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    bureau.recorded("approveGrant", input).await;
}

/// A bureau with a grant that was paid before, one that never was, and others that are not due in June.
pub(crate) async fn granting_bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("100000.00", &["minimum-living-allowance"]).await;
    for (id, amount, from) in [("s-1", "900", "2020-01-01"), ("s-2", "850", "2020-06-01")] {
        let standard = json!({"id": id, "programme": "低保", "unit": "PERSON_MONTH", "amount": amount,
                              "effectiveFrom": from, "document": "常民〔2020〕1号"});
        bureau.recorded("setStandard", standard).await;
    }
    let named = json!({"personNo": PERSON, "personName": "张三"});
    grant(&bureau, 1, 2, "1500.00", named.clone()).await;
    grant(&bureau, 2, 1, "800.00", json!({})).await;
    grant(&bureau, 3, 1, "800.00", json!({})).await;
    let stop = json!({"id": "stop-3", "grant": "g-3", "fromMonth": "2020-06", "reason": "MOVED",
                      "document": "停发〔2020〕7号"});
    bureau.recorded("stopGrant", stop).await;
    grant(&bureau, 4, 1, "800.00", json!({"fromMonth": "2020-07"})).await;
    // Within the standard that was in force before June, and above the one that is now.
    grant(&bureau, 5, 1, "900.00", json!({})).await;
    grant(&bureau, 6, 1, "800.00", json!({})).await;
    let recipient = json!({"householdNo": "ZL-1", "personNo": PERSON, "personName": "张三",
                           "coveredPersons": 2, "region": "320404102", "residency": "RURAL"});
    let account = json!({"payeeName": "张大", "accountNo": "6228480000000000018"});
    paid(&bureau, 1, "2020-05", "1500.00", recipient, account).await;
    paid(&bureau, 6, "2020-06", "800.00", json!({"householdNo": "ZL-6"}), json!({})).await;
    bureau
}

async fn paid(bureau: &Bureau, n: u32, month: &str, amount: &str, to: Value, payout: Value) {
    let payment = json!({"id": format!("p-{n}"), "grant": format!("g-{n}"), "programme": "低保",
        "fund": "fiscal", "amount": amount, "entitlementMonth": month, "occurredOn": "2020-06-01",
        "recipient": to, "payout": payout});
    bureau.recorded("recordGrantPayment", payment).await;
}

/// What would be proposed now.
pub(crate) async fn proposal(bureau: &Bureau) -> Value {
    let question = "query($ledger: ID!, $programme: ID!, $month: YearMonth!, $fund: ID!, $occurredOn: Date!) { \
        batchProposal(ledger: $ledger, programme: $programme, month: $month, fund: $fund, \
        occurredOn: $occurredOn) { lines total leftOut { grant householdNo reason } } }";
    let asked = of_june(json!({ "ledger": LEDGER }));
    bureau.query(question, asked).await["batchProposal"].clone()
}

/// Proposes a batch of June under an id and gives the payload.
async fn propose(bureau: &Bureau, id: &str, more: Value) -> Value {
    let mut input = of_june(json!({"ledger": LEDGER, "id": id, "title": "2020年6月低保"}));
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let document = "mutation($input: ProposeBatchInput!) { proposeBatch(input: $input) { \
        batch { id stage lines total maker } leftOut { grant reason } \
        receipt { position alreadyRecorded } userErrors { code field message } } }";
    let data = bureau.query_as(MAKER, document, json!({ "input": input })).await;
    data["proposeBatch"].clone()
}

/// The lines of a batch, as they will be paid.
async fn lines(bureau: &Bureau, id: &str) -> Vec<Value> {
    let question = "query($ledger: ID!, $id: ID!) { batch(ledger: $ledger, id: $id) { list(first: 50) { nodes { \
        number payment programme { id } fund { id } amount householdNo personName personNo coveredPersons \
        entitlementMonth entitlementTo occurredOn region residency channel payeeName accountNo reissues } } } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "id": id})).await;
    found["batch"]["list"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_live_grants_are_due_is_proposed_and_what_is_left_out_is_told() {
    let bureau = granting_bureau().await;
    let expected = json!({"lines": 2, "total": "2300.00", "leftOut": [
        {"grant": "g-5", "householdNo": "ZL-5", "reason": "ABOVE_STANDARD"},
        {"grant": "g-6", "householdNo": "ZL-6", "reason": "ALREADY_PAID"}]});
    let size = bureau.size().await;
    assert_eq!(proposal(&bureau).await, expected);
    assert_eq!(bureau.size().await, size, "a question records nothing");

    let proposed = propose(&bureau, "june", json!({})).await;
    assert_eq!(proposed["userErrors"], json!([]));
    let batch =
        json!({"id": "june", "stage": "DRAFTED", "lines": 2, "total": "2300.00", "maker": MAKER});
    assert_eq!(proposed["batch"], batch);
    let left_out = json!([{"grant": "g-5", "reason": "ABOVE_STANDARD"},
                          {"grant": "g-6", "reason": "ALREADY_PAID"}]);
    assert_eq!(proposed["leftOut"], left_out);

    // The first to the account, in the place and by the name that it was paid to last; the second never was.
    let line = |number: u32, amount: &str, members: u32| {
        json!({"number": number, "payment": format!("june/g-{number}"),
            "programme": {"id": "minimum-living-allowance"}, "fund": {"id": "fiscal"}, "amount": amount,
            "householdNo": format!("ZL-{number}"), "personName": null, "personNo": null,
            "coveredPersons": members, "entitlementMonth": "2020-06", "entitlementTo": "2020-06",
            "occurredOn": "2020-06-15", "region": "320404", "residency": null, "channel": "BANK",
            "payeeName": null, "accountNo": null, "reissues": null})
    };
    let mut first = line(1, "1500.00", 2);
    for (field, value) in [
        ("personName", "张三"),
        ("personNo", PERSON),
        ("region", "320404102"),
        ("residency", "RURAL"),
        ("payeeName", "张大"),
        ("accountNo", "6228480000000000018"),
    ] {
        first[field] = json!(value);
    }
    assert_eq!(lines(&bureau, "june").await, [first, line(2, "800.00", 1)]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_proposal_again_is_recognised_and_another_under_its_id_is_refused() {
    let bureau = granting_bureau().await;
    let first = propose(&bureau, "june", json!({})).await;
    let again = propose(&bureau, "june", json!({})).await;
    assert_eq!(again["userErrors"], json!([]));
    assert_eq!(
        again["receipt"],
        json!({"position": first["receipt"]["position"], "alreadyRecorded": true})
    );
    let other = propose(&bureau, "june", json!({"title": "另一标题"})).await;
    assert_eq!(other["userErrors"][0]["code"], "ID_REUSED_WITH_OTHER_CONTENT");
    assert_eq!(other["batch"], Value::Null);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_who_was_forgotten_is_left_out() {
    let bureau = granting_bureau().await;
    let named = json!({"personNo": FORGOTTEN, "personName": "李四"});
    grant(&bureau, 7, 1, "800.00", named).await;
    let (people, pool) = (bureau.books.people(), bureau.books.pool());
    let ledger = LedgerId::parse(LEDGER).unwrap();
    let number = IdentityNumber::parse(FORGOTTEN).unwrap();
    let known = people.persons().find(pool, &ledger, &[&number]).await.unwrap();
    let person = known[0].as_ref().unwrap().subject().id;
    people.persons().forget(pool, &ledger, person).await.unwrap();
    let told = proposal(&bureau).await;
    assert_eq!((&told["lines"], &told["total"]), (&json!(2), &json!("2300.00")));
    // What the client called the grant is forgotten too.
    let grant = bureau.book().await.grant_id("g-7").to_string();
    let left = json!({"grant": grant, "householdNo": "ZL-7", "reason": "FORGOTTEN"});
    assert_eq!(told["leftOut"][2], left);
    let proposed = propose(&bureau, "june", json!({})).await;
    assert_eq!((&proposed["userErrors"], &proposed["batch"]["lines"]), (&json!([]), &json!(2)));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_grants_of_one_recipient_the_second_is_left_out() {
    let bureau = granting_bureau().await;
    grant(&bureau, 7, 1, "800.00", json!({"householdNo": "ZL-2"})).await;
    grant(&bureau, 8, 1, "800.00", json!({"personNo": PERSON, "personName": "张三"})).await;
    let told = proposal(&bureau).await;
    assert_eq!((&told["lines"], &told["total"]), (&json!(2), &json!("2300.00")));
    let left_out = told["leftOut"].as_array().unwrap();
    let expected = [
        json!({"grant": "g-7", "householdNo": "ZL-2", "reason": "ANOTHER_GRANT"}),
        json!({"grant": "g-8", "householdNo": "ZL-8", "reason": "ANOTHER_GRANT"}),
    ];
    assert_eq!(left_out[2..], expected);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_whose_payment_was_reversed_is_due_again() {
    let bureau = granting_bureau().await;
    let reversal =
        json!({"id": "rv-6", "payment": "p-6", "reason": "账号有误", "occurredOn": "2020-06-10"});
    bureau.recorded("reversePayment", reversal).await;
    let told = proposal(&bureau).await;
    assert_eq!((&told["lines"], &told["total"]), (&json!(3), &json!("3100.00")));
    assert_eq!(told["leftOut"].as_array().unwrap().len(), 1);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_proposed_is_refused_by_name() {
    let bureau = granting_bureau().await;
    let size = bureau.size().await;
    for (changed, code, field) in [
        (json!({"programme": "没有的项目"}), "UNKNOWN_PROGRAMME", "programme"),
        (json!({"programme": "临时救助"}), "NOT_PAYABLE", "programme"),
        (json!({"fund": "none"}), "UNKNOWN_FUND", "fund"),
        (json!({"month": "2019-12"}), "EMPTY_LIST", "lines"),
        (json!({"month": "2020-13"}), "INVALID_MONTH", "month"),
    ] {
        let refused = propose(&bureau, "june", changed.clone()).await;
        let error = &refused["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!([field])), "{changed}");
        assert_eq!(refused["batch"], Value::Null);
    }
    assert_eq!(bureau.size().await, size);
    bureau.check_ledger().await;
}
