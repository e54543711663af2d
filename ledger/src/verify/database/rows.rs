//! Rows of the entries table, and their columns against the entry's bytes.

use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::clock::Moment;
use crate::entry::EntryView;
use crate::hash::Hash;
use crate::verify::entries::{Fault, KeptEntry};

/// One row of the entries table as it is, however damaged.
#[derive(Debug)]
pub(super) struct StoredRow {
    position: i64,
    stream_type: String,
    stream_id: String,
    sequence: i64,
    event: String,
    recorded_micros: i64,
    request: uuid::Uuid,
    payload_offset: i32,
    entry: Vec<u8>,
    leaf: Vec<u8>,
    signature: Vec<u8>,
}

impl StoredRow {
    /// What [`StoredRow::read`] needs, in its order.
    pub(super) const COLUMNS: &str = "position, stream_type, stream_id, sequence, event_type, \
         (extract(epoch from recorded_at) * 1000000)::int8, request_id, payload_offset, entry, leaf, signature";

    pub(super) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get(0)?,
            stream_type: row.try_get(1)?,
            stream_id: row.try_get(2)?,
            sequence: row.try_get(3)?,
            event: row.try_get(4)?,
            recorded_micros: row.try_get(5)?,
            request: row.try_get(6)?,
            payload_offset: row.try_get(7)?,
            entry: row.try_get(8)?,
            leaf: row.try_get(9)?,
            signature: row.try_get(10)?,
        })
    }

    fn compare_columns(&self, view: &EntryView<'_>, faults: &mut Vec<Fault>) {
        let mut column = |name, same: bool, entry: &dyn ToString, column: &dyn ToString| {
            if !same {
                faults.push((name, entry.to_string(), column.to_string()));
            }
        };
        let (kind, id) = (view.stream.kind(), view.stream.id());
        let counted = |entry: u64, column: i64| u64::try_from(column) == Ok(entry);
        let position = counted(view.position, self.position);
        column("column position", position, &view.position, &self.position);
        column("column stream_type", kind == self.stream_type, &kind, &self.stream_type);
        column("column stream_id", id == self.stream_id, &id, &self.stream_id);
        let sequence = counted(view.sequence, self.sequence);
        column("column sequence", sequence, &view.sequence, &self.sequence);
        let event = view.event.as_str() == self.event;
        column("column event_type", event, &view.event, &self.event);
        let recorded = Moment::from_micros(self.recorded_micros);
        let shown = recorded.map_or_else(String::new, |moment| moment.to_string());
        let same = recorded == Some(view.recorded);
        column("column recorded_at", same, &view.recorded, &shown);
        column("column request_id", view.request == self.request, &view.request, &self.request);
        let offset = usize::try_from(self.payload_offset) == Ok(view.payload_offset);
        column("column payload_offset", offset, &view.payload_offset, &self.payload_offset);
    }
}

impl KeptEntry for StoredRow {
    fn place(&self) -> u64 {
        u64::try_from(self.position).unwrap_or_default()
    }

    fn bytes(&self) -> &[u8] {
        &self.entry
    }

    fn signature(&self) -> &[u8] {
        &self.signature
    }

    fn compare_beside(&self, leaf: &Hash, view: Option<&EntryView<'_>>, faults: &mut Vec<Fault>) {
        if self.leaf != leaf.as_bytes() {
            faults.push(("column leaf", leaf.to_string(), hex::encode(&self.leaf)));
        }
        if let Some(view) = view {
            self.compare_columns(view, faults);
        }
    }
}
