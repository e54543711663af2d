//! What the entries do beyond themselves, derived again and compared with the tables.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashSet};

use futures_util::TryStreamExt;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::chain::{Checked, Said};
use super::{Findings, VerifyError};
use crate::effects::{ClaimKey, KeyedEffects};
use crate::hash::{self, Hash};
use crate::hashing::HashMap;
use crate::{LedgerId, StreamId};

/// State after the entries so far. Streams are kept under 16 bytes of their hash.
#[derive(Debug, Default)]
pub(super) struct Replay {
    streams: HashMap<[u8; 16], u64>,
    requests: HashMap<Uuid, u64>,
    claims: HashMap<ClaimKey, u64>,
    balances: BTreeMap<(String, String), i128>,
    commands: HashMap<Hash, u64>,
    /// The request of the entry before: a request's entries stand together.
    open_request: Option<Uuid>,
}

fn stream_key(stream: &StreamId) -> [u8; 16] {
    let mut key = [0; 16];
    for (to, from) in key.iter_mut().zip(hash::plain(stream.to_string().as_bytes()).as_bytes()) {
        *to = *from;
    }
    key
}

impl Replay {
    pub(super) fn take(&mut self, row: &Checked, findings: &mut Findings) {
        let Ok(said) = &row.said else { return };
        let at = Some(said.position);
        let head = self.streams.entry(stream_key(&said.stream)).or_default();
        let expected = head.saturating_add(1);
        if said.sequence != expected {
            findings.add(at, "sequences without gaps", expected, said.sequence);
        }
        *head = said.sequence;
        self.take_request(said, findings);
        if let Some(command) = said.command {
            self.commands.entry(command).or_insert(said.position);
        }
        match &said.effects {
            Ok(effects) => self.take_effects(said, effects, findings),
            Err(error) => findings.add(at, "event", "one that the rules know", error),
        }
    }

    fn take_request(&mut self, said: &Said, findings: &mut Findings) {
        if self.open_request == Some(said.request) {
            return;
        }
        self.open_request = Some(said.request);
        match self.requests.entry(said.request) {
            Slot::Vacant(slot) => {
                slot.insert(said.position);
            }
            Slot::Occupied(first) => {
                let expected = format!("its entries together from {}", first.get());
                findings.add(
                    Some(said.position),
                    "a request is recorded once",
                    expected,
                    said.request,
                );
            }
        }
    }

    fn take_effects(&mut self, said: &Said, keyed: &KeyedEffects, findings: &mut Findings) {
        let (at, effects) = (Some(said.position), &keyed.effects);
        for guard in &effects.guards {
            let stands = self.streams.get(&stream_key(&guard.stream)).copied().unwrap_or_default();
            if stands != guard.sequence {
                let expected = format!("{} at {}", guard.stream, guard.sequence);
                findings.add(at, "guard", expected, stands);
            }
        }
        for (key, claim) in keyed.releases.iter().zip(&effects.releases) {
            if self.claims.remove(key).is_none() {
                findings.add(at, "a released claim is held", claim, "nobody holds it");
            }
        }
        for (key, claim) in keyed.claims.iter().zip(&effects.claims) {
            if let Some(holder) = self.claims.insert(*key, said.position) {
                findings.add(
                    at,
                    "a claim is held once",
                    claim,
                    format!("held by position {holder}"),
                );
            }
        }
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for posting in &effects.postings {
            let amount = i128::from(posting.amount);
            let key = (posting.account.clone(), posting.unit.clone());
            let balance = self.balances.entry(key).or_default();
            *balance = balance.saturating_add(amount);
            if posting.floor && *balance < 0 {
                let rule = "no balance below zero";
                findings.add(at, rule, &posting.account, format!("{balance} {}", posting.unit));
            }
            let sum = sums.entry(&posting.unit).or_default();
            *sum = sum.saturating_add(amount);
        }
        if let Some((unit, sum)) = sums.into_iter().find(|(_, sum)| *sum != 0) {
            findings.add(at, "double entry", "a sum of zero", format!("{sum} {unit}"));
        }
    }

    /// Compares claims, requests, balances and commands with their tables.
    pub(super) async fn compare_tables(
        &mut self,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<(), VerifyError> {
        self.compare_claims(connection, ledger, findings).await?;
        self.compare_requests(connection, ledger, findings).await?;
        self.compare_balances(connection, ledger, findings).await?;
        self.compare_commands(connection, ledger, findings).await?;
        check_attachments(connection, ledger, findings).await
    }

    async fn compare_claims(
        &mut self,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<(), VerifyError> {
        let mut rows = sqlx::query("select claim, position from claims where ledger_id = $1")
            .bind(ledger.as_str())
            .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let (claim, position): (Vec<u8>, i64) = (row.try_get(0)?, row.try_get(1)?);
            let expected = <ClaimKey>::try_from(claim.as_slice())
                .ok()
                .and_then(|key| self.claims.remove(&key));
            let at = u64::try_from(position).ok();
            match expected {
                Some(expected) if Some(expected) == at => {}
                Some(expected) => findings.add(Some(expected), "table claims", expected, position),
                None => findings.add(at, "table claims", "no such claim", hex::encode(claim)),
            }
        }
        for (claim, position) in self.claims.drain() {
            findings.add(Some(position), "table claims", hex::encode(claim), "no row");
        }
        Ok(())
    }

    async fn compare_requests(
        &mut self,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<(), VerifyError> {
        let mut rows =
            sqlx::query("select request_id, position from requests where ledger_id = $1")
                .bind(ledger.as_str())
                .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let (request, position): (Uuid, i64) = (row.try_get(0)?, row.try_get(1)?);
            let at = u64::try_from(position).ok();
            match self.requests.remove(&request) {
                Some(expected) if Some(expected) == at => {}
                Some(expected) => {
                    findings.add(Some(expected), "table requests", expected, position);
                }
                None => findings.add(at, "table requests", "no such request", request),
            }
        }
        for (request, position) in self.requests.drain() {
            findings.add(Some(position), "table requests", request, "no row");
        }
        Ok(())
    }

    async fn compare_balances(
        &mut self,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<(), VerifyError> {
        let mut rows =
            sqlx::query("select account, unit, amount from balances where ledger_id = $1")
                .bind(ledger.as_str())
                .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let (account, unit, amount): (String, String, i64) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let name = format!("{account} {unit}");
            match self.balances.remove(&(account, unit)) {
                Some(expected) if expected == i128::from(amount) => {}
                Some(expected) => {
                    findings.add(None, "table balances", format!("{name} = {expected}"), amount);
                }
                None => findings.add(None, "table balances", "no such account", name),
            }
        }
        for ((account, unit), amount) in std::mem::take(&mut self.balances) {
            findings.add(None, "table balances", format!("{account} {unit} = {amount}"), "no row");
        }
        Ok(())
    }

    async fn compare_commands(
        &mut self,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<(), VerifyError> {
        let mut rows = sqlx::query("select hash, command from commands where ledger_id = $1")
            .bind(ledger.as_str())
            .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let (stored, command): (Vec<u8>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
            let computed = hash::plain(&command);
            let named = Hash::from_slice(&stored).and_then(|stored| self.commands.remove(&stored));
            match named {
                Some(position) if stored != computed.as_bytes() => {
                    findings.add(Some(position), "table commands", hex::encode(stored), computed);
                }
                Some(_) => {}
                None => {
                    findings.add(None, "table commands", "no such command", hex::encode(stored));
                }
            }
        }
        for (command, position) in self.commands.drain() {
            findings.add(Some(position), "table commands", command, "no row");
        }
        Ok(())
    }
}

/// Attachments are outside the proof, but each belongs to an entry.
async fn check_attachments(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<(), VerifyError> {
    let strays: Vec<i64> = sqlx::query_scalar(
        "select position from attachments as a where ledger_id = $1 and not exists \
         (select from entries as e where e.ledger_id = $1 and e.position = a.position) order by position",
    )
    .bind(ledger.as_str())
    .fetch_all(connection)
    .await?;
    let strays: HashSet<i64> = strays.into_iter().collect();
    for position in strays {
        findings.add(
            u64::try_from(position).ok(),
            "table attachments",
            "an entry",
            "none at this position",
        );
    }
    Ok(())
}
