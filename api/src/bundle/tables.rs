//! Tables as bytes: how many rows they have, and what differs from the one that the entries give.

use std::collections::BTreeSet;

use ledger::verify::Finding;

/// Lines of a table without its header. Names in our tables hold no line breaks.
pub(super) fn rows(table: &[u8]) -> u64 {
    let lines = memchr::memchr_iter(b'\n', table).count();
    u64::try_from(lines).unwrap_or(u64::MAX).saturating_sub(1)
}

/// What differs, line by line. Both tables are sorted and hold no line twice, so a difference of
/// the lines is one of the tables; where only their order or spelling differs, that is said.
pub(super) fn compare(rule: &'static str, derived: &[u8], found: &[u8]) -> Vec<Finding> {
    if derived == found {
        return Vec::new();
    }
    let lines = |table: &[u8]| {
        let lines = table.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect::<BTreeSet<_>>()
    };
    let (derived, found) = (lines(derived), lines(found));
    let finding = |expected: String, found: String| {
        // Lines come from outside: nothing in them may reach a terminal as a command.
        let found = found.escape_debug().to_string();
        Finding { position: None, rule, expected, found }
    };
    let missing =
        derived.difference(&found).map(|line| finding(line.clone(), "no such line".to_owned()));
    let extra =
        found.difference(&derived).map(|line| finding("no such line".to_owned(), line.clone()));
    let mut findings: Vec<_> = missing.chain(extra).collect();
    if findings.is_empty() {
        findings.push(finding("every line once, in order".to_owned(), "another order".to_owned()));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(table: &str) -> Vec<String> {
        let findings = compare("totals.csv", b"programme,payments\na,1\nb,2\n", table.as_bytes());
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn equal_tables_have_no_findings() {
        assert_eq!(found("programme,payments\na,1\nb,2\n"), Vec::<String>::new());
    }

    #[test]
    fn each_line_that_differs_is_named() {
        assert_eq!(
            found("programme,payments\na,1\nb,3\nc\u{1b}[2J,1\n"),
            [
                "totals.csv: expected b,2, found no such line",
                "totals.csv: expected no such line, found b,3",
                "totals.csv: expected no such line, found c\\u{1b}[2J,1",
            ]
        );
        assert_eq!(found("").len(), 3);
    }

    #[test]
    fn another_order_a_line_twice_and_a_missing_line_break_are_differences() {
        for table in [
            "programme,payments\nb,2\na,1\n",
            "programme,payments\na,1\na,1\nb,2\n",
            "programme,payments\na,1\nb,2",
            "programme,payments\n\na,1\nb,2\n",
        ] {
            assert_eq!(
                found(table),
                ["totals.csv: expected every line once, in order, found another order"]
            );
        }
    }
}
