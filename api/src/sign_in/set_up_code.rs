//! The code with which an officer sets a password once.

use domain::ids::OfficerId;
use domain::rights::Role;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::access_log::{self, Act};
use super::{after, enrolled, timestamp};
use crate::books::{Book, CommandError, Fault};

/// How long a code is good for: a week.
const GOOD_FOR: i64 = 7 * 24 * 60;

/// Letters and digits that nobody takes for one another (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 100 random bits: 20 letters in groups of five. Whoever has it can set that officer's password.
#[derive(Clone)]
pub struct SetUpCode(Zeroizing<String>);

impl std::fmt::Debug for SetUpCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetUpCode(private)")
    }
}

impl SetUpCode {
    fn new(book: &Book) -> Result<Self, Fault> {
        let random = book.randomness().secret::<20>()?;
        let mut text = Zeroizing::new(String::with_capacity(23));
        for (index, byte) in random.iter().enumerate() {
            if index > 0 && index.is_multiple_of(5) {
                text.push('-');
            }
            // 256 is a multiple of 32, so every letter is as likely as any other.
            let letter = LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
            text.push(char::from(letter));
        }
        Ok(Self(text))
    }

    /// Takes what was typed: small letters, blanks and missing hyphens do no harm, nor do O for 0 and I or
    /// L for 1.
    pub fn typed(text: &str) -> Self {
        let letters = text.chars().filter(|c| c.is_ascii_alphanumeric());
        let letters = letters.map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
        let letters: Vec<char> = letters.collect();
        let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
        Self(Zeroizing::new(groups.join("-")))
    }

    /// The letters, to be handed to the officer and to nobody else.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

/// Makes a code for an officer; an earlier one is good for nothing from then on. `by` is who gives it out.
///
/// # Errors
/// `UNKNOWN_OFFICER`, or a fault.
pub async fn issue(book: &Book, by: &str, officer: &OfficerId) -> Result<SetUpCode, CommandError> {
    enrolled(book, officer).await?;
    let code = SetUpCode::new(book)?;
    let mut transaction = book.pool().begin().await?;
    sqlx::query(
        "insert into set_up_codes (ledger_id, officer, code, expires_at) values ($1, $2, $3, $4) \
         on conflict (ledger_id, officer) do update set code = excluded.code, expires_at = excluded.expires_at",
    )
    .bind(book.id().as_str())
    .bind(officer.as_str())
    .bind(code.hash().as_slice())
    .bind(timestamp(after(book.now(), GOOD_FOR)))
    .execute(&mut *transaction)
    .await?;
    access_log::add(&mut transaction, book, by, Act::CodeIssued, Some(officer.as_str())).await?;
    transaction.commit().await?;
    Ok(code)
}

/// Codes for the security administrators of a ledger that requires officers, where none of them could sign
/// in yet: somebody has to be the first.
///
/// # Errors
/// When the database fails or the entries cannot be read.
pub async fn first_codes(book: &Book) -> Result<Vec<(OfficerId, SetUpCode)>, CommandError> {
    if !book.officers_required().await? {
        return Ok(Vec::new());
    }
    let officers = book.officers().await?;
    let keepers = officers.into_iter().filter(|officer| officer.roles.contains(&Role::KEEPER));
    let keepers: Vec<OfficerId> = keepers.map(|officer| officer.id).collect();
    let names: Vec<&str> = keepers.iter().map(OfficerId::as_str).collect();
    let known: bool = sqlx::query_scalar(
        "select exists (select from credentials where ledger_id = $1 and officer = any($2)) \
         or exists (select from set_up_codes where ledger_id = $1 and officer = any($2) and expires_at > $3)",
    )
    .bind(book.id().as_str())
    .bind(names)
    .bind(timestamp(book.now()))
    .fetch_one(book.pool())
    .await?;
    let mut codes = Vec::new();
    if !known {
        for keeper in keepers {
            let code = issue(book, "system/first-start", &keeper).await?;
            codes.push((keeper, code));
        }
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_copied() {
        let code = SetUpCode::typed("0123A-BCDEF-GHJKM-NPQRS");
        for typed in
            ["0123abcdefghjkmnpqrs", "O123A BCDEF GHJKM NPQRS", " oI23a-bcdef-ghjkm-npqrs\n"]
        {
            assert_eq!(SetUpCode::typed(typed).as_str(), code.as_str());
        }
        assert_eq!(format!("{code:?}"), "SetUpCode(private)");
    }
}
