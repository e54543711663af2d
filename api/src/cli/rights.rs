//! `rights`: who may do what.

use clap::Args;
use domain::rights::{Operation, Role};

/// What `rights` takes.
#[derive(Debug, Args)]
pub(super) struct RightsArguments {
    /// Print the table as JSON.
    #[arg(long)]
    json: bool,
}

/// Prints the table; no database is opened.
pub(super) fn print(arguments: &RightsArguments) {
    if arguments.json {
        println!("{}", as_json());
    } else {
        print!("{}", as_text());
    }
}

fn as_json() -> serde_json::Value {
    let operations = Operation::ALL.iter().map(|operation| {
        serde_json::json!({
            "operation": operation.as_str(),
            "name": operation.name_zh(),
            "roles": operation.role_names(),
        })
    });
    let roles = Role::ALL.iter().map(|role| {
        let excludes: Vec<&str> =
            Role::ALL.iter().filter(|other| role.excludes(**other)).map(|o| o.as_str()).collect();
        serde_json::json!({ "role": role.as_str(), "name": role.name_zh(), "excludes": excludes })
    });
    serde_json::json!({
        "operations": operations.collect::<Vec<_>>(),
        "roles": roles.collect::<Vec<_>>(),
    })
}

/// One operation a line, with the roles of which one is needed; then which roles nobody may hold together.
fn as_text() -> String {
    let mut text = String::new();
    for operation in Operation::ALL {
        let roles = match operation.roles() {
            [] => "— (不得单独直接办理 / nobody directly)".to_owned(),
            roles => roles.iter().map(named).collect::<Vec<_>>().join("、"),
        };
        text.push_str(&format!("{operation} ({}): {roles}\n", operation.name_zh()));
    }
    text.push_str("\n不得由同一人担任 / never held by one person:\n");
    for role in Role::ALL {
        let others = Role::ALL.iter().filter(|other| role.excludes(**other));
        let others: Vec<String> = others.map(named).collect();
        if !others.is_empty() {
            text.push_str(&format!("{}: {}\n", named(role), others.join("、")));
        }
    }
    text
}

fn named(role: &Role) -> String {
    format!("{} {role}", role.name_zh())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_operation_and_every_role_stands_in_the_table() {
        let (text, json) = (as_text(), as_json());
        for operation in Operation::ALL {
            assert!(text.contains(&format!("{operation} ({}): ", operation.name_zh())));
        }
        assert_eq!(json["operations"].as_array().unwrap().len(), Operation::ALL.len());
        assert_eq!(json["roles"].as_array().unwrap().len(), Role::ALL.len());
        assert!(text.contains("approve_grant (审批待遇): 审批 approver\n"), "{text}");
        assert!(text.contains("record_payment_directly (直接登记发放): —"), "{text}");
        assert!(text.contains("出纳 cashier: 经办 maker、复核 reviewer、纪检监察"), "{text}");
    }
}
