//! What an event does beyond its own stream. Pure functions of the event, passed in, so that the
//! writer applies and the verifier derives again with the same code.

use crate::sealed_list::ListPart;
use crate::{EventName, StreamId};

/// Adds to one account. An event's postings sum to zero in each unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// Account, for example `fund/` and its id.
    pub account: String,
    /// `CNY` (whole fen) or a kind of goods (whole pieces).
    pub unit: String,
    /// What is added; negative to take away.
    pub amount: i64,
    /// Whether the balance may never fall below zero.
    pub floor: bool,
}

/// Another stream still stands at this sequence (0: it does not exist), because the event was
/// decided on what that stream said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Guard {
    /// The stream that was consulted.
    pub stream: StreamId,
    /// Where it stood.
    pub sequence: u64,
}

/// Everything that an event does beyond its own stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// What may stand only once and is taken by this event.
    pub claims: Vec<String>,
    /// Claims that this event gives back.
    pub releases: Vec<String>,
    /// Double entry.
    pub postings: Vec<Posting>,
    /// Streams that must stand where they were when the event was decided.
    pub guards: Vec<Guard>,
    /// The first entry of the event's own stream, where the event repeats it and says what became of it.
    pub repeats_first: Option<RepeatsFirst>,
    /// Whether the event may only be the first of its stream.
    pub begins_stream: bool,
    /// The roles of which whoever records the event must hold one, where the ledger requires officers.
    /// None: then nobody may record it.
    pub one_of: &'static [&'static str],
    /// What changes about who may record what, for the entries after this one.
    pub access: Vec<AccessChange>,
    /// The officer whom the event itself names as who acted: its entry's actor must be that one.
    pub officer: Option<String>,
    /// What the event has to do with a list that was confirmed before.
    pub list: Option<ListPart>,
}

/// A repetition of the first entry of a stream: it must hold exactly this payload, and what became of it up
/// to here must be what the event goes on from. Fates are texts of the rules, which mean nothing here: two are
/// the same if their texts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatsFirst {
    /// Its payload.
    pub payload: Vec<u8>,
    /// What had become of it; `None` where it stood as it was recorded, as it begins.
    pub from: Option<String>,
    /// What becomes of it.
    pub to: String,
}

/// What an event changes about who may record what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessChange {
    /// The officer belongs to the bureau.
    Enrolled {
        /// The id in `officer/<id>`.
        officer: String,
    },
    /// The officer holds a role.
    Given {
        /// The id in `officer/<id>`.
        officer: String,
        /// The role.
        role: &'static str,
    },
    /// The officer holds a role no longer.
    Withdrawn {
        /// The id in `officer/<id>`.
        officer: String,
        /// The role.
        role: &'static str,
    },
    /// Whoever records must be an enrolled officer who holds a role for it; or need not any more.
    Required {
        /// The role that somebody must hold for as long as it is so; `None` where officers are not
        /// required.
        keeper: Option<&'static str>,
    },
}

/// Why the effects of an event cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{event} in {stream}: {reason}")]
pub struct UnknownEvent {
    /// The event's name and version.
    pub event: String,
    /// The stream it stands in.
    pub stream: String,
    /// What the rules say.
    pub reason: String,
}

/// Tells what events do. Must be a pure function: the verifier asks again years later.
pub trait Rules: Send + Sync + 'static {
    /// The effects of one event.
    ///
    /// # Errors
    /// For an event that the rules do not know or cannot read. Such an event is never recorded.
    fn effects(
        &self,
        stream: &StreamId,
        event: &EventName,
        payload: &[u8],
    ) -> Result<Effects, UnknownEvent>;

    /// The types of the streams whose events change who may record what: their entries are read before
    /// anything is recorded. No event of another type may have such effects.
    fn access_streams(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether the events of one request, in their order, are exactly what a signed command asks for.
    /// `command` is the JSON that the officer signed. Rules that know no commands refuse.
    ///
    /// # Errors
    /// When the command is none that the rules know, or asks for something else.
    fn carried_out(
        &self,
        _command: &[u8],
        _events: &[RecordedEvent<'_>],
    ) -> Result<(), NotCarriedOut> {
        Err(NotCarriedOut("no rule knows this command".to_owned()))
    }
}

/// An event as an entry holds it.
#[derive(Debug, Clone, Copy)]
pub struct RecordedEvent<'a> {
    /// The stream it stands in.
    pub stream: &'a StreamId,
    /// Name and version.
    pub event: &'a EventName,
    /// The payload's bytes.
    pub payload: &'a [u8],
}

/// What was recorded is not what the officer signed, and in which way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotCarriedOut(pub String);

/// An event's effects with the keys that its claims are kept under.
#[derive(Debug, Clone)]
pub(crate) struct KeyedEffects {
    pub(crate) effects: Effects,
    /// In the order of the effects' claims.
    pub(crate) claims: Vec<ClaimKey>,
    /// In the order of the effects' releases.
    pub(crate) releases: Vec<ClaimKey>,
    /// Of the payload that is repeated, if one is, with what became of it before and what becomes of it.
    pub(crate) repeats_first: Option<(PayloadKey, Option<FateKey>, FateKey)>,
}

impl From<Effects> for KeyedEffects {
    fn from(effects: Effects) -> Self {
        Self {
            claims: effects.claims.iter().map(|claim| claim_key(claim)).collect(),
            releases: effects.releases.iter().map(|claim| claim_key(claim)).collect(),
            repeats_first: effects.repeats_first.as_ref().map(|first| {
                let from = first.from.as_deref().map(fate_key);
                (payload_key(&first.payload), from, fate_key(&first.to))
            }),
            effects,
        }
    }
}

/// How a claim is kept: the first 20 bytes of the SHA-256 of its text. Short, so that a million of
/// them stay in memory; a chance collision could only refuse, never pay twice.
pub(crate) type ClaimKey = [u8; 20];

/// The key of a claim's text.
pub(crate) fn claim_key(claim: &str) -> ClaimKey {
    first_20_bytes(claim.as_bytes())
}

/// How a payload is kept that may be repeated: the first 20 bytes of its SHA-256. Whoever writes the
/// ledger chooses both payloads, so fewer would invite a search for two that are kept alike.
pub(crate) type PayloadKey = [u8; 20];

/// The key of a payload.
pub(crate) fn payload_key(payload: &[u8]) -> PayloadKey {
    first_20_bytes(payload)
}

/// How what became of an entry is kept: the first 20 bytes of the SHA-256 of its text. As many as of a payload,
/// because whoever writes the ledger chooses amounts in it.
pub(crate) type FateKey = [u8; 20];

/// The key of a fate's text.
pub(crate) fn fate_key(fate: &str) -> FateKey {
    first_20_bytes(fate.as_bytes())
}

fn first_20_bytes(of: &[u8]) -> [u8; 20] {
    let mut key = [0; 20];
    for (to, from) in key.iter_mut().zip(crate::hash::plain(of).as_bytes()) {
        *to = *from;
    }
    key
}
