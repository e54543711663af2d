#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn no_role_excludes_itself_and_exclusion_goes_both_ways() {
    for &role in Role::ALL {
        assert!(!role.excludes(role), "{role}");
        for &other in Role::ALL {
            assert_eq!(role.excludes(other), other.excludes(role), "{role} and {other}");
        }
    }
}

#[test]
fn an_administrator_is_nothing_else() {
    for administrator in ADMINISTRATORS {
        let others = Role::ALL.iter().filter(|role| **role != administrator);
        for &other in others {
            assert!(administrator.excludes(other), "{administrator} and {other}");
        }
    }
}

#[test]
fn one_officer_may_not_be_both_of_these_and_may_be_both_of_those() {
    for (one, other) in [
        (Role::Inspector, Role::Maker),
        (Role::Inspector, Role::Storekeeper),
        (Role::Cashier, Role::Maker),
        (Role::Cashier, Role::Reviewer),
        (Role::Storekeeper, Role::Maker),
    ] {
        assert!(one.excludes(other), "{one} and {other}");
    }
    for (one, other) in [
        (Role::Maker, Role::Reviewer),
        (Role::Reviewer, Role::Approver),
        (Role::Cashier, Role::Approver),
        (Role::Inspector, Role::Analyst),
        (Role::Storekeeper, Role::Reviewer),
    ] {
        assert!(!one.excludes(other), "{one} and {other}");
    }
}

#[test]
fn administrators_see_no_money_and_inspectors_change_nothing() {
    for &operation in Operation::ALL {
        let about_officers = matches!(
            operation,
            Operation::EnrolOfficer
                | Operation::GiveRole
                | Operation::WithdrawRole
                | Operation::RequireOfficers
                | Operation::IssueSetUpCode
                | Operation::ManageProgramKeys
                | Operation::ExchangeIds
                | Operation::ReadOfficers
                | Operation::ReadAccessLog
        );
        for role in operation.roles() {
            let administers = ADMINISTRATORS.contains(role);
            assert!(!administers || about_officers, "{operation}: {role}");
            let changes_nothing = matches!(role, Role::Inspector | Role::Analyst);
            // That they looked at somebody is recorded all the same, signed where that is required.
            let looks =
                operation == Operation::DisclosePersonalData || operation == Operation::ExchangeIds;
            let only_reads = operation.only_reads() || (looks && *role == Role::Inspector);
            assert_eq!(changes_nothing, changes_nothing && only_reads, "{operation}");
        }
    }
}

#[test]
fn inspectors_read_everything_and_analysts_see_nobody() {
    for &operation in Operation::ALL.iter().filter(|operation| operation.only_reads()) {
        assert!(operation.roles().contains(&Role::Inspector), "{operation}");
        let analyst = operation.roles().contains(&Role::Analyst);
        assert_eq!(analyst, operation == Operation::ReadTotals, "{operation}");
    }
}

#[test]
fn nobody_records_a_payment_of_money_alone() {
    let for_nobody: Vec<_> = Operation::ALL.iter().filter(|one| one.roles().is_empty()).collect();
    assert_eq!(for_nobody, [&Operation::RecordPaymentDirectly]);
}

#[test]
fn the_names_are_those_of_the_roles() {
    for &operation in Operation::ALL {
        let names: Vec<&str> = operation.roles().iter().map(|role| role.as_str()).collect();
        assert_eq!(operation.role_names(), names, "{operation}");
    }
}

#[test]
fn whoever_keeps_a_ledger_open_may_give_roles() {
    for operation in [Operation::EnrolOfficer, Operation::GiveRole, Operation::RequireOfficers] {
        assert!(operation.roles().contains(&Role::KEEPER), "{operation}");
    }
}
