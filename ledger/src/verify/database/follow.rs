//! Checking what is recorded as it is recorded: entries, columns, signatures, chain and tree from a
//! head that is taken as given, who might record them, lists that were confirmed, and the commands
//! that they name.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};

use super::rows::StoredRow;
use super::signed::SignedCommands;
use super::{VerifyError, seen};
use crate::LedgerId;
use crate::effects::Rules;
use crate::hash::Hash;
use crate::hashing::HashMap;
use crate::opened::LEDGER_STREAM;
use crate::reader::{self, ReadError};
use crate::verify::chain::Chain;
use crate::verify::entries::{KeptEntry, check_entries};
use crate::verify::finding::{Finding, Findings};
use crate::verify::keys_in_force::KeysInForce;
use crate::verify::replay::{Bounds, Named};
use crate::verify::signed_commands::{must_be_signed, unsigned};

/// Entries that are checked together.
const ROWS: i64 = 8_192;

/// Follows one ledger. What stood before it began is for [`super::ledger`] to verify.
pub struct Follower {
    ledger: LedgerId,
    rules: Arc<dyn Rules>,
    chain: Chain,
    keys: KeysInForce,
    bounds: Bounds,
    /// Commands that entries since the last time name.
    commands: NamedCommands,
    findings: Findings,
}

/// The commands that some entries name.
#[derive(Default)]
struct NamedCommands {
    named: HashMap<Hash, Named>,
    /// The command that the entry before names.
    open: Option<Hash>,
}

impl Follower {
    /// Begins at the present head.
    ///
    /// # Errors
    /// When the database fails, has no such ledger, or its head cannot be read.
    pub async fn begin(
        pool: &PgPool,
        ledger: &LedgerId,
        rules: Arc<dyn Rules>,
    ) -> Result<Self, VerifyError> {
        let mut connection = pool.acquire().await?;
        let head = match reader::head(&mut connection, ledger).await {
            Ok(head) => head.ok_or_else(|| VerifyError::NoLedger(ledger.clone()))?,
            Err(error) => return Err(read_error(error)),
        };
        let mut keys = KeysInForce::named_by_the_ledger(ledger.clone());
        let own = format!("stream_type = '{LEDGER_STREAM}' and position < $2");
        let size = i64::try_from(head.size).unwrap_or(i64::MAX);
        for row in rows(&mut connection, ledger, &own, size, i64::MAX).await? {
            keys.learn(&row);
        }
        let access =
            reader::access(&mut connection, ledger, &*rules, keys.history(), head.size).await;
        let bounds = Bounds::continuing(access.map_err(read_error)?);
        let chain = Chain::continuing(ledger.clone(), head.leaf, head.recorded, head.frontier);
        let (commands, findings) = (NamedCommands::default(), Findings::default());
        Ok(Self { ledger: ledger.clone(), rules, chain, keys, bounds, commands, findings })
    }

    /// How many entries there were when it last looked.
    pub fn size(&self) -> u64 {
        self.chain.size()
    }

    /// Checks everything that was recorded since it last looked. What is wrong is found once: the
    /// next time goes on behind it. Each command that an entry names must be kept, with the bytes of
    /// its hash. The checkpoints that signed commands name are held against the
    /// stored tiles. That these are the entries', and that no command is carried out again later, is
    /// for [`super::ledger`] to verify.
    ///
    /// # Errors
    /// When the database fails. The next time goes on where this came to, and gives what was found.
    pub async fn follow(&mut self, pool: &PgPool) -> Result<Vec<Finding>, VerifyError> {
        loop {
            let next = i64::try_from(self.chain.size()).unwrap_or(i64::MAX);
            let mut connection = pool.acquire().await?;
            let some = rows(&mut connection, &self.ledger, "position >= $2", next, ROWS).await?;
            drop(connection);
            if some.is_empty() {
                // A request is recorded at once, so no list is open between two of them.
                self.bounds.finish(&mut self.findings);
                self.check_commands(pool).await?;
                return Ok(std::mem::take(&mut self.findings).into_sorted().0);
            }
            for row in &some {
                if let Some((rule, expected, found)) = self.keys.learn(row) {
                    self.findings.add(Some(row.place()), rule, expected, found);
                }
            }
            let (rules, keys) = (self.rules.clone(), self.keys.clone());
            let work = move || check_entries(&some, &keys, &*rules);
            let checked = tokio::task::spawn_blocking(work).await;
            for entry in checked.map_err(|_| VerifyError::Interrupted)? {
                self.chain.take(&entry, &mut self.findings);
                if let Some(said) = &entry.said {
                    if let Ok(effects) = &said.effects {
                        let (bounds, found) = (&mut self.bounds, &mut self.findings);
                        bounds.take(entry.place, said, &effects.effects, found);
                    }
                    let must_be_signed = must_be_signed(said, entry.place, self.keys.history());
                    if must_be_signed && said.command.is_none() {
                        unsigned(entry.place, &mut self.findings);
                    }
                    self.commands.take(entry.place, said.command, must_be_signed);
                }
            }
        }
    }

    /// A request is recorded at once, so all entries that name these commands are there.
    async fn check_commands(&mut self, pool: &PgPool) -> Result<(), VerifyError> {
        if self.commands.named.is_empty() {
            return Ok(());
        }
        let mut connection = pool.acquire().await?;
        let (ledger, named) = (&self.ledger, &self.commands.named);
        let mut findings = Findings::default();
        let signed = SignedCommands::find(named, &mut connection, ledger, &mut findings).await?;
        let keys = self.keys.history();
        let checked = signed.check(&mut connection, ledger, keys, &self.rules).await?;
        findings.append(checked.findings);
        let seen = checked.checkpoints;
        seen::compare_with_tiles(&seen, &mut connection, ledger, &mut findings).await?;
        self.findings.append(findings);
        self.commands = NamedCommands::default();
        Ok(())
    }
}

impl NamedCommands {
    fn take(&mut self, place: u64, command: Option<Hash>, must_be_signed: bool) {
        let again = self.open == command;
        self.open = command;
        let Some(command) = command else { return };
        let first = Named { count: 0, ..Named::first_at(place) };
        let named = self.named.entry(command).or_insert(first);
        if again || named.count == 0 {
            named.count = named.count.saturating_add(1);
            named.must_be_signed |= must_be_signed;
        }
    }
}

fn read_error(error: ReadError) -> VerifyError {
    match error {
        ReadError::Database(error) => error.into(),
        ReadError::Damaged(what) => VerifyError::Damaged(what),
    }
}

async fn rows(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    which: &str,
    bound: i64,
    most: i64,
) -> Result<Vec<StoredRow>, sqlx::Error> {
    let statement = format!(
        "select {} from entries where ledger_id = $1 and {which} order by position limit $3",
        StoredRow::COLUMNS
    );
    let rows = sqlx::query(&statement).bind(ledger.as_str()).bind(bound).bind(most);
    let mut rows = rows.fetch(connection);
    let mut some = Vec::new();
    while let Some(row) = rows.try_next().await? {
        some.push(StoredRow::read(&row)?);
    }
    Ok(some)
}
