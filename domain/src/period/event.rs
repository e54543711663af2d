//! What can have happened to a month of the books.

use serde::{Deserialize, Serialize};

use super::command::PeriodCommand;
use super::stage::PeriodStage;
use crate::calendar::{Day, Month};
use crate::effects::{Claim, Effects};
use crate::events::{EventError, RecordedEvent, domain_event, print, read, sound, unknown};
use crate::ids::{OfficerId, StepId};
use crate::refusal::{FieldPath, first_difference};
use crate::text::{Commitment, DocumentNumber};

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {
        /// An event of a month's stream.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum PeriodEvent {
            $($(#[$doc])* $name($name),)*
        }

        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name {
                /// The month; also the id of its stream.
                pub period: Month,
                /// The step.
                pub step: StepId,
                /// Which proposal of the month it is, or is about, from 1.
                pub round: u32,
                /// Who took the step.
                pub officer: OfficerId,
                /// The day of it.
                pub occurred_on: Day,
                $($(#[$field_doc])* pub $field: $kind,)*
            }
        )*

        impl PeriodEvent {
            /// The month.
            pub const fn period(&self) -> Month {
                match self { $(Self::$name(event) => event.period,)* }
            }

            /// The step.
            pub const fn step(&self) -> StepId {
                match self { $(Self::$name(event) => event.step,)* }
            }

            /// Which proposal of the month it is, or is about.
            pub const fn round(&self) -> u32 {
                match self { $(Self::$name(event) => event.round,)* }
            }

            /// Who took the step.
            pub const fn officer(&self) -> &OfficerId {
                match self { $(Self::$name(event) => &event.officer,)* }
            }

            /// The day of the step.
            pub const fn occurred_on(&self) -> Day {
                match self { $(Self::$name(event) => event.occurred_on,)* }
            }

            /// Where the month stands from here on.
            pub const fn reaches(&self) -> PeriodStage {
                match self {
                    Self::PeriodClosingProposed(_) => PeriodStage::ClosingProposed,
                    Self::PeriodClosed(_) => PeriodStage::Closed,
                    Self::PeriodReopeningProposed(_) => PeriodStage::ReopeningProposed,
                    Self::PeriodReopened(_) => PeriodStage::Open,
                    Self::PeriodProposalWithdrawn(event) => match event.from {
                        PeriodStage::ReopeningProposed => PeriodStage::Closed,
                        _ => PeriodStage::Open,
                    },
                }
            }
        }

        impl RecordedEvent for PeriodEvent {
            fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => concat!(stringify!($name), " v1"),)* }
            }

            fn stream_id(&self) -> String {
                self.period().to_string()
            }

            fn payload(&self) -> Vec<u8> {
                match self { $(Self::$name(event) => print(event),)* }
            }

            fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
                let event = $(
                    if name == concat!(stringify!($name), " v1") {
                        read(name, payload).map(Self::$name)
                    } else
                )* { unknown(name) }?;
                let reason = event.unsound();
                sound(event, name, reason)
            }

            fn effects(&self) -> Effects {
                self.books()
            }
        }
    };
}

steps! {
    /// `PeriodClosingProposed v1`: one officer asks to close the month.
    PeriodClosingProposed {}
    /// `PeriodClosed v1`: another officer closed it.
    PeriodClosed {}
    /// `PeriodReopeningProposed v1`: one officer asks to open it again.
    PeriodReopeningProposed {
        /// The document that it rests on.
        document: DocumentNumber,
        /// Why, which lies beside the chain.
        reason: Commitment,
    }
    /// `PeriodReopened v1`: another officer opened it again.
    PeriodReopened {}
    /// `PeriodProposalWithdrawn v1`: what was proposed is not to be.
    PeriodProposalWithdrawn {
        /// Where the month stood: what was proposed.
        from: PeriodStage,
    }
}

impl PeriodEvent {
    /// Why nobody can have decided an event of this content; none where somebody can.
    fn unsound(&self) -> Option<&'static str> {
        match self {
            Self::PeriodProposalWithdrawn(event)
                if !matches!(
                    event.from,
                    PeriodStage::ClosingProposed | PeriodStage::ReopeningProposed
                ) =>
            {
                Some("only what was proposed is withdrawn")
            }
            Self::PeriodReopeningProposed(event) if event.round < 2 => {
                Some("a month is reopened after it was closed")
            }
            Self::PeriodClosingProposed(_) | Self::PeriodClosed(_)
                if self.occurred_on().month() <= self.period() =>
            {
                Some("a month is closed when it is over")
            }
            // The last one that a number holds would leave none for what follows.
            _ if self.round() == 0 || self.round() == u32::MAX => {
                Some("rounds begin with 1 and do not end")
            }
            _ => None,
        }
    }

    /// A proposal and what confirms it take the hands of two officers. Each stage is given back by the step that
    /// goes on from it; a month that is open is at none.
    fn books(&self) -> Effects {
        let (period, round) = (self.period(), self.round());
        let hand = || Claim::PeriodHand { period, round, officer: self.officer().clone() };
        let at = |stage, round| Claim::PeriodStage { period, round, stage };
        let underway = || Claim::PeriodUnderway { period };
        let before = round.saturating_sub(1);
        let (claims, releases) = match self {
            Self::PeriodClosingProposed(_) => {
                (vec![underway(), hand(), at(PeriodStage::ClosingProposed, round)], vec![])
            }
            Self::PeriodClosed(_) => (
                vec![hand(), at(PeriodStage::Closed, round)],
                vec![at(PeriodStage::ClosingProposed, round)],
            ),
            Self::PeriodReopeningProposed(_) => (
                vec![hand(), at(PeriodStage::ReopeningProposed, round)],
                vec![at(PeriodStage::Closed, before)],
            ),
            Self::PeriodReopened(_) => {
                (vec![hand()], vec![at(PeriodStage::ReopeningProposed, round), underway()])
            }
            Self::PeriodProposalWithdrawn(event) => match event.from {
                PeriodStage::ReopeningProposed => (
                    vec![at(PeriodStage::Closed, round)],
                    vec![at(PeriodStage::ReopeningProposed, round)],
                ),
                _ => (vec![], vec![at(PeriodStage::ClosingProposed, round), underway()]),
            },
        };
        Effects { claims, releases, ..Effects::default() }
    }

    /// The first field in which the command differs from this step, which stands under its id; `None` if it is
    /// the same again.
    pub(super) fn differs_from(&self, asked: &PeriodCommand) -> Option<FieldPath> {
        let Ok(asked) = asked.asks_for(self) else { return Some(&["id"]) };
        let same_reopening = match (self, &asked) {
            (Self::PeriodReopeningProposed(was), Self::PeriodReopeningProposed(is)) => {
                first_difference(&[
                    (was.document == is.document, &["document"]),
                    (was.reason == is.reason, &["reason"]),
                ])
            }
            _ => None,
        };
        first_difference(&[
            (self.period() == asked.period(), &["month"]),
            (self.officer() == asked.officer(), &["officer"]),
            (self.occurred_on() == asked.occurred_on(), &["occurredOn"]),
        ])
        .or(same_reopening)
    }
}

domain_event!(PeriodEvent);
