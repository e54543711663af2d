//! Every question and every command over GraphQL asks for a right, and is tried with every role and with none.

use domain::rights::{Operation, Role};
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, missing_right};

/// The right that a field of the roots asks for; `None` for what anybody may know, or what proves by itself
/// who asks. A field that is not here fails the test.
fn right_of(field: &str) -> Option<Operation> {
    Some(match field {
        // Sizes, heads, keys and hashes tell nobody what was paid; the catalogue is a law's.
        "ledgers" | "ledger" | "programmes" | "consistencyProof" => return None,
        // The command's own signature proves who asks.
        "submitSignedCommand" => return None,
        "funds" | "stores" | "totals" | "period" | "periods" => Operation::ReadTotals,
        "payment" | "payments" | "statement" | "batch" | "batches" | "batchProposal"
        | "bankResults" => Operation::ReadPayments,
        "auditTrail" | "entry" => Operation::ReadEntries,
        "officers" | "programKeys" => Operation::ReadOfficers,
        "issueProgramKey" | "revokeProgramKey" => Operation::ManageProgramKeys,
        "accessLog" => Operation::ReadAccessLog,
        "recordGrantPayment"
        | "recordOneOffAid"
        | "recordTemporaryAid"
        | "recordDisabilitySubsidy" => Operation::RecordPaymentDirectly,
        "proposeBatch" => Operation::DraftBatch,
        // Of ids alone, which is the least that it can be asked for.
        "identify" => Operation::ExchangeIds,
        // Every other command is called like its operation.
        command => {
            let mut words = String::new();
            for letter in command.chars() {
                if letter.is_ascii_uppercase() {
                    words.push('_');
                }
                words.push(letter.to_ascii_lowercase());
            }
            Operation::parse(&words).unwrap_or_else(|| panic!("{command}: which right?"))
        }
    })
}

/// The whole schema as it describes itself.
async fn described(bureau: &Bureau) -> Value {
    let question = "{ __schema { queryType { fields { ...F } } mutationType { fields { ...F } } \
        types { name kind enumValues { name } inputFields { name type { ...T } } fields { name args { name } type { ...T } } } } } \
        fragment F on __Field { name type { ...T } args { name type { ...T } } } \
        fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
    bureau.query(question, json!({})).await["__schema"].clone()
}

/// A value that is well formed, of a type as the schema describes it.
fn value_of(schema: &Value, name: &str, kind: &Value) -> String {
    match (kind["kind"].as_str().unwrap(), kind["name"].as_str()) {
        ("NON_NULL", _) => value_of(schema, name, &kind["ofType"]),
        ("LIST", _) => format!("[{}]", value_of(schema, name, &kind["ofType"])),
        (_, Some("ID" | "String")) if name == "ledger" => format!("\"{LEDGER}\""),
        (_, Some("ID")) => "\"x\"".to_owned(),
        (_, Some("String")) => "\"text\"".to_owned(),
        (_, Some("Money")) => "\"1.00\"".to_owned(),
        (_, Some("Date")) => "\"2020-06-15\"".to_owned(),
        (_, Some("YearMonth")) => "\"2020-06\"".to_owned(),
        (_, Some("Hash")) => format!("\"{}\"", "0".repeat(64)),
        (_, Some("Boolean")) => "true".to_owned(),
        (_, Some("Int" | "Position")) => "1".to_owned(),
        ("ENUM", Some(of)) => {
            type_of(schema, of)["enumValues"][0]["name"].as_str().unwrap().to_owned()
        }
        ("INPUT_OBJECT", Some(of)) => {
            let fields = type_of(schema, of)["inputFields"].as_array().unwrap().clone();
            let needed = fields.iter().filter(|field| field["type"]["kind"] == "NON_NULL");
            let fields = needed.map(|field| {
                let name = field["name"].as_str().unwrap();
                format!("{name}: {}", value_of(schema, name, &field["type"]))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        other => panic!("{name}: {other:?}"),
    }
}

fn type_of<'a>(schema: &'a Value, name: &str) -> &'a Value {
    let mut types = schema["types"].as_array().unwrap().iter();
    types.find(|found| found["name"] == name).unwrap()
}

/// A document that asks for one field, as little as the schema allows.
fn asking_for(schema: &Value, root: &str, field: &Value) -> String {
    let name = field["name"].as_str().unwrap();
    let needed = field["args"].as_array().unwrap().iter();
    let needed = needed.filter(|argument| argument["type"]["kind"] == "NON_NULL");
    let arguments: Vec<String> = needed
        .map(|argument| {
            let name = argument["name"].as_str().unwrap();
            let value = match name {
                // A filter that names its ledger, and a subject that names exactly one thing.
                "filter" => format!("{{ledgers: [\"{LEDGER}\"]}}"),
                "subject" => "{document: \"x\"}".to_owned(),
                "id" if field["name"] == "ledger" => format!("\"{LEDGER}\""),
                _ => value_of(schema, name, &argument["type"]),
            };
            format!("{name}: {value}")
        })
        .collect();
    let arguments =
        if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
    format!("{root} {{ {name}{arguments} {{ __typename }} }}")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_and_command_asks_for_its_right() {
    let bureau = Bureau::new().await;
    let schema = described(&bureau).await;
    for role in Role::ALL {
        let role = role.as_str();
        let enrolment = json!({"id": role, "name": role, "roles": [role.to_uppercase()]});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(role).await;
    }
    bureau.recorded("enrolOfficer", json!({"id": "idle", "name": "无", "roles": []})).await;
    bureau.sign_in("idle").await;
    let required = json!({"id": "rg-1", "required": true, "document": "文"});
    bureau.recorded("requireOfficers", required).await;
    let (mut asked, mut refused) = (0, 0);
    for (root, fields) in [("query", "queryType"), ("mutation", "mutationType")] {
        for field in schema[fields]["fields"].as_array().unwrap() {
            let document = asking_for(&schema, root, field);
            let name = field["name"].as_str().unwrap();
            let right = right_of(name);
            let roles = right.map_or(Role::ALL, Operation::roles);
            for officer in Role::ALL.iter().map(|role| role.as_str()).chain(["idle", "w-404"]) {
                // Whoever may say so would end what is tested.
                if name == "requireOfficers" && officer == Role::KEEPER.as_str() {
                    continue;
                }
                let answer = bureau.answer_as(officer, &document, json!({})).await;
                let code = answer.errors.first().map(|error| missing_right(error).map(|it| it.0));
                let code = match code {
                    None => None,
                    Some(Some(code)) => Some(code),
                    // It was answered, though not with what somebody wants: the id names nothing.
                    Some(None) => {
                        let error = &answer.errors[0];
                        assert!(error.extensions.is_some(), "{document}: {error:?}");
                        None
                    }
                };
                let expected = match officer {
                    _ if right.is_none() => None,
                    "w-404" => Some("SIGN_IN_NEEDED"),
                    _ if roles.iter().any(|role| role.as_str() == officer) => None,
                    _ if roles.is_empty() => Some("NOT_RECORDED_DIRECTLY"),
                    _ => Some("ROLE_MISSING"),
                };
                assert_eq!(code.as_deref(), expected, "{document} by {officer}");
                asked += 1;
                refused += usize::from(expected.is_some());
            }
        }
    }
    println!("{asked} questions and commands, {refused} of them refused");
    assert!(asked > 500 && refused > 300, "{asked}, {refused}");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_alone_are_exchanged_for_whoever_has_something_to_sign() {
    let bureau = Bureau::new().await;
    for role in [Role::SecurityAdministrator, Role::Cashier, Role::Analyst] {
        let role = role.as_str();
        let enrolment = json!({"id": role, "name": role, "roles": [role.to_uppercase()]});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(role).await;
    }
    let required = json!({"id": "rg-1", "required": true, "document": "文"});
    bureau.recorded("requireOfficers", required).await;
    let identify = async |officer: &str, what: &str| {
        let document = format!(
            "mutation {{ identify(input: {{ledger: \"{LEDGER}\", ids: [{{noun: BATCH_STEP, id: \"s-1\"}}]{what}}}) \
             {{ ids userErrors {{ code }} }} }}"
        );
        let answer = bureau.answer_as(officer, &document, json!({})).await;
        let code = answer.errors.first().map(|error| missing_right(error).unwrap().0);
        code.unwrap_or_else(|| answer.data.into_json().unwrap()["identify"]["ids"].to_string())
    };
    let step = identify("cashier", "").await;
    assert_eq!(step.len(), r#"["00000000-0000-0000-0000-000000000000"]"#.len(), "{step}");
    assert_eq!(identify("cashier", ", persons: [], households: []").await, step);
    assert_eq!(identify("cashier", ", households: [\"ZL-1\"]").await, "ROLE_MISSING");
    assert_eq!(identify("security_administrator", "").await, step);
    assert_eq!(identify("analyst", "").await, "ROLE_MISSING");
    bureau.check_ledger().await;
}
