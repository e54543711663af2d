//! What the live grants of a programme are due for a month.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::rights::Operation;

use crate::books;
use crate::graphql::context;
use crate::graphql::scalars::{Date, Money, YearMonth};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::shown::Shown;
use crate::graphql::unanswered::{Answer, Unanswered};
use crate::requests::ProposalRequest;

/// Why a live grant is not proposed to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::books::LeftOutReason")]
pub enum LeftOutReason {
    /// The month was paid already.
    AlreadyPaid,
    /// The person is reported to have died before the month.
    Deceased,
    /// The grant's amount is above the standards in force.
    AboveStandard,
    /// The recipient was forgotten.
    Forgotten,
    /// Another grant of the same recipient is among the lines, and a month is paid once.
    AnotherGrant,
}

/// A live grant that is not proposed to be paid.
#[derive(Debug, Clone, SimpleObject)]
pub struct LeftOut {
    /// The client's id of the grant; the ledger's own where that is not known, and where persons are masked and it
    /// holds a person's number.
    pub grant: ID,
    /// The bureau's own number of the household; null once it was forgotten. Masked where the ledger requires
    /// officers and it is a person's.
    pub household_no: Option<String>,
    /// Why.
    pub reason: LeftOutReason,
}

impl LeftOut {
    pub(super) fn of(left: books::LeftOut, shown: Shown) -> Self {
        let own = left.client_id.filter(|id| shown.tells(id));
        let household_no = left.household_no.as_deref();
        Self {
            grant: ID(own.unwrap_or_else(|| left.grant.to_string())),
            household_no: household_no.map(|number| shown.household_no(number).into_owned()),
            reason: left.reason.into(),
        }
    }
}

/// The payments that a batch would make of the live grants of a programme.
#[derive(Debug, Clone, SimpleObject)]
pub struct BatchProposal {
    /// How many payments.
    pub lines: u32,
    /// What they sum up to.
    pub total: Money,
    /// The live grants that are not among them, in the order in which they were approved.
    pub left_out: Vec<LeftOut>,
}

/// What is to be proposed, as an input says it.
pub(super) struct Question<'a> {
    pub(super) programme: &'a ID,
    pub(super) month: &'a YearMonth,
    pub(super) fund: &'a ID,
    pub(super) occurred_on: &'a Date,
}

impl Question<'_> {
    pub(super) fn read(&self, shape: &mut Shape) -> Option<ProposalRequest> {
        let programme = shape.programme(&Place::of("programme"), self.programme);
        let month = shape.month(&Place::of("month"), self.month);
        let occurred_on = shape.day(&Place::of("occurredOn"), self.occurred_on);
        Some(ProposalRequest {
            programme: programme?,
            month: month?,
            fund: self.fund.to_string(),
            occurred_on: occurred_on?,
        })
    }
}

/// Questions about batches that nobody has drafted.
#[derive(Debug, Default)]
pub struct ProposalQueries;

#[Object]
impl ProposalQueries {
    /// What the live grants of a programme that pays as grants are due for a month: what `proposeBatch` would draft
    /// now. Each is paid its amount for the month, through a bank, to the account that it was paid to last.
    #[graphql(complexity = "2_000usize.saturating_add(child_complexity)")]
    async fn batch_proposal(
        &self,
        ctx: &Context<'_>,
        ledger: ID,
        programme: ID,
        month: YearMonth,
        fund: ID,
        occurred_on: Date,
    ) -> Answer<BatchProposal> {
        let book = context::book(ctx, Operation::ReadPayments, &ledger).await?;
        let mut shape = Shape::default();
        let question = Question {
            programme: &programme,
            month: &month,
            fund: &fund,
            occurred_on: &occurred_on,
        };
        let question = question.read(&mut shape);
        let question = shape.finish(question).map_err(Unanswered::first_of)?;
        let proposal = book.propose(question).await?;
        let shown = Shown::of(&book).await?;
        let left_out = proposal.left_out.iter().cloned().map(|left| LeftOut::of(left, shown));
        Ok(BatchProposal {
            lines: u32::try_from(proposal.lines()).unwrap_or(u32::MAX),
            total: proposal.total.into(),
            left_out: left_out.collect(),
        })
    }
}
