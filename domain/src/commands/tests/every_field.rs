//! No field that a command gives can differ in the event: each is changed in turn, found by walking
//! the printed command, so that a field which is added later is walked too.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

/// Another value that the field of this name may have.
fn another(name: &str, value: &Value) -> Value {
    match (name, value) {
        (_, Value::Number(number)) => json!(number.as_u64().unwrap().saturating_add(1)),
        ("from" | "from_month", _) => json!("2019-12"),
        ("to", Value::String(month)) if month.len() == 7 => json!("2020-07"),
        ("month", _) => json!("2020-05"),
        ("died_on", _) => json!("2020-05-21"),
        ("person", Value::String(_)) => json!("0190f3c2-7c1e-7d3a-9d55-0c7a4b6f00ff"),
        ("occurred_on" | "effective_from", _) => json!("2020-06-16"),
        ("programme" | "programmes" | "income", _) => json!("charity-supermarket"),
        ("source", Value::String(source)) if source.is_ascii() => json!("other"),
        ("reason", Value::String(reason)) if reason.len() < 64 => json!("moved"),
        ("name", Value::String(name)) if name.len() == 64 => json!("1".repeat(64)),
        ("level", _) => json!("county"),
        ("unit", Value::String(unit)) if unit.contains('_') => json!("once"),
        ("region", _) => json!("320405"),
        ("residency", _) => json!("rural"),
        ("channel", Value::String(channel)) if channel == "cash" => json!("bank"),
        ("channel", _) => json!("cash"),
        ("urgency", Value::String(urgency)) if urgency == "urgent" => json!("expenditure"),
        ("urgency", _) => json!("urgent"),
        ("subsidy", Value::String(subsidy)) if subsidy == "nursing" => json!("living"),
        ("subsidy", _) => json!("nursing"),
        (
            "commitment" | "cause" | "certificate" | "payee" | "donor" | "reason" | "digest"
            | "file",
            _,
        ) => json!("1".repeat(64)),
        (
            "fund" | "to" | "grant" | "payment" | "store" | "receipt" | "reversal" | "standard"
            | "opening" | "transfer" | "remittance" | "stop" | "change" | "enrolment" | "batch"
            | "step" | "regulation" | "results" | "recovery" | "waiver" | "disclosure" | "report"
            | "withdrawal" | "id" | "members",
            _,
        ) => json!("0190f3c2-7c1e-7d3a-9d55-0c7a4b6f00ff"),
        ("person" | "household" | "account", _) => {
            json!({"id": "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f00ff", "commitment": "1".repeat(64)})
        }
        (
            "source" | "code" | "name" | "title" | "budget_code" | "document" | "verification"
            | "class" | "item" | "unit",
            _,
        ) => json!("另"),
        ("officer", _) => json!("w-099"),
        ("role" | "roles", _) => json!("analyst"),
        ("required", Value::Bool(required)) => json!(!required),
        ("amount" | "amount_fen", Value::Null) => json!(1),
        _ => unreachable!("what else can {name} be?"),
    }
}

/// The way to each place of the value, with another value for it.
fn changes(way: &str, name: &str, value: &Value) -> Vec<(String, Value)> {
    let below = |part: &str| if way.is_empty() { part.to_owned() } else { format!("{way}.{part}") };
    let mut changed = match value {
        Value::Object(fields) => {
            let mut changed = Vec::new();
            for (field, value) in fields.iter().filter(|(field, _)| *field != "kind") {
                for (way, value) in changes(&below(field), field, value) {
                    let mut fields = fields.clone();
                    fields.insert(field.clone(), value);
                    changed.push((way, Value::Object(fields)));
                }
            }
            changed
        }
        Value::Array(lines) => {
            let mut changed = Vec::new();
            for (place, line) in lines.iter().enumerate() {
                for (way, value) in changes(&below(&place.to_string()), name, line) {
                    let mut lines = lines.clone();
                    *lines.get_mut(place).unwrap() = value;
                    changed.push((way, Value::Array(lines)));
                }
            }
            let longer = match lines.first() {
                Some(Value::Object(first)) => Value::Object(first.clone()),
                first => another(name, first.unwrap_or(&Value::Null)),
            };
            let longer = lines.iter().cloned().chain([longer]).collect();
            changed.push((way.to_owned(), Value::Array(longer)));
            if let Some((_, shorter)) = lines.split_last() {
                changed.push((way.to_owned(), Value::Array(shorter.to_vec())));
            }
            changed
        }
        value => vec![(way.to_owned(), another(name, value))],
    };
    if !way.is_empty() && !value.is_null() {
        changed.push((way.to_owned(), Value::Null));
    }
    changed
}

/// The command with other fields; `None` where it cannot have these, as nothing for what must be there.
fn rebuilt(command: &AnyCommand, fields: &Value) -> Option<AnyCommand> {
    let printed = json!({ command.name(): fields });
    match command {
        AnyCommand::Fund(_) => serde_json::from_value(printed).ok().map(AnyCommand::Fund),
        AnyCommand::Standard(_) => serde_json::from_value(printed).ok().map(AnyCommand::Standard),
        AnyCommand::Grant(_) => serde_json::from_value(printed).ok().map(AnyCommand::Grant),
        AnyCommand::Payment(_) => serde_json::from_value(printed).ok().map(AnyCommand::Payment),
        AnyCommand::Store(_) => serde_json::from_value(printed).ok().map(AnyCommand::Store),
        AnyCommand::Officer(_) => serde_json::from_value(printed).ok().map(AnyCommand::Officer),
        AnyCommand::Regulation(_) => {
            serde_json::from_value(printed).ok().map(AnyCommand::Regulation)
        }
        AnyCommand::Batch(_) => serde_json::from_value(printed).ok().map(AnyCommand::Batch),
        AnyCommand::BankResults(_) => {
            serde_json::from_value(printed).ok().map(AnyCommand::BankResults)
        }
        AnyCommand::Period(_) => serde_json::from_value(printed).ok().map(AnyCommand::Period),
        AnyCommand::Person(_) => serde_json::from_value(printed).ok().map(AnyCommand::Person),
        AnyCommand::Disclosure(_) => {
            serde_json::from_value(printed).ok().map(AnyCommand::Disclosure)
        }
        AnyCommand::Payments(_) => {
            let UncheckedList { payments } = serde_json::from_value(printed).ok()?;
            RecordPayments::new(payments).ok().map(AnyCommand::Payments)
        }
    }
}

fn fields_of(command: &AnyCommand) -> Value {
    let printed: Value = serde_json::from_slice(&command.print()).unwrap();
    printed.get(command.name()).unwrap().clone()
}

/// The way in the event to what the command has at this way. Earmarks and roles are sorted in the
/// event, so of their places only the whole can be told.
fn in_the_event(way: &str) -> &str {
    match way {
        "amount" => "amount_fen",
        "month" => "period",
        _ if way.starts_with("programmes") => "programmes",
        _ if way.starts_with("roles") => "roles",
        _ => way,
    }
}

#[test]
fn changing_any_field_of_a_command_tells_which() {
    for file in SINGLE {
        let command = fixture(file);
        let events = decided(command.clone());
        let mut ways = BTreeSet::new();
        for (way, fields) in changes("", "", &fields_of(&command)) {
            // The declared value is the amount whether it is given or not, which a test below shows.
            let same = file == "RecordPayment.goods_with_amount" && way == "amount";
            // What a line says is told by the digest alone, which a rule outside this crate makes.
            // What the lines of a file say is in the entries after the first; a test of its own changes it.
            let sealed = (file.starts_with("DraftBatch") && way.starts_with("lines"))
                || (file == "RecordBankResults" && way.starts_with("answers"));
            if same || sealed {
                continue;
            }
            let Some(other) = rebuilt(&command, &fields) else { continue };
            assert_ne!(other, command, "{file}: {way}");
            let answer = other.carried_out_by(&events);
            let Err(NotCarriedOut::OtherContent { index: 0, field }) = answer else {
                unreachable!("{file}: {way} is changed, yet {answer:?}")
            };
            // Without a given amount, other goods are worth another amount, which comes first.
            let valued = way.starts_with("aid.items") && field == "amount_fen";
            // A reversal and a recovery have the payment's id twice, and `original` comes first by name.
            let repeats = ["ReversePayment", "OrderRecovery", "ReceiveRecovery", "WaiveRecovery"];
            let repeated = repeats.contains(&file) && field == format!("original.{way}");
            // The form follows from the channel, and comes first by name.
            let formed = way == "payout.channel" && field == "form";
            // A release repeats the list that its command only names.
            let released = file == "ReleaseBatch" || file == "AdvanceBatch";
            let listed = released && field == format!("list.{way}");
            let told =
                valued || repeated || formed || listed || field.starts_with(in_the_event(&way));
            assert!(told, "{file}: {way}, told {field}");
            ways.insert(way);
        }
        for (way, value) in leaves("", &fields_of(&command)) {
            let skipped = way == "aid.kind"
                || (file.ends_with("goods_with_amount") && way == "amount")
                || (file.starts_with("DraftBatch") && way.starts_with("lines"))
                || (file == "RecordBankResults" && way.starts_with("answers"));
            assert!(skipped || ways.contains(&way), "{file}: {way} ({value}) was never changed");
        }
    }
}

/// Every place of the value that has no other below it.
fn leaves(way: &str, value: &Value) -> Vec<(String, Value)> {
    let below = |part: &str| if way.is_empty() { part.to_owned() } else { format!("{way}.{part}") };
    match value {
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| leaves(&below(name), value)).collect()
        }
        Value::Array(lines) => lines
            .iter()
            .enumerate()
            .flat_map(|(place, line)| leaves(&below(&place.to_string()), line))
            .collect(),
        value => vec![(way.to_owned(), value.clone())],
    }
}

#[test]
fn changing_any_field_of_a_list_tells_in_which_event() {
    let command = fixture("RecordPayments");
    let events = decided(command.clone());
    let mut indices = BTreeSet::new();
    for (way, fields) in changes("", "", &fields_of(&command)) {
        let Some(other) = rebuilt(&command, &fields) else { continue };
        assert_ne!(other, command, "{way}");
        match other.carried_out_by(&events) {
            Err(NotCarriedOut::OtherContent { index, .. }) => {
                assert!(way.starts_with(&format!("{index}.")), "{way}, told {index}");
                indices.insert(index);
            }
            Err(NotCarriedOut::OtherNumber { .. }) => assert_eq!(way, ""),
            answer => unreachable!("{way} is changed, yet {answer:?}"),
        }
    }
    assert_eq!(indices, BTreeSet::from([0, 1, 2]));
}
