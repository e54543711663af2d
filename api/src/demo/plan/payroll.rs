//! The payment lists of the periodic programmes, each of which leaves by batches.

#![allow(clippy::arithmetic_side_effects, reason = "months are below 60")]

use domain::calendar::Day;
use domain::ids::ProgrammeId;
use domain::text::DocumentNumber;
use domain::vocabulary::{Channel, DisabilitySubsidyKind};

use super::grants::grant_id;
use super::recipients::recipient;
use super::returns::{Payable, by_batches};
use super::{Plan, Step};
use crate::demo::DemoError;
use crate::demo::enrolment::{Benefit, Enrolment, Span};
use crate::demo::population::Person;
use crate::demo::values::{
    calendar_day, calendar_month, calendar_months, client_id, document, money, programme,
};
use crate::requests::{AidRequest, ClientId, PaymentRequest, PayoutRequest};

/// The client's id of the payment of an enrolment that is made in a month.
fn payment_id(enrolment: &Enrolment, month: usize) -> Result<ClientId, DemoError> {
    let word = enrolment.benefit.word();
    client_id(&format!("{word}-{}-{:06}", calendar_month(month)?, enrolment.number))
}

/// What all payments of one roll and month have in common.
struct Payroll {
    /// First and last month that are paid for.
    block: (usize, usize),
    programme: ProgrammeId,
    occurred_on: Day,
    document: DocumentNumber,
}

impl Payroll {
    fn of(benefit: Benefit, block: (usize, usize)) -> Result<Self, DemoError> {
        let (_, month) = block;
        let paid_in = calendar_month(month)?;
        let (year, number) = (paid_in.year(), paid_in.number());
        Ok(Self {
            block,
            programme: programme(benefit.programme())?,
            occurred_on: calendar_day(month, benefit.payday())?,
            document: document(&format!("钟民支〔{year}〕{number:02}-{}", benefit.word()))?,
        })
    }
}

impl Plan {
    /// Pays a roll in a month: nobody, unless a block of months ends in it.
    pub(super) fn pay_roll(
        &self,
        roll: &[Enrolment],
        month: usize,
    ) -> Result<Vec<Step>, DemoError> {
        let (Some(one), Some(block)) = (roll.first(), self.block_paid_in(month)) else {
            return Ok(Vec::new());
        };
        let payroll = Payroll::of(one.benefit, block)?;
        let mut payments = Vec::new();
        for enrolment in roll {
            if let Some(payment) = self.periodic_payment(enrolment, &payroll)? {
                payments.push(Payable { payment, payee: enrolment.person });
            }
        }
        by_batches(one.benefit.word(), one.benefit.programme(), month, payments)
    }

    fn periodic_payment(
        &self,
        enrolment: &Enrolment,
        payroll: &Payroll,
    ) -> Result<Option<PaymentRequest>, DemoError> {
        let (from, to) = payroll.block;
        let Some(span) = enrolment.span.within(from, to) else {
            return Ok(None);
        };
        let (household, person) = self.recipient_of(enrolment)?;
        let covered = if enrolment.benefit.is_for_households() {
            self.population.members(household)
        } else {
            std::slice::from_ref(person)
        };
        Ok(Some(PaymentRequest {
            id: payment_id(enrolment, to)?,
            aid: self.periodic_aid(enrolment, span, person, &payroll.programme)?,
            amount: Some(money(enrolment.amount_of(span))?),
            occurred_on: payroll.occurred_on,
            recipient: recipient(household, covered),
            payout: PayoutRequest {
                channel: Some(Channel::Bank),
                account_no: Some(person.account.clone()),
                document: Some(payroll.document.clone()),
                ..PayoutRequest::default()
            },
            reissues: None,
        }))
    }

    fn periodic_aid(
        &self,
        enrolment: &Enrolment,
        span: Span,
        person: &Person,
        programme: &ProgrammeId,
    ) -> Result<AidRequest, DemoError> {
        let fund = enrolment.fund.id().to_owned();
        let months = calendar_months(span.first, span.last)?;
        let subsidy = match enrolment.benefit {
            Benefit::DisabilityLiving => DisabilitySubsidyKind::Living,
            Benefit::DisabilityNursing => DisabilitySubsidyKind::Nursing,
            _ => {
                let granted = self.grant_span(enrolment, span.first);
                return Ok(AidRequest::GrantPayment {
                    programme: programme.clone(),
                    fund,
                    months,
                    grant: granted.map(|granted| grant_id(enrolment, granted.first)).transpose()?,
                });
            }
        };
        // The certificate (number, kind, grade) is shown with the first payment; the file has it then.
        let grade = enrolment.grade.filter(|_| span.first == enrolment.span.first);
        let certificate = grade.map(|grade| format!("{}4{grade}", person.number.as_str()));
        Ok(AidRequest::DisabilitySubsidy { fund, subsidy, certificate, months })
    }
}
