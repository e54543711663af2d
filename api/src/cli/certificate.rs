//! The certificate that `serve` shows: one that it is given, or one of its own making.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike as _, Days, NaiveDate};
use ledger::clock::Moment;
use poem::listener::{RustlsCertificate, RustlsConfig};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

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
        let shown = RustlsCertificate::new().cert(read(&self.certificate)?).key(read(&self.key)?);
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
        // The first line says what it is for and until when, so that it is made anew in time.
        let stands = fs::read_to_string(&files.certificate).unwrap_or_default();
        let first = stands.lines().next().unwrap_or_default();
        let lasts = first.strip_prefix(&format!("# {} until ", names.join(" ")));
        let lasts = lasts.is_some_and(|until| {
            until > today.checked_add_days(Days::new(LEFT)).unwrap_or(today).to_string().as_str()
        });
        if !lasts || !files.key.exists() {
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
        asked.not_before = date_time_ymd(year, small(month), small(day));
        asked.not_after = date_time_ymd(until.year(), small(until.month()), small(until.day()));
        let made = asked.self_signed(&key).map_err(failed)?;
        write_private(&self.key, &key.serialize_pem())?;
        let text = format!("# {} until {until}\n{}", names.join(" "), made.pem());
        write_private(&self.certificate, &text)
    }
}

fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let mut open = fs::OpenOptions::new();
    let mut file = open.write(true).create(true).truncate(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}
