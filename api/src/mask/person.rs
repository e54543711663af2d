//! Names and numbers of persons as an answer shows them: enough to tell one line from the next and to hold it
//! against a paper, too little to know the person by.

use domain::identity::IdentityNumber;

/// What is shown of an identity number before its birth date: the region that issued it.
const REGION: usize = 6;

/// What is shown of it behind: its last character. With its sequence as well, a handful of searches would find
/// the birth date that is missing.
const SHOWN_BEHIND: usize = 1;

/// The most digits that are shown of any other number.
const MOST_DIGITS: usize = 4;

/// `张**`: the first character, and two asterisks whatever the length. A name of one character is not shown at
/// all.
pub(crate) fn name(name: &str) -> String {
    let mut characters = name.trim().chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(_)) => format!("{first}**"),
        _ => "**".to_owned(),
    }
}

/// `110105***********X` of an identity number; of any other no more than of an account.
pub(crate) fn person_no(number: &str) -> String {
    if IdentityNumber::parse(number).is_err() {
        return account_no(number);
    }
    let hidden = number.chars().count().saturating_sub(SHOWN_BEHIND);
    let region: String = number.chars().take(REGION).collect();
    let last: String = number.chars().skip(hidden).collect();
    format!("{region}***********{last}")
}

/// `**** 0018`: the last four digits, and never more than half of them. Nothing but digits is shown: a number
/// of no fixed form may have its holder's name behind it.
pub(crate) fn account_no(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let shown = (digits.len() / 2).min(MOST_DIGITS);
    let end: String = digits.iter().skip(digits.len().saturating_sub(shown)).collect();
    if end.is_empty() { "****".to_owned() } else { format!("**** {end}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_keeps_its_first_character_and_does_not_tell_its_length() {
        assert_eq!(name("张三"), "张**");
        assert_eq!(name(" 欧阳娜娜 "), "欧**");
        assert_eq!(name("Mehmet"), "M**");
        assert_eq!([name("张"), name(" "), name("")], ["**"; 3]);
    }

    #[test]
    fn an_identity_number_hides_its_birth_date() {
        assert_eq!(person_no("11010519491231002X"), "110105***********X");
    }

    #[test]
    fn any_other_number_keeps_at_most_its_last_four_digits() {
        assert_eq!(person_no("110105194912310021"), "**** 0021");
        assert_eq!(account_no("6228480000000000018"), "**** 0018");
        assert_eq!(account_no("6228 4800 0000 0000 018"), "**** 0018");
        assert_eq!(account_no("6228480000000000018张三"), "**** 0018");
    }

    #[test]
    fn a_short_number_is_never_shown_whole() {
        assert_eq!(account_no("1234567"), "**** 567");
        assert_eq!(account_no("1234"), "**** 34");
        assert_eq!([account_no("1"), account_no("张三"), account_no("")], ["****"; 3]);
    }

    /// What is left of a mask without its asterisks and blanks.
    fn left(masked: &str) -> String {
        masked.chars().filter(|character| !matches!(character, '*' | ' ')).collect()
    }

    proptest! {
        #[test]
        fn an_account_leaves_nothing_but_the_end_of_its_digits(number in "[0-9A-Z张 -]{0,30}") {
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let left = left(&account_no(&number));
            prop_assert!(digits.ends_with(&left));
            prop_assert!(left.len() <= MOST_DIGITS && left.len().saturating_mul(2) <= digits.len());
        }

        #[test]
        fn an_identity_number_leaves_nothing_but_its_ends(
            region in "[1-9][0-9]{5}",
            sequence in "[0-9]{3}",
            (year, month, day) in (1900..2020_u32, 1..=12_u32, 1..=28_u32),
        ) {
            let digits = format!("{region}{year:04}{month:02}{day:02}{sequence}");
            let number = IdentityNumber::from_first_seventeen(&digits).unwrap();
            let check = number.as_str().chars().last().unwrap();
            let left = left(&person_no(number.as_str()));
            prop_assert_eq!(left, format!("{region}{check}"));
        }

        #[test]
        fn a_name_leaves_nothing_but_its_first_character(text in "\\PC{0,12}") {
            let masked = name(&text);
            let left = masked.strip_suffix("**").unwrap();
            prop_assert!(left.chars().count() <= 1 && text.trim().starts_with(left));
            prop_assert!(left.is_empty() || left != text.trim());
        }
    }
}
