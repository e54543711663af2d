//! `open-ledger`.

use clap::Args;
use domain::region::Region;
use domain::text::PlainName;
use ledger::LedgerId;
use ledger::key::PublicKey;

use super::{Failure, Place, close};
use crate::books::{OpenLedger, OpeningError};

/// What `open-ledger` takes.
#[derive(Debug, Args)]
pub(super) struct OpenArguments {
    /// The bureau's books, for example cn-320404.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// The bureau's name.
    #[arg(long, value_name = "NAME")]
    bureau: String,
    /// The bureau's region code, 6, 9 or 12 digits.
    #[arg(long, value_name = "CODE")]
    region: String,
    /// Origin of its checkpoints; default mingzhang.example/ID.
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    /// Public half of a recovery key that you made offline; without it one is made here.
    #[arg(long, value_name = "HEX")]
    recovery_key: Option<String>,
    /// Put the ledger's key under a passphrase: the one in the file that
    /// MINGZHANG_KEY_PASSPHRASE_FILE names, or one typed at the terminal.
    #[arg(long)]
    encrypt_key: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

fn usage(error: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}

pub(super) async fn open(place: &Place, arguments: OpenArguments) -> Result<(), Failure> {
    let recovery_key = arguments.recovery_key.as_deref().map(PublicKey::parse).transpose();
    let open = OpenLedger {
        ledger: LedgerId::parse(&arguments.ledger).map_err(|error| usage(&error))?,
        bureau: PlainName::parse(&arguments.bureau).map_err(|error| usage(&error))?,
        region: Region::parse(&arguments.region).map_err(|error| usage(&error))?,
        origin: arguments.origin,
        recovery_key: recovery_key.map_err(|error| usage(&error))?,
        encrypt_key: arguments.encrypt_key,
    };
    let books = place.books().await?;
    let opened = books.open_ledger(open).await;
    close(books).await?;
    let opened = opened.map_err(|error| match error {
        OpeningError::AlreadyOpen(_) => Failure::Refused(error.to_string()),
        other => Failure::Usage(other.to_string()),
    })?;
    if let Some(path) = &opened.recovery_key {
        eprintln!(
            "恢复密钥的私钥在 {0},请立即移到离线介质保存,并从本机删除。\n\
             The private half of the recovery key is in {0}. Move it offline now and delete it here.",
            path.display()
        );
    }
    if arguments.json {
        let json = serde_json::json!({
            "ledger": arguments.ledger,
            "vkey": opened.vkey,
            "policy": opened.policy.display().to_string(),
            "recoveryKey": opened.recovery_key.map(|path| path.display().to_string()),
        });
        println!("{json}");
    } else {
        println!("ledger: {}", arguments.ledger);
        println!("policy: {}", opened.policy.display());
        println!("vkey: {}", opened.vkey);
    }
    Ok(())
}
