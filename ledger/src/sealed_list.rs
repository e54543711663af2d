//! Lists that people confirm before they are recorded. What was confirmed is a digest: the RFC 6962 tree
//! hash over a head, which says what the list is, and its lines. One entry announces the list; the entries
//! after it, of the same request and as many as it says, are its lines.
//!
//! The writer records an announced list whole and line by line as it was confirmed, or not at all, and a
//! verifier asks the same of what is recorded. One line is shown to belong to a list by an inclusion proof
//! ([`crate::tree::included`]), its index the line's number from 1, because the head comes first.

#[cfg(test)]
mod tests;

use uuid::Uuid;

use crate::hash::{self, Hash};
use crate::tree::{Frontier, Subtree, inclusion_plan};

/// What an event has to do with a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListPart {
    /// The list begins with the next entry.
    Announced {
        /// Which list: its lines say the same.
        list: String,
        /// The leaf hash of its head.
        head: Hash,
        /// How many lines there are.
        lines: u64,
        /// What their amounts sum up to.
        total: i64,
        /// What was confirmed.
        digest: Hash,
    },
    /// The next line of a list.
    Line {
        /// Which list.
        list: String,
        /// Which line, from 1.
        number: u64,
        /// How much it adds to the list's total.
        amount: i64,
        /// The leaf hash of the line.
        leaf: Hash,
    },
}

/// The leaf hashes of a list: that of its head, then those of its lines.
pub fn leaves<'a>(head: &[u8], lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<Hash> {
    let mut leaves = vec![hash::leaf(head)];
    leaves.extend(lines.into_iter().map(hash::leaf));
    leaves
}

/// The tree hash over leaves: over all [`leaves`] of a list, its digest.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::empty();
    leaves.iter().for_each(|leaf| tree.append(*leaf));
    tree.root()
}

/// The digest of a list: over its head and its lines.
pub fn digest<'a>(head: &[u8], lines: impl IntoIterator<Item = &'a [u8]>) -> Hash {
    root(&leaves(head, lines))
}

/// What shows that one line belongs to the digest, without the others: the audit path of RFC 6962 section
/// 2.1.1, to be checked by [`crate::tree::included`] with the line's number as its position and the number of
/// leaves as the size. `None` for a number that is no line's, counted from 1. Takes the [`leaves`] of the
/// list, so that many lines are proven while each is hashed once.
pub fn prove(leaves: &[Hash], number: u64) -> Option<Vec<Hash>> {
    let size = u64::try_from(leaves.len()).ok()?;
    let plan = inclusion_plan(number, size).filter(|_| number > 0)?;
    let root_of = |subtree: &Subtree| {
        let range = subtree.leaves()?;
        let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        leaves.get(range).map(root)
    };
    let roots: Option<Vec<Hash>> = plan.needed().iter().map(root_of).collect();
    plan.assemble(&roots?)
}

/// Why entries are not the list that was announced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListRefusal {
    /// A line stands where no list was announced, or another one.
    #[error("a line of {list} where {} was announced", announced.as_deref().unwrap_or("no list"))]
    NotAnnounced {
        /// Which list the line is of.
        list: String,
        /// Which one was announced.
        announced: Option<String>,
    },
    /// Something else stands where a line must.
    #[error("{missing} lines of {list} are missing")]
    Incomplete {
        /// Which list.
        list: String,
        /// How many lines were still to come.
        missing: u64,
    },
    /// A line stands at another place than it says.
    #[error("line {found} of {list} where line {expected} must stand")]
    OutOfOrder {
        /// Which list.
        list: String,
        /// The number of the line that comes next.
        expected: u64,
        /// What the line says.
        found: u64,
    },
    /// The amounts of the lines are not what was announced.
    #[error("the lines of {list} sum up to {found}, announced was {expected}")]
    SumDiffers {
        /// Which list.
        list: String,
        /// The total that was announced.
        expected: i64,
        /// The sum of the lines, which may be beyond what an amount can be.
        found: i128,
    },
    /// The lines are not those that were confirmed.
    #[error("the lines of {list} give the digest {found}, confirmed was {expected}")]
    Differs {
        /// Which list.
        list: String,
        /// The digest that was confirmed.
        expected: Hash,
        /// The digest of what stands there.
        found: Hash,
    },
}

impl ListRefusal {
    /// For a finding: what must be there, and what is there.
    pub fn expected_and_found(&self) -> (String, String) {
        match self {
            Self::NotAnnounced { list, announced } => (
                announced.as_ref().map_or_else(
                    || "no line of any list".to_owned(),
                    |announced| format!("a line of {announced}"),
                ),
                format!("a line of {list}"),
            ),
            Self::Incomplete { list, missing } => {
                (format!("{missing} more lines of {list}"), "something else".to_owned())
            }
            Self::OutOfOrder { list, expected, found } => {
                (format!("line {expected} of {list}"), format!("line {found}"))
            }
            Self::SumDiffers { expected, found, .. } => {
                (format!("lines that sum up to {expected}"), found.to_string())
            }
            Self::Differs { expected, found, .. } => {
                (format!("lines with the digest {expected}"), found.to_string())
            }
        }
    }
}

/// Goes through entries in order and holds each announced list to its digest.
#[derive(Debug, Clone, Default)]
pub struct ListCheck {
    open: Option<OpenList>,
}

#[derive(Debug, Clone)]
struct OpenList {
    list: String,
    request: Uuid,
    digest: Hash,
    lines: u64,
    total: i64,
    taken: u64,
    sum: i128,
    tree: Frontier,
}

impl OpenList {
    const fn missing(&self) -> u64 {
        self.lines.saturating_sub(self.taken)
    }

    fn incomplete(&self) -> ListRefusal {
        ListRefusal::Incomplete { list: self.list.clone(), missing: self.missing() }
    }
}

impl ListCheck {
    /// Takes the next entry. What is wrong is told once: afterwards no list is open.
    ///
    /// # Errors
    /// When it is not what was announced.
    pub fn take(&mut self, request: Uuid, part: Option<&ListPart>) -> Result<(), ListRefusal> {
        match (self.open.take(), part) {
            (None, None) => Ok(()),
            (None, Some(ListPart::Line { list, .. })) => {
                Err(ListRefusal::NotAnnounced { list: list.clone(), announced: None })
            }
            (before, Some(ListPart::Announced { list, head, lines, total, digest })) => {
                let mut tree = Frontier::empty();
                tree.append(*head);
                let (list, digest, lines, total) = (list.clone(), *digest, *lines, *total);
                let (taken, sum) = (0, 0);
                let open = OpenList { list, request, digest, lines, total, taken, sum, tree };
                let ended = self.keep_or_end(open);
                before.map_or(ended, |before| Err(before.incomplete()))
            }
            (Some(mut open), Some(ListPart::Line { list, number, amount, leaf }))
                if open.request == request =>
            {
                if open.list != *list {
                    let (list, announced) = (list.clone(), Some(open.list));
                    return Err(ListRefusal::NotAnnounced { list, announced });
                }
                let (expected, found) = (open.taken.saturating_add(1), *number);
                if found != expected {
                    return Err(ListRefusal::OutOfOrder { list: open.list, expected, found });
                }
                open.tree.append(*leaf);
                open.taken = expected;
                open.sum = open.sum.saturating_add(i128::from(*amount));
                self.keep_or_end(open)
            }
            (Some(open), _) => Err(open.incomplete()),
        }
    }

    /// Says whether a list is still open where the entries end.
    ///
    /// # Errors
    /// When one is.
    pub fn finish(&mut self) -> Result<(), ListRefusal> {
        self.open.take().map_or(Ok(()), |open| Err(open.incomplete()))
    }

    fn keep_or_end(&mut self, open: OpenList) -> Result<(), ListRefusal> {
        if open.missing() > 0 {
            self.open = Some(open);
            return Ok(());
        }
        let OpenList { list, digest: expected, total, sum, tree, .. } = open;
        if sum != i128::from(total) {
            return Err(ListRefusal::SumDiffers { list, expected: total, found: sum });
        }
        let found = tree.root();
        if found == expected { Ok(()) } else { Err(ListRefusal::Differs { list, expected, found }) }
    }
}
