//! Sessions of the pool that are given back only when the work in them has come to its end.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

use crate::error::Result;

/// A session that is closed, unless [`Session::give_back`] says that its work has come to its end.
///
/// Work can be dropped wherever it waits: a client hangs up, a program leaves. The pool would lend
/// such a session again as it is. With the rest of a COPY still to be read, the next one who asks
/// gets the answer to another question; with a BEGIN on its way that sqlx has not counted yet, what
/// the next one writes is never committed.
#[derive(Debug)]
pub(crate) struct Session {
    connection: PoolConnection<Postgres>,
    at_rest: bool,
}

impl Session {
    /// Takes one from the pool.
    pub(crate) async fn of(pool: &PgPool) -> Result<Self> {
        Ok(Self { connection: pool.acquire().await?, at_rest: false })
    }

    /// Gives it back to the pool: every answer was read and every transaction ended.
    pub(crate) fn give_back(mut self) {
        self.at_rest = true;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.at_rest {
            self.connection.close_on_drop();
        }
    }
}

impl Deref for Session {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
