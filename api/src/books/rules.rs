//! The domain's effects, in the ledger's terms. The writer applies them and the verifier derives
//! them again through this one function.

use domain::access::AccessChange as DomainAccessChange;
use domain::batch::{BatchCommand, BatchEvent, ListPart as DomainListPart, SealedList};
use domain::commands::AnyCommand;
use domain::effects::{Fate, Posting as DomainPosting, RepeatsFirst as DomainRepeatsFirst};
use domain::events::AnyEvent;
use domain::ids::BatchId;
use domain::money::Money;
use domain::payment::RecordPayment;
use domain::rights::{Operation, Role};
use domain::text::ListDigest;
use ledger::effects::{
    AccessChange, Effects, Guard, NotCarriedOut, Posting, RecordedEvent, RepeatsFirst, Rules,
    UnknownEvent,
};
use ledger::hash::{self, Hash};
use ledger::opened::LEDGER_STREAM;
use ledger::sealed_list::{self, ListPart};
use ledger::{EventName, StreamId};

/// The rules of the domain crate.
#[derive(Debug, Clone, Copy, Default)]
pub struct DomainRules;

impl Rules for DomainRules {
    fn effects(
        &self,
        stream: &StreamId,
        event: &EventName,
        payload: &[u8],
    ) -> Result<Effects, UnknownEvent> {
        if stream.kind() == LEDGER_STREAM {
            return Ok(Effects::default());
        }
        let unknown = |reason: String| UnknownEvent {
            event: event.to_string(),
            stream: stream.to_string(),
            reason,
        };
        let parsed = AnyEvent::parse(stream.kind(), event.as_str(), payload)
            .map_err(|error| unknown(error.to_string()))?;
        if parsed.stream_id() != stream.id() {
            return Err(unknown(format!("the payload is of {}", parsed.stream_id())));
        }
        let effects = parsed.effects();
        let guards = effects.guards.iter().map(|guard| {
            let stream = StreamId::new(guard.stream_type, &guard.stream_id);
            stream.map(|stream| Guard { stream, sequence: guard.sequence })
        });
        Ok(Effects {
            claims: effects.claims.iter().map(ToString::to_string).collect(),
            releases: effects.releases.iter().map(ToString::to_string).collect(),
            postings: effects.postings.iter().map(posting).collect(),
            guards: guards.collect::<Result<_, _>>().map_err(|error| unknown(error.to_string()))?,
            repeats_first: effects.repeats_first.map(repeats_first),
            begins_stream: effects.begins_stream,
            one_of: Operation::of(&parsed).role_names(),
            access: DomainAccessChange::by(&parsed).iter().map(access_change).collect(),
            officer: parsed.acting_officer().map(ToString::to_string),
            list: parsed.list_part().map(|part| list_part(&part)),
        })
    }

    fn access_streams(&self) -> &'static [&'static str] {
        DomainAccessChange::STREAM_TYPES
    }

    fn carried_out(
        &self,
        command: &[u8],
        events: &[RecordedEvent<'_>],
    ) -> Result<(), NotCarriedOut> {
        let told = |error: &dyn std::fmt::Display| NotCarriedOut(error.to_string());
        let command = AnyCommand::parse(command).map_err(|error| told(&error))?;
        let parse = |recorded: &RecordedEvent<'_>| {
            AnyEvent::parse(recorded.stream.kind(), recorded.event.as_str(), recorded.payload)
        };
        let events: Result<Vec<AnyEvent>, _> = events.iter().map(parse).collect();
        let events = events.map_err(|error| told(&error))?;
        command.carried_out_by(&events).map_err(|error| told(&error))?;
        check_digest(&command, &events)
    }
}

/// The digest that a list got must be that of the lines which the officer signed.
fn check_digest(command: &AnyCommand, events: &[AnyEvent]) -> Result<(), NotCarriedOut> {
    let (
        AnyCommand::Batch(BatchCommand::DraftBatch(draft)),
        [AnyEvent::Batch(BatchEvent::BatchDrafted(drafted))],
    ) = (command, events)
    else {
        return Ok(());
    };
    let list = &drafted.list;
    let found = list_digest(drafted.batch, list.lines, list.total_fen, &draft.lines);
    if found == list.digest {
        return Ok(());
    }
    let told = format!("the lines give the digest {found}, recorded is {}", list.digest);
    Err(NotCarriedOut(told))
}

/// The digest over a list, as [`SealedList`] says how it is made.
pub(crate) fn list_digest(
    batch: BatchId,
    lines: u32,
    total: Money,
    payments: &[RecordPayment],
) -> ListDigest {
    let head = SealedList::head(batch, lines, total);
    let lines: Vec<Vec<u8>> = payments.iter().map(RecordPayment::line).collect();
    let digest = sealed_list::digest(&head, lines.iter().map(Vec::as_slice));
    ListDigest::from_bytes(*digest.as_bytes())
}

fn list_part(part: &DomainListPart) -> ListPart {
    match part {
        DomainListPart::Announced { batch, advance, list } => ListPart::Announced {
            list: name_of_list(*batch, *advance),
            head: hash::leaf(&SealedList::head(*batch, list.lines, list.total_fen)),
            lines: u64::from(list.lines),
            total: list.total_fen.fen(),
            digest: Hash::from_bytes(*list.digest.as_bytes()),
        },
        DomainListPart::Line { line, amount, bytes } => ListPart::Line {
            list: name_of_list(line.batch, line.advance),
            number: u64::from(line.line),
            amount: amount.fen(),
            leaf: hash::leaf(bytes),
        },
    }
}

/// An advance is a list of its own, so that nothing follows it but lines that say that they are advanced, and none
/// of these follows a release.
fn name_of_list(batch: BatchId, advance: bool) -> String {
    if advance { format!("{batch}/advance") } else { batch.to_string() }
}

/// The ledger compares what became of a payment and understands nothing of it, so it gets texts.
fn repeats_first(first: DomainRepeatsFirst) -> RepeatsFirst {
    let from = (first.from != Fate::Stands).then(|| first.from.to_string());
    RepeatsFirst { payload: first.payload, from, to: first.to.to_string() }
}

fn access_change(change: &DomainAccessChange) -> AccessChange {
    match change {
        DomainAccessChange::Enrolled(officer) => {
            AccessChange::Enrolled { officer: officer.to_string() }
        }
        DomainAccessChange::Given(officer, role) => {
            AccessChange::Given { officer: officer.to_string(), role: role.as_str() }
        }
        DomainAccessChange::Withdrawn(officer, role) => {
            AccessChange::Withdrawn { officer: officer.to_string(), role: role.as_str() }
        }
        DomainAccessChange::OfficersRequired(required) => {
            AccessChange::Required { keeper: required.then_some(Role::KEEPER.as_str()) }
        }
    }
}

fn posting(posting: &DomainPosting) -> Posting {
    Posting {
        account: posting.account.to_string(),
        unit: posting.unit.to_string(),
        amount: posting.amount,
        floor: posting.account.may_not_fall_below_zero(),
    }
}
