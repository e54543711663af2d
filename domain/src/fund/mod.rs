//! A fund: money with a source and an earmark, and every receipt that filled it.

mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::decision::Decide;
use crate::ids::{FundId, ProgrammeId, ReceiptId};
use crate::refusal::first_difference;
use crate::vocabulary::PaysAs;

pub use command::{FundCommand, OpenFund, ReceiveFunds};
pub use event::{FundEvent, FundOpened, FundsReceived};
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
    /// Kept so that the same receipt again is recognised.
    receipts: BTreeMap<ReceiptId, FundsReceived>,
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

    fn receive(&self, command: ReceiveFunds) -> Result<Option<FundEvent>, FundRefusal> {
        if !command.amount.is_positive() {
            return Err(FundRefusal::AmountNotPositive { amount: command.amount });
        }
        if let Some(income) = &command.income {
            check_income(income)?;
        }
        let fund = match self {
            Self::Open(fund) if fund.opened.fund == command.fund => fund,
            _ => return Err(FundRefusal::UnknownFund { fund: command.fund }),
        };
        let Some(received) = fund.receipts.get(&command.receipt) else {
            return Ok(Some(FundEvent::FundsReceived(command.into_event(fund.opened.source))));
        };
        let difference = first_difference(&[
            (received.amount_fen == command.amount, &["amount"]),
            (received.occurred_on == command.occurred_on, &["occurredOn"]),
            (received.document == command.document, &["document"]),
            (received.income == command.income, &["income"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(FundRefusal::ReceiptIdReusedWithOtherContent { field }),
        }
    }
}

/// Only an income programme says where received money came from.
fn check_income(income: &ProgrammeId) -> Result<(), FundRefusal> {
    let programme = income.clone();
    match Catalogue::standard().get(income) {
        None => Err(FundRefusal::UnknownProgramme { programme, field: &["income"] }),
        Some(found) if found.pays_as != PaysAs::Income => Err(FundRefusal::NotIncome { programme }),
        Some(_) => Ok(()),
    }
}

impl Decide for Fund {
    fn decide(
        &self,
        command: FundCommand,
        _facts: &Self::Services,
    ) -> Result<Option<FundEvent>, FundRefusal> {
        match command {
            FundCommand::OpenFund(command) => self.open(command),
            FundCommand::ReceiveFunds(command) => self.receive(command),
        }
    }
}

impl Aggregate for Fund {
    const TYPE: &'static str = "fund";
    type Command = FundCommand;
    type Event = FundEvent;
    type Error = FundRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        facts: &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        if let Some(event) = self.decide(command, facts)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match (event, self) {
            (FundEvent::FundOpened(opened), state) => {
                let catalogue = Catalogue::standard();
                let mut payable: Vec<ProgrammeId> =
                    opened.programmes.iter().flat_map(|id| catalogue.expand(id)).collect();
                payable.sort();
                payable.dedup();
                let receipts = BTreeMap::new();
                *state = Self::Open(Box::new(OpenedFund { opened, payable, receipts }));
            }
            (FundEvent::FundsReceived(received), Self::Open(fund)) => {
                fund.receipts.insert(received.receipt, received);
            }
            // Cannot stand in a stream that this aggregate decided; there is nothing to add to.
            (FundEvent::FundsReceived(_), Self::Absent) => {}
        }
    }
}
