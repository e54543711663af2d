//! A refusal as GraphQL tells it.

use async_graphql::SimpleObject;

/// Something in the input, or a rule of the books, because of which nothing was recorded.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// Stable English name of the rule, such as `ABOVE_STANDARD`.
    pub code: String,
    /// The way to the field of the input that has to change, from the input inwards; places in lists
    /// are counted from 0. Null where no single field decides.
    pub field: Option<Vec<String>>,
    /// What is wrong, in Chinese and English, with the data that decided.
    pub message: String,
}

impl UserError {
    /// A refusal about one field. An empty path means that no single field decides.
    pub fn new(code: &str, field: Vec<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            field: (!field.is_empty()).then_some(field),
            message: message.into(),
        }
    }
}

impl From<crate::books::UserError> for UserError {
    fn from(refusal: crate::books::UserError) -> Self {
        Self::new(refusal.code, refusal.field, refusal.message)
    }
}
