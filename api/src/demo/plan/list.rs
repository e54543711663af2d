//! From a month's list, with what comes of each of its lines, to a disbursement.

use domain::bank_results::BankOutcome;
use domain::calendar::Day;
use domain::catalogue::Catalogue;
use domain::money::Money;
use domain::vocabulary::ReturnReason;

use super::bank::BankFile;
use super::{Disbursement, PaidBatch, Recovery};
use crate::demo::DemoError;
use crate::demo::values::{calendar_day, calendar_month, client_id, plain_name, programme};
use crate::requests::{DraftBatchRequest, PaymentRequest, ReversePaymentRequest};

/// The day of the month on which the bank gives back what it could not credit; every month has it, and no
/// payment of the plan is made later in its month.
const LAST_DAY: u32 = 28;

/// The client's id of a batch: of the lists of a month, the how-manieth from 1.
pub(super) fn batch_id(word: &str, month: usize, number: usize) -> Result<String, DemoError> {
    Ok(format!("batch-{word}-{}-{number}", calendar_month(month)?))
}

/// What a list is called, and when it is paid.
pub(super) struct List {
    /// The client's id of its batch.
    pub(super) id: String,
    title: String,
    last_day: Day,
}

/// A payment, and what comes of it.
pub(super) struct Line {
    pub(super) payment: PaymentRequest,
    pub(super) outcome: Outcome,
}

/// What comes of a payment that is on its way.
pub(super) enum Outcome {
    /// The bank credits it.
    Settled,
    /// The bank gives it back, and it is paid out again.
    Returned { reason: ReturnReason, again: Box<PaymentRequest> },
    /// The bank credits a part, and the rest is paid out again.
    PartlyPaid { settled: Money, reason: ReturnReason, rest: Box<PaymentRequest> },
    /// It should not have been made, and is reversed before the bank comes to it.
    TakenBack(Box<ReversePaymentRequest>),
    /// It should not have been made; the bank gives it back, and then it is reversed.
    GivenUp { reason: ReturnReason, reversal: Box<ReversePaymentRequest> },
    /// The bank credits it; then it is found to be too much.
    TooMuch(Box<Recovery>),
}

impl List {
    /// The list of a programme and month, the how-manieth from 1.
    pub(super) fn new(
        word: &str,
        programme_id: &str,
        month: usize,
        number: usize,
    ) -> Result<Self, DemoError> {
        let id = batch_id(word, month, number)?;
        let programme = programme(programme_id)?;
        let name = Catalogue::standard().get(&programme).map_or(word, |found| found.name.as_str());
        let title = format!("{name} {}", calendar_month(month)?);
        Ok(Self { id, title, last_day: calendar_day(month, LAST_DAY)? })
    }

    /// The day on which what came back is dealt with.
    pub(super) fn last_day(&self) -> Day {
        self.last_day
    }

    /// Pays the lines, and does what follows.
    pub(super) fn disbursement(&self, lines: Vec<Line>) -> Result<Disbursement, DemoError> {
        let (mut first, mut again) = (Leaving::default(), Leaving::default());
        let (mut given_up, mut recoveries) = (Vec::new(), Vec::new());
        for Line { payment, outcome } in lines {
            match outcome {
                Outcome::Settled => first.settle(payment),
                Outcome::Returned { reason, again: next } => {
                    first.give_back(payment, reason, self.last_day);
                    again.settle(*next);
                }
                Outcome::PartlyPaid { settled, reason, rest } => {
                    first.settle_a_part(payment, settled, reason, self.last_day);
                    again.settle(*rest);
                }
                Outcome::TakenBack(reversal) => first.take_back(payment, *reversal),
                Outcome::GivenUp { reason, reversal } => {
                    first.give_back(payment, reason, self.last_day);
                    given_up.push(*reversal);
                }
                Outcome::TooMuch(recovery) => {
                    first.settle(payment);
                    recoveries.push(*recovery);
                }
            }
        }
        let batch = first.batch(&self.id, &self.title)?;
        let again = match again.rows.is_empty() {
            true => None,
            false => {
                let (id, title) =
                    (format!("{}-again", self.id), format!("{} 退回重发", self.title));
                Some(again.batch(&id, &title)?)
            }
        };
        Ok(Disbursement { batch, given_up, again, recoveries })
    }
}

/// A batch in the making.
#[derive(Default)]
struct Leaving {
    rows: Vec<PaymentRequest>,
    taken_back: Vec<ReversePaymentRequest>,
    file: BankFile,
}

impl Leaving {
    fn settle(&mut self, payment: PaymentRequest) {
        let outcome = BankOutcome::Settled { amount_fen: payment.amount };
        self.file.answer(&payment.id, payment.occurred_on, outcome);
        self.rows.push(payment);
    }

    fn settle_a_part(
        &mut self,
        payment: PaymentRequest,
        settled_fen: Money,
        reason: ReturnReason,
        on: Day,
    ) {
        let outcome = BankOutcome::PartlyPaid { settled_fen, reason };
        self.file.answer(&payment.id, on, outcome);
        self.rows.push(payment);
    }

    fn give_back(&mut self, payment: PaymentRequest, reason: ReturnReason, on: Day) {
        let outcome = BankOutcome::Returned { amount_fen: payment.amount, reason };
        self.file.answer(&payment.id, on, outcome);
        self.rows.push(payment);
    }

    fn take_back(&mut self, payment: PaymentRequest, reversal: ReversePaymentRequest) {
        self.taken_back.push(reversal);
        self.rows.push(payment);
    }

    fn batch(self, id: &str, title: &str) -> Result<PaidBatch, DemoError> {
        let draft = DraftBatchRequest {
            id: client_id(&format!("{id}-drafted"))?,
            batch: client_id(id)?,
            title: plain_name(title)?,
            rows: self.rows,
        };
        Ok(PaidBatch { draft, taken_back: self.taken_back, results: self.file.request() })
    }
}
