//! What is nobody's wish: the database, the files, the clock, a history that is not the one shown.

use ledger::checkpoints::keeper::{HistoryLost, Holder, KeepingError};
use ledger::reader::ReadError;
use ledger::writer::SubmitError;

/// Something that is nobody's wish: the database, the files, the clock. The public message is safe
/// to show; the cause is for the log.
#[derive(Debug, thiserror::Error)]
#[error("{public}")]
pub struct Fault {
    public: String,
    cause: String,
    /// Whether the program understood and refuses, rather than could not.
    refusal: bool,
}

impl Fault {
    fn new(public: &str, cause: &dyn std::fmt::Display) -> Self {
        Self { public: public.to_owned(), cause: cause.to_string(), refusal: false }
    }

    /// Whether the program could go on and refuses to.
    pub fn is_refusal(&self) -> bool {
        self.refusal
    }

    /// What a user may read, in Chinese and English.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// What the log keeps. May name files and SQL.
    pub fn cause(&self) -> &str {
        &self.cause
    }

    pub(crate) fn configuration(cause: &dyn std::fmt::Display) -> Self {
        Self::new("数据目录的配置有误 / the data directory is not as it must be", cause)
    }

    /// What is recorded contradicts itself: the program could go on, and must not.
    pub(crate) fn damaged(cause: &dyn std::fmt::Display) -> Self {
        let public = "账本数据有误,请运行 mingzhang verify / the ledger's data is damaged, run mingzhang verify";
        Self { refusal: true, ..Self::new(public, cause) }
    }

    /// Nothing is wrong but that too much is asked at once.
    pub(crate) fn busy(cause: &dyn std::fmt::Display) -> Self {
        Self::new("系统繁忙,请稍后再试 / too much is asked at once, try again later", cause)
    }

    pub(crate) fn database(cause: &dyn std::fmt::Display) -> Self {
        Self::new(
            "数据库暂不可用,请稍后再试 / the database is not available, try again later",
            cause,
        )
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::database(&error)
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Database(error) => error.into(),
            ReadError::Damaged(what) => Self::damaged(&what),
        }
    }
}

impl From<KeepingError> for Fault {
    fn from(error: KeepingError) -> Self {
        match error {
            KeepingError::Read(error) => error.into(),
            KeepingError::File { .. } | KeepingError::NotSigned(_) => Self::configuration(&error),
            KeepingError::Lost(lost) => Self {
                public: format!(
                    "账本与已签发的检查点不符,拒绝打开 / the ledger does not fit a checkpoint that was signed: refusing to open it\n{}",
                    told(&lost)
                ),
                cause: lost.to_string(),
                refusal: true,
            },
        }
    }
}

fn holder(holder: &Holder) -> String {
    match holder {
        Holder::Database => "数据库 / the database".to_owned(),
        Holder::File => "检查点文件 / the checkpoint file".to_owned(),
        Holder::Witness(name) => format!("见证方 {name} / the witness {name}"),
    }
}

/// What is missing or different, for whoever has to look into it.
fn told(lost: &HistoryLost) -> String {
    match lost {
        HistoryLost::Shorter { holder: by, known, size } => {
            let missing = known.saturating_sub(*size);
            format!(
                "{}: 检查点含 {known} 条分录,现有 {size} 条,缺少 {missing} 条(位置 {size} 起) / its checkpoint stands over {known} entries, there are {size}: {missing} are missing, from position {size} on",
                holder(by)
            )
        }
        HistoryLost::Rewritten { holder: by, size, known, found } => format!(
            "{}: {size} 条分录处的根应为 {known},实为 {found},历史已被改动 / at {size} entries its root is {known}, the ledger gives {found}: the history was changed",
            holder(by)
        ),
        HistoryLost::Contradicted { holder: by, size } => format!(
            "{}: 曾联署过的历史与本账本({size} 条)不一致 / what it has cosigned is not the beginning of this ledger of {size} entries",
            holder(by)
        ),
        HistoryLost::Unsigned { holder: by, error } => format!(
            "{}: 检查点签名或格式无效({error}) / its checkpoint is not one of this ledger ({error})",
            holder(by)
        ),
        HistoryLost::HeadDiffers { size, head, found } => format!(
            "{size} 条分录:账本头记载的根为 {head},分录算得 {found} / {size} entries: the head says the root {head}, the entries give {found}"
        ),
    }
}

impl From<people::PeopleError> for Fault {
    fn from(error: people::PeopleError) -> Self {
        match error {
            people::PeopleError::Database(error) => error.into(),
            other => Self::damaged(&other),
        }
    }
}

impl From<people::NoRandomness> for Fault {
    fn from(error: people::NoRandomness) -> Self {
        Self::configuration(&error)
    }
}

impl From<projections::ProjectionError> for Fault {
    fn from(error: projections::ProjectionError) -> Self {
        Self::database(&error)
    }
}

impl From<SubmitError> for Fault {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::ClockAway { .. } => Self::new(
                "本机时钟与数据库时钟相差超过一天,停止记账 / this machine's clock is more than a day off, nothing is recorded",
                &error,
            ),
            SubmitError::OutcomeUnknown(_) => Self::new(
                "提交时连接中断,是否入账未知;请用同一编号重新提交 / the connection broke while recording; send the same id again to learn the outcome",
                &error,
            ),
            SubmitError::Halted(_) => Self::new(
                "账本核验不符,已停止记账;查询仍可使用,请立即核查 / the ledger failed its check: recording has stopped, reading goes on; look into it at once",
                &error,
            ),
            SubmitError::Unwritable { .. } => {
                Self::new("内容过长,无法记入一条分录 / the content does not fit one entry", &error)
            }
            SubmitError::NotSigned(_) => Self::new(
                "签名密钥无法使用,停止记账 / the signing key cannot be used, nothing is recorded",
                &error,
            ),
            other => Self::database(&other),
        }
    }
}
