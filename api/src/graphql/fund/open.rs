//! `openFund`.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use domain::ids::FundId;
use domain::rights::Operation;

use super::{Fund, recorded};
use crate::books::Book;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::vocabulary::{FundLevel, FundSource};
use crate::requests::OpenFundRequest;

/// A fund to be opened.
#[derive(Debug, InputObject)]
pub struct OpenFundInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the fund; it stands in the chain as the fund's code.
    pub id: ID,
    /// The fund's name as the bureau writes it.
    pub name: String,
    /// Where its money comes from.
    pub source: FundSource,
    /// The level of government that gives it.
    pub level: Option<FundLevel>,
    /// Budget function code.
    pub budget_code: Option<String>,
    /// What it may pay for; a group stands for its members.
    pub programmes: Vec<ID>,
}

impl OpenFundInput {
    fn read(&self, shape: &mut Shape) -> Option<OpenFundRequest> {
        let id = shape.code(&Place::of("id"), &self.id);
        let name = shape.plain_name(&Place::of("name"), &self.name);
        let budget_code = shape.optional_text(
            &Place::of("budgetCode"),
            self.budget_code.as_deref(),
            Shape::plain_name,
        );
        let programmes =
            shape.each(&Place::of("programmes"), &self.programmes, |shape, at, text| {
                shape.programme(at, text)
            });
        Some(OpenFundRequest {
            id: id?,
            name: name?,
            source: self.source.into(),
            level: self.level.map(Into::into),
            budget_code: budget_code?,
            programmes: programmes?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct OpenFundPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, FundId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl OpenFundPayload {
    /// The fund; null if it was refused.
    async fn fund(&self) -> Answer<Option<Fund>> {
        recorded(self.recorded.as_ref()).await
    }
}

/// Opens funds.
#[derive(Debug, Default)]
pub struct OpenFund;

#[Object]
impl OpenFund {
    /// Opens a fund.
    async fn open_fund(&self, ctx: &Context<'_>, input: OpenFundInput) -> Answer<OpenFundPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::OpenFund,
            &input.ledger,
            read,
            |book, acting, request| async move { book.open_fund(&acting, request).await },
        )
        .await?;
        let recorded = done.book.map(|book| {
            let fund = book.fund_id(&input.id);
            (book, fund)
        });
        Ok(OpenFundPayload { recorded, outcome: done.outcome })
    }
}
