//! The signed commands of the database: those of the table of commands, with the entries that name
//! them.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::VerifyError;
use crate::LedgerId;
use crate::effects::Rules;
use crate::entry::{self, EntryView};
use crate::hash::{self, Hash, Pieces};
use crate::hashing::HashMap;
use crate::keys::KeyHistory;
use crate::signed_command::{MOST_BYTES, is_signed};
use crate::verify::finding::Findings;
use crate::verify::replay::Named;
use crate::verify::signed_commands::{
    Batch, Checked, NamingEntry, SignedUse, request_goes_beyond, too_long, unsigned,
};

/// Commands that are asked for at once, at most.
const MOST_COMMANDS: usize = 256;
/// Hashes that are asked for at once.
const MOST_HASHES: usize = 4_096;
/// Bytes of one command that are read at once: 16 MiB, as long as a signed one may be.
const MOST_AT_ONCE: i32 = 16 << 20;
/// So much of a command tells whether it is a signed one.
const BEGINNING: usize = 64;

/// The signed commands that entries name.
#[derive(Debug, Default)]
pub(super) struct SignedCommands(Vec<Listed>);

#[derive(Debug, Clone, Copy)]
struct Listed {
    hash: Hash,
    bytes: usize,
    named: Named,
}

impl SignedCommands {
    /// Takes a command of the table, of which only the beginning must be there.
    pub(super) fn list(
        &mut self,
        hash: Hash,
        begin: &[u8],
        bytes: usize,
        named: Named,
        findings: &mut Findings,
    ) {
        match (is_signed(begin), bytes) {
            (true, ..=MOST_BYTES) => self.0.push(Listed { hash, bytes, named }),
            (true, _) => too_long(named.first, bytes, findings),
            (false, _) if named.must_be_signed => unsigned(named.first, findings),
            (false, _) => {}
        }
    }

    /// Finds those of the table by the hashes that entries name. A hash without a row is found, and a
    /// row whose bytes have another one. Of a command at most 16 MiB are in memory.
    pub(super) async fn find(
        named: &HashMap<Hash, Named>,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<Self, VerifyError> {
        let mut found = Self::default();
        let hashes: Vec<Hash> = named.keys().copied().collect();
        for some in hashes.chunks(MOST_HASHES) {
            let mut kept = kept(some, connection, ledger).await?;
            for hash in some {
                let Some(named) = named.get(hash).copied() else { continue };
                match kept.remove(hash) {
                    Some(Kept { computed, bytes, begin }) if computed == *hash => {
                        found.list(*hash, &begin, bytes, named, findings);
                    }
                    Some(Kept { computed, .. }) => {
                        findings.add(Some(named.first), "table commands", hash, computed);
                    }
                    None => findings.add(Some(named.first), "table commands", hash, "no row"),
                }
            }
        }
        Ok(found)
    }

    /// Reads them with the entries that name them, and checks them. Findings are in what it gives.
    pub(super) async fn check(
        mut self,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        keys: &KeyHistory,
        rules: &Arc<dyn Rules>,
    ) -> Result<Checked, VerifyError> {
        self.0.sort_unstable_by_key(|listed| listed.named.first);
        let mut checking = Checking {
            keys: Arc::new(keys.clone()),
            rules: rules.clone(),
            batch: Batch::default(),
            checked: Checked::default(),
        };
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            let (some, later) = rest.split_at_checked(together(rest)).unwrap_or((rest, &[]));
            let envelopes = envelopes(some, connection, ledger).await?;
            checking.take(some, envelopes, connection, ledger).await?;
            rest = later;
        }
        checking.run().await?;
        Ok(checking.checked)
    }
}

/// A command as the table keeps it.
struct Kept {
    /// The hash of its bytes, whatever it is kept under.
    computed: Hash,
    bytes: usize,
    begin: Vec<u8>,
}

/// The commands that are kept under some hashes.
async fn kept(
    hashes: &[Hash],
    connection: &mut PgConnection,
    ledger: &LedgerId,
) -> Result<HashMap<Hash, Kept>, VerifyError> {
    let (mut kept, mut long) = (HashMap::default(), Vec::new());
    let mut rows = sqlx::query(
        "select hash, octet_length(command), substring(command from 1 for $3) \
         from commands where ledger_id = $1 and hash = any($2)",
    )
    .bind(ledger.as_str())
    .bind(hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect::<Vec<_>>())
    .bind(MOST_AT_ONCE)
    .fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        let (stored, bytes, piece): (&[u8], i32, &[u8]) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let Some(hash) = Hash::from_slice(stored) else { continue };
        let begin = piece.iter().take(BEGINNING).copied().collect();
        let computed = hash::plain(piece);
        if bytes > MOST_AT_ONCE {
            long.push((hash, bytes));
        }
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        kept.insert(hash, Kept { computed, bytes, begin });
    }
    drop(rows);
    for (hash, bytes) in long {
        let computed = hash_of_long(&hash, bytes, connection, ledger).await?;
        kept.entry(hash).and_modify(|kept| kept.computed = computed);
    }
    Ok(kept)
}

/// The hash of a command that is too long to be read at once.
async fn hash_of_long(
    stored: &Hash,
    bytes: i32,
    connection: &mut PgConnection,
    ledger: &LedgerId,
) -> Result<Hash, VerifyError> {
    let (mut pieces, mut from) = (Pieces::default(), 1i32);
    // No value of the database is longer than 1 GiB, so nothing saturates.
    while from <= bytes {
        let piece: Option<Vec<u8>> = sqlx::query_scalar(
            "select substring(command from $3 for $4) from commands where ledger_id = $1 and hash = $2",
        )
        .bind(ledger.as_str())
        .bind(stored.as_bytes().as_slice())
        .bind(from)
        .bind(MOST_AT_ONCE)
        .fetch_optional(&mut *connection)
        .await?;
        pieces.add(&piece.unwrap_or_default());
        from = from.saturating_add(MOST_AT_ONCE);
    }
    Ok(pieces.finish())
}

/// How many of these are read at once: so many that they fit in memory, and at least one.
fn together(listed: &[Listed]) -> usize {
    let mut bytes = 0usize;
    let fits = listed.iter().take(MOST_COMMANDS).take_while(|listed| {
        bytes = bytes.saturating_add(listed.bytes);
        bytes <= MOST_BYTES
    });
    fits.count().max(1)
}

async fn envelopes(
    listed: &[Listed],
    connection: &mut PgConnection,
    ledger: &LedgerId,
) -> Result<HashMap<Hash, Vec<u8>>, VerifyError> {
    let mut rows =
        sqlx::query("select hash, command from commands where ledger_id = $1 and hash = any($2)")
            .bind(ledger.as_str())
            .bind(listed.iter().map(|one| one.hash.as_bytes().to_vec()).collect::<Vec<_>>())
            .fetch(connection);
    let mut envelopes = HashMap::default();
    while let Some(row) = rows.try_next().await? {
        if let Some(hash) = Hash::from_slice(row.try_get(0)?) {
            envelopes.insert(hash, row.try_get(1)?);
        }
    }
    Ok(envelopes)
}

/// Signed commands on their way to being checked.
struct Checking {
    keys: Arc<KeyHistory>,
    rules: Arc<dyn Rules>,
    batch: Batch,
    checked: Checked,
}

impl Checking {
    /// Reads the entries of some commands: those that name one, and the neighbours, which must be of
    /// another request.
    async fn take(
        &mut self,
        listed: &[Listed],
        mut envelopes: HashMap<Hash, Vec<u8>>,
        connection: &mut PgConnection,
        ledger: &LedgerId,
    ) -> Result<(), VerifyError> {
        let number = |position: u64| i64::try_from(position).unwrap_or(i64::MAX);
        let firsts = listed.iter().map(|one| number(one.named.first).saturating_sub(1));
        let ends = listed.iter().map(|one| number(one.end()));
        let mut rows = sqlx::query(
            "select asked.n, found.position, found.entry \
             from unnest($2::int8[], $3::int8[]) with ordinality as asked(first, last, n) \
             cross join lateral (select position, entry from entries \
                 where ledger_id = $1 and position between asked.first and asked.last) as found \
             order by asked.n, found.position",
        )
        .bind(ledger.as_str())
        .bind(firsts.collect::<Vec<_>>())
        .bind(ends.collect::<Vec<_>>())
        .fetch(connection);
        let mut listed = (1i64..).zip(listed);
        let mut reading: Option<(i64, Reading)> = None;
        while let Some(row) = rows.try_next().await? {
            let (n, position): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            if reading.as_ref().is_none_or(|(reading, _)| *reading != n) {
                let next = listed.by_ref().find(|(at, _)| *at == n).map(|(_, one)| *one);
                let done = reading.take();
                reading = next.map(|one| {
                    let envelope = envelopes.remove(&one.hash).unwrap_or_default();
                    (n, Reading::new(one, envelope))
                });
                self.finish(done).await?;
            }
            // Bytes that are no entry were found where entries are looked at by themselves.
            let position = u64::try_from(position).unwrap_or_default();
            if let Some((_, reading)) = &mut reading
                && let Ok(view) = entry::parse(row.try_get(2)?)
            {
                reading.take(position, view, &mut self.checked.findings);
            }
        }
        self.finish(reading).await
    }

    async fn finish(&mut self, reading: Option<(i64, Reading)>) -> Result<(), VerifyError> {
        if let Some((_, reading)) = reading {
            self.batch.push(reading.used);
        }
        if self.batch.is_full() { self.run().await } else { Ok(()) }
    }

    async fn run(&mut self) -> Result<(), VerifyError> {
        let (keys, rules) = (self.keys.clone(), self.rules.clone());
        let batch = std::mem::take(&mut self.batch);
        let work = tokio::task::spawn_blocking(move || batch.check(&keys, &*rules));
        self.checked.append(work.await.map_err(|_| VerifyError::Interrupted)?);
        Ok(())
    }
}

impl Listed {
    /// The position after the last that names it.
    fn end(&self) -> u64 {
        self.named.first.saturating_add(u64::from(self.named.count))
    }
}

/// A signed command whose entries are being read.
struct Reading {
    listed: Listed,
    used: SignedUse,
    /// The request of the entry before.
    request: Option<Uuid>,
}

impl Reading {
    fn new(listed: Listed, envelope: Vec<u8>) -> Self {
        Self { listed, used: SignedUse::new(envelope), request: None }
    }

    fn take(&mut self, position: u64, view: EntryView<'_>, findings: &mut Findings) {
        let Listed { hash, named, .. } = self.listed;
        let inside = (named.first..self.listed.end()).contains(&position);
        let edge = position == named.first || position == self.listed.end();
        if edge && self.request == Some(view.request) {
            request_goes_beyond(position, view.request, findings);
        }
        self.request = Some(view.request);
        // An entry that cannot be read may stand among those that were counted.
        if inside && view.command == Some(hash) {
            self.used.add(NamingEntry {
                position,
                actor: view.actor,
                request: view.request,
                recorded: view.recorded,
                stream: view.stream,
                event: view.event,
                payload: view.payload.to_vec(),
            });
        }
    }
}
