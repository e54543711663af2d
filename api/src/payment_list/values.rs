//! The values of single cells. Each function gets a trimmed cell that is not empty.

use domain::calendar::Month;
use domain::catalogue::{Catalogue, Programme};
use domain::identity::IdentityNumber;
use domain::region::Region;
use domain::text::{DocumentNumber, PlainName};
use domain::vocabulary::{Channel, Residency, TemporaryAidKind};

use super::Rule;
use crate::list_file::values::not_rounded;
pub(super) use crate::list_file::values::{amount, client_id, day};

/// The most persons that one payment may cover, far above any household or shelter.
pub(super) const MOST_COVERED: u32 = 10_000;

const LONGEST_ACCOUNT: usize = 40;
const LONGEST_NUMBER: usize = 100;
const LONGEST_FREE_TEXT: usize = 2_000;

pub(super) fn programme(text: &str) -> Result<&'static Programme, Rule> {
    let programme = Catalogue::standard().find(text).ok_or(Rule::UnknownProgramme)?;
    match programme.pays_as {
        pays_as if pays_as.is_payable() => Ok(programme),
        pays_as => Err(Rule::NotPayable { pays_as }),
    }
}

/// The id or the name of a fund or a store, or the name of a person. A number that belongs to a person
/// is refused in any of them: it stands in the wrong column.
pub(super) fn name(text: &str) -> Result<String, Rule> {
    Ok(PlainName::parse(text).map(|name| name.as_str().to_owned())?)
}

pub(super) fn identity_number(text: &str) -> Result<IdentityNumber, Rule> {
    not_rounded(text)?;
    Ok(IdentityNumber::parse(text)?)
}

/// A household number or certificate: whatever the bureau's own system calls it.
pub(super) fn own_number(text: &str) -> Result<String, Rule> {
    not_rounded(text)?;
    if text.chars().any(char::is_control) {
        return Err(Rule::ControlCharacter);
    }
    within(text, LONGEST_NUMBER)
}

pub(super) fn account(text: &str) -> Result<String, Rule> {
    not_rounded(text)?;
    let fits = text.len() <= LONGEST_ACCOUNT
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Rule::AccountMalformed { longest: LONGEST_ACCOUNT })
    }
}

pub(super) fn month(text: &str) -> Result<Month, Rule> {
    Month::parse(text).map_err(|_| Rule::MonthMalformed)
}

pub(super) fn region(text: &str) -> Result<Region, Rule> {
    Region::parse(text).map_err(|_| Rule::RegionMalformed)
}

pub(super) fn residency(text: &str) -> Result<Residency, Rule> {
    Residency::parse_listed(text).ok_or(Rule::UnknownWord { words: "urban/城市, rural/农村" })
}

pub(super) fn channel(text: &str) -> Result<Channel, Rule> {
    let words = "bank/银行卡, cash/现金, in-kind/实物";
    Channel::parse_listed(text).ok_or(Rule::UnknownWord { words })
}

pub(super) fn kind(text: &str) -> Result<TemporaryAidKind, Rule> {
    let words = "urgent/急难, expenditure/支出";
    TemporaryAidKind::parse_listed(text).ok_or(Rule::UnknownWord { words })
}

pub(super) fn document(text: &str) -> Result<DocumentNumber, Rule> {
    Ok(DocumentNumber::parse(text)?)
}

pub(super) fn covered_persons(text: &str) -> Result<u32, Rule> {
    let wrong = Rule::CoveredPersonsMalformed { most: MOST_COVERED };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong);
    }
    text.parse().ok().filter(|covered| (1..=MOST_COVERED).contains(covered)).ok_or(wrong)
}

/// A note or cause. Lines may be broken in it; it never enters the chain.
pub(super) fn free_text(text: &str) -> Result<String, Rule> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Rule::ControlCharacter);
    }
    within(text, LONGEST_FREE_TEXT)
}

fn within(text: &str, longest: usize) -> Result<String, Rule> {
    match text.chars().nth(longest) {
        None => Ok(text.to_owned()),
        Some(_) => Err(Rule::TextTooLong { longest }),
    }
}
