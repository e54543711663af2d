//! Funds: where money comes from, what it may pay for, what is left.

mod open;
mod opening_balance;
mod receive;
mod remit;
mod transfer;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, MergedObject, Object, SimpleObject};
use domain::ids::FundId;
use domain::rights::Operation;
use projections::funds;

use super::context;
use super::programme::Programme;
use super::scalars::Money;
use super::unanswered::Answer;
use super::vocabulary::{FundLevel, FundSource};
use crate::books::Book;

pub use open::{OpenFund, OpenFundInput, OpenFundPayload};
pub use opening_balance::{
    RecordOpeningBalance, RecordOpeningBalanceInput, RecordOpeningBalancePayload,
};
pub use receive::{ReceiveFunds, ReceiveFundsInput, ReceiveFundsPayload};
pub use remit::{RemitSurplus, RemitSurplusInput, RemitSurplusPayload};
pub use transfer::{TransferFunds, TransferFundsInput, TransferFundsPayload};

/// Money of one source, set aside for some programmes.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Fund {
    /// The bureau's own id of it.
    pub id: ID,
    /// Its name.
    pub name: String,
    /// Where its money comes from.
    pub source: FundSource,
    /// The level of government that gives it.
    pub level: Option<FundLevel>,
    /// What it held when its books began.
    pub opening: Money,
    /// Everything that came in from outside: allotments, donations, interest.
    pub received: Money,
    /// Everything that came from other funds.
    pub transferred_in: Money,
    /// Everything that went to other funds.
    pub transferred_out: Money,
    /// Everything that was to be paid and not reversed, whatever banks said of it:
    /// settled + returned + in transit.
    pub instructed: Money,
    /// What arrived: payments recorded by themselves, and what banks credited and did not take back.
    pub settled: Money,
    /// What banks gave back of payments that were not reversed.
    pub returned: Money,
    /// What batches released and no bank has answered for.
    pub in_transit: Money,
    /// Everything that was paid and neither reversed nor given back by a bank: instructed − returned.
    pub paid: Money,
    /// 决定追回: what was asked back of payments that should not have been made, whatever became of that.
    pub recovery_ordered: Money,
    /// 已追回: what of that came in. Neither `paid` nor `settled` is lowered by it.
    pub recovered: Money,
    /// 豁免: what of that was given up.
    pub recovery_waived: Money,
    /// Surplus that was handed back.
    pub remitted: Money,
    /// What is left: opening + received + transferred in − transferred out − paid + recovered − remitted.
    pub balance: Money,
    #[graphql(skip)]
    earmark: Vec<domain::ids::ProgrammeId>,
}

#[ComplexObject]
impl Fund {
    /// What it may pay for, as it was named: a group stands for its members.
    async fn programmes(&self) -> Answer<Vec<Programme>> {
        self.earmark.iter().map(Programme::recorded).collect()
    }
}

impl From<funds::Fund> for Fund {
    fn from(fund: funds::Fund) -> Self {
        Self {
            id: ID(fund.code),
            name: fund.name,
            source: fund.source.into(),
            level: fund.level.map(Into::into),
            opening: fund.opening.into(),
            received: fund.received.into(),
            transferred_in: fund.transferred_in.into(),
            transferred_out: fund.transferred_out.into(),
            instructed: fund.instructed.into(),
            settled: fund.settled.into(),
            returned: fund.returned.into(),
            in_transit: fund.in_transit.into(),
            paid: fund.paid.into(),
            recovery_ordered: fund.recovery_ordered.into(),
            recovered: fund.recovered.into(),
            recovery_waived: fund.recovery_waived.into(),
            remitted: fund.remitted.into(),
            balance: fund.balance.into(),
            earmark: fund.programmes,
        }
    }
}

/// Every fund of a ledger by the id that stands in the chain. There are few of them.
pub(super) async fn by_id(book: &Book) -> Answer<HashMap<FundId, funds::Fund>> {
    let funds = funds::list(book.pool(), book.id()).await?;
    Ok(funds.into_iter().map(|fund| (fund.id, fund)).collect())
}

/// The fund that a mutation names, where it was recorded.
async fn found(book: Option<Arc<Book>>, fund: &ID) -> Answer<Option<(Arc<Book>, FundId)>> {
    let Some(book) = book else {
        return Ok(None);
    };
    let fund = book.fund(fund).await?;
    Ok(Some((book, fund)))
}

/// The fund of a mutation that was recorded, with that mutation taken into account.
async fn recorded(fund: Option<&(Arc<Book>, FundId)>) -> Answer<Option<Fund>> {
    let Some((book, fund)) = fund else {
        return Ok(None);
    };
    book.catch_up().await?;
    Ok(by_id(book).await?.remove(fund).map(Fund::from))
}

/// Questions about funds.
#[derive(Debug, Default)]
pub struct FundQueries;

#[Object]
impl FundQueries {
    /// Every fund of a ledger, in the order in which they were opened.
    async fn funds(&self, ctx: &Context<'_>, ledger: ID) -> Answer<Vec<Fund>> {
        let book = context::book(ctx, Operation::ReadTotals, &ledger).await?;
        let funds = funds::list(book.pool(), book.id()).await?;
        Ok(funds.into_iter().map(Fund::from).collect())
    }
}

/// Every command about funds.
#[derive(Default, MergedObject)]
pub struct FundMutations(OpenFund, RecordOpeningBalance, ReceiveFunds, TransferFunds, RemitSurplus);
