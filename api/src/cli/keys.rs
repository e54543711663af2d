//! `rotate-key`, `revoke-key`, `replace-recovery-key`, `encrypt-key` and `decrypt-key`.

use std::path::PathBuf;

use clap::Args;
use ledger::LedgerId;

use super::{Failure, Place, close};
use crate::books::{ChangedKey, KeyChangeError};

/// What `rotate-key` takes.
#[derive(Debug, Args)]
pub(super) struct RotateArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// Only make the coming key and name it in an entry; the next run rotates to it.
    #[arg(long)]
    announce: bool,
    /// Put the new key under a passphrase, also where the old one has none.
    #[arg(long)]
    encrypt_key: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// What `revoke-key` takes.
#[derive(Debug, Args)]
pub(super) struct RevokeArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// The private half of the recovery key, brought back from where it is kept.
    #[arg(long, value_name = "FILE")]
    recovery_key: PathBuf,
    /// Entries from this position on may be the thief's: `verify` names them. Default: none.
    #[arg(long, value_name = "POSITION")]
    from: Option<u64>,
    /// Put the new key under a passphrase, also where the old one has none.
    #[arg(long)]
    encrypt_key: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// What `replace-recovery-key` takes.
#[derive(Debug, Args)]
pub(super) struct ReplaceArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// The private half of the present recovery key.
    #[arg(long, value_name = "FILE")]
    recovery_key: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// What `encrypt-key` and `decrypt-key` take.
#[derive(Debug, Args)]
pub(super) struct EncryptArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
}

impl From<KeyChangeError> for Failure {
    fn from(error: KeyChangeError) -> Self {
        match error {
            KeyChangeError::Fault(fault) => fault.into(),
            KeyChangeError::File(_) | KeyChangeError::NoPassphrase(_) => {
                Self::Usage(error.to_string())
            }
            refused => Self::Refused(refused.to_string()),
        }
    }
}

fn ledger(text: &str) -> Result<LedgerId, Failure> {
    LedgerId::parse(text).map_err(|error| Failure::Usage(error.to_string()))
}

pub(super) async fn rotate(place: &Place, arguments: &RotateArguments) -> Result<(), Failure> {
    let ledger = ledger(&arguments.ledger)?;
    let books = place.books().await?;
    let changed = books.rotate_key(&ledger, arguments.announce, arguments.encrypt_key).await;
    close(books).await?;
    let changed = changed?;
    if let Some(old) = &changed.file {
        eprintln!(
            "旧密钥保存在 {0}:审计方都已知晓新密钥后即可删除;在此之前检查点由新旧两把密钥签署。\n\
             The old key is kept in {0}: until you remove it, once every auditor knows the new one, checkpoints bear both signatures.",
            old.display()
        );
    }
    print(&arguments.ledger, &changed, arguments.json);
    Ok(())
}

pub(super) async fn revoke(place: &Place, arguments: &RevokeArguments) -> Result<(), Failure> {
    let ledger = ledger(&arguments.ledger)?;
    let books = place.books().await?;
    let RevokeArguments { recovery_key, from, encrypt_key, .. } = arguments;
    let changed = books.revoke_key(&ledger, recovery_key, *from, *encrypt_key).await;
    close(books).await?;
    print(&arguments.ledger, &changed?, arguments.json);
    eprintln!(
        "恢复密钥用过之后应视为已暴露,请考虑 mingzhang replace-recovery-key,并将其移回离线介质。\n\
         The recovery key was on a machine that is online: consider mingzhang replace-recovery-key, and take it offline again."
    );
    Ok(())
}

pub(super) async fn replace_recovery(
    place: &Place,
    arguments: &ReplaceArguments,
) -> Result<(), Failure> {
    let ledger = ledger(&arguments.ledger)?;
    let books = place.books().await?;
    let changed = books.replace_recovery_key(&ledger, &arguments.recovery_key).await;
    close(books).await?;
    let changed = changed?;
    if let Some(path) = &changed.file {
        eprintln!(
            "新恢复密钥的私钥在 {0},请立即移到离线介质保存,并从本机删除。\n\
             The private half of the new recovery key is in {0}. Move it offline now and delete it here.",
            path.display()
        );
    }
    print(&arguments.ledger, &changed, arguments.json);
    Ok(())
}

pub(super) async fn encrypt(
    place: &Place,
    arguments: &EncryptArguments,
    encrypt: bool,
) -> Result<(), Failure> {
    let ledger = ledger(&arguments.ledger)?;
    let books = place.books().await?;
    let changed = books.encrypt_key(&ledger, encrypt);
    close(books).await?;
    println!("{}", changed?.display());
    Ok(())
}

fn print(ledger: &str, changed: &ChangedKey, json: bool) {
    let file = changed.file.as_ref().map(|path| path.display().to_string());
    if json {
        let json = serde_json::json!({
            "ledger": ledger,
            "position": changed.position,
            "key": changed.key.id().to_string(),
            "public": changed.key.to_string(),
            "file": file,
            "completed": changed.completed,
        });
        println!("{json}");
    } else {
        println!("ledger: {ledger}");
        println!("position: {}", changed.position);
        println!("key: {}", changed.key.id());
    }
}
