//! What witnesses signed, as the database keeps it, against the checkpoints and the policy.

use std::collections::BTreeSet;

use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::VerifyError;
use crate::LedgerId;
use crate::note::{Note, SignatureLine, Signed};
use crate::policy::{Policy, Witness};
use crate::verify::finding::{Finding, Findings};

/// What the cosignatures of a ledger say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cosignatures {
    /// Rows that are not what a witness signed under a checkpoint of this ledger.
    pub damaged: Vec<Finding>,
    /// What the policy does not name, or asks for in vain. Whoever changes the policy changes these:
    /// they tell nothing of what was recorded.
    pub against_policy: Vec<Finding>,
    /// Size of the largest checkpoint under which witnesses of the policy signed, and its quorum where
    /// it asks for one.
    pub witnessed: Option<u64>,
}

/// One row, with the note of the checkpoint that it belongs to.
struct Kept {
    size: i64,
    witness: String,
    key_hash: Vec<u8>,
    line: String,
    note: Option<String>,
}

impl Kept {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            size: row.try_get(0)?,
            witness: row.try_get(1)?,
            key_hash: row.try_get(2)?,
            line: row.try_get(3)?,
            note: row.try_get(4)?,
        })
    }
}

/// Holds every cosignature of the database against the checkpoint that it stands under and the key that
/// the policy names for it. A cosignature that is gone is not missed as long as the policy's quorum
/// stands under some checkpoint: each proves everything before it as well.
///
/// # Errors
/// When the database fails.
pub async fn cosignatures(
    pool: &PgPool,
    ledger: &LedgerId,
    policy: Option<&Policy>,
) -> Result<Cosignatures, VerifyError> {
    let mut rows = sqlx::query(
        "select c.size, c.witness, c.key_hash, c.line, k.note from cosignatures as c \
         left join kept_checkpoints as k on k.ledger_id = c.ledger_id and k.size = c.size \
         where c.ledger_id = $1 order by c.size, c.witness, c.key_hash",
    )
    .bind(ledger.as_str())
    .fetch(pool);
    let mut comparison = Comparison::new(policy);
    while let Some(row) = rows.try_next().await? {
        comparison.take(&Kept::read(&row)?);
    }
    Ok(comparison.finish())
}

struct Comparison<'a> {
    policy: Option<&'a Policy>,
    damaged: Findings,
    against_policy: Findings,
    /// The checkpoint of the rows before, and the policy's witnesses under it.
    size: i64,
    names: BTreeSet<String>,
    witnessed: Option<u64>,
}

const RULE: &str = "table cosignatures";

impl<'a> Comparison<'a> {
    fn new(policy: Option<&'a Policy>) -> Self {
        let (damaged, against_policy) = (Findings::default(), Findings::default());
        let names = BTreeSet::new();
        Self { policy, damaged, against_policy, size: 0, names, witnessed: None }
    }

    /// Takes the next row by size.
    fn take(&mut self, row: &Kept) {
        if row.size != self.size {
            self.end_of_checkpoint();
            self.size = row.size;
        }
        let Some((line, note)) = self.readable(row) else { return };
        let Some(witness) = self.witness(&line) else {
            let expected = "a witness that the policy names, with or without an address";
            let found = format!("{} under the checkpoint over {} entries", row.witness, row.size);
            self.against_policy.add(None, RULE, expected, found);
            return;
        };
        if let Some(Signed::Cosigned { .. }) = line.verify(&witness.key, note.text()) {
            self.names.insert(witness.name.clone());
        } else {
            let expected =
                format!("{} under the checkpoint over {} entries", row.witness, row.size);
            self.damaged.add(None, RULE, expected, "a signature that is not by that key");
        }
    }

    /// The row's line and the note that it stands under, where they fit each other.
    fn readable(&mut self, row: &Kept) -> Option<(SignatureLine, Note)> {
        let mut differs = |expected: &str, found: &str| {
            let found = format!("{found}, in the row of {} at {} entries", row.witness, row.size);
            self.damaged.add(None, RULE, expected, found);
        };
        let Ok(line) = SignatureLine::parse(&row.line) else {
            differs("a signature line", "none that can be read");
            return None;
        };
        if line.name() != row.witness || line.key_id().as_slice() != row.key_hash {
            differs("the key that the line names", "another");
            return None;
        }
        let Some(note) = &row.note else {
            differs("a checkpoint that is kept", "none of that size");
            return None;
        };
        // A note that cannot be read is found with the checkpoints.
        Some((line, Note::parse(note).ok()?))
    }

    fn witness(&self, line: &SignatureLine) -> Option<&'a Witness> {
        self.policy?.witnesses().iter().find(|witness| line.names(&witness.key))
    }

    fn end_of_checkpoint(&mut self) {
        let names = std::mem::take(&mut self.names);
        if !names.is_empty() && self.policy.is_some_and(|policy| policy.quorum_met(&names)) {
            self.witnessed = u64::try_from(self.size).ok();
        }
    }

    fn finish(mut self) -> Cosignatures {
        self.end_of_checkpoint();
        if self.policy.is_some_and(Policy::requires_witnesses) && self.witnessed.is_none() {
            let expected = "enough witnesses under one of the checkpoints";
            self.against_policy.add(None, "quorum of the policy", expected, "none such");
        }
        Cosignatures {
            damaged: self.damaged.into_sorted().0,
            against_policy: self.against_policy.into_sorted().0,
            witnessed: self.witnessed,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::cosignature::Cosigner;
    use crate::hash::Hash;
    use crate::key::LedgerKey;

    fn cosigner(name: &str) -> Cosigner {
        let seed = name.as_bytes()[0];
        Cosigner::new(name, LedgerKey::from_seed([seed; 32]).unwrap()).unwrap()
    }

    fn checkpoint(size: u64) -> Checkpoint {
        Checkpoint { origin: "example.com/ledger".to_owned(), size, root: Hash::ZERO }
    }

    /// What a witness signed under the checkpoint of that size.
    fn kept(name: &str, size: u64) -> Kept {
        let line = cosigner(name).cosign(&checkpoint(size).text(), 1_700_000_000);
        Kept {
            size: i64::try_from(size).unwrap(),
            witness: line.name().to_owned(),
            key_hash: line.key_id().to_vec(),
            line: line.to_string(),
            note: Some(checkpoint(size).sign(&LedgerKey::from_seed([1; 32]).unwrap())),
        }
    }

    /// Names the witnesses `a` and `b` and asks for both.
    fn policy() -> Policy {
        let line = |name: &str| format!("witness {name} {}\n", cosigner(name).verifier());
        let lines = line("a") + &line("b");
        Policy::parse(format!("{lines}group both all a b\nquorum both\n").as_bytes()).unwrap()
    }

    fn compared(rows: &[Kept]) -> Cosignatures {
        let policy = policy();
        let mut comparison = Comparison::new(Some(&policy));
        rows.iter().for_each(|row| comparison.take(row));
        comparison.finish()
    }

    fn damaged(row: Kept) -> Vec<Finding> {
        compared(&[row]).damaged
    }

    #[test]
    fn the_largest_checkpoint_with_the_quorum_counts() {
        let rows = [kept("a", 3), kept("b", 3), kept("a", 5), kept("b", 5), kept("a", 8)];
        let found = compared(&rows);
        assert_eq!(found, Cosignatures { witnessed: Some(5), ..Cosignatures::default() });
    }

    #[test]
    fn a_quorum_that_stands_under_no_checkpoint_is_told_but_is_no_damage() {
        for rows in [&[][..], &[kept("a", 3), kept("b", 5)]] {
            let found = compared(rows);
            assert_eq!((found.damaged, found.witnessed), (vec![], None));
            assert_eq!(found.against_policy[0].rule, "quorum of the policy");
        }
    }

    #[test]
    fn a_witness_that_the_policy_does_not_name_is_told_but_is_no_damage() {
        let found = compared(&[kept("a", 3), kept("b", 3), kept("c", 3)]);
        assert_eq!((found.damaged, found.witnessed), (vec![], Some(3)));
        assert_eq!(found.against_policy.len(), 1);
        assert!(found.against_policy[0].found.starts_with("c under"));
        let mut without_policy = Comparison::new(None);
        without_policy.take(&kept("a", 3));
        assert_eq!(without_policy.finish().against_policy.len(), 1);
    }

    #[test]
    fn a_signature_over_another_checkpoint_is_damage() {
        let moved = Kept { note: kept("a", 5).note, ..kept("a", 3) };
        let found = damaged(moved);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].found, "a signature that is not by that key");
    }

    #[test]
    fn a_row_that_says_something_else_than_its_line_is_damage() {
        let sound = || kept("a", 3);
        for row in [
            Kept { witness: "b".to_owned(), ..sound() },
            Kept { key_hash: vec![0; 4], ..sound() },
            Kept { line: "no line".to_owned(), ..sound() },
            Kept { note: None, ..sound() },
        ] {
            assert_eq!(damaged(row).len(), 1);
        }
        assert_eq!(damaged(sound()), []);
    }
}
