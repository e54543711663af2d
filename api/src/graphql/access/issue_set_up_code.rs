//! `issueSetUpCode`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::check_required;
use crate::books::CommandError;
use crate::graphql::command::read_input;
use crate::graphql::context;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::user_error::UserError;
use crate::sign_in::set_up_code;

/// Who is to set a password.
#[derive(Debug, InputObject)]
pub struct IssueSetUpCodeInput {
    /// The ledger.
    pub ledger: ID,
    /// The officer.
    pub officer: ID,
}

/// What became of it.
#[derive(Debug, Default, SimpleObject)]
pub struct IssueSetUpCodePayload {
    /// The code, which is shown this once: good once, for a week. Null if it was refused.
    pub code: Option<String>,
    /// Why it was refused.
    pub user_errors: Vec<UserError>,
}

/// Gives out set-up codes.
#[derive(Debug, Default)]
pub struct IssueSetUpCode;

#[Object]
impl IssueSetUpCode {
    /// Makes the code with which an officer sets a password, the first or, where it was forgotten, another.
    /// An earlier code is good for nothing from then on. Only where the ledger requires officers; before,
    /// `mingzhang set-up-code` gives codes out on the data directory.
    async fn issue_set_up_code(
        &self,
        ctx: &Context<'_>,
        input: IssueSetUpCodeInput,
    ) -> Answer<IssueSetUpCodePayload> {
        let refused = |refusals| IssueSetUpCodePayload { code: None, user_errors: refusals };
        if let Err(refusals) = check_required(ctx, &input.ledger).await? {
            return Ok(refused(refusals));
        }
        let read = |shape: &mut Shape| shape.officer(&Place::of("officer"), &input.officer);
        let operation = Some(Operation::IssueSetUpCode);
        let (book, officer) = match read_input(ctx, operation, &input.ledger, read).await? {
            Ok(ready) => ready,
            Err(refusals) => return Ok(refused(refusals)),
        };
        let by = context::acting(ctx)?.officer;
        match set_up_code::issue(&book, by.as_str(), &officer).await {
            Ok(code) => Ok(IssueSetUpCodePayload {
                code: Some(code.as_str().to_owned()),
                user_errors: Vec::new(),
            }),
            Err(CommandError::Refused(refusal)) => Ok(refused(vec![refusal.into()])),
            Err(CommandError::Fault(fault)) => Err(fault.into()),
        }
    }
}
