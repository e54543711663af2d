//! Passwords: what one must be, and how it is kept.

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use domain::ids::OfficerId;
use tokio::sync::{Semaphore, SemaphorePermit};
use zeroize::Zeroizing;

use super::busy;
use crate::books::{Fault, UserError};

/// The fewest characters of a password.
const SHORTEST: usize = 12;

/// The most: more would only keep the machine busy.
const LONGEST: usize = 256;

/// From this length on it need not mix kinds of characters.
const LONG: usize = 20;

/// How many kinds of characters a shorter one must mix.
const KINDS: usize = 3;

/// Passwords that are hashed at one time. Each takes 19 MiB and a core.
static HASHING: Semaphore = Semaphore::const_new(2);

/// How many may wait for their turn.
static WAITING: Semaphore = Semaphore::const_new(64);

/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// A password as it was typed, wiped when dropped and never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(private)")
    }
}

impl Password {
    /// Takes what was typed, whatever it is.
    pub fn typed(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Whether it may be an officer's password: 12 to 256 characters; a shorter one than 20 mixes three of
    /// small letters, capital letters, digits, and everything else (GB/T 22239-2019, 8.1.4.1 asks for
    /// complexity); it does not hold the officer's id.
    ///
    /// # Errors
    /// `WEAK_PASSWORD`, with all of these rules.
    pub fn check(&self, officer: &OfficerId) -> Result<(), UserError> {
        let length = self.0.chars().count();
        let kinds: [fn(char) -> bool; 4] = [
            |c| c.is_ascii_lowercase(),
            |c| c.is_ascii_uppercase(),
            |c| c.is_ascii_digit(),
            |c| !c.is_ascii_alphanumeric(),
        ];
        let mixed = kinds.iter().filter(|kind| self.0.chars().any(**kind)).count();
        let named = self.0.to_lowercase().contains(&officer.as_str().to_lowercase());
        let good = (SHORTEST..=LONGEST).contains(&length) && (length >= LONG || mixed >= KINDS);
        if good && !named {
            return Ok(());
        }
        let message = format!(
            "密码须为 {SHORTEST} 至 {LONGEST} 个字符,不足 {LONG} 个字符时须含大写字母、小写字母、数字、其他字符中的三种,且不得含有人员编号 / a password has {SHORTEST} to {LONGEST} characters; with fewer than {LONG} it mixes three of small letters, capitals, digits and others; it does not hold the officer's id"
        );
        Err(UserError::new("WEAK_PASSWORD", &["newPassword"], message))
    }

    /// The Argon2id hash to keep: 19 MiB, two passes, one lane (OWASP's first choice for Argon2id), with a
    /// random salt.
    pub(super) async fn hash(self, turn: Turn) -> Result<String, Fault> {
        turn.take(move || {
            let hashed = Argon2::default().hash_password(self.0.as_bytes());
            hashed.map(|hash| hash.to_string()).map_err(|error| Fault::configuration(&error))
        })
        .await
    }

    /// Whether it is the password of that hash. Where nobody has one, as much work is done for nothing, so
    /// that the time tells nobody who has.
    pub(super) async fn is(self, kept: Option<String>, turn: Turn) -> Result<bool, Fault> {
        let Some(kept) = kept else {
            self.hash(turn).await?;
            return Ok(false);
        };
        turn.take(move || {
            let kept = PasswordHash::new(&kept).map_err(|error| Fault::damaged(&error))?;
            Ok(Argon2::default().verify_password(self.0.as_bytes(), &kept).is_ok())
        })
        .await
    }
}

/// Leave to hash one password. Whoever wants something checked waits for it first, and has it counted then.
pub(super) struct Turn(SemaphorePermit<'static>);

impl Turn {
    /// Waits, where others do.
    ///
    /// # Errors
    /// Where too many wait already, or it takes too long.
    pub(super) async fn wait() -> Result<Self, Fault> {
        let _waiting = WAITING.try_acquire().map_err(|_| busy())?;
        let turn = tokio::time::timeout(PATIENCE, HASHING.acquire()).await.map_err(|_| busy())?;
        Ok(Self(turn.map_err(|error| Fault::configuration(&error))?))
    }

    /// Does the work on a thread that may be busy. The turn ends with the work, also where nobody waits for
    /// its outcome any more.
    async fn take<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let done = tokio::task::spawn_blocking(move || {
            let _turn = self.0;
            work()
        });
        done.await.map_err(|error| Fault::configuration(&error))?
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(text: &str) -> bool {
        let officer = OfficerId::parse("w-021").unwrap();
        Password::typed(text.to_owned()).check(&officer).is_ok()
    }

    #[test]
    fn a_password_is_long_or_mixed_and_does_not_name_its_officer() {
        for good in ["Kw7-plum-oath", "钟楼区Plum2026民政局事业", "correct horse battery"] {
            assert!(check(good), "{good}");
        }
        for weak in
            ["Kw7-plum", "onlyletters", "onlyletters12", "Kw7-plum-W-021", &"aA1".repeat(90)]
        {
            assert!(!check(weak), "{weak}");
        }
    }

    #[tokio::test]
    async fn a_hash_is_of_its_password_alone_and_is_argon2id() {
        let typed = |text: &str| Password::typed(text.to_owned());
        let hash = async |text: &str| typed(text).hash(Turn::wait().await.unwrap()).await.unwrap();
        let is = async |text: &str, kept: Option<String>| {
            typed(text).is(kept, Turn::wait().await.unwrap()).await
        };
        let kept = hash("Kw7-plum-oath").await;
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash("Kw7-plum-oath").await, "each has its own salt");
        assert!(is("Kw7-plum-oath", Some(kept.clone())).await.unwrap());
        assert!(!is("Kw7-plum-oatH", Some(kept)).await.unwrap());
        assert!(!is("Kw7-plum-oath", None).await.unwrap());
        assert!(is("Kw7-plum-oath", Some("nonsense".to_owned())).await.is_err());
    }
}
