//! Which payments to list.

use async_graphql::{ID, InputObject};
use domain::catalogue::Catalogue;
use domain::ids::FundId;
use projections::payments;

use super::{PaymentStatus, household, person};
use crate::books::Book;
use crate::graphql::scalars::{Date, Money};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::{Answer, Unanswered};

/// Conditions on payments, all of which must be met; one that is absent admits every payment.
#[derive(Debug, Clone, Default, InputObject)]
pub struct PaymentFilter {
    /// Paid under one of these: id, Chinese name or alias. A group stands for its members.
    pub programmes: Option<Vec<ID>>,
    /// Paid from one of these: id or name.
    pub funds: Option<Vec<ID>>,
    /// In a region whose code begins with one of these.
    pub regions: Option<Vec<String>>,
    /// Received by the household with this number.
    pub household_no: Option<String>,
    /// Received by the person with this identity number. Payments that merely cover them stand in
    /// `auditTrail`.
    pub person_no: Option<String>,
    /// Recorded by this officer.
    pub officer: Option<ID>,
    /// With this document number.
    pub document: Option<String>,
    /// Standing or reversed.
    pub status: Option<PaymentStatus>,
    /// Paid on this day or later.
    pub from: Option<Date>,
    /// Paid on this day or earlier.
    pub to: Option<Date>,
    /// Of this amount or more.
    pub min_amount: Option<Money>,
    /// Of this amount or less.
    pub max_amount: Option<Money>,
    /// Recorded after the books of its month were closed, or in time.
    pub late: Option<bool>,
    /// Coming after the day on which the person who received it is reported to have died, or not: what
    /// `Payment.afterDeath` tells.
    pub after_death: Option<bool>,
}

impl PaymentFilter {
    /// The filter as the read model takes it; nothing where it names a person or household that the
    /// ledger does not know, since nobody can have paid them.
    pub(super) async fn resolve(self, book: &Book) -> Answer<Option<payments::PaymentFilter>> {
        let mut filter = self.read()?;
        if let Some(number) = read(&self.household_no, "householdNo", Shape::household_no)? {
            filter.household = household(book, &number).await?;
            if filter.household.is_none() {
                return Ok(None);
            }
        }
        if let Some(number) = read(&self.person_no, "personNo", Shape::identity_number)? {
            filter.person = person(book, &number).await?;
            if filter.person.is_none() {
                return Ok(None);
            }
        }
        if let Some(funds) = &self.funds {
            let mut ids: Vec<FundId> = Vec::with_capacity(funds.len());
            for fund in funds {
                ids.push(book.fund(fund).await?);
            }
            filter.funds = Some(ids);
        }
        Ok(Some(filter))
    }

    /// Everything that can be read without asking the books.
    fn read(&self) -> Answer<payments::PaymentFilter> {
        let mut shape = Shape::default();
        let programmes = shape.optional(&at("programmes"), self.programmes.as_deref(), programmes);
        let regions = shape.optional(&at("regions"), self.regions.as_ref(), |shape, at, codes| {
            shape.each(at, codes, |shape, at, code| shape.region_prefix(at, code))
        });
        let from = shape.optional(&at("from"), self.from.as_ref(), Shape::day);
        let to = shape.optional(&at("to"), self.to.as_ref(), Shape::day);
        let min_amount = shape.optional(&at("minAmount"), self.min_amount.as_ref(), Shape::bound);
        let max_amount = shape.optional(&at("maxAmount"), self.max_amount.as_ref(), Shape::bound);
        let read = || {
            Some(payments::PaymentFilter {
                programmes: programmes?,
                regions: regions?,
                officer: self.officer.as_deref().map(|officer| plain_officer(officer).to_owned()),
                document: self.document.as_deref().map(|document| document.trim().to_owned()),
                status: self.status.map(Into::into),
                from: from?,
                to: to?,
                min_amount: min_amount?,
                max_amount: max_amount?,
                late: self.late,
                after_death: self.after_death,
                ..payments::PaymentFilter::default()
            })
        };
        shape.finish(read()).map_err(Unanswered::first_of)
    }
}

/// An officer's id; entries show it with `officer/` before it.
pub(in crate::graphql) fn plain_officer(text: &str) -> &str {
    text.strip_prefix("officer/").unwrap_or(text)
}

/// Programmes with groups replaced by their members.
pub(in crate::graphql) fn programmes(
    shape: &mut Shape,
    at: &Place,
    texts: &[ID],
) -> Option<Vec<domain::ids::ProgrammeId>> {
    let named = shape.each(at, texts, |shape, at, text| shape.programme(at, text))?;
    let catalogue = Catalogue::standard();
    Some(named.iter().flat_map(|programme| catalogue.expand(programme)).collect())
}

/// Reads one text of a question, if it is there.
pub(in crate::graphql) fn read<T>(
    text: &Option<String>,
    field: &str,
    read: impl FnOnce(&mut Shape, &Place, &str) -> Option<T>,
) -> Answer<Option<T>> {
    let mut shape = Shape::default();
    let value = shape.optional(&at(field), text.as_deref(), read);
    shape.finish(value).map_err(Unanswered::first_of)
}

fn at(field: &str) -> Place {
    Place::of(field)
}
