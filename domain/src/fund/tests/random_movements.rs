//! Random movements over three funds: whatever is decided and booked, the balance of each is what its
//! opening balance, receipts, transfers and remittances say, at every step.
#![allow(clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::ids::OpeningBalanceId;

const FUNDS: u128 = 3;

fn fund_of(number: u128) -> FundId {
    FundId::from_uuid(uuid(0xf0 + number % FUNDS))
}

fn command(kind: u8, fund: u128, to: u128, id: u128, fen: i64) -> FundCommand {
    let (fund, amount) = (fund_of(fund), Money::from_fen(fen).unwrap());
    let (occurred_on, document) = (day("2020-01-10"), document("1"));
    match kind {
        0 => FundCommand::RecordOpeningBalance(RecordOpeningBalance {
            fund,
            opening: OpeningBalanceId::from_uuid(uuid(id)),
            amount,
            occurred_on,
            document,
        }),
        1 | 2 => FundCommand::ReceiveFunds(ReceiveFunds {
            fund,
            receipt: ReceiptId::from_uuid(uuid(id)),
            amount,
            occurred_on,
            document: Some(document),
            income: None,
        }),
        3 | 4 => FundCommand::TransferFunds(TransferFunds {
            fund,
            transfer: TransferId::from_uuid(uuid(id)),
            to: fund_of(to),
            amount,
            occurred_on,
            document,
        }),
        _ => FundCommand::RemitSurplus(RemitSurplus {
            fund,
            remittance: RemittanceId::from_uuid(uuid(id)),
            amount,
            occurred_on,
            document,
        }),
    }
}

/// The funds with the books as the append keeps them.
struct Books {
    funds: BTreeMap<FundId, Fund>,
    balances: BTreeMap<Account, i64>,
    recorded: Vec<FundEvent>,
}

impl Books {
    fn new() -> Self {
        let open = |number| {
            let mut fund = Fund::default();
            fund.apply(FundEvent::FundOpened(FundOpened { fund: fund_of(number), ..opened() }));
            (fund_of(number), fund)
        };
        let funds = (0..FUNDS).map(open).collect();
        Self { funds, balances: BTreeMap::new(), recorded: Vec::new() }
    }

    /// Decides as the aggregate does, refuses as the append does, books, applies.
    fn take(&mut self, command: FundCommand) {
        let to = match &command {
            FundCommand::TransferFunds(transfer) => self.funds.get(&transfer.to).cloned(),
            _ => None,
        };
        let fund = self.funds.get_mut(&command.fund()).unwrap();
        let Ok(Some(event)) = fund.decide(command, &FundFacts { to: to.map(Arc::new) }) else {
            return;
        };
        let effects = event.effects();
        assert!(effects.is_balanced());
        let mut after = self.balances.clone();
        for posting in effects.postings {
            let balance = after.entry(posting.account.clone()).or_default();
            *balance += posting.amount;
            if posting.account.may_not_fall_below_zero() && *balance < 0 {
                return;
            }
        }
        self.balances = after;
        fund.apply(event.clone());
        self.recorded.push(event);
    }

    fn balance(&self, account: &Account) -> i64 {
        self.balances.get(account).copied().unwrap_or_default()
    }

    /// Opening + received + transferred in − transferred out − remitted, from the events alone.
    fn expected(&self, fund: FundId) -> i64 {
        let signed = |event: &FundEvent| match event {
            FundEvent::OpeningBalanceRecorded(e) if e.fund == fund => e.amount_fen.fen(),
            FundEvent::FundsReceived(e) if e.fund == fund => e.amount_fen.fen(),
            FundEvent::FundsTransferred(e) if e.to == fund => e.amount_fen.fen(),
            FundEvent::FundsTransferred(e) if e.fund == fund => -e.amount_fen.fen(),
            FundEvent::SurplusRemitted(e) if e.fund == fund => -e.amount_fen.fen(),
            _ => 0,
        };
        self.recorded.iter().map(signed).sum()
    }
}

proptest! {
    #[test]
    fn what_a_fund_holds_is_what_came_less_what_went_at_every_step(
        asked in prop::collection::vec((0..6u8, 0..FUNDS, 0..FUNDS, 0..40u128, 0..5_000i64), 0..60),
    ) {
        let mut books = Books::new();
        for (kind, fund, to, id, fen) in asked {
            books.take(command(kind, fund, to, id, fen));
            for fund in (0..FUNDS).map(fund_of) {
                let held = books.balance(&Account::Fund(fund));
                prop_assert!(held >= 0);
                prop_assert_eq!(held, books.expected(fund));
            }
        }
    }
}

#[test]
fn the_random_commands_record_every_kind_of_movement() {
    let mut books = Books::new();
    for (kind, fund, to) in [(0, 0, 0), (1, 1, 0), (3, 0, 2), (5, 2, 0)] {
        books.take(command(kind, fund, to, 7, 1_000));
    }
    let names: Vec<&str> = books.recorded.iter().map(RecordedEvent::name).collect();
    let all = [
        "OpeningBalanceRecorded v1",
        "FundsReceived v1",
        "FundsTransferred v1",
        "SurplusRemitted v1",
    ];
    assert_eq!(names, all);
}
