//! A command for each operation that is recorded.

use domain::identity::IdentityNumber;
use domain::rights::Operation;
use serde_json::{Value, json};
use tests::bureau::batch_list;

use super::{change, enrolment, requiring};

/// Years of which nothing is recorded, so that none of it is late. In each, the month of a number stands where
/// its commands go on from.
const OPEN: u32 = 2015;
pub(super) const TO_BE_CLOSED: u32 = 2014;
pub(super) const TO_BE_WITHDRAWN: u32 = 2013;
pub(super) const CLOSED: u32 = 2012;
pub(super) const TO_BE_REOPENED: u32 = 2011;

/// A command for each operation that is recorded, as it would be if whoever asks may.
pub(super) fn command_for(
    operation: Operation,
    n: usize,
    digests: &Value,
) -> Option<(&'static str, Value)> {
    let id = format!("{operation}-{n}");
    let rice = json!([{"item": "大米", "unit": "袋", "quantity": 1, "unitValue": "45.00"}]);
    let with = |mut input: Value, more: Value| {
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let money = |more: Value| {
        let input = json!({"id": id, "fund": "fiscal", "amount": "1.00", "occurredOn": "2020-06-15",
                           "document": "文"});
        with(input, more)
    };
    // Of a payment of one yuan, a part is asked back already.
    let recovery = |more: Value| {
        let input = json!({"id": id, "payment": "row-19", "amount": "0.01", "occurredOn": "2020-12-20",
                           "document": "文"});
        with(input, more)
    };
    let step = |batch: &str| json!({"id": id, "batch": batch, "digest": digests[batch]});
    Some(match operation {
        Operation::OpenFund => {
            let fund = json!({"id": id, "name": "另一资金", "source": "CHARITY", "programmes": []});
            ("openFund", fund)
        }
        Operation::RecordOpeningBalance => {
            ("recordOpeningBalance", money(json!({"fund": format!("opened-{n}")})))
        }
        Operation::ReceiveFunds => ("receiveFunds", money(json!({}))),
        Operation::TransferFunds => ("transferFunds", money(json!({"to": "narrow"}))),
        Operation::RemitSurplus => ("remitSurplus", money(json!({}))),
        Operation::SetStandard => (
            "setStandard",
            json!({"id": id, "programme": "低保", "unit": "PERSON_MONTH", "amount": "900",
                   "effectiveFrom": format!("20{:02}-01-01", 10 + n), "document": "文"}),
        ),
        Operation::ApproveGrant => (
            "approveGrant",
            json!({"id": id, "programme": "低保", "householdNo": "ZL-9", "members": 1, "amount": "9.00",
                   "fromMonth": "2020-01", "toMonth": "2020-12", "verification": "HD-1"}),
        ),
        Operation::StopGrant => (
            "stopGrant",
            json!({"id": id, "grant": "g-1", "fromMonth": format!("2020-{:02}", 12 - n),
                   "reason": "MOVED", "document": "文"}),
        ),
        Operation::RecordPaymentDirectly => (
            "recordTemporaryAid",
            json!({"id": id, "fund": "fiscal", "kind": "URGENT", "cause": "火灾", "amount": "1",
                   "occurredOn": "2020-06-16", "recipient": {"householdNo": "ZL-2"}}),
        ),
        Operation::ReversePayment => (
            "reversePayment",
            json!({"id": id, "payment": format!("row-{n}"), "reason": "错", "occurredOn": "2020-06-17"}),
        ),
        Operation::OrderRecovery => ("orderRecovery", recovery(json!({"reason": "收入超标"}))),
        Operation::ReceiveRecovery => ("receiveRecovery", recovery(json!({}))),
        Operation::WaiveRecovery => ("waiveRecovery", recovery(json!({"reason": "无力退还"}))),
        Operation::OpenStore => ("openStore", json!({"id": id, "name": "另一超市"})),
        Operation::ReceiveGoods => (
            "receiveGoods",
            json!({"id": id, "store": "st-1", "donor": "某公司", "occurredOn": "2020-06-01",
                   "items": rice}),
        ),
        Operation::DisburseGoods => (
            "disburseGoods",
            json!({"id": id, "store": "st-1", "occurredOn": "2020-06-20", "items": rice,
                   "recipient": {"householdNo": "ZL-2"}}),
        ),
        Operation::EnrolOfficer => ("enrolOfficer", enrolment(&id, &[])),
        Operation::GiveRole => ("giveRole", change(&id, &format!("idle-{n}"), "ANALYST")),
        Operation::WithdrawRole => ("withdrawRole", change(&id, &format!("busy-{n}"), "ANALYST")),
        Operation::RequireOfficers => ("requireOfficers", requiring(&id, false)),
        Operation::SetApprovalBands => {
            ("setApprovalBands", json!({"id": id, "bands": [], "document": "文"}))
        }
        Operation::DraftBatch => ("draftBatch", drafting(&id)),
        Operation::SubmitBatch => ("submitBatch", step("b-submit")),
        Operation::ReviewBatch => ("reviewBatch", step("b-review")),
        Operation::ApproveBatch => ("approveBatch", step("b-approve")),
        Operation::ReleaseBatch => ("releaseBatch", step("b-release")),
        Operation::AdvanceBatch => ("advanceBatch", step("b-advance")),
        Operation::ReviewPapers => {
            ("reviewPapers", with(step("b-papers"), json!({"document": "文"})))
        }
        Operation::CompletePapers => ("completePapers", step("b-complete")),
        Operation::CloseBatch => ("closeBatch", step(&format!("b-close-{n}"))),
        Operation::SendBackBatch => {
            let batch = format!("b-back-{n}");
            ("sendBackBatch", json!({"id": id, "batch": batch, "reason": "金额有误"}))
        }
        Operation::CancelBatch => {
            let batch = format!("b-cancel-{n}");
            ("cancelBatch", json!({"id": id, "batch": batch, "reason": "重复"}))
        }
        Operation::RecordBankResults => {
            let file = format!("payment_id,result,occurred_on\nb-bank-{n}-1,settled,2020-07-16\n");
            ("recordBankResults", json!({ "file": file }))
        }
        Operation::ReportDeath => (
            "reportDeath",
            json!({"id": id, "personNo": living(n), "diedOn": "2020-05-20", "source": "文",
                   "occurredOn": "2020-06-02"}),
        ),
        Operation::WithdrawDeathReport => (
            "withdrawDeathReport",
            json!({"id": id, "personNo": dead(n), "report": format!("dead-{n}"), "document": "文",
                   "occurredOn": "2020-06-09"}),
        ),
        Operation::ProposeClosing => ("proposeClosing", month_step(&id, OPEN, n)),
        Operation::ClosePeriod => ("closePeriod", month_step(&id, TO_BE_CLOSED, n)),
        Operation::WithdrawProposal => ("withdrawProposal", month_step(&id, TO_BE_WITHDRAWN, n)),
        Operation::ProposeReopening => (
            "proposeReopening",
            with(month_step(&id, CLOSED, n), json!({"document": "文", "reason": "漏记"})),
        ),
        Operation::ReopenPeriod => ("reopenPeriod", month_step(&id, TO_BE_REOPENED, n)),
        Operation::DisclosePersonalData => {
            ("disclosePersonalData", json!({"id": id, "payment": "row-18", "reason": "信访核查"}))
        }
        // These record nothing; see `every_question_and_command_asks_for_its_right`.
        Operation::IssueSetUpCode
        | Operation::ManageProgramKeys
        | Operation::IdentifyPersons
        | Operation::ExchangeIds
        | Operation::ReadTotals
        | Operation::ReadPayments
        | Operation::ReadEntries
        | Operation::ReadReasons
        | Operation::ReadOfficers
        | Operation::ReadAccessLog => return None,
    })
}

/// A draft of a batch of one payment, with the batch's own id.
pub(super) fn drafting(batch: &str) -> Value {
    let list = batch_list(&[(&format!("{batch}-1"), "ZL-3", "1.00")]);
    json!({"id": format!("{batch}-draft"), "batch": batch, "title": "临时救助", "list": list})
}

/// The identity number of somebody who is not reported to have died.
pub(super) fn living(n: usize) -> String {
    person_no(n)
}

/// The identity number of somebody who is reported to have died.
pub(super) fn dead(n: usize) -> String {
    person_no(100 + n)
}

/// People who were born in 1800.
fn person_no(n: usize) -> String {
    let number = IdentityNumber::from_first_seventeen(&format!("32040418000101{n:03}"));
    number.unwrap().as_str().to_owned()
}

/// A step of the month of that number, from 0, in one of these years.
pub(super) fn month_step(id: &str, year: u32, n: usize) -> Value {
    json!({"id": id, "month": format!("{year}-{:02}", n + 1), "occurredOn": "2020-07-03"})
}
