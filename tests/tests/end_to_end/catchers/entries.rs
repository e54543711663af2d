//! Entries changed, removed, added, swapped, doubled or moved.

use super::cells::{GONE, NO, YES};
use super::deed::Deed::{Recorded, Signed, Sql};
use super::history::{Fitting, History};
use super::prepared::{OFFICERS_NO_LONGER, PAYMENT, SIGNED_PAYMENT};
use super::{Row, row};
use crate::officer_keys::key;

fn another_officer(history: &mut History) {
    history.replace(PAYMENT, "\nactor: officer/w-017\n", "\nactor: officer/w-018\n");
}

fn changed_and_signed(history: &mut History) {
    another_officer(history);
    history.sign(PAYMENT);
}

fn changed_and_chained(history: &mut History) {
    another_officer(history);
    history.chain_from(PAYMENT);
}

/// The entry that requires officers no longer, which only `w-017` has the role for.
fn by_somebody_else(history: &mut History) {
    history.replace(OFFICERS_NO_LONGER, "\nactor: officer/w-017\n", "\nactor: officer/w-018\n");
    history.chain_from(OFFICERS_NO_LONGER);
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = by_sql();
    rows.extend(columns());
    rows.extend(with_the_key());
    rows
}

fn by_sql() -> Vec<Row> {
    vec![
        row(
            "a byte of an entry",
            [NO, YES, GONE, YES, YES],
            Sql("update entries set entry = set_byte(entry, 300, get_byte(entry, 300) # 1) \
                 where {ours} and position = 5"),
        ),
        row(
            "a byte of an entry, its leaf with it",
            [NO, YES, GONE, YES, YES],
            Sql("with changed as (select set_byte(entry, 300, get_byte(entry, 300) # 1) as entry \
                 from entries where {ours} and position = 5) \
                 update entries set entry = changed.entry, leaf = sha256('\\x00'::bytea || changed.entry) \
                 from changed where {ours} and position = 5"),
        ),
        // The tree is made of the entries; signatures lie beside them.
        row(
            "a byte of a signature",
            [NO, YES, YES, NO, NO],
            Sql(
                "update entries set signature = set_byte(signature, 9, get_byte(signature, 9) # 1) \
                 where {ours} and position = 5",
            ),
        ),
        row(
            "an entry deleted",
            [NO, YES, GONE, YES, YES],
            Sql("delete from entries where {ours} and position = 5"),
        ),
        row(
            "two entries swapped",
            [NO, YES, GONE, YES, YES],
            Sql(
                "update entries set position = position + 1000 where {ours} and position in (5, 6); \
                 update entries set position = 1011 - position where {ours} and position > 1000",
            ),
        ),
        // Start and export end where the head says; what checkpoints and witnesses saw is there still.
        row(
            "an entry doubled at the end",
            [NO, YES, NO, NO, NO],
            Sql(
                "insert into entries select ledger_id, 381, stream_type, stream_id, 2, event_type, \
                 recorded_at, request_id, payload_offset, entry, leaf, signature \
                 from entries where {ours} and position = 5",
            ),
        ),
        row(
            "an entry moved to another ledger",
            [NO, YES, GONE, YES, YES],
            Sql("update entries set ledger_id = 'cn-320402', position = 75 \
                 where {ours} and position = 5"),
        ),
        row(
            "an entry of another ledger in its place",
            [NO, YES, GONE, YES, YES],
            Sql("update entries set entry = theirs.entry, leaf = theirs.leaf, \
                 signature = theirs.signature from entries as theirs \
                 where entries.{ours} and entries.position = 5 \
                 and theirs.ledger_id = 'cn-320402' and theirs.position = 5"),
        ),
        row(
            "the last entry cut off",
            [YES, YES, GONE, YES, YES],
            Sql("delete from entries where {ours} and position >= 380"),
        ),
        row(
            "the last four entries cut off",
            [YES, YES, GONE, YES, YES],
            Sql("delete from entries where {ours} and position >= 377"),
        ),
    ]
}

/// What says beside an entry what is in it. Nobody else takes any of it for what was recorded.
fn columns() -> Vec<Row> {
    let index = [NO, YES, NO, NO, NO];
    vec![
        row(
            "column `stream_type`: into another stream",
            index,
            Sql("update entries set stream_type = 'store' where {ours} and position = 5"),
        ),
        row(
            "column `stream_id`: into another stream",
            index,
            Sql("update entries set stream_id = stream_id || '-x' where {ours} and position = 5"),
        ),
        row(
            "column `sequence`",
            index,
            Sql("update entries set sequence = sequence + 1 where {ours} and position = 5"),
        ),
        row(
            "column `event_type`",
            index,
            Sql("update entries set event_type = 'X v1' where {ours} and position = 5"),
        ),
        row(
            "column `recorded_at`",
            index,
            Sql("update entries set recorded_at = recorded_at + interval '1 microsecond' \
                 where {ours} and position = 5"),
        ),
        row(
            "column `request_id`",
            index,
            Sql("update entries set request_id = '00000000-0000-8000-8000-000000000001' \
                 where {ours} and position = 5"),
        ),
        row(
            "column `payload_offset`",
            index,
            Sql("update entries set payload_offset = payload_offset + 1 \
                 where {ours} and position = 5"),
        ),
        row(
            "column `leaf`, of an entry in a full tile",
            index,
            Sql("update entries set leaf = set_byte(leaf, 9, get_byte(leaf, 9) # 1) \
                 where {ours} and position = 5"),
        ),
        // The start makes the tree of full tiles and of the leaves behind them.
        row(
            "column `leaf`, of an entry behind the last full tile",
            [YES, YES, GONE, NO, NO],
            Sql("update entries set leaf = set_byte(leaf, 9, get_byte(leaf, 9) # 1) \
                 where {ours} and position = 300"),
        ),
    ]
}

fn with_the_key() -> Vec<Row> {
    vec![
        row(
            "an entry changed and signed by the ledger's key",
            [NO, YES, GONE, YES, YES],
            Signed(changed_and_signed, Fitting::Rows),
        ),
        // So the leaves behind the last full tile are others, of which the start makes the tree.
        row(
            "the same, all later ones chained and signed anew",
            [YES, YES, GONE, YES, YES],
            Signed(changed_and_chained, Fitting::Rows),
        ),
        row(
            "the same, head, tiles and checkpoints made to fit",
            [YES, YES, GONE, YES, YES],
            Signed(changed_and_chained, Fitting::Checkpoints),
        ),
        // From here on a bundle says so only because officers have signed which history they saw.
        row(
            "the same, the checkpoint file as well",
            [NO, YES, YES, YES, YES],
            Signed(changed_and_chained, Fitting::File),
        ),
        row(
            "who recorded an entry is somebody without the role, everything made to fit",
            [NO, YES, YES, YES, YES],
            Signed(by_somebody_else, Fitting::File),
        ),
        row(
            "an entry removed, everything chained, signed and made to fit",
            [NO, YES, YES, YES, YES],
            Signed(|history| history.remove(PAYMENT), Fitting::File),
        ),
        row(
            "an entry put in between, everything likewise",
            [NO, YES, YES, YES, YES],
            Signed(|history| history.insert(7), Fitting::File),
        ),
        row(
            "two entries swapped, everything likewise",
            [NO, YES, YES, YES, YES],
            Signed(|history| history.swap(PAYMENT), Fitting::File),
        ),
        // What stands at the end came after everything that older checkpoints and witnesses saw.
        row(
            "an entry recorded twice, everything likewise",
            [NO, YES, YES, NO, NO],
            Signed(|history| history.repeat(PAYMENT), Fitting::File),
        ),
        row(
            "an entry moved to another stream, everything likewise",
            [NO, YES, YES, YES, YES],
            Signed(|history| history.move_to_another_stream(PAYMENT), Fitting::File),
        ),
        row(
            "the last entry cut off, the head made to fit",
            [YES, YES, GONE, YES, YES],
            Signed(|history| history.cut(1), Fitting::Head),
        ),
        row(
            "the last four cut off, the head made to fit",
            [YES, YES, GONE, YES, YES],
            Signed(|history| history.cut(4), Fitting::Head),
        ),
        // A bundle ends where the entries end; the tables beside them know of more.
        row(
            "the last entry cut off, everything made to fit",
            [NO, YES, NO, YES, YES],
            Signed(|history| history.cut(1), Fitting::File),
        ),
        row(
            "the last four cut off, everything made to fit",
            [NO, YES, NO, YES, YES],
            Signed(|history| history.cut(4), Fitting::File),
        ),
        // At the end again: nobody outside has seen what was there.
        row(
            "an entry in an officer's name at the end that no officer signed",
            [NO, YES, YES, NO, NO],
            Signed(|history| history.insert(history.len()), Fitting::File),
        ),
        // Commands lie beside the entries, which name them by their hash.
        row(
            "a signed command replaced by one of a stranger's key",
            [NO, YES, YES, NO, NO],
            Signed(|history| history.replace_command(SIGNED_PAYMENT, &key(99)), Fitting::Rows),
        ),
        row(
            "the same, and the entry names it, everything made to fit",
            [NO, YES, YES, YES, YES],
            Signed(
                |history| history.replace_command_and_its_hash(SIGNED_PAYMENT, &key(99)),
                Fitting::File,
            ),
        ),
        // This is what recording is. Both entries stand there for everybody to read.
        row(
            "false aid recorded by the program, after an entry that officers need not sign any more",
            [NO, NO, NO, NO, NO],
            Recorded,
        ),
    ]
}
