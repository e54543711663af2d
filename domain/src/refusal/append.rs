//! Refusals that cross aggregates: only the append sees every claim and every balance.

use crate::batch::Stage;
use crate::calendar::Month;
use crate::catalogue::Catalogue;
use crate::effects::{Account, Claim, Claimant, PaidMonth, Unit};
use crate::ids::{FundId, OfficerId, PaymentId, ProgrammeId, StoreId};
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal};
use crate::text::GoodsName;

/// Why the append refuses an event that its aggregate decided. They come after every refusal of the
/// aggregate, in this order.
///
/// The append knows claims, accounts and units as text only. The functions here give them back their
/// meaning, so that the clerk reads a month and a fund and not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendRefusal {
    /// `ALREADY_PAID_FOR_MONTH`: another payment that stands was for the same month.
    #[error(
        "{}在{month}的“{}”已经发放 / {programme} was paid to this {} for {month} already",
        subject_zh(subject),
        programme_zh(programme),
        subject_en(subject)
    )]
    AlreadyPaidForMonth {
        /// What was to be paid under.
        programme: ProgrammeId,
        /// The first month that was paid for before.
        month: Month,
        /// Whose month it is.
        subject: Claimant,
    },
    /// `SAME_OFFICER`: the officer had a hand in the batch, or in the closing of the month, already.
    #[error(
        "人员 {officer} 已经手过该事项,须由另一人办理 / {officer} had a hand in this already; it takes another person"
    )]
    SameOfficer {
        /// Who.
        officer: OfficerId,
    },
    /// `WRONG_STAGE`: the batch is on its way already, or has come to its end.
    #[error("本批次已在途或已办结 / the batch is on its way already, or has come to its end")]
    BatchUnderway,
    /// `WRONG_STAGE`: the batch stood there before; somebody else was faster.
    #[error("本批次已{} / the batch was {stage} already", stage.name_zh())]
    StageReached {
        /// Where it stood.
        stage: Stage,
    },
    /// `WRONG_STAGE`: the batch does not stand where the step goes on from.
    #[error("本批次不在“已{}”环节 / the batch is not at the stage {stage}", stage.name_zh())]
    StageNotReached {
        /// Where it must stand.
        stage: Stage,
    },
    /// `WRONG_STAGE`: the month of the books does not stand where the step goes on from; somebody was faster.
    #[error("{period} 的结账状态已变动 / the month {period} does not stand there any more")]
    PeriodMoved {
        /// The month.
        period: Month,
    },
    /// `ALREADY_REISSUED`: what came back was paid out again, or given up.
    #[error(
        "发放 {payment} 退回的款项已重新发放或已冲销 / what came back of {payment} was paid out again already, or given up"
    )]
    AlreadyReissued {
        /// The payment that came back.
        payment: PaymentId,
    },
    /// `FUND_BALANCE_TOO_LOW`: the fund holds less than is to be paid.
    #[error(
        "资金余额 {balance} 元,不足支付 {asked} 元 / the fund holds {balance} yuan, which is less than {asked} yuan"
    )]
    FundBalanceTooLow {
        /// The fund.
        fund: FundId,
        /// What it holds.
        balance: Money,
        /// What was to be paid.
        asked: Money,
    },
    /// `STOCK_TOO_LOW`: the store has less of one kind of goods than is to be handed out.
    #[error(
        "“{item}”(单价 {unit_value} 元)库存 {stock} {unit},不足发放 {asked} {unit} / the store has {stock} {unit} of {item} at {unit_value} yuan, which is less than {asked}"
    )]
    StockTooLow {
        /// The store.
        store: StoreId,
        /// What it is.
        item: GoodsName,
        /// What it is counted in.
        unit: GoodsName,
        /// The declared value of one, which tells stocks of one name apart.
        unit_value: Money,
        /// How many there are.
        stock: i64,
        /// How many were to be handed out.
        asked: i64,
    },
}

impl AppendRefusal {
    /// The refusal for a claim that was taken already, given as the text that
    /// [`Claim`] prints. `None` for a text that is no claim of this domain.
    pub fn of_claim(claim: &str) -> Option<Self> {
        Some(match Claim::parse(claim)? {
            Claim::Month(PaidMonth { programme, month, claimant }) => {
                Self::AlreadyPaidForMonth { programme, month, subject: claimant }
            }
            Claim::Hand { officer, .. } | Claim::PeriodHand { officer, .. } => {
                Self::SameOfficer { officer }
            }
            Claim::PeriodUnderway { period } | Claim::PeriodStage { period, .. } => {
                Self::PeriodMoved { period }
            }
            Claim::Underway { .. } => Self::BatchUnderway,
            Claim::Stage { stage, .. } => Self::StageReached { stage },
            // Who is reported twice at once is refused by the second look at their own stream.
            Claim::Death { .. } | Claim::DeathReport { .. } => return None,
            // Taken by a return, and again by the reversal of who paid it out again: neither finds it taken.
            Claim::Returned { .. } => return None,
        })
    }

    /// The refusal for a claim that was given back and held by nobody. `None` for a claim that only a damaged
    /// ledger can lack, and for a text that is no claim of this domain.
    pub fn of_absent_claim(claim: &str) -> Option<Self> {
        match Claim::parse(claim)? {
            Claim::Stage { stage, .. } => Some(Self::StageNotReached { stage }),
            Claim::Returned { payment, .. } => Some(Self::AlreadyReissued { payment }),
            Claim::PeriodUnderway { period } | Claim::PeriodStage { period, .. } => {
                Some(Self::PeriodMoved { period })
            }
            Claim::Month(_)
            | Claim::Hand { .. }
            | Claim::PeriodHand { .. }
            | Claim::Death { .. }
            | Claim::DeathReport { .. }
            | Claim::Underway { .. } => None,
        }
    }

    /// The refusal for a posting that would take an account below zero: the account and the unit as
    /// [`Account`] and [`Unit`] print them, the balance that the posting met, and its amount, which is
    /// negative. `None` for an account that may fall below zero, a text that is none of this domain,
    /// or numbers outside the range of amounts.
    pub fn of_balance(account: &str, unit: &str, balance: i64, amount: i64) -> Option<Self> {
        let asked = amount.checked_neg()?;
        match (Account::parse(account)?, Unit::parse(unit)?) {
            (Account::Fund(fund), Unit::Cny) => Some(Self::FundBalanceTooLow {
                fund,
                balance: Money::from_fen(balance).ok()?,
                asked: Money::from_fen(asked).ok()?,
            }),
            (Account::Store(store), Unit::Goods { item, unit, unit_value }) => {
                Some(Self::StockTooLow { store, item, unit, unit_value, stock: balance, asked })
            }
            _ => None,
        }
    }
}

fn subject_zh(subject: &Claimant) -> &'static str {
    match subject {
        Claimant::Person(_) => "该人员",
        Claimant::Household(_) => "该户",
    }
}

fn subject_en(subject: &Claimant) -> &'static str {
    match subject {
        Claimant::Person(_) => "person",
        Claimant::Household(_) => "household",
    }
}

/// The name that clerks know the programme by; its id where the catalogue has lost it.
pub(crate) fn programme_zh(programme: &ProgrammeId) -> &str {
    Catalogue::standard().get(programme).map_or(programme.as_str(), |found| found.name.as_str())
}

impl Refusal for AppendRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AlreadyPaidForMonth { .. } => "ALREADY_PAID_FOR_MONTH",
            Self::SameOfficer { .. } => "SAME_OFFICER",
            Self::BatchUnderway
            | Self::StageReached { .. }
            | Self::StageNotReached { .. }
            | Self::PeriodMoved { .. } => "WRONG_STAGE",
            Self::AlreadyReissued { .. } => "ALREADY_REISSUED",
            Self::FundBalanceTooLow { .. } => "FUND_BALANCE_TOO_LOW",
            Self::StockTooLow { .. } => "STOCK_TOO_LOW",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::AlreadyPaidForMonth { .. } => &["entitlementMonth"],
            Self::FundBalanceTooLow { .. } => &["amount"],
            Self::StockTooLow { .. } => &["items"],
            Self::PeriodMoved { .. } => &["month"],
            Self::AlreadyReissued { .. }
            | Self::SameOfficer { .. }
            | Self::BatchUnderway
            | Self::StageReached { .. }
            | Self::StageNotReached { .. } => {
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ID: &str = "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11";

    #[test]
    fn a_claim_that_was_taken_says_programme_month_and_whose() {
        let refusal =
            AppendRefusal::of_claim(&format!("minimum-living-allowance/2020-06/household/{ID}"));
        let refusal = refusal.unwrap();
        assert_eq!(refusal.code(), "ALREADY_PAID_FOR_MONTH");
        assert_eq!(refusal.field(), Some(&["entitlementMonth"][..]));
        assert_eq!(
            refusal.message(),
            "该户在2020-06的“最低生活保障”已经发放 / minimum-living-allowance was paid to this household for 2020-06 already"
        );
        let person = AppendRefusal::of_claim(&format!("old-age-allowance/2020-06/person/{ID}"));
        assert!(person.unwrap().message().contains("该人员在2020-06的“高龄补贴”"));
    }

    #[test]
    fn a_fund_that_holds_too_little_says_what_it_holds_and_what_was_asked() {
        let refusal =
            AppendRefusal::of_balance(&format!("fund/{ID}"), "CNY", 10_000, -25_050).unwrap();
        assert_eq!(refusal.code(), "FUND_BALANCE_TOO_LOW");
        assert_eq!(refusal.field(), Some(&["amount"][..]));
        assert!(refusal.message().contains("100.00 元,不足支付 250.50 元"));
    }

    #[test]
    fn a_store_that_has_too_little_says_of_what() {
        let refusal =
            AppendRefusal::of_balance(&format!("store/{ID}"), "大米/袋@4500", 3, -5).unwrap();
        assert_eq!(refusal.code(), "STOCK_TOO_LOW");
        assert_eq!(refusal.field(), Some(&["items"][..]));
        assert!(refusal.message().starts_with("“大米”(单价 45.00 元)库存 3 袋,不足发放 5 袋"));
    }

    #[test]
    fn a_hand_or_a_stage_of_a_batch_that_was_taken_says_whose_and_which() {
        let hand = AppendRefusal::of_claim(&format!("batch/{ID}/1/hand/w-017")).unwrap();
        assert_eq!((hand.code(), hand.field()), ("SAME_OFFICER", None));
        assert!(hand.message().contains("w-017"), "{hand}");
        let digest = "8".repeat(64);
        let stage =
            AppendRefusal::of_claim(&format!("batch/{ID}/2/approved-1-of-1/{digest}")).unwrap();
        assert_eq!((stage.code(), stage.field()), ("WRONG_STAGE", None));
        for none in ["batch/x/1/submitted-of-1", "batch/1/submitted-of-1"] {
            assert_eq!(AppendRefusal::of_claim(none), None, "{none}");
        }
        for none in [
            "01/submitted-of-1",
            "1/submitted",
            "1/submitted-of-0",
            "1/approved-0-of-1",
            "1/approved-01-of-1",
            "1/approved-1-of-01",
            "1/hand/",
            "1/hand/w/x",
            "1/gone",
        ] {
            assert_eq!(AppendRefusal::of_claim(&format!("batch/{ID}/{none}")), None, "{none}");
            let claim = format!("batch/{ID}/{none}/{digest}");
            assert_eq!(AppendRefusal::of_claim(&claim), None, "{claim}");
        }
        let without = AppendRefusal::of_claim(&format!("batch/{ID}/2/approved-1-of-1"));
        assert_eq!(without, None);
    }

    #[test]
    fn a_month_that_moved_or_a_hand_in_its_closing_says_so() {
        let hand = AppendRefusal::of_claim("period/2020-06/2/hand/w-017").unwrap();
        assert_eq!((hand.code(), hand.field()), ("SAME_OFFICER", None));
        let taken = ["period/2020-06/underway", "period/2020-06/1/closed"];
        for claim in taken {
            let moved = AppendRefusal::of_claim(claim).unwrap();
            assert_eq!((moved.code(), moved.field()), ("WRONG_STAGE", Some(&["month"][..])));
            assert_eq!(AppendRefusal::of_absent_claim(claim), Some(moved));
        }
        assert_eq!(AppendRefusal::of_absent_claim("period/2020-06/2/hand/w-017"), None);
        for none in ["period/2020-6/underway", "period/2020-06/01/closed", "period/2020-06/1/over"]
        {
            assert_eq!(AppendRefusal::of_claim(none), None, "{none}");
        }
    }

    #[test]
    fn texts_that_are_none_of_this_domain_are_no_refusal() {
        assert_eq!(AppendRefusal::of_claim("minimum-living-allowance/2020-06"), None);
        assert_eq!(AppendRefusal::of_balance("cellar/1", "CNY", 0, -1), None);
        assert_eq!(AppendRefusal::of_balance("income/allotment", "CNY", 0, -1), None);
        assert_eq!(AppendRefusal::of_balance(&format!("fund/{ID}"), "USD", 0, -1), None);
    }
}
