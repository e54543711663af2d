//! Reading a policy file, line by line.

use std::collections::BTreeSet;

use super::{Group, Log, Policy, Quorum, Witness};
use crate::identifier::canonical_number;
use crate::key::PublicKey;
use crate::note::{KeyKind, VerifierKey, VerifierKeyError};

/// Bytes that a policy file may have; many times what the specification asks for.
const LARGEST_POLICY: usize = 1_000_000;

/// The predefined quorum that nobody needs to meet.
const NONE: &str = "none";

/// Why a file is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// One line is wrong.
    #[error("策略文件第 {number} 行:{error} / policy line {number}: {error}")]
    Line {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        error: LineError,
    },
    /// Nothing says how many witnesses are required.
    #[error("策略文件缺少 quorum 行 / the policy has no quorum line")]
    NoQuorum,
    /// The last line does not end.
    #[error(
        "策略文件末行没有换行,可能被截断 / the last line of the policy has no line break: the file may have been cut short"
    )]
    CutShort,
    /// Larger than any policy.
    #[error("策略文件过大 / the policy is too large")]
    TooLarge,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// A control character other than tab and line feed.
    #[error("控制字符 / control character 0x{0:02x}")]
    ControlCharacter(u8),
    /// Octets that are no UTF-8 outside of a comment.
    #[error("不是 UTF-8 / not UTF-8")]
    NotUtf8,
    /// The first word is none of the four.
    #[error("未知关键字 / unknown keyword {0:?}: log, witness, group, quorum")]
    Keyword(String),
    /// Too few or too many words.
    #[error("格式应为 / the form is: {0}")]
    Form(&'static str),
    /// The verifier key cannot be used.
    #[error(transparent)]
    Key(#[from] VerifierKeyError),
    /// A log's key of another type than Ed25519, a witness's of another than `cosignature/v1`.
    #[error("此处密钥的签名类型不对 / a key of this signature type cannot stand here: {0:?}")]
    KeyKind(KeyKind),
    /// The same public key twice.
    #[error("同一公钥重复出现 / the same public key twice")]
    DuplicateKey,
    /// A witness or group of this name is there already, or it is `none`.
    #[error("名称已被占用 / the name is taken: {0:?}")]
    NameTaken(String),
    /// No line before this one defines the name.
    #[error("前文未定义的名称 / no line before defines the name {0:?}")]
    Unknown(String),
    /// A name may be a member of one group only.
    #[error("名称已是某组成员 / the name is a member of a group already: {0:?}")]
    MemberTwice(String),
    /// The threshold is not `all`, `any` or a number from 1 to the number of members.
    #[error(
        "门限须为 all、any 或 1 至成员数 / the threshold must be all, any or from 1 to the number of members, not {0:?}"
    )]
    Threshold(String),
    /// A second quorum line.
    #[error("quorum 行只能有一行 / there must be only one quorum line")]
    SecondQuorum,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// When it is not as C2SP `tlog-policy` says, with the number of the first line that is wrong.
    pub fn parse(file: &[u8]) -> Result<Self, PolicyError> {
        if file.len() > LARGEST_POLICY {
            return Err(PolicyError::TooLarge);
        }
        let lines = match file.strip_suffix(b"\n") {
            Some(lines) => lines,
            None if file.is_empty() => return Err(PolicyError::NoQuorum),
            None => return Err(PolicyError::CutShort),
        };
        let mut reading = Reading::default();
        for (index, line) in lines.split(|byte| *byte == b'\n').enumerate() {
            let number = index.saturating_add(1);
            reading.line(line).map_err(|error| PolicyError::Line { number, error })?;
        }
        let Reading { logs, witnesses, groups, quorum, .. } = reading;
        let quorum = quorum.ok_or(PolicyError::NoQuorum)?;
        Ok(Self { logs, witnesses, groups, quorum })
    }
}

/// What the lines so far have defined.
#[derive(Default)]
struct Reading {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Quorum>,
    names: BTreeSet<String>,
    members: BTreeSet<String>,
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), LineError> {
        let control = |byte: &u8| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f;
        if let Some(byte) = line.iter().copied().find(control) {
            return Err(LineError::ControlCharacter(byte));
        }
        if line.trim_ascii_start().starts_with(b"#") {
            return Ok(());
        }
        let line = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words.split_first() {
            None => Ok(()),
            Some((&"log", rest)) => self.log(rest),
            Some((&"witness", rest)) => self.witness(rest),
            Some((&"group", rest)) => self.group(rest),
            Some((&"quorum", rest)) => self.quorum(rest),
            Some((other, _)) => Err(LineError::Keyword((*other).to_owned())),
        }
    }

    fn log(&mut self, words: &[&str]) -> Result<(), LineError> {
        let (key, url) = match words {
            [key] => (key, None),
            [key, url] => (key, Some((*url).to_owned())),
            _ => return Err(LineError::Form("log <vkey> [<url>]")),
        };
        let key = key_of(key, KeyKind::Ed25519)?;
        not_among(key.public(), self.logs.iter().map(|log| &log.key))?;
        self.logs.push(Log { key, url });
        Ok(())
    }

    fn witness(&mut self, words: &[&str]) -> Result<(), LineError> {
        let (name, key, url) = match words {
            [name, key] => (name, key, None),
            [name, key, url] => (name, key, Some((*url).to_owned())),
            _ => return Err(LineError::Form("witness <name> <vkey> [<url>]")),
        };
        let key = key_of(key, KeyKind::CosignatureV1)?;
        not_among(key.public(), self.witnesses.iter().map(|witness| &witness.key))?;
        let name = self.define(name)?;
        self.witnesses.push(Witness { name, key, url });
        Ok(())
    }

    fn group(&mut self, words: &[&str]) -> Result<(), LineError> {
        let (name, threshold, members) = match words {
            [name, threshold, members @ ..] if !members.is_empty() => (name, threshold, members),
            _ => return Err(LineError::Form("group <name> all|any|<k> <name>...")),
        };
        let count = match *threshold {
            "all" => members.len(),
            "any" => 1,
            number => canonical_number(number)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=members.len()).contains(number))
                .ok_or_else(|| LineError::Threshold(number.to_owned()))?,
        };
        for member in members {
            self.defined(member)?;
            if !self.members.insert((*member).to_owned()) {
                return Err(LineError::MemberTwice((*member).to_owned()));
            }
        }
        // Defined last: a group cannot be its own member.
        let name = self.define(name)?;
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        self.groups.push(Group { name, threshold: count, members });
        Ok(())
    }

    fn quorum(&mut self, words: &[&str]) -> Result<(), LineError> {
        let [name] = words else { return Err(LineError::Form("quorum <name>|none")) };
        if self.quorum.is_some() {
            return Err(LineError::SecondQuorum);
        }
        self.quorum = Some(if *name == NONE {
            Quorum::None
        } else {
            self.defined(name)?;
            Quorum::Of((*name).to_owned())
        });
        Ok(())
    }

    fn define(&mut self, name: &str) -> Result<String, LineError> {
        if name == NONE || !self.names.insert(name.to_owned()) {
            return Err(LineError::NameTaken(name.to_owned()));
        }
        Ok(name.to_owned())
    }

    fn defined(&self, name: &str) -> Result<(), LineError> {
        let known = self.names.contains(name);
        if known { Ok(()) } else { Err(LineError::Unknown(name.to_owned())) }
    }
}

fn key_of(text: &str, kind: KeyKind) -> Result<VerifierKey, LineError> {
    let key = VerifierKey::parse(text)?;
    if key.kind() == kind { Ok(key) } else { Err(LineError::KeyKind(key.kind())) }
}

/// Two verifier keys are duplicates where they wrap the same public key, whatever their names.
fn not_among<'a>(
    key: &PublicKey,
    mut others: impl Iterator<Item = &'a VerifierKey>,
) -> Result<(), LineError> {
    if others.any(|other| other.public() == key) { Err(LineError::DuplicateKey) } else { Ok(()) }
}
