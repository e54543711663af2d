//! The signed commands of a bundle: gathered with the entries that name them while these pass, and
//! checked in batches.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use tempfile::{SpooledTempFile, spooled_tempfile_in};
use uuid::Uuid;

use super::BundleError;
use super::command_source::Body;
use super::commands::Begun;
use super::source::BundledEntry;
use crate::effects::Rules;
use crate::hash::Hash;
use crate::keys::KeyHistory;
use crate::verify::entries::{KeptEntry, Said};
use crate::verify::finding::Findings;
use crate::verify::signed_commands::{
    Batch, Checked, NamingEntry, RootComparison, SignedUse, must_be_signed, request_goes_beyond,
    too_long, unsigned,
};

/// Leaves up to this size in all stay in memory.
const IN_MEMORY: usize = 1 << 20;

/// What the entry before names.
enum Open {
    /// No command, or one that nobody signed.
    Unsigned,
    /// A signed command, with the entries that name it so far.
    Signed(Box<SignedUse>),
    /// One that is not there as it must be, which was found already.
    Unknown,
}

/// Signed commands while the entries pass.
pub(super) struct SignedCommands {
    rules: Arc<dyn Rules>,
    open: Open,
    /// The request of the entry before.
    request: Option<Uuid>,
    batch: Batch,
    checked: Checked,
    leaves: Leaves,
}

impl SignedCommands {
    /// `scratch` is the directory for temporary files.
    pub(super) fn new(rules: Arc<dyn Rules>, scratch: &Path) -> Self {
        let (batch, checked) = (Batch::default(), Checked::default());
        let leaves = Leaves(BufWriter::new(spooled_tempfile_in(IN_MEMORY, scratch)));
        Self { rules, open: Open::Unsigned, request: None, batch, checked, leaves }
    }

    /// Takes the leaf of the next position, whatever the entry says.
    pub(super) fn take_leaf(&mut self, leaf: Hash) -> Result<(), BundleError> {
        self.leaves.0.write_all(leaf.as_bytes()).map_err(BundleError::Scratch)
    }

    /// Takes the next entry that can be read, and what it begins to name.
    pub(super) fn take(
        &mut self,
        entry: BundledEntry<'_>,
        said: &Said,
        begun: Option<Begun>,
        keys: &KeyHistory,
        findings: &mut Findings,
    ) -> Result<(), BundleError> {
        let place = entry.place();
        if begun.is_some() || said.command.is_none() {
            let next = opened(place, begun, findings);
            let signed = |open: &Open| matches!(open, Open::Signed(_));
            if self.request == Some(said.request) && (signed(&self.open) || signed(&next)) {
                request_goes_beyond(place, said.request, findings);
            }
            self.close(next, keys)?;
        }
        self.request = Some(said.request);
        match &mut self.open {
            Open::Signed(used) => used.add(naming(entry, said)),
            Open::Unsigned if must_be_signed(said, place, keys) => unsigned(place, findings),
            Open::Unsigned | Open::Unknown => {}
        }
        Ok(())
    }

    fn close(&mut self, next: Open, keys: &KeyHistory) -> Result<(), BundleError> {
        if let Open::Signed(used) = std::mem::replace(&mut self.open, next) {
            self.batch.push(*used);
            if self.batch.is_full() {
                self.check(keys)?;
            }
        }
        Ok(())
    }

    fn check(&mut self, keys: &KeyHistory) -> Result<(), BundleError> {
        let (batch, rules) = (std::mem::take(&mut self.batch), &self.rules);
        let checked = catch_unwind(AssertUnwindSafe(|| batch.check(keys, &**rules)));
        self.checked.append(checked.map_err(|_| BundleError::Interrupted)?);
        Ok(())
    }

    /// After the last entry; gives how many signed commands were checked.
    pub(super) fn finish(
        mut self,
        keys: &KeyHistory,
        findings: &mut Findings,
    ) -> Result<u64, BundleError> {
        self.close(Open::Unsigned, keys)?;
        self.check(keys)?;
        let Checked { count, findings: found, checkpoints } = self.checked;
        findings.append(found);
        if let Some(largest) = checkpoints.largest() {
            let mut comparison = RootComparison::of(checkpoints);
            self.leaves
                .read(largest, |leaf| comparison.take(leaf, findings))
                .map_err(BundleError::Scratch)?;
            comparison.finish(findings);
        }
        Ok(count)
    }
}

fn opened(place: u64, begun: Option<Begun>, findings: &mut Findings) -> Open {
    match begun {
        None | Some(Begun::There(Body::Unsigned)) => Open::Unsigned,
        Some(Begun::There(Body::Signed(envelope))) => {
            Open::Signed(Box::new(SignedUse::new(envelope)))
        }
        Some(Begun::There(Body::TooLong(bytes))) => {
            too_long(place, bytes, findings);
            Open::Unknown
        }
        Some(Begun::NotThere) => Open::Unknown,
    }
}

fn naming(entry: BundledEntry<'_>, said: &Said) -> NamingEntry {
    NamingEntry {
        position: entry.place(),
        actor: said.actor.clone(),
        request: said.request,
        recorded: said.recorded,
        stream: said.stream.clone(),
        event: said.event.clone(),
        payload: entry.from(said.payload_offset).to_vec(),
    }
}

/// The leaf hashes in position order, 32 bytes each, in a temporary file without a name: which roots
/// will be asked for is known only when all signed commands were read.
struct Leaves(BufWriter<SpooledTempFile>);

impl Leaves {
    /// Shows the first so many, or all that there are.
    fn read(self, most: u64, mut show: impl FnMut(Hash)) -> io::Result<()> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        let there = file.stream_position()?.div_euclid(32);
        file.rewind()?;
        let mut file = BufReader::new(file);
        let mut leaf = [0; 32];
        for _ in 0..most.min(there) {
            file.read_exact(&mut leaf)?;
            show(Hash::from_bytes(leaf));
        }
        Ok(())
    }
}
