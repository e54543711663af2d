//! A fund: money with a source and an earmark, and everything that moved it but payments.
//!
//! It is one special account (专户). What it holds follows from the postings at every position: its
//! opening balance + received + transferred in − transferred out − paid and neither reversed nor returned +
//! recovered − remitted.

mod command;
mod event;
mod movement;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::decision::{Decide, handle_by_deciding};
use crate::ids::{FundId, ProgrammeId, ReceiptId, RemittanceId, TransferId};
use crate::refusal::first_difference;

pub use command::{
    FundCommand, FundFacts, OpenFund, ReceiveFunds, RecordOpeningBalance, RemitSurplus,
    TransferFunds,
};
pub use event::{
    FundEvent, FundOpened, FundsReceived, FundsTransferred, OpeningBalanceRecorded, SurplusRemitted,
};
pub use refusal::FundRefusal;

/// One fund. Its balance is no part of it: the append keeps balances, from the postings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Fund {
    /// Nothing was recorded under this id.
    #[default]
    Absent,
    /// The fund stands.
    Open(Box<OpenedFund>),
}

/// What a fund that stands knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedFund {
    opened: FundOpened,
    /// The earmark with every group replaced by what it stands for, sorted.
    payable: Vec<ProgrammeId>,
    // Each of these is kept so that the same again is recognised.
    opening: Option<OpeningBalanceRecorded>,
    receipts: BTreeMap<ReceiptId, FundsReceived>,
    transfers: BTreeMap<TransferId, FundsTransferred>,
    remittances: BTreeMap<RemittanceId, SurplusRemitted>,
}

impl Fund {
    /// The facts that opened the fund; `None` while it is absent.
    pub fn opened(&self) -> Option<&FundOpened> {
        match self {
            Self::Absent => None,
            Self::Open(fund) => Some(&fund.opened),
        }
    }

    /// Whether this is the fund of that id, and stands.
    pub fn is(&self, id: FundId) -> bool {
        self.opened().is_some_and(|opened| opened.fund == id)
    }

    /// Whether the earmark lets the fund pay under the programme. A group in the earmark stands for
    /// its members, and for itself where it is payable. An empty earmark lets nothing through: money
    /// without a purpose that somebody named is not to be paid out.
    pub fn pays_for(&self, programme: &ProgrammeId) -> bool {
        match self {
            Self::Absent => false,
            Self::Open(fund) => fund.payable.binary_search(programme).is_ok(),
        }
    }

    fn open(&self, command: OpenFund) -> Result<Option<FundEvent>, FundRefusal> {
        let catalogue = Catalogue::standard();
        if let Some(programme) = command.programmes.iter().find(|id| catalogue.get(id).is_none()) {
            let programme = programme.clone();
            return Err(FundRefusal::UnknownProgramme { programme, field: &["programmes"] });
        }
        let asked = command.into_event();
        let Some(opened) = self.opened() else {
            return Ok(Some(FundEvent::FundOpened(asked)));
        };
        let difference = first_difference(&[
            (opened.fund == asked.fund && opened.code == asked.code, &["id"]),
            (opened.name == asked.name, &["name"]),
            (opened.source == asked.source, &["source"]),
            (opened.level == asked.level, &["level"]),
            (opened.budget_code == asked.budget_code, &["budgetCode"]),
            (opened.programmes == asked.programmes, &["programmes"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(FundRefusal::FundIdReusedWithOtherContent { field }),
        }
    }
}

impl Decide for Fund {
    fn decide(
        &self,
        command: FundCommand,
        facts: &Self::Services,
    ) -> Result<Option<FundEvent>, FundRefusal> {
        match command {
            FundCommand::OpenFund(command) => self.open(command),
            FundCommand::RecordOpeningBalance(command) => self.begin_with(command),
            FundCommand::ReceiveFunds(command) => self.receive(command),
            FundCommand::TransferFunds(command) => self.transfer(command, facts),
            FundCommand::RemitSurplus(command) => self.remit(command),
        }
    }
}

impl Aggregate for Fund {
    const TYPE: &'static str = "fund";
    type Command = FundCommand;
    type Event = FundEvent;
    type Error = FundRefusal;
    type Services = FundFacts;

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        match (event, self) {
            (FundEvent::FundOpened(opened), state) => {
                let catalogue = Catalogue::standard();
                let mut payable: Vec<ProgrammeId> =
                    opened.programmes.iter().flat_map(|id| catalogue.expand(id)).collect();
                payable.sort();
                payable.dedup();
                *state = Self::Open(Box::new(OpenedFund {
                    opened,
                    payable,
                    opening: None,
                    receipts: BTreeMap::new(),
                    transfers: BTreeMap::new(),
                    remittances: BTreeMap::new(),
                }));
            }
            (event, Self::Open(fund)) => fund.apply(event),
            // Cannot stand in a stream that this aggregate decided; there is nothing to add to.
            (_, Self::Absent) => {}
        }
    }
}
