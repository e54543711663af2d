#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::os::unix::fs::PermissionsExt;

use super::*;

/// A directory of the test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("mingzhang-keys-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn passphrase(&self, text: &str) -> Passphrases {
        let path = self.file("passphrase");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        Passphrases::in_file(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const SEED: [u8; 32] = [7; 32];

fn passphrase() -> Passphrase {
    Zeroizing::new("正确的 horse battery".to_owned())
}

#[test]
fn a_key_comes_back_from_its_file_with_and_without_a_passphrase() {
    let folder = Folder::new("round");
    let randomness = Randomness::system();
    let passphrases = folder.passphrase("正确的 horse battery\n");
    for (name, given) in [("plain", None), ("encrypted", Some(passphrase()))] {
        let path = folder.file(name);
        assert!(write_new(&path, &SEED, given.as_ref(), &randomness).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(is_encrypted(&path).unwrap(), Some(given.is_some()));
        assert_eq!(read(&path, &passphrases).unwrap().seed(), &SEED);
    }
    assert_eq!(is_encrypted(&folder.file("absent")).unwrap(), None);
    let names = fs::read_dir(&folder.0).unwrap().count();
    assert_eq!(names, 3, "nothing unfinished is left");
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let folder = Folder::new("there");
    let path = folder.file("a.key");
    let (randomness, nobody) = (Randomness::system(), Passphrases::default());
    assert!(write_new(&path, &SEED, None, &randomness).unwrap());
    assert!(!write_new(&path, &[8; 32], None, &randomness).unwrap());
    assert_eq!(read(&path, &nobody).unwrap().seed(), &SEED);
}

#[test]
fn a_wrong_passphrase_and_none_are_told_apart() {
    let folder = Folder::new("wrong");
    let path = folder.file("a.key");
    write_new(&path, &SEED, Some(&passphrase()), &Randomness::system()).unwrap();
    let wrong = read(&path, &folder.passphrase("horse\n")).unwrap_err();
    assert!(matches!(wrong, KeyFileError::WrongPassphrase(_)), "{wrong}");
    let none = read(&path, &Passphrases::default()).unwrap_err();
    let nobody = NoPassphrase::NobodyToAsk;
    assert!(none.to_string().contains(&nobody.to_string()), "{none}");
    let empty = read(&path, &folder.passphrase("\n")).unwrap_err();
    assert!(empty.to_string().contains("口令为空"), "{empty}");
}

#[test]
fn key_and_passphrase_files_that_others_may_read_are_refused() {
    let folder = Folder::new("open");
    let path = folder.file("a.key");
    write_new(&path, &SEED, Some(&passphrase()), &Randomness::system()).unwrap();
    let passphrases = folder.passphrase("正确的 horse battery");
    fs::set_permissions(folder.file("passphrase"), fs::Permissions::from_mode(0o640)).unwrap();
    let refused = read(&path, &passphrases).unwrap_err();
    assert!(refused.to_string().contains("640"), "{refused}");
    fs::set_permissions(folder.file("passphrase"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
    let refused = read(&path, &passphrases).unwrap_err();
    assert!(matches!(refused, KeyFileError::OpenToOthers { mode: 0o604, .. }), "{refused}");
}

#[test]
fn damaged_files_are_no_keys() {
    let folder = Folder::new("damaged");
    let path = folder.file("a.key");
    write_new(&path, &SEED, Some(&passphrase()), &Randomness::system()).unwrap();
    let pem = fs::read_to_string(&path).unwrap();
    let cut = pem.lines().take(2).collect::<Vec<_>>().join("\n");
    for text in ["", "07", &"zz".repeat(32), PEM, &cut] {
        fs::write(&path, text).unwrap();
        let refused = read(&path, &folder.passphrase("正确的 horse battery")).unwrap_err();
        assert!(matches!(refused, KeyFileError::Malformed(_)), "{text:?}: {refused}");
    }
}

#[test]
fn rewriting_leaves_the_key_and_changes_the_form() {
    let folder = Folder::new("rewrite");
    let (path, randomness) = (folder.file("a.key"), Randomness::system());
    let passphrases = folder.passphrase("正确的 horse battery");
    write_new(&path, &SEED, None, &randomness).unwrap();
    rewrite(&path, &SEED, Some(&passphrase()), &randomness).unwrap();
    assert_eq!(is_encrypted(&path).unwrap(), Some(true));
    assert_eq!(read(&path, &passphrases).unwrap().seed(), &SEED);
    rewrite(&path, &SEED, None, &randomness).unwrap();
    assert_eq!(is_encrypted(&path).unwrap(), Some(false));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn openssl_opens_an_encrypted_key() {
    let folder = Folder::new("openssl");
    let path = folder.file("a.key");
    let text: Passphrase = Zeroizing::new("horse battery".to_owned());
    write_new(&path, &SEED, Some(&text), &Randomness::system()).unwrap();
    folder.passphrase("horse battery\n");
    let opened = std::process::Command::new("openssl")
        .args(["pkey", "-noout", "-text", "-in"])
        .arg(&path)
        .args(["-passin", &format!("file:{}", folder.file("passphrase").display())])
        .output();
    let Ok(opened) = opened else {
        println!("not run: openssl is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&opened.stdout).replace([' ', '\n', ':'], "");
    let key = LedgerKey::from_seed(SEED).unwrap();
    assert!(said.contains(&hex::encode(SEED)), "{opened:?}");
    assert!(said.contains(&key.public().to_string()), "{opened:?}");
}
