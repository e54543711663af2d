//! The checkpoint file, failing at each of its steps: whoever records goes on, whoever asks for a
//! checkpoint is told that there is none, and once the file can be written it holds the newest.
//!
//! Under a normal account, because root may do what a directory's mode forbids.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use api::books::{Book, CommandError};
use domain::ids::OfficerId;
use tests::bureau::{LEDGER, check_ledgers, payments};
use tests::not_run;
use tests::private::{PartWithLedger, close, open};
use tests::processes::{self, Part};
use tests::scratch::ScratchDirectory;

const PART: &str = "failing_files::a_part_whose_checkpoint_file_fails";

/// A step of writing the file that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The lock is a directory.
    Lock,
    /// A directory stands where the file was.
    Read,
    /// Nobody may read the file.
    Open,
    /// A directory stands where the next file is written.
    Create,
    /// Nothing can be made in the data directory.
    CreateAnything,
    /// The disk is full: every write is answered by ENOSPC.
    Write,
    /// What was written cannot be synced.
    Sync,
    /// Nothing in the data directory can be given another name.
    Rename,
    /// The data directory cannot be opened, and so not be synced.
    SyncDirectory,
}

impl Step {
    const ALL: [Self; 9] = [
        Self::Lock,
        Self::Read,
        Self::Open,
        Self::Create,
        Self::CreateAnything,
        Self::Write,
        Self::Sync,
        Self::Rename,
        Self::SyncDirectory,
    ];
}

/// The paths of one ledger's checkpoint file.
struct Files {
    directory: PathBuf,
    file: PathBuf,
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

impl Files {
    fn beside(&self, extension: &str) -> PathBuf {
        self.file.with_extension(extension)
    }

    fn next(&self) -> PathBuf {
        self.beside("checkpoint-next")
    }

    /// Makes a step fail.
    fn break_at(&self, step: Step) {
        // Each time the last file has become the checkpoint by its new name.
        assert!(!self.next().exists());
        match step {
            Step::Lock => {
                fs::remove_file(self.beside("checkpoint-lock")).unwrap();
                fs::create_dir(self.beside("checkpoint-lock")).unwrap();
            }
            Step::Read => {
                fs::rename(&self.file, self.beside("saved")).unwrap();
                fs::create_dir(&self.file).unwrap();
            }
            Step::Open => mode(&self.file, 0o000),
            Step::Create => fs::create_dir(self.next()).unwrap(),
            Step::CreateAnything => mode(&self.directory, 0o500),
            Step::Write => symlink("/dev/full", self.next()).unwrap(),
            Step::Sync => symlink("/dev/null", self.next()).unwrap(),
            Step::Rename => {
                fs::write(self.next(), "").unwrap();
                mode(&self.directory, 0o500);
            }
            Step::SyncDirectory => mode(&self.directory, 0o300),
        }
    }

    /// Undoes it, as somebody does who looks after the machine.
    fn mend(&self, step: Step) {
        match step {
            Step::Lock => fs::remove_dir(self.beside("checkpoint-lock")).unwrap(),
            Step::Read => {
                fs::remove_dir(&self.file).unwrap();
                fs::rename(self.beside("saved"), &self.file).unwrap();
            }
            Step::Open => mode(&self.file, 0o600),
            Step::Create => fs::remove_dir(self.next()).unwrap(),
            Step::Write | Step::Sync => fs::remove_file(self.next()).unwrap(),
            Step::CreateAnything | Step::Rename | Step::SyncDirectory => {
                mode(&self.directory, 0o700);
            }
        }
    }
}

#[tokio::test]
async fn a_checkpoint_file_that_fails_at_any_step_hinders_no_recording_and_holds_the_newest_later()
{
    let place = ScratchDirectory::new();
    let data = place.join("home/data");
    let data = data.to_str().unwrap();
    if !processes::we_are_root() {
        fs::create_dir(place.join("home")).unwrap();
        Part::start(PART, data).finish();
    } else if let Some(account) = processes::normal_account() {
        Part::start_as(&account, &place, PART, data).finish();
    } else {
        not_run::report("a checkpoint file that fails", "there is no account nobody");
    }
}

async fn record(book: &Book, id: &str) -> u64 {
    let payment = payments(std::iter::once((id.to_owned(), format!("H-{id}"), 6))).remove(0);
    let officer = OfficerId::parse("w-017").unwrap();
    book.record_payment(&officer.clone().into(), payment).await.unwrap().position
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a part of other tests"]
async fn a_part_whose_checkpoint_file_fails() {
    let Some(PartWithLedger { data, books, book, mut shown }) = PartWithLedger::begin().await
    else {
        return;
    };
    let files = Files { directory: data.path().to_owned(), file: data.checkpoint(&LEDGER) };
    let mut session = books.database().session().await.unwrap();
    for step in Step::ALL {
        shown.given(&book.checkpoint().await.unwrap().note);
        files.break_at(step);
        for n in 0..2 {
            record(&book, &format!("{step:?}-{n}")).await;
            let fault = book.checkpoint().await.expect_err(&format!("{step:?}"));
            assert!(!fault.is_refusal(), "{step:?}: {}", fault.public());
            assert!(fault.cause().contains("checkpoint"), "{step:?}: {}", fault.cause());
        }
        // Nothing new, and still no file that is sure to stay.
        assert!(book.checkpoint().await.is_err(), "{step:?}");
        let another = open(&data).await;
        match another.book(LEDGER).await {
            Err(CommandError::Fault(fault)) => assert!(!fault.is_refusal(), "{step:?}"),
            other => panic!("{step:?}: {:?}", other.map(|_| "it opens")),
        }
        close(another).await;
        let last = record(&book, &format!("{step:?}-last")).await;
        files.mend(step);
        let signed = book.checkpoint().await.unwrap();
        assert_eq!(signed.checkpoint.size, last + 1, "{step:?}");
        shown.given(&signed.note);
        let standing = shown.hold(&mut session).await;
        assert_eq!(standing.file, Some(signed.checkpoint), "{step:?}");
        let another = open(&data).await;
        another.book(LEDGER).await.unwrap();
        close(another).await;
    }
    drop((session, book));
    check_ledgers(&books).await;
    close(books).await;
}
