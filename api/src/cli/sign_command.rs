//! `sign-command`: on the officer's own machine, without database and network.

use std::path::{Path, PathBuf};

use clap::Args;
use domain::commands::AnyCommand;
use domain::ids::OfficerId;
use ledger::LedgerId;
use ledger::checkpoint::Checkpoint;
use ledger::clock::{Clock, Moment};
use ledger::policy::Policy;
use ledger::signed_command::{LONGEST_VALIDITY_MICROS, SeenCheckpoint, SignedCommand, Statement};
use people::Randomness;
use uuid::Uuid;

use super::Failure;
use crate::books::command_ids::command_id;
use crate::books::{Passphrases, key_file};
use crate::clock::MachineClock;

/// What `sign-command` takes.
#[derive(Debug, Args)]
pub(super) struct SignArguments {
    /// The officer's own key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// Who signs.
    #[arg(long, value_name = "ID")]
    officer: String,
    /// For a list, a UUID that was not used before. A single command has its own id.
    #[arg(long, value_name = "UUID")]
    request: Option<Uuid>,
    /// The latest checkpoint that was shown to you, a signed note.
    #[arg(long, value_name = "FILE")]
    checkpoint: PathBuf,
    /// The policy that came by hand: the checkpoint must be signed by its log.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// For how long the command is good.
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1440))]
    valid_for: u32,
    /// The command, as JSON.
    #[arg(value_name = "COMMAND.json")]
    command: PathBuf,
}

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| unusable(path, &error))
}

pub(super) fn run(arguments: &SignArguments) -> Result<(), Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::Usage(error.to_string());
    let ledger = LedgerId::parse(&arguments.ledger).map_err(|error| usage(&error))?;
    let officer = OfficerId::parse(&arguments.officer).map_err(|error| usage(&error))?;
    let command = read(&arguments.command)?;
    let command = AnyCommand::parse(command.trim_ascii_end());
    let command = command.map_err(|error| unusable(&arguments.command, &error))?;
    let request = match (command_id(&command), arguments.request) {
        (Some(own), None) => own,
        (None, Some(given)) => given,
        (Some(own), Some(given)) if own == given => own,
        (Some(own), Some(_)) => {
            return Err(Failure::Usage(format!(
                "--request: {own} 才是该指令的编号 / the command's id is {own}"
            )));
        }
        (None, None) => {
            return Err(Failure::Usage("清单需要 --request / a list needs --request".to_owned()));
        }
    };
    let checkpoint = seen(arguments)?;
    let issued = MachineClock.now();
    let validity = i64::from(arguments.valid_for).saturating_mul(60_000_000);
    let expires = issued.micros().saturating_add(validity.min(LONGEST_VALIDITY_MICROS));
    let statement = Statement {
        ledger,
        officer: officer.as_str().to_owned(),
        request,
        issued,
        expires: Moment::from_micros(expires).unwrap_or(Moment::LATEST),
        nonce: *Randomness::system().secret::<16>().map_err(|error| usage(&error))?,
        checkpoint,
        command: command.print(),
    };
    show(&statement, &command);
    let key = key_file::read(&arguments.key, &Passphrases::of_this_program());
    let key = key.map_err(|error| usage(&error))?;
    let signed = SignedCommand::sign(statement, &key).map_err(|error| usage(&error))?;
    println!("{}", String::from_utf8_lossy(&signed.bytes()));
    Ok(())
}

/// Shows what is about to be signed, on standard error: the envelope goes to standard output.
fn show(statement: &Statement, command: &AnyCommand) {
    let SeenCheckpoint { origin, size, .. } = &statement.checkpoint;
    eprintln!("签署 / signing: {} ({})", command.name(), statement.request);
    eprintln!("账本 / ledger: {}  经办人 / officer: {}", statement.ledger, statement.officer);
    eprintln!("有效期 / good: {} – {}", statement.issued, statement.expires);
    eprintln!("检查点 / checkpoint: {origin}, {size}");
    eprintln!("{}", String::from_utf8_lossy(&statement.command));
}

/// The checkpoint, if the policy's log and enough of its witnesses signed it.
fn seen(arguments: &SignArguments) -> Result<SeenCheckpoint, Failure> {
    let policy = read(&arguments.policy)?;
    let policy = Policy::parse(&policy).map_err(|error| unusable(&arguments.policy, &error))?;
    let text = read(&arguments.checkpoint)?;
    let refused = |error: &dyn std::fmt::Display| {
        Failure::Refused(format!("{}: {error}", arguments.checkpoint.display()))
    };
    let text = String::from_utf8(text).map_err(|error| refused(&error))?;
    let checked = policy.check(&text).map_err(|error| refused(&error))?;
    if !checked.quorum_met {
        return Err(refused(
            &"见证方联署不足 / the checkpoint is not cosigned by enough of the policy's witnesses",
        ));
    }
    let Checkpoint { origin, size, root } = checked.checkpoint;
    Ok(SeenCheckpoint { origin, size, root })
}
