//! The lines of a file, each held against its payment.

use cqrs_es::Aggregate;
use domain::bank_results::{BankResultsFacts, RecordBankResults};
use domain::events::RecordedEvent;
use domain::money::Money;
use domain::payment::{Payment, PaymentEvent, Unmatched};
use ledger::writer::ProposedEvent;
use ledger::{EventName, StreamId};

use crate::books::Fault;
use crate::books::standing::PaymentStreams;

/// What lines of one kind come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerSum {
    /// How many lines.
    pub lines: u32,
    /// What they say was credited now.
    pub credited: Money,
    /// What came back.
    pub returned: Money,
}

impl Default for AnswerSum {
    fn default() -> Self {
        Self { lines: 0, credited: Money::ZERO, returned: Money::ZERO }
    }
}

impl AnswerSum {
    /// Counts one more line; `None` where a sum leaves the range of money.
    fn and(self, credited: Money, returned: Money) -> Option<Self> {
        Some(Self {
            lines: self.lines.checked_add(1)?,
            credited: self.credited.checked_add(credited)?,
            returned: self.returned.checked_add(returned)?,
        })
    }
}

/// What all lines come to that change anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnswerSums {
    /// Lines by which everything was credited.
    pub settled: AnswerSum,
    /// Lines by which a part came back, also of what had been credited before.
    pub partly_paid: AnswerSum,
    /// Lines by which everything came back.
    pub returned: AnswerSum,
}

impl AnswerSums {
    /// Takes one more into account; `None` where a sum leaves the range of money.
    fn count(&mut self, event: &PaymentEvent) -> Option<()> {
        let (of, credited, returned) = match event {
            PaymentEvent::PaymentSettled(settled) => {
                (&mut self.settled, settled.original.amount_fen, Money::ZERO)
            }
            PaymentEvent::PaymentReturned(returned) if returned.settled_fen.is_positive() => {
                // What had been credited before is not credited now.
                let now = !returned.after_settlement;
                let credited = if now { returned.settled_fen } else { Money::ZERO };
                (&mut self.partly_paid, credited, returned.returned_fen)
            }
            PaymentEvent::PaymentReturned(returned) => {
                (&mut self.returned, Money::ZERO, returned.returned_fen)
            }
            // No line leads to these.
            PaymentEvent::PaymentRecorded(_)
            | PaymentEvent::PaymentReversed(_)
            | PaymentEvent::RecoveryOrdered(_)
            | PaymentEvent::RecoveryReceived(_)
            | PaymentEvent::RecoveryWaived(_) => return Some(()),
        };
        *of = of.and(credited, returned)?;
        Some(())
    }
}

/// How the lines of a file fare.
pub(super) struct Answered {
    /// One for each line that changes anything, in their order.
    pub(super) events: Vec<ProposedEvent>,
    pub(super) sums: AnswerSums,
    /// The others: which line, from 1, and why.
    pub(super) unmatched: Vec<(u32, Unmatched)>,
}

impl Answered {
    pub(super) fn facts(&self) -> BankResultsFacts {
        let count = |lines: usize| u32::try_from(lines).unwrap_or(u32::MAX);
        BankResultsFacts {
            answered: count(self.events.len()),
            unmatched: count(self.unmatched.len()),
        }
    }
}

/// Decides every line on what its payment's stream says now; where two lines are about one payment, the
/// second on what the first made of it.
pub(super) fn answer(
    command: &RecordBankResults,
    mut streams: PaymentStreams,
) -> Result<Answered, Fault> {
    let mut answered =
        Answered { events: Vec::new(), sums: AnswerSums::default(), unmatched: Vec::new() };
    for (line, answer) in (1..).zip(&command.answers) {
        let Some(stream) = streams.get_mut(&answer.payment) else {
            answered.unmatched.push((line, Unmatched::UnknownPayment));
            continue;
        };
        match stream.state.answer(answer, command.results, line) {
            Err(why) => answered.unmatched.push((line, why)),
            Ok(event) => {
                let sums = answered.sums.count(&event);
                sums.ok_or_else(|| Fault::damaged(&"payments that sum up to no amount"))?;
                answered.events.push(proposed(&event, stream.sequence)?);
                stream.state.apply(event);
                stream.sequence = stream.sequence.saturating_add(1);
            }
        }
    }
    Ok(answered)
}

/// Nothing lies beside it: what must not stand in the chain lies beside the payment's first entry.
fn proposed(event: &PaymentEvent, after: u64) -> Result<ProposedEvent, Fault> {
    Ok(ProposedEvent {
        stream: StreamId::new(Payment::TYPE, &event.stream_id())
            .map_err(|error| Fault::damaged(&error))?,
        after,
        event: EventName::parse(event.name()).map_err(|error| Fault::damaged(&error))?,
        payload: event.payload(),
        attachment: None,
    })
}
