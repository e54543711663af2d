#![allow(clippy::unwrap_used)]

mod events;
mod every_field;

use std::path::Path;
use std::sync::Arc;

use cqrs_es::Aggregate;

use super::*;
use crate::decision::Decide;
use crate::events::AnyEvent;
use crate::fund::Fund;
use crate::grant::Grant;
use crate::payment::{Payment, PaymentEvent, PaymentFacts, PaymentRecorded};
use crate::standard::Standards;
use crate::store::Store;

/// Every fixture of a command that is no list.
const SINGLE: [&str; 21] = [
    "ApproveGrant",
    "ApproveGrant.least",
    "OpenFund",
    "OpenFund.least",
    "OpenStore",
    "OpenStore.least",
    "ReceiveFunds",
    "ReceiveFunds.least",
    "ReceiveGoods",
    "RecordPayment",
    "RecordPayment.disability_subsidy",
    "RecordPayment.disability_subsidy_least",
    "RecordPayment.goods",
    "RecordPayment.goods_with_amount",
    "RecordPayment.grant_payment_least",
    "RecordPayment.one_off",
    "RecordPayment.temporary_aid",
    "RecordPayment.temporary_aid_least",
    "ReversePayment",
    "SetStandard",
    "SetStandard.least",
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
        let event = state.decide(command, &()).unwrap().unwrap();
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
    }
}

fn recorded(command: PaymentCommand) -> PaymentEvent {
    Payment::default().decide(command, &facts()).unwrap().unwrap()
}

/// The events that the aggregates decide for a command.
fn decided(command: AnyCommand) -> Vec<AnyEvent> {
    match command {
        AnyCommand::Fund(command) => {
            let fund = match &command {
                FundCommand::OpenFund(_) => Fund::Absent,
                FundCommand::ReceiveFunds(_) => after!(Fund, Fund, "OpenFund"),
            };
            vec![fund.decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Standard(command) => {
            vec![Standards::Absent.decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Grant(command) => {
            vec![Grant::Absent.decide(command, &()).unwrap().unwrap().into()]
        }
        AnyCommand::Payment(command @ PaymentCommand::RecordPayment(_)) => {
            vec![recorded(command).into()]
        }
        AnyCommand::Payment(command @ PaymentCommand::ReversePayment(_)) => {
            let AnyCommand::Payment(first) = fixture("RecordPayment") else { unreachable!() };
            let mut payment = Payment::default();
            payment.apply(recorded(first));
            vec![payment.decide(command, &facts()).unwrap().unwrap().into()]
        }
        AnyCommand::Store(command) => {
            let store = match &command {
                StoreCommand::OpenStore(_) => Store::Absent,
                StoreCommand::ReceiveGoods(_) => after!(Store, Store, "OpenStore"),
            };
            vec![store.decide(command, &()).unwrap().unwrap().into()]
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
