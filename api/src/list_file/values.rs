//! The values of single cells that stand in every kind of list. Each function gets a trimmed cell that is
//! not empty.

use domain::calendar::Day;
use domain::money::{Money, MoneyError};

use super::rule::Rule;
use crate::requests::ClientId;

pub(crate) fn client_id(text: &str) -> Result<ClientId, Rule> {
    not_rounded(text)?;
    ClientId::parse(text).ok_or(match text.chars().any(char::is_control) {
        true => Rule::ControlCharacter,
        false => Rule::TextTooLong { longest: ClientId::LONGEST },
    })
}

pub(crate) fn amount(text: &str) -> Result<Money, Rule> {
    match Money::parse_yuan(text) {
        Ok(amount) if amount.is_positive() => Ok(amount),
        Ok(_) => Err(Rule::AmountNotPositive),
        Err(MoneyError::OutOfRange) => Err(Rule::AmountOutOfRange),
        Err(_) => Err(Rule::AmountMalformed),
    }
}

pub(crate) fn day(text: &str) -> Result<Day, Rule> {
    Day::parse(text).map_err(|_| Rule::DateMalformed)
}

/// Spreadsheets show a number of more than 15 digits as `1.10105E+17` and save it so.
pub(crate) fn not_rounded(text: &str) -> Result<(), Rule> {
    let rounded = text.split_once(['E', 'e']).is_some_and(|(mantissa, exponent)| {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        exponent.strip_prefix('+').is_some_and(digits)
            && mantissa.split('.').all(digits)
            && mantissa.split('.').count() <= 2
    });
    if rounded { Err(Rule::NumberLostDigits) } else { Ok(()) }
}
