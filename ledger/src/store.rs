//! The ledger's face towards cqrs-es: an [`EventStore`] of our own.
//!
//! Why not postgres-es's own store: it keeps each aggregate's events without an order over all of
//! them, commits one aggregate at a time, does not tell where an event went, and makes a round trip
//! to load before each command. Here appending goes through [`Writer`], which chains, signs and
//! answers with positions. postgres-es reads: its repository takes the view `ledger_events`, which
//! decodes payloads, so streams are loaded with its code.

use std::collections::HashMap;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventRepository;
use cqrs_es::{
    Aggregate, AggregateContext, AggregateError, DomainEvent, EventEnvelope, EventStore,
};
use postgres_es::PostgresEventRepository;
use sqlx::PgPool;
use uuid::Uuid;

use crate::writer::{ProposedEvent, Recorded, Submission, SubmitError, Writer};
use crate::{Actor, EventName, StreamId};

/// Metadata key under which [`EventStore::commit`] expects the actor.
pub const ACTOR: &str = "actor";
/// Metadata key under which [`EventStore::commit`] expects the request id.
pub const REQUEST: &str = "request";
/// Metadata key under which committed envelopes carry their position.
pub const POSITION: &str = "position";

/// Who asks, and for which request.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Who acts.
    pub actor: Actor,
    /// Idempotency id.
    pub request: Uuid,
    /// The command's bytes.
    pub command: Option<Vec<u8>>,
}

/// An aggregate as its stream stands.
#[derive(Debug, Clone)]
pub struct Loaded<A> {
    /// Id of the stream; its type is the aggregate's.
    pub id: String,
    /// The state after all events.
    pub aggregate: A,
    /// How many events there are; 0 for a stream that does not exist.
    pub sequence: u64,
}

impl<A: Aggregate> AggregateContext<A> for Loaded<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.aggregate
    }
}

/// One ledger's streams: reads through postgres-es, appends through the writer.
#[derive(Clone)]
pub struct LedgerStore {
    pool: PgPool,
    writer: Writer,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<E: std::error::Error> {
    /// The aggregate refused it.
    #[error(transparent)]
    Refused(E),
    /// The append refused it or failed.
    #[error(transparent)]
    Append(SubmitError),
    /// The stream could not be read.
    #[error("reading a stream: {0}")]
    Read(String),
}

/// A command whose streams move under it again and again is given up after this many tries.
const MOST_TRIES: u32 = 50;

impl LedgerStore {
    /// `pool` must hand out sessions whose setting `mingzhang.ledger` names the writer's ledger.
    pub fn new(pool: PgPool, writer: Writer) -> Self {
        Self { pool, writer }
    }

    /// The ledger's writer.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    fn repository(&self) -> PostgresEventRepository {
        PostgresEventRepository::new(self.pool.clone()).with_tables("ledger_events", "no_snapshots")
    }

    /// Loads a stream.
    ///
    /// # Errors
    /// When the database fails or an event cannot be read as one of the aggregate's.
    pub async fn load<A: Aggregate>(
        &self,
        id: &str,
    ) -> Result<Loaded<A>, AggregateError<A::Error>> {
        let events = self.repository().get_events::<A>(id).await?;
        let sequence = u64::try_from(events.len()).unwrap_or(u64::MAX);
        let mut aggregate = A::default();
        for event in events {
            aggregate.apply(EventEnvelope::<A>::try_from(event)?.payload);
        }
        Ok(Loaded { id: id.to_owned(), aggregate, sequence })
    }

    /// Loads the aggregate, lets it decide, appends, and tells where the events went. When the
    /// stream or a guard moved meanwhile, the aggregate decides again. No events: nothing to record.
    ///
    /// # Errors
    /// The aggregate's refusal, or why the append did not happen.
    pub async fn execute<A: Aggregate>(
        &self,
        id: &str,
        command: impl Fn() -> A::Command,
        services: &A::Services,
        origin: &Origin,
    ) -> Result<Vec<Recorded>, ExecuteError<A::Error>> {
        for _ in 1..MOST_TRIES {
            match self.try_execute::<A>(id, command(), services, origin).await {
                Err(ExecuteError::Append(SubmitError::Moved { .. })) => {}
                outcome => return outcome,
            }
        }
        self.try_execute::<A>(id, command(), services, origin).await
    }

    async fn try_execute<A: Aggregate>(
        &self,
        id: &str,
        command: A::Command,
        services: &A::Services,
        origin: &Origin,
    ) -> Result<Vec<Recorded>, ExecuteError<A::Error>> {
        let read = |error: AggregateError<A::Error>| ExecuteError::Read(error.to_string());
        let mut loaded = self.load::<A>(id).await.map_err(read)?;
        let sink = EventSink::<A>::default();
        loaded.aggregate.handle(command, services, &sink).await.map_err(ExecuteError::Refused)?;
        let events = sink.collect().await;
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.append(&events, &loaded, origin).await.map_err(ExecuteError::Append)
    }

    async fn append<A: Aggregate>(
        &self,
        events: &[A::Event],
        loaded: &Loaded<A>,
        origin: &Origin,
    ) -> Result<Vec<Recorded>, SubmitError> {
        let propose = |event| propose(A::TYPE, &loaded.id, loaded.sequence, event);
        let events: Result<Vec<ProposedEvent>, SubmitError> = events.iter().map(propose).collect();
        let submission = Submission {
            request: origin.request,
            actor: origin.actor.clone(),
            signed_in: false,
            command: origin.command.clone(),
            events: events?,
        };
        self.writer.submit(submission).await
    }
}

/// The event as it is handed to the writer. Events are externally tagged enums: `{"Name":{…}}`;
/// the entry's payload is what stands under the name, in the bytes that serde wrote.
fn propose<E: DomainEvent>(
    kind: &str,
    id: &str,
    after: u64,
    event: &E,
) -> Result<ProposedEvent, SubmitError> {
    let unknown = |reason: String| {
        SubmitError::Unknown(crate::effects::UnknownEvent {
            event: event.event_type(),
            stream: format!("{kind}/{id}"),
            reason,
        })
    };
    let name = format!("{} v{}", event.event_type(), event.event_version());
    let tagged = serde_json::to_string(event).map_err(|error| unknown(error.to_string()))?;
    let payload = tagged
        .split_once(':')
        .and_then(|(_, rest)| rest.strip_suffix('}'))
        .ok_or_else(|| unknown("not an externally tagged object".to_owned()))?;
    Ok(ProposedEvent {
        stream: StreamId::new(kind, id).map_err(|error| unknown(error.to_string()))?,
        after,
        event: EventName::parse(&name).map_err(|error| unknown(error.to_string()))?,
        payload: payload.as_bytes().to_vec(),
        attachment: None,
    })
}

impl<A: Aggregate> EventStore<A> for LedgerStore {
    type AC = Loaded<A>;

    async fn load_events(
        &self,
        id: &str,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let events = self.repository().get_events::<A>(id).await?;
        events.into_iter().map(|event| Ok(EventEnvelope::try_from(event)?)).collect()
    }

    async fn load_aggregate(&self, id: &str) -> Result<Loaded<A>, AggregateError<A::Error>> {
        self.load(id).await
    }

    /// Appends through the writer; each returned envelope carries its [`POSITION`].
    async fn commit(
        &self,
        events: Vec<A::Event>,
        context: Loaded<A>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let absent =
            |what: &str| AggregateError::UnexpectedError(format!("metadata without {what}").into());
        let actor = metadata.get(ACTOR).and_then(|text| Actor::parse(text).ok());
        let request = metadata.get(REQUEST).and_then(|text| Uuid::try_parse(text).ok());
        let origin = Origin {
            actor: actor.ok_or_else(|| absent(ACTOR))?,
            request: request.ok_or_else(|| absent(REQUEST))?,
            command: None,
        };
        let recorded =
            self.append(&events, &context, &origin).await.map_err(|error| match error {
                SubmitError::Moved { .. } | SubmitError::RequestKnown { .. } => {
                    AggregateError::AggregateConflict
                }
                other => AggregateError::UnexpectedError(Box::new(other)),
            })?;
        let envelope = |(payload, recorded): (A::Event, Recorded)| {
            let mut metadata = metadata.clone();
            metadata.insert(POSITION.to_owned(), recorded.position.to_string());
            EventEnvelope {
                aggregate_id: context.id.clone(),
                sequence: usize::try_from(recorded.sequence).unwrap_or(usize::MAX),
                payload,
                metadata,
            }
        };
        Ok(events.into_iter().zip(recorded).map(envelope).collect())
    }
}
