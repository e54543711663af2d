//! The command line. Results go to standard output, progress and logs to standard error. Exit
//! status: 0 done, 1 refused or verification failed, 2 wrong usage or configuration.

mod archive;
mod bank_results;
mod certificate;
mod demo;
mod export;
mod import;
mod keys;
mod ledgers;
mod officer_keys;
mod propose_batch;
mod query;
mod rebuild;
mod receipt;
mod rights;
mod serve;
mod sign_command;
mod sign_in;
mod verify;
mod verify_bundle;
mod verify_receipt;
mod witness;
mod wrong;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use domain::ids::OfficerId;
use people::Randomness;

use crate::bench;
use crate::books::{Acting, Books, CommandError, Fault, Passphrases, key_file};
use crate::clock::MachineClock;
use crate::database::{DataDirectory, Database, DatabaseError, DatabaseSource};

/// The signed ledger of a civil-affairs bureau's aid money. 明账:民政资金的可验证账本。
#[derive(Debug, Parser)]
#[command(name = "mingzhang", version)]
struct CommandLine {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub(crate) struct Place {
    /// Keys, checkpoints and, without a database URL, the private PostgreSQL.
    #[arg(long, global = true, default_value = "./data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// A PostgreSQL server to use instead of the private one.
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load five years of a district's aid, compare with the published figures, serve.
    Demo(demo::DemoArguments),
    /// Serve the API.
    Serve(serve::ServeArguments),
    /// Open a ledger and make its keys.
    OpenLedger(ledgers::OpenArguments),
    /// Record a payment list.
    Import(import::ImportArguments),
    /// Record a bank's file of results for payments that were released: what was credited, what came back.
    BankResults(bank_results::BankResultsArguments),
    /// Draft a batch of what the live grants of a programme are due for a month.
    ProposeBatch(propose_batch::ProposeBatchArguments),
    /// Run a GraphQL document as a local operator.
    Query(query::QueryArguments),
    /// Verify what the database holds, read models and private details included; or an audit bundle.
    Verify(verify::VerifyArguments),
    /// Write the receipt of one payment: a proof that needs no trust in this program.
    Receipt(receipt::ReceiptArguments),
    /// Write the audit bundle of a ledger: what an auditor needs to verify it without us.
    Export(export::ExportArguments),
    /// Drop and refill read models and tiles from the entries.
    Rebuild(rebuild::RebuildArguments),
    /// Make a new key that signs from the next entry on.
    RotateKey(keys::RotateArguments),
    /// End a stolen or lost key by the recovery key.
    RevokeKey(keys::RevokeArguments),
    /// Make another recovery key by the present one.
    ReplaceRecoveryKey(keys::ReplaceArguments),
    /// Put a ledger's key under a passphrase.
    EncryptKey(keys::EncryptArguments),
    /// Take a ledger's key from under its passphrase.
    DecryptKey(keys::EncryptArguments),
    /// On an officer's own machine: make the key that they sign commands with.
    MakeOfficerKey(officer_keys::MakeArguments),
    /// Take in an officer's key.
    EnrolOfficerKey(officer_keys::EnrolArguments),
    /// End an officer's key.
    WithdrawOfficerKey(officer_keys::WithdrawArguments),
    /// Require that officers sign their commands, from the next entry on.
    RequireSignedCommands(officer_keys::RequireArguments),
    /// On an officer's own machine: sign a command.
    #[command(name = "sign-command")]
    Sign(sign_command::SignArguments),
    /// Give out the code with which an officer sets a password once.
    SetUpCode(sign_in::OfficerArguments),
    /// Set an officer's password by a set-up code. Both are asked for, or read from standard input.
    SetPassword(sign_in::OfficerArguments),
    /// Take a device into use that makes one-time passwords beside an officer's password.
    OneTimePassword(sign_in::OfficerArguments),
    /// Sign in as an officer for the commands that follow, where the ledger requires it.
    Login(sign_in::OfficerArguments),
    /// Sign out.
    Logout(sign_in::OfficerArguments),
    /// Print who may do what: operations, roles, and roles that exclude each other.
    Rights(rights::RightsArguments),
    /// Print the GraphQL schema.
    Schema,
    /// Write database and keys to one file.
    Backup(archive::BackupArguments),
    /// Bring database and keys back from a backup.
    Restore(archive::RestoreArguments),
    /// Run a witness: an auditor's server that cosigns what extends all it has seen before.
    Witness(witness::WitnessArguments),
    /// Measure; prints figures, ratios and the machine.
    Bench(bench::BenchArguments),
}

/// Why a command ended without doing what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Exit status 1.
    #[error("{0}")]
    Refused(String),
    /// Exit status 2.
    #[error("{0}")]
    Usage(String),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let told = format!("{}\n{}", fault.public(), fault.cause());
        if fault.is_refusal() { Self::Refused(told) } else { Self::Usage(told) }
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

/// Runs the program: parses the command line, starts the runtime, prints what went wrong.
pub fn main() -> ExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => {
            // Nothing can be done where even this cannot be printed.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    log_to_standard_error();
    // Both rings are in the build; naming one keeps rustls from having to guess.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(line)),
        Err(error) => Err(Failure::Usage(error.to_string())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("mingzhang: {failure}");
            ExitCode::from(if matches!(failure, Failure::Refused(_)) { 1 } else { 2 })
        }
    }
}

fn log_to_standard_error() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MINGZHANG_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,sqlx::query=error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

async fn run(line: CommandLine) -> Result<(), Failure> {
    let place = line.place;
    match line.command {
        Command::Demo(arguments) => demo::run(&place, &arguments).await,
        Command::Serve(arguments) => serve::run(&place, &arguments).await,
        Command::OpenLedger(arguments) => ledgers::open(&place, arguments).await,
        Command::Import(arguments) => import::run(&place, &arguments).await,
        Command::BankResults(arguments) => bank_results::run(&place, &arguments).await,
        Command::ProposeBatch(arguments) => propose_batch::run(&place, &arguments).await,
        Command::Query(arguments) => query::run(&place, &arguments).await,
        Command::Verify(arguments) => verify::run(&place, arguments).await,
        Command::SetUpCode(arguments) => sign_in::give_code(&place, &arguments).await,
        Command::SetPassword(arguments) => sign_in::set(&place, &arguments).await,
        Command::OneTimePassword(arguments) => sign_in::set_one_time(&place, &arguments).await,
        Command::Login(arguments) => sign_in::login(&place, &arguments).await,
        Command::Logout(arguments) => sign_in::logout(&place, &arguments).await,
        Command::Receipt(arguments) => receipt::run(&place, &arguments).await,
        Command::Export(arguments) => export::run(&place, &arguments).await,
        Command::Rebuild(arguments) => rebuild::run(&place, &arguments).await,
        Command::RotateKey(arguments) => keys::rotate(&place, &arguments).await,
        Command::RevokeKey(arguments) => keys::revoke(&place, &arguments).await,
        Command::ReplaceRecoveryKey(arguments) => keys::replace_recovery(&place, &arguments).await,
        Command::EncryptKey(arguments) => keys::encrypt(&place, &arguments, true).await,
        Command::DecryptKey(arguments) => keys::encrypt(&place, &arguments, false).await,
        Command::MakeOfficerKey(arguments) => officer_keys::make(&arguments),
        Command::EnrolOfficerKey(arguments) => officer_keys::enrol(&place, &arguments).await,
        Command::WithdrawOfficerKey(arguments) => officer_keys::withdraw(&place, &arguments).await,
        Command::RequireSignedCommands(arguments) => {
            officer_keys::require(&place, &arguments).await
        }
        Command::Sign(arguments) => sign_command::run(&arguments),
        Command::Rights(arguments) => {
            rights::print(&arguments);
            Ok(())
        }
        Command::Schema => {
            print!("{}", crate::graphql::sdl());
            Ok(())
        }
        Command::Backup(arguments) => archive::backup(&place, &arguments).await,
        Command::Restore(arguments) => archive::restore(&place, &arguments).await,
        Command::Witness(arguments) => witness::run(arguments).await,
        Command::Bench(arguments) => bench::run(&arguments).await.map_err(Failure::Usage),
    }
}

impl Place {
    /// The database that the options name.
    pub(crate) fn source(&self) -> DatabaseSource {
        match self.database_url.as_deref() {
            // A variable that is set to nothing names no server.
            Some(url) if !url.is_empty() => DatabaseSource::Url(url.to_owned()),
            _ => DatabaseSource::Private(self.data.clone()),
        }
    }

    /// Opens the books.
    pub(crate) async fn books(&self) -> Result<Books, Failure> {
        let directory = DataDirectory::open(&self.data)?;
        let database = Database::connect(&self.source()).await?;
        let clock = Arc::new(MachineClock);
        match Books::open(database.clone(), directory, clock, Randomness::system()).await {
            Ok(books) => Ok(books),
            Err(fault) => {
                database.close().await?;
                Err(fault.into())
            }
        }
    }
}

/// Lets go of the database; a private server that nobody else uses stops.
pub(crate) async fn close(books: Books) -> Result<(), Failure> {
    let database = books.database().clone();
    books.close().await;
    Ok(database.close().await?)
}

/// What a user is told of a command that was not carried out.
pub(crate) fn refused(error: CommandError) -> Failure {
    match error {
        CommandError::Refused(error) => {
            Failure::Refused(format!("{} [{}]", error.message, error.code))
        }
        CommandError::Fault(fault) => fault.into(),
    }
}

/// In whose name a local command acts that names nobody.
pub(crate) const LOCAL_OPERATOR: &str = "local-operator";

/// Who acts in a local command; with the officer's own key where a file is given.
#[derive(Debug, Args)]
pub(crate) struct ActingArguments {
    /// The officer in whose name it is done.
    #[arg(long, value_name = "ID")]
    officer: Option<String>,
    /// The officer's own key: everything that is recorded is signed with it.
    #[arg(long, value_name = "FILE", requires = "officer")]
    sign_with: Option<PathBuf>,
}

impl ActingArguments {
    /// Acts as an officer without a key.
    pub(crate) fn of(officer: &str) -> Self {
        Self { officer: Some(officer.to_owned()), sign_with: None }
    }

    /// Reads the key, if one is given. May wait for a passphrase.
    pub(crate) fn acting(&self) -> Result<Acting, Failure> {
        let officer = OfficerId::parse(self.officer.as_deref().unwrap_or(LOCAL_OPERATOR));
        let officer = officer.map_err(|error| Failure::Usage(error.to_string()))?;
        let Some(file) = &self.sign_with else { return Ok(officer.into()) };
        let key = key_file::read(file, &Passphrases::of_this_program())
            .map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(Acting::from(officer).with_key(Arc::new(key)))
    }
}
