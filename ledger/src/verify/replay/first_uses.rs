//! Where each command is named first, in position order, merged from the partitions without having
//! all of them in memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use tempfile::{SpooledTempFile, spooled_tempfile_in};

use crate::hash::Hash;
use crate::hashing::HashMap;

/// Up to this many bytes of one partition stay in memory.
const IN_MEMORY: usize = 256 << 10;

/// A command where an entry names it for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::verify) struct FirstUse {
    /// The entry.
    pub(in crate::verify) position: u64,
    /// The command's hash.
    pub(in crate::verify) command: Hash,
}

impl FirstUse {
    fn write(self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&self.position.to_le_bytes())?;
        to.write_all(self.command.as_bytes())
    }

    fn read(from: &mut impl Read) -> io::Result<Self> {
        let (mut position, mut command) = ([0; 8], [0; 32]);
        from.read_exact(&mut position)?;
        from.read_exact(&mut command)?;
        let position = u64::from_le_bytes(position);
        Ok(Self { position, command: Hash::from_bytes(command) })
    }
}

/// The first uses of all partitions.
#[derive(Debug, Default)]
pub(in crate::verify) struct FirstUses {
    parts: Vec<Part>,
    /// The next first use of each part, the lowest position first.
    next: BinaryHeap<Reverse<(FirstUse, usize)>>,
}

/// Those of one partition, in position order.
#[derive(Debug)]
struct Part {
    file: BufReader<SpooledTempFile>,
    left: usize,
}

impl FirstUses {
    /// Adds those of one more partition. To be called before the first [`FirstUses::next`].
    pub(super) fn add(&mut self, commands: HashMap<Hash, u64>, scratch: &Path) -> io::Result<()> {
        let mut uses: Vec<FirstUse> = commands
            .into_iter()
            .map(|(command, position)| FirstUse { position, command })
            .collect();
        uses.sort_unstable();
        let mut file = BufWriter::new(spooled_tempfile_in(IN_MEMORY, scratch));
        uses.iter().try_for_each(|first| first.write(&mut file))?;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.parts.push(Part { file: BufReader::new(file), left: uses.len() });
        self.read_next(self.parts.len().saturating_sub(1))
    }

    /// The next command in order of first use; `None` after the last.
    pub(in crate::verify) fn next(&mut self) -> io::Result<Option<FirstUse>> {
        let Some(Reverse((first, part))) = self.next.pop() else {
            return Ok(None);
        };
        self.read_next(part)?;
        Ok(Some(first))
    }

    fn read_next(&mut self, index: usize) -> io::Result<()> {
        if let Some(part) = self.parts.get_mut(index)
            && let Some(left) = part.left.checked_sub(1)
        {
            part.left = left;
            self.next.push(Reverse((FirstUse::read(&mut part.file)?, index)));
        }
        Ok(())
    }
}
