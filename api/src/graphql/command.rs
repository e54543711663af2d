//! How a mutation runs: read the input, ask the books, tell the outcome.

use std::future::Future;
use std::sync::Arc;

use async_graphql::{Context, SimpleObject};
use domain::rights::Operation;

use super::context;
use super::receipt::Receipt;
use super::shape::Shape;
use super::unanswered::Answer;
use super::user_error::UserError;
use crate::books::{self, Acting, Book, CommandError};

/// What every mutation tells besides its own result.
#[derive(Debug, Clone, SimpleObject)]
pub struct Outcome {
    /// The proof that it was recorded; null if it was refused.
    pub receipt: Option<Receipt>,
    /// Why it was refused: what is wrong with the form of the input all at once, refusals of the
    /// domain one at a time. Empty if it was recorded.
    pub user_errors: Vec<UserError>,
}

/// What became of a command, and in which books.
pub(super) struct Done {
    /// The books, if the command is recorded there.
    pub(super) book: Option<Arc<Book>>,
    /// What the client is told.
    pub(super) outcome: Outcome,
}

impl Done {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self { book: None, outcome: Outcome { receipt: None, user_errors } }
    }
}

/// Finds the ledger's books and reads the form of an input; or everything that is wrong with it. An
/// unknown ledger is told together with what is wrong with the form. Whoever may not do this there learns
/// nothing else; `None` is for what proves by itself who asks.
pub(super) async fn read_input<R>(
    ctx: &Context<'_>,
    operation: Option<Operation>,
    ledger: &str,
    read: impl FnOnce(&mut Shape) -> Option<R>,
) -> Answer<Result<(Arc<Book>, R), Vec<UserError>>> {
    let mut shape = Shape::default();
    let book = match context::books(ctx)?.book(ledger).await {
        Ok(book) => {
            if let Some(operation) = operation {
                book.permit(&context::acting(ctx)?, operation).await?;
            }
            Some(book)
        }
        Err(CommandError::Refused(refusal)) => {
            shape.add(refusal.into());
            None
        }
        Err(CommandError::Fault(fault)) => return Err(fault.into()),
    };
    let request = read(&mut shape);
    Ok(shape.finish(book.zip(request)))
}

/// Reads the form of an input and has it recorded in a ledger's books. Nothing is asked of the domain
/// before the form is right.
pub(super) async fn carry_out<R, F>(
    ctx: &Context<'_>,
    operation: Operation,
    ledger: &str,
    read: impl FnOnce(&mut Shape) -> Option<R>,
    record: impl FnOnce(Arc<Book>, Acting, R) -> F,
) -> Answer<Done>
where
    F: Future<Output = Result<books::Receipt, CommandError>>,
{
    let record = |book, acting, request| {
        let recorded = record(book, acting, request);
        async move { Ok(Ok(recorded.await?)) }
    };
    carry_out_list(ctx, operation, ledger, read, record).await
}

/// Like [`carry_out`], where several things may be wrong with what is to be recorded.
pub(super) async fn carry_out_list<R, F>(
    ctx: &Context<'_>,
    operation: Operation,
    ledger: &str,
    read: impl FnOnce(&mut Shape) -> Option<R>,
    record: impl FnOnce(Arc<Book>, Acting, R) -> F,
) -> Answer<Done>
where
    F: Future<Output = Result<Result<books::Receipt, Vec<UserError>>, CommandError>>,
{
    let (book, request) = match read_input(ctx, Some(operation), ledger, read).await? {
        Ok(ready) => ready,
        Err(refusals) => return Ok(Done::refused(refusals)),
    };
    // On the heap: the schema's objects hold one another's futures, and each level would hold this one again.
    match Box::pin(record(Arc::clone(&book), context::acting(ctx)?, request)).await {
        Ok(Ok(receipt)) => {
            book.read_own_write(&receipt).await;
            Ok(Done {
                book: Some(book),
                outcome: Outcome { receipt: Some(receipt.into()), user_errors: Vec::new() },
            })
        }
        Ok(Err(refusals)) => Ok(Done::refused(refusals)),
        Err(CommandError::Refused(refusal)) => Ok(Done::refused(vec![refusal.into()])),
        Err(CommandError::Fault(fault)) => Err(fault.into()),
    }
}
