//! What the database says about everything that a group of submissions touches, asked in one
//! statement, so in one snapshot and one round trip.

use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::clock::Moment;
use crate::effects::ClaimKey;
use crate::hashing::{HashMap, HashSet};
use crate::{LedgerId, StreamId};

/// What to ask for.
#[derive(Debug, Default)]
pub(super) struct Questions {
    pub(super) streams: HashSet<StreamId>,
    pub(super) requests: HashSet<Uuid>,
    pub(super) claims: HashSet<ClaimKey>,
    pub(super) accounts: HashSet<(String, String)>,
}

/// What one snapshot of the database answers. Absent keys are not in it; nothing is where nothing
/// was asked.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Position of the last entry, -1 before the first.
    pub(super) head: Option<i64>,
    /// The database server's clock.
    pub(super) server: Option<Moment>,
    pub(super) streams: HashMap<StreamId, u64>,
    pub(super) requests: HashMap<Uuid, u64>,
    pub(super) claims: HashMap<ClaimKey, u64>,
    pub(super) accounts: HashMap<(String, String), i64>,
}

// Each part is `unnest … cross join lateral (… limit 1)`: `= any(…)` falls to a bad plan while the
// tables are fresh and have no statistics.
const ASK: &str = "\
select 0::int2, 0::int8, (select position from heads where ledger_id = $1) \
union all \
select 1::int2, 0::int8, (extract(epoch from clock_timestamp()) * 1000000)::int8 \
union all \
select 2::int2, asked.n, found.sequence \
from unnest($2::text[], $3::text[]) with ordinality as asked(kind, id, n) \
cross join lateral (select sequence from entries where ledger_id = $1 and stream_type = asked.kind \
    and stream_id = asked.id order by sequence desc limit 1) as found \
union all \
select 3::int2, asked.n, found.position \
from unnest($4::uuid[]) with ordinality as asked(id, n) \
cross join lateral (select position from requests where ledger_id = $1 and request_id = asked.id limit 1) as found \
union all \
select 4::int2, asked.n, found.position \
from unnest($5::bytea[]) with ordinality as asked(claim, n) \
cross join lateral (select position from claims where ledger_id = $1 and claim = asked.claim limit 1) as found \
union all \
select 5::int2, asked.n, found.amount \
from unnest($6::text[], $7::text[]) with ordinality as asked(account, unit, n) \
cross join lateral (select amount from balances where ledger_id = $1 and account = asked.account \
    and unit = asked.unit limit 1) as found";

impl Questions {
    /// Whether there is nothing to ask.
    pub(super) fn is_empty(&self) -> bool {
        self.streams.is_empty()
            && self.requests.is_empty()
            && self.claims.is_empty()
            && self.accounts.is_empty()
    }

    pub(super) async fn ask(
        self,
        connection: &mut PgConnection,
        ledger: &LedgerId,
    ) -> Result<Answers, sqlx::Error> {
        let streams: Vec<StreamId> = self.streams.into_iter().collect();
        let requests: Vec<Uuid> = self.requests.into_iter().collect();
        let claims: Vec<ClaimKey> = self.claims.into_iter().collect();
        let accounts: Vec<(String, String)> = self.accounts.into_iter().collect();
        let rows = sqlx::query(ASK)
            .bind(ledger.as_str())
            .bind(streams.iter().map(StreamId::kind).collect::<Vec<_>>())
            .bind(streams.iter().map(StreamId::id).collect::<Vec<_>>())
            .bind(&requests)
            .bind(claims.iter().map(<ClaimKey>::as_slice).collect::<Vec<_>>())
            .bind(accounts.iter().map(|(account, _)| account.as_str()).collect::<Vec<_>>())
            .bind(accounts.iter().map(|(_, unit)| unit.as_str()).collect::<Vec<_>>())
            .fetch_all(connection)
            .await?;
        let mut answers = Answers::default();
        for row in rows {
            let (part, n): (i16, i64) = (row.try_get(0)?, row.try_get(1)?);
            let value: Option<i64> = row.try_get(2)?;
            let Some(value) = value else { continue };
            // Ordinality counts from one.
            let at = usize::try_from(n.saturating_sub(1)).unwrap_or_default();
            let unsigned = value.unsigned_abs();
            match part {
                0 => answers.head = Some(value),
                1 => answers.server = Moment::from_micros(value),
                2 => answers.streams.extend(streams.get(at).map(|key| (key.clone(), unsigned))),
                3 => answers.requests.extend(requests.get(at).map(|key| (*key, unsigned))),
                4 => answers.claims.extend(claims.get(at).map(|key| (*key, unsigned))),
                _ => answers.accounts.extend(accounts.get(at).map(|key| (key.clone(), value))),
            }
        }
        Ok(answers)
    }
}
