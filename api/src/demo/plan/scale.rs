//! How many months the demo pays at once.

use std::fmt;
use std::str::FromStr;

/// How many months of a periodic programme are paid to a person at once: 1, 3, 6, 12 or 60. At a
/// scale of N there are about N times fewer payments with the same totals and every rule in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scale(u8);

/// Why a text is not a scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("规模须为1、3、6、12或60 / the scale is 1, 3, 6, 12 or 60, not {text}")]
pub struct NotAScale {
    /// What was found.
    pub text: String,
}

impl Scale {
    /// Every scale, from the most payments to the fewest.
    pub const ALL: [Self; 5] = [Self(1), Self(3), Self(6), Self(12), Self(60)];

    /// The scale of that many months; `None` if there is none.
    pub fn of_months(months: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|scale| u32::from(scale.0) == months)
    }

    /// How many months are paid at once.
    pub const fn months(self) -> u32 {
        self.0 as u32
    }

    /// The same as an index into the plan's months.
    pub(super) const fn span(self) -> usize {
        self.0 as usize
    }
}

/// A person a year: twelve months at once.
impl Default for Scale {
    fn default() -> Self {
        Self(12)
    }
}

impl FromStr for Scale {
    type Err = NotAScale;

    fn from_str(text: &str) -> Result<Self, NotAScale> {
        let months = text.parse().ok();
        months.and_then(Self::of_months).ok_or_else(|| NotAScale { text: text.to_owned() })
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}
