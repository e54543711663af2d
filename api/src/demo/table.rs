//! The table that the demo prints: what was published, what the ledger holds, whether they are equal.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Row, Table};

use super::published::{Measure, PublishedFigure};

/// One published figure beside what the ledger answers for it.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// What was published.
    pub figure: PublishedFigure,
    /// The ledger's answer: fen for amounts, otherwise the count.
    pub in_ledger: i64,
}

impl Comparison {
    /// Whether the ledger's answer, rounded half up to what is printed, is the published figure.
    pub fn is_equal(&self) -> bool {
        self.figure.equals(self.in_ledger)
    }

    fn row(&self) -> Row {
        let figure = &self.figure;
        let rounded = figure.printed.round(self.in_ledger);
        let as_printed = rounded.map_or_else(String::new, |digits| figure.printed.write(digits));
        let (name, in_ledger) = match figure.measure {
            Measure::Amount => {
                let exact = yuan(self.in_ledger);
                (
                    format!("{}\n{}", figure.name_zh, figure.name_en),
                    format!("{as_printed}\n{exact}"),
                )
            }
            Measure::Households | Measure::PersonTimes => {
                let counted = figure.measure.name_en();
                let unit = &figure.printed.unit;
                (format!("{}({unit})\n{}: {counted}", figure.name_zh, figure.name_en), as_printed)
            }
        };
        let equal = if self.is_equal() { "是 yes" } else { "否 NO" }.to_owned();
        Row::from([name, figure.printed.write(figure.printed.digits), in_ledger, equal])
    }
}

/// The table as text, one figure a row in the order given, ending in a line break.
pub fn render(comparisons: &[Comparison]) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header([
        "项目\nprogramme",
        "公布\npublished",
        "账本\nin the ledger",
        "相等\nequal?",
    ]);
    for place in 1..3 {
        if let Some(column) = table.column_mut(place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.add_rows(comparisons.iter().map(Comparison::row));
    format!("{table}\n")
}

/// Prints the table to standard output; gives whether every row is equal.
pub fn print(comparisons: &[Comparison]) -> bool {
    print!("{}", render(comparisons));
    comparisons.iter().all(Comparison::is_equal)
}

/// Fen as yuan with groups of three digits: `92,439,800.00 元`.
pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let (yuan, rest) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    let digits = yuan.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        let behind = digits.len().saturating_sub(place);
        if place > 0 && behind.is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}.{rest:02} 元")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::demo::published::figures;

    #[test]
    fn a_row_says_what_was_published_what_stands_in_the_ledger_and_whether_they_are_equal() {
        let figure = figures().unwrap().into_iter().next().unwrap();
        let equal = Comparison { in_ledger: figure.value, figure: figure.clone() };
        let text = render(std::slice::from_ref(&equal));
        for part in ["9243.98 万元", "92,439,800.00 元", "最低生活保障", "dibao", "是 yes"]
        {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let other = Comparison { in_ledger: equal.in_ledger + 5_000, figure };
        assert!(!other.is_equal());
        assert!(render(&[other]).contains("否 NO"));
    }

    #[test]
    fn yuan_are_grouped_by_three_and_always_show_fen() {
        assert_eq!(yuan(0), "0.00 元");
        assert_eq!(yuan(-92_405), "-924.05 元");
        assert_eq!(yuan(9_243_980_000), "92,439,800.00 元");
    }
}
