//! From one row to one payment: which columns a programme's payments have, and which they must not.

use std::collections::HashMap;

use domain::calendar::{Month, MonthRange};
use domain::catalogue::Programme;
use domain::money::Money;
use domain::vocabulary::{Channel, DisabilitySubsidyKind, PaysAs, TemporaryAidKind};

use super::column::Column;
use super::goods::{Goods, goods};
use super::recipient::recipient;
use super::{Row, Rule, values};
use crate::requests::{AidRequest, ClientId, PaymentRequest, PayoutRequest};

/// A payment and what it is worth, goods included.
pub(super) struct Payment {
    pub(super) request: PaymentRequest,
    pub(super) value: Money,
}

/// The first row of each payment id of the file.
#[derive(Default)]
pub(super) struct FirstRows(HashMap<ClientId, u64>);

impl FirstRows {
    /// Notes an id that stands in a row above.
    fn check(&mut self, row: &mut Row<'_>, id: &ClientId) {
        let number = row.number();
        let first = *self.0.entry(id.clone()).or_insert(number);
        if first != number {
            row.refuse(Column::PaymentId, Rule::DuplicatePaymentId { first });
        }
    }
}

/// Reads the row to its end, whatever is wrong in it; `None` where anything is.
pub(super) fn payment(row: &mut Row<'_>, first_rows: &mut FirstRows) -> Option<Payment> {
    let id = row.required(Column::PaymentId, values::client_id);
    if let Some(id) = &id {
        first_rows.check(row, id);
    }
    let programme = row.required(Column::Programme, values::programme);
    let occurred_on = row.required(Column::OccurredOn, values::day);
    let aid = AidCells::read(row);
    let recipient = recipient(row);
    let payout = payout(row);
    let reissues = row.optional(Column::Reissues, values::client_id);
    let programme = programme?;
    if programme.counts_households() {
        row.need(Column::HouseholdNo);
    }
    check_columns(row, programme.pays_as);
    if programme.pays_as == PaysAs::Goods {
        in_kind(row, payout.channel);
    }
    let (aid, value) = aid.into_request(row, programme)?;
    let request = PaymentRequest {
        id: id?,
        aid,
        amount: Some(value),
        occurred_on: occurred_on?,
        recipient,
        payout,
        reissues,
    };
    row.is_good().then_some(Payment { request, value })
}

/// The cells that only some kinds of payment have, each read for itself.
struct AidCells {
    fund: Option<String>,
    amount: Option<Money>,
    months: Option<MonthRange>,
    cause: Option<String>,
    kind: Option<TemporaryAidKind>,
    certificate: Option<String>,
    store: Option<String>,
    goods: Option<Goods>,
}

impl AidCells {
    fn read(row: &mut Row<'_>) -> Self {
        Self {
            fund: row.optional(Column::Fund, values::name),
            amount: row.optional(Column::Amount, values::amount),
            months: months(row),
            cause: row.optional(Column::Cause, values::free_text),
            kind: row.optional(Column::Kind, values::kind),
            certificate: row.optional(Column::Certificate, values::own_number),
            store: row.optional(Column::Store, values::name),
            goods: row.optional(Column::Items, goods),
        }
    }

    /// `None` where a cell that the programme needs is missing or wrong, which was noted before.
    fn into_request(self, row: &mut Row<'_>, programme: &Programme) -> Option<(AidRequest, Money)> {
        let aid = match programme.pays_as {
            PaysAs::Grant => AidRequest::GrantPayment {
                programme: programme.id.clone(),
                fund: self.fund?,
                months: self.months?,
                grant: None,
            },
            PaysAs::OneOff => {
                AidRequest::OneOff { programme: programme.id.clone(), fund: self.fund? }
            }
            PaysAs::TemporaryAid => AidRequest::TemporaryAid {
                fund: self.fund?,
                urgency: self.kind.unwrap_or(TemporaryAidKind::Expenditure),
                cause: self.cause,
            },
            PaysAs::DisabilitySubsidy => AidRequest::DisabilitySubsidy {
                fund: self.fund?,
                subsidy: subsidy(row, programme)?,
                certificate: self.certificate,
                months: self.months?,
            },
            PaysAs::Goods => {
                let Goods { items, value } = self.goods?;
                if self.amount.is_some_and(|amount| amount != value) {
                    row.refuse(Column::Amount, Rule::AmountIsNotTheGoodsValue { value });
                }
                return Some((AidRequest::Goods { store: self.store?, items }, value));
            }
            PaysAs::Income | PaysAs::NotPayable => return None,
        };
        Some((aid, self.amount?))
    }
}

/// Notes every column that the kind of payment needs and that is empty, and every one that it
/// must not have and that is not.
fn check_columns(row: &mut Row<'_>, pays_as: PaysAs) {
    for (column, kinds) in COLUMNS_OF_KINDS {
        match kinds.iter().find(|(kind, _)| *kind == pays_as) {
            Some((_, Presence::Needed)) => row.need(*column),
            Some((_, Presence::Allowed)) => {}
            None => row.forbid(*column, Rule::NotForProgramme { pays_as }),
        }
    }
}

/// Whether a kind of payment must have a column or may have it; kinds that are not listed must not.
#[derive(Clone, Copy)]
enum Presence {
    Needed,
    Allowed,
}

use Presence::{Allowed, Needed};

/// Which kinds of payment have which columns, for those that not all have alike.
const COLUMNS_OF_KINDS: &[(Column, &[(PaysAs, Presence)])] = &[
    (
        Column::Fund,
        &[
            (PaysAs::Grant, Needed),
            (PaysAs::OneOff, Needed),
            (PaysAs::TemporaryAid, Needed),
            (PaysAs::DisabilitySubsidy, Needed),
        ],
    ),
    (
        Column::Amount,
        &[
            (PaysAs::Grant, Needed),
            (PaysAs::OneOff, Needed),
            (PaysAs::TemporaryAid, Needed),
            (PaysAs::DisabilitySubsidy, Needed),
            (PaysAs::Goods, Allowed),
        ],
    ),
    (Column::EntitlementMonth, &[(PaysAs::Grant, Needed), (PaysAs::DisabilitySubsidy, Needed)]),
    (Column::EntitlementTo, &[(PaysAs::Grant, Allowed), (PaysAs::DisabilitySubsidy, Allowed)]),
    (Column::Cause, &[(PaysAs::TemporaryAid, Allowed)]),
    (Column::Kind, &[(PaysAs::TemporaryAid, Allowed)]),
    (Column::Certificate, &[(PaysAs::DisabilitySubsidy, Allowed)]),
    (
        Column::Reissues,
        &[
            (PaysAs::Grant, Allowed),
            (PaysAs::OneOff, Allowed),
            (PaysAs::TemporaryAid, Allowed),
            (PaysAs::DisabilitySubsidy, Allowed),
        ],
    ),
    (Column::Store, &[(PaysAs::Goods, Needed)]),
    (Column::Items, &[(PaysAs::Goods, Needed)]),
];

/// The month, or the range of months. That the first is filled in at all is checked where it is
/// known that the programme is periodic.
fn months(row: &mut Row<'_>) -> Option<MonthRange> {
    let from = row.optional(Column::EntitlementMonth, values::month);
    let to: Option<Month> = row.optional(Column::EntitlementTo, values::month);
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => (from, to),
        // An end that is there and wrong was noted, so what is read here is never recorded.
        (Some(from), None) => (from, from),
        (None, _) => return None,
    };
    match MonthRange::new(from, to) {
        Ok(months) => Some(months),
        Err(error) => {
            row.refuse(Column::EntitlementTo, Rule::MonthRange(error));
            None
        }
    }
}

/// Which of the two subsidies the programme is.
fn subsidy(row: &mut Row<'_>, programme: &Programme) -> Option<DisabilitySubsidyKind> {
    match programme.id.as_str() {
        "disability-living-allowance" => Some(DisabilitySubsidyKind::Living),
        "disability-nursing-subsidy" => Some(DisabilitySubsidyKind::Nursing),
        // A third subsidy in the catalogue would need a payment kind first.
        _ => {
            let pays_as = programme.pays_as;
            row.refuse(Column::Programme, Rule::NotPayable { pays_as });
            None
        }
    }
}

fn payout(row: &mut Row<'_>) -> PayoutRequest {
    PayoutRequest {
        channel: row.optional(Column::Channel, values::channel),
        payee_name: row.optional(Column::PayeeName, values::name),
        account_no: row.optional(Column::AccountNo, values::account),
        document: row.optional(Column::Document, values::document),
        note: row.optional(Column::Note, values::free_text),
    }
}

fn in_kind(row: &mut Row<'_>, channel: Option<Channel>) {
    if let Some(channel) = channel.filter(|channel| *channel != Channel::InKind) {
        row.refuse(Column::Channel, Rule::GoodsNotInKind { channel });
    }
}
