//! The tables of the read models as the program knows them: their columns in order, and which of
//! these name a row.

use std::fmt::Write as _;

use ledger::LedgerId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::copy::{FieldReader, day_from_2000};
use crate::error::Result;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Uuid,
    Int8,
    Int4,
    Bool,
    Day,
    Texts,
}

/// A table of the schema `read_models`. Every row is written by COPY in the order of `columns`.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its name in the schema.
    pub(crate) name: &'static str,
    /// Every column; the first is `ledger_id`.
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// How many columns at the front name a row in a ledger, `ledger_id` counted.
    pub(crate) key: usize,
}

impl Table {
    /// The statement that takes rows in.
    pub(crate) fn copy_in(&self) -> String {
        format!("copy read_models.{} ({}) from stdin (format binary)", self.name, self.list())
    }

    /// The statement that gives the ledger's rows out, those only that also meet the condition.
    pub(crate) fn copy_out(&self, ledger: &LedgerId, and: &str) -> String {
        // An identifier holds letters, digits, dot, hyphen and underscore: nothing to escape.
        format!(
            "copy (select {} from read_models.{} where ledger_id = '{ledger}' {and}) to stdout (format binary)",
            self.list(),
            self.name
        )
    }

    fn list(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// The part of a row that names it: equal for two rows exactly if they are about the same thing.
    pub(crate) fn key_of<'r>(&self, row: &'r [u8]) -> Result<&'r [u8]> {
        let mut fields = FieldReader::new(row);
        for _ in 0..self.key {
            fields.next()?;
        }
        let end = row.len().saturating_sub(fields.remaining());
        Ok(row.get(..end).unwrap_or(row))
    }

    /// The row's key for a reader: `position=17 payment=…`, without the ledger.
    pub(crate) fn describe_key(&self, row: &[u8]) -> Result<String> {
        let mut fields = FieldReader::new(row);
        let mut text = String::new();
        for (name, kind) in self.columns.iter().take(self.key) {
            let value = show(*kind, fields.next()?);
            if *name != "ledger_id" {
                let gap = if text.is_empty() { "" } else { " " };
                // Writing to a String never fails.
                let _ = write!(text, "{gap}{name}={value}");
            }
        }
        Ok(text)
    }

    /// The first column in which two rows of the same key differ, with both values.
    pub(crate) fn first_difference(
        &self,
        left: &[u8],
        right: &[u8],
    ) -> Result<Option<(&'static str, String, String)>> {
        let (mut left, mut right) = (FieldReader::new(left), FieldReader::new(right));
        for (name, kind) in self.columns {
            let (l, r) = (left.next()?, right.next()?);
            if l != r {
                return Ok(Some((name, show(*kind, l), show(*kind, r))));
            }
        }
        Ok(None)
    }

    /// Whether no other ledger has rows in the table.
    pub(crate) async fn is_of_one_ledger(
        &self,
        db: &mut PgConnection,
        ledger: &LedgerId,
    ) -> Result<bool> {
        // Both ends of the primary key's index: no scan.
        let statement = format!(
            "select coalesce(min(ledger_id) = $1 and max(ledger_id) = $1, true) from read_models.{}",
            self.name
        );
        Ok(sqlx::query_scalar(&statement).bind(ledger.as_str()).fetch_one(db).await?)
    }
}

/// A field for a reader.
fn show(kind: Kind, field: Option<&[u8]>) -> String {
    let Some(field) = field else {
        return "null".to_owned();
    };
    let shown = match kind {
        Kind::Text => std::str::from_utf8(field).ok().map(str::to_owned),
        Kind::Uuid => Uuid::from_slice(field).ok().map(|id| id.to_string()),
        Kind::Int8 => field.try_into().ok().map(|bytes| i64::from_be_bytes(bytes).to_string()),
        Kind::Int4 => field.try_into().ok().map(|bytes| i32::from_be_bytes(bytes).to_string()),
        Kind::Bool => <[u8; 1]>::try_from(field).ok().map(|[byte]| (byte != 0).to_string()),
        Kind::Day => field
            .try_into()
            .ok()
            .and_then(|bytes| day_from_2000(i32::from_be_bytes(bytes)))
            .map(|day| day.to_string()),
        Kind::Texts => show_texts(field),
    };
    shown.unwrap_or_else(|| format!("{field:02x?}"))
}

/// An array of texts: number of dimensions, flags, element type, then length and first index of
/// each dimension, then the elements.
fn show_texts(field: &[u8]) -> Option<String> {
    let (dimensions, rest) = field.split_at_checked(12)?;
    if dimensions.get(..4)? == [0; 4] {
        return Some("{}".to_owned());
    }
    let mut elements = FieldReader::new(rest.get(6..)?);
    let mut texts = Vec::new();
    while elements.remaining() > 0 {
        texts.push(elements.text().ok()?);
    }
    Some(format!("{{{}}}", texts.join(",")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::copy::Rows;

    const SAMPLE: Table = Table {
        name: "sample",
        columns: &[
            ("ledger_id", Kind::Text),
            ("position", Kind::Int8),
            ("amount_fen", Kind::Int8),
            ("programmes", Kind::Texts),
        ],
        key: 2,
    };

    fn row(position: i64, amount: i64, programmes: &[&str]) -> Vec<u8> {
        let mut rows = Rows::default();
        rows.add(4, |row| {
            row.text("cn-1").int8(position).int8(amount).texts(programmes.iter().copied());
        });
        rows.iter().next().unwrap().to_vec()
    }

    #[test]
    fn rows_about_the_same_thing_have_the_same_key() {
        let (one, other) = (row(7, 1, &[]), row(7, 2, &["a"]));
        assert_eq!(SAMPLE.key_of(&one).unwrap(), SAMPLE.key_of(&other).unwrap());
        assert_ne!(SAMPLE.key_of(&one).unwrap(), SAMPLE.key_of(&row(8, 1, &[])).unwrap());
        assert_eq!(SAMPLE.describe_key(&one).unwrap(), "position=7");
    }

    #[test]
    fn the_first_column_that_differs_is_named_with_both_values() {
        let difference = SAMPLE.first_difference(&row(7, 1, &[]), &row(7, 2, &[])).unwrap();
        assert_eq!(difference, Some(("amount_fen", "1".to_owned(), "2".to_owned())));
        let difference = SAMPLE.first_difference(&row(7, 1, &["a", "b"]), &row(7, 1, &[])).unwrap();
        assert_eq!(difference, Some(("programmes", "{a,b}".to_owned(), "{}".to_owned())));
        assert_eq!(SAMPLE.first_difference(&row(7, 1, &[]), &row(7, 1, &[])).unwrap(), None);
    }
}
