//! What machine this is.

use ledger::key::LedgerKey;
use sqlx::{ConnectOptions as _, Connection as _};

use super::{now, rate, said, tell};
use crate::database::Database;

/// Cores, processor and PostgreSQL, in one line.
pub(super) async fn describe(database: &Database) -> Result<String, sqlx::Error> {
    let version: String = sqlx::query_scalar("select split_part(version(), ' on ', 1)")
        .fetch_one(database.pool())
        .await?;
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let profile = if cfg!(debug_assertions) { "development" } else { "release" };
    Ok(format!("{cores} cores, {}, {version}, {profile} build", processor()))
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name"));
    model
        .and_then(|line| line.split_once(": "))
        .map_or("unknown processor", |(_, name)| name)
        .to_owned()
}

/// What one core and the disk can do at most, so that figures of different machines can be compared.
pub(super) async fn calibrate(database: &Database) -> Result<(), String> {
    const SIGNATURES: u64 = 5_000;
    const BLOCKS: u64 = 64;
    const COMMITS: u64 = 100;
    let key = LedgerKey::from_seed([1; 32]).map_err(said)?;
    let mut leaf = ledger::hash::plain(b"bench");
    let began = now();
    for _ in 0..SIGNATURES {
        leaf = ledger::hash::plain(&key.sign_leaf(&leaf).0);
    }
    tell("  signatures on one core", rate(SIGNATURES, began), "a second");
    let megabyte = vec![7u8; 1_000_000];
    let began = now();
    for _ in 0..BLOCKS {
        std::hint::black_box(ledger::hash::plain(&megabyte));
    }
    tell("  SHA-256 on one core", rate(BLOCKS, began), "MB a second");
    let mut session = database.administrator().connect().await.map_err(said)?;
    let began = now();
    for _ in 0..COMMITS {
        sqlx::query(
            "select pg_current_xact_id(), pg_logical_emit_message(true, 'bench', 'a commit')",
        )
        .execute(&mut session)
        .await
        .map_err(said)?;
    }
    tell("  durable commits, one after the other", rate(COMMITS, began), "a second");
    session.close().await.map_err(said)
}

/// The most memory that this process has held, in MiB; 0 where the system does not say.
pub(super) fn peak_memory_mib() -> u64 {
    peak_of("/proc/self/status")
}

/// The same for the process of this status file.
pub(super) fn peak_of(status: &str) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
