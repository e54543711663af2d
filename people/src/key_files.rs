//! Keys on disk: one file each, 64 hex digits and a line feed, readable by their owner alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::keys::KeyRing;
use crate::randomness::{NoRandomness, Randomness};

/// The keys of a directory cannot be used. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key file is missing although the ring is wanted.
    #[error("缺少密钥文件 {}:没有它,{} / key file {} is missing: without it {}. Restore it from a backup of the keys",
        .path.display(), .lost.0, .path.display(), .lost.1)]
    Missing {
        /// Where it should lie.
        path: PathBuf,
        /// What is lost without it, in Chinese and in English.
        lost: (&'static str, &'static str),
    },
    /// Some keys lie in the directory and others do not, so that none may be made anew: a new key
    /// beside an old database would silently stand for another.
    #[error("密钥不全:{} 存在,{} 缺失;不会自动新建。请从密钥备份恢复 / {} present but {} missing in {}: no key is made anew beside others; restore the missing ones from a backup of the keys",
        .present.join("、"), .missing.join("、"), .present.join(", "), .missing.join(", "), .directory.display())]
    SomeMissing {
        /// The directory of the keys.
        directory: PathBuf,
        /// Files that are there.
        present: Vec<&'static str>,
        /// Files that are not.
        missing: Vec<&'static str>,
    },
    /// Keys were to be created where there are some already.
    #[error("密钥已存在,不会覆盖 / {} already holds keys; they are never overwritten", .0.display())]
    Exist(PathBuf),
    /// Group or others may read or write the file.
    #[error("密钥文件 {} 的权限是 {mode:03o},他人可以读取;请执行 chmod 600 / key file {} has mode {mode:03o}, others may read it; run: chmod 600 {}",
        .path.display(), .path.display(), .path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file does not hold 64 hex digits.
    #[error("密钥文件 {} 的内容不是 64 位十六进制数 / key file {} does not hold 64 hex digits", .0.display(), .0.display())]
    Malformed(PathBuf),
    /// The file system refused.
    #[error("{}: {source}", .path.display())]
    Files {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No random bytes for a new key.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

struct KeyFile {
    name: &'static str,
    lost: (&'static str, &'static str),
}

const MASTER: KeyFile = KeyFile {
    name: "master.key",
    lost: (
        "数据库中的姓名、号码、账号和备注永远无法读取",
        "every name, number, account and note in the database stays unreadable for ever",
    ),
};
const LOOKUP: KeyFile = KeyFile {
    name: "lookup.key",
    lost: (
        "已登记的人员、家庭和账户都无法再被识别,同一月份可能重复发放",
        "no registered person, household or account is recognised again, so that a month could be paid twice",
    ),
};
const IDS: KeyFile = KeyFile {
    name: "ids.key",
    lost: (
        "已记录的流水号都无法再被识别,同一笔发放可能重复记录",
        "no recorded client id is recognised again, so that a payment sent twice would be recorded twice",
    ),
};

/// Keys being written; never used by anybody, removed if a crash left them.
const UNFINISHED: &str = ".keys-unfinished";
/// Keys completely written, to be moved to their places.
const FINISHED: &str = ".keys-finished";

impl KeyRing {
    /// The names of the files in the directory of keys that a backup must hold.
    pub const FILES: [&'static str; 3] = [MASTER.name, LOOKUP.name, IDS.name];

    /// Reads the keys of a directory. Each must be there, well formed, and readable by its owner
    /// alone; the error names the file and says what is lost without it.
    pub fn load(directory: &Path) -> Result<Self, KeyError> {
        let _alone = if present(directory, FINISHED)? {
            let lock = lock(directory)?;
            move_to_places(directory)?;
            Some(lock)
        } else {
            None
        };
        let master = read(directory, &MASTER)?;
        Ok(Self::new(master, &*read(directory, &LOOKUP)?, &*read(directory, &IDS)?))
    }

    /// Makes new keys in a directory that has none, and the directory if need be (mode 0700).
    /// Files are synced before this returns. `ids.key` follows a seeded source, so that a
    /// demonstration has the same ids each time; the other two are always secret.
    pub fn create(directory: &Path, randomness: &Randomness) -> Result<Self, KeyError> {
        make_directory(directory)?;
        let _alone = lock(directory)?;
        move_to_places(directory)?;
        let (present, _) = sort_by_presence(directory)?;
        if !present.is_empty() {
            return Err(KeyError::Exist(directory.to_owned()));
        }
        create_alone(directory, randomness)?;
        Self::load(directory)
    }

    /// Reads the keys of a directory, or makes them where there is none of them. Where only some
    /// are there it refuses. Programs that start at the same time agree on one set.
    pub fn load_or_create(directory: &Path, randomness: &Randomness) -> Result<Self, KeyError> {
        make_directory(directory)?;
        let _alone = lock(directory)?;
        move_to_places(directory)?;
        let (present, missing) = sort_by_presence(directory)?;
        if present.is_empty() {
            create_alone(directory, randomness)?;
        } else if !missing.is_empty() {
            return Err(KeyError::SomeMissing {
                directory: directory.to_owned(),
                present,
                missing,
            });
        }
        Self::load(directory)
    }
}

/// Writes all keys under another name, then moves them. The commit point is the rename of the
/// folder: a crash before it leaves nothing that counts, a crash after it leaves a complete set
/// that the next program moves to its places. So a set is never half made.
fn create_alone(directory: &Path, randomness: &Randomness) -> Result<(), KeyError> {
    let unfinished = directory.join(UNFINISHED);
    if present(directory, UNFINISHED)? {
        fs::remove_dir_all(&unfinished).map_err(at(&unfinished))?;
    }
    DirBuilder::new().mode(0o700).create(&unfinished).map_err(at(&unfinished))?;
    write(&unfinished.join(MASTER.name), &*randomness.secret()?)?;
    write(&unfinished.join(LOOKUP.name), &*randomness.secret()?)?;
    write(&unfinished.join(IDS.name), &*randomness.id_key()?)?;
    sync_directory(&unfinished)?;
    fs::rename(&unfinished, directory.join(FINISHED)).map_err(at(&unfinished))?;
    sync_directory(directory)?;
    move_to_places(directory)
}

/// Moves a completely written set to its places, and goes on with a move that a crash cut short.
fn move_to_places(directory: &Path) -> Result<(), KeyError> {
    if !present(directory, FINISHED)? {
        return Ok(());
    }
    let finished = directory.join(FINISHED);
    for name in KeyRing::FILES {
        if present(&finished, name)? {
            if present(directory, name)? {
                return Err(KeyError::Exist(directory.to_owned()));
            }
            fs::rename(finished.join(name), directory.join(name)).map_err(at(&finished))?;
        }
    }
    sync_directory(directory)?;
    fs::remove_dir(&finished).map_err(at(&finished))?;
    sync_directory(directory)
}

fn sort_by_presence(directory: &Path) -> Result<(Vec<&'static str>, Vec<&'static str>), KeyError> {
    let (mut there, mut missing) = (Vec::new(), Vec::new());
    for name in KeyRing::FILES {
        let list = if present(directory, name)? { &mut there } else { &mut missing };
        list.push(name);
    }
    Ok((there, missing))
}

fn read(directory: &Path, key: &KeyFile) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let path = directory.join(key.name);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyError::Missing { path, lost: key.lost });
        }
        Err(source) => return Err(KeyError::Files { path, source }),
    };
    let mode = file.metadata().map_err(at(&path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::OpenToOthers { path, mode });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(80));
    file.take(80).read_to_end(&mut text).map_err(at(&path))?;
    let digits = text.strip_suffix(b"\n").unwrap_or(&text);
    let mut bytes = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(digits, bytes.as_mut_slice()).map_err(|_| KeyError::Malformed(path))?;
    Ok(bytes)
}

fn write(path: &Path, key: &[u8; 32]) -> Result<(), KeyError> {
    let mut text = Zeroizing::new(hex::encode(key));
    text.push('\n');
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(at(path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(at(path))
}

fn make_directory(directory: &Path) -> Result<(), KeyError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(at(directory))?;
    match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
        _ => Ok(()),
    }
}

/// Waits until no other program makes keys here; released when the file is dropped.
fn lock(directory: &Path) -> Result<File, KeyError> {
    let folder = File::open(directory).map_err(at(directory))?;
    folder.lock().map_err(at(directory))?;
    Ok(folder)
}

fn sync_directory(directory: &Path) -> Result<(), KeyError> {
    File::open(directory).and_then(|folder| folder.sync_all()).map_err(at(directory))
}

fn present(directory: &Path, name: &str) -> Result<bool, KeyError> {
    let path = directory.join(name);
    path.try_exists().map_err(at(&path))
}

fn at(path: &Path) -> impl Fn(io::Error) -> KeyError + '_ {
    |source| KeyError::Files { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
