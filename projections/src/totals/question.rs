//! What can be asked of the totals.

use domain::calendar::Day;
use domain::ids::{FundId, ProgrammeId};
use domain::vocabulary::{AidForm, FundSource, Residency};
use ledger::LedgerId;

/// By which of its times a payment belongs to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Basis {
    /// By the day it was paid.
    #[default]
    Occurred,
    /// By the months that it pays for: its amount is spread evenly over them in whole fen, the
    /// remainder on the last. A payment without a month belongs to that of the day it was paid. Of
    /// the two ends of a period only their months count.
    Entitlement,
}

/// What is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Measure {
    /// Payments that stand: one that was reversed up to the asked position is absent, in its own period.
    #[default]
    Net,
    /// Everything that was paid, reversed or not.
    Gross,
    /// All money that came into funds, by its income programme; an allotment has none. Counts are 0.
    Received,
}

/// What rows are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// The bureau's books.
    Ledger,
    /// The programme as it was paid under; never a group. For receipts the income programme.
    Programme,
    /// The fund.
    Fund,
    /// The fund's source.
    FundSource,
    /// The whole region code.
    Region,
    /// The month, on the basis that was asked for.
    Month,
    /// The year, likewise.
    Year,
    /// Form of aid.
    Form,
    /// Urban or rural.
    Residency,
}

/// Which payments or receipts count. A condition that is `None` admits all, an empty list admits none.
/// What a payment or receipt does not have does not meet a condition: goods have no fund, receipts
/// have no region, residency or form.
#[derive(Debug, Clone, Default)]
pub struct TotalsFilter {
    /// Of these books.
    pub ledgers: Vec<LedgerId>,
    /// Under one of these, groups already replaced by their members.
    pub programmes: Option<Vec<ProgrammeId>>,
    /// From, or into, one of these.
    pub funds: Option<Vec<FundId>>,
    /// From, or into, a fund of one of these sources.
    pub fund_sources: Option<Vec<FundSource>>,
    /// In a region whose code begins with one of these.
    pub regions: Option<Vec<String>>,
    /// Urban or rural.
    pub residency: Option<Residency>,
    /// In one of these forms.
    pub forms: Option<Vec<AidForm>>,
    /// On this day or later.
    pub from: Option<Day>,
    /// On this day or earlier.
    pub to: Option<Day>,
    /// Which time decides.
    pub basis: Basis,
    /// What is summed.
    pub measure: Measure,
    /// As the books stood with this entry as the last one; needs exactly one ledger. By default as
    /// far as the read models have come.
    pub as_of: Option<u64>,
}
