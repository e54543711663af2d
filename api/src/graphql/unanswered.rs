//! Why a resolver gives no answer, and what of it a client may see.
//!
//! Resolvers return [`Answer`] and not async-graphql's own result: that one turns any error into a
//! message for the client, SQL and paths included. Here each kind of error says whether it is meant
//! for clients.

use std::sync::Arc;

use async_graphql::{Error, ErrorExtensions as _};
use uuid::Uuid;

use super::user_error::UserError;
use crate::books::{self, CommandError, Fault};

/// What resolvers return.
pub type Answer<T> = Result<T, Unanswered>;

/// Why there is no answer.
#[derive(Debug, Clone)]
pub enum Unanswered {
    /// The question cannot be asked so; told to the client with its code.
    Refused(UserError),
    /// Something failed. The client learns a reference, the log learns the rest.
    Fault(Arc<Fault>),
}

impl Unanswered {
    /// A question that cannot be asked so, about one argument; an empty path is about none.
    pub fn refused(code: &str, field: &[&str], message: impl Into<String>) -> Self {
        let field = field.iter().map(|name| (*name).to_owned()).collect();
        Self::Refused(UserError::new(code, field, message))
    }

    /// What is wrong with the arguments of a question. A query has one error for one field, so only
    /// the first is told.
    pub fn first_of(refusals: Vec<UserError>) -> Self {
        match refusals.into_iter().next() {
            Some(refusal) => Self::Refused(refusal),
            None => Self::damaged("an argument was not read, and nothing says why"),
        }
    }

    /// What is stored contradicts itself, in words for the log.
    pub fn damaged(what: &str) -> Self {
        Fault::damaged(&what).into()
    }
}

impl From<Unanswered> for Error {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Refused(refusal) => {
                Self::new(refusal.message).extend_with(|_, extensions| {
                    extensions.set("code", refusal.code);
                    if let Some(field) = refusal.field {
                        extensions.set("field", field);
                    }
                })
            }
            Unanswered::Fault(fault) => internal(&fault),
        }
    }
}

/// Writes the fault's cause to the log; gives the client a reference to find it by.
fn internal(fault: &Fault) -> Error {
    #[allow(
        clippy::disallowed_methods,
        reason = "a reference that joins an answer with a line of the log; nothing recorded depends on it"
    )]
    let reference = Uuid::new_v4().to_string();
    tracing::error!(%reference, cause = fault.cause(), "{}", fault.public());
    let message = format!("{} ({reference})", fault.public());
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", "INTERNAL");
        extensions.set("reference", reference);
    })
}

impl From<UserError> for Unanswered {
    fn from(refusal: UserError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<books::UserError> for Unanswered {
    fn from(refusal: books::UserError) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Fault> for Unanswered {
    fn from(fault: Fault) -> Self {
        Self::Fault(Arc::new(fault))
    }
}

impl From<CommandError> for Unanswered {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Fault(fault) => fault.into(),
        }
    }
}

/// Errors that are never a client's mistake.
macro_rules! faults {
    ($($error:ty)*) => {$(
        impl From<$error> for Unanswered {
            fn from(fault: $error) -> Self {
                Fault::from(fault).into()
            }
        }
    )*};
}

faults! {
    sqlx::Error
    ledger::reader::ReadError
    people::PeopleError
    projections::ProjectionError
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_tells_the_client_nothing_but_a_reference() {
        let fault = Unanswered::damaged("no such file: /var/lib/mingzhang/keys/master.key");
        let error = Error::from(fault);
        assert!(!error.message.contains("master.key"));
        let code = error.extensions.as_ref().and_then(|all| all.get("code"));
        assert_eq!(code, Some(&"INTERNAL".into()));
    }

    #[test]
    fn a_refused_question_names_its_code_and_its_argument() {
        let error = Error::from(Unanswered::refused("UNKNOWN_FUND", &["funds", "0"], "…"));
        let value = |name| error.extensions.as_ref().and_then(|all| all.get(name).cloned());
        assert_eq!(value("code"), Some("UNKNOWN_FUND".into()));
        let field = async_graphql::Value::from(vec!["funds".to_owned(), "0".to_owned()]);
        assert_eq!(value("field"), Some(field));
    }
}
