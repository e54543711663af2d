//! The schema as others rely on it. No database is needed: what is tried here never reaches the books.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use async_graphql::{Request, Response, Value, Variables};
use serde_json::json;

use super::schema::builder;
use super::sdl;

/// Executes a document without books: a resolver that asks for them meets a fault.
async fn execute(document: &str, variables: serde_json::Value) -> Response {
    let request = Request::new(document).variables(Variables::from_json(variables));
    builder().finish().execute(request).await
}

fn code(response: &Response) -> Option<Value> {
    response.errors.first()?.extensions.as_ref()?.get("code").cloned()
}

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let committed = include_str!("../../schema.graphql");
    assert!(
        committed == sdl(),
        "api/schema.graphql differs; if the change is meant, run `mingzhang schema > api/schema.graphql` and read the difference"
    );
}

#[tokio::test]
async fn money_as_a_json_number_is_refused_before_anything_runs() {
    let document =
        "mutation ($amount: Money!) { receiveFunds(input: {ledger: \"l\", id: \"r\", fund: \"f\",
        amount: $amount, occurredOn: \"2020-06-15\", document: \"d\"}) { userErrors { code } } }";
    for amount in [json!(900), json!(900.5), json!(true)] {
        let response = execute(document, json!({ "amount": amount })).await;
        assert_eq!(response.data, Value::Null);
        // A fault would say that the resolver ran.
        assert_eq!(code(&response), None, "{:?}", response.errors);
    }
    let response = execute(document, json!({ "amount": "900" })).await;
    assert_eq!(code(&response), Some("INTERNAL".into()));
}

#[tokio::test]
async fn a_fault_carries_a_reference_and_no_inner_text() {
    let response = execute("{ ledgers { id } }", json!({})).await;
    let error = response.errors.first().unwrap();
    assert_eq!(code(&response), Some("INTERNAL".into()));
    assert!(error.extensions.as_ref().unwrap().get("reference").is_some());
    assert!(!error.message.contains("Books"), "{}", error.message);
}

#[tokio::test]
async fn a_position_beyond_two_to_the_fifty_third_is_refused() {
    let document = "query ($at: Position!) { entry(ledger: \"l\", position: $at) { text } }";
    let response = execute(document, json!({ "at": 9_007_199_254_740_992_u64 })).await;
    assert_eq!(code(&response), None, "{:?}", response.errors);
    let response = execute(document, json!({ "at": 9_007_199_254_740_991_u64 })).await;
    assert_eq!(code(&response), Some("INTERNAL".into()));
}

#[tokio::test]
async fn programmes_are_told_without_any_books() {
    let document = "{ programmes { id name aliases category paysAs members { id } } }";
    let response = execute(document, json!({})).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let data = response.data.into_json().unwrap();
    let programmes = data["programmes"].as_array().unwrap();
    assert_eq!(programmes.len(), domain::catalogue::Catalogue::standard().programmes().len());
    let extreme_poverty = programmes.iter().find(|one| one["id"] == "extreme-poverty-support");
    let members: Vec<_> = extreme_poverty.unwrap()["members"].as_array().unwrap().clone();
    assert_eq!(
        members,
        [json!({"id": "urban-three-nos-support"}), json!({"id": "rural-five-guarantees-support"})]
    );
}

#[tokio::test]
async fn a_thousand_payments_with_everything_about_them_may_be_asked_for_and_ten_pages_may_not() {
    let everything = "nodes { id programme { id name nameEn aliases category paysAs } fund { id name source level received paid balance }
        amount form householdNo personName personNo coveredPersons entitlementMonth entitlementTo occurredOn region residency document
        officer status recovery { arrived ordered received waived outstanding steps { kind id amount occurredOn document officer receipt { position } } }
        receipt { position leafHash signature recordedAt alreadyRecorded }
        entries { position text leafHash signature previous stream type actor recordedAt } } pageInfo { hasNextPage endCursor }";
    let page = format!("payments(ledger: \"l\", first: 1000) {{ {everything} }}");
    let response = execute(&format!("{{ {page} }}"), json!({})).await;
    assert_eq!(code(&response), Some("INTERNAL".into()), "{:?}", response.errors);
    let ten: String = (0..10).map(|index| format!("page{index}: {page} ")).collect();
    let response = execute(&format!("{{ {ten} }}"), json!({})).await;
    assert_eq!(response.data, Value::Null);
    assert_eq!(code(&response), None, "{:?}", response.errors);
}

#[tokio::test]
async fn introspection_as_tools_send_it_is_within_the_limits() {
    let deep = "ofType { kind name ".repeat(9);
    let shut = "} ".repeat(9);
    let document = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} mutationType {{ name }} types {{ ...FullType }}
            directives {{ name description locations args {{ ...InputValue }} }} }} }}
         fragment FullType on __Type {{ kind name description
            fields(includeDeprecated: true) {{ name description args {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }}
            inputFields {{ ...InputValue }} interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }}
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue }}
         fragment TypeRef on __Type {{ kind name {deep} {shut} }}"
    );
    let response = execute(&document, json!({})).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
}
