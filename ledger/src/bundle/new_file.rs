//! A file that is there wholly or not at all.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that is written under a temporary name beside its own. Dropped before [`NewFile::keep`],
/// it is removed; a program that is killed leaves a file whose name ends in `.partial`.
#[derive(Debug)]
pub struct NewFile {
    target: PathBuf,
    directory: PathBuf,
    file: NamedTempFile,
}

impl NewFile {
    /// Begins a file, readable by its owner only until it is whole.
    ///
    /// # Errors
    /// `AlreadyExists` when there is a file of that name; whatever the file system says.
    pub fn create(target: &Path) -> io::Result<Self> {
        // A link that leads nowhere is in the way too.
        if target.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let directory = match target.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let mut prefix = name.to_owned();
        prefix.push(".");
        let file =
            tempfile::Builder::new().prefix(&prefix).suffix(".partial").tempfile_in(&directory)?;
        Ok(Self { target: target.to_owned(), directory, file })
    }

    /// The file, to write to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Syncs the file and gives it its name, which stays free until then. Gives its length in bytes.
    ///
    /// # Errors
    /// `AlreadyExists` when somebody took the name meanwhile; whatever the file system says.
    pub fn keep(self) -> io::Result<u64> {
        self.file.as_file().sync_all()?;
        let file = self.file.persist_noclobber(&self.target).map_err(|refused| refused.error)?;
        File::open(&self.directory)?.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let names = std::fs::read_dir(directory).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn the_name_is_taken_when_the_file_is_whole_and_not_before() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("bundle.zip");
        let mut file = NewFile::create(&target).unwrap();
        file.file().write_all(b"whole").unwrap();
        assert!(!target.exists());
        assert!(names(directory.path()).iter().all(|name| name.ends_with(".partial")));
        assert_eq!(file.keep().unwrap(), 5);
        assert_eq!(std::fs::read(&target).unwrap(), b"whole");
        assert_eq!(names(directory.path()), ["bundle.zip"]);
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        drop(NewFile::create(&directory.path().join("bundle.zip")).unwrap());
        assert_eq!(names(directory.path()), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_is_there_is_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("bundle.zip");
        let late = NewFile::create(&target).unwrap();
        std::fs::write(&target, "older").unwrap();
        let refused = NewFile::create(&target).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(late.keep().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&target).unwrap(), b"older");
        assert_eq!(names(directory.path()), ["bundle.zip"]);
    }
}
