//! `rebuild`: what follows from the entries, derived from them again.

use clap::Args;
use projections::ReadModel;

use super::{Failure, Place, close};
use crate::books::Books;

/// The tiles of the tree: derived like a read model, but by the ledger itself.
const TILES: &str = "tiles";

/// What `rebuild` takes.
#[derive(Debug, Args)]
pub(super) struct RebuildArguments {
    /// One read model or question, or `tiles`; default all, tiles included.
    #[arg(long, value_name = "NAME")]
    read_model: Option<String>,
    /// One ledger; default all.
    #[arg(long, value_name = "ID")]
    ledger: Option<String>,
}

fn usage(error: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}

pub(super) async fn run(place: &Place, arguments: &RebuildArguments) -> Result<(), Failure> {
    let tiles = arguments.read_model.as_deref().is_none_or(|name| name == TILES);
    let which = match arguments.read_model.as_deref() {
        None => &ReadModel::ALL[..],
        Some(TILES) => &[],
        Some(name) => ReadModel::behind(name).ok_or_else(|| {
            Failure::Usage(format!("没有名为 {name} 的读模型 / no read model {name}"))
        })?,
    };
    let books = place.books().await?;
    if tiles {
        drop_tiles(&books, arguments.ledger.as_deref()).await?;
    }
    // Opening a ledger derives the tiles again that it needs.
    let ledgers = books.ledgers().await?;
    for book in ledgers {
        if arguments.ledger.as_deref().is_some_and(|only| only != book.id().as_str()) {
            continue;
        }
        if which.is_empty() {
            println!("{}: {} entries", book.id(), book.checkpoint().await?.checkpoint.size);
            continue;
        }
        let reached = projections::rebuild::rebuild(books.pool(), book.id(), which).await;
        let reached = reached.map_err(|error| usage(&error))?;
        let size = reached.map_or(0, |position| position.saturating_add(1));
        println!("{}: {size} entries", book.id());
    }
    close(books).await
}

/// Drops the tiles of the tree, before a ledger is opened: one whose tiles were damaged refuses.
async fn drop_tiles(books: &Books, only: Option<&str>) -> Result<(), Failure> {
    let mut connection = books.pool().acquire().await?;
    let ids = ledger::reader::ledgers(&mut connection).await.map_err(|error| usage(&error))?;
    for id in ids.iter().filter(|id| only.is_none_or(|only| only == id.as_str())) {
        ledger::tile::store::drop_all(&mut connection, id).await?;
    }
    Ok(())
}
