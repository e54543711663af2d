//! An empty payment list for users to fill in.

use super::column::Column;

/// The Chinese header as a file that spreadsheets open rightly: UTF-8 with a byte-order mark, and
/// CRLF. Columns that a bureau never fills in may be deleted from it.
pub fn template_csv() -> String {
    let names: Vec<&str> = Column::ALL.iter().map(|column| column.name_zh()).collect();
    format!("\u{FEFF}{}\r\n", names.join(","))
}
