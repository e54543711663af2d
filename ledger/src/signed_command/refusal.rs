//! Why a signed command is not good where it stands.

use uuid::Uuid;

use crate::clock::Moment;
use crate::key::KeyId;

/// Why a signed command is refused, and what a verifier finds where one stands all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandRefusal {
    /// More than [`super::MOST_BYTES`].
    #[error("签名指令过长({bytes} 字节)/ the signed command is too long ({bytes} bytes)")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not an envelope in its one spelling.
    #[error("DSSE 信封格式不符:{0} / not an envelope as it must be written: {0}")]
    Envelope(String),
    /// What was signed is no statement in its one spelling.
    #[error("签名内容格式不符:{0} / not a statement as it must be written: {0}")]
    Statement(String),
    /// It was signed for another ledger.
    #[error("指令属于账本 {found},本账本为 {expected} / signed for ledger {found}, not {expected}")]
    OtherLedger {
        /// This ledger.
        expected: String,
        /// What was signed.
        found: String,
    },
    /// Another officer signed than acts.
    #[error(
        "签署人为 {found},经办人为 {expected} / signed by officer {found}, acting is {expected}"
    )]
    OtherOfficer {
        /// Who acts.
        expected: String,
        /// Who signed.
        found: String,
    },
    /// It was signed for another request.
    #[error(
        "签名的请求编号为 {found},应为 {expected} / signed for request {found}, not {expected}"
    )]
    OtherRequest {
        /// The request.
        expected: Uuid,
        /// What was signed.
        found: Uuid,
    },
    /// It ends before it begins, or is good for more than 24 hours.
    #[error(
        "有效期须大于零且不超过24小时:{issued} 至 {expires} / good from {issued} to {expires}: more than nothing and at most 24 hours"
    )]
    Validity {
        /// When it was signed.
        issued: Moment,
        /// When it ends.
        expires: Moment,
    },
    /// It was signed after it was recorded.
    #[error(
        "签署时间 {issued} 晚于账本时间 {recorded},请核对时钟 / signed at {issued}, ahead of the ledger's {recorded}: check the clock"
    )]
    FromTheFuture {
        /// When it was signed.
        issued: Moment,
        /// The ledger's clock.
        recorded: Moment,
    },
    /// It came too late.
    #[error(
        "指令已于 {expires} 失效(账本时间 {recorded}),请重新签署 / expired at {expires}, the ledger's clock says {recorded}: sign it again"
    )]
    Expired {
        /// When it ended.
        expires: Moment,
        /// The ledger's clock.
        recorded: Moment,
    },
    /// The checkpoint is of another ledger.
    #[error("检查点属于 {found},应为 {expected} / the checkpoint is of {found}, not {expected}")]
    OtherOrigin {
        /// This ledger's origin.
        expected: String,
        /// What was signed.
        found: String,
    },
    /// The checkpoint stands over nothing, or over entries that were recorded later.
    #[error(
        "检查点大小 {size} 须在1至 {position} 之间 / the checkpoint's size {size} must be between 1 and {position}"
    )]
    CheckpointAhead {
        /// How many entries it stands over.
        size: u64,
        /// Where the entry stands.
        position: u64,
    },
    /// The checkpoint does not lie on this ledger's history.
    #[error(
        "大小 {size} 的检查点与本账本历史不符 / the checkpoint of size {size} is not on this ledger's history"
    )]
    OtherHistory {
        /// How many entries it stands over.
        size: u64,
    },
    /// The key is not the officer's, or not in force there.
    #[error(
        "{key} 不是 {officer} 有效的密钥 / {key} is no key of officer {officer} that is in force"
    )]
    KeyNotInForce {
        /// Who signed.
        officer: String,
        /// What the envelope names.
        key: KeyId,
    },
    /// The signature is not by the key that is named.
    #[error("签名无效 / the signature by {key} does not verify")]
    Signature {
        /// The key.
        key: KeyId,
    },
    /// The events are not what the command asks for.
    #[error("登记内容与签名指令不符:{0} / what is recorded is not what was signed: {0}")]
    NotCarriedOut(String),
    /// The ledger demands a signature, and there is none.
    #[error("本账本要求经办人签署指令 / this ledger requires officers to sign their commands")]
    Unsigned,
}

impl CommandRefusal {
    /// What had to be there and what is, as a finding tells it.
    pub fn expected_and_found(&self) -> (String, String) {
        match self {
            Self::OtherLedger { expected, found }
            | Self::OtherOfficer { expected, found }
            | Self::OtherOrigin { expected, found } => (expected.clone(), found.clone()),
            Self::OtherRequest { expected, found } => (expected.to_string(), found.to_string()),
            Self::Expired { expires, recorded } => {
                (format!("recorded by {expires}"), recorded.to_string())
            }
            Self::FromTheFuture { issued, recorded } => {
                (format!("issued by {recorded}"), issued.to_string())
            }
            Self::Unsigned => ("a signed command".to_owned(), "none".to_owned()),
            other => ("a signed command that is good here".to_owned(), other.to_string()),
        }
    }
}
