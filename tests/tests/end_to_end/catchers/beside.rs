//! The tables beside the entries: in each a value changed, a row deleted, and a row put in that does not
//! belong there.

use super::cells::{GONE, NO, YES};
use super::deed::Deed::{Deleted, Inserted, Sql, Value};
use super::{Answer, Row, row};

/// Bundles hold the entries, and what follows from them is derived anew; checkpoints and witnesses
/// know nothing else either.
const DATABASE_ONLY: [Answer; 5] = [NO, YES, NO, NO, NO];

/// Each table, how a value of it is changed, and what the row that is put in says otherwise than
/// the one that it is a copy of.
const TABLES: [(&str, &str, &str); 27] = [
    (
        "requests",
        "position = position + 1",
        r#"{"request_id": "00000000-0000-8000-8000-000000000001"}"#,
    ),
    (
        "claims",
        "position = position + 1",
        r#"{"claim": "\\x0102030405060708090a0b0c0d0e0f1011121314"}"#,
    ),
    ("balances", "amount = amount + 1", r#"{"account": "fund/somewhere-else"}"#),
    (
        "attachments",
        "sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)",
        r#"{"position": 1000}"#,
    ),
    ("persons", "sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1)", SOMEBODY_ELSE),
    (
        "households",
        "wrapped_key = set_byte(wrapped_key, 50, get_byte(wrapped_key, 50) # 1)",
        SOMEBODY_ELSE,
    ),
    ("accounts", "lookup = set_byte(lookup, 5, get_byte(lookup, 5) # 1)", SOMEBODY_ELSE),
    ("read_models.cursors", "position = position + 1", r#"{"read_model": "another"}"#),
    ("read_models.payments", "amount_fen = amount_fen + 1", AT_0),
    ("read_models.settlements", "occurred_on = occurred_on + 1", REVERSAL),
    ("read_models.returns", "returned_fen = returned_fen + 1", REVERSAL),
    ("read_models.recoveries", "amount_fen = amount_fen + 1", AT_0),
    ("read_models.reversals", "occurred_on = occurred_on + 1", REVERSAL),
    (
        "read_models.funds",
        "paid_fen = paid_fen - 1",
        r#"{"fund": "00000000-0000-8000-8000-000000000001"}"#,
    ),
    ("read_models.receipts", "amount_fen = amount_fen + 1", AT_0),
    (
        "read_models.stores",
        "name = name || 'x'",
        r#"{"store": "00000000-0000-8000-8000-000000000001"}"#,
    ),
    ("read_models.stock", "quantity = quantity + 1", r#"{"item": "another"}"#),
    ("read_models.grants", "amount_fen = amount_fen + 1", GRANT),
    ("read_models.grant_stops", "month_from = month_from + 1", AT_0),
    ("read_models.deaths", "occurred_on = occurred_on + 1", AT_0),
    ("read_models.period_steps", "round = round + 1", AT_0),
    ("read_models.late_entries", "month = month + 1", AT_0),
    ("read_models.trail", "subject = subject || 'x'", r#"{"subject": "another"}"#),
    ("tiles", "hashes = set_byte(hashes, 9, get_byte(hashes, 9) # 1)", r#"{"level": 3}"#),
    (
        "commands",
        "command = set_byte(command, 3, get_byte(command, 3) # 1)",
        r#"{"hash": "\\x000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f"}"#,
    ),
    ("kept_checkpoints", "root = set_byte(root, 9, get_byte(root, 9) # 1)", r#"{"size": 300}"#),
    (
        "cosignatures",
        "line = overlay(line placing 'AAAA' from 60)",
        r#"{"witness": "witness.example/another"}"#,
    ),
];

/// No entry names this one.
const SOMEBODY_ELSE: &str = r#"{"id": "ffffffff-ffff-8fff-bfff-ffffffffffff",
    "lookup": "\\x000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f"}"#;

/// The entry at position 0 opens the ledger and gives no row.
const AT_0: &str = r#"{"position": 0}"#;
/// A payment is settled, returned and reversed once.
const REVERSAL: &str = r#"{"position": 0, "payment": "00000000-0000-8000-8000-000000000001"}"#;
/// A grant is approved once.
const GRANT: &str = r#"{"position": 0, "grant_id": "00000000-0000-8000-8000-000000000001"}"#;

/// Who notices what is done to a table, where it is not the verification of the database alone: a
/// value, a deleted row, one that was put in.
fn otherwise(table: &str) -> [[Answer; 5]; 3] {
    match table {
        // There is one only, and the start opens the first of them to see whether the keys fit.
        "accounts" => [[YES, YES, GONE, NO, NO], DATABASE_ONLY, DATABASE_ONLY],
        // Bundles hold the commands that entries name, and no others.
        "commands" => [[NO, YES, YES, NO, NO], [NO, YES, GONE, NO, NO], DATABASE_ONLY],
        // A bundle takes the note, and what stands beside it in the row is not in it.
        "kept_checkpoints" => [DATABASE_ONLY, DATABASE_ONLY, [NO, YES, YES, NO, NO]],
        // A newer cosignature stands for everything before it, so that one which is gone proves nothing
        // less; what a stranger signed counts for nothing in a bundle.
        "cosignatures" => [[NO, YES, YES, NO, NO], [NO; 5], DATABASE_ONLY],
        _ => [DATABASE_ONLY; 3],
    }
}

pub(super) fn rows() -> Vec<Row> {
    let each = TABLES.into_iter().flat_map(|(table, change, other)| {
        let [value, deleted, inserted] = otherwise(table);
        [
            row(format!("`{table}`: a value"), value, Value(table, change)),
            row(format!("`{table}`: a row deleted"), deleted, Deleted(table)),
            row(format!("`{table}`: a row put in"), inserted, Inserted(table, other)),
        ]
    });
    let mut rows: Vec<Row> = each.collect();
    rows.extend(one_row_a_ledger());
    rows.extend(more());
    rows
}

/// Tables that hold one row of each ledger, so that none can be put in.
fn one_row_a_ledger() -> Vec<Row> {
    vec![
        row(
            "`heads`: a value",
            [YES, YES, GONE, NO, NO],
            Value("heads", "position = position + 1"),
        ),
        // Whoever holds a checkpoint of it is told that there is no such ledger.
        row("`heads`: the row deleted", [YES, YES, GONE, YES, NO], Deleted("heads")),
        row(
            "`latest_checkpoints`: a value",
            [YES, YES, GONE, NO, NO],
            Value("latest_checkpoints", "root = set_byte(root, 9, get_byte(root, 9) # 1)"),
        ),
        // The start finds the same checkpoint in its file and signs it again.
        row("`latest_checkpoints`: the row deleted", DATABASE_ONLY, Deleted("latest_checkpoints")),
    ]
}

fn more() -> Vec<Row> {
    vec![
        // The tree at the start is made of the roots of full tiles and the leaves behind them.
        row(
            "`tiles`: the root of one",
            [YES, YES, GONE, NO, NO],
            Value("tiles", "root = set_byte(root, 9, get_byte(root, 9) # 1)"),
        ),
        row(
            "`cosignatures`: a row deleted, and the policy requires the witness",
            [NO, YES, YES, NO, NO],
            Deleted("cosignatures"),
        )
        .where_witnesses_are_required(),
        row(
            "`cosignatures`: the row of a witness's key given to another",
            DATABASE_ONLY,
            Value("cosignatures", "key_hash = set_byte(key_hash, 1, get_byte(key_hash, 1) # 1)"),
        ),
        // The checkpoint after it stands over everything that this one stood over.
        row(
            "`kept_checkpoints`: a row deleted, its cosignatures with it",
            [NO; 5],
            Sql("with gone as (delete from cosignatures where {ours} returning size) \
                 delete from kept_checkpoints where {ours} and size in (select size from gone)"),
        ),
        // It is just what forgetting somebody does, and that leaves no entry.
        row(
            "`persons`: number, name and key of one destroyed",
            [NO; 5],
            Value("persons", "lookup = null, wrapped_key = null, sealed = null"),
        ),
    ]
}
