//! Entry 0 against what the verifier was given by hand.

use super::Trust;
use crate::entry;
use crate::opened::{LedgerOpened, WrittenKey};
use crate::verify::finding::Findings;

/// The first entry must name the key and the origin that the verifier trusts. Bytes that are no
/// entry are found elsewhere.
pub(super) fn compare(bytes: &[u8], trust: &Trust, findings: &mut Findings) {
    let Ok(view) = entry::parse(bytes) else { return };
    let opened = match LedgerOpened::parse(view.payload) {
        Ok(opened) => opened,
        Err(error) => {
            findings.add(Some(0), "event", "LedgerOpened v1 of the format", error);
            return;
        }
    };
    let key = WrittenKey::of(&trust.first_key);
    if opened.key != key {
        let found = format!("{} {}", opened.key.algorithm, opened.key.public);
        findings.add(Some(0), "first key", format!("{} {}", key.algorithm, key.public), found);
    }
    if opened.origin != trust.origin {
        findings.add(Some(0), "origin", &trust.origin, &opened.origin);
    }
}
