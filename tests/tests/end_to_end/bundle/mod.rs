//! The audit bundle: exported beside everything else, and verified with nothing but file and policy.

mod damaged;
mod exporting;
mod inspector;
mod witnesses;

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Output;

use ledger::bundle::{MANIFEST, Manifest, MemberName};
use ledger::hash;
use ledger::key::LedgerKey;
use ledger::policy::Policy;
use ledger::verify::NamedNote;
use tests::bureau::{Bureau, LEDGER};
use tests::program::mingzhang;
use tests::scratch::ScratchDirectory;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A bureau with an event of every type, and a place for bundles.
struct Desk {
    bureau: Bureau,
    scratch: ScratchDirectory,
}

impl Desk {
    async fn new() -> Self {
        let bureau = Bureau::new().await;
        bureau.record_everything(LEDGER).await;
        Self { bureau, scratch: ScratchDirectory::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }

    /// Runs `export` as another program on the same data.
    fn export_as(&self, name: &str, more: &[&str]) -> Output {
        let mut program = mingzhang(self.bureau.place.data_path());
        program.env("DATABASE_URL", self.bureau.place.url());
        program.args(["export", "--ledger", LEDGER, "--out"]).arg(self.path(name)).args(more);
        program.output().unwrap()
    }

    /// The same, and it must succeed.
    fn export(&self, name: &str) -> PathBuf {
        let exported = self.export_as(name, &[]);
        assert!(exported.status.success(), "{exported:?}");
        self.path(name)
    }

    /// The policy that opening the ledger wrote.
    fn policy(&self) -> PathBuf {
        self.bureau.place.data_path().join(format!("{LEDGER}.policy"))
    }

    fn key(&self) -> LedgerKey {
        let path = self.bureau.place.data().keys().join(format!("{LEDGER}.key"));
        let seed = hex::decode(std::fs::read_to_string(path).unwrap().trim()).unwrap();
        LedgerKey::from_seed(seed.try_into().unwrap()).unwrap()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }
}

/// Runs `verify --bundle` where there is no data directory and no database.
fn verify(bundle: &Path, policy: &Path, more: &[&Path]) -> Output {
    let elsewhere = ScratchDirectory::new();
    let mut program = mingzhang(&elsewhere.join("no-data-here"));
    program.current_dir(elsewhere.path()).arg("verify");
    program.arg("--bundle").arg(bundle).arg("--policy").arg(policy);
    more.iter().for_each(|checkpoint| {
        program.arg("--checkpoint").arg(checkpoint);
    });
    let verified = program.output().unwrap();
    assert!(!elsewhere.join("no-data-here").exists(), "it made a data directory");
    verified
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Everything that is found, without starting a program for it.
fn findings(bundle: &Path, policy: &Path, kept: Vec<NamedNote>) -> Vec<String> {
    let policy = Policy::parse(&std::fs::read(policy).unwrap()).unwrap();
    let outcome = api::bundle::verify::verify(bundle, &policy, kept, &|_, _| {}).unwrap();
    let findings: Vec<_> = outcome.findings().map(ToString::to_string).collect();
    assert_eq!(outcome.is_clean(), findings.is_empty(), "{:?}", outcome.lines());
    findings
}

/// A bundle's members, for changing them.
#[derive(Clone)]
struct Opened {
    members: Vec<(String, Vec<u8>)>,
}

impl Opened {
    fn read(path: &Path) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
        let members = (0..archive.len()).map(|place| {
            let mut file = archive.by_index(place).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        });
        Self { members: members.collect() }
    }

    fn member(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.members.iter_mut().find(|(other, _)| other == name).unwrap().1
    }

    fn manifest(&mut self) -> Manifest {
        Manifest::parse(self.member(MANIFEST)).unwrap()
    }

    fn names(&self) -> Vec<&str> {
        self.members.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Changes the manifest as somebody would who changed the members.
    fn with_manifest(mut self, change: impl FnOnce(&mut Manifest)) -> Self {
        let mut manifest = self.manifest();
        change(&mut manifest);
        *self.member(MANIFEST) = manifest.print().unwrap();
        self
    }

    /// Gives the manifest the digests and lengths of the members as they are now.
    fn with_digests(self) -> Self {
        let members = self.members.clone();
        self.with_manifest(|manifest| {
            for member in &mut manifest.members {
                let name = member.name.to_string();
                let (_, bytes) = members.iter().find(|(other, _)| *other == name).unwrap();
                member.sha256 = hash::plain(bytes);
                member.bytes = u64::try_from(bytes.len()).unwrap();
            }
        })
    }

    fn write(&self, path: &Path) {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in &self.members {
            archive.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        std::fs::write(path, archive.finish().unwrap().into_inner()).unwrap();
    }

    /// The entries, apart.
    fn entries(&mut self) -> Vec<Vec<u8>> {
        let mut rest = self.member("entries.bin").as_slice();
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let length = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
            entries.push(rest[2..2 + length].to_vec());
            rest = &rest[2 + length..];
        }
        entries
    }

    fn set_entries(&mut self, entries: &[Vec<u8>]) {
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.extend_from_slice(&u16::try_from(entry.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(entry);
        }
        *self.member("entries.bin") = bytes;
    }
}

/// The checkpoint at the bundle's size, as an auditor would keep it.
fn latest_note(bundle: &Path) -> NamedNote {
    let mut opened = Opened::read(bundle);
    let name = MemberName::Checkpoint(opened.manifest().size).to_string();
    NamedNote { note: opened.member(&name).clone(), name }
}
