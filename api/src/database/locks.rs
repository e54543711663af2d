//! Who uses the private server. Two advisory file locks, which the system releases when a program
//! dies: *in-use*, held shared for as long as a program uses the server, and the *door*, held
//! exclusively for the moment in which a program starts, adopts or stops it. Whoever leaves takes
//! the door first, so nobody comes in while the last one looks whether it is the last.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::data_directory::DataDirectory;
use super::error::{AtPath, DatabaseError};

/// A lock that is given back explicitly when dropped: merely closing the file would leave the lock
/// with a child that another thread is starting at this moment.
#[derive(Debug)]
struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        // A lock that cannot be given back goes with the file, a moment later.
        let _ = self.0.unlock();
    }
}

/// The right to start, adopt or stop the server.
#[derive(Debug)]
pub(super) struct Door(#[expect(dead_code, reason = "held for its Drop")] Held);

/// The fact that this program uses the server.
#[derive(Debug)]
pub(super) struct InUse(Held);

impl Door {
    /// Waits until nobody else starts or stops the server.
    pub(super) fn take(data: &DataDirectory) -> Result<Self, DatabaseError> {
        let path = data.door_lock();
        let file = open(&path)?;
        file.lock().at(&path)?;
        Ok(Self(Held(file)))
    }
}

impl InUse {
    /// Joins those that use the server. Only to be called by who holds the door.
    pub(super) fn join(data: &DataDirectory, _door: &Door) -> Result<Self, DatabaseError> {
        let path = data.use_lock();
        let file = open(&path)?;
        file.lock_shared().at(&path)?;
        Ok(Self(Held(file)))
    }

    /// Leaves, and says whether nobody else is left.
    pub(super) fn leave(self, data: &DataDirectory, _door: &Door) -> Result<bool, DatabaseError> {
        let path = data.use_lock();
        self.0.0.unlock().at(&path)?;
        match self.0.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error).at(path),
        }
    }
}

fn open(path: &Path) -> Result<File, DatabaseError> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path).at(path)
}
