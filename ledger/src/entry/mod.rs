//! The bytes of an entry: a text header, an empty line, the payload.
//!
//! ```text
//! mingzhang entry v1
//! ledger: cn-320404
//! position: 123
//! previous: <64 hex digits>
//! recorded: 2020-06-30T08:15:07.123456Z
//! stream: payment/0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11
//! sequence: 4
//! event: PaymentRecorded v1
//! actor: officer/w-017
//! request: 0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e10
//! command: <64 hex digits> or -
//! signed-by: ed25519 <64 hex digits>
//! payload: 17
//!
//! {"amount_fen":90}
//! ```
//!
//! [`Entry::encode`] is the only encoder. [`parse`] accepts exactly what it writes: for all bytes
//! that parse, encoding what was read gives the same bytes again.

mod encode;
mod parse;
mod payload;

pub use encode::{EncodeError, Entry};
pub(crate) use parse::links;
pub use parse::{EntryView, ParseError, parse};
pub use payload::{MalformedPayload, check as check_payload};

/// The longest entry in bytes: tlog-tiles carries a 16-bit length.
pub const LONGEST: usize = 65_535;

/// Positions, sequences and payload numbers stay below this, so that every JSON reader holds them exactly.
pub const NUMBER_LIMIT: u64 = 1 << 53;

/// First line of every entry of this format.
pub(crate) const MAGIC: &str = "mingzhang entry v1";

#[cfg(test)]
mod tests;
