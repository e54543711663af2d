//! The grants that periodic payments name.

#![allow(clippy::arithmetic_side_effects, reason = "months are below 60")]

use super::{Plan, blocks};
use crate::demo::DemoError;
use crate::demo::enrolment::{Enrolment, Span};
use crate::demo::values::{
    calendar_month, calendar_months, client_id, document, money, programme, refused, year_of,
};
use crate::requests::{ApproveGrantRequest, ClientId};

/// The client's id of the grant whose months begin with `first`.
pub(super) fn grant_id(enrolment: &Enrolment, first: usize) -> Result<ClientId, DemoError> {
    let word = enrolment.benefit.word();
    client_id(&format!("grant-{word}-{}-{:06}", calendar_month(first)?, enrolment.number))
}

impl Plan {
    /// After how many months a grant is reviewed: as the programme says, or after a payment's where
    /// these are more. `None` for a programme without grants.
    fn review(&self, enrolment: &Enrolment) -> Option<usize> {
        enrolment.benefit.review().map(|months| months.max(self.scale.span()))
    }

    /// How many grants an enrolment is given, one after the other.
    pub(super) fn grants_of(&self, enrolment: &Enrolment) -> usize {
        self.review(enrolment).map_or(0, |months| blocks(enrolment.span, months))
    }

    /// The months of the grant that a month of the enrolment lies in.
    pub(super) fn grant_span(&self, enrolment: &Enrolment, month: usize) -> Option<Span> {
        let review = self.review(enrolment)?;
        let first = month / review * review;
        enrolment.span.within(first, first + review - 1)
    }

    /// The grants of a roll whose first month it is.
    pub(super) fn grants(
        &self,
        roll: &[Enrolment],
        month: usize,
    ) -> Result<Vec<ApproveGrantRequest>, DemoError> {
        let mut grants = Vec::new();
        for enrolment in roll {
            if let Some(span) = self.grant_span(enrolment, month)
                && span.first == month
            {
                grants.push(self.grant(enrolment, span)?);
            }
        }
        Ok(grants)
    }

    /// A grant is for the highest amount of its months, because standards rise within them.
    fn grant(&self, enrolment: &Enrolment, span: Span) -> Result<ApproveGrantRequest, DemoError> {
        let (household, person) = self.recipient_of(enrolment)?;
        let for_household = enrolment.benefit.is_for_households();
        let year = year_of(span.first)?;
        let word = enrolment.benefit.word();
        let members = if for_household { household.size } else { 1 };
        Ok(ApproveGrantRequest {
            id: grant_id(enrolment, span.first)?,
            programme: programme(enrolment.benefit.programme())?,
            household_no: household.number.clone(),
            person_no: (!for_household).then(|| person.number.clone()),
            person_name: (!for_household).then(|| person.name.clone()),
            members: u32::try_from(members).map_err(refused("members", members))?,
            amount: money(enrolment.highest(span))?,
            months: calendar_months(span.first, span.last)?,
            verification: document(&format!("钟核〔{year}〕{word}-{:06}号", enrolment.number))?,
        })
    }
}
