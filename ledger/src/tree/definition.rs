//! The definitions of RFC 6962 section 2.1 word for word, for the tests to compare with. Most
//! leaves may be one and the same, so that trees of any size can be asked about.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::Subtree;
use crate::hash::{self, Hash};

pub(crate) struct Definition {
    leaves: BTreeMap<u64, Hash>,
    /// Root of a complete subtree of each level over leaves that are all the same.
    alike: Vec<Hash>,
    known: RefCell<HashMap<(u64, u64), Hash>>,
}

/// What the entry at a position of [`Definition::numbered`] is.
pub(crate) fn numbered_entry(position: u64) -> Vec<u8> {
    position.to_be_bytes().to_vec()
}

/// The largest power of two smaller than n.
fn k(n: u64) -> u64 {
    let mut k = 1;
    while k < n - k {
        k *= 2;
    }
    k
}

impl Definition {
    /// A tree that has these leaves at these positions and one and the same leaf elsewhere.
    pub(crate) fn sparse(leaves: impl IntoIterator<Item = (u64, Hash)>) -> Self {
        let mut alike = vec![hash::leaf(b"elsewhere")];
        for level in 0..63 {
            alike.push(hash::node(&alike[level], &alike[level]));
        }
        Self { leaves: leaves.into_iter().collect(), alike, known: RefCell::default() }
    }

    /// A tree whose first leaves are all different.
    pub(crate) fn numbered(count: u64) -> Self {
        Self::sparse((0..count).map(|position| (position, hash::leaf(&numbered_entry(position)))))
    }

    pub(crate) fn leaf(&self, position: u64) -> Hash {
        *self.leaves.get(&position).unwrap_or(&self.alike[0])
    }

    pub(crate) fn subtree(&self, subtree: Subtree) -> Hash {
        self.root(subtree.leaves().unwrap())
    }

    /// MTH(D[start:end]).
    pub(crate) fn root(&self, leaves: Range<u64>) -> Hash {
        let n = leaves.end - leaves.start;
        match n {
            0 => return hash::plain(b""),
            1 => return self.leaf(leaves.start),
            _ if n.is_power_of_two() && self.leaves.range(leaves.clone()).next().is_none() => {
                return self.alike[n.trailing_zeros() as usize];
            }
            _ => {}
        }
        let key = (leaves.start, leaves.end);
        let known = self.known.borrow().get(&key).copied();
        known.unwrap_or_else(|| {
            let middle = leaves.start + k(n);
            let root = hash::node(&self.root(leaves.start..middle), &self.root(middle..leaves.end));
            self.known.borrow_mut().insert(key, root);
            root
        })
    }

    /// PATH(m, D[start:end]).
    pub(crate) fn path(&self, m: u64, leaves: Range<u64>) -> Vec<Hash> {
        let n = leaves.end - leaves.start;
        if n == 1 {
            return Vec::new();
        }
        let k = k(n);
        let middle = leaves.start + k;
        if m < k {
            let mut path = self.path(m, leaves.start..middle);
            path.push(self.root(middle..leaves.end));
            path
        } else {
            let mut path = self.path(m - k, middle..leaves.end);
            path.push(self.root(leaves.start..middle));
            path
        }
    }

    /// PROOF(m, D[n]).
    pub(crate) fn proof(&self, m: u64, n: u64) -> Vec<Hash> {
        self.subproof(m, 0..n, true)
    }

    /// SUBPROOF(m, D[start:end], b).
    fn subproof(&self, m: u64, leaves: Range<u64>, b: bool) -> Vec<Hash> {
        let n = leaves.end - leaves.start;
        if m == n {
            return if b { Vec::new() } else { vec![self.root(leaves)] };
        }
        let k = k(n);
        let middle = leaves.start + k;
        if m <= k {
            let mut proof = self.subproof(m, leaves.start..middle, b);
            proof.push(self.root(middle..leaves.end));
            proof
        } else {
            let mut proof = self.subproof(m - k, middle..leaves.end, false);
            proof.push(self.root(leaves.start..middle));
            proof
        }
    }
}
