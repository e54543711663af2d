//! What moves a fund's money beside payments: its opening balance, receipts, transfers, remittances.

use super::{
    Fund, FundEvent, FundFacts, FundRefusal, OpenedFund, ReceiveFunds, RecordOpeningBalance,
    RemitSurplus, TransferFunds,
};
use crate::catalogue::Catalogue;
use crate::ids::{FundId, ProgrammeId};
use crate::money::Money;
use crate::refusal::first_difference;
use crate::vocabulary::PaysAs;

type Decision = Result<Option<FundEvent>, FundRefusal>;

impl Fund {
    /// Only before anything else of the fund's stream: a balance that is found later came from
    /// somewhere, and is booked as what it is.
    pub(super) fn begin_with(&self, command: RecordOpeningBalance) -> Decision {
        above_zero(command.amount)?;
        let fund = self.standing(command.fund)?;
        let asked = command.into_event();
        let Some(opening) = &fund.opening else {
            return match fund.has_moved() {
                true => Err(FundRefusal::InUse { fund: asked.fund }),
                false => Ok(Some(FundEvent::OpeningBalanceRecorded(asked))),
            };
        };
        if opening.opening != asked.opening {
            return Err(FundRefusal::OpeningBalanceStands { amount: opening.amount_fen });
        }
        let difference = first_difference(&[
            (opening.amount_fen == asked.amount_fen, &["amount"]),
            (opening.occurred_on == asked.occurred_on, &["occurredOn"]),
            (opening.document == asked.document, &["document"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(FundRefusal::OpeningBalanceIdReusedWithOtherContent { field }),
        }
    }

    pub(super) fn receive(&self, command: ReceiveFunds) -> Decision {
        above_zero(command.amount)?;
        if let Some(income) = &command.income {
            check_income(income)?;
        }
        let fund = self.standing(command.fund)?;
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

    pub(super) fn transfer(&self, command: TransferFunds, facts: &FundFacts) -> Decision {
        above_zero(command.amount)?;
        if command.to == command.fund {
            return Err(FundRefusal::ToItself);
        }
        let fund = self.standing(command.fund)?;
        let asked = command.into_event();
        if let Some(transferred) = fund.transfers.get(&asked.transfer) {
            let difference = first_difference(&[
                (transferred.to == asked.to, &["to"]),
                (transferred.amount_fen == asked.amount_fen, &["amount"]),
                (transferred.occurred_on == asked.occurred_on, &["occurredOn"]),
                (transferred.document == asked.document, &["document"]),
            ]);
            return match difference {
                None => Ok(None),
                Some(field) => Err(FundRefusal::TransferIdReusedWithOtherContent { field }),
            };
        }
        match facts.to.as_deref() {
            Some(Self::Open(to)) if to.opened.fund == asked.to => {
                fund.may_pass_on_to(to)?;
                Ok(Some(FundEvent::FundsTransferred(asked)))
            }
            _ => Err(FundRefusal::UnknownReceivingFund { fund: asked.to }),
        }
    }

    pub(super) fn remit(&self, command: RemitSurplus) -> Decision {
        above_zero(command.amount)?;
        let fund = self.standing(command.fund)?;
        let asked = command.into_event();
        let Some(remitted) = fund.remittances.get(&asked.remittance) else {
            return Ok(Some(FundEvent::SurplusRemitted(asked)));
        };
        let difference = first_difference(&[
            (remitted.amount_fen == asked.amount_fen, &["amount"]),
            (remitted.occurred_on == asked.occurred_on, &["occurredOn"]),
            (remitted.document == asked.document, &["document"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(FundRefusal::RemittanceIdReusedWithOtherContent { field }),
        }
    }

    fn standing(&self, id: FundId) -> Result<&OpenedFund, FundRefusal> {
        match self {
            Self::Open(fund) if fund.opened.fund == id => Ok(fund),
            _ => Err(FundRefusal::UnknownFund { fund: id }),
        }
    }
}

impl OpenedFund {
    pub(super) fn apply(&mut self, event: FundEvent) {
        match event {
            // A fund is opened once: the aggregate decides no second opening.
            FundEvent::FundOpened(_) => {}
            FundEvent::OpeningBalanceRecorded(opening) => self.opening = Some(opening),
            FundEvent::FundsReceived(received) => {
                self.receipts.insert(received.receipt, received);
            }
            FundEvent::FundsTransferred(transferred) => {
                self.transfers.insert(transferred.transfer, transferred);
            }
            FundEvent::SurplusRemitted(remitted) => {
                self.remittances.insert(remitted.remittance, remitted);
            }
        }
    }

    fn has_moved(&self) -> bool {
        !(self.receipts.is_empty() && self.transfers.is_empty() && self.remittances.is_empty())
    }

    /// Money keeps its source and its earmark wherever it goes: otherwise a transfer would be the way
    /// around both.
    fn may_pass_on_to(&self, to: &Self) -> Result<(), FundRefusal> {
        if self.opened.source != to.opened.source {
            let (from, to) = (self.opened.source, to.opened.source);
            return Err(FundRefusal::OtherSource { from, to });
        }
        match to.payable.iter().find(|programme| self.payable.binary_search(programme).is_err()) {
            Some(programme) => Err(FundRefusal::OutsideEarmark { programme: programme.clone() }),
            None => Ok(()),
        }
    }
}

fn above_zero(amount: Money) -> Result<(), FundRefusal> {
    if amount.is_positive() { Ok(()) } else { Err(FundRefusal::AmountNotPositive { amount }) }
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
