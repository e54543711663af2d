//! The columns of a kind of list, by their English and Chinese names.

use std::fmt;

/// A column of a kind of list.
pub trait ListColumn: Copy + Ord + fmt::Display + 'static {
    /// Every column, in the order in which the interface lists them. The first two are named as examples
    /// where a file has no header.
    const COLUMNS: &'static [Self];

    /// Its names as a header spells them, the English one first.
    fn names(self) -> (&'static str, &'static str);

    /// Its place in [`Self::COLUMNS`].
    fn number(self) -> usize;

    /// Whether its values are about a person, so that a message may show them masked only.
    fn holds_personal_data(self) -> bool;

    /// Reads a header's name in either language; English in any case.
    fn parse(name: &str) -> Option<Self> {
        Self::COLUMNS.iter().copied().find(|column| {
            let (english, chinese) = column.names();
            chinese == name || english.eq_ignore_ascii_case(name)
        })
    }
}

/// The columns of one kind of list, each with its English and its Chinese name. The type says by a function
/// `is_personal` which of them hold personal data.
macro_rules! columns {
    ($(#[$of:meta])* $column:ident {
        $($(#[$doc:meta])* $name:ident $english:literal $chinese:literal,)*
    }) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $column { $($(#[$doc])* $name,)* }

        impl $column {
            /// Every column, in the order in which the interface lists them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The English name, as a header spells it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $english,)* }
            }

            /// The Chinese name, as a header spells it.
            pub const fn name_zh(self) -> &'static str {
                match self { $(Self::$name => $chinese,)* }
            }
        }

        impl std::fmt::Display for $column {
            /// Both names, Chinese first: `金额 (amount)`.
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{} ({})", self.name_zh(), self.name())
            }
        }

        impl $crate::list_file::ListColumn for $column {
            const COLUMNS: &'static [Self] = Self::ALL;

            fn names(self) -> (&'static str, &'static str) {
                (self.name(), self.name_zh())
            }

            fn number(self) -> usize {
                self as usize
            }

            fn holds_personal_data(self) -> bool {
                self.is_personal()
            }
        }
    };
}

pub(crate) use columns;
