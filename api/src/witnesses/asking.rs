//! A task for each witness of a ledger's policy, woken by every checkpoint, and where each stands.

use std::sync::Arc;
use std::time::Duration;

use ledger::checkpoints::SignedCheckpoint;
use ledger::clock::{Clock, Moment};
use ledger::note::VerifierKey;
use ledger::policy::Policy;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::client::{Cosignature, TimeLimits, UnusableWitness, WitnessClient, WitnessError};
use super::{ConsistencyProofs, Cosignatures, LedgerUnavailable};

/// A witness is asked at most once in this time, however many checkpoints there are meanwhile: the
/// latest stands for those before.
const APART: Duration = Duration::from_secs(1);

/// How long it takes at most until a witness that failed is asked again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where one witness stands.
#[derive(Debug, Clone)]
pub enum WitnessState {
    /// Nothing has come of asking yet.
    NotAsked,
    /// It has no URL that may be asked.
    Unusable(UnusableWitness),
    /// It has cosigned this much.
    Cosigned {
        /// Size of the checkpoint.
        size: u64,
        /// Seconds since 1970, by the witness's clock.
        at: u64,
    },
    /// It does not answer.
    Away {
        /// Since when, by our clock.
        since: Moment,
        /// The last failure.
        why: String,
    },
    /// It answers and refuses.
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// It has cosigned more than the ledger has: the ledger has lost its tail.
    AheadOfUs {
        /// What it has cosigned.
        size: u64,
    },
    /// It has cosigned another history.
    Disagrees {
        /// The size that both speak of.
        size: u64,
    },
    /// Its answer was no cosignature.
    Lying {
        /// What was wrong with it.
        why: &'static str,
    },
}

/// A witness of the policy and where it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where it stands.
    pub state: WitnessState,
}

/// Asks the witnesses of one ledger for as long as it lives. Nothing waits for it.
pub struct Asking {
    witnesses: Vec<(String, VerifierKey, watch::Receiver<WitnessState>)>,
    /// Aborted when dropped.
    _tasks: JoinSet<()>,
}

impl Asking {
    /// Starts asking every witness of the policy for each checkpoint that comes.
    pub fn start<L: Cosignatures + 'static>(
        policy: &Policy,
        ledger: &Arc<L>,
        latest: &watch::Receiver<Option<SignedCheckpoint>>,
        limits: TimeLimits,
        clock: &Arc<dyn Clock>,
    ) -> Self {
        let mut tasks = JoinSet::new();
        let mut witnesses = Vec::new();
        for witness in policy.witnesses() {
            let (tell, told) = watch::channel(WitnessState::NotAsked);
            witnesses.push((witness.name.clone(), witness.key.clone(), told));
            match WitnessClient::new(witness, limits, clock.clone()) {
                Ok(client) => {
                    let (ledger, clock) = (ledger.clone(), clock.clone());
                    let asked = Asked { name: witness.name.clone(), client, ledger, clock, tell };
                    tasks.spawn(asked.run(latest.clone()));
                }
                Err(unusable) => {
                    tell.send_replace(WitnessState::Unusable(unusable));
                }
            }
        }
        Self { witnesses, _tasks: tasks }
    }

    /// Where each witness stands, in the policy's order.
    pub fn standings(&self) -> Vec<Standing> {
        self.witnesses
            .iter()
            .map(|(name, key, told)| Standing {
                name: name.clone(),
                key: key.clone(),
                state: told.borrow().clone(),
            })
            .collect()
    }
}

/// Asks every witness of the policy once, all at the same time, what it knows of this ledger: for
/// the start, before anything is recorded. A ledger whose witness answers
/// [`WitnessError::AheadOfUs`] or [`WitnessError::Disagrees`] must not go on; one that is away says
/// nothing. Witnesses without a usable URL are left out.
pub async fn ask_once(
    policy: &Policy,
    signed: &SignedCheckpoint,
    proofs: &impl ConsistencyProofs,
    limits: TimeLimits,
    clock: &Arc<dyn Clock>,
) -> Vec<(String, Result<Cosignature, WitnessError>)> {
    let asked = policy.witnesses().iter().filter_map(|witness| {
        let client = WitnessClient::new(witness, limits, clock.clone()).ok()?;
        Some(async move { (witness.name.clone(), client.submit(signed, 0, proofs).await) })
    });
    futures_util::future::join_all(asked).await
}

/// One witness that can be asked.
struct Asked<L> {
    name: String,
    client: WitnessClient,
    ledger: Arc<L>,
    clock: Arc<dyn Clock>,
    tell: watch::Sender<WitnessState>,
}

impl<L: Cosignatures> Asked<L> {
    async fn run(self, mut latest: watch::Receiver<Option<SignedCheckpoint>>) {
        let mut cosigned = None;
        let mut pause = APART;
        loop {
            let news = |signed: &Option<SignedCheckpoint>| {
                signed.as_ref().is_some_and(|signed| Some(signed.checkpoint.size) > cosigned)
            };
            // It ends with the ledger.
            let Ok(found) = latest.wait_for(news).await.map(|found| found.clone()) else { return };
            let Some(signed) = found else { return };
            match self.ask(&signed, cosigned.unwrap_or(0)).await {
                Ok(at) => {
                    let size = signed.checkpoint.size;
                    cosigned = Some(size);
                    pause = APART;
                    self.tell.send_replace(WitnessState::Cosigned { size, at });
                }
                Err(error) => {
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                    self.failed(error);
                }
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn ask(&self, signed: &SignedCheckpoint, believed: u64) -> Result<u64, WitnessError> {
        let submitted = self.client.submit(signed, believed, &*self.ledger).await;
        if let Err(WitnessError::AheadOfUs { size }) = submitted
            && self.ledger.largest_signed().await? >= size
        {
            let why = "another program of this ledger was quicker".to_owned();
            return Err(LedgerUnavailable(why).into());
        }
        let cosignature = submitted?;
        self.ledger.keep(signed, &cosignature.line).await?;
        Ok(cosignature.at)
    }

    fn failed(&self, error: WitnessError) {
        tracing::warn!(witness = self.name, %error, "no cosignature");
        let now = self.clock.now();
        self.tell.send_modify(|state| {
            *state = match error {
                WitnessError::Away(why) => {
                    let since = match state {
                        WitnessState::Away { since, .. } => *since,
                        _ => now,
                    };
                    WitnessState::Away { since, why }
                }
                WitnessError::Refused { status, reason } => {
                    WitnessState::Refused { status, reason }
                }
                WitnessError::AheadOfUs { size } => WitnessState::AheadOfUs { size },
                WitnessError::Disagrees { size } => WitnessState::Disagrees { size },
                WitnessError::Lying(why) => WitnessState::Lying { why },
                // Our own failure says nothing about the witness.
                WitnessError::Ledger(_) => return,
            };
        });
    }
}
