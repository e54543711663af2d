//! The funds that pay, and the money that comes into them.
//!
//! Allotments of a year follow from what the plan pays in it: rounded up to ten thousand yuan, a
//! little more than half in January and the rest in July, so that no balance ever falls below zero.
//! The charity fund lives on its published income instead.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "sums stay below 10^8 yuan and counts below a hundred"
)]

use domain::vocabulary::{FundLevel, FundSource};

use super::DemoError;
use super::values::{
    MONTHS_A_YEAR, YEARS, calendar_day, client_id, document, money, plain_name, programme, year_of,
};
use crate::requests::{OpenFundRequest, ReceiveFundsRequest};

/// A fund of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FundKey {
    /// Hardship subsidy of the central budget.
    Central,
    /// Hardship subsidy of the province.
    Provincial,
    /// The district's social assistance budget.
    District,
    /// The district's budget for people with disabilities.
    Disability,
    /// The district's budget for old people.
    OldAge,
    /// The district's share of the welfare lottery.
    Lottery,
    /// Donations held by the charity association.
    Charity,
}

impl FundKey {
    /// All funds, in the order in which they are opened.
    pub(super) const ALL: [Self; 7] = [
        Self::Central,
        Self::Provincial,
        Self::District,
        Self::Disability,
        Self::OldAge,
        Self::Lottery,
        Self::Charity,
    ];

    /// The client's id of the fund.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Central => "hardship-central",
            Self::Provincial => "hardship-provincial",
            Self::District => "district-social-assistance",
            Self::Disability => "district-disability",
            Self::OldAge => "district-old-age",
            Self::Lottery => "welfare-lottery",
            Self::Charity => "charity-association",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Central => "中央财政困难群众救助补助资金",
            Self::Provincial => "省级财政困难群众救助补助资金",
            Self::District => "钟楼区社会救助资金",
            Self::Disability => "钟楼区残疾人两项补贴资金",
            Self::OldAge => "钟楼区高龄补贴资金",
            Self::Lottery => "钟楼区福彩公益金",
            Self::Charity => "钟楼区慈善会慈善资金",
        }
    }

    const fn origin(self) -> (FundSource, Option<FundLevel>) {
        match self {
            Self::Central => (FundSource::HardshipSubsidy, Some(FundLevel::Central)),
            Self::Provincial => (FundSource::HardshipSubsidy, Some(FundLevel::Provincial)),
            Self::District | Self::Disability | Self::OldAge => {
                (FundSource::Fiscal, Some(FundLevel::County))
            }
            Self::Lottery => (FundSource::WelfareLottery, Some(FundLevel::County)),
            Self::Charity => (FundSource::Charity, None),
        }
    }

    /// The budget function code, where one is seen in notices.
    const fn budget_code(self) -> Option<&'static str> {
        match self {
            Self::Central | Self::Provincial | Self::District => Some("2081901"),
            _ => None,
        }
    }

    /// The earmark. A group (特困) stands for its members.
    const fn earmark(self) -> &'static [&'static str] {
        match self {
            Self::Central | Self::Provincial => &[
                "minimum-living-allowance",
                "extreme-poverty-support",
                "orphan-basic-living-allowance",
                "temporary-assistance",
            ],
            Self::District => &[
                "minimum-living-allowance",
                "marginal-family-assistance",
                "extreme-poverty-support",
                "temporary-assistance",
            ],
            Self::Disability => &["disability-living-allowance", "disability-nursing-subsidy"],
            Self::OldAge => &["old-age-allowance"],
            Self::Lottery => &["orphan-basic-living-allowance", "disability-nursing-subsidy"],
            Self::Charity => &["charity-six-aids"],
        }
    }

    /// What stands before the year in the numbers of its allotment documents, and the first number.
    const fn documents(self) -> (&'static str, usize) {
        match self {
            Self::Central => ("苏财社", 12),
            Self::Provincial => ("苏财社", 13),
            Self::District => ("钟财社", 5),
            Self::Disability => ("钟财社", 6),
            Self::OldAge => ("钟财社", 7),
            Self::Lottery => ("钟财综", 4),
            Self::Charity => ("钟慈", 3),
        }
    }

    /// Asks to open the fund.
    pub(super) fn opening(self) -> Result<OpenFundRequest, DemoError> {
        let (source, level) = self.origin();
        Ok(OpenFundRequest {
            id: client_id(self.id())?,
            name: plain_name(self.name())?,
            source,
            level,
            budget_code: self.budget_code().map(plain_name).transpose()?,
            programmes: self.earmark().iter().map(|id| programme(id)).collect::<Result<_, _>>()?,
        })
    }
}

/// Money that comes in.
pub(super) struct Receipt {
    fund: FundKey,
    /// Month of the plan.
    pub(super) month: usize,
    day: u32,
    yuan: i64,
    /// Number of the receipt in the month, for its id and document.
    number: usize,
    income: Option<&'static str>,
}

impl Receipt {
    /// Asks to book it.
    pub(super) fn request(&self) -> Result<ReceiveFundsRequest, DemoError> {
        let (prefix, number) = self.fund.documents();
        let year = year_of(self.month)?;
        let id = format!("receipt-{}-{year}-{:02}", self.fund.id(), self.number);
        Ok(ReceiveFundsRequest {
            id: client_id(&id)?,
            fund: self.fund.id().to_owned(),
            amount: money(self.yuan)?,
            occurred_on: calendar_day(self.month, self.day)?,
            document: Some(document(&format!(
                "{prefix}〔{year}〕{}号",
                number + 20 * self.number
            ))?),
            income: self.income.map(programme).transpose()?,
        })
    }
}

/// What a fund pays in each year of the plan, in yuan.
pub(super) type Spending = [i64; YEARS];

/// The allotments of a fund that pays so much.
pub(super) fn allotments(fund: FundKey, spending: &Spending) -> Vec<Receipt> {
    const STEP: i64 = 10_000;
    let mut receipts = Vec::new();
    for (year, spent) in spending.iter().enumerate() {
        let whole = round_up(*spent, STEP);
        let first = round_up(whole * 55 / 100, STEP).min(whole);
        for (number, (yuan, month)) in [(first, 0), (whole - first, 6)].into_iter().enumerate() {
            if yuan > 0 {
                let month = year * MONTHS_A_YEAR + month;
                receipts.push(Receipt { fund, month, day: 5, yuan, number, income: None });
            }
        }
    }
    receipts
}

/// The charity fund's income: a donation drive every January, and the yearly instalments of the pledged
/// funds in four quarters. The sums are the published totals, growing a little from year to year.
pub(super) fn charity_income(donations: i64, interest: i64) -> Vec<Receipt> {
    let mut receipts = Vec::new();
    for (year, yuan) in shares(donations, &[18, 19, 20, 21, 22]).into_iter().enumerate() {
        let month = year * MONTHS_A_YEAR;
        let income = Some("charity-one-day-donation");
        receipts.push(Receipt { fund: FundKey::Charity, month, day: 5, yuan, number: 0, income });
    }
    let quarters: Vec<i64> = (0..20).map(|quarter| 40 + quarter).collect();
    for (quarter, yuan) in shares(interest, &quarters).into_iter().enumerate() {
        let (month, number) = (quarter * 3, quarter % 4 + 1);
        let income = Some("charity-fund-interest");
        receipts.push(Receipt { fund: FundKey::Charity, month, day: 8, yuan, number, income });
    }
    receipts
}

/// Splits a sum by weights into whole hundreds of yuan; the last share takes what remains.
fn shares(total: i64, weights: &[i64]) -> Vec<i64> {
    let all: i64 = weights.iter().sum::<i64>().max(1);
    let mut parts: Vec<i64> =
        weights.iter().map(|weight| total * weight / all / 100 * 100).collect();
    let given: i64 = parts.iter().sum();
    if let Some(last) = parts.last_mut() {
        *last += total - given;
    }
    parts
}

fn round_up(yuan: i64, step: i64) -> i64 {
    (yuan + step - 1) / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_the_whole() {
        assert_eq!(shares(1000, &[1, 1, 1]), vec![300, 300, 400]);
        assert_eq!(shares(3_529_000, &[18, 19, 20, 21, 22]).iter().sum::<i64>(), 3_529_000);
    }

    #[test]
    fn a_years_allotments_are_its_spending_rounded_up() {
        let receipts = allotments(FundKey::OldAge, &[123_456, 0, 10_000, 1, 40_000]);
        let yuan: Vec<i64> = receipts.iter().map(|receipt| receipt.yuan).collect();
        assert_eq!(yuan, vec![80_000, 50_000, 10_000, 10_000, 30_000, 10_000]);
    }
}
