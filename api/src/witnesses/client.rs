//! One question to one witness, its answer checked.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::checkpoints::SignedCheckpoint;
use ledger::clock::Clock;
use ledger::hash::Hash;
use ledger::note::{Note, SignatureLine, Signed, VerifierKey};
use ledger::policy::Witness;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode, Url, redirect};

use super::{ConsistencyProofs, LedgerUnavailable};

/// Bytes of an answer that are read: room for dozens of signature lines.
const LARGEST_ANSWER: usize = 64 << 10;

/// How often a witness may tell another size before it is given up: once because we did not know,
/// once because somebody else was quicker.
const TELLINGS: usize = 3;

/// How far a witness's clock may be from ours, in seconds: the day that the ledger allows between
/// its own clocks.
const CLOCKS_APART: u64 = 24 * 60 * 60;

/// How long a witness may take.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    /// Until the connection stands.
    pub connect: Duration,
    /// For each question, until the answer has been read.
    pub whole: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(2), whole: Duration::from_secs(10) }
    }
}

/// Why a witness of a policy cannot be asked at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableWitness {
    /// Its cosignatures come another way, or not at all.
    #[error("策略文件未给出网址 / the policy gives no URL")]
    NoUrl,
    /// No URL.
    #[error("不是网址 / not a URL: {0:?}")]
    NotAUrl(String),
    /// Another scheme than https, or plain http beyond this machine.
    #[error("须为 https(仅本机回环地址可用 http) / must be https, or http on loopback: {0:?}")]
    NotHttps(String),
    /// The HTTP client could not be made.
    #[error("{0}")]
    Client(String),
}

/// Why there is no cosignature.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WitnessError {
    /// Nobody answers, or not in time, or the answer is a fault of the server. Worth asking again.
    #[error("见证者无应答 / the witness is away: {0}")]
    Away(String),
    /// It answers and does not sign, for a reason that has nothing to do with the ledger's history:
    /// it does not follow this log, or does not know its key.
    #[error("见证者拒绝联署(HTTP {status}) / the witness refuses: HTTP {status} {reason}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said, cut short.
        reason: String,
    },
    /// It has cosigned more than the ledger has: the ledger has lost its tail.
    #[error(
        "见证者已联署 {size} 条,多于本账本:账本末尾丢失 / the witness has cosigned {size} entries, more than the ledger has: the ledger has lost its tail"
    )]
    AheadOfUs {
        /// The size that it has cosigned.
        size: u64,
    },
    /// It has cosigned another history of this ledger, or does not accept the proof from what it
    /// has cosigned.
    #[error(
        "见证者联署过的历史与本账本不一致(规模 {size}) / what the witness has cosigned at size {size} is not the beginning of this ledger"
    )]
    Disagrees {
        /// The size that both speak of.
        size: u64,
    },
    /// Its answer is no cosignature of this checkpoint by its key at about this time.
    #[error("见证者的回答不可信 / the witness's answer is not to be trusted: {0}")]
    Lying(&'static str),
    /// The ledger could not give a proof; the witness is not to blame.
    #[error(transparent)]
    Ledger(#[from] LedgerUnavailable),
}

/// A witness's verified signature under a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The line to put under the checkpoint.
    pub line: SignatureLine,
    /// Seconds since 1970, by the witness's clock.
    pub at: u64,
}

/// Asks one witness.
#[derive(Clone)]
pub struct WitnessClient {
    key: VerifierKey,
    url: Url,
    http: Client,
    clock: Arc<dyn Clock>,
}

/// What one question brought.
enum Answer {
    Signatures(String),
    Knows(u64),
    Disagrees,
}

impl WitnessClient {
    /// Prepares to ask a witness of a policy. No proxy is used and no redirect is followed.
    ///
    /// # Errors
    /// When the policy gives no URL that may be asked.
    pub fn new(
        witness: &Witness,
        limits: TimeLimits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, UnusableWitness> {
        let url = add_checkpoint(witness.url.as_deref().ok_or(UnusableWitness::NoUrl)?)?;
        // The program has named the provider already; tests have not.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = Client::builder()
            .connect_timeout(limits.connect)
            .timeout(limits.whole)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| UnusableWitness::Client(error.to_string()))?;
        Ok(Self { key: witness.key.clone(), url, http, clock })
    }

    /// Asks for a cosignature, from the size that the witness is believed to have cosigned (0 where
    /// nothing is known: it then tells).
    ///
    /// Asked with the ledger's latest checkpoint at start, this says what the witness knows of the
    /// ledger: [`WitnessError::AheadOfUs`] and [`WitnessError::Disagrees`] mean that the ledger is
    /// not what it was.
    ///
    /// # Errors
    /// When there is no cosignature that can be relied on.
    pub async fn submit(
        &self,
        signed: &SignedCheckpoint,
        believed: u64,
        proofs: &impl ConsistencyProofs,
    ) -> Result<Cosignature, WitnessError> {
        let size = signed.checkpoint.size;
        let mut old = believed.min(size);
        for _ in 0..TELLINGS {
            let proof = if old == 0 || old == size {
                Vec::new()
            } else {
                proofs.consistency(old, size).await?
            };
            match self.ask(old, &proof, &signed.note).await? {
                Answer::Signatures(lines) => return self.accept(&lines, signed),
                Answer::Knows(known) if known > size => {
                    return Err(WitnessError::AheadOfUs { size: known });
                }
                // It conflicts with what it says itself.
                Answer::Knows(known) if known == old => {
                    return Err(WitnessError::Disagrees { size: old });
                }
                Answer::Knows(known) => old = known,
                Answer::Disagrees => return Err(WitnessError::Disagrees { size: old }),
            }
        }
        Err(WitnessError::Away("it tells another size each time".to_owned()))
    }

    async fn ask(&self, old: u64, proof: &[Hash], note: &str) -> Result<Answer, WitnessError> {
        let lines: Vec<String> =
            proof.iter().map(|hash| STANDARD.encode(hash.as_bytes()) + "\n").collect();
        let body = format!("old {old}\n{}\n{note}", lines.concat());
        let sent = self.http.post(self.url.clone()).body(body).send().await;
        let answer = sent.map_err(away)?;
        let status = answer.status();
        let is_size = answer
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"text/x.tlog.size"));
        let text = read(answer).await?;
        match status {
            StatusCode::OK => Ok(Answer::Signatures(text)),
            StatusCode::CONFLICT if is_size => {
                let size = text.trim_end().parse().map_err(|_| WitnessError::Lying("size"))?;
                Ok(Answer::Knows(size))
            }
            StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => Ok(Answer::Disagrees),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Err(WitnessError::Away(status.to_string()))
            }
            _ if status.is_server_error() => Err(WitnessError::Away(status.to_string())),
            _ => {
                let reason = text.chars().filter(|c| !c.is_control()).take(200).collect();
                Err(WitnessError::Refused { status: status.as_u16(), reason })
            }
        }
    }

    /// Takes the line of the witness's key out of the answer; lines of keys that we do not know are
    /// ignored, as the specification says.
    fn accept(&self, lines: &str, signed: &SignedCheckpoint) -> Result<Cosignature, WitnessError> {
        let lines = lines.strip_suffix('\n').ok_or(WitnessError::Lying("no signature line"))?;
        let mut ours = None;
        for line in lines.split('\n') {
            let line =
                SignatureLine::parse(line).map_err(|_| WitnessError::Lying("signature line"))?;
            if line.names(&self.key) {
                ours.get_or_insert(line);
            }
        }
        let line = ours.ok_or(WitnessError::Lying("no signature by its key"))?;
        let note = Note::parse(&signed.note);
        let note = note.map_err(|error| LedgerUnavailable(error.to_string()))?;
        let Some(Signed::Cosigned { at }) = line.verify(&self.key, note.text()) else {
            return Err(WitnessError::Lying("the signature is not one of this checkpoint"));
        };
        let now = u64::try_from(self.clock.now().micros()).unwrap_or(0) / 1_000_000;
        if at.abs_diff(now) > CLOCKS_APART {
            return Err(WitnessError::Lying("its clock is more than a day from ours"));
        }
        Ok(Cosignature { line, at })
    }
}

/// The innermost cause: that sending failed is known already.
fn away(error: reqwest::Error) -> WitnessError {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    WitnessError::Away(cause.to_string())
}

async fn read(mut answer: Response) -> Result<String, WitnessError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(away)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST_ANSWER {
            return Err(WitnessError::Lying("an answer of more than 64 KiB"));
        }
    }
    String::from_utf8(bytes).map_err(|_| WitnessError::Lying("an answer that is not UTF-8"))
}

/// The URL to ask, below the submission prefix.
fn add_checkpoint(prefix: &str) -> Result<Url, UnusableWitness> {
    let url = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
    let url = Url::parse(&url).map_err(|_| UnusableWitness::NotAUrl(prefix.to_owned()))?;
    let loopback = url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    });
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        _ => Err(UnusableWitness::NotHttps(prefix.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_url_is_below_the_submission_prefix() {
        for (prefix, url) in [
            ("https://w.example", "https://w.example/add-checkpoint"),
            ("https://w.example/", "https://w.example/add-checkpoint"),
            ("https://w.example:8443/a/b/", "https://w.example:8443/a/b/add-checkpoint"),
            ("http://127.0.0.1:8090", "http://127.0.0.1:8090/add-checkpoint"),
            ("http://[::1]:8090", "http://[::1]:8090/add-checkpoint"),
            ("http://localhost:8090", "http://localhost:8090/add-checkpoint"),
        ] {
            assert_eq!(add_checkpoint(prefix).unwrap().as_str(), url);
        }
    }

    #[test]
    fn plain_http_leaves_this_machine_for_nobody() {
        for bad in ["http://w.example", "http://10.0.0.1", "http://localhost.evil.example"] {
            assert_eq!(add_checkpoint(bad), Err(UnusableWitness::NotHttps(bad.into())));
        }
        assert_eq!(
            add_checkpoint("ftp://w.example"),
            Err(UnusableWitness::NotHttps("ftp://w.example".into()))
        );
        assert_eq!(add_checkpoint("w.example"), Err(UnusableWitness::NotAUrl("w.example".into())));
    }
}
