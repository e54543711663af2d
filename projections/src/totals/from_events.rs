//! The columns of a ledger made from its events, without a database: for an audit bundle.

use std::collections::HashMap;

use domain::events::AnyEvent;
use domain::fund::{FundEvent, FundsReceived};
use domain::ids::PaymentId;
use domain::money::Money;
use domain::payment::{PaymentEvent, PaymentRecorded};
use ledger::LedgerId;

use super::columns::{Columns, NewLine, Receipt, place};
use super::{Answer, Dimension, TotalsError, TotalsFilter};
use crate::copy::days_since_2000;
use crate::error::Result;
use crate::payments::RecoveryStepKind;

/// Totals of a ledger whose events are handed over one by one.
#[derive(Debug)]
pub struct FromEvents {
    pub(super) columns: Columns,
    /// Where each payment was recorded: later events name the payment only.
    positions: HashMap<PaymentId, i64>,
}

impl FromEvents {
    /// A ledger without entries.
    pub fn new(ledger: LedgerId) -> Self {
        Self { columns: Columns::new(ledger), positions: HashMap::new() }
    }

    /// Takes in the entry at the next position; `None` for one that is the ledger's own.
    ///
    /// # Errors
    /// When a number is out of range.
    pub fn apply(&mut self, position: u64, event: Option<&AnyEvent>) -> Result<()> {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        match event {
            Some(AnyEvent::Payment(event)) => self.about_payment(position, event)?,
            Some(AnyEvent::Fund(FundEvent::FundOpened(fund))) => {
                self.columns.fund_sources.insert(fund.fund, fund.source);
            }
            Some(AnyEvent::Fund(FundEvent::FundsReceived(receipt))) => {
                self.received(position, receipt)?;
            }
            _ => {}
        }
        self.columns.reached = position;
        Ok(())
    }

    fn about_payment(&mut self, position: i64, event: &PaymentEvent) -> Result<()> {
        match event {
            PaymentEvent::PaymentRecorded(payment) => self.recorded(position, payment)?,
            PaymentEvent::PaymentSettled(event) => {
                if let Some(recorded_at) = self.recorded_at(event.payment) {
                    self.columns.settle(recorded_at, position)?;
                }
            }
            PaymentEvent::PaymentReturned(event) => {
                if let Some(recorded_at) = self.recorded_at(event.payment) {
                    self.columns.give_back(recorded_at, position, event.settled_fen.fen())?;
                }
            }
            PaymentEvent::PaymentReversed(event) => {
                if let Some(recorded_at) = self.recorded_at(event.payment) {
                    self.columns.undo(recorded_at, position)?;
                }
            }
            // What is only asked back changes no figure.
            PaymentEvent::RecoveryOrdered(_) => {}
            PaymentEvent::RecoveryReceived(event) => {
                let kind = RecoveryStepKind::Received;
                self.recovery(position, event.payment, kind, event.amount_fen)?;
            }
            PaymentEvent::RecoveryWaived(event) => {
                let kind = RecoveryStepKind::Waived;
                self.recovery(position, event.payment, kind, event.amount_fen)?;
            }
        }
        Ok(())
    }

    fn recovery(
        &mut self,
        position: i64,
        payment: PaymentId,
        kind: RecoveryStepKind,
        amount: Money,
    ) -> Result<()> {
        match self.recorded_at(payment) {
            Some(recorded_at) => self.columns.recover(recorded_at, position, kind, amount.fen()),
            None => Ok(()),
        }
    }

    fn recorded_at(&self, payment: PaymentId) -> Option<i64> {
        self.positions.get(&payment).copied()
    }

    fn recorded(&mut self, position: i64, payment: &PaymentRecorded) -> Result<()> {
        let recipient = &payment.recipient;
        let combination = self.columns.combinations.number_of(payment)?;
        self.positions.insert(payment.payment, position);
        self.columns.push(&NewLine {
            position,
            amount: payment.amount_fen.fen(),
            person: recipient.person_id().map(|id| id.as_uuid()),
            household: recipient.household_id().map(|id| id.as_uuid()),
            person_times: i64::from(payment.person_times()),
            occurred_on: days_since_2000(payment.occurred_on),
            months: payment.months().map(|months| (months.from().index(), months.to().index())),
            instructed: payment.batch.is_some(),
            combination,
        })
    }

    fn received(&mut self, position: i64, receipt: &FundsReceived) -> Result<()> {
        self.columns.receipts.push(Receipt {
            position: place(position)?,
            fund: receipt.fund,
            source: receipt.source,
            amount: receipt.amount_fen.fen(),
            occurred_on: days_since_2000(receipt.occurred_on),
            month: receipt.occurred_on.month(),
            income: receipt.income.clone(),
        });
        Ok(())
    }

    /// Answers from the events taken in so far. Of the filter's ledgers only this one counts.
    ///
    /// # Errors
    /// When the filter asks for a position beyond the last one, or a sum is out of range.
    pub fn answer(
        &self,
        filter: &TotalsFilter,
        group_by: &[Dimension],
    ) -> Result<Answer, TotalsError> {
        super::reader::answer_from(std::iter::once(&self.columns), filter, group_by)
    }
}
