//! What anybody may fetch of a ledger: its checkpoint and the hashes of its tree, as files (C2SP
//! `tlog-tiles`). Hashes tell nothing of what was paid to whom; entries do, and are not served here.
//!
//! | path below `/ledgers` | what |
//! |---|---|
//! | `/{ledger}/checkpoint` | the latest checkpoint, cosignatures included; never cached |
//! | `/{ledger}/tile/{L}/{N}` | a full tile: 256 hashes, 8,192 bytes; never changes |
//! | `/{ledger}/tile/{L}/{N}.p/{W}` | the first W hashes of a tile; never changes |
//!
//! A tile is served when the latest checkpoint's tree has it; everything else is 404.

use ledger::tile::{TileId, store as tiles};
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{Response, handler};

use crate::books::{Books, CommandError, Fault};

/// Hashes never change once a checkpoint stands over them.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Why nothing is served.
enum NotServed {
    /// No such ledger, or the tree has no such tile.
    Unknown,
    /// For the log.
    Fault(Fault),
}

impl From<CommandError> for NotServed {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(_) => Self::Unknown,
            CommandError::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl<E: Into<Fault>> From<E> for NotServed {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

fn answered(outcome: Result<Response, NotServed>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(NotServed::Unknown) => super::bare(StatusCode::NOT_FOUND),
        Err(NotServed::Fault(fault)) => {
            tracing::error!(cause = fault.cause(), "{}", fault.public());
            super::bare(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

/// The latest checkpoint.
#[handler]
pub(super) async fn checkpoint(Path(ledger): Path<String>, Data(books): Data<&Books>) -> Response {
    let found = async {
        let book = books.book(&ledger).await?;
        let note = book.cosigned_note(book.checkpoint().await?).await?;
        Ok(Response::builder().content_type("text/plain; charset=utf-8").body(note))
    };
    answered(found.await)
}

/// A tile.
#[handler]
pub(super) async fn tile(
    Path((ledger, path)): Path<(String, String)>,
    Data(books): Data<&Books>,
) -> Response {
    let found = async {
        let (id, width) = TileId::parse(&path).ok_or(NotServed::Unknown)?;
        let book = books.book(&ledger).await?;
        // Signed over first, so that every tile of that size is written.
        let size = book.checkpoint().await?.checkpoint.size;
        if width > id.width_at(size) {
            return Err(NotServed::Unknown);
        }
        let mut connection = book.pool().acquire().await?;
        let hashes = tiles::tile(&mut connection, book.id(), id, width).await?;
        let hashes = hashes.ok_or_else(|| Fault::damaged(&"a tile of the tree is missing"))?;
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        let response = Response::builder().content_type("application/octet-stream");
        Ok(response.header(header::CACHE_CONTROL, FOREVER).body(bytes))
    };
    answered(found.await)
}
