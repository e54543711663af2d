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

/// What is summed. What happened after the asked position has not happened, and every payment belongs to
/// its own period, whenever it was settled, returned, recovered or reversed. A payment of which nothing counts
/// is absent, one of which a part counts is a payment as any other.
///
/// What was instructed is what was settled, what was returned and what is on its way, except that on the
/// basis of entitlement the parts of a payment are spread over its months each for itself: in a month that
/// is not its last they may fall short of the whole by the fen that do not divide. What was recovered was
/// settled all the same: net is what was settled and what is on its way, less what was recovered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Measure {
    /// Payments that stand: without those that were reversed, without what came back and what was recovered,
    /// and with what is on its way. A recovery undoes nothing: a payment of which all was recovered counts with
    /// its persons and an amount of zero.
    #[default]
    Net,
    /// Everything that was paid, reversed and returned or not.
    Gross,
    /// Payments that were not reversed, with what was asked of the bank, whatever it said of them.
    Instructed,
    /// The part of these that arrived: a payment recorded by itself at once, one of a batch when a bank
    /// credited it. Where a bank gave back some of it, the part that stayed.
    Settled,
    /// What banks gave back of payments that were not reversed; each is counted as a payment.
    Returned,
    /// What came in of payments that were asked back; each is counted as a payment.
    Recovered,
    /// What was given up of payments that were asked back; each is counted as a payment.
    Waived,
    /// All money that came into funds, by its income programme; an allotment has none. Counts are 0.
    Received,
    /// The part of that which was allotted from above: what has no income programme. Counts are 0.
    Allotted,
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
