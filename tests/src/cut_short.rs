//! Work that is dropped before its end, as when a client hangs up or a program leaves.

use std::pin::pin;
use std::task::Poll;

use sqlx::{PgConnection, PgPool};

/// Cuts the same work short again and again, later each time, until it gets through.
///
/// Waits are counted and not time, so that every point between two statements is reached, on a quick
/// machine as on a slow one. On a busy machine an answer may be there before anybody waits for it;
/// so getting through once is not enough, and where nothing waited it is tried from the beginning again.
#[derive(Debug)]
pub struct Cuts {
    /// After how many waits the work is cut short next.
    waits: u32,
    /// How many times in a row it got through.
    through: u32,
    /// How many times in a row are enough.
    enough: u32,
    /// How many times it was cut short.
    cut: u32,
    /// How many times it must have been, or nothing was tried.
    least: u32,
    /// How much later it is cut short the next time.
    stride: fn(u32) -> u32,
}

impl Cuts {
    /// After every wait of work that has few.
    pub fn everywhere() -> Self {
        Self { waits: 0, through: 0, enough: 5, cut: 0, least: 1, stride: |_| 1 }
    }

    /// After a few waits at first and in ever longer strides then, for work that has many.
    pub fn ever_further() -> Self {
        Self { enough: 2, least: 3, stride: |waits| 1 + waits / 2, ..Self::everywhere() }
    }

    /// So many times in a row it may get through before that is no chance any more.
    const PATIENCE: u32 = 200;

    /// Whether there is something left to try.
    pub fn go_on(&self) -> bool {
        let tried = self.cut >= self.least;
        assert!(tried || self.through < Self::PATIENCE, "it was hardly cut short anywhere");
        !tried || self.through < self.enough
    }

    /// Does the work and drops it where it waits for the last time that it may; `None` where it did
    /// not come to its end before.
    pub async fn short<W: Future>(&mut self, work: W) -> Option<W::Output> {
        let outcome = until_it_waited(self.waits, work).await;
        if outcome.is_some() {
            self.through += 1;
        } else {
            (self.through, self.cut) = (0, self.cut + 1);
        }
        self.waits += (self.stride)(self.waits);
        if self.cut < self.least && self.through > 0 && self.through.is_multiple_of(self.enough) {
            self.waits = 0;
        }
        outcome
    }
}

async fn until_it_waited<W: Future>(waits: u32, work: W) -> Option<W::Output> {
    let mut work = pin!(work);
    let mut left = waits;
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Holds every session of the pool at once and asks each something of its own: none may give the
/// answer to what was asked before, and none may have a transaction open that nobody will end.
pub async fn sessions_are_at_rest(pool: &PgPool, administrator: &mut PgConnection) {
    let (mut held, mut processes) = (Vec::new(), Vec::new());
    for asked in 0..i64::from(pool.options().get_max_connections()) {
        let mut session = pool.acquire().await.unwrap();
        let (answered, process): (i64, i32) = sqlx::query_as("select $1, pg_backend_pid()")
            .bind(asked)
            .fetch_one(&mut *session)
            .await
            .unwrap();
        assert_eq!(answered, asked, "a session gave the answer to another question");
        held.push(session);
        processes.push(process);
    }
    let busy: Vec<String> = sqlx::query_scalar(
        "select state || ' after ' || query from pg_stat_activity
         where pid = any($1) and state <> 'idle'",
    )
    .bind(&processes)
    .fetch_all(administrator)
    .await
    .unwrap();
    assert_eq!(busy, Vec::<String>::new(), "a session was given back before its work was over");
}
