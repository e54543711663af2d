//! Who is signed in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::OfficerId;
use ledger::LedgerId;
use ledger::clock::Moment;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Row as _};
use zeroize::Zeroizing;

use super::access_log::{self, Act};
use super::credential::{Proof, Proven, prove, stands};
use super::one_time::OneTimePassword;
use super::password::Password;
use super::{MINUTE, after, not_recognised, timestamp};
use crate::books::{Acting, Book, Books, CommandError, Fault, Scope};

/// Minutes without a question after which a session ends. When it was used is known to the minute, so it may
/// end one minute earlier.
const IDLE: i64 = 30;

/// Minutes after which it ends in any case: one working day.
const ABSOLUTE: i64 = 12 * 60;

/// What whoever is signed in shows: `<ledger>.<32 random bytes in base64url>`. Whoever has it is that officer.
#[derive(Clone)]
pub struct SessionToken {
    ledger: LedgerId,
    text: Zeroizing<String>,
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionToken").field("ledger", &self.ledger).finish_non_exhaustive()
    }
}

impl SessionToken {
    fn new(book: &Book) -> Result<Self, Fault> {
        let random = book.randomness().secret::<32>()?;
        let random = Zeroizing::new(URL_SAFE_NO_PAD.encode(random.as_slice()));
        let text = Zeroizing::new(format!("{}.{}", book.id(), random.as_str()));
        Ok(Self { ledger: book.id().clone(), text })
    }

    /// Reads what [`Self::as_str`] gave; `None` for anything that cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let (ledger, random) = text.rsplit_once('.')?;
        let bytes = URL_SAFE_NO_PAD.decode(random).ok()?;
        let ledger = LedgerId::parse(ledger).ok().filter(|_| bytes.len() == 32)?;
        Some(Self { ledger, text: Zeroizing::new(text.to_owned()) })
    }

    /// To be shown with each question.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whose books it opens.
    pub fn ledger(&self) -> &LedgerId {
        &self.ledger
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

/// An officer who is signed in to one ledger.
#[derive(Debug, Clone)]
pub struct Session {
    /// In whose name the books are used.
    pub acting: Acting,
    /// The ledger.
    pub ledger: LedgerId,
    /// When it ends at the latest.
    pub ends: Moment,
}

/// Signs an officer in. Each time is a new session with a token that nobody had before.
///
/// # Errors
/// `SIGN_IN_REFUSED`, `LOCKED_OUT`, `ONE_TIME_PASSWORD_NEEDED`, or a fault.
pub async fn open(
    book: &Book,
    officer: &OfficerId,
    password: Password,
    one_time: Option<OneTimePassword>,
) -> Result<SessionToken, CommandError> {
    let proven = prove(book, officer, Proof::Password(password, one_time)).await?;
    let token = SessionToken::new(book)?;
    let now = timestamp(book.now());
    let mut transaction = book.pool().begin().await?;
    // A password that was changed since it was checked opens nothing.
    let Proven::Password(shown) = proven else { return Err(not_recognised().into()) };
    if !stands(&mut transaction, book, officer, &shown).await? {
        return Err(not_recognised().into());
    }
    sqlx::query("delete from sessions where ledger_id = $1 and (opened_at <= $2 or seen_at <= $3)")
        .bind(book.id().as_str())
        .bind(timestamp(after(book.now(), -ABSOLUTE)))
        .bind(timestamp(after(book.now(), -IDLE)))
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "insert into sessions (ledger_id, token, officer, opened_at, seen_at) values ($1, $2, $3, $4, $4)",
    )
    .bind(book.id().as_str())
    .bind(token.hash().as_slice())
    .bind(officer.as_str())
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    access_log::add(&mut transaction, book, officer.as_str(), Act::SignedIn, None).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Who showed the token; nobody where its session has ended.
///
/// # Errors
/// When the database fails.
pub async fn resume(books: &Books, token: &SessionToken) -> Result<Option<Session>, Fault> {
    let now = books.now();
    let row = sqlx::query(
        "select officer, (extract(epoch from opened_at) * 1000000)::bigint, seen_at <= $5 \
         from sessions where ledger_id = $1 and token = $2 and opened_at > $3 and seen_at > $4",
    )
    .bind(token.ledger.as_str())
    .bind(token.hash().as_slice())
    .bind(timestamp(after(now, -ABSOLUTE)))
    .bind(timestamp(after(now, -IDLE)))
    .bind(timestamp(after(now, -1)))
    .fetch_optional(books.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let officer: String = row.try_get(0)?;
    let officer = OfficerId::parse(&officer).map_err(|error| Fault::damaged(&error))?;
    let opened = Moment::from_micros(row.try_get(1)?);
    let opened = opened.ok_or_else(|| Fault::damaged(&"the time of a session"))?;
    if row.try_get(2)? {
        remember_use(books, token, now).await?;
    }
    let acting = Acting::signed_in(officer, token.ledger.clone(), Scope::Everything);
    Ok(Some(Session { acting, ledger: token.ledger.clone(), ends: after(opened, ABSOLUTE) }))
}

async fn remember_use(books: &Books, token: &SessionToken, now: Moment) -> Result<(), Fault> {
    sqlx::query(
        "update sessions set seen_at = $3 where ledger_id = $1 and token = $2 and seen_at < $3",
    )
    .bind(token.ledger.as_str())
    .bind(token.hash().as_slice())
    .bind(timestamp(now))
    .execute(books.pool())
    .await?;
    Ok(())
}

/// Ends the session of the token. A token without a session ends nothing.
///
/// # Errors
/// When the database fails.
pub async fn close(book: &Book, token: &SessionToken) -> Result<(), CommandError> {
    let mut transaction = book.pool().begin().await?;
    let officer: Option<String> = sqlx::query_scalar(
        "delete from sessions where ledger_id = $1 and token = $2 returning officer",
    )
    .bind(book.id().as_str())
    .bind(token.hash().as_slice())
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(officer) = officer {
        access_log::add(&mut transaction, book, &officer, Act::SignedOut, None).await?;
    }
    Ok(transaction.commit().await?)
}

/// Ends every session of an officer.
pub(super) async fn close_all(
    connection: &mut PgConnection,
    book: &Book,
    officer: &OfficerId,
) -> Result<(), Fault> {
    sqlx::query("delete from sessions where ledger_id = $1 and officer = $2")
        .bind(book.id().as_str())
        .bind(officer.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// How long a session lasts without a question, in seconds.
pub const fn idle_seconds() -> i64 {
    // Both are small constants.
    IDLE * MINUTE / 1_000_000
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_is_read_back_and_printed_by_nobody() {
        let text = format!("cn-320404.{}", URL_SAFE_NO_PAD.encode([7; 32]));
        let token = SessionToken::parse(&text).unwrap();
        assert_eq!((token.as_str(), token.ledger().as_str()), (text.as_str(), "cn-320404"));
        assert!(!format!("{token:?}").contains(&text));
        for other in
            ["", "cn-320404", "cn-320404.AAAA", &format!("CN 1{text}"), &format!("{text}=")]
        {
            assert!(SessionToken::parse(other).is_none(), "{other}");
        }
    }
}
