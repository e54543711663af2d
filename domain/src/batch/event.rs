//! What can have happened to a batch.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::command::{
    ApproveBatch, BatchCommand, CancelBatch, ReleaseBatch, ReviewPapers, SendBackBatch, StepBatch,
};
use super::list::{ListPart, SealedList};
use super::stage::Stage;
use crate::commands::NoSuchEvent;
use crate::effects::{Claim, Effects, Guard};
use crate::events::{EventError, RecordedEvent, domain_event, print, read, sound, unknown};
use crate::ids::{BatchId, OfficerId, StepId};
use crate::refusal::{FieldPath, first_difference};
use crate::regulation::APPROVALS;
use crate::text::{Commitment, DocumentNumber, ListDigest, PlainName};

/// The payloads, and of the enum around them what each variant says alike.
macro_rules! steps {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }
    )*) => {
        /// An event of a batch's stream.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub enum BatchEvent {
            $($(#[$doc])* $name($name),)*
        }

        $(
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
        )*

        impl BatchEvent {
            /// The batch.
            pub const fn batch(&self) -> BatchId {
                match self { $(Self::$name(event) => event.batch,)* }
            }

            /// The step, unique in its batch.
            pub const fn step(&self) -> StepId {
                match self { $(Self::$name(event) => event.step,)* }
            }

            /// Who took the step: the actor of its entry.
            pub const fn officer(&self) -> &OfficerId {
                match self { $(Self::$name(event) => &event.officer,)* }
            }
        }

        impl RecordedEvent for BatchEvent {
            fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => concat!(stringify!($name), " v1"),)* }
            }

            fn stream_id(&self) -> String {
                self.batch().to_string()
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
    /// `BatchDrafted v1`: a list was made.
    BatchDrafted {
        /// Who made it.
        officer: OfficerId,
        /// What it is for.
        title: PlainName,
        /// The list, whose lines lie in the command.
        list: SealedList,
    }
    /// `BatchSubmitted v1`: its maker handed it over.
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
    /// `BatchReviewed v1`: facts and amounts were checked.
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
    /// `BatchApproved v1`: this very list was approved.
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
    /// `BatchReleased v1`: the money is on its way; the payments are the entries that follow.
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
    /// `BatchSentBack v1`: the maker has it again.
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
    /// `BatchCancelled v1`: it was given up.
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
    /// `BatchAdvanced v1`: in an emergency, the money is on its way before the papers are complete; the payments
    /// are the entries that follow.
    BatchAdvanced {
        /// Which time it was submitted, from 1.
        round: u32,
        /// Who decided it.
        officer: OfficerId,
        /// The list that is paid.
        list: SealedList,
    }
    /// `PapersReviewed v1`: a third officer checked the papers of an advance.
    PapersReviewed {
        /// Which time it was submitted.
        round: u32,
        /// The reviewer.
        officer: OfficerId,
        /// The papers.
        document: DocumentNumber,
        /// The list that was checked.
        digest: ListDigest,
    }
    /// `PapersCompleted v1`: a fourth officer confirmed it; from here on it is a batch as any other.
    PapersCompleted {
        /// Which time it was submitted.
        round: u32,
        /// Who confirmed it.
        officer: OfficerId,
        /// The list that was paid.
        digest: ListDigest,
    }
    /// `BatchClosed v1`: a bank has answered for every line.
    BatchClosed {
        /// Which time it was submitted.
        round: u32,
        /// Who closed it.
        officer: OfficerId,
        /// The list.
        digest: ListDigest,
    }
}

impl BatchEvent {
    /// Why nobody can have decided an event of this content; none where somebody can. Without it, money that is
    /// gone could be sent back or given up by whoever holds the ledger's key.
    fn unsound(&self) -> Option<&'static str> {
        let from = match self {
            Self::BatchSentBack(event) => Some(event.from),
            Self::BatchCancelled(event) => event.from,
            _ => None,
        };
        let gone = from.is_some_and(|stage| !stage.is_before_the_money());
        gone.then_some("a batch is sent back or given up before its money is gone")
    }

    /// What the event announces of a list.
    pub fn list_part(&self) -> Option<ListPart> {
        match self {
            Self::BatchReleased(event) => {
                Some(ListPart::Announced { batch: event.batch, advance: false, list: event.list })
            }
            Self::BatchAdvanced(event) => {
                Some(ListPart::Announced { batch: event.batch, advance: true, list: event.list })
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
                | (Self::BatchAdvanced(_), BatchCommand::AdvanceBatch(_))
                | (Self::PapersReviewed(_), BatchCommand::ReviewPapers(_))
                | (Self::PapersCompleted(_), BatchCommand::CompletePapers(_))
                | (Self::BatchClosed(_), BatchCommand::CloseBatch(_))
        );
        let same_digest = match command {
            BatchCommand::SubmitBatch(StepBatch { digest, .. })
            | BatchCommand::ReviewBatch(StepBatch { digest, .. })
            | BatchCommand::AdvanceBatch(StepBatch { digest, .. })
            | BatchCommand::ReviewPapers(ReviewPapers { digest, .. })
            | BatchCommand::CompletePapers(StepBatch { digest, .. })
            | BatchCommand::CloseBatch(StepBatch { digest, .. })
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
        let same_document = match (self, command) {
            (Self::PapersReviewed(event), BatchCommand::ReviewPapers(command)) => {
                event.document == command.document
            }
            _ => true,
        };
        first_difference(&[
            (same_kind, &["id"]),
            (self.officer() == command.officer(), &["officer"]),
            (same_digest, &["digest"]),
            (same_document, &["document"]),
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
            Self::BatchAdvanced(event) => event.list.digest,
            Self::PapersReviewed(event) => event.digest,
            Self::PapersCompleted(event) => event.digest,
            Self::BatchClosed(event) => event.digest,
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
            (Self::AdvanceBatch(command), BatchEvent::BatchAdvanced(recorded)) => {
                let StepBatch { batch, step, officer, digest } = command;
                let recorded = recorded.clone();
                let list = SealedList { digest, ..recorded.list };
                let advanced = BatchAdvanced { batch, step, officer, list, ..recorded };
                BatchEvent::BatchAdvanced(advanced)
            }
            (Self::ReviewPapers(command), BatchEvent::PapersReviewed(recorded)) => {
                BatchEvent::PapersReviewed(command.reviewed(recorded.round))
            }
            (Self::CompletePapers(command), BatchEvent::PapersCompleted(recorded)) => {
                let StepBatch { batch, step, officer, digest } = command;
                let round = recorded.round;
                let completed = PapersCompleted { batch, step, round, officer, digest };
                BatchEvent::PapersCompleted(completed)
            }
            (Self::CloseBatch(command), BatchEvent::BatchClosed(recorded)) => {
                let StepBatch { batch, step, officer, digest } = command;
                let round = recorded.round;
                BatchEvent::BatchClosed(BatchClosed { batch, step, round, officer, digest })
            }
            _ => return Err(NoSuchEvent::OfThisKind),
        })
    }
}

impl BatchEvent {
    /// Each step that has to be another person's takes that person's hand; each stage is given back by the
    /// step that goes on from it with the same list, and by no other.
    fn books(&self) -> Effects {
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
            Self::BatchAdvanced(event) => {
                // Of one approval, which is this: an event that says otherwise finds no such stage.
                let from = Stage::Submitted { needed: NonZeroU32::MIN };
                (event.round, Some(from), true, Some(Stage::Advanced))
            }
            Self::PapersReviewed(event) => {
                (event.round, Some(Stage::Advanced), true, Some(Stage::PapersReviewed))
            }
            Self::PapersCompleted(event) => {
                (event.round, Some(Stage::PapersReviewed), true, Some(Stage::Released))
            }
            Self::BatchClosed(event) => {
                (event.round, Some(Stage::Released), false, Some(Stage::Closed))
            }
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

domain_event!(BatchEvent);
