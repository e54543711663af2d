//! What the ledger holds besides the figures that were published: batches, and what became of their payments.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Row, Table};

use super::plan::LEDGER;
use super::table::yuan;
use crate::books::Books;

/// What is counted: its names, and the statement that gives how many there are and, where it is money, how
/// many fen.
const COUNTED: [(&str, &str, &str); 6] = [
    (
        "批次",
        "batches",
        "select count(*), null::bigint from entries \
         where ledger_id = $1 and stream_type = 'batch' and sequence = 1",
    ),
    (
        "银行退回",
        "returned by the bank",
        "select count(*), sum(returned_fen)::bigint from read_models.returns where ledger_id = $1",
    ),
    (
        "退回重发",
        "paid out again",
        "select count(*), sum(amount_fen)::bigint from read_models.payments \
         where ledger_id = $1 and reissues is not null",
    ),
    (
        "冲销",
        "reversed",
        "select count(*), sum(p.amount_fen)::bigint from read_models.reversals r \
         join read_models.payments p on p.ledger_id = r.ledger_id and p.payment = r.payment \
         where r.ledger_id = $1",
    ),
    (
        "追回入账",
        "recovered",
        "select count(*), sum(amount_fen)::bigint from read_models.recoveries \
         where ledger_id = $1 and step = 'received'",
    ),
    (
        "豁免追回",
        "recovery waived",
        "select count(*), sum(amount_fen)::bigint from read_models.recoveries \
         where ledger_id = $1 and step = 'waived'",
    ),
];

/// How many of something the ledger holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// What they are, in Chinese.
    pub name_zh: &'static str,
    /// In English.
    pub name_en: &'static str,
    /// How many.
    pub count: i64,
    /// Their money in fen; absent where they are none.
    pub fen: Option<i64>,
}

/// Counts what the demo's ledger holds.
///
/// # Errors
/// When the database fails.
pub async fn count(books: &Books) -> Result<Vec<Holding>, String> {
    let mut holdings = Vec::with_capacity(COUNTED.len());
    for (name_zh, name_en, statement) in COUNTED {
        let found: Result<(i64, Option<i64>), sqlx::Error> =
            sqlx::query_as(statement).bind(LEDGER).fetch_one(books.pool()).await;
        let (count, fen) = found.map_err(|error| error.to_string())?;
        holdings.push(Holding { name_zh, name_en, count, fen });
    }
    Ok(holdings)
}

/// The table as text, ending in a line break.
pub fn render(holdings: &[Holding]) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_header([
        "账本另有\nand in the ledger",
        "笔数\ncount",
        "金额\namount",
    ]);
    for place in 1..3 {
        if let Some(column) = table.column_mut(place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.add_rows(holdings.iter().map(Holding::row));
    format!("{table}\n")
}

impl Holding {
    fn row(&self) -> Row {
        let name = format!("{} {}", self.name_zh, self.name_en);
        Row::from([name, self.count.to_string(), self.fen.map_or_else(String::new, yuan)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_how_many_and_how_much() {
        let (name_zh, name_en) = ("追回入账", "recovered");
        let some = Holding { name_zh, name_en, count: 8, fen: Some(240_000) };
        let text = render(&[some, Holding { fen: None, ..some }]);
        for part in ["追回入账 recovered", "8", "2,400.00 元"] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
