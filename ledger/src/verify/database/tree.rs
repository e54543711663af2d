//! Tiles and checkpoints against the tree that the entries give.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use sqlx::{PgConnection, Row};

use super::{HeldNote, VerifyError};
use crate::LedgerId;
use crate::checkpoint::Checkpoint;
use crate::entry;
use crate::hash::{self, Hash};
use crate::note::Note;
use crate::opened::LedgerOpened;
use crate::tile::edge::{FullTile, TileEdge};
use crate::tile::{TileId, WIDTH};
use crate::verify::finding::Findings;
use crate::verify::keys_in_force::KeysInForce;

/// A note and what its row says beside it.
struct Known {
    held: HeldNote,
    row: Option<(i64, Vec<u8>)>,
    /// What the note says; none when it says nothing that can be read.
    said: Option<Checkpoint>,
}

impl Known {
    fn new(held: HeldNote, row: Option<(i64, Vec<u8>)>) -> Self {
        let said = Note::parse(&held.note).ok();
        let said = said.and_then(|note| Checkpoint::read(note.text()).ok());
        Self { held, row, said }
    }
}

/// Every checkpoint that must lie on this history.
pub(super) struct KnownCheckpoints(Vec<Known>);

impl KnownCheckpoints {
    /// Reads those of the database; `elsewhere` are those of others.
    pub(super) async fn read(
        connection: &mut PgConnection,
        ledger: &LedgerId,
        elsewhere: &[HeldNote],
    ) -> Result<Self, VerifyError> {
        let mut known: Vec<Known> =
            elsewhere.iter().map(|held| Known::new(held.clone(), None)).collect();
        for table in ["latest_checkpoints", "kept_checkpoints"] {
            let statement =
                format!("select size, root, note from {table} where ledger_id = $1 order by size");
            let mut rows = sqlx::query(&statement).bind(ledger.as_str()).fetch(&mut *connection);
            while let Some(row) = rows.try_next().await? {
                let held = HeldNote { holder: format!("table {table}"), note: row.try_get(2)? };
                known.push(Known::new(held, Some((row.try_get(0)?, row.try_get(1)?))));
            }
        }
        Ok(Self(known))
    }

    /// The sizes at which the tree's root must be known.
    pub(super) fn sizes(&self) -> BTreeSet<u64> {
        self.0.iter().filter_map(|known| Some(known.said.as_ref()?.size)).collect()
    }

    /// Nobody else holds a newer checkpoint than the database: it is moved there first.
    fn compare_latest(&self, findings: &mut Findings) {
        let latest = self.latest_size();
        for known in self.0.iter().filter(|known| known.row.is_none()) {
            if let Some(said) = known.said.as_ref().filter(|said| said.size > latest) {
                let expected = format!("{} entries, as the {} says", said.size, known.held.holder);
                findings.add(None, "table latest_checkpoints", expected, latest);
            }
        }
    }

    fn latest_size(&self) -> u64 {
        let latest = self.0.iter().find(|known| known.held.holder == "table latest_checkpoints");
        latest.and_then(|known| known.said.as_ref()).map_or(0, |said| said.size)
    }
}

/// The tree as the entries give it, in position order.
pub(super) struct DerivedTree {
    edge: TileEdge,
    wanted: BTreeSet<u64>,
    roots: BTreeMap<u64, Hash>,
    /// Digest of each full tile: a million of them fit in memory.
    tiles: BTreeMap<TileId, Hash>,
    origin: Option<String>,
}

/// One digest for everything that the row of a tile says.
fn digest(hashes: &[u8], root: &[u8]) -> Hash {
    hash::plain(&[hashes, root].concat())
}

impl DerivedTree {
    /// Remembers the roots at these sizes.
    pub(super) fn new(wanted: BTreeSet<u64>) -> Self {
        let (edge, roots, tiles) = (TileEdge::empty(), BTreeMap::new(), BTreeMap::new());
        Self { edge, wanted, roots, tiles, origin: None }
    }

    /// Takes entry 0, which says the origin of checkpoints.
    pub(super) fn opened(&mut self, bytes: &[u8]) {
        let opened = entry::parse(bytes).ok().map(|view| LedgerOpened::parse(view.payload));
        self.origin = opened.and_then(Result::ok).map(|opened| opened.origin);
    }

    pub(super) fn take(&mut self, leaf: Hash) {
        let mut full: Vec<FullTile> = Vec::new();
        self.edge.append(leaf, &mut full);
        for tile in full {
            let bytes: Vec<u8> = tile.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
            self.tiles.insert(tile.id, digest(&bytes, tile.root.as_bytes()));
        }
        if self.wanted.contains(&self.edge.size()) {
            self.roots.insert(self.edge.size(), self.edge.root());
        }
    }

    /// Holds checkpoints and tiles against the tree.
    pub(super) async fn compare(
        mut self,
        known: &KnownCheckpoints,
        keys: &KeysInForce,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<(), VerifyError> {
        for known in &known.0 {
            self.compare_checkpoint(known, keys, findings);
        }
        known.compare_latest(findings);
        self.compare_tiles(known.latest_size(), connection, ledger, findings).await
    }

    fn compare_checkpoint(&self, known: &Known, keys: &KeysInForce, findings: &mut Findings) {
        let mut differs =
            |rule, expected: &dyn std::fmt::Display, found: &dyn std::fmt::Display| {
                let found = format!("{}: {found}", known.held.holder);
                findings.add(None, rule, expected, found);
            };
        let Some(said) = &known.said else {
            differs("checkpoint", &"a signed note of this ledger", &"none that can be read");
            return;
        };
        if let Some((size, root)) = &known.row
            && (u64::try_from(*size) != Ok(said.size) || root != said.root.as_bytes())
        {
            let (expected, found) = (format!("{} {}", said.size, said.root), hex::encode(root));
            differs("checkpoint: its row", &expected, &format!("{size} {found}"));
        }
        let origin = self.origin.clone().unwrap_or_default();
        let mut signed = Err("no key is known".to_owned());
        for key in keys.at_size(said.size) {
            let opened = Checkpoint::open(&known.held.note, &origin, key);
            signed = opened.map_err(|error| error.to_string());
            if signed.is_ok() {
                break;
            }
        }
        if let Err(error) = signed {
            differs("checkpoint: signature", &"a signature by the ledger's key", &error);
        }
        match self.roots.get(&said.size) {
            Some(root) if *root == said.root => {}
            Some(root) => differs(
                "checkpoint: root",
                &format!("{} at {} entries, as the entries give", root, said.size),
                &said.root,
            ),
            None => differs(
                "checkpoint: size",
                &format!("at most {} entries, as many as there are", self.edge.size()),
                &format!("{} entries: the last are missing", said.size),
            ),
        }
    }

    async fn compare_tiles(
        &mut self,
        latest: u64,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<(), VerifyError> {
        let mut rows =
            sqlx::query("select level, tile, hashes, root from tiles where ledger_id = $1")
                .bind(ledger.as_str())
                .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            let (level, tile): (i16, i64) = (row.try_get(0)?, row.try_get(1)?);
            let found = digest(row.try_get(2)?, row.try_get(3)?);
            let id = u8::try_from(level).ok().zip(u64::try_from(tile).ok());
            let expected =
                id.and_then(|(level, index)| self.tiles.remove(&TileId { level, index }));
            if expected != Some(found) {
                let expected = expected.map_or("none", |_| "the hashes that the entries give");
                findings.add(None, "table tiles", expected, format!("level {level}, tile {tile}"));
            }
        }
        // Tiles are written with the checkpoint that they fill before.
        for id in self.tiles.keys().filter(|id| u64::from(id.width_at(latest)) == WIDTH) {
            let expected = format!("level {}, tile {}", id.level, id.index);
            findings.add(None, "table tiles", expected, "no row");
        }
        Ok(())
    }
}
