//! `balances.csv`: account, unit and balance, sorted, one line each. UTF-8, RFC 4180 with LF.

use std::collections::BTreeMap;
use std::io;

/// The header line.
pub const HEADER: [&str; 3] = ["account", "unit", "balance"];

/// The sum of all postings of each account and unit.
pub type Balances = BTreeMap<(String, String), i128>;

/// The table's bytes. Whoever verifies derives the balances again and prints them with this.
///
/// # Errors
/// Never in practice: it writes to memory.
pub fn print(balances: &Balances) -> io::Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(HEADER)?;
    for ((account, unit), balance) in balances {
        table.write_record([account, unit, &balance.to_string()])?;
    }
    table.into_inner().map_err(csv::IntoInnerError::into_error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn balances_are_sorted_and_odd_names_are_quoted() {
        let balances = Balances::from([
            (("store/1".to_owned(), "米,\"新\"/袋@4500".to_owned()), 8),
            (("fund/2".to_owned(), "CNY".to_owned()), -1),
            (("fund/1".to_owned(), "CNY".to_owned()), i128::from(i64::MAX)),
        ]);
        let printed = String::from_utf8(print(&balances).unwrap()).unwrap();
        assert_eq!(
            printed,
            "account,unit,balance\nfund/1,CNY,9223372036854775807\nfund/2,CNY,-1\n\
             store/1,\"米,\"\"新\"\"/袋@4500\",8\n"
        );
        assert_eq!(print(&Balances::new()).unwrap(), b"account,unit,balance\n");
    }
}
