#![allow(clippy::unwrap_used)]

mod bank_results;
mod events;
mod every_field;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cqrs_es::Aggregate;

use super::*;
use crate::bank_results::{BankResults, BankResultsFacts};
use crate::batch::{Batch, BatchEvent, BatchFacts};
use crate::decision::Decide;
use crate::disclosure::{Disclosure, DisclosureFacts};
use crate::events::AnyEvent;
use crate::fund::{Fund, FundFacts};
use crate::grant::Grant;
use crate::officer::Officer;
use crate::payment::{BatchLine, Payment, PaymentEvent, PaymentFacts, PaymentRecorded};
use crate::period::Period;
use crate::person::{Person, PersonCommand};
use crate::regulation::Regulation;
use crate::standard::Standards;
use crate::store::Store;
use crate::text::ListDigest;

/// Every fixture of a command that is no list.
const SINGLE: [&str; 57] = [
    "AdvanceBatch",
    "ApproveBatch",
    "ApproveGrant",
    "ApproveGrant.least",
    "CancelBatch",
    "CloseBatch",
    "ClosePeriod",
    "CompletePapers",
    "DisclosePersonalData",
    "DisclosePersonalData.batch",
    "DraftBatch",
    "DraftBatch.urgent",
    "EnrolOfficer",
    "EnrolOfficer.least",
    "GiveRole",
    "OpenFund",
    "OpenFund.least",
    "OpenStore",
    "OpenStore.least",
    "OrderRecovery",
    "ProposeClosing",
    "ProposeReopening",
    "ReceiveFunds",
    "ReceiveFunds.least",
    "ReceiveGoods",
    "ReceiveRecovery",
    "RecordBankResults",
    "RecordOpeningBalance",
    "RecordPayment",
    "RecordPayment.disability_subsidy",
    "RecordPayment.disability_subsidy_least",
    "RecordPayment.goods",
    "RecordPayment.goods_with_amount",
    "RecordPayment.grant_payment_least",
    "RecordPayment.one_off",
    "RecordPayment.temporary_aid",
    "RecordPayment.temporary_aid_least",
    "ReleaseBatch",
    "RemitSurplus",
    "ReopenPeriod",
    "ReportDeath",
    "RequireOfficers",
    "ReversePayment",
    "ReviewBatch",
    "ReviewPapers",
    "SendBackBatch",
    "SetApprovalBands",
    "SetStandard",
    "SetStandard.least",
    "StopGrant",
    "SubmitBatch",
    "TransferFunds",
    "WaiveRecovery",
    "WithdrawDeathReport",
    "WithdrawProposal",
    "WithdrawProposal.reopening",
    "WithdrawRole",
];

fn fixture(file: &str) -> AnyCommand {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/commands");
    AnyCommand::parse(&std::fs::read(folder.join(format!("{file}.json"))).unwrap()).unwrap()
}

/// The state after the one event of the fixture's command.
macro_rules! after {
    ($state:ident, $variant:ident, $file:literal) => {{
        let AnyCommand::$variant(command) = fixture($file) else { unreachable!($file) };
        let mut state = $state::default();
        let event = state.decide(command, &Default::default()).unwrap().unwrap();
        state.apply(event);
        state
    }};
}

/// What the payments of the fixtures name, at sequences that can be told apart.
fn facts() -> PaymentFacts {
    PaymentFacts {
        fund: Some(Arc::new(after!(Fund, Fund, "OpenFund"))),
        standards: Arc::new(Standards::Absent),
        standards_sequence: 3,
        grant: Some((Arc::new(after!(Grant, Grant, "ApproveGrant")), 2)),
        store: Some(Arc::new(after!(Store, Store, "OpenStore"))),
        reissued: None,
    }
}

/// The fund that a transfer is to reach: like the one that it leaves.
fn receiving(command: &FundCommand) -> Option<Fund> {
    let FundCommand::TransferFunds(transfer) = command else { return None };
    let AnyCommand::Fund(FundCommand::OpenFund(mut open)) = fixture("OpenFund") else {
        unreachable!("OpenFund")
    };
    open.fund = transfer.to;
    let mut fund = Fund::default();
    let event = fund.decide(FundCommand::OpenFund(open), &FundFacts::default()).unwrap();
    fund.apply(event.unwrap());
    Some(fund)
}

fn recorded(command: PaymentCommand) -> PaymentEvent {
    Payment::default().decide(command, &facts()).unwrap().unwrap()
}

/// The digest that the fixtures of batches name.
fn batch_facts() -> BatchFacts {
    let digest = Some(ListDigest::from_bytes([0x88; 32]));
    BatchFacts { digest, approvals_sequence: 3, unanswered: Some(0), ..BatchFacts::default() }
}

/// The event of a step, in a batch that came to where the step is what comes next.
fn of_a_batch(command: BatchCommand) -> Vec<AnyEvent> {
    let mut batch = Batch::Absent;
    let way: &[&str] = match &command {
        BatchCommand::DraftBatch(_) => &[],
        BatchCommand::SubmitBatch(_) => &["DraftBatch"],
        BatchCommand::ReviewBatch(_) | BatchCommand::SendBackBatch(_) => {
            &["DraftBatch", "SubmitBatch"]
        }
        BatchCommand::ApproveBatch(_) => &["DraftBatch", "SubmitBatch", "ReviewBatch"],
        BatchCommand::ReleaseBatch(_) | BatchCommand::CancelBatch(_) => {
            &["DraftBatch", "SubmitBatch", "ReviewBatch", "ApproveBatch"]
        }
        BatchCommand::AdvanceBatch(_) => &["DraftBatch.urgent", "SubmitBatch"],
        BatchCommand::ReviewPapers(_) => &["DraftBatch.urgent", "SubmitBatch", "AdvanceBatch"],
        BatchCommand::CompletePapers(_) => {
            &["DraftBatch.urgent", "SubmitBatch", "AdvanceBatch", "ReviewPapers"]
        }
        BatchCommand::CloseBatch(_) => {
            &["DraftBatch", "SubmitBatch", "ReviewBatch", "ApproveBatch", "ReleaseBatch"]
        }
    };
    for file in way {
        let AnyCommand::Batch(step) = fixture(file) else { unreachable!("{file}") };
        batch.apply(batch.decide(step, &batch_facts()).unwrap().unwrap());
    }
    let mut events: Vec<AnyEvent> =
        vec![batch.decide(command, &batch_facts()).unwrap().unwrap().into()];
    let lines_of = match events.first() {
        Some(AnyEvent::Batch(BatchEvent::BatchReleased(event))) => {
            Some((event.batch, "DraftBatch", false))
        }
        Some(AnyEvent::Batch(BatchEvent::BatchAdvanced(event))) => {
            Some((event.batch, "DraftBatch.urgent", true))
        }
        _ => None,
    };
    if let Some((batch, file, advance)) = lines_of {
        let AnyCommand::Batch(BatchCommand::DraftBatch(draft)) = fixture(file) else {
            unreachable!("{file}")
        };
        for (line, payment) in (1..).zip(draft.lines) {
            let paid =
                Payment::Absent.instruct(payment, BatchLine { batch, line, advance }, &facts());
            events.push(PaymentEvent::PaymentRecorded(Box::new(paid.unwrap())).into());
        }
    }
    events
}

/// The event of a step, in a month that came to where the step is what comes next.
fn of_a_month(command: PeriodCommand) -> Vec<AnyEvent> {
    let reopening = command.step() == withdrawal_of_a_reopening().step();
    let before = match &command {
        PeriodCommand::ProposeClosing(_) => 0,
        PeriodCommand::WithdrawProposal(_) if !reopening => 1,
        PeriodCommand::ClosePeriod(_) => 1,
        PeriodCommand::ProposeReopening(_) => 2,
        PeriodCommand::ReopenPeriod(_) | PeriodCommand::WithdrawProposal(_) => 3,
    };
    let mut period = Period::default();
    for file in ["ProposeClosing", "ClosePeriod", "ProposeReopening"].into_iter().take(before) {
        let AnyCommand::Period(step) = fixture(file) else { unreachable!("{file}") };
        period.apply(period.decide(step, &()).unwrap().unwrap());
    }
    vec![period.decide(command, &()).unwrap().unwrap().into()]
}

fn withdrawal_of_a_reopening() -> PeriodCommand {
    match fixture("WithdrawProposal.reopening") {
        AnyCommand::Period(command) => command,
        other => unreachable!("{other:?}"),
    }
}

/// What a file of results leads to for the payments that the fixture of a release makes.
fn of_a_file(command: BankResultsCommand) -> Vec<AnyEvent> {
    let BankResultsCommand::RecordBankResults(asked) = &command;
    let mut payments: BTreeMap<PaymentId, Payment> = BTreeMap::new();
    for event in decided(fixture("ReleaseBatch")) {
        let AnyEvent::Payment(PaymentEvent::PaymentRecorded(payment)) = event else { continue };
        payments.insert(payment.payment, Payment::Recorded(payment));
    }
    let mut answered: Vec<AnyEvent> = Vec::new();
    for (line, answer) in (1..).zip(&asked.answers) {
        let payment = payments.entry(answer.payment).or_default();
        if let Ok(event) = payment.answer(answer, asked.results, line) {
            payment.apply(event.clone());
            answered.push(event.into());
        }
    }
    let lines = u32::try_from(asked.answers.len()).unwrap();
    let number = u32::try_from(answered.len()).unwrap();
    let facts = BankResultsFacts { answered: number, unmatched: lines.saturating_sub(number) };
    let announced = BankResults::Absent.decide(command, &facts).unwrap().unwrap();
    [vec![announced.into()], answered].concat()
}

/// The events that the aggregates decide for a command.
fn decided(command: AnyCommand) -> Vec<AnyEvent> {
    match command {
        AnyCommand::Fund(command) => {
            let fund = match &command {
                FundCommand::OpenFund(_) => Fund::Absent,
                _ => after!(Fund, Fund, "OpenFund"),
            };
            let facts = FundFacts { to: receiving(&command).map(Arc::new) };
            vec![fund.decide(command, &facts).unwrap().unwrap().into()]
        }
        AnyCommand::Standard(command) => {
            vec![Standards::Absent.decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Grant(command) => {
            let grant = match &command {
                GrantCommand::ApproveGrant(_) => Grant::Absent,
                GrantCommand::StopGrant(_) => after!(Grant, Grant, "ApproveGrant"),
            };
            vec![grant.decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Payment(command @ PaymentCommand::RecordPayment(_)) => {
            vec![recorded(command).into()]
        }
        AnyCommand::Payment(command) => {
            let AnyCommand::Payment(first) = fixture("RecordPayment") else { unreachable!() };
            let mut payment = Payment::default();
            payment.apply(recorded(first));
            if !matches!(
                &command,
                PaymentCommand::ReversePayment(_) | PaymentCommand::OrderRecovery(_)
            ) {
                let AnyCommand::Payment(order) = fixture("OrderRecovery") else { unreachable!() };
                payment.apply(payment.decide(order, &facts()).unwrap().unwrap());
            }
            vec![payment.decide(command, &facts()).unwrap().unwrap().into()]
        }
        AnyCommand::Store(command) => {
            let store = match &command {
                StoreCommand::OpenStore(_) => Store::Absent,
                StoreCommand::ReceiveGoods(_) => after!(Store, Store, "OpenStore"),
            };
            vec![store.decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Officer(command) => {
            let officer = match &command {
                OfficerCommand::EnrolOfficer(_) => Officer::Absent,
                _ => after!(Officer, Officer, "EnrolOfficer"),
            };
            vec![officer.decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Regulation(command) => {
            vec![Regulation::default().decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Batch(command) => of_a_batch(command),
        AnyCommand::BankResults(command) => of_a_file(command),
        AnyCommand::Period(command) => of_a_month(command),
        AnyCommand::Person(command) => {
            let person = match &command {
                PersonCommand::ReportDeath(_) => Person::default(),
                PersonCommand::WithdrawDeathReport(_) => after!(Person, Person, "ReportDeath"),
            };
            vec![person.decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Disclosure(command) => {
            let facts = DisclosureFacts { exists: true };
            vec![Disclosure::Absent.decide(command, &facts).unwrap().unwrap().into()]
        }
        AnyCommand::Payments(list) => list
            .into_payments()
            .into_iter()
            .map(|payment| recorded(PaymentCommand::RecordPayment(Box::new(payment))).into())
            .collect(),
    }
}

fn other_content<T>(index: usize, field: &str) -> Result<T, NotCarriedOut> {
    Err(NotCarriedOut::OtherContent { index, field: field.to_owned() })
}
