//! Tiles in the database: written as they fill, read for proofs, derived again from the entries.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sqlx::{PgConnection, Row};

use super::edge::{FullTile, TileEdge};
use super::{TileId, WIDTH, root_of};
use crate::LedgerId;
use crate::hash::Hash;
use crate::reader::ReadError;
use crate::tree::{ProofPlan, Subtree};

fn number(number: u64) -> i64 {
    // Positions stay below 2^53.
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn level(level: u8) -> i16 {
    i16::from(level)
}

/// Writes full tiles. One that stands already is left as it is.
///
/// # Errors
/// When the database fails.
pub async fn write(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    tiles: &[FullTile],
) -> Result<(), sqlx::Error> {
    for some in tiles.chunks(1_000) {
        let bytes = |tile: &FullTile| tile.hashes.iter().flat_map(|h| *h.as_bytes()).collect();
        sqlx::query(
            "insert into tiles (ledger_id, level, tile, hashes, root) \
             select $1, * from unnest($2::smallint[], $3::bigint[], $4::bytea[], $5::bytea[]) \
             on conflict do nothing",
        )
        .bind(ledger.as_str())
        .bind(some.iter().map(|tile| level(tile.id.level)).collect::<Vec<_>>())
        .bind(some.iter().map(|tile| number(tile.id.index)).collect::<Vec<_>>())
        .bind(some.iter().map(bytes).collect::<Vec<Vec<u8>>>())
        .bind(some.iter().map(|tile| tile.root.as_bytes().to_vec()).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Drops every tile of a ledger, to be derived again.
///
/// # Errors
/// When the database fails.
pub async fn drop_all(connection: &mut PgConnection, ledger: &LedgerId) -> Result<(), sqlx::Error> {
    sqlx::query("delete from tiles where ledger_id = $1")
        .bind(ledger.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Appends the leaves from the edge's size up to `size`, as the entries hold them; tiles that they
/// fill are added to `full`.
///
/// # Errors
/// When the database fails, or holds fewer entries.
pub async fn extend(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    edge: &mut TileEdge,
    size: u64,
    full: &mut Vec<FullTile>,
) -> Result<(), ReadError> {
    let mut rows = sqlx::query(
        "select position, leaf from entries \
         where ledger_id = $1 and position >= $2 and position < $3 order by position",
    )
    .bind(ledger.as_str())
    .bind(number(edge.size()))
    .bind(number(size))
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        if row.try_get::<i64, _>(0)? != number(edge.size()) {
            return Err(ReadError::Damaged("entries.position"));
        }
        let leaf = Hash::from_slice(row.try_get::<&[u8], _>(1)?);
        edge.append(leaf.ok_or(ReadError::Damaged("entries.leaf"))?, full);
    }
    if edge.size() == size { Ok(()) } else { Err(ReadError::Damaged("entries: too few")) }
}

/// The edge of the tree at a size, from the full tiles and the last leaves; `None` when a tile is
/// not there, so that all of them have to be derived again.
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn edge(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    size: u64,
) -> Result<Option<TileEdge>, ReadError> {
    let mut levels = Vec::new();
    let mut complete = size;
    for (at, width) in (0u8..).zip(TileEdge::widths(size)) {
        let first = complete.saturating_sub(u64::try_from(width).unwrap_or_default());
        let Some(hashes) = hashes(connection, ledger, at, first..complete).await? else {
            return Ok(None);
        };
        levels.push(hashes);
        complete /= WIDTH;
    }
    Ok(TileEdge::from_partial_tiles(size, levels))
}

/// Hashes of one level by their index in it: leaves of entries at level 0, roots of full tiles
/// above; `None` when one of them is not there.
async fn hashes(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    at: u8,
    range: std::ops::Range<u64>,
) -> Result<Option<Vec<Hash>>, ReadError> {
    let wanted = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
    if wanted == 0 {
        return Ok(Some(Vec::new()));
    }
    let statement = match at {
        0 => {
            "select leaf from entries where ledger_id = $1 and $2 = 0 \
             and position >= $3 and position < $4 order by position"
        }
        _ => {
            "select root from tiles where ledger_id = $1 and level = $2 - 1 \
             and tile >= $3 and tile < $4 order by tile"
        }
    };
    let rows: Vec<Vec<u8>> = sqlx::query_scalar(statement)
        .bind(ledger.as_str())
        .bind(level(at))
        .bind(number(range.start))
        .bind(number(range.end))
        .fetch_all(connection)
        .await?;
    let hashes: Option<Vec<Hash>> = rows.iter().map(|row| Hash::from_slice(row)).collect();
    let hashes = hashes.ok_or(ReadError::Damaged("a hash"))?;
    Ok((hashes.len() == wanted).then_some(hashes))
}

/// The first `width` hashes of a tile, whether it is full or not; `None` when they are not there.
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn tile(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    id: TileId,
    width: u16,
) -> Result<Option<Vec<Hash>>, ReadError> {
    let stored: Option<Vec<u8>> = sqlx::query_scalar(
        "select hashes from tiles where ledger_id = $1 and level = $2 and tile = $3",
    )
    .bind(ledger.as_str())
    .bind(level(id.level))
    .bind(number(id.index))
    .fetch_optional(&mut *connection)
    .await?;
    if let Some(stored) = stored {
        let (chunks, _) = stored.as_chunks::<32>();
        let hashes = chunks.iter().take(usize::from(width)).map(|chunk| Hash::from_bytes(*chunk));
        return Ok(Some(hashes.collect()));
    }
    let first = id.index.saturating_mul(WIDTH);
    hashes(connection, ledger, id.level, first..first.saturating_add(u64::from(width))).await
}

/// The hashes of a proof, read from tiles and, at the right edge, from entries: one row for each
/// tile that the proof touches.
///
/// # Errors
/// When the database fails, or does not hold what a tree of that size must have.
pub async fn prove(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    plan: &ProofPlan,
) -> Result<Vec<Hash>, ReadError> {
    let mut widths: BTreeMap<TileId, usize> = BTreeMap::new();
    for subtree in plan.needed() {
        let (id, places) = TileId::of(*subtree);
        let width = widths.entry(id).or_default();
        *width = places.end.max(*width);
    }
    let mut tiles = BTreeMap::new();
    for (id, width) in widths {
        let width = u16::try_from(width).map_err(|_| ReadError::Damaged("a tile's width"))?;
        let hashes = tile(connection, ledger, id, width).await?;
        tiles.insert(id, hashes.ok_or(ReadError::Damaged("tiles: one is missing"))?);
    }
    let root = |subtree: &Subtree| {
        let (id, places) = TileId::of(*subtree);
        tiles.get(&id)?.get(places).and_then(root_of)
    };
    let roots: Option<Vec<Hash>> = plan.needed().iter().map(root).collect();
    roots.and_then(|roots| plan.assemble(&roots)).ok_or(ReadError::Damaged("tiles"))
}
