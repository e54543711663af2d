//! Where a month of the books stands.

use crate::vocabulary::words;

words! {
    /// Where a month of the books stands.
    PeriodStage {
        /// What is recorded for its days is in time.
        Open "open" "未结账",
        /// One officer asks to close it.
        ClosingProposed "closing_proposed" "待结账",
        /// Two officers closed it: what is recorded for its days from here on is late.
        Closed "closed" "已结账",
        /// One officer asks to open it again; it is closed until another confirms.
        ReopeningProposed "reopening_proposed" "待反结账",
    }
}

impl PeriodStage {
    /// Whether what is recorded for a day of the month is late.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed | Self::ReopeningProposed)
    }
}
