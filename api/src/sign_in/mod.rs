//! How an officer proves who they are.
//!
//! A security administrator gives an officer a set-up code ([`set_up_code`]); with it the officer sets a
//! password once ([`password`]); the password, with a one-time password where the officer has a device for
//! them ([`one_time`]), opens a session ([`session`]), whose token the browser or the
//! command line shows from then on. What was tried is remembered ([`access_log`]). None of it stands in the
//! chain: that tells which officers there are and what they may do, and every question is asked of it anew.
//!
//! ```text
//! set-up code  -> password -> session -> Acting, which the books take for signed in
//! ```
//!
//! A program asks by a key of its own ([`program_key`]), in the name of an officer who is no person.
//!
//! Only [`session`] and [`program_key`] make an [`Acting`](crate::books::Acting) that is signed in. Another
//! way to prove who somebody is (OpenID Connect, a smart card) would end in a session of that officer, too.

pub mod access_log;
mod credential;
pub mod one_time;
pub mod password;
pub mod program_key;
pub mod session;
pub mod set_up_code;

use domain::ids::OfficerId;
use domain::officer::Officer;
use ledger::clock::Moment;
use sqlx::types::chrono::{DateTime, Utc};

use crate::books::{Book, CommandError, Fault, UserError};

pub use access_log::{AccessRecord, Act};
pub use credential::{Proof, set_password};
pub use one_time::OneTimePassword;
pub use password::Password;
pub use program_key::{ProgramKey, StandingKey};
pub use session::{Session, SessionToken};
pub use set_up_code::SetUpCode;

/// One minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// As the database writes it.
fn timestamp(moment: Moment) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(moment.micros())
}

/// So many minutes later, earlier where they are negative.
fn after(moment: Moment, minutes: i64) -> Moment {
    let micros = moment.micros().saturating_add(minutes.saturating_mul(MINUTE));
    let beyond = if micros < 0 { Moment::EARLIEST } else { Moment::LATEST };
    Moment::from_micros(micros).unwrap_or(beyond)
}

/// An officer whom the entries name; a refusal for anybody else.
async fn enrolled(book: &Book, officer: &OfficerId) -> Result<Officer, CommandError> {
    let found = book.officer(officer).await?;
    if found.enrolled().is_none() {
        let message = format!("人员 {officer} 未登记 / the officer {officer} is not enrolled");
        return Err(UserError::new("UNKNOWN_OFFICER", &["officer"], message).into());
    }
    Ok(found)
}

/// A refusal that tells nobody which part was wrong.
fn not_recognised() -> UserError {
    let message = "人员编号或密码不正确 / the officer's id or the password is wrong".to_owned();
    UserError::new("SIGN_IN_REFUSED", &[], message)
}

fn busy() -> Fault {
    Fault::busy(&"passwords are being checked as fast as this machine may")
}
