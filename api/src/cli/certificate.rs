//! The certificate that `serve` shows: one that it is given, or one of its own making.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike as _, Days, NaiveDate};
use ledger::clock::Moment;
use poem::listener::{RustlsCertificate, RustlsConfig};
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Failure;
use crate::database::DataDirectory;

/// How long a certificate of our own is good for, in days: no longer than browsers take one.
const GOOD_FOR: u64 = 820;

/// It is made anew when no more than so many days are left.
const LEFT: u64 = 30;

/// Where certificate and key lie, in PEM.
#[derive(Debug, Clone)]
pub(super) struct CertificateFiles {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl CertificateFiles {
    /// What the server shows.
    pub(super) fn read(&self) -> Result<RustlsConfig, Failure> {
        let read = |path: &Path| {
            fs::read(path).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
        };
        let (certificate, key) = (read(&self.certificate)?, read(&self.key)?);
        check(&certificate, &key).map_err(|why| {
            let (certificate, key) = (self.certificate.display(), self.key.display());
            Failure::Usage(format!(
                "证书 {certificate} 与私钥 {key} 不能同用:{why} / the certificate {certificate} cannot be shown with the key {key}: {why}"
            ))
        })?;
        let shown = RustlsCertificate::new().cert(certificate).key(key);
        Ok(RustlsConfig::new().fallback(shown))
    }

    /// Those of our own making for these names, made where there are none for them that last.
    pub(super) fn of_our_own(
        directory: &DataDirectory,
        names: &[String],
        now: Moment,
    ) -> Result<Self, Failure> {
        let folder = directory.path().join("tls");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let files =
            Self { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
        let today = DateTime::from_timestamp_micros(now.micros()).unwrap_or_default().date_naive();
        // The first line says what it is for, to which key it belongs and until when, so that it is made
        // anew in time, also where only one of the two was written.
        let stands = fs::read_to_string(&files.certificate).unwrap_or_default();
        let key = fs::read(&files.key).unwrap_or_default();
        let first = stands.lines().next().unwrap_or_default();
        let until = first.strip_prefix(&heading(names, &key)).and_then(|date| date.parse().ok());
        let soon = today.checked_add_days(Days::new(LEFT)).unwrap_or(today);
        if until.is_none_or(|until: NaiveDate| until <= soon) {
            let until = today.checked_add_days(Days::new(GOOD_FOR)).unwrap_or(today);
            files.make(names, (today.year(), today.month(), today.day()), until)?;
        }
        Ok(files)
    }

    fn make(
        &self,
        names: &[String],
        (year, month, day): (i32, u32, u32),
        until: NaiveDate,
    ) -> Result<(), Failure> {
        let failed = |error: rcgen::Error| Failure::Usage(format!("TLS: {error}"));
        let small = |number: u32| u8::try_from(number).unwrap_or(1);
        let key = KeyPair::generate().map_err(failed)?;
        let mut asked = CertificateParams::new(names.to_vec()).map_err(failed)?;
        asked.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        asked.not_before = date_time_ymd(year, small(month), small(day));
        asked.not_after = date_time_ymd(until.year(), small(until.month()), small(until.day()));
        let made = asked.self_signed(&key).map_err(failed)?;
        write_private(&self.key, &key.serialize_pem())?;
        let heading = heading(names, key.serialize_pem().as_bytes());
        let text = format!("{heading}{until}\n{}", made.pem());
        write_private(&self.certificate, &text)
    }
}

/// Whether they belong together: a server that shows one with another's key answers nobody, and says so to
/// nobody.
fn check(certificate: &[u8], key: &[u8]) -> Result<(), String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.map_err(|error| error.to_string())?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| error.to_string())?;
    let shown = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key);
    shown.map(|_| ()).map_err(|error| error.to_string())
}

/// What the certificate is for and to which key it belongs; the date follows.
fn heading(names: &[String], key: &[u8]) -> String {
    format!("# {} key {} until ", names.join(" "), ledger::hash::plain(key))
}

fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut open = fs::OpenOptions::new();
    let mut file = open.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file.write_all(text.as_bytes())?)
}
