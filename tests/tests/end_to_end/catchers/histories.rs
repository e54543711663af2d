//! Old backups, and whole histories in the place of the true one.

use super::cells::{GONE, NO, YES};
use super::deed::Deed::Replaced;
use super::deed::File;
use super::prepared::State;
use super::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(
            "the database of one entry ago, all its tables",
            [YES, YES, GONE, YES, YES],
            Replaced(State::OneAgo, File::Left),
        ),
        row(
            "the database of four entries ago, all its tables",
            [YES, YES, GONE, YES, YES],
            Replaced(State::FourAgo, File::Left),
        ),
        row(
            "database and checkpoint file of one entry ago",
            [NO, NO, NO, YES, YES],
            Replaced(State::OneAgo, File::Replaced),
        ),
        row(
            "database and checkpoint file of four entries ago",
            [NO, NO, NO, YES, YES],
            Replaced(State::FourAgo, File::Replaced),
        ),
        row(
            "the whole history rewritten with the ledger's key",
            [YES, YES, GONE, YES, YES],
            Replaced(State::Rewritten, File::Left),
        ),
        row(
            "the same, the checkpoint file as well",
            [NO, NO, NO, YES, YES],
            Replaced(State::Rewritten, File::Replaced),
        ),
    ]
}
