//! The audit bundle: one ZIP archive that holds all that a ledger proves, for checking it without
//! this program's database and, if one likes, without this program.
//!
//! | member | content |
//! |---|---|
//! | `manifest.json` | format version, ledger, origin, size, first key, and each member's digest and counts |
//! | `entries.bin` | for each position: length in 2 bytes, big-endian, then the entry |
//! | `signatures.bin` | for each position: 64 bytes |
//! | `commands.bin` | for each command hash in order of first use: length in 4 bytes, big-endian, then the command |
//! | `checkpoints/<size>` | signed notes with the cosignatures of witnesses |
//! | `balances.csv`, `totals.csv` | what the entries add up to at this size |
//!
//! Here are the names and the codings ([`MemberName`], [`Manifest`], [`balances`]), writing
//! ([`BundleWriter`], [`NewFile`]) and opening what may be hostile ([`Archive`]). Nothing here knows
//! a database, and what the members say is checked elsewhere.

pub mod balances;
mod manifest;
mod member;
mod new_file;
mod read;
mod stream;
mod write;

pub use manifest::{FORMAT, MANIFEST, Manifest, ManifestError, Member};
pub use member::MemberName;
pub use new_file::NewFile;
pub use read::{Archive, OpenError};
pub use stream::{MemberReader, MemberRemains};
pub use write::{BundleWriter, Contents, WriteError};
