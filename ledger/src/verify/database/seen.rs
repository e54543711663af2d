//! The checkpoints that signed commands name against the tree.

use futures_util::TryStreamExt;
use sqlx::{PgConnection, Row};

use super::VerifyError;
use crate::LedgerId;
use crate::hash::Hash;
use crate::reader::ReadError;
use crate::tile::store as tiles;
use crate::tree::root_plan;
use crate::verify::finding::Findings;
use crate::verify::signed_commands::{NamedCheckpoints, RootComparison, differs};

/// Goes along all leaves once. The column must have been compared with the entries' bytes.
pub(super) async fn compare_all(
    named: NamedCheckpoints,
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<(), VerifyError> {
    let Some(largest) = named.largest() else { return Ok(()) };
    let mut comparison = RootComparison::of(named);
    let mut rows = sqlx::query(
        "select leaf from entries where ledger_id = $1 and position < $2 order by position",
    )
    .bind(ledger.as_str())
    .bind(i64::try_from(largest).unwrap_or(i64::MAX))
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        // A leaf of another length is a finding already; whatever it makes of the root is another.
        comparison.take(Hash::from_slice(row.try_get(0)?).unwrap_or(Hash::ZERO), findings);
    }
    comparison.finish(findings);
    Ok(())
}

/// Asks the tiles for each root: a few reads for each checkpoint, however long the ledger is. Where a
/// tile is not there, because somebody derives them again at this moment, the leaves answer.
pub(super) async fn compare_with_tiles(
    named: &NamedCheckpoints,
    connection: &mut PgConnection,
    ledger: &LedgerId,
    findings: &mut Findings,
) -> Result<(), VerifyError> {
    let mut unanswered = NamedCheckpoints::default();
    for (size, root, position) in named.iter() {
        let Some(plan) = root_plan(size) else { continue };
        match tiles::prove(connection, ledger, &plan).await {
            Ok(roots) => match roots.first() {
                Some(derived) if *derived == root => {}
                Some(derived) => differs(position, size, *derived, root, findings),
                None => {}
            },
            Err(ReadError::Database(error)) => return Err(error.into()),
            Err(ReadError::Damaged(_)) => unanswered.add(size, root, position),
        }
    }
    compare_all(unanswered, connection, ledger, findings).await
}
