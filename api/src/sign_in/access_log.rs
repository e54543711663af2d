//! Who signed in, who was refused, who gave out a set-up code: what must be remembered of people and does
//! not belong into the chain.

use domain::ids::OfficerId;
use domain::rights::Operation;
use ledger::clock::Moment;
use sqlx::{PgConnection, Row as _};

use super::timestamp;
use crate::books::{Book, Fault};

/// Something that somebody did or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Signed in.
    SignedIn,
    /// Signed out.
    SignedOut,
    /// Named an officer and gave no password of theirs.
    Refused,
    /// Tried while attempts were put off.
    LockedOut,
    /// Gave out a set-up code.
    CodeIssued,
    /// Showed a code that is none.
    CodeRefused,
    /// Set a password.
    PasswordSet,
    /// Asked for something that none of their roles allows, or that their key is not for.
    NotPermitted,
    /// Gave out a program's key.
    KeyIssued,
    /// Ended a program's key.
    KeyRevoked,
    /// Took a device into use that makes one-time passwords.
    OneTimePasswordSet,
    /// Gave the password and was asked for a one-time password.
    OneTimePasswordAsked,
}

impl Act {
    /// Every act, in the order above.
    pub const ALL: [Self; 12] = [
        Self::SignedIn,
        Self::SignedOut,
        Self::Refused,
        Self::LockedOut,
        Self::CodeIssued,
        Self::CodeRefused,
        Self::PasswordSet,
        Self::NotPermitted,
        Self::KeyIssued,
        Self::KeyRevoked,
        Self::OneTimePasswordSet,
        Self::OneTimePasswordAsked,
    ];

    /// As it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::Refused => "refused",
            Self::LockedOut => "locked_out",
            Self::CodeIssued => "code_issued",
            Self::CodeRefused => "code_refused",
            Self::PasswordSet => "password_set",
            Self::NotPermitted => "not_permitted",
            Self::KeyIssued => "key_issued",
            Self::KeyRevoked => "key_revoked",
            Self::OneTimePasswordSet => "one_time_password_set",
            Self::OneTimePasswordAsked => "one_time_password_asked",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == text)
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// Counts from 1 in each ledger.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// The id of whoever tried.
    pub officer: String,
    /// What happened.
    pub act: Act,
    /// What was refused; whom a code or a key was for.
    pub operation: Option<String>,
}

/// How often a line is tried that others were faster to write.
const MOST_TRIES: u32 = 50;

/// Adds a line together with what it tells of.
pub(super) async fn add(
    connection: &mut PgConnection,
    book: &Book,
    officer: &str,
    act: Act,
    operation: Option<&str>,
) -> Result<(), Fault> {
    for _ in 0..MOST_TRIES {
        let added = sqlx::query(
            "insert into access_log (ledger_id, number, at, officer, act, operation) \
             select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5 from access_log where ledger_id = $1 \
             on conflict do nothing",
        )
        .bind(book.id().as_str())
        .bind(timestamp(book.now()))
        .bind(officer)
        .bind(act.as_str())
        .bind(operation)
        .execute(&mut *connection)
        .await?;
        if added.rows_affected() == 1 {
            return Ok(());
        }
    }
    Err(Fault::busy(&"the access log is written by too many at once"))
}

/// Adds a line that tells of nothing else that is kept.
pub(super) async fn note(
    book: &Book,
    officer: &str,
    act: Act,
    operation: Option<&str>,
) -> Result<(), Fault> {
    let mut connection = book.pool().acquire().await?;
    add(&mut connection, book, officer, act, operation).await
}

/// Remembers that an officer asked for what none of their roles allows.
///
/// # Errors
/// When the database fails: then the asking fails, too.
pub async fn not_permitted(
    book: &Book,
    officer: &OfficerId,
    operation: Operation,
) -> Result<(), Fault> {
    note(book, officer.as_str(), Act::NotPermitted, Some(operation.as_str())).await
}

/// A part of the log, the latest first, and whether there is more.
///
/// # Errors
/// When the database fails or a line cannot be read.
pub async fn page(
    book: &Book,
    first: u32,
    before: Option<u64>,
) -> Result<(Vec<AccessRecord>, bool), Fault> {
    let before = before.and_then(|number| i64::try_from(number).ok()).unwrap_or(i64::MAX);
    let rows = sqlx::query(
        "select number, (extract(epoch from at) * 1000000)::bigint, officer, act, operation \
         from access_log where ledger_id = $1 and number < $2 order by number desc limit $3",
    )
    .bind(book.id().as_str())
    .bind(before)
    .bind(i64::from(first).saturating_add(1))
    .fetch_all(book.pool())
    .await?;
    let most = usize::try_from(first).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    let mut records = Vec::with_capacity(rows.len().min(most));
    for row in rows.iter().take(most) {
        let damaged = || Fault::damaged(&"a line of the access log");
        records.push(AccessRecord {
            number: u64::try_from(row.try_get::<i64, _>(0)?).map_err(|_| damaged())?,
            at: Moment::from_micros(row.try_get(1)?).ok_or_else(damaged)?,
            officer: row.try_get(2)?,
            act: Act::parse(row.try_get(3)?).ok_or_else(damaged)?,
            operation: row.try_get(4)?,
        });
    }
    Ok((records, more))
}
