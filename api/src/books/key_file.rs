//! A private key in a file that only its owner reads: 64 hex digits, or, under a passphrase, PKCS#8
//! (RFC 5208) encrypted with PBES2, scrypt and AES-256-CBC (RFC 8018, RFC 7914) in PEM, which
//! `openssl pkey` opens too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ledger::key::LedgerKey;
use people::Randomness;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::pkcs5::{pbes2, scrypt};
use pkcs8::{EncryptedPrivateKeyInfoOwned, LineEnding, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use super::passphrase::{NoPassphrase, Passphrase, Passphrases};

/// Begins the encrypted form.
const PEM: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";

/// PKCS#8 of an Ed25519 key (RFC 8410 section 7), up to the 32 secret bytes. Without the public half,
/// which openssl 3.0 does not read.
const ED25519_PRIVATE_KEY: [u8; 16] =
    [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system refused.
    #[error("{path}: {error}")]
    Files {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Group or others may read it.
    #[error(
        "密钥文件 {path} 的权限是 {mode:03o},他人可以读取;请执行 chmod 600 / key file {path}: others may read it (mode {mode:03o}): chmod 600"
    )]
    OpenToOthers {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// Neither form.
    #[error(
        "{0}:既不是 64 位十六进制数,也不是加密的 PKCS#8 / {0}: not 64 hex digits and not an encrypted PKCS#8 key"
    )]
    Malformed(String),
    /// It does not open with this passphrase.
    #[error("{0}:口令不对 / {0}: this passphrase does not open it")]
    WrongPassphrase(String),
    /// It is encrypted and there is no passphrase.
    #[error("{path}: {error}")]
    NoPassphrase {
        /// The file.
        path: String,
        /// Why.
        error: NoPassphrase,
    },
    /// The system gave no random bytes for the encryption.
    #[error(transparent)]
    NoRandomness(#[from] people::NoRandomness),
}

fn at(path: &Path) -> impl Fn(io::Error) -> KeyFileError + '_ {
    move |error| KeyFileError::Files { path: path.display().to_string(), error }
}

/// Writes a new file; an existing one is never overwritten. It appears whole or not at all, and is
/// synced before this returns, the directory included, because an entry signed with a lost key ends
/// a ledger. Gives whether it was written; false where there is one already.
pub(crate) fn write_new(
    path: &Path,
    seed: &[u8; 32],
    passphrase: Option<&Passphrase>,
    randomness: &Randomness,
) -> Result<bool, KeyFileError> {
    let written = unfinished(path, seed, passphrase, randomness)?;
    let linked = fs::hard_link(&written, path);
    fs::remove_file(&written).map_err(at(&written))?;
    match linked {
        Ok(()) => sync_directory(path).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(at(path)(error)),
    }
}

/// Writes the key of a file anew, with or without a passphrase, in the old file's place at once.
pub(super) fn rewrite(
    path: &Path,
    seed: &[u8; 32],
    passphrase: Option<&Passphrase>,
    randomness: &Randomness,
) -> Result<(), KeyFileError> {
    let written = unfinished(path, seed, passphrase, randomness)?;
    fs::rename(&written, path).map_err(at(path))?;
    sync_directory(path)
}

/// Lets a name that must survive a crash be that of this file, keeping the file under its own name
/// too. An earlier attempt that got as far is no error.
pub(super) fn keep_as(path: &Path, name: &Path) -> Result<(), KeyFileError> {
    match fs::hard_link(path, name) {
        Ok(()) => sync_directory(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(at(name)(error)),
    }
}

/// Moves a key file over another, at once and synced.
pub(super) fn put_in_place(path: &Path, place: &Path) -> Result<(), KeyFileError> {
    fs::rename(path, place).map_err(at(path))?;
    sync_directory(place)
}

/// Removes a key file, if there is one.
pub(super) fn remove(path: &Path) -> Result<(), KeyFileError> {
    match fs::remove_file(path) {
        Ok(()) => sync_directory(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(at(path)(error)),
    }
}

fn sync_directory(path: &Path) -> Result<(), KeyFileError> {
    let Some(directory) = path.parent() else { return Ok(()) };
    // A bare file name lies in the directory that the program runs in.
    let here = directory.as_os_str().is_empty();
    let directory = if here { Path::new(".") } else { directory };
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(at(directory))
}

/// The content under a name that nobody reads, synced.
fn unfinished(
    path: &Path,
    seed: &[u8; 32],
    passphrase: Option<&Passphrase>,
    randomness: &Randomness,
) -> Result<PathBuf, KeyFileError> {
    let text = match passphrase {
        None => Zeroizing::new(format!("{}\n", hex::encode(seed))),
        Some(passphrase) => encrypted(path, seed, passphrase, randomness)?,
    };
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".unfinished-{}", hex::encode(&randomness.secret::<8>()?[..])));
    let name = PathBuf::from(name);
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&name);
    let written = file.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    if written.is_err() {
        // Half a key is of no use to anybody.
        let _ = fs::remove_file(&name);
    }
    written.map_err(at(&name))?;
    Ok(name)
}

/// scrypt with N = 2^14, r = 8, p = 5: 16 MiB, because openssl refuses more than 32, and five times
/// its own default work.
fn encrypted(
    path: &Path,
    seed: &[u8; 32],
    passphrase: &Passphrase,
    randomness: &Randomness,
) -> Result<Zeroizing<String>, KeyFileError> {
    let malformed = || KeyFileError::Malformed(path.display().to_string());
    let (salt, iv) = (randomness.secret::<16>()?, randomness.secret::<16>()?);
    let scrypt = scrypt::Params::new(14, 8, 5).map_err(|_| malformed())?;
    let parameters = pbes2::Parameters::generate_scrypt_aes256cbc(scrypt, &*salt, *iv);
    let mut plain = Zeroizing::new(ED25519_PRIVATE_KEY.to_vec());
    plain.extend_from_slice(seed);
    let info = PrivateKeyInfoRef::try_from(plain.as_slice()).map_err(|_| malformed())?;
    let parameters = parameters.map_err(|_| malformed())?;
    let document =
        info.encrypt_with_params(parameters, passphrase.as_bytes()).map_err(|_| malformed())?;
    document.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).map_err(|_| malformed())
}

/// Whether the file is encrypted; `None` where there is no file.
pub(super) fn is_encrypted(path: &Path) -> Result<Option<bool>, KeyFileError> {
    match text_of(path) {
        Ok(text) => Ok(Some(text.starts_with(PEM))),
        Err(KeyFileError::Files { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Reads the key. A file that others may read is refused. May wait for a passphrase to be typed.
pub(crate) fn read(path: &Path, passphrases: &Passphrases) -> Result<LedgerKey, KeyFileError> {
    let text = text_of(path)?;
    let name = || path.display().to_string();
    let seed = if text.starts_with(PEM) {
        let passphrase = passphrases.to_open(path);
        let passphrase =
            passphrase.map_err(|error| KeyFileError::NoPassphrase { path: name(), error })?;
        decrypted(path, &text, &passphrase).inspect_err(|_| passphrases.forget())?
    } else {
        let mut seed = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(text.trim_end(), seed.as_mut_slice())
            .map_err(|_| KeyFileError::Malformed(name()))?;
        seed
    };
    LedgerKey::from_seed(*seed).map_err(|_| KeyFileError::Malformed(name()))
}

fn text_of(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    let mut file = File::open(path).map_err(at(path))?;
    let mode = file.metadata().map_err(at(path))?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::OpenToOthers { path: path.display().to_string(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(at(path))?;
    Ok(text)
}

fn decrypted(
    path: &Path,
    text: &str,
    passphrase: &Passphrase,
) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let malformed = || KeyFileError::Malformed(path.display().to_string());
    let (_, document) = SecretDocument::from_pem(text).map_err(|_| malformed())?;
    let info: EncryptedPrivateKeyInfoOwned = document.decode_msg().map_err(|_| malformed())?;
    let plain = info
        .decrypt(passphrase.as_bytes())
        .map_err(|_| KeyFileError::WrongPassphrase(path.display().to_string()))?;
    let plain: PrivateKeyInfoRef<'_> = plain.decode_msg().map_err(|_| malformed())?;
    let is_ed25519 = plain.algorithm.oid.to_string() == "1.3.101.112";
    // The private key is an octet string within the octet string (RFC 8410 section 7).
    let inner: &OctetStringRef =
        pkcs8::der::Decode::from_der(plain.private_key.as_bytes()).map_err(|_| malformed())?;
    let seed = <[u8; 32]>::try_from(inner.as_bytes()).map_err(|_| malformed())?;
    if is_ed25519 { Ok(Zeroizing::new(seed)) } else { Err(malformed()) }
}

#[cfg(test)]
mod tests;
