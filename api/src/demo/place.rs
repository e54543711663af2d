//! Where the demo plays: Zhonglou district, its seven streets and its one town.

/// The district's own region code.
pub(super) const DISTRICT: &str = "320404";

/// A street or the town.
pub(super) struct Place {
    /// Nine-digit statistical code.
    pub(super) code: &'static str,
    /// Name in Chinese.
    pub(super) name: &'static str,
    /// Share of the district's invented households, of 100.
    pub(super) weight: usize,
    /// How many of 1,000 households are rural.
    pub(super) rural_per_mille: usize,
}

/// The one town, where the rural recipients live.
pub(super) const TOWN: usize = 7;

/// Seven streets and one town ("1镇7街道"), with the codes of the National Bureau of Statistics as
/// modood/Administrative-divisions-of-China holds them (snapshot of 2024-11-28).
pub(super) const PLACES: [Place; 8] = [
    Place { code: "320404001", name: "五星街道", weight: 18, rural_per_mille: 0 },
    Place { code: "320404002", name: "永红街道", weight: 17, rural_per_mille: 0 },
    Place { code: "320404003", name: "北港街道", weight: 12, rural_per_mille: 120 },
    Place { code: "320404004", name: "西林街道", weight: 9, rural_per_mille: 150 },
    Place { code: "320404005", name: "南大街街道", weight: 14, rural_per_mille: 0 },
    Place { code: "320404006", name: "荷花池街道", weight: 13, rural_per_mille: 0 },
    Place { code: "320404007", name: "新闸街道", weight: 7, rural_per_mille: 180 },
    Place { code: "320404116", name: "邹区镇", weight: 10, rural_per_mille: 850 },
];

/// The shares of all places, in their order.
pub(super) fn weights() -> [usize; 8] {
    PLACES.map(|place| place.weight)
}
