//! Whether events are exactly what a command asks for.
//!
//! The event that the command asks for is built again, with what was derived while deciding taken
//! from the event that was recorded, and the two must be equal: so a field that is added to a command
//! cannot be forgotten here.

use std::collections::BTreeSet;

use serde_json::Value;

use super::AnyCommand;
use crate::bank_results::{BankResultsCommand, BankResultsEvent, RecordBankResults};
use crate::batch::{BatchCommand, BatchEvent, SealedList};
use crate::events::AnyEvent;
use crate::payment::{PaymentEvent, RecordPayment};

/// Why events are not what a command asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCarriedOut {
    /// More or fewer events than the command asks for.
    #[error(
        "命令要求 {asked} 个事件,实有 {recorded} 个 / the command asks for {asked} events, not {recorded}"
    )]
    OtherNumber {
        /// How many the command asks for.
        asked: usize,
        /// How many there are.
        recorded: usize,
    },
    /// An event of a kind that the command does not lead to.
    #[error("命令 {command} 不产生事件 {event} / the command {command} does not lead to {event}")]
    OtherKind {
        /// Which of the events, from 0.
        index: usize,
        /// The command's name.
        command: &'static str,
        /// Name and version of the event.
        event: &'static str,
    },
    /// A field of an event is not what the command gives.
    #[error(
        "第 {index} 个事件(从0起)的 {field} 与命令不同 / {field} of event {index} (from 0) is not what the command gives"
    )]
    OtherContent {
        /// Which of the events, from 0.
        index: usize,
        /// The way to the field in the event's payload, for example `recipient.person.commitment`
        /// or `aid.items.0.quantity`: of all that differ the first by name.
        field: String,
    },
}

/// Why a command leads to no event that could be like the recorded one.
pub(crate) enum NoSuchEvent {
    /// What was recorded is of another kind than what the command leads to.
    OfThisKind,
    /// The command says no amount, nor goods with a value that can be recorded.
    WithAnAmount,
    /// The catalogue knows no such programme, so the form is unknown.
    UnderTheProgramme,
}

impl AnyCommand {
    /// Whether these events are exactly what the command asks for: one event, or one for each payment
    /// of a list, in its order; for a file of results one, and one for each of its lines that changes
    /// anything, in their order; and every field that the command gives stands in the event as it was
    /// given. The repetitions and the order of a fund's earmark are not recorded and do not count.
    ///
    /// What is derived while deciding is not in the command and is not looked at: the sequences of
    /// the standards and of the grant, the source on money that came in, which is that of its fund,
    /// what a reversal or an answer repeats of the payment beyond its id: that this is what was recorded
    /// follows from [`crate::effects::Effects::repeats_first`]; whether a payment that a bank returned had
    /// been settled before; and how many lines of a file change anything, so that a bureau could leave out
    /// answers that an officer signed, but make up none. Whether the command should have been
    /// refused is not asked either.
    pub fn carried_out_by(&self, events: &[AnyEvent]) -> Result<(), NotCarriedOut> {
        let asked = match self {
            Self::Payments(list) => list.payments().len(),
            // The payments of the release: that they are the list is what its digest proves.
            Self::Batch(BatchCommand::ReleaseBatch(_)) => match events.first() {
                Some(AnyEvent::Batch(BatchEvent::BatchReleased(event))) => {
                    with_its_lines(event.list)
                }
                _ => 1,
            },
            Self::Batch(BatchCommand::AdvanceBatch(_)) => match events.first() {
                Some(AnyEvent::Batch(BatchEvent::BatchAdvanced(event))) => {
                    with_its_lines(event.list)
                }
                _ => 1,
            },
            Self::BankResults(_) => match events.first() {
                Some(AnyEvent::BankResults(BankResultsEvent::BankResultsRecorded(recorded))) => {
                    usize::try_from(recorded.answered).unwrap_or(usize::MAX).saturating_add(1)
                }
                _ => 1,
            },
            _ => 1,
        };
        if events.len() != asked {
            return Err(NotCarriedOut::OtherNumber { asked, recorded: events.len() });
        }
        match self {
            Self::Payments(list) => list.payments().iter().zip(events).enumerate().try_for_each(
                |(index, (payment, event))| {
                    self.compare(index, event, asked_of_a_list(payment, event))
                },
            ),
            Self::Batch(
                command @ (BatchCommand::ReleaseBatch(_) | BatchCommand::AdvanceBatch(_)),
            ) => events.iter().enumerate().try_for_each(|(index, event)| match index {
                0 => self.compare(0, event, self.asks_for(event)),
                _ => self.compare(index, event, of_the_batch(command, event)),
            }),
            Self::BankResults(BankResultsCommand::RecordBankResults(command)) => {
                let mut before = 0;
                events.iter().enumerate().try_for_each(|(index, event)| match index {
                    0 => self.compare(0, event, self.asks_for(event)),
                    _ => self.compare(index, event, of_the_file(command, event, &mut before)),
                })
            }
            _ => events.iter().try_for_each(|event| self.compare(0, event, self.asks_for(event))),
        }
    }

    /// The one event that a single command asks for.
    fn asks_for(&self, recorded: &AnyEvent) -> Result<AnyEvent, NoSuchEvent> {
        match (self, recorded) {
            (Self::Fund(command), AnyEvent::Fund(event)) => {
                command.asks_for(event).map(AnyEvent::Fund)
            }
            (Self::Standard(command), AnyEvent::Standard(_)) => {
                Ok(AnyEvent::Standard(command.asks_for()))
            }
            (Self::Grant(command), AnyEvent::Grant(event)) => {
                command.asks_for(event).map(AnyEvent::Grant)
            }
            (Self::Payment(command), AnyEvent::Payment(event)) => {
                command.asks_for(event).map(AnyEvent::Payment)
            }
            (Self::Store(command), AnyEvent::Store(_)) => Ok(AnyEvent::Store(command.asks_for())),
            (Self::Officer(command), AnyEvent::Officer(event)) => {
                command.asks_for(event).map(AnyEvent::Officer)
            }
            (Self::Batch(command), AnyEvent::Batch(event)) => {
                command.asks_for(event).map(AnyEvent::Batch)
            }
            (
                Self::BankResults(BankResultsCommand::RecordBankResults(command)),
                AnyEvent::BankResults(event),
            ) => command.asks_for(event).map(AnyEvent::BankResults),
            (Self::Period(command), AnyEvent::Period(event)) => {
                command.asks_for(event).map(AnyEvent::Period)
            }
            (Self::Disclosure(command), AnyEvent::Disclosure(_)) => {
                Ok(AnyEvent::Disclosure(command.asks_for()))
            }
            (Self::Person(command), AnyEvent::Person(event)) => {
                command.asks_for(event).map(AnyEvent::Person)
            }
            (Self::Regulation(command), AnyEvent::Regulation(_)) => {
                Ok(AnyEvent::Regulation(command.asks_for()))
            }
            _ => Err(NoSuchEvent::OfThisKind),
        }
    }

    fn compare(
        &self,
        index: usize,
        recorded: &AnyEvent,
        asked: Result<AnyEvent, NoSuchEvent>,
    ) -> Result<(), NotCarriedOut> {
        let field = match asked {
            Ok(asked) if asked == *recorded => return Ok(()),
            Ok(asked) if asked.name() == recorded.name() => first_difference(&asked, recorded),
            Ok(_) | Err(NoSuchEvent::OfThisKind) => {
                let (command, event) = (self.name(), recorded.name());
                return Err(NotCarriedOut::OtherKind { index, command, event });
            }
            Err(NoSuchEvent::WithAnAmount) => "amount_fen".to_owned(),
            Err(NoSuchEvent::UnderTheProgramme) => "aid.programme".to_owned(),
        };
        Err(NotCarriedOut::OtherContent { index, field })
    }
}

/// An event that lets the money of a list go, and the payments that follow it.
fn with_its_lines(list: SealedList) -> usize {
    usize::try_from(list.lines).unwrap_or(usize::MAX).saturating_add(1)
}

/// A payment that follows a release: whatever it is, it must be of that batch.
fn of_the_batch(command: &BatchCommand, recorded: &AnyEvent) -> Result<AnyEvent, NoSuchEvent> {
    match recorded {
        AnyEvent::Payment(PaymentEvent::PaymentRecorded(payment))
            if payment.batch.is_some_and(|line| line.batch == command.batch()) =>
        {
            Ok(recorded.clone())
        }
        _ => Err(NoSuchEvent::OfThisKind),
    }
}

/// What a line of a file of results asks for: the one that the event names, behind those before.
fn of_the_file(
    command: &RecordBankResults,
    recorded: &AnyEvent,
    before: &mut u32,
) -> Result<AnyEvent, NoSuchEvent> {
    let AnyEvent::Payment(event) = recorded else { return Err(NoSuchEvent::OfThisKind) };
    let line = match event {
        PaymentEvent::PaymentSettled(settled) => settled.line,
        PaymentEvent::PaymentReturned(returned) => returned.line,
        _ => return Err(NoSuchEvent::OfThisKind),
    };
    let index = line.checked_sub(1).filter(|_| line > *before);
    let answer = index.and_then(|index| command.answers.get(usize::try_from(index).ok()?));
    *before = line;
    let answer = answer.ok_or(NoSuchEvent::OfThisKind)?;
    answer.asks_for(command.results, line, event).map(AnyEvent::Payment)
}

fn asked_of_a_list(payment: &RecordPayment, recorded: &AnyEvent) -> Result<AnyEvent, NoSuchEvent> {
    match recorded {
        AnyEvent::Payment(event @ PaymentEvent::PaymentRecorded(_)) => {
            payment.asks_for(event).map(AnyEvent::Payment)
        }
        _ => Err(NoSuchEvent::OfThisKind),
    }
}

/// The way to the first field by name in which the payloads of two unequal events differ.
fn first_difference(asked: &AnyEvent, recorded: &AnyEvent) -> String {
    let fields_of = |event: &AnyEvent| -> Value {
        // A payload that was printed a moment ago is always JSON.
        serde_json::from_slice(&event.payload()).unwrap_or_default()
    };
    difference("", &fields_of(asked), &fields_of(recorded)).unwrap_or_default()
}

/// Payloads are nested a handful of levels deep, so this is too.
fn difference(way: &str, asked: &Value, recorded: &Value) -> Option<String> {
    let below = |name: &str| match way {
        "" => name.to_owned(),
        _ => format!("{way}.{name}"),
    };
    match (asked, recorded) {
        (Value::Object(asked), Value::Object(recorded)) => {
            let names: BTreeSet<&String> = asked.keys().chain(recorded.keys()).collect();
            names.into_iter().find_map(|name| match (asked.get(name), recorded.get(name)) {
                (Some(asked), Some(recorded)) => difference(&below(name), asked, recorded),
                _ => Some(below(name)),
            })
        }
        (Value::Array(asked), Value::Array(recorded)) if asked.len() == recorded.len() => {
            asked.iter().zip(recorded).enumerate().find_map(|(place, (asked, recorded))| {
                difference(&below(&place.to_string()), asked, recorded)
            })
        }
        _ => (asked != recorded).then(|| way.to_owned()),
    }
}
