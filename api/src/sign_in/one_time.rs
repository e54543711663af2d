//! One-time passwords (RFC 6238): a second thing beside the password, on a device of the officer's own.

use domain::ids::OfficerId;
use sqlx::Row as _;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::access_log::{self, Act};
use super::credential::{Proof, Proven, prove};
use super::{not_recognised, session};
use crate::books::{Book, CommandError, Fault};

/// Six digits as they were typed.
#[derive(Clone)]
pub struct OneTimePassword(Zeroizing<String>);

impl std::fmt::Debug for OneTimePassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OneTimePassword(private)")
    }
}

impl OneTimePassword {
    /// Takes what was typed, whatever it is; blanks between the digits do no harm.
    pub fn typed(text: &str) -> Self {
        Self(Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect()))
    }
}

/// What the officer's device is told, once.
pub struct Enrolment {
    /// In base 32, to be typed.
    pub secret: Zeroizing<String>,
    /// `otpauth://…`, to be shown as a picture.
    pub uri: Zeroizing<String>,
}

/// Makes a secret for the officer's device. It counts from [`confirm`] on; until then an earlier one does.
///
/// # Errors
/// Those of signing in, or a fault.
pub async fn begin(
    book: &Book,
    officer: &OfficerId,
    proof: Proof,
) -> Result<Enrolment, CommandError> {
    let proven = prove(book, officer, proof).await?;
    // A set-up code shows who somebody is before there is a password.
    let Proven::Password(shown) = proven else { return Err(not_recognised().into()) };
    let random = book.randomness().secret::<20>()?;
    let sealed = book.people().seal_secret(book.domain_id(), &place(officer), random.as_slice());
    let updated =
        sqlx::query(
            "update credentials set totp_next = $3 where ledger_id = $1 and officer = $2 and password = $4",
        )
        .bind(book.id().as_str())
        .bind(officer.as_str())
        .bind(sealed?)
        .bind(&shown)
        .execute(book.pool())
        .await?;
    if updated.rows_affected() == 0 {
        // The password was changed meanwhile.
        return Err(not_recognised().into());
    }
    let totp = device(book, officer, random.as_slice())?;
    let uri = totp.to_url().map_err(|error| Fault::configuration(&error))?;
    let secret = Secret::from(random.as_slice().to_vec()).to_base32();
    Ok(Enrolment { secret: Zeroizing::new(secret), uri: Zeroizing::new(uri) })
}

/// Takes the new secret into use, once the officer's device has made a password of it. Every session that
/// was opened without it ends. One that is wrong ends the new secret: nobody guesses twice.
///
/// # Errors
/// `SIGN_IN_REFUSED` where it did not, or a fault.
pub async fn confirm(
    book: &Book,
    officer: &OfficerId,
    shown: &OneTimePassword,
) -> Result<(), CommandError> {
    let mut transaction = book.pool().begin().await?;
    let next: Option<Option<Vec<u8>>> = sqlx::query_scalar(
        "select totp_next from credentials where ledger_id = $1 and officer = $2 for update",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(sealed) = next.flatten() else { return Err(not_recognised().into()) };
    let Some(step) = step_of(book, officer, &sealed, shown)? else {
        sqlx::query(
            "update credentials set totp_next = null where ledger_id = $1 and officer = $2",
        )
        .bind(book.id().as_str())
        .bind(officer.as_str())
        .execute(&mut *transaction)
        .await?;
        let id = officer.as_str();
        access_log::add(&mut transaction, book, id, Act::Refused, None).await?;
        transaction.commit().await?;
        return Err(not_recognised().into());
    };
    sqlx::query(
        "update credentials set totp = totp_next, totp_next = null, totp_step = $3 \
         where ledger_id = $1 and officer = $2",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(step)
    .execute(&mut *transaction)
    .await?;
    session::close_all(&mut transaction, book, officer).await?;
    let (id, act) = (officer.as_str(), Act::OneTimePasswordSet);
    access_log::add(&mut transaction, book, id, act, None).await?;
    Ok(transaction.commit().await?)
}

/// Whether the officer has a device that makes them.
pub(super) async fn is_needed(book: &Book, officer: &OfficerId) -> Result<bool, Fault> {
    let found = sqlx::query_scalar(
        "select exists (select from credentials where ledger_id = $1 and officer = $2 and totp is not null)",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .fetch_one(book.pool())
    .await?;
    Ok(found)
}

/// Whether the one-time password is good, or none is needed. Each is good once.
///
/// # Errors
/// When the database fails or the secret does not open.
pub(super) async fn check(
    book: &Book,
    officer: &OfficerId,
    shown: Option<&OneTimePassword>,
) -> Result<bool, CommandError> {
    let row = sqlx::query("select totp from credentials where ledger_id = $1 and officer = $2")
        .bind(book.id().as_str())
        .bind(officer.as_str())
        .fetch_optional(book.pool())
        .await?;
    let sealed: Option<Vec<u8>> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    let Some(sealed) = sealed else { return Ok(true) };
    let Some(shown) = shown else { return Ok(false) };
    let Some(step) = step_of(book, officer, &sealed, shown)? else { return Ok(false) };
    let used = sqlx::query(
        "update credentials set totp_step = $3 where ledger_id = $1 and officer = $2 and totp_step < $3",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(step)
    .execute(book.pool())
    .await?;
    Ok(used.rows_affected() == 1)
}

/// The step of time whose password this is: the present one, the one before or the one after.
fn step_of(
    book: &Book,
    officer: &OfficerId,
    sealed: &[u8],
    shown: &OneTimePassword,
) -> Result<Option<i64>, CommandError> {
    let secret = book.people().open_secret(book.domain_id(), &place(officer), sealed);
    let secret = secret.map_err(|error| Fault::damaged(&error))?;
    let seconds = book.now().micros().div_euclid(1_000_000);
    let seconds = u64::try_from(seconds).map_err(|error| Fault::damaged(&error))?;
    let step = device(book, officer, &secret)?.check(&shown.0, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// Where the secret lies.
fn place(officer: &OfficerId) -> String {
    format!("one-time/{officer}")
}

/// What the officer's device computes: SHA-1, six digits, 30 seconds, which every authenticator program knows.
fn device(book: &Book, officer: &OfficerId, secret: &[u8]) -> Result<Totp, Fault> {
    let built = Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(officer.as_str())
        .with_issuer(Some(format!("Mingzhang {}", book.id())))
        .build();
    built.map_err(|error| Fault::configuration(&error))
}
