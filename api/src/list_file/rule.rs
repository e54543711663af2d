//! The rules of files: those of every kind of list, and those of one kind alone.

use domain::calendar::CalendarError;
use domain::identity::IdentityNumberError;
use domain::money::Money;
use domain::store::GoodsError;
use domain::text::TextError;
use domain::vocabulary::{Channel, PaysAs};

use super::column::ListColumn;
use super::encoding::Encoding;

/// A rule of a file, as the fact that broke it. No message repeats a value: that stands in
/// [`super::RowError::value`], masked where it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// `FILE_TOO_LARGE`.
    #[error(
        "文件有 {bytes} 字节,上限为 {limit} / the file has {bytes} bytes, the limit is {limit}"
    )]
    FileTooLarge {
        /// What it has.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// `INVALID_ENCODING`: marked as UTF-16.
    #[error(
        "文件为 UTF-16 编码,请另存为“CSV UTF-8” / the file is UTF-16, save it as \"CSV UTF-8\""
    )]
    Utf16,
    /// `INVALID_ENCODING`: bytes that are no character.
    #[error("有不属于 {encoding} 的字节 / bytes that are no character of {encoding}")]
    Malformed {
        /// The encoding that the rest of the file has.
        encoding: Encoding,
    },
    /// `INVALID_ENCODING`: some program replaced a character that it could not read.
    #[error(
        "有无法识别的字符(U+FFFD),原字已丢失 / a replacement character U+FFFD stands where the true one was lost"
    )]
    ReplacementCharacter,
    /// `NO_HEADER`: no known column name in the first row.
    #[error("第一行须为列名,如 {chinese} / the first row must hold column names such as {english}")]
    NoHeader {
        /// Two of them, in Chinese.
        chinese: String,
        /// The same in English.
        english: String,
    },
    /// `NO_ROWS`: a header and nothing below it.
    #[error("列名之下没有任何一行 / there is no row below the header")]
    NoRows,
    /// `TOO_MANY_ROWS`.
    #[error("超过 {limit} 行,请分成几个文件 / more than {limit} rows, split the file")]
    TooManyRows {
        /// The most rows.
        limit: u64,
    },
    /// `ROW_TOO_LONG`.
    #[error(
        "该行超过 {limit} 字节,或有引号未闭合 / the row has more than {limit} bytes, or a quotation mark is not closed"
    )]
    RowTooLong {
        /// The most bytes, in UTF-8.
        limit: usize,
    },
    /// `MISPLACED_QUOTE`: text before an opening or after a closing quotation mark.
    #[error(
        "引号只能包住整个单元格,其中的引号须写两次 / quotation marks must enclose a whole cell; one inside is written twice"
    )]
    MisplacedQuote,
    /// `MISPLACED_QUOTE`: the file ends within a cell.
    #[error("引号未闭合 / a quotation mark is not closed")]
    UnclosedQuote,
    /// `UNKNOWN_COLUMN`.
    #[error("没有这一列 / there is no such column")]
    UnknownColumn,
    /// `DUPLICATE_COLUMN`: in the same or the other language.
    #[error("该列出现两次 / the column stands there twice")]
    DuplicateColumn,
    /// `MISSING_COLUMN`.
    #[error(
        "缺少该列,第 {needed_by} 行需要它 / the column is missing and row {needed_by} needs it"
    )]
    MissingColumn {
        /// The first row that needs it.
        needed_by: u64,
    },
    /// `VALUE_WITHOUT_COLUMN`: a cell to the right of the header or under an empty name.
    #[error("该单元格之上没有列名 / there is no column name above this cell")]
    ValueWithoutColumn,
    /// `MISSING_VALUE`.
    #[error("须填写 / a value is needed")]
    MissingValue,
    /// `NOT_FOR_PROGRAMME`: the column is for other kinds of payment.
    #[error("“{}”类项目不填此列 / the column is not for programmes that pay as {pays_as}", pays_as.name_zh())]
    NotForProgramme {
        /// How the row's programme pays.
        pays_as: PaysAs,
    },
    /// `NOT_FOR_RESULT`: the column is for other results.
    #[error("结果为“{result}”的行不填此列 / the column is not for a line with the result {result}")]
    NotForResult {
        /// What the line says, in both languages.
        result: &'static str,
    },
    /// `UNKNOWN_PROGRAMME`.
    #[error("项目目录中没有此项目 / the catalogue has no such programme")]
    UnknownProgramme,
    /// `NOT_PAYABLE`: income, or for reports only.
    #[error("该项目为“{}”,不能发放 / nothing can be paid under this programme: {pays_as}", pays_as.name_zh())]
    NotPayable {
        /// What the programme is for.
        pays_as: PaysAs,
    },
    /// `INVALID_AMOUNT`: not plain digits, as 1234.50.
    #[error(
        "金额须为半角数字,如1234.50,至多两位小数,不带符号、逗号或空格 / an amount is plain digits such as 1234.50, at most two decimals, without sign, separator or blank"
    )]
    AmountMalformed,
    /// `INVALID_AMOUNT`: zero.
    #[error("金额须大于零 / an amount must be above zero")]
    AmountNotPositive,
    /// `INVALID_AMOUNT`: one amount, or all together, above what can be recorded.
    #[error("金额超出范围 / the amount is out of range")]
    AmountOutOfRange,
    /// `INVALID_AMOUNT`: an amount beside goods that are worth another.
    #[error(
        "所填金额与物资总值 {value} 元不符 / the amount is not the goods' value of {value} yuan"
    )]
    AmountIsNotTheGoodsValue {
        /// What the goods are worth.
        value: Money,
    },
    /// `INVALID_IDENTITY_NUMBER`.
    #[error(transparent)]
    IdentityNumber(#[from] IdentityNumberError),
    /// `NUMBER_LOST_DIGITS`: a spreadsheet turned a long number into `1.10105E+17`.
    #[error(
        "表格软件已把长号码改成科学计数,末位数字已丢失;请将该列设为文本后重填 / a spreadsheet rounded the long number; make the column text and enter it again"
    )]
    NumberLostDigits,
    /// `INVALID_MEMBERS`: more than a payment may list.
    #[error("成员最多 {most} 人 / at most {most} members")]
    TooManyMembers {
        /// How many are allowed.
        most: usize,
    },
    /// `INVALID_MEMBERS`: somebody is named twice, and would be counted twice.
    #[error("同一人不得重复列为成员或本人 / somebody is named twice among recipient and members")]
    PersonNamedTwice,
    /// `INVALID_COVERED_PERSONS`: no whole number.
    #[error(
        "惠及人数须为1到{most}的整数 / covered persons must be a whole number from 1 to {most}"
    )]
    CoveredPersonsMalformed {
        /// The most.
        most: u32,
    },
    /// `INVALID_COVERED_PERSONS`: fewer than are named.
    #[error("惠及人数少于已列明的 {named} 人 / fewer than the {named} persons who are named")]
    CoversFewerThanNamed {
        /// Recipient and members.
        named: u32,
    },
    /// `INVALID_DATE`.
    #[error("日期须如2020-06-15 / a day is written like 2020-06-15")]
    DateMalformed,
    /// `INVALID_MONTH`.
    #[error("月份须如2020-06 / a month is written like 2020-06")]
    MonthMalformed,
    /// `INVALID_MONTH_RANGE`: backwards or too long.
    #[error(transparent)]
    MonthRange(#[from] CalendarError),
    /// `INVALID_REGION`.
    #[error("区划代码须为6、9或12位数字 / a region code has 6, 9 or 12 digits")]
    RegionMalformed,
    /// `INVALID_WORD`: the column knows a few words only.
    #[error("须为 {words} 之一 / must be one of {words}")]
    UnknownWord {
        /// The words, in both languages.
        words: &'static str,
    },
    /// `INVALID_CHANNEL`: goods do not travel through a bank and are not cash.
    #[error("物资只能以实物发放,不能用{} / goods are handed over in kind, not by {channel}", channel.name_zh())]
    GoodsNotInKind {
        /// What was given.
        channel: Channel,
    },
    /// `INVALID_ACCOUNT`.
    #[error(
        "账号只含数字、字母和连字符,至多{longest}位 / an account number has digits, letters and hyphens only, at most {longest}"
    )]
    AccountMalformed {
        /// The most characters.
        longest: usize,
    },
    /// `INVALID_ITEMS`: not like `大米×2袋@45.00`.
    #[error(
        "第{line}项物资须如“大米×2袋@45.00”,各项以分号隔开 / goods line {line} must read like 大米×2袋@45.00, lines separated by semicolons"
    )]
    GoodsMalformed {
        /// Which of the cell's lines, from 1.
        line: usize,
    },
    /// `INVALID_ITEMS`: a line that cannot be.
    #[error("第{line}项物资:{error} / goods line {line}")]
    Goods {
        /// Which of the cell's lines, from 1.
        line: usize,
        /// What is wrong with it.
        error: GoodsError,
    },
    /// `INVALID_TEXT`, or `PERSONAL_DATA_IN_FIELD` where it contains somebody's number.
    #[error(transparent)]
    Text(#[from] TextError),
    /// `INVALID_TEXT`: free text that is too long.
    #[error("超过 {longest} 个字符 / more than {longest} characters")]
    TextTooLong {
        /// The most characters.
        longest: usize,
    },
    /// `INVALID_TEXT`: free text with a control character.
    #[error("含有控制字符 / contains a control character")]
    ControlCharacter,
    /// `DUPLICATE_PAYMENT_ID`: an id stands in two rows, whatever else they say.
    #[error("该流水号已在第 {first} 行出现 / the payment id stands in row {first} already")]
    DuplicatePaymentId {
        /// The first row with it.
        first: u64,
    },
    /// `COUNT_MISMATCH`.
    #[error(
        "声明 {declared} 笔,文件有 {found} 笔 / {declared} payments declared, {found} in the file"
    )]
    CountMismatch {
        /// What was declared.
        declared: u64,
        /// What the file holds.
        found: u64,
    },
    /// `TOTAL_MISMATCH`: goods counted at their declared value.
    #[error(
        "声明 {declared} 元,文件合计 {found} 元 / {declared} yuan declared, {found} yuan in the file"
    )]
    TotalMismatch {
        /// What was declared.
        declared: Money,
        /// What the file holds.
        found: Money,
    },
}

impl Rule {
    /// That the first row names no column, with two of those that it might.
    pub(super) fn no_header<C: ListColumn>() -> Self {
        let (english, chinese): (Vec<&str>, Vec<&str>) =
            C::COLUMNS.iter().take(2).map(|column| column.names()).unzip();
        Self::NoHeader { chinese: chinese.join("、"), english: english.join(", ") }
    }

    /// The stable English code. Where the same fault exists for a GraphQL mutation, it is the same.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FileTooLarge { .. } => "FILE_TOO_LARGE",
            Self::Utf16 | Self::Malformed { .. } | Self::ReplacementCharacter => "INVALID_ENCODING",
            Self::NoHeader { .. } => "NO_HEADER",
            Self::NoRows => "NO_ROWS",
            Self::TooManyRows { .. } => "TOO_MANY_ROWS",
            Self::RowTooLong { .. } => "ROW_TOO_LONG",
            Self::MisplacedQuote | Self::UnclosedQuote => "MISPLACED_QUOTE",
            Self::UnknownColumn => "UNKNOWN_COLUMN",
            Self::DuplicateColumn => "DUPLICATE_COLUMN",
            Self::MissingColumn { .. } => "MISSING_COLUMN",
            Self::ValueWithoutColumn => "VALUE_WITHOUT_COLUMN",
            Self::MissingValue => "MISSING_VALUE",
            Self::NotForProgramme { .. } => "NOT_FOR_PROGRAMME",
            Self::NotForResult { .. } => "NOT_FOR_RESULT",
            Self::UnknownProgramme => "UNKNOWN_PROGRAMME",
            Self::NotPayable { .. } => "NOT_PAYABLE",
            Self::AmountMalformed
            | Self::AmountNotPositive
            | Self::AmountOutOfRange
            | Self::AmountIsNotTheGoodsValue { .. } => "INVALID_AMOUNT",
            Self::IdentityNumber(_) => "INVALID_IDENTITY_NUMBER",
            Self::NumberLostDigits => "NUMBER_LOST_DIGITS",
            Self::TooManyMembers { .. } | Self::PersonNamedTwice => "INVALID_MEMBERS",
            Self::CoveredPersonsMalformed { .. } | Self::CoversFewerThanNamed { .. } => {
                "INVALID_COVERED_PERSONS"
            }
            Self::DateMalformed => "INVALID_DATE",
            Self::MonthMalformed => "INVALID_MONTH",
            Self::MonthRange(_) => "INVALID_MONTH_RANGE",
            Self::RegionMalformed => "INVALID_REGION",
            Self::UnknownWord { .. } => "INVALID_WORD",
            Self::GoodsNotInKind { .. } => "INVALID_CHANNEL",
            Self::AccountMalformed { .. } => "INVALID_ACCOUNT",
            Self::GoodsMalformed { .. } | Self::Goods { .. } => "INVALID_ITEMS",
            Self::Text(TextError::PersonalDataInField { .. }) => "PERSONAL_DATA_IN_FIELD",
            Self::Text(_) | Self::TextTooLong { .. } | Self::ControlCharacter => "INVALID_TEXT",
            Self::DuplicatePaymentId { .. } => "DUPLICATE_PAYMENT_ID",
            Self::CountMismatch { .. } => "COUNT_MISMATCH",
            Self::TotalMismatch { .. } => "TOTAL_MISMATCH",
        }
    }
}
