//! What a command comes to: a receipt, a refusal that a clerk can act on, or a fault.

use domain::refusal::Refusal;
use domain::rights::Role;
use ledger::access::AccessRefusal;
use ledger::clock::Moment;
use ledger::hash::Hash;
use ledger::key::SignatureBytes;
use ledger::reader::{ReadError, StoredEntry};
use ledger::signed_command::CommandRefusal;
use ledger::writer::{Recorded, SubmitError};

use super::Fault;

/// Proof of recording: where the event stands and the signature over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Place in the ledger.
    pub position: u64,
    /// Leaf hash of the entry.
    pub leaf: Hash,
    /// The ledger key's signature over the leaf.
    pub signature: SignatureBytes,
    /// The ledger's clock.
    pub recorded: Moment,
    /// Whether it stood there before this command came.
    pub already_recorded: bool,
    /// Place of the last entry that was recorded with it; its own where it is known of no other.
    pub through: u64,
}

impl Receipt {
    pub(crate) fn new(recorded: &Recorded) -> Self {
        Self {
            position: recorded.position,
            leaf: recorded.leaf,
            signature: recorded.signature,
            recorded: recorded.recorded,
            already_recorded: false,
            through: recorded.position,
        }
    }

    /// That of the first of several that were recorded together; `None` for none.
    pub(crate) fn of_all(recorded: &[Recorded]) -> Option<Self> {
        let through = recorded.last()?.position;
        Some(Self { through, ..Self::new(recorded.first()?) })
    }

    /// The receipt of an entry that stands.
    pub fn standing(entry: &StoredEntry) -> Result<Self, Fault> {
        let view = ledger::entry::parse(&entry.bytes).map_err(|error| Fault::damaged(&error))?;
        Ok(Self {
            position: entry.position,
            leaf: entry.leaf,
            signature: entry.signature,
            recorded: view.recorded,
            already_recorded: true,
            through: entry.position,
        })
    }
}

/// An expected refusal, told to the user as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// Stable English code.
    pub code: &'static str,
    /// The field of the input that decides; empty where no single one does.
    pub field: Vec<String>,
    /// Chinese, then English after ` / `.
    pub message: String,
}

impl UserError {
    /// A refusal about one field.
    pub fn new(code: &'static str, field: &[&str], message: String) -> Self {
        Self { code, field: field.iter().map(|part| (*part).to_owned()).collect(), message }
    }

    /// The same refusal about another field.
    pub(crate) fn about(self, field: &[&str]) -> Self {
        Self::new(self.code, field, self.message)
    }

    pub(crate) fn of(refusal: &dyn Refusal) -> Self {
        Self::new(refusal.code(), refusal.field().unwrap_or_default(), refusal.message())
    }

    /// A signed command that is not good, or is missing.
    pub(crate) fn of_signed(refusal: &CommandRefusal) -> Self {
        let code = match refusal {
            CommandRefusal::Unsigned => "SIGNED_COMMAND_REQUIRED",
            _ => "SIGNED_COMMAND_REFUSED",
        };
        Self::new(code, &[], refusal.to_string())
    }

    /// Whoever acts may not do this.
    pub(crate) fn of_access(refusal: &AccessRefusal) -> Self {
        let code = match refusal {
            AccessRefusal::NoOfficer { .. } | AccessRefusal::NotEnrolled { .. } => {
                "OFFICER_NOT_ENROLLED"
            }
            AccessRefusal::NotSignedIn { .. } => "SIGN_IN_NEEDED",
            AccessRefusal::AnotherOfficer { .. } => "ANOTHER_OFFICER",
            AccessRefusal::NoRole { .. } => "ROLE_MISSING",
            AccessRefusal::ForNobody { .. } => "NOT_RECORDED_DIRECTLY",
            AccessRefusal::NobodyLeft { .. } => "SECURITY_ADMINISTRATOR_MISSING",
        };
        Self::new(code, &[], refusal.told_with(|role| Role::parse(role).map(Role::name_zh)))
    }

    pub(crate) fn unknown_ledger(id: &str) -> Self {
        let message = format!("没有编号为“{id}”的账本 / there is no ledger {id:?}");
        Self::new("UNKNOWN_LEDGER", &["ledger"], message)
    }

    pub(crate) fn unknown_fund(fund: &str) -> Self {
        let message =
            format!("没有编号或名称为“{fund}”的资金 / there is no fund with id or name {fund:?}");
        Self::new("UNKNOWN_FUND", &["fund"], message)
    }

    pub(crate) fn unknown_grant(grant: &str) -> Self {
        let message = format!("没有编号为“{grant}”的待遇 / there is no grant with id {grant:?}");
        Self::new("UNKNOWN_GRANT", &["grant"], message)
    }

    pub(crate) fn unknown_payment(payment: &str) -> Self {
        let message =
            format!("没有编号为“{payment}”的发放 / there is no payment with id {payment:?}");
        Self::new("UNKNOWN_PAYMENT", &["payment"], message)
    }

    pub(crate) fn unknown_batch(batch: &str) -> Self {
        let message = format!("没有编号为“{batch}”的批次 / there is no batch with id {batch:?}");
        Self::new("UNKNOWN_BATCH", &["batch"], message)
    }

    /// The message does not repeat the number.
    pub(crate) fn unknown_person() -> Self {
        let message = "账本中没有此人 / the ledger knows no such person";
        Self::new("UNKNOWN_PERSON", &["personNo"], message.to_owned())
    }

    pub(crate) fn unknown_store(store: &str) -> Self {
        let message = format!(
            "没有编号或名称为“{store}”的慈善超市 / there is no store with id or name {store:?}"
        );
        Self::new("UNKNOWN_STORE", &["store"], message)
    }

    /// No line of a bank's file is about a payment on its way.
    pub(crate) fn nothing_matched() -> Self {
        let message = "文件没有一行与在途的发放相符,未作登记;发出之后可再次报送 / no line of the file is about a payment on its way, so nothing was recorded; it may be sent again once they are released";
        Self::new("NOTHING_MATCHED", &["file"], message.to_owned())
    }

    /// A line of a list is a payment that stands already.
    pub(crate) fn payment_made() -> Self {
        let message = "该流水号的发放已经登记,不能再列入批次 / a payment of this id stands already and cannot be made by a batch";
        Self::new("PAYMENT_ALREADY_MADE", &["id"], message.to_owned())
    }

    pub(crate) fn id_reused(field: &[&str]) -> Self {
        let path = field.join(".");
        let message = format!(
            "该编号已登记过其他内容,不同之处:{path} / this id already stands for other content; what differs: {path}"
        );
        Self::new("ID_REUSED_WITH_OTHER_CONTENT", field, message)
    }
}

/// Why a command recorded nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Understood and refused.
    #[error("{}", .0.message)]
    Refused(UserError),
    /// Not carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CommandError {
    /// The domain knows what is unknown by the id in the chain; whoever asked knows the client's.
    pub(crate) fn or_unknown(self, unknown: UserError) -> Self {
        match self {
            Self::Refused(refusal) if refusal.code == unknown.code => Self::Refused(unknown),
            other => other,
        }
    }
}

impl From<UserError> for CommandError {
    fn from(error: UserError) -> Self {
        Self::Refused(error)
    }
}

macro_rules! faults {
    ($($error:ty),*) => {$(
        impl From<$error> for CommandError {
            fn from(error: $error) -> Self {
                Self::Fault(error.into())
            }
        }
    )*};
}
faults!(
    sqlx::Error,
    ReadError,
    people::PeopleError,
    people::NoRandomness,
    projections::ProjectionError
);

impl From<SubmitError> for CommandError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::CommandRefused(refusal) => UserError::of_signed(&refusal).into(),
            SubmitError::AccessRefused { refusal, .. } => UserError::of_access(&refusal).into(),
            SubmitError::ListRefused { refusal, .. } => {
                let message = format!("清单与审批时不符 / {refusal}");
                UserError::new("LIST_DIFFERS", &["digest"], message).into()
            }
            other => Self::Fault(other.into()),
        }
    }
}

/// One refused row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRefusal {
    /// Index in the list, from 0.
    pub index: usize,
    /// Why.
    pub error: UserError,
}
