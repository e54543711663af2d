//! What is handed to the writer, and what it answers.

use uuid::Uuid;

use crate::access::AccessRefusal;
use crate::clock::Moment;
use crate::effects::{RecordedEvent, UnknownEvent};
use crate::entry::EncodeError;
use crate::hash::Hash;
use crate::key::SignatureBytes;
use crate::keys::KeyRefusal;
use crate::sealed_list::ListRefusal;
use crate::signed_command::CommandRefusal;
use crate::signer::SigningError;
use crate::{Actor, EventName, StreamId};

/// One event that a decision asks to record.
#[derive(Debug, Clone)]
pub struct ProposedEvent {
    /// The stream it belongs to.
    pub stream: StreamId,
    /// The stream's sequence that the decision was made on; 0 for a stream that did not exist.
    /// Later events of one submission in the same stream count on from the earlier ones.
    pub after: u64,
    /// Event name and version.
    pub event: EventName,
    /// The typed event, serialised once.
    pub payload: Vec<u8>,
    /// Sealed private details, kept beside the entry and outside the proof.
    pub attachment: Option<Vec<u8>>,
}

impl ProposedEvent {
    /// The event as its entry will hold it.
    pub fn recorded(&self) -> RecordedEvent<'_> {
        RecordedEvent { stream: &self.stream, event: &self.event, payload: &self.payload }
    }
}

/// Events that are recorded together or not at all, as one transaction whatever their number.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Idempotency id: a request is recorded once.
    pub request: Uuid,
    /// Who acts.
    pub actor: Actor,
    /// Whether they are signed in with whoever submits. Where the ledger requires officers, an officer who is
    /// not records nothing but what a command under their own signature asks.
    pub signed_in: bool,
    /// The command's bytes, kept beside the entries that name its hash. Where they are a signed
    /// command ([`crate::signed_command`]), that the checkpoint in it lies on the ledger's history is
    /// for whoever submits to check; the writer checks everything else.
    pub command: Option<Vec<u8>>,
    /// In the order in which they are to stand. Without any, nothing is recorded, the request neither.
    pub events: Vec<ProposedEvent>,
}

/// Where an event stands now. It was committed durably before this was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Place in the ledger.
    pub position: u64,
    /// Place in its stream.
    pub sequence: u64,
    /// Leaf hash of its entry.
    pub leaf: Hash,
    /// The ledger key's signature.
    pub signature: SignatureBytes,
    /// The ledger's clock.
    pub recorded: Moment,
}

/// Who holds a claim already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The entry at this position.
    Position(u64),
    /// An earlier event of the same submission, by its index.
    SameSubmission(usize),
}

/// A fact that keeps one event of a submission from being recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalReason {
    /// What may stand only once stands already.
    ClaimTaken {
        /// The claim's text.
        claim: String,
        /// Who holds it.
        holder: Holder,
    },
    /// What the event undoes or goes on from does not stand.
    ClaimNotHeld {
        /// The claim's text.
        claim: String,
    },
    /// An account would fall below zero.
    BalanceTooLow {
        /// The account.
        account: String,
        /// Its unit.
        unit: String,
        /// What it holds before this event.
        balance: i64,
        /// What the event adds (negative).
        change: i64,
    },
}

/// One refused event of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Index of the event in the submission.
    pub event: usize,
    /// The fact.
    pub reason: RefusalReason,
}

/// Why a submission was not recorded. Checked in this order; nothing of it stands.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SubmitError {
    /// A stream, or one that the decision was guarded by, has moved: load it and decide again.
    #[error("stream {stream} stands at {sequence}: decide again")]
    Moved {
        /// The stream.
        stream: StreamId,
        /// Where it stands.
        sequence: u64,
    },
    /// The request is recorded already; its first entry stands here.
    #[error("request recorded at position {position}")]
    RequestKnown {
        /// Position of its first entry.
        position: u64,
    },
    /// Every claim that is taken and every one that is given back and held by nobody; or, if there is none,
    /// every account that would fall below zero.
    #[error("{} refused", .0.len())]
    Refused(Vec<Refusal>),
    /// An event cannot be written as an entry.
    #[error("event {event}: {error}")]
    Unwritable {
        /// Index of the event.
        event: usize,
        /// Why.
        error: EncodeError,
    },
    /// The rules do not know an event.
    #[error(transparent)]
    Unknown(#[from] UnknownEvent),
    /// The machine's clock is more than a day away from the database server's.
    #[error(
        "the machine's clock ({machine}) and the database server's ({server}) are more than a day apart"
    )]
    ClockAway {
        /// The machine's clock.
        machine: Moment,
        /// The database server's clock.
        server: Moment,
    },
    /// Recording has stopped, because what is recorded is not what was shown. Nothing stands.
    #[error("recording has stopped: {0}")]
    Halted(String),
    /// The database cannot be reached or refuses; nothing of the submission stands.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The connection was lost while committing and the database did not come back: the submission
    /// may stand or not. Sending the same request again tells.
    #[error("the outcome is unknown: {0}")]
    OutcomeUnknown(String),
    /// An event about keys that would not count.
    #[error("event {event}: {refusal}")]
    KeyRefused {
        /// Index of the event.
        event: usize,
        /// Why.
        refusal: KeyRefusal,
    },
    /// Whoever acts may not record an event, or an event would leave nobody who can give roles.
    #[error("event {event}: {refusal}")]
    AccessRefused {
        /// Index of the event.
        event: usize,
        /// Why.
        refusal: AccessRefusal,
    },
    /// The events are not the list that was confirmed.
    #[error("event {event}: {refusal}")]
    ListRefused {
        /// Index of the event; their number where the list is not complete at the end.
        event: usize,
        /// Why.
        refusal: ListRefusal,
    },
    /// The command is not signed where it must be, or its signature is not good here.
    #[error("{0}")]
    CommandRefused(CommandRefusal),
    /// The signer failed; nothing of the submission stands.
    #[error("nothing was signed: {0}")]
    NotSigned(SigningError),
    /// The writer was stopped.
    #[error("the writer has stopped")]
    Stopped,
}
