//! What machine this is.

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

/// The most memory that this process has held, in MiB; 0 where the system does not say.
pub(super) fn peak_memory_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
