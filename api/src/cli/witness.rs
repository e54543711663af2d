//! `witness`: a server on the auditor's side. It needs no database, no data directory and no
//! ledger, only the policies that were handed over.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use ledger::policy::Policy;
use people::Randomness;
use poem::Server;

use super::Failure;
use super::serve::{DRAIN, bind, only_loopback, stopped};
use crate::books::Passphrases;
use crate::clock::MachineClock;
use crate::witness::{self, StateError, Witness};

/// What `witness` takes.
#[derive(Debug, Args)]
pub(super) struct WitnessArguments {
    /// C2SP policy with the logs to follow; may be given several times.
    #[arg(long, required = true, value_name = "FILE")]
    policy: Vec<PathBuf>,
    /// The witness's name, for example witness.example/audit; kept for ever.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Key and latest checkpoints; made at the first start.
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
    /// Address and port; loopback only.
    #[arg(long, default_value = "127.0.0.1:8090", value_name = "ADDR")]
    listen: String,
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::Usage(error.to_string())
    }
}

pub(super) async fn run(arguments: WitnessArguments) -> Result<(), Failure> {
    let address = only_loopback(
        &arguments.listen,
        "见证服务尚不支持 TLS,途中的人可以扣下或替换回答",
        "the witness speaks no TLS yet, so somebody on the way could withhold or replace answers; \
         put a server that does before it",
    )?;
    let policies: Vec<Policy> = arguments.policy.iter().map(policy).collect::<Result<_, _>>()?;
    let clock = Arc::new(MachineClock);
    let (state, name) = (&arguments.state, &arguments.name);
    let (randomness, passphrases) = (Randomness::system(), Passphrases::of_this_program());
    let witness = Witness::open(state, name, &policies, clock, &randomness, &passphrases)?;
    let witness = Arc::new(witness);
    let (acceptor, bound) = bind(address).await?;
    for origin in witness.origins() {
        eprintln!("跟踪 / following {origin}");
    }
    // Before anybody is told that it listens: it may be told to stop at once.
    let stopped = stopped()?;
    // The line that a ledger's policy needs.
    println!("witness {name} {} http://{bound}", witness.verifier());
    Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(witness::routes(witness), stopped, Some(DRAIN))
        .await?;
    Ok(())
}

fn policy(path: &PathBuf) -> Result<Policy, Failure> {
    let failure =
        |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
    let file = std::fs::read(path).map_err(|error| failure(&error))?;
    Policy::parse(&file).map_err(|error| failure(&error))
}
