//! Rows that should be there against rows that are.

use std::cmp::Ordering;

use super::{Difference, Discrepancy};
use crate::copy::Rows;
use crate::error::Result;
use crate::table::Table;

/// Tells every difference between two sets of rows, in the order of their bytes; the order in which
/// they were given does not matter.
pub(super) fn compare(
    table: &'static Table,
    expected: &Rows,
    actual: &Rows,
    mut tell: impl FnMut(Difference),
) -> Result<()> {
    // The usual case: the same rows in the same order.
    if expected.len() == actual.len() && expected.iter().eq(actual.iter()) {
        return Ok(());
    }
    let (expected, actual) = (sorted(table, expected)?, sorted(table, actual)?);
    let (mut expected, mut actual) = (expected.iter().peekable(), actual.iter().peekable());
    loop {
        let order = match (expected.peek(), actual.peek()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((should, _)), Some((is, _))) => should.cmp(is),
        };
        // The side that is peeked at is there.
        let should = if order.is_le() { expected.next() } else { None };
        let is = if order.is_ge() { actual.next() } else { None };
        if let Some(difference) = difference(table, should, is)? {
            tell(difference);
        }
    }
}

/// A row with its key before it.
type Keyed<'r> = (&'r [u8], &'r [u8]);

fn sorted<'r>(table: &Table, rows: &'r Rows) -> Result<Vec<Keyed<'r>>> {
    let mut keyed = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        keyed.push((table.key_of(row)?, row));
    }
    keyed.sort_unstable();
    Ok(keyed)
}

fn difference(
    table: &'static Table,
    expected: Option<&Keyed<'_>>,
    actual: Option<&Keyed<'_>>,
) -> Result<Option<Difference>> {
    let (row, what) = match (expected, actual) {
        (Some((_, should)), Some((_, is))) => {
            let Some((column, expected, found)) = table.first_difference(should, is)? else {
                return Ok(None);
            };
            (should, Discrepancy::Changed { column, expected, found })
        }
        (Some((_, should)), None) => (should, Discrepancy::Missing),
        (None, Some((_, is))) => (is, Discrepancy::Unexpected),
        (None, None) => return Ok(None),
    };
    Ok(Some(Difference { table: table.name, key: table.describe_key(row)?, what }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::TRAIL;

    fn rows(links: &[(i64, &str, &str)]) -> Rows {
        let mut rows = Rows::default();
        for (position, kind, subject) in links {
            rows.add(4, |row| {
                row.text("cn-1").int8(*position).text(kind).text(subject);
            });
        }
        rows
    }

    fn differences(table: &'static Table, expected: &Rows, actual: &Rows) -> Vec<String> {
        let mut told = Vec::new();
        let outcome =
            compare(table, expected, actual, |difference| told.push(difference.to_string()));
        assert!(outcome.is_ok());
        told
    }

    #[test]
    fn the_same_rows_in_another_order_do_not_differ() {
        let (one, other) = (
            rows(&[(1, "fund", "a"), (1, "officer", "w"), (2, "fund", "a")]),
            rows(&[(2, "fund", "a"), (1, "officer", "w"), (1, "fund", "a")]),
        );
        assert!(differences(&TRAIL, &one, &other).is_empty());
    }

    #[test]
    fn missing_and_unexpected_rows_are_named_by_their_keys() {
        let (one, other) = (
            rows(&[(1, "fund", "a"), (2, "fund", "a")]),
            rows(&[(1, "fund", "a"), (2, "fund", "b")]),
        );
        assert_eq!(
            differences(&TRAIL, &one, &other),
            [
                "read_models.trail position=2 subject_kind=fund subject=a: the entries give this row, the table lacks it",
                "read_models.trail position=2 subject_kind=fund subject=b: the table holds a row that no entry gives",
            ]
        );
    }

    const SUMS: Table = Table {
        name: "sums",
        columns: &[
            ("ledger_id", crate::table::Kind::Text),
            ("position", crate::table::Kind::Int8),
            ("kind", crate::table::Kind::Text),
            ("text", crate::table::Kind::Text),
        ],
        key: 2,
    };

    #[test]
    fn a_changed_value_is_named_by_its_column() {
        let (one, other) = (rows(&[(7, "x", "a")]), rows(&[(7, "x", "b")]));
        assert_eq!(
            differences(&SUMS, &one, &other),
            ["read_models.sums position=7: text is b, the entries give a"]
        );
    }
}
