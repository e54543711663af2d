//! Ledgers: one bureau's books each.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use domain::rights::Operation;
use ledger::keys::KeyHistory;
use ledger::reader;

use super::check::LedgerCheck;
use super::context;
use super::officer_key::OfficerKey;
use super::scalars::{Hash, Position};
use super::unanswered::{Answer, Unanswered};
use crate::books::{Book, CommandError};

/// The books of one bureau.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Ledger {
    /// Such as `cn-320404`.
    pub id: ID,
    /// The bureau's name.
    pub bureau: String,
    /// The bureau's region code.
    pub region: String,
    /// How many entries there are.
    pub size: Position,
    /// Leaf hash of the last entry.
    pub head: Hash,
}

#[ComplexObject]
impl Ledger {
    /// The latest signed checkpoint as a C2SP signed note, with the cosignatures of witnesses: it stands
    /// over everything recorded so far.
    async fn checkpoint(&self, ctx: &Context<'_>) -> Answer<Option<String>> {
        let book = context::open_book(ctx, &self.id).await?;
        Ok(Some(book.cosigned_note(book.checkpoint().await?).await?))
    }

    /// Every key that officers hold or held, in the order in which they were enrolled.
    async fn officer_keys(&self, ctx: &Context<'_>) -> Answer<Vec<OfficerKey>> {
        let keys = self.keys(ctx).await?;
        Ok(keys.officers().all().into_iter().map(Into::into).collect())
    }

    /// Whether officers must sign their commands from the next entry on.
    async fn signed_commands_required(&self, ctx: &Context<'_>) -> Answer<bool> {
        Ok(self.keys(ctx).await?.officers().signed_commands_required_at(self.size.0))
    }

    /// Whether whoever records must be an enrolled officer who holds a role for it.
    async fn officers_required(&self, ctx: &Context<'_>) -> Answer<bool> {
        Ok(context::open_book(ctx, &self.id).await?.officers_required().await?)
    }

    /// How the continuous check stands.
    async fn check(&self, ctx: &Context<'_>) -> Answer<LedgerCheck> {
        let book = context::open_book(ctx, &self.id).await?;
        let told = book.refusal_of(&context::acting(ctx)?, Operation::ReadEntries).await?.is_none();
        Ok(LedgerCheck::of(&book, told))
    }
}

impl Ledger {
    async fn keys(&self, ctx: &Context<'_>) -> Answer<Arc<KeyHistory>> {
        Ok(context::open_book(ctx, &self.id).await?.keys().await?)
    }
}

async fn of(book: Arc<Book>) -> Answer<Ledger> {
    let mut connection = book.pool().acquire().await?;
    let head = reader::head(&mut connection, book.id()).await?;
    let head = head.ok_or_else(|| Unanswered::damaged("an open ledger has no head"))?;
    let opened = book.opened();
    Ok(Ledger {
        id: ID(book.id().to_string()),
        bureau: opened.bureau.clone(),
        region: opened.region.clone(),
        size: Position(head.size),
        head: Hash(head.leaf),
    })
}

/// Questions about ledgers.
#[derive(Debug, Default)]
pub struct LedgerQueries;

#[Object]
impl LedgerQueries {
    /// All ledgers, by id.
    async fn ledgers(&self, ctx: &Context<'_>) -> Answer<Vec<Ledger>> {
        let mut ledgers = Vec::new();
        for book in context::books(ctx)?.ledgers().await? {
            ledgers.push(of(book).await?);
        }
        Ok(ledgers)
    }

    /// One ledger; null if it was never opened.
    async fn ledger(&self, ctx: &Context<'_>, id: ID) -> Answer<Option<Ledger>> {
        match context::books(ctx)?.book(&id).await {
            Ok(book) => of(book).await.map(Some),
            Err(CommandError::Refused(_)) => Ok(None),
            Err(CommandError::Fault(fault)) => Err(fault.into()),
        }
    }
}
