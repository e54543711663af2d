//! What can have happened to a batch.

use std::num::NonZeroU32;

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::command::{
    ApproveBatch, BatchCommand, CancelBatch, ReleaseBatch, SendBackBatch, StepBatch,
};
use super::list::{ListPart, SealedList};
use super::stage::Stage;
use crate::commands::NoSuchEvent;
use crate::effects::{Claim, Effects, Guard};
use crate::events::{EventError, RecordedEvent, print, read, type_of, unknown, version_of};
use crate::ids::{BatchId, OfficerId, StepId};
use crate::refusal::{FieldPath, first_difference};
use crate::regulation::APPROVALS;
use crate::text::{Commitment, ListDigest, PlainName};

/// An event of a batch's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BatchEvent {
    /// A list was made.
    BatchDrafted(BatchDrafted),
    /// The maker handed it over.
    BatchSubmitted(BatchSubmitted),
    /// Facts and amounts were checked.
    BatchReviewed(BatchReviewed),
    /// This very list was approved.
    BatchApproved(BatchApproved),
    /// The money is on its way; the payments are the entries that follow.
    BatchReleased(BatchReleased),
    /// The maker has it again.
    BatchSentBack(BatchSentBack),
    /// It was given up.
    BatchCancelled(BatchCancelled),
}

macro_rules! payloads {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The batch; also the id of its stream.
            pub batch: BatchId,
            /// The step.
            pub step: StepId,
            $($(#[$field_doc])* pub $field: $type,)*
        }
    )*};
}

payloads! {
    /// Payload of `BatchDrafted v1`.
    BatchDrafted {
        /// Who made it.
        officer: OfficerId,
        /// What it is for.
        title: PlainName,
        /// The list, whose lines lie in the command.
        list: SealedList,
    }
    /// Payload of `BatchSubmitted v1`.
    BatchSubmitted {
        /// Which time it is submitted, from 1.
        round: u32,
        /// The maker.
        officer: OfficerId,
        /// How many officers must approve it.
        approvals: NonZeroU32,
        /// Last sequence of what the bureau laid down about that.
        regulation: u64,
        /// The list that is handed over.
        digest: ListDigest,
    }
    /// Payload of `BatchReviewed v1`.
    BatchReviewed {
        /// Which time it was submitted.
        round: u32,
        /// The reviewer.
        officer: OfficerId,
        /// How many officers must approve it, as its submission said.
        approvals: NonZeroU32,
        /// The list that was checked.
        digest: ListDigest,
    }
    /// Payload of `BatchApproved v1`.
    BatchApproved {
        /// Which time it was submitted.
        round: u32,
        /// The approver.
        officer: OfficerId,
        /// Which of the approvals it needs, from 1.
        approval: NonZeroU32,
        /// How many it needs, as its submission said.
        approvals: NonZeroU32,
        /// The list that was looked at.
        digest: ListDigest,
    }
    /// Payload of `BatchReleased v1`.
    BatchReleased {
        /// Which time it was submitted.
        round: u32,
        /// Who released it.
        officer: OfficerId,
        /// How many approvals it has: all that it needs.
        approvals: NonZeroU32,
        /// The list that is paid.
        list: SealedList,
    }
    /// Payload of `BatchSentBack v1`.
    BatchSentBack {
        /// Which time it was submitted.
        round: u32,
        /// Who gave it back.
        officer: OfficerId,
        /// Where it stood.
        from: Stage,
        /// The list.
        digest: ListDigest,
        /// Why.
        reason: Commitment,
    }
    /// Payload of `BatchCancelled v1`.
    BatchCancelled {
        /// How often it had been submitted.
        round: u32,
        /// Who gave it up.
        officer: OfficerId,
        /// Where it stood; `null` where its maker had it.
        from: Option<Stage>,
        /// The list.
        digest: ListDigest,
        /// Why.
        reason: Commitment,
    }
}

impl BatchEvent {
    /// The batch.
    pub const fn batch(&self) -> BatchId {
        match self {
            Self::BatchDrafted(event) => event.batch,
            Self::BatchSubmitted(event) => event.batch,
            Self::BatchReviewed(event) => event.batch,
            Self::BatchApproved(event) => event.batch,
            Self::BatchReleased(event) => event.batch,
            Self::BatchSentBack(event) => event.batch,
            Self::BatchCancelled(event) => event.batch,
        }
    }

    /// The step, unique in its batch.
    pub const fn step(&self) -> StepId {
        match self {
            Self::BatchDrafted(event) => event.step,
            Self::BatchSubmitted(event) => event.step,
            Self::BatchReviewed(event) => event.step,
            Self::BatchApproved(event) => event.step,
            Self::BatchReleased(event) => event.step,
            Self::BatchSentBack(event) => event.step,
            Self::BatchCancelled(event) => event.step,
        }
    }

    /// Who took the step: the actor of its entry.
    pub const fn officer(&self) -> &OfficerId {
        match self {
            Self::BatchDrafted(event) => &event.officer,
            Self::BatchSubmitted(event) => &event.officer,
            Self::BatchReviewed(event) => &event.officer,
            Self::BatchApproved(event) => &event.officer,
            Self::BatchReleased(event) => &event.officer,
            Self::BatchSentBack(event) => &event.officer,
            Self::BatchCancelled(event) => &event.officer,
        }
    }

    /// What the event announces of a list.
    pub fn list_part(&self) -> Option<ListPart> {
        match self {
            Self::BatchReleased(event) => {
                Some(ListPart::Announced { batch: event.batch, list: event.list })
            }
            _ => None,
        }
    }

    /// The first field in which a command of the same step asks for something else.
    pub(super) fn differs_from(&self, command: &BatchCommand) -> Option<FieldPath> {
        let same_kind = matches!(
            (self, command),
            (Self::BatchDrafted(_), BatchCommand::DraftBatch(_))
                | (Self::BatchSubmitted(_), BatchCommand::SubmitBatch(_))
                | (Self::BatchReviewed(_), BatchCommand::ReviewBatch(_))
                | (Self::BatchApproved(_), BatchCommand::ApproveBatch(_))
                | (Self::BatchReleased(_), BatchCommand::ReleaseBatch(_))
                | (Self::BatchSentBack(_), BatchCommand::SendBackBatch(_))
                | (Self::BatchCancelled(_), BatchCommand::CancelBatch(_))
        );
        let same_digest = match command {
            BatchCommand::SubmitBatch(StepBatch { digest, .. })
            | BatchCommand::ReviewBatch(StepBatch { digest, .. })
            | BatchCommand::ApproveBatch(ApproveBatch { digest, .. })
            | BatchCommand::ReleaseBatch(ReleaseBatch { digest, .. }) => self.digest() == *digest,
            BatchCommand::DraftBatch(_)
            | BatchCommand::SendBackBatch(_)
            | BatchCommand::CancelBatch(_) => true,
        };
        let same_reason = match (self, command) {
            (Self::BatchSentBack(event), BatchCommand::SendBackBatch(command)) => {
                event.reason == command.reason
            }
            (Self::BatchCancelled(event), BatchCommand::CancelBatch(command)) => {
                event.reason == command.reason
            }
            _ => true,
        };
        first_difference(&[
            (same_kind, &["id"]),
            (self.officer() == command.officer(), &["officer"]),
            (same_digest, &["digest"]),
            (same_reason, &["reason"]),
        ])
    }

    fn hand(batch: BatchId, round: u32, officer: &OfficerId) -> Claim {
        Claim::Hand { batch, round, officer: officer.clone() }
    }

    /// The list that the step is about.
    pub const fn digest(&self) -> ListDigest {
        match self {
            Self::BatchDrafted(event) => event.list.digest,
            Self::BatchSubmitted(event) => event.digest,
            Self::BatchReviewed(event) => event.digest,
            Self::BatchApproved(event) => event.digest,
            Self::BatchReleased(event) => event.list.digest,
            Self::BatchSentBack(event) => event.digest,
            Self::BatchCancelled(event) => event.digest,
        }
    }
}

impl BatchCommand {
    /// The event that the command asks for, with what is derived while deciding taken from the one that was
    /// recorded: rounds, numbers of approvals, and the list that is released.
    pub(crate) fn asks_for(&self, recorded: &BatchEvent) -> Result<BatchEvent, NoSuchEvent> {
        Ok(match (self.clone(), recorded) {
            (Self::DraftBatch(command), BatchEvent::BatchDrafted(recorded)) => {
                let list = command.sealed(Some(recorded.list.digest));
                let list = list.map_err(|_| NoSuchEvent::WithAnAmount)?;
                BatchEvent::BatchDrafted(command.into_event(list))
            }
            (Self::SubmitBatch(command), BatchEvent::BatchSubmitted(recorded)) => {
                let StepBatch { batch, step, officer, digest } = command;
                let recorded = recorded.clone();
                let submitted = BatchSubmitted { batch, step, officer, digest, ..recorded };
                BatchEvent::BatchSubmitted(submitted)
            }
            (Self::ReviewBatch(command), BatchEvent::BatchReviewed(recorded)) => {
                let StepBatch { batch, step, officer, digest } = command;
                let recorded = recorded.clone();
                let reviewed = BatchReviewed { batch, step, officer, digest, ..recorded };
                BatchEvent::BatchReviewed(reviewed)
            }
            (Self::ApproveBatch(command), BatchEvent::BatchApproved(recorded)) => {
                let ApproveBatch { batch, step, officer, digest } = command;
                let recorded = recorded.clone();
                let approved = BatchApproved { batch, step, officer, digest, ..recorded };
                BatchEvent::BatchApproved(approved)
            }
            (Self::ReleaseBatch(command), BatchEvent::BatchReleased(recorded)) => {
                let ReleaseBatch { batch, step, officer, digest } = command;
                let recorded = recorded.clone();
                let list = SealedList { digest, ..recorded.list };
                let released = BatchReleased { batch, step, officer, list, ..recorded };
                BatchEvent::BatchReleased(released)
            }
            (Self::SendBackBatch(command), BatchEvent::BatchSentBack(recorded)) => {
                let SendBackBatch { batch, step, officer, reason } = command;
                let recorded = recorded.clone();
                let sent = BatchSentBack { batch, step, officer, reason, ..recorded };
                BatchEvent::BatchSentBack(sent)
            }
            (Self::CancelBatch(command), BatchEvent::BatchCancelled(recorded)) => {
                let CancelBatch { batch, step, officer, reason } = command;
                let recorded = recorded.clone();
                let cancelled = BatchCancelled { batch, step, officer, reason, ..recorded };
                BatchEvent::BatchCancelled(cancelled)
            }
            _ => return Err(NoSuchEvent::OfThisKind),
        })
    }
}

impl RecordedEvent for BatchEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::BatchDrafted(_) => "BatchDrafted v1",
            Self::BatchSubmitted(_) => "BatchSubmitted v1",
            Self::BatchReviewed(_) => "BatchReviewed v1",
            Self::BatchApproved(_) => "BatchApproved v1",
            Self::BatchReleased(_) => "BatchReleased v1",
            Self::BatchSentBack(_) => "BatchSentBack v1",
            Self::BatchCancelled(_) => "BatchCancelled v1",
        }
    }

    fn stream_id(&self) -> String {
        self.batch().to_string()
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::BatchDrafted(event) => print(event),
            Self::BatchSubmitted(event) => print(event),
            Self::BatchReviewed(event) => print(event),
            Self::BatchApproved(event) => print(event),
            Self::BatchReleased(event) => print(event),
            Self::BatchSentBack(event) => print(event),
            Self::BatchCancelled(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "BatchDrafted v1" => read(name, payload).map(Self::BatchDrafted),
            "BatchSubmitted v1" => read(name, payload).map(Self::BatchSubmitted),
            "BatchReviewed v1" => read(name, payload).map(Self::BatchReviewed),
            "BatchApproved v1" => read(name, payload).map(Self::BatchApproved),
            "BatchReleased v1" => read(name, payload).map(Self::BatchReleased),
            "BatchSentBack v1" => read(name, payload).map(Self::BatchSentBack),
            "BatchCancelled v1" => read(name, payload).map(Self::BatchCancelled),
            _ => unknown(name),
        }
    }

    /// Each step that has to be another person's takes that person's hand; each stage is given back by the
    /// step that goes on from it with the same list, and by no other.
    fn effects(&self) -> Effects {
        let (batch, officer) = (self.batch(), self.officer());
        let (round, from, hand, to) = match self {
            Self::BatchDrafted(_) => return Effects::default(),
            Self::BatchSubmitted(event) => {
                (event.round, None, true, Some(Stage::Submitted { needed: event.approvals }))
            }
            Self::BatchReviewed(event) => {
                let needed = event.approvals;
                let from = Stage::Submitted { needed };
                (event.round, Some(from), true, Some(Stage::Reviewed { needed }))
            }
            Self::BatchApproved(event) => {
                let (given, needed) = (event.approval, event.approvals);
                let from = Stage::before_approval(given, needed);
                (event.round, Some(from), true, Some(Stage::Approved { given, needed }))
            }
            Self::BatchReleased(event) => {
                let needed = event.approvals;
                let from = Stage::Approved { given: needed, needed };
                (event.round, Some(from), true, Some(Stage::Released))
            }
            Self::BatchSentBack(event) => (event.round, Some(event.from), false, None),
            Self::BatchCancelled(event) => (event.round, event.from, false, None),
        };
        let hand = hand.then(|| Self::hand(batch, round, officer));
        let digest = self.digest();
        let at = |stage| Claim::Stage { batch, round, stage, digest };
        // Whoever submits takes it, and so does whoever gives up what was not submitted.
        let takes = matches!(
            self,
            Self::BatchSubmitted(_) | Self::BatchCancelled(BatchCancelled { from: None, .. })
        );
        let gives_back = matches!(self, Self::BatchSentBack(_));
        let underway = || Claim::Underway { batch };
        let guards = match self {
            Self::BatchSubmitted(event) => vec![Guard {
                stream_type: "regulation",
                stream_id: APPROVALS.to_owned(),
                sequence: event.regulation,
            }],
            _ => Vec::new(),
        };
        Effects {
            claims: hand.into_iter().chain(to.map(at)).chain(takes.then(underway)).collect(),
            releases: from.map(at).into_iter().chain(gives_back.then(underway)).collect(),
            guards,
            ..Effects::default()
        }
    }
}

impl DomainEvent for BatchEvent {
    fn event_type(&self) -> String {
        type_of(self.name())
    }

    fn event_version(&self) -> String {
        version_of(self.name())
    }
}
