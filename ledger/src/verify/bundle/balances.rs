//! `balances.csv` against the balances that the entries give.

use crate::bundle::balances::{Balances, print};
use crate::verify::finding::Findings;

const RULE: &str = "balances.csv";

/// The table must be, to the byte, the one that is printed from the derived balances. Where it is
/// not, every account that differs is named. Gives how many are right.
pub(super) fn compare(derived: &Balances, table: &[u8], findings: &mut Findings) -> u64 {
    match print(derived) {
        Ok(expected) if expected == table => {
            return u64::try_from(derived.len()).unwrap_or(u64::MAX);
        }
        Ok(_) => {}
        Err(error) => findings.add(None, RULE, "balances that can be printed", error),
    }
    let Compared { right, different } = compare_rows(derived, table, findings);
    if different == 0 {
        let expected = "every account once, in order, in the one spelling of the format";
        findings.add(None, RULE, expected, "another order, header or spelling");
    }
    right
}

/// How many rows are right, and how many findings there were.
#[derive(Default)]
struct Compared {
    right: u64,
    different: u64,
}

fn compare_rows(derived: &Balances, table: &[u8], findings: &mut Findings) -> Compared {
    let mut left = derived.clone();
    let mut compared = Compared::default();
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(table);
    let mut differs = |compared: &mut Compared, expected: &str, found: &str| {
        compared.different = compared.different.saturating_add(1);
        findings.add(None, RULE, expected, found);
    };
    for row in rows.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                differs(&mut compared, "a table of text", &error.to_string());
                break;
            }
        };
        let shown = row.iter().collect::<Vec<_>>().join(",");
        let (Some(account), Some(unit), Some(balance), 3) =
            (row.get(0), row.get(1), row.get(2), row.len())
        else {
            differs(&mut compared, "account, unit and balance", &shown);
            continue;
        };
        match left.remove(&(account.to_owned(), unit.to_owned())) {
            Some(expected) if expected.to_string() == balance => {
                compared.right = compared.right.saturating_add(1);
            }
            Some(expected) => {
                differs(&mut compared, &format!("{account},{unit},{expected}"), &shown);
            }
            None => differs(&mut compared, "an account that the entries give, once", &shown),
        }
    }
    for ((account, unit), balance) in left {
        differs(&mut compared, &format!("{account},{unit},{balance}"), "no row");
    }
    compared
}
