//! Keys by which programs ask.
//!
//! A program is enrolled as an officer of its own, with the roles that it needs. Its key narrows them to a
//! scope, and ends after a time. A person has a password and no key, a program a key and no password, so
//! nobody who gives out keys can quietly act in a person's name.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::OfficerId;
use domain::rights::{Operation, Role};
use ledger::LedgerId;
use ledger::clock::Moment;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};
use zeroize::Zeroizing;

use super::access_log::{self, Act};
use super::{after, enrolled, timestamp};
use crate::books::{Acting, Book, Books, CommandError, Fault, Scope, UserError};

/// The longest that a key is good for, in days.
pub const LONGEST: u16 = 366;

/// Minutes in a day.
const DAY: i64 = 24 * 60;

/// What every key begins with, so that a scan for leaked secrets knows one.
const MARK: &str = "mzk_";

/// `mzk_<ledger>.<prefix>.<32 random bytes in base64url>`. Whoever has it acts as that program.
#[derive(Clone)]
pub struct ProgramKey {
    ledger: LedgerId,
    prefix: String,
    text: Zeroizing<String>,
}

impl fmt::Debug for ProgramKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgramKey").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl ProgramKey {
    fn new(book: &Book) -> Result<Self, Fault> {
        let prefix = URL_SAFE_NO_PAD.encode(book.randomness().secret::<6>()?.as_slice());
        let random = book.randomness().secret::<32>()?;
        let random = Zeroizing::new(URL_SAFE_NO_PAD.encode(random.as_slice()));
        let text = format!("{MARK}{}.{prefix}.{}", book.id(), random.as_str());
        Ok(Self { ledger: book.id().clone(), prefix, text: Zeroizing::new(text) })
    }

    /// Reads what [`Self::as_str`] gave; `None` for anything that cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let (named, random) = text.strip_prefix(MARK)?.rsplit_once('.')?;
        let (ledger, prefix) = named.rsplit_once('.')?;
        let is_long = |text: &str, bytes| {
            URL_SAFE_NO_PAD.decode(text).is_ok_and(|decoded| decoded.len() == bytes)
        };
        let good = is_long(random, 32) && is_long(prefix, 6);
        let ledger = LedgerId::parse(ledger).ok().filter(|_| good)?;
        Some(Self { ledger, prefix: prefix.to_owned(), text: Zeroizing::new(text.to_owned()) })
    }

    /// To be handed to the program and to nobody else.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.text.as_bytes()).into()
    }
}

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingKey {
    /// The part by which people tell keys apart.
    pub prefix: String,
    /// In whose name it asks.
    pub officer: OfficerId,
    /// What may be done with it, as far as the officer's roles allow it too.
    pub operations: Vec<Operation>,
    /// When it was given out.
    pub issued: Moment,
    /// From then on it is good for nothing.
    pub expires: Moment,
    /// When it was used last, to the minute.
    pub used: Option<Moment>,
    /// When it was ended before its time.
    pub revoked: Option<Moment>,
}

/// What is asked for a program.
#[derive(Debug, Clone)]
pub struct KeyRequest {
    /// In whose name the program is to ask.
    pub officer: OfficerId,
    /// For what; at least one.
    pub operations: Vec<Operation>,
    /// For how many days, from 1 to [`LONGEST`].
    pub days: u16,
}

/// What security administrators do is done by people: a program that could make others known would outlive
/// its own key.
fn is_for_people(operation: &Operation) -> bool {
    *operation == Operation::DisclosePersonalData
        || (!operation.only_reads() && operation.roles().contains(&Role::SecurityAdministrator))
}

/// Gives out a key. `by` is who does. What stands of the key, and the key, which nobody can tell again.
///
/// # Errors
/// `UNKNOWN_OFFICER`, `IS_A_PERSON`, `INVALID_SCOPE`, or a fault.
pub async fn issue(
    book: &Book,
    by: &OfficerId,
    request: KeyRequest,
) -> Result<(StandingKey, ProgramKey), CommandError> {
    let KeyRequest { officer, operations, days } = request;
    enrolled(book, &officer).await?;
    if operations.is_empty() || operations.iter().any(is_for_people) || days == 0 || days > LONGEST
    {
        let message = format!(
            "须至少列一项用途(安全管理员办理的事项和查看个人信息除外),有效期为 1 至 {LONGEST} 天 / a key is for at least one operation, for none that a security administrator does or that shows personal data, and for 1 to {LONGEST} days"
        );
        return Err(UserError::new("INVALID_SCOPE", &["operations"], message).into());
    }
    let (key, issued) = (ProgramKey::new(book)?, book.now());
    let expires = after(issued, DAY.saturating_mul(i64::from(days)));
    let mut transaction = book.pool().begin().await?;
    one_at_a_time(&mut transaction, book, &officer).await?;
    let is_a_person: bool = sqlx::query_scalar(
        "select exists (select from credentials where ledger_id = $1 and officer = $2) \
         or exists (select from set_up_codes where ledger_id = $1 and officer = $2)",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .fetch_one(&mut *transaction)
    .await?;
    let keys = book.keys().await?;
    let signs = keys.officers().all().into_iter().any(|held| held.officer == officer.as_str());
    if is_a_person || signs {
        let message = format!(
            "{officer} 有密码、设置码或签名密钥,是人员;程序须另行登记 / {officer} has a password, a set-up code or a key to sign with, and is a person: enrol the program as an officer of its own"
        );
        return Err(UserError::new("IS_A_PERSON", &["officer"], message).into());
    }
    sqlx::query(
        "insert into program_keys (ledger_id, prefix, key, officer, operations, issued_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(book.id().as_str())
    .bind(&key.prefix)
    .bind(key.hash().as_slice())
    .bind(officer.as_str())
    .bind(operations.iter().map(|operation| operation.as_str()).collect::<Vec<_>>())
    .bind(timestamp(issued))
    .bind(timestamp(expires))
    .execute(&mut *transaction)
    .await?;
    let about = Some(officer.as_str());
    access_log::add(&mut transaction, book, by.as_str(), Act::KeyIssued, about).await?;
    transaction.commit().await?;
    let prefix = key.prefix.clone();
    let (used, revoked) = (None, None);
    Ok((StandingKey { prefix, officer, operations, issued, expires, used, revoked }, key))
}

/// Ends a key; one that has ended stays so. `by` is who does.
///
/// # Errors
/// `UNKNOWN_KEY`, or a fault.
pub async fn revoke(
    book: &Book,
    by: &OfficerId,
    prefix: &str,
) -> Result<StandingKey, CommandError> {
    let mut transaction = book.pool().begin().await?;
    let ended: Option<String> = sqlx::query_scalar(
        "update program_keys set revoked_at = $3 where ledger_id = $1 and prefix = $2 \
         and revoked_at is null returning officer",
    )
    .bind(book.id().as_str())
    .bind(prefix)
    .bind(timestamp(book.now()))
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(officer) = ended {
        access_log::add(&mut transaction, book, by.as_str(), Act::KeyRevoked, Some(&officer))
            .await?;
    }
    transaction.commit().await?;
    let found = all(book).await?.into_iter().find(|key| key.prefix == prefix);
    found.ok_or_else(|| {
        let message = format!("没有前缀为“{prefix}”的密钥 / there is no key {prefix:?}");
        UserError::new("UNKNOWN_KEY", &["prefix"], message).into()
    })
}

/// Every key that was ever given out, the oldest first.
///
/// # Errors
/// When the database fails or a row cannot be read.
pub async fn all(book: &Book) -> Result<Vec<StandingKey>, Fault> {
    let micros = |column: &str| format!("(extract(epoch from {column}) * 1000000)::bigint");
    let rows = sqlx::query(&format!(
        "select prefix, officer, operations, {}, {}, {}, {} from program_keys where ledger_id = $1 \
         order by issued_at, prefix",
        micros("issued_at"),
        micros("expires_at"),
        micros("used_at"),
        micros("revoked_at"),
    ))
    .bind(book.id().as_str())
    .fetch_all(book.pool())
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &PgRow) -> Result<StandingKey, Fault> {
    let damaged = || Fault::damaged(&"a program's key");
    let moment = |column| -> Result<Option<Moment>, Fault> {
        let micros: Option<i64> = row.try_get(column)?;
        micros.map(|micros| Moment::from_micros(micros).ok_or_else(damaged)).transpose()
    };
    let officer: String = row.try_get(1)?;
    let operations: Vec<String> = row.try_get(2)?;
    let operations: Option<Vec<Operation>> =
        operations.iter().map(|operation| Operation::parse(operation)).collect();
    Ok(StandingKey {
        prefix: row.try_get(0)?,
        officer: OfficerId::parse(&officer).map_err(|error| Fault::damaged(&error))?,
        operations: operations.ok_or_else(damaged)?,
        issued: moment(3)?.ok_or_else(damaged)?,
        expires: moment(4)?.ok_or_else(damaged)?,
        used: moment(5)?,
        revoked: moment(6)?,
    })
}

/// Who shows the key; nobody where it has ended.
///
/// # Errors
/// When the database fails or the row cannot be read.
pub async fn show(books: &Books, key: &ProgramKey) -> Result<Option<Acting>, Fault> {
    let now = books.now();
    let row = sqlx::query(
        "select officer, operations, used_at is null or used_at <= $5 from program_keys \
         where ledger_id = $1 and prefix = $2 and key = $3 and revoked_at is null and expires_at > $4",
    )
    .bind(key.ledger.as_str())
    .bind(&key.prefix)
    .bind(key.hash().as_slice())
    .bind(timestamp(now))
    .bind(timestamp(after(now, -1)))
    .fetch_optional(books.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get(2)? {
        sqlx::query("update program_keys set used_at = $3 where ledger_id = $1 and prefix = $2")
            .bind(key.ledger.as_str())
            .bind(&key.prefix)
            .bind(timestamp(now))
            .execute(books.pool())
            .await?;
    }
    let officer: String = row.try_get(0)?;
    let officer = OfficerId::parse(&officer).map_err(|error| Fault::damaged(&error))?;
    let operations: Vec<String> = row.try_get(1)?;
    // A word that a later version wrote is for nothing that this one knows.
    let known = operations.iter().filter_map(|operation| Operation::parse(operation));
    let scope = Scope::Only(known.collect());
    Ok(Some(Acting::signed_in(officer, key.ledger.clone(), scope)))
}

/// Whoever makes an officer a person or a program waits for whoever else does, until the transaction ends.
pub(super) async fn one_at_a_time(
    connection: &mut PgConnection,
    book: &Book,
    officer: &OfficerId,
) -> Result<(), Fault> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1 || '@' || $2, 0))")
        .bind(book.id().as_str())
        .bind(officer.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether the officer ever had a key.
pub(super) async fn has_any(
    connection: &mut PgConnection,
    book: &Book,
    officer: &OfficerId,
) -> Result<bool, Fault> {
    let found = sqlx::query_scalar(
        "select exists (select from program_keys where ledger_id = $1 and officer = $2)",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// The refusal of a password for a program.
pub(super) fn is_a_program(officer: &OfficerId) -> UserError {
    let message = format!(
        "{officer} 以密钥使用,是程序,不设密码 / {officer} asks by a key and is a program: it has no password"
    );
    UserError::new("IS_A_PROGRAM", &["officer"], message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_is_read_back_and_printed_by_nobody() {
        let random = URL_SAFE_NO_PAD.encode([7; 32]);
        let text = format!("mzk_cn-320404.AAAAAAAA.{random}");
        let key = ProgramKey::parse(&text).unwrap();
        assert_eq!((key.as_str(), key.prefix.as_str()), (text.as_str(), "AAAAAAAA"));
        assert!(!format!("{key:?}").contains(&random));
        for other in ["", "mzk_", &text[4..], "mzk_cn-320404.AAAAAAAA.AAAA", &format!("{text}=")] {
            assert!(ProgramKey::parse(other).is_none(), "{other}");
        }
    }
}
