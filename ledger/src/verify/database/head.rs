//! The table of heads against what the entries add up to.

use sqlx::PgConnection;

use super::VerifyError;
use crate::LedgerId;
use crate::reader::{self, ReadError};
use crate::verify::chain::Chain;
use crate::verify::finding::Findings;

/// The head must be what the entries add up to, and no entry may stand beyond it.
pub(super) async fn compare(
    chain: &Chain,
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<(), VerifyError> {
    let head = match reader::head(connection, ledger).await {
        Ok(Some(head)) => head,
        Ok(None) => return Err(VerifyError::NoLedger(ledger.clone())),
        Err(ReadError::Database(error)) => return Err(error.into()),
        Err(ReadError::Damaged(what)) => {
            findings.add(None, "table heads", "a head that can be read", what);
            return Ok(());
        }
    };
    if head.size != chain.size() {
        findings.add(None, "table heads: size", chain.size(), head.size);
    }
    if head.leaf != chain.head() {
        findings.add(None, "table heads: leaf", chain.head(), head.leaf);
    }
    if head.recorded != chain.recorded() {
        findings.add(None, "table heads: recorded_at", chain.recorded(), head.recorded);
    }
    if head.frontier != *chain.frontier() {
        findings.add(None, "table heads: frontier", chain.frontier().root(), head.frontier.root());
    }
    Ok(())
}
