//! Proofs over the tree, for auditors' tools. RFC 6962 section 2.1 says how they are checked.

use async_graphql::{Context, ID, Object, SimpleObject};
use ledger::tile::store as tiles;
use ledger::tree::{consistency_plan, inclusion_plan};

use super::context;
use super::scalars::{Hash, Position};
use super::unanswered::{Answer, Unanswered};
use crate::books::Book;

/// That an entry is in the tree of a size.
#[derive(Debug, Clone, SimpleObject)]
pub struct InclusionProof {
    /// Place of the entry, from 0.
    pub position: Position,
    /// SHA-256 of a zero byte and the entry's bytes.
    pub leaf_hash: Hash,
    /// How many entries the tree stands over.
    pub size: Position,
    /// The tree's root.
    pub root: Hash,
    /// The audit path of RFC 6962 section 2.1.1, the leaf's neighbour first.
    pub path: Vec<Hash>,
    /// The latest checkpoint as a signed note, where the tree is the one that it stands over.
    pub checkpoint: Option<String>,
}

/// That the tree of one size is the beginning of the tree of another.
#[derive(Debug, Clone, SimpleObject)]
pub struct ConsistencyProof {
    /// How many entries the older tree stands over.
    pub from: Position,
    /// Root of the older tree.
    pub from_root: Hash,
    /// How many entries the newer tree stands over.
    pub to: Position,
    /// Root of the newer tree.
    pub to_root: Hash,
    /// The hashes of RFC 6962 section 2.1.2, in its order.
    pub path: Vec<Hash>,
}

/// Proves that the entry is in the tree of that size, or of the latest checkpoint.
pub(super) async fn inclusion(
    book: &Book,
    position: u64,
    leaf: Hash,
    size: Option<Position>,
) -> Answer<InclusionProof> {
    // Signed over first, so that the tree's tiles are written up to every size that can be asked.
    let signed = book.checkpoint().await?;
    let latest = signed.checkpoint.clone();
    let size = size.map_or(latest.size, |size| size.0);
    let plan = (size <= latest.size).then(|| inclusion_plan(position, size)).flatten();
    let plan = plan.ok_or_else(|| beyond("size", position.saturating_add(1), latest.size))?;
    let mut connection = book.pool().acquire().await?;
    let path = tiles::prove(&mut connection, book.id(), &plan).await?;
    drop(connection);
    let (root, checkpoint) = if size == latest.size {
        (Hash(latest.root), Some(book.cosigned_note(signed).await?))
    } else {
        (root(book, size).await?, None)
    };
    Ok(InclusionProof {
        position: Position(position),
        leaf_hash: leaf,
        size: Position(size),
        root,
        path: path.into_iter().map(Hash).collect(),
        checkpoint,
    })
}

async fn root(book: &Book, size: u64) -> Answer<Hash> {
    let root = book.root_at(size).await?;
    root.map(Hash).ok_or_else(|| Unanswered::damaged("a tree without a root"))
}

fn beyond(field: &str, least: u64, most: u64) -> Unanswered {
    let message = format!(
        "树的大小须在 {least} 至 {most} 之间 / the size of the tree must be between {least} and {most}"
    );
    Unanswered::refused("SIZE_OUT_OF_RANGE", &[field], message)
}

/// Questions about the tree.
#[derive(Debug, Default)]
pub struct ProofQueries;

#[Object]
impl ProofQueries {
    /// Proves that the ledger at size `to` (default: the latest checkpoint's) extends the ledger at
    /// size `from`: nothing below was altered, removed or put in between.
    async fn consistency_proof(
        &self,
        ctx: &Context<'_>,
        ledger: ID,
        from: Position,
        to: Option<Position>,
    ) -> Answer<ConsistencyProof> {
        let book = context::open_book(ctx, &ledger).await?;
        let latest = book.checkpoint().await?.checkpoint.size;
        let to = to.map_or(latest, |to| to.0);
        if to > latest {
            return Err(beyond("to", 1, latest));
        }
        let plan = consistency_plan(from.0, to).ok_or_else(|| beyond("from", 1, to))?;
        let mut connection = book.pool().acquire().await?;
        let path = tiles::prove(&mut connection, book.id(), &plan).await?;
        drop(connection);
        Ok(ConsistencyProof {
            from,
            from_root: root(&book, from.0).await?,
            to: Position(to),
            to_root: root(&book, to).await?,
            path: path.into_iter().map(Hash).collect(),
        })
    }
}
