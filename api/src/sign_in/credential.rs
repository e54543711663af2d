//! An officer's password, and how often it may be missed.

use domain::ids::OfficerId;
use sqlx::{PgConnection, Row as _};

use super::access_log::{self, Act};
use super::one_time::{self, OneTimePassword};
use super::password::{Password, Turn};
use super::set_up_code::SetUpCode;
use super::{enrolled, not_recognised, program_key, session, timestamp};
use crate::books::{Book, CommandError, Fault, UserError};

/// Attempts that may fail one after the other before the next is put off.
const FREE: i32 = 5;

/// The longest that it is put off, in minutes. The first time it is one minute, then twice as long each.
const LONGEST: f64 = 60.0;

/// What shows that somebody is the officer.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A code that a security administrator gave out, good once.
    Code(SetUpCode),
    /// The password, with a one-time password where the officer has a device for them.
    Password(Password, Option<OneTimePassword>),
}

/// What was shown, as it is kept. It may have changed by the time that somebody relies on it.
pub(super) enum Proven {
    /// The hash of the code.
    Code([u8; 32]),
    /// The hash of the password.
    Password(String),
}

/// Sets an officer's password by a set-up code or by the present one. Every session of the officer ends, and
/// so does a code that was given out and not used. A set-up code also ends one-time passwords: it is for
/// whoever lost the device, too.
///
/// # Errors
/// `WEAK_PASSWORD`, `SIGN_IN_REFUSED`, `LOCKED_OUT`, `IS_A_PROGRAM`, or a fault.
pub async fn set_password(
    book: &Book,
    officer: &OfficerId,
    proof: Proof,
    new: Password,
) -> Result<(), CommandError> {
    new.check(officer)?;
    let proven = prove(book, officer, proof).await?;
    let hash = new.hash(Turn::wait().await?).await?;
    let mut transaction = book.pool().begin().await?;
    program_key::one_at_a_time(&mut transaction, book, officer).await?;
    if program_key::has_any(&mut transaction, book, officer).await? {
        return Err(program_key::is_a_program(officer).into());
    }
    // Of two who show the same code or password at once, one finds that it is no longer that.
    let code = drop_codes(&mut transaction, book, officer).await?;
    let stands = match &proven {
        Proven::Code(shown) => code.as_deref() == Some(shown.as_slice()),
        Proven::Password(shown) => stands(&mut transaction, book, officer, shown).await?,
    };
    if !stands {
        drop(transaction);
        access_log::note(book, officer.as_str(), Act::Refused, None).await?;
        return Err(not_recognised().into());
    }
    sqlx::query(
        "insert into credentials (ledger_id, officer, password, changed_at) values ($1, $2, $3, $4) \
         on conflict (ledger_id, officer) do update set password = excluded.password, \
         changed_at = excluded.changed_at, failures = 0, locked_until = null, totp_next = null, \
         totp = case when $5 then null else credentials.totp end",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(hash)
    .bind(timestamp(book.now()))
    .bind(matches!(proven, Proven::Code(_)))
    .execute(&mut *transaction)
    .await?;
    session::close_all(&mut transaction, book, officer).await?;
    access_log::add(&mut transaction, book, officer.as_str(), Act::PasswordSet, None).await?;
    Ok(transaction.commit().await?)
}

/// Ends the officer's code, and gives its hash where it was still good.
async fn drop_codes(
    connection: &mut PgConnection,
    book: &Book,
    officer: &OfficerId,
) -> Result<Option<Vec<u8>>, Fault> {
    let code: Option<(Vec<u8>, bool)> = sqlx::query_as(
        "delete from set_up_codes where ledger_id = $1 and officer = $2 returning code, expires_at > $3",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(timestamp(book.now()))
    .fetch_optional(connection)
    .await?;
    Ok(code.and_then(|(code, good)| good.then_some(code)))
}

/// Whether this is still the hash of the officer's password; it stays so until the transaction ends.
pub(super) async fn stands(
    connection: &mut PgConnection,
    book: &Book,
    officer: &OfficerId,
    hash: &str,
) -> Result<bool, Fault> {
    let found = sqlx::query(
        "select from credentials where ledger_id = $1 and officer = $2 and password = $3 for update",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(hash)
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// Holds what is shown against what is kept. A refusal is remembered.
pub(super) async fn prove(
    book: &Book,
    officer: &OfficerId,
    proof: Proof,
) -> Result<Proven, CommandError> {
    // Whoever is not checked is not counted either.
    let turn = Turn::wait().await?;
    let (proven, missed) = match proof {
        Proof::Code(code) => (check_code(book, officer, &code, turn).await?, Act::CodeRefused),
        Proof::Password(password, one_time) => {
            let shown = (password, one_time.as_ref());
            (check_password(book, officer, shown, turn).await?, Act::Refused)
        }
    };
    match proven {
        Some(proven) if enrolled(book, officer).await.is_ok() => Ok(proven),
        _ => {
            access_log::note(book, officer.as_str(), missed, None).await?;
            Err(not_recognised().into())
        }
    }
}

/// A code has a hundred random bits: nobody need be kept from trying, but each try costs what a password
/// does, so that nobody fills the access log faster by codes.
async fn check_code(
    book: &Book,
    officer: &OfficerId,
    code: &SetUpCode,
    turn: Turn,
) -> Result<Option<Proven>, CommandError> {
    let found: bool = sqlx::query_scalar(
        "select exists (select from set_up_codes where ledger_id = $1 and officer = $2 and code = $3 \
         and expires_at > $4)",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(code.hash().as_slice())
    .bind(timestamp(book.now()))
    .fetch_one(book.pool())
    .await?;
    if found {
        return Ok(Some(Proven::Code(code.hash())));
    }
    Password::typed(code.as_str().to_owned()).is(None, turn).await?;
    Ok(None)
}

/// Counts the attempt before it is checked, so that as many at once as anybody sends are no more than
/// counted ones.
async fn check_password(
    book: &Book,
    officer: &OfficerId,
    (password, one_time): (Password, Option<&OneTimePassword>),
    turn: Turn,
) -> Result<Option<Proven>, CommandError> {
    let counted = sqlx::query(
        "with counted as (update credentials set failures = failures + 1, \
         locked_until = case when failures + 1 >= $4 \
         then $3 + least(power(2, least(failures + 1 - $4, 20)), $5) * interval '1 minute' end \
         where ledger_id = $1 and officer = $2 and (locked_until is null or locked_until <= $3) \
         returning password) \
         select (select password from counted), \
         (select ceil(extract(epoch from locked_until - $3) / 60)::bigint from credentials \
         where ledger_id = $1 and officer = $2 and locked_until > $3)",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(timestamp(book.now()))
    .bind(FREE)
    .bind(LONGEST)
    .fetch_one(book.pool())
    .await?;
    let (kept, put_off): (Option<String>, Option<i64>) = (counted.try_get(0)?, counted.try_get(1)?);
    let good = password.is(kept.clone(), turn).await?;
    let Some(kept) = kept else {
        check_lock(book, officer, put_off).await?;
        return Ok(None);
    };
    if !good {
        return Ok(None);
    }
    if one_time.is_none() && one_time::is_needed(book, officer).await? {
        return Err(ask_for_one_time(book, officer).await?.into());
    }
    if !one_time::check(book, officer, one_time).await? {
        return Ok(None);
    }
    sqlx::query(
        "update credentials set failures = 0, locked_until = null \
         where ledger_id = $1 and officer = $2 and password = $3",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(&kept)
    .execute(book.pool())
    .await?;
    Ok(Some(Proven::Password(kept)))
}

/// Nothing was missed: the attempt is counted no more, or asking in two steps would put everybody off in the
/// end. The count is not begun anew, or it would limit nobody who guesses the second step.
async fn ask_for_one_time(book: &Book, officer: &OfficerId) -> Result<UserError, Fault> {
    sqlx::query(
        "update credentials set failures = greatest(failures - 1, 0), locked_until = null \
         where ledger_id = $1 and officer = $2",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .execute(book.pool())
    .await?;
    access_log::note(book, officer.as_str(), Act::OneTimePasswordAsked, None).await?;
    let message = "还须动态口令 / a one-time password is needed, too".to_owned();
    Ok(UserError::new("ONE_TIME_PASSWORD_NEEDED", &[], message))
}

/// Tells whoever is put off for how many minutes. One whom another attempt put off between the counting and
/// the looking is told to wait, too.
async fn check_lock(
    book: &Book,
    officer: &OfficerId,
    put_off: Option<i64>,
) -> Result<(), CommandError> {
    let has_one: bool = sqlx::query_scalar(
        "select exists (select from credentials where ledger_id = $1 and officer = $2)",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .fetch_one(book.pool())
    .await?;
    if !has_one {
        return Ok(());
    }
    access_log::note(book, officer.as_str(), Act::LockedOut, None).await?;
    let minutes = put_off.unwrap_or(1);
    let message = format!(
        "连续多次不正确,请 {minutes} 分钟后再试 / too many wrong attempts: try again in {minutes} minutes"
    );
    Err(UserError::new("LOCKED_OUT", &[], message).into())
}
