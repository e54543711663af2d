//! Entries: the signed bytes themselves, as an auditor checks them.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use domain::rights::Operation;
use ledger::LedgerId;
use ledger::entry::EntryView;
use ledger::reader::{self, StoredEntry};
use ledger::signed_command::is_signed;
use projections::periods;

use super::context;
use super::proof::{self, InclusionProof};
use super::receipt::Receipt;
use super::scalars::{DateTime, Hash, Position};
use super::unanswered::{Answer, Unanswered};
use crate::books::Book;

/// One event of a ledger as it was signed, with what its header says.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Entry {
    /// The ledger that it says it belongs to.
    #[graphql(skip)]
    pub ledger: LedgerId,
    /// Hash of the command that it carries out.
    #[graphql(skip)]
    pub command: Option<ledger::hash::Hash>,
    /// Whether it is late, where that was looked up for all entries of a page together.
    #[graphql(skip)]
    pub known_late: Option<bool>,
    /// Place in the ledger, from 0.
    pub position: Position,
    /// The entry itself, to the byte: header, empty line, payload.
    pub text: String,
    /// SHA-256 of a zero byte and the bytes of `text`.
    pub leaf_hash: Hash,
    /// Ed25519 signature by the key that the header names, over `mingzhang entry v1`, a line feed and
    /// the 32 bytes of the leaf hash: 128 lower-case hex digits.
    pub signature: String,
    /// Leaf hash of the entry before; 64 zeros at position 0.
    pub previous: Hash,
    /// The stream it belongs to, such as `payment/0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11`.
    pub stream: String,
    /// Event name and version, such as `PaymentRecorded v1`.
    pub r#type: String,
    /// Who acted: `officer/` or `system/` and an id.
    pub actor: String,
    /// When it was recorded, by the ledger's clock.
    pub recorded_at: DateTime,
}

#[ComplexObject]
impl Entry {
    /// The DSSE envelope of the command that an officer signed and that this entry carries out; null
    /// where nobody did. It may be long, so it can be asked for few entries at once.
    #[graphql(complexity = 50_000)]
    async fn signed_command(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        let Some(command) = self.command else { return Ok(None) };
        let book = context::open_book(ctx, self.ledger.as_str()).await?;
        let mut connection = book.pool().acquire().await?;
        let kept = reader::command(&mut connection, book.id(), &command).await?;
        let signed = kept.filter(|kept| is_signed(kept));
        Ok(signed.and_then(|envelope| String::from_utf8(envelope).ok()))
    }

    /// Why, where whoever recorded it had to say so: of a reversal, a batch sent back or given up, a recovery, a
    /// reopening, a look at personal data. It is kept encrypted beside the chain, and for inspectors.
    #[graphql(complexity = 200)]
    async fn reason(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        let book = context::book(ctx, Operation::ReadReasons, self.ledger.as_str()).await?;
        let details = book.private_details(&[self.position.0]).await?;
        let own = details.get(&self.position.0).and_then(|details| details.reason.as_ref());
        Ok(own.map(|reason| reason.text().to_owned()))
    }

    /// Whether it was recorded late: for a day of a month whose books were closed by then.
    async fn late(&self, ctx: &Context<'_>) -> Answer<bool> {
        if let Some(late) = self.known_late {
            return Ok(late);
        }
        let book = context::open_book(ctx, self.ledger.as_str()).await?;
        // The entry was found by its position: the read model that tells may not have come to it.
        book.catch_up().await?;
        let late = periods::are_late(book.pool(), book.id(), &[self.position.0]).await?;
        Ok(late.contains(&self.position.0))
    }

    /// Proves that this entry is in the tree of that size; default the latest checkpoint's.
    async fn inclusion_proof(
        &self,
        ctx: &Context<'_>,
        size: Option<Position>,
    ) -> Answer<InclusionProof> {
        let book = context::open_book(ctx, self.ledger.as_str()).await?;
        proof::inclusion(&book, self.position.0, self.leaf_hash, size).await
    }
}

/// What a stored entry says. One that does not read, or whose hash is not the one that stands beside it,
/// is told as `ENTRY_DAMAGED` and never shown as if it were sound; `mingzhang verify` says more.
fn sound(stored: &StoredEntry) -> Answer<EntryView<'_>> {
    let view = ledger::entry::parse(&stored.bytes).map_err(|_| damaged(stored.position))?;
    if ledger::hash::leaf(&stored.bytes) != stored.leaf || view.position != stored.position {
        return Err(damaged(stored.position));
    }
    Ok(view)
}

/// Reads a stored entry, damaged ones refused as by [`sound`]. `known_late` is `None` where nobody looked.
pub(super) fn read(stored: &StoredEntry, known_late: Option<bool>) -> Answer<Entry> {
    let view = sound(stored)?;
    let text = std::str::from_utf8(&stored.bytes).map_err(|_| damaged(stored.position))?;
    Ok(Entry {
        ledger: view.ledger,
        command: view.command,
        known_late,
        position: Position(stored.position),
        text: text.to_owned(),
        leaf_hash: Hash(stored.leaf),
        signature: hex::encode(stored.signature.0),
        previous: Hash(view.previous),
        stream: view.stream.to_string(),
        r#type: view.event.to_string(),
        actor: view.actor.to_string(),
        recorded_at: DateTime(view.recorded),
    })
}

/// The entries at these positions, in order of position; whether they are late is looked up for all of them.
pub(super) async fn page(book: &Book, positions: &[u64]) -> Answer<Vec<Entry>> {
    let late = periods::are_late(book.pool(), book.id(), positions).await?;
    let stored = at(book, positions).await?;
    stored.iter().map(|stored| read(stored, Some(late.contains(&stored.position)))).collect()
}

/// The receipt of a stored entry, damaged ones refused as by [`sound`].
pub(super) fn receipt(stored: &StoredEntry, already_recorded: bool) -> Answer<Receipt> {
    let view = sound(stored)?;
    Ok(Receipt {
        position: Position(stored.position),
        leaf_hash: Hash(stored.leaf),
        signature: hex::encode(stored.signature.0),
        recorded_at: DateTime(view.recorded),
        already_recorded,
    })
}

fn damaged(position: u64) -> Unanswered {
    let message = format!(
        "位置 {position} 的分录已损坏,请运行 mingzhang verify / the entry at position {position} is damaged, run mingzhang verify"
    );
    Unanswered::refused("ENTRY_DAMAGED", &[], message)
}

/// The stored entries at these positions, in order of position.
pub(super) async fn at(book: &Book, positions: &[u64]) -> Answer<Vec<StoredEntry>> {
    let mut connection = book.pool().acquire().await?;
    Ok(reader::entries(&mut connection, book.id(), positions).await?)
}

/// Questions about entries.
#[derive(Debug, Default)]
pub struct EntryQueries;

#[Object]
impl EntryQueries {
    /// The entry at a position; null beyond the end.
    async fn entry(
        &self,
        ctx: &Context<'_>,
        ledger: ID,
        position: Position,
    ) -> Answer<Option<Entry>> {
        let book = context::book(ctx, Operation::ReadEntries, &ledger).await?;
        at(&book, &[position.0]).await?.first().map(|stored| read(stored, None)).transpose()
    }
}
