//! The ledger that is tampered with, and what was put aside before: older copies of it, another
//! history under the same keys, a checkpoint that an auditor kept, and a witness that has cosigned.

use std::fs;

use ledger::checkpoints::SignedCheckpoint;
use tests::bureau::{Bureau, LEDGER, open};
use tests::scratch::{ScratchDirectory, copy_files};
use tests::throwaway::Throwaway;

use crate::officer_keys::{Desk, OFFICER, key};
use crate::witness::{NAME, WitnessProgram};

/// Another ledger in the same database.
pub(super) const OTHER_LEDGER: &str = "cn-320402";

/// Position of a payment to a person, with account and grant.
pub(super) const PAYMENT: usize = 5;
/// Position of the entry that requires officers no longer.
pub(super) const OFFICERS_NO_LONGER: usize = 22;
/// Position of a payment that an officer's own key asked for.
pub(super) const SIGNED_PAYMENT: usize = 376;
/// How many entries there are: enough for a full tile.
pub(super) const SIZE: u64 = 381;

pub(super) struct Prepared {
    /// The ledger as it is.
    whole: Throwaway,
    /// The same one and four entries ago, with its data directory of that time.
    one_ago: Throwaway,
    four_ago: Throwaway,
    /// Another history of as many entries, recorded by the program with the same keys.
    rewritten: Throwaway,
    /// What an auditor kept: a checkpoint over the whole.
    pub(super) kept: SignedCheckpoint,
    /// The policy as the ledger was opened with it: no witness, none required.
    policy: String,
    /// A witness that has cosigned that checkpoint, as it lies on its disk.
    witness: ScratchDirectory,
    /// Its line in a policy, without the address, at which nobody is any more.
    witness_line: String,
}

/// Which state of the ledger.
#[derive(Debug, Clone, Copy)]
pub(super) enum State {
    Whole,
    OneAgo,
    FourAgo,
    Rewritten,
}

/// Whose cosignature the policy requires.
#[derive(Debug, Clone, Copy)]
pub(super) enum Required {
    Nobody,
    Witness,
}

impl Prepared {
    pub(super) async fn new() -> Self {
        let mut desk = Desk { bureau: Bureau::new().await };
        desk.bureau.open_ledger(OTHER_LEDGER).await;
        desk.bureau.record_everything(OTHER_LEDGER).await;
        let rewritten = another_history(&desk.bureau).await;
        begin(&desk).await;
        let four_ago = copy(&mut desk.bureau).await;
        let one_ago = {
            until_the_last(&desk).await;
            copy(&mut desk.bureau).await
        };
        desk.signed_aid(4, &key(17)).await;
        assert_eq!(desk.bureau.size().await, SIZE);
        let kept = desk.bureau.book().await.checkpoint().await.unwrap();
        assert_eq!(kept.checkpoint.size, SIZE);
        let policy = fs::read_to_string(desk.bureau.place.data().policy(&LEDGER)).unwrap();
        let (witness, witness_line) = cosigned(&desk.bureau, &policy).await;
        let Bureau { place: whole, books, .. } = desk.bureau;
        books.close().await;
        let prepared =
            Self { whole, one_ago, four_ago, rewritten, kept, policy, witness, witness_line };
        let path = prepared.whole.data().policy(&LEDGER);
        fs::write(path, prepared.policy(Required::Nobody)).unwrap();
        prepared
    }

    /// The policy of the data directory, and the one that the auditor was given by hand.
    pub(super) fn policy(&self, required: Required) -> String {
        self.policy_with(&self.witness_line, required)
    }

    fn policy_with(&self, line: &str, required: Required) -> String {
        let quorum = match required {
            Required::Nobody => "none",
            Required::Witness => NAME,
        };
        self.policy.replace("quorum none", &format!("{line}quorum {quorum}"))
    }

    /// A copy to do something to.
    pub(super) async fn copy(&self, state: State) -> Throwaway {
        let original = match state {
            State::Whole => &self.whole,
            State::OneAgo => &self.one_ago,
            State::FourAgo => &self.four_ago,
            State::Rewritten => &self.rewritten,
        };
        original.copy().await
    }

    /// Puts the checkpoint file of the whole ledger into another data directory.
    pub(super) fn leave_checkpoint_file(&self, place: &Throwaway) {
        fs::copy(self.whole.data().checkpoint(&LEDGER), place.data().checkpoint(&LEDGER)).unwrap();
    }

    /// The witness, started again with what it knows; the place that it works in; and the policy of the
    /// data directory with its address.
    pub(super) fn witness(&self, required: Required) -> (WitnessProgram, ScratchDirectory, String) {
        let place = ScratchDirectory::new();
        copy_files(&self.witness.join("state"), &place.join("state"));
        let witness = WitnessProgram::start(&place, &self.policy);
        let policy = self.policy_with(&witness.line, required);
        (witness, place, policy)
    }
}

/// Verifies, and copies the place while nobody uses it.
async fn copy(bureau: &mut Bureau) -> Throwaway {
    bureau.book().await.checkpoint().await.unwrap();
    bureau.check_ledger().await;
    bureau.books.clone().close().await;
    let copy = bureau.place.copy().await;
    bureau.books = open(&bureau.place, bureau.clock.clone()).await;
    copy
}

/// An event of every type, many payments, an officer's key, and a payment signed with it.
async fn begin(desk: &Desk) {
    desk.bureau.record_everything(LEDGER).await;
    desk.enrol(OFFICER, &key(17)).await;
    desk.bureau.record_many(0..300).await;
    desk.signed_aid(1, &key(17)).await;
}

async fn until_the_last(desk: &Desk) {
    desk.signed_aid(2, &key(17)).await;
    desk.signed_aid(3, &key(17)).await;
    desk.require(true).await;
}

/// What the holder of all keys, database and directory would put in the ledger's place: times and
/// ids are others, and so is every entry.
async fn another_history(of: &Bureau) -> Throwaway {
    let desk = Desk { bureau: Bureau::without_ledger().await };
    let (from, to) = (of.place.data(), desk.bureau.place.data());
    fs::copy(from.recovery_key(&LEDGER), to.recovery_key(&LEDGER)).unwrap();
    let own = format!("{LEDGER}.key");
    fs::copy(from.keys().join(&own), to.keys().join(&own)).unwrap();
    desk.bureau.open_ledger(LEDGER).await;
    begin(&desk).await;
    until_the_last(&desk).await;
    desk.signed_aid(4, &key(17)).await;
    desk.bureau.book().await.checkpoint().await.unwrap();
    desk.bureau.check_ledger().await;
    assert_eq!(desk.bureau.size().await, SIZE);
    let Bureau { place, books, .. } = desk.bureau;
    books.close().await;
    place
}

/// Has a witness cosign the latest checkpoint, as a program does that starts with a policy that names
/// the witness.
async fn cosigned(bureau: &Bureau, policy: &str) -> (ScratchDirectory, String) {
    let place = ScratchDirectory::new();
    let witness = WitnessProgram::start(&place, policy);
    let path = bureau.place.data().policy(&LEDGER);
    fs::write(&path, policy.replace("quorum none", &format!("{}quorum none", witness.line)))
        .unwrap();
    let books = bureau.another_program().await;
    books.book(LEDGER).await.unwrap();
    books.close().await;
    let mut session = bureau.place.administrator_session().await;
    let cosigned: i64 = sqlx::query_scalar("select max(size) from cosignatures")
        .fetch_one(&mut session)
        .await
        .unwrap();
    assert_eq!(u64::try_from(cosigned), Ok(SIZE));
    let (known, _address) = witness.line.rsplit_once(' ').unwrap();
    (place, format!("{known}\n"))
}
