//! `make-officer-key`, `enrol-officer-key`, `withdraw-officer-key` and `require-signed-commands`.

use std::path::PathBuf;

use clap::Args;
use domain::ids::OfficerId;
use ledger::LedgerId;
use ledger::officer_keys::{
    OfficerEvent, OfficerKeyEnrolled, OfficerKeyWithdrawn, SignedCommandsRequired,
};
use people::Randomness;

use super::{Failure, Place, close};
use crate::books::{Passphrases, key_file};

/// What `make-officer-key` takes.
#[derive(Debug, Args)]
pub(super) struct MakeArguments {
    /// The bureau's books that commands will be signed for.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// Whose key it is.
    #[arg(long, value_name = "ID")]
    officer: String,
    /// Where the private half is written, readable by its owner only.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Put it under a passphrase.
    #[arg(long)]
    encrypt: bool,
}

/// What `enrol-officer-key` takes.
#[derive(Debug, Args)]
pub(super) struct EnrolArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// What `make-officer-key` printed: officer, public key and proof.
    #[arg(value_name = "FILE")]
    enrolment: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// What `withdraw-officer-key` takes.
#[derive(Debug, Args)]
pub(super) struct WithdrawArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// Whose key it is.
    #[arg(long, value_name = "ID")]
    officer: String,
    /// SHA-256 of the raw public key, as the enrolment printed it.
    #[arg(long, value_name = "HEX")]
    key: String,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// What `require-signed-commands` takes.
#[derive(Debug, Args)]
pub(super) struct RequireArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// Require them no longer.
    #[arg(long)]
    off: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

fn ledger(text: &str) -> Result<LedgerId, Failure> {
    LedgerId::parse(text).map_err(|error| Failure::Usage(error.to_string()))
}

fn officer(text: &str) -> Result<OfficerId, Failure> {
    OfficerId::parse(text).map_err(|error| Failure::Usage(error.to_string()))
}

/// Makes a key on the officer's own machine: no database is opened. A key that lies there already is
/// not replaced, and its enrolment is printed again.
pub(super) fn make(arguments: &MakeArguments) -> Result<(), Failure> {
    let (ledger, officer) = (ledger(&arguments.ledger)?, officer(&arguments.officer)?);
    let (passphrases, randomness) = (Passphrases::of_this_program(), Randomness::system());
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let path = &arguments.out;
    if !path.exists() {
        let passphrase = arguments.encrypt.then(|| passphrases.to_protect(path)).transpose();
        let passphrase = passphrase.map_err(|error| usage(&error))?;
        let seed = randomness.secret::<32>().map_err(|error| usage(&error))?;
        key_file::write_new(path, &seed, passphrase.as_ref(), &randomness)
            .map_err(|error| usage(&error))?;
    }
    let key = key_file::read(path, &passphrases).map_err(|error| usage(&error))?;
    let enrolled = OfficerKeyEnrolled::prove(&ledger, officer.as_str(), &key);
    let enrolled = enrolled.map_err(|error| usage(&error))?;
    println!("{}", serde_json::to_string(&enrolled).map_err(|error| usage(&error))?);
    eprintln!(
        "私钥在 {0},请妥善保管,不得交给他人;上面一行交给操作员登记。\n\
         指纹 / fingerprint: {1}\n\
         The private half is in {0}: keep it, give it to nobody. Hand the line above to the operator to enrol.",
        path.display(),
        key.public().id().fingerprint()
    );
    Ok(())
}

pub(super) async fn enrol(place: &Place, arguments: &EnrolArguments) -> Result<(), Failure> {
    let file = &arguments.enrolment;
    let unusable =
        |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", file.display()));
    let text = std::fs::read(file).map_err(|error| unusable(&error))?;
    let enrolled: OfficerKeyEnrolled =
        serde_json::from_slice(&text).map_err(|error| unusable(&error))?;
    change(place, &arguments.ledger, &OfficerEvent::Enrolled(enrolled), arguments.json).await
}

pub(super) async fn withdraw(place: &Place, arguments: &WithdrawArguments) -> Result<(), Failure> {
    let officer = arguments.officer.clone();
    let withdrawn = OfficerKeyWithdrawn { officer, key: arguments.key.clone() };
    change(place, &arguments.ledger, &OfficerEvent::Withdrawn(withdrawn), arguments.json).await
}

pub(super) async fn require(place: &Place, arguments: &RequireArguments) -> Result<(), Failure> {
    let setting = SignedCommandsRequired { required: !arguments.off };
    change(place, &arguments.ledger, &OfficerEvent::Required(setting), arguments.json).await
}

async fn change(place: &Place, id: &str, event: &OfficerEvent, json: bool) -> Result<(), Failure> {
    let ledger = ledger(id)?;
    let books = place.books().await?;
    let changed = books.change_officer_keys(&ledger, event).await;
    close(books).await?;
    let position = changed?.position;
    if json {
        let json = serde_json::json!({ "ledger": id, "event": event.name(), "position": position });
        println!("{json}");
    } else {
        println!("ledger: {id}");
        match position {
            Some(position) => println!("position: {position}"),
            None => println!("设置原已如此,未记账 / it is set so already, nothing was recorded"),
        }
    }
    Ok(())
}
