//! `backup` and `restore`: database and keys together in one file, because either without the
//! other is of no use: entries without keys name nobody, keys without entries prove nothing.
//!
//! The file is a tar archive: `manifest.json`, the keys and policy files, and `database.dump` as
//! `pg_dump` writes it (custom format, one snapshot). pg_dump and pg_restore are PostgreSQL's own:
//! no copy of ours would be trusted as much.

mod client;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use ledger::LedgerId;
use serde::{Deserialize, Serialize};
use sqlx::{ConnectOptions, Connection};

use self::client::client;
use super::{Failure, Place, close};
use crate::books::Books;
use crate::database::{DataDirectory, Database};

const MANIFEST: &str = "manifest.json";
const DUMP: &str = "database.dump";
const FORMAT: u32 = 1;

/// What `backup` takes.
#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// The file to write; it must not exist. Holds every key: keep it like the data directory.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// What `restore` takes.
#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// A file that `backup` wrote.
    #[arg(long = "from", value_name = "FILE")]
    from: PathBuf,
}

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    program: String,
    ledgers: Vec<BackedUpLedger>,
}

#[derive(Debug, Serialize, Deserialize)]
struct BackedUpLedger {
    ledger: String,
    size: u64,
    head: String,
}

fn at(path: &Path) -> impl Fn(io::Error) -> Failure + '_ {
    move |error| Failure::Usage(format!("{}: {error}", path.display()))
}

pub(super) async fn backup(place: &Place, arguments: &BackupArguments) -> Result<(), Failure> {
    if arguments.out.exists() {
        return Err(Failure::Usage(format!("{0} 已存在 / {0} exists", arguments.out.display())));
    }
    let books = place.books().await?;
    let written = write(&books, &arguments.out).await;
    if written.is_err() {
        // Half an archive must not be taken for a whole one.
        let _ = fs::remove_file(&arguments.out);
    }
    close(books).await?;
    let manifest = written?;
    println!("{}", arguments.out.display());
    for ledger in manifest.ledgers {
        println!("{}: {} entries, head {}", ledger.ledger, ledger.size, ledger.head);
    }
    eprintln!(
        "此文件含有全部密钥,请像数据目录一样保管 / this file holds every key: keep it like the data directory"
    );
    Ok(())
}

async fn write(books: &Books, out: &Path) -> Result<Manifest, Failure> {
    let file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(out).map_err(at(out))?;
    let mut archive = tar::Builder::new(file);
    // The manifest is read before the dump is taken, so the dump holds at least what it says.
    let manifest = manifest(books).await?;
    let text =
        serde_json::to_vec_pretty(&manifest).map_err(|error| Failure::Usage(error.to_string()))?;
    append(&mut archive, MANIFEST, &text)?;
    for path in files_of(books.directory())? {
        let name = path.strip_prefix(books.directory().path()).unwrap_or(&path).to_owned();
        let bytes = zeroize::Zeroizing::new(fs::read(&path).map_err(at(&path))?);
        append(&mut archive, &name.display().to_string(), &bytes)?;
    }
    let dump = out.with_extension("dump-in-progress");
    let dumped = dump_database(books.database(), &dump)
        .and_then(|()| File::open(&dump).map_err(at(&dump)))
        .and_then(|mut dump| archive.append_file(DUMP, &mut dump).map_err(at(out)));
    let _ = fs::remove_file(&dump);
    dumped?;
    let file = archive.into_inner().map_err(at(out))?;
    file.sync_all().map_err(at(out))?;
    Ok(manifest)
}

async fn manifest(books: &Books) -> Result<Manifest, Failure> {
    let mut connection = books.pool().acquire().await?;
    let read = |error: ledger::reader::ReadError| Failure::Usage(error.to_string());
    let ids = ledger::reader::ledgers(&mut connection).await.map_err(read)?;
    let mut ledgers = Vec::new();
    for id in ids {
        if let Some(head) = ledger::reader::head(&mut connection, &id).await.map_err(read)? {
            let (ledger, head_leaf) = (id.to_string(), head.leaf.to_string());
            ledgers.push(BackedUpLedger { ledger, size: head.size, head: head_leaf });
        }
    }
    Ok(Manifest { format: FORMAT, program: env!("CARGO_PKG_VERSION").to_owned(), ledgers })
}

fn append(archive: &mut tar::Builder<File>, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o600);
    header.set_size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    header.set_cksum();
    archive.append_data(&mut header, name, bytes).map_err(|error| Failure::Usage(error.to_string()))
}

/// Keys, policies, checkpoints and settings: everything of the data directory but the database.
fn files_of(directory: &DataDirectory) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for folder in [directory.path().to_owned(), directory.keys()] {
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(at(&folder))?.path();
            let kept =
                path.is_file() && path.extension().is_some_and(|extension| extension != "log");
            if kept {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn run(mut command: Command) -> Result<(), Failure> {
    let program = command.get_program().to_owned();
    let output = command.output().map_err(at(Path::new(&program)))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Usage(format!("{}: {}", Path::new(&program).display(), said.trim())))
}

fn dump_database(database: &Database, to: &Path) -> Result<(), Failure> {
    let mut command = client(database, "pg_dump");
    command.arg("--format=custom").arg(format!("--file={}", to.display()));
    // A session that was closed and a code that was used must not come back.
    command.arg("--exclude-table-data=sessions").arg("--exclude-table-data=set_up_codes");
    run(command)
}

pub(super) async fn restore(place: &Place, arguments: &RestoreArguments) -> Result<(), Failure> {
    let directory = DataDirectory::open(&place.data)?;
    if !files_of(&directory)?.is_empty() {
        return Err(Failure::Refused(format!(
            "数据目录 {0} 不是空的,恢复须用新目录 / the data directory {0} is not empty: restore into a new one",
            directory.path().display()
        )));
    }
    let manifest = unpack(&arguments.from, &directory)?;
    let dump = directory.path().join(DUMP);
    let restored = restore_database(place, &dump).await;
    let _ = fs::remove_file(&dump);
    restored?;
    compare(place, &manifest).await
}

/// Unpacks everything into the data directory. Names that lead out of it are refused by `tar`.
fn unpack(from: &Path, directory: &DataDirectory) -> Result<Manifest, Failure> {
    let mut archive = tar::Archive::new(File::open(from).map_err(at(from))?);
    let mut manifest = None;
    for member in archive.entries().map_err(at(from))? {
        let mut member = member.map_err(at(from))?;
        let path = member.path().map_err(at(from))?.into_owned();
        if path == Path::new(MANIFEST) {
            manifest = serde_json::from_reader::<_, Manifest>(&mut member).ok();
            continue;
        }
        if !member.unpack_in(directory.path()).map_err(at(from))? {
            return Err(Failure::Usage(format!("{}: {}", from.display(), path.display())));
        }
    }
    manifest.filter(|manifest| manifest.format == FORMAT).ok_or_else(|| {
        Failure::Usage(format!(
            "{0} 不是可识别的备份 / {0} is no backup that this program knows",
            from.display()
        ))
    })
}

async fn restore_database(place: &Place, dump: &Path) -> Result<(), Failure> {
    // The dump holds every table; the role that it grants to belongs to the server.
    let database = Database::connect_empty(&place.source()).await?;
    let mut connection = database.administrator().connect().await?;
    sqlx::raw_sql(
        "do $$ begin create role mingzhang_program nologin; \
         exception when duplicate_object or unique_violation then null; end $$",
    )
    .execute(&mut connection)
    .await?;
    connection.close().await?;
    let mut command = client(&database, "pg_restore");
    let name = database.administrator().get_database().unwrap_or("postgres").to_owned();
    command.arg("--exit-on-error").arg(format!("--dbname={name}")).arg(dump);
    let restored = run(command);
    database.close().await?;
    restored
}

/// The restored ledgers must be at least what the backup said of itself.
async fn compare(place: &Place, manifest: &Manifest) -> Result<(), Failure> {
    let books = place.books().await?;
    // A key that was ended since the backup must not come back; those that were not are given out anew.
    sqlx::query("update program_keys set revoked_at = now() where revoked_at is null")
        .execute(books.pool())
        .await?;
    let mut missing = Vec::new();
    for backed_up in &manifest.ledgers {
        let id = LedgerId::parse(&backed_up.ledger)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let mut connection = books.pool().acquire().await?;
        let head = ledger::reader::head(&mut connection, &id).await.ok().flatten();
        let size = head.map_or(0, |head| head.size);
        writeln!(io::stdout(), "{id}: {size} entries").map_err(at(Path::new("-")))?;
        if size < backed_up.size {
            missing.push(format!("{id}: {size} < {}", backed_up.size));
        }
    }
    close(books).await?;
    if missing.is_empty() {
        println!("已恢复,请运行 mingzhang verify / restored; now run mingzhang verify");
        Ok(())
    } else {
        Err(Failure::Refused(format!(
            "恢复不完整 / the restored ledger is short: {}",
            missing.join(", ")
        )))
    }
}
