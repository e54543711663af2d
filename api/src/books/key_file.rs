//! A private key in a file: 64 hex digits, readable by its owner only.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use ledger::key::LedgerKey;
use zeroize::Zeroizing;

/// Writes a new file; an existing one is never overwritten. Synced before it returns, the
/// directory included, because an entry signed with a lost key ends a ledger.
pub(super) fn write(path: &Path, seed: &[u8; 32]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let text = Zeroizing::new(format!("{}\n", hex::encode(seed)));
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

/// Reads the key. A file that others may read is refused.
pub(super) fn read(path: &Path) -> io::Result<LedgerKey> {
    let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut file = File::open(path)?;
    let mode = file.metadata()?.mode();
    if mode & 0o077 != 0 {
        return Err(invalid(format!("others may read it (mode {:03o}): chmod 600", mode & 0o777)));
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text)?;
    let mut seed = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text.trim_end(), seed.as_mut_slice())
        .map_err(|_| invalid("not 64 hex digits".to_owned()))?;
    LedgerKey::from_seed(*seed).map_err(|error| invalid(error.to_string()))
}
