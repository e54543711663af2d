//! PostgreSQL's binary COPY format, as much of it as the read models use: rows of text, uuid, int8,
//! int4, boolean, date and text[] fields. It is several times faster than statements with parameters, and
//! two equal rows have equal bytes, which the check of the read models rests on.

use domain::calendar::Day;
use futures_util::TryStreamExt as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{ProjectionError, Result};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Signature, flags and length of the header's extension.
const HEADER_LENGTH: usize = 19;
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
const TEXT_OID: i32 = 25;
/// Days from 0001-01-01 (day 1 of chrono's count) to 2000-01-01, from which PostgreSQL counts.
const EPOCH_FROM_COMMON_ERA: i32 = 730_120;

/// Rows in COPY's form, kept back to back.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

impl Rows {
    /// Adds one row of as many fields as the closure writes; `fields` must be that number.
    pub(crate) fn add(&mut self, fields: usize, write: impl FnOnce(&mut Fields<'_>)) {
        // A table has some twenty columns.
        let count = i16::try_from(fields).unwrap_or(i16::MAX);
        self.bytes.extend_from_slice(&count.to_be_bytes());
        let mut row = Fields { bytes: &mut self.bytes, written: 0 };
        write(&mut row);
        debug_assert_eq!(row.written, fields, "a row has one field for each column");
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds a row that came out of the database, as it is.
    pub(crate) fn add_raw(&mut self, row: &[u8]) {
        self.bytes.extend_from_slice(row);
        self.ends.push(self.bytes.len());
    }

    /// The bytes of each row.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, end)| self.bytes.get(start..*end))
    }

    /// Sends the rows into the table that the statement names, and forgets them.
    pub(crate) async fn copy_in(&mut self, db: &mut PgConnection, statement: &str) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let mut copy = db.copy_in_raw(statement).await?;
        let mut header = [0; HEADER_LENGTH];
        for (to, from) in header.iter_mut().zip(SIGNATURE) {
            *to = *from;
        }
        copy.send(&header[..]).await?;
        copy.send(self.bytes.as_slice()).await?;
        copy.send(&TRAILER[..]).await?;
        copy.finish().await?;
        self.clear();
        Ok(())
    }
}

/// The fields of one row, written in the order of the table's columns.
pub(crate) struct Fields<'a> {
    bytes: &'a mut Vec<u8>,
    written: usize,
}

impl Fields<'_> {
    fn put(&mut self, field: &[u8]) -> &mut Self {
        // Texts of an entry are shorter than the entry, which has at most 65,535 bytes.
        let length = i32::try_from(field.len()).unwrap_or(i32::MAX);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(field);
        self.written = self.written.saturating_add(1);
        self
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        self.written = self.written.saturating_add(1);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.put(text.as_bytes())
    }

    pub(crate) fn text_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    pub(crate) fn uuid(&mut self, id: Uuid) -> &mut Self {
        self.put(id.as_bytes())
    }

    pub(crate) fn uuid_or_null(&mut self, id: Option<Uuid>) -> &mut Self {
        match id {
            Some(id) => self.uuid(id),
            None => self.null(),
        }
    }

    pub(crate) fn int8(&mut self, number: i64) -> &mut Self {
        self.put(&number.to_be_bytes())
    }

    pub(crate) fn int8_or_null(&mut self, number: Option<i64>) -> &mut Self {
        match number {
            Some(number) => self.int8(number),
            None => self.null(),
        }
    }

    pub(crate) fn int4(&mut self, number: i32) -> &mut Self {
        self.put(&number.to_be_bytes())
    }

    pub(crate) fn int4_or_null(&mut self, number: Option<i32>) -> &mut Self {
        match number {
            Some(number) => self.int4(number),
            None => self.null(),
        }
    }

    pub(crate) fn bool_or_null(&mut self, value: Option<bool>) -> &mut Self {
        match value {
            Some(value) => self.put(&[u8::from(value)]),
            None => self.null(),
        }
    }

    pub(crate) fn day(&mut self, day: Day) -> &mut Self {
        self.int4(days_since_2000(day))
    }

    pub(crate) fn day_or_null(&mut self, day: Option<Day>) -> &mut Self {
        match day {
            Some(day) => self.day(day),
            None => self.null(),
        }
    }

    pub(crate) fn texts<'t>(&mut self, texts: impl ExactSizeIterator<Item = &'t str>) -> &mut Self {
        let mut array = Vec::new();
        let mut number = |n: i32| array.extend_from_slice(&n.to_be_bytes());
        let count = i32::try_from(texts.len()).unwrap_or(i32::MAX);
        // Dimensions, no nulls, element type; then for each dimension length and first index.
        number(i32::from(count > 0));
        number(0);
        number(TEXT_OID);
        if count > 0 {
            number(count);
            number(1);
        }
        for text in texts {
            array.extend_from_slice(&i32::try_from(text.len()).unwrap_or(i32::MAX).to_be_bytes());
            array.extend_from_slice(text.as_bytes());
        }
        self.put(&array)
    }
}

/// A day as PostgreSQL counts it.
pub(crate) fn days_since_2000(day: Day) -> i32 {
    use chrono::Datelike as _;
    day.date().num_days_from_ce().saturating_sub(EPOCH_FROM_COMMON_ERA)
}

/// The day that PostgreSQL counts so.
pub(crate) fn day_from_2000(days: i32) -> Option<Day> {
    let from_common_era = days.checked_add(EPOCH_FROM_COMMON_ERA)?;
    chrono::NaiveDate::from_num_days_from_ce_opt(from_common_era).and_then(Day::from_date)
}

/// Runs a COPY … TO STDOUT (FORMAT BINARY) and hands over each row as it arrives: the count of its
/// fields and the fields. PostgreSQL sends one message a row, so nothing is kept.
pub(crate) async fn copy_out(
    db: &mut PgConnection,
    statement: &str,
    mut row: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut messages = db.copy_out_raw(statement).await?;
    let mut header_seen = false;
    // What follows a refusal is read and dropped, so that the connection stays usable.
    let mut outcome = Ok(());
    while let Some(message) = messages.try_next().await? {
        let mut rest: &[u8] = &message;
        if !header_seen {
            header_seen = true;
            rest = rest.get(HEADER_LENGTH..).unwrap_or_default();
        }
        if outcome.is_ok() && !rest.is_empty() && rest != TRAILER {
            outcome = row(rest);
        }
    }
    outcome
}

/// Reads the fields of one row in order.
pub(crate) struct FieldReader<'a> {
    rest: &'a [u8],
}

impl<'a> FieldReader<'a> {
    /// Begins after the count of fields.
    pub(crate) fn new(row: &'a [u8]) -> Self {
        Self::of_fields(row.get(2..).unwrap_or_default())
    }

    /// Begins where a field begins.
    pub(crate) fn of_fields(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// The fields that have not been read, as they are.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes have not been read.
    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next field; `None` for null. An end of the row reads as an error.
    pub(crate) fn next(&mut self) -> Result<Option<&'a [u8]>> {
        let (length, rest) = self.rest.split_first_chunk::<4>().ok_or_else(cut_short)?;
        let length = i32::from_be_bytes(*length);
        let Ok(length) = usize::try_from(length) else {
            self.rest = rest;
            return Ok(None);
        };
        let (field, rest) = rest.split_at_checked(length).ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(Some(field))
    }

    fn required(&mut self) -> Result<&'a [u8]> {
        self.next()?.ok_or_else(cut_short)
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8]> {
        self.required()
    }

    pub(crate) fn text(&mut self) -> Result<&'a str> {
        self.text_or_null()?.ok_or_else(cut_short)
    }

    pub(crate) fn text_or_null(&mut self) -> Result<Option<&'a str>> {
        self.next()?.map(|field| std::str::from_utf8(field).map_err(|_| cut_short())).transpose()
    }

    pub(crate) fn uuid_or_null(&mut self) -> Result<Option<Uuid>> {
        self.next()?.map(|field| Uuid::from_slice(field).map_err(|_| cut_short())).transpose()
    }

    pub(crate) fn uuid(&mut self) -> Result<Uuid> {
        self.uuid_or_null()?.ok_or_else(cut_short)
    }

    pub(crate) fn int8_or_null(&mut self) -> Result<Option<i64>> {
        let read = |field: &[u8]| field.try_into().map(i64::from_be_bytes).map_err(|_| cut_short());
        self.next()?.map(read).transpose()
    }

    pub(crate) fn int8(&mut self) -> Result<i64> {
        self.int8_or_null()?.ok_or_else(cut_short)
    }

    pub(crate) fn int4_or_null(&mut self) -> Result<Option<i32>> {
        let read = |field: &[u8]| field.try_into().map(i32::from_be_bytes).map_err(|_| cut_short());
        self.next()?.map(read).transpose()
    }

    pub(crate) fn int4(&mut self) -> Result<i32> {
        self.int4_or_null()?.ok_or_else(cut_short)
    }
}

fn cut_short() -> ProjectionError {
    ProjectionError::Malformed { table: "*", column: "a field of a row" }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_row_is_read_back_as_it_was_written() {
        let id = Uuid::from_u128(7);
        let mut rows = Rows::default();
        rows.add(5, |row| {
            row.text("大米").int8(-3).uuid(id).null().int4(9);
        });
        rows.add(1, |row| {
            row.text("");
        });
        let written: Vec<_> = rows.iter().collect();
        assert_eq!(written.len(), 2);
        let mut fields = FieldReader::new(written.first().unwrap());
        assert_eq!(fields.text().unwrap(), "大米");
        assert_eq!(fields.int8().unwrap(), -3);
        assert_eq!(fields.uuid().unwrap(), id);
        assert_eq!(fields.text_or_null().unwrap(), None);
        assert_eq!(fields.int4().unwrap(), 9);
        assert_eq!(fields.remaining(), 0);
        assert!(fields.next().is_err(), "nothing is read past the end");
    }

    #[test]
    fn days_are_counted_from_the_first_of_january_2000() {
        for (text, days) in [("2000-01-01", 0), ("1999-12-31", -1), ("2020-06-15", 7471)] {
            let day = Day::parse(text).unwrap();
            assert_eq!(days_since_2000(day), days, "{text}");
            assert_eq!(day_from_2000(days), Some(day), "{text}");
        }
        assert_eq!(day_from_2000(i32::MAX), None, "infinity is no day");
    }
}
