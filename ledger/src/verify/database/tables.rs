//! The tables beside the entries against what the entries give.

use std::collections::HashSet;

use futures_util::TryStreamExt;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::VerifyError;
use super::signed::SignedCommands;
use crate::LedgerId;
use crate::bundle::balances::Balances;
use crate::effects::ClaimKey;
use crate::hash::{self, Hash};
use crate::hashing::HashMap;
use crate::verify::finding::Findings;
use crate::verify::replay::{Keyed, Named};

/// Compares claims, requests, balances and commands with their tables; gives the signed commands.
pub(super) async fn compare(
    keyed: Keyed,
    balances: Balances,
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<SignedCommands, VerifyError> {
    compare_claims(keyed.claims, connection, ledger, findings).await?;
    compare_requests(keyed.requests, connection, ledger, findings).await?;
    compare_balances(balances, connection, ledger, findings).await?;
    let signed = compare_commands(keyed.commands, connection, ledger, findings).await?;
    check_attachments(connection, ledger, findings).await?;
    Ok(signed)
}

async fn compare_claims(
    mut claims: HashMap<ClaimKey, u64>,
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<(), VerifyError> {
    let mut rows = sqlx::query("select claim, position from claims where ledger_id = $1")
        .bind(ledger.as_str())
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let (claim, position): (Vec<u8>, i64) = (row.try_get(0)?, row.try_get(1)?);
        let expected =
            <ClaimKey>::try_from(claim.as_slice()).ok().and_then(|key| claims.remove(&key));
        let at = u64::try_from(position).ok();
        match expected {
            Some(expected) if Some(expected) == at => {}
            Some(expected) => findings.add(Some(expected), "table claims", expected, position),
            None => findings.add(at, "table claims", "no such claim", hex::encode(claim)),
        }
    }
    for (claim, position) in claims {
        findings.add(Some(position), "table claims", hex::encode(claim), "no row");
    }
    Ok(())
}

async fn compare_requests(
    mut requests: HashMap<Uuid, u64>,
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<(), VerifyError> {
    let mut rows = sqlx::query("select request_id, position from requests where ledger_id = $1")
        .bind(ledger.as_str())
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let (request, position): (Uuid, i64) = (row.try_get(0)?, row.try_get(1)?);
        let at = u64::try_from(position).ok();
        match requests.remove(&request) {
            Some(expected) if Some(expected) == at => {}
            Some(expected) => {
                findings.add(Some(expected), "table requests", expected, position);
            }
            None => findings.add(at, "table requests", "no such request", request),
        }
    }
    for (request, position) in requests {
        findings.add(Some(position), "table requests", request, "no row");
    }
    Ok(())
}

async fn compare_balances(
    mut balances: Balances,
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<(), VerifyError> {
    let mut rows = sqlx::query("select account, unit, amount from balances where ledger_id = $1")
        .bind(ledger.as_str())
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let (account, unit, amount): (String, String, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let name = format!("{account} {unit}");
        match balances.remove(&(account, unit)) {
            Some(expected) if expected == i128::from(amount) => {}
            Some(expected) => {
                findings.add(None, "table balances", format!("{name} = {expected}"), amount);
            }
            None => findings.add(None, "table balances", "no such account", name),
        }
    }
    for ((account, unit), amount) in balances {
        findings.add(None, "table balances", format!("{account} {unit} = {amount}"), "no row");
    }
    Ok(())
}

async fn compare_commands(
    mut commands: HashMap<Hash, Named>,
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<SignedCommands, VerifyError> {
    let mut signed = SignedCommands::default();
    let mut rows = sqlx::query("select hash, command from commands where ledger_id = $1")
        .bind(ledger.as_str())
        .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let (stored, command): (Vec<u8>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        let computed = hash::plain(&command);
        let named = Hash::from_slice(&stored).and_then(|stored| commands.remove(&stored));
        match named {
            Some(named) if stored != computed.as_bytes() => {
                findings.add(Some(named.first), "table commands", hex::encode(stored), computed);
            }
            Some(named) => signed.list(computed, &command, command.len(), named, findings),
            None => {
                findings.add(None, "table commands", "no such command", hex::encode(stored));
            }
        }
    }
    for (command, named) in commands {
        findings.add(Some(named.first), "table commands", command, "no row");
    }
    Ok(signed)
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
