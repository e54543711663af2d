//! The bytes that are kept as a command: signed where the officer acts with a key of their own.

use domain::commands::AnyCommand;
use domain::payment::{PaymentCommand, RecordPayment, RecordPayments};
use ledger::clock::Moment;
use ledger::signed_command::{SeenCheckpoint, SignedCommand, Statement};
use ledger::signer::Signer;
use uuid::Uuid;

use super::{Acting, Book, Fault};

/// What this program signs is carried out at once; it must not be good for much longer.
const GOOD_FOR_MICROS: i64 = 15 * 60 * 1_000_000;

/// What one request asks for, as the domain prints it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Commands<'a> {
    /// A single command.
    One(&'a [u8]),
    /// A list, however few of it are left to record.
    Many(&'a [Vec<u8>]),
}

impl Book {
    /// The bytes that are kept and hashed: the commands that were taken, with a nonce, because a hash
    /// over anything that can be guessed would be; or a signed statement of them.
    pub(super) async fn kept_command(
        &self,
        acting: &Acting,
        request: Uuid,
        commands: Commands<'_>,
    ) -> Result<Vec<u8>, Fault> {
        match &acting.key {
            None => Ok(unsigned(*self.randomness.secret::<16>()?, commands)),
            Some(key) => self.signed(acting, &**key, request, commands).await,
        }
    }

    async fn signed(
        &self,
        acting: &Acting,
        key: &dyn Signer,
        request: Uuid,
        commands: Commands<'_>,
    ) -> Result<Vec<u8>, Fault> {
        let known = self.latest_checkpoint().borrow().clone();
        let latest = match known {
            // Held against the entries when the ledger was opened or when it was signed.
            Some(latest) => latest,
            None => self.checkpoint().await?,
        };
        // The ledger's time does not go back with the machine's clock.
        let issued = self.clock.now().max(latest.signed_at);
        let seen = latest.checkpoint;
        let expires = Moment::from_micros(issued.micros().saturating_add(GOOD_FOR_MICROS));
        let statement = Statement {
            ledger: self.id.clone(),
            officer: acting.officer.as_str().to_owned(),
            request,
            issued,
            expires: expires.unwrap_or(Moment::LATEST),
            nonce: *self.randomness.secret::<16>()?,
            checkpoint: SeenCheckpoint { origin: seen.origin, size: seen.size, root: seen.root },
            command: one_command(commands)?,
        };
        let signed = SignedCommand::sign(statement, key);
        Ok(signed.map_err(|error| Fault::configuration(&error))?.bytes())
    }
}

/// A list is signed as one command.
fn one_command(commands: Commands<'_>) -> Result<Vec<u8>, Fault> {
    let many = match commands {
        Commands::One(one) => return Ok(one.to_vec()),
        Commands::Many(many) => many,
    };
    let payments: Result<Vec<RecordPayment>, Fault> = many.iter().map(|one| payment(one)).collect();
    let list = RecordPayments::new(payments?).map_err(|error| Fault::damaged(&error))?;
    Ok(AnyCommand::Payments(list).print())
}

fn payment(command: &[u8]) -> Result<RecordPayment, Fault> {
    match AnyCommand::parse(command).map_err(|error| Fault::damaged(&error))? {
        AnyCommand::Payment(PaymentCommand::RecordPayment(payment)) => Ok(*payment),
        other => Err(Fault::damaged(&format!("{} in a list of payments", other.name()))),
    }
}

fn unsigned(nonce: [u8; 16], commands: Commands<'_>) -> Vec<u8> {
    let nonce = hex::encode(nonce);
    let mut bytes = format!("{{\"nonce\":\"{nonce}\",").into_bytes();
    match commands {
        Commands::One(one) => {
            bytes.extend_from_slice(b"\"command\":");
            bytes.extend_from_slice(one);
        }
        Commands::Many(many) => {
            bytes.extend_from_slice(b"\"commands\":[");
            for (index, command) in many.iter().enumerate() {
                if index > 0 {
                    bytes.push(b',');
                }
                bytes.extend_from_slice(command);
            }
            bytes.push(b']');
        }
    }
    bytes.push(b'}');
    bytes
}
