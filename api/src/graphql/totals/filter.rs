//! Which payments or receipts count.

use std::sync::Arc;

use async_graphql::{ID, InputObject};
use domain::ids::FundId;
use projections::totals;

use super::{TotalsBasis, TotalsMeasure};
use crate::books::{Book, Books, CommandError};
use crate::graphql::payment::filter::programmes;
use crate::graphql::scalars::{Date, Position};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::{Answer, Unanswered};
use crate::graphql::vocabulary::{AidForm, FundSource, Residency};

/// Conditions on payments or receipts, all of which must be met; one that is absent admits all. What
/// a payment does not have meets no condition: goods have no fund, receipts no region.
#[derive(Debug, Clone, Default, InputObject)]
pub struct TotalsFilter {
    /// Of these books; of all if absent.
    pub ledgers: Option<Vec<ID>>,
    /// Under one of these: id, Chinese name or alias. A group stands for its members, and for itself
    /// where it is payable.
    pub programmes: Option<Vec<ID>>,
    /// From, or into, one of these: id or name.
    pub funds: Option<Vec<ID>>,
    /// From, or into, a fund of one of these sources.
    pub fund_sources: Option<Vec<FundSource>>,
    /// In a region whose code begins with one of these.
    pub regions: Option<Vec<String>>,
    /// Urban or rural.
    pub residency: Option<Residency>,
    /// In one of these forms.
    pub forms: Option<Vec<AidForm>>,
    /// On this day or later; on the basis of entitlement, in its month or later.
    pub from: Option<Date>,
    /// On this day or earlier; on the basis of entitlement, in its month or earlier.
    pub to: Option<Date>,
    /// Which time decides.
    #[graphql(default_with = "Some(TotalsBasis::Occurred)")]
    pub basis: Option<TotalsBasis>,
    /// What is summed.
    #[graphql(default_with = "Some(TotalsMeasure::Net)")]
    pub measure: Option<TotalsMeasure>,
    /// As the books stood with this entry as the last one; needs exactly one ledger. By default as
    /// far as the read models have come.
    pub as_of: Option<Position>,
}

impl TotalsFilter {
    /// The filter as the read models take it, and the books that it is about.
    pub(super) async fn resolve(
        &self,
        books: &Books,
    ) -> Answer<(Vec<Arc<Book>>, totals::TotalsFilter)> {
        let mut filter = self.read()?;
        let asked = self.books(books).await?;
        filter.ledgers = asked.iter().map(|book| book.id().clone()).collect();
        if filter.as_of.is_some() && asked.len() != 1 {
            let message = totals::TotalsError::AsOfNeedsOneLedger.to_string();
            return Err(Unanswered::refused("AS_OF_NEEDS_ONE_LEDGER", &["asOf"], message));
        }
        filter.funds = match &self.funds {
            Some(texts) => Some(funds(&asked, texts).await?),
            None => None,
        };
        Ok((asked, filter))
    }

    async fn books(&self, books: &Books) -> Answer<Vec<Arc<Book>>> {
        let Some(ledgers) = &self.ledgers else {
            return Ok(books.ledgers().await?);
        };
        let mut asked: Vec<Arc<Book>> = Vec::with_capacity(ledgers.len());
        for ledger in ledgers {
            let book = books.book(ledger).await?;
            if asked.iter().all(|known| known.id() != book.id()) {
                asked.push(book);
            }
        }
        Ok(asked)
    }

    /// Everything that can be read without asking the books.
    fn read(&self) -> Answer<totals::TotalsFilter> {
        let mut shape = Shape::default();
        let at = Place::of;
        let programmes = shape.optional(&at("programmes"), self.programmes.as_deref(), programmes);
        let regions = shape.optional(&at("regions"), self.regions.as_ref(), |shape, at, codes| {
            shape.each(at, codes, |shape, at, code| shape.region_prefix(at, code))
        });
        let from = shape.optional(&at("from"), self.from.as_ref(), Shape::day);
        let to = shape.optional(&at("to"), self.to.as_ref(), Shape::day);
        let sources = self.fund_sources.as_ref();
        let forms = self.forms.as_ref();
        let read = || {
            Some(totals::TotalsFilter {
                programmes: programmes?,
                fund_sources: sources.map(|all| all.iter().map(|one| (*one).into()).collect()),
                regions: regions?,
                residency: self.residency.map(Into::into),
                forms: forms.map(|all| all.iter().map(|one| (*one).into()).collect()),
                from: from?,
                to: to?,
                basis: self.basis.map(Into::into).unwrap_or_default(),
                measure: self.measure.map(Into::into).unwrap_or_default(),
                as_of: self.as_of.map(|Position(position)| position),
                ..totals::TotalsFilter::default()
            })
        };
        shape.finish(read()).map_err(Unanswered::first_of)
    }
}

/// The funds that these texts name in any of the books; `UNKNOWN_FUND` for one that none of them has.
async fn funds(books: &[Arc<Book>], texts: &[ID]) -> Answer<Vec<FundId>> {
    let mut funds = Vec::with_capacity(texts.len());
    for (index, text) in texts.iter().enumerate() {
        let before = funds.len();
        for book in books {
            match book.fund(text).await {
                Ok(fund) => funds.push(fund),
                Err(CommandError::Refused(_)) => {}
                Err(CommandError::Fault(fault)) => return Err(fault.into()),
            }
        }
        if funds.len() == before {
            let message = format!("没有资金“{}” / there is no fund \"{}\"", **text, **text);
            let index = index.to_string();
            return Err(Unanswered::refused("UNKNOWN_FUND", &["filter", "funds", &index], message));
        }
    }
    Ok(funds)
}
