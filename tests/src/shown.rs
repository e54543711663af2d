//! What a ledger has acknowledged and signed so far, held against what its database and its data
//! directory have. A ledger may gain; it may never lose, and never change what was shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use api::books::Book;
use ledger::LedgerId;
use ledger::checkpoint::Checkpoint;
use ledger::checkpoints::SignedCheckpoint;
use ledger::checkpoints::store::{self, KeptCheckpoint};
use ledger::hash::Hash;
use ledger::key::PublicKey;
use ledger::tree::Frontier;
use sqlx::PgConnection;

/// Everything that was seen of one ledger with one key.
pub struct Shown {
    id: LedgerId,
    origin: String,
    key: PublicKey,
    file: PathBuf,
    /// As they were when they were held against last.
    leaves: Vec<Hash>,
    acknowledged: BTreeMap<u64, Hash>,
    /// Roots by size, of every checkpoint that anybody has seen.
    checkpoints: BTreeMap<u64, BTreeSet<Hash>>,
    /// Size of the largest that a program gave out as signed.
    given: u64,
}

/// What database and data directory have at one moment.
pub struct Standing {
    /// The latest checkpoint of the table.
    pub latest: Option<SignedCheckpoint>,
    /// Those that are kept for ever.
    pub kept: Vec<KeptCheckpoint>,
    /// What the checkpoint file says.
    pub file: Option<Checkpoint>,
    /// How many entries there are.
    pub size: u64,
}

impl Shown {
    /// Nothing has been seen yet of this ledger, whose newest checkpoint lies in `file`.
    pub fn of(book: &Book, file: PathBuf) -> Self {
        Self {
            id: book.id().clone(),
            origin: book.opened().origin.clone(),
            key: book.key().unwrap(),
            file,
            leaves: Vec::new(),
            acknowledged: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            given: 0,
        }
    }

    /// An entry was acknowledged.
    pub fn acknowledged(&mut self, position: u64, leaf: Hash) {
        let before = self.acknowledged.insert(position, leaf);
        assert!(before.is_none_or(|before| before == leaf), "position {position} was given twice");
    }

    /// A program gave this note out: database and file had it at that moment.
    pub fn given(&mut self, note: &str) {
        let checkpoint = self.seen(note);
        self.given = self.given.max(checkpoint.size);
    }

    /// How many entries were acknowledged and how many checkpoints seen.
    pub fn count(&self) -> (usize, usize) {
        (self.acknowledged.len(), self.checkpoints.len())
    }

    fn seen(&mut self, note: &str) -> Checkpoint {
        let checkpoint = Checkpoint::open(note, &self.origin, &self.key).unwrap();
        self.checkpoints.entry(checkpoint.size).or_default().insert(checkpoint.root);
        checkpoint
    }

    /// Holds all that was seen so far, and the checkpoints that stand now, against the entries that
    /// stand now. So each checkpoint extends all those before, and none stands over entries that are
    /// not there.
    pub async fn hold(&mut self, session: &mut PgConnection) -> Standing {
        let latest = store::latest(session, &self.id, &self.origin).await.unwrap();
        let kept = store::kept(session, &self.id, &self.origin).await.unwrap();
        let file = std::fs::read_to_string(&self.file).ok();
        for signed in latest.iter().chain(kept.iter().map(|kept| &kept.signed)) {
            assert_eq!(self.seen(&signed.note), signed.checkpoint, "a row says what its note says");
        }
        let file = file.map(|note| self.seen(&note));
        let in_table = latest.as_ref().map_or(0, |latest| latest.checkpoint.size);
        let in_file = file.as_ref().map_or(0, |file| file.size);
        assert!(in_table >= self.given, "{} was given out, the table has {in_table}", self.given);
        assert!(in_file >= self.given, "{} was given out, the file has {in_file}", self.given);
        assert!(in_table >= in_file, "the file has {in_file}, the table has {in_table}");
        self.hold_entries(session).await;
        let size = u64::try_from(self.leaves.len()).unwrap();
        Standing { latest, kept, file, size }
    }

    async fn hold_entries(&mut self, session: &mut PgConnection) {
        let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "select position, leaf from entries where ledger_id = $1 order by position",
        )
        .bind(self.id.as_str())
        .fetch_all(session)
        .await
        .unwrap();
        assert!((0..).zip(&rows).all(|(wanted, (position, _))| *position == wanted), "no gap");
        let leaves: Vec<Hash> =
            rows.iter().map(|(_, leaf)| Hash::from_slice(leaf).unwrap()).collect();
        assert!(leaves.starts_with(&self.leaves), "what stood before stands, and nothing else");
        self.leaves = leaves;
        for (position, leaf) in &self.acknowledged {
            let stands = self.leaves.get(usize::try_from(*position).unwrap());
            assert_eq!(stands, Some(leaf), "position {position} was acknowledged");
        }
        let (mut tree, mut held) = (Frontier::empty(), 0);
        for leaf in &self.leaves {
            tree.append(*leaf);
            if let Some(roots) = self.checkpoints.get(&tree.size()) {
                assert_eq!(
                    roots,
                    &BTreeSet::from([tree.root()]),
                    "checkpoint over {}",
                    tree.size()
                );
                held += 1;
            }
        }
        let last = self.checkpoints.last_key_value();
        assert_eq!(held, self.checkpoints.len(), "{last:?}, but {} entries", self.leaves.len());
    }
}
