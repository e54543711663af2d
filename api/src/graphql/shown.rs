//! How the persons in an answer are shown.

use std::borrow::Cow;

use domain::personal_data;

use crate::books::{Book, Fault};
use crate::mask;

/// How the persons in an answer are shown: decided once for all that is read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As they are recorded.
    Whole,
    /// Names and numbers masked.
    Masked,
}

impl Shown {
    /// As the ledger shows them to everybody: masked where it requires officers, or ever did. Whoever needs to see
    /// more says why, by `disclosePersonalData`.
    pub(super) async fn of(book: &Book) -> Result<Self, Fault> {
        Ok(if book.persons_are_masked().await? { Self::Masked } else { Self::Whole })
    }

    /// The name of a person.
    pub(super) fn name(self, name: &str) -> Cow<'_, str> {
        self.masked_by(mask::name, name)
    }

    /// The identity number of a person.
    pub(super) fn person_no(self, number: &str) -> Cow<'_, str> {
        self.masked_by(mask::person_no, number)
    }

    /// The number of an account.
    pub(super) fn account_no(self, number: &str) -> Cow<'_, str> {
        self.masked_by(mask::account_no, number)
    }

    /// The number of a household, which is the bureau's own and stays, unless the bureau took a person's for
    /// it.
    pub(super) fn household_no(self, number: &str) -> Cow<'_, str> {
        if self.tells(number) { Cow::Borrowed(number) } else { self.person_no(number) }
    }

    /// Whether an id that a client made may be told: where persons are masked, none that holds a person's
    /// number.
    pub(super) fn tells(self, id: &str) -> bool {
        self == Self::Whole || personal_data::find(id).is_none()
    }

    fn masked_by(self, mask: fn(&str) -> String, text: &str) -> Cow<'_, str> {
        match self {
            Self::Whole => Cow::Borrowed(text),
            Self::Masked => Cow::Owned(mask(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of an invented person: no register holds dates of birth from before 1900.
    const PERSON: &str = "320404180001010028";

    #[test]
    fn persons_are_shown_whole_where_nothing_masks_them() {
        let shown = Shown::Whole;
        assert_eq!((shown.name("张三"), shown.person_no(PERSON)), ("张三".into(), PERSON.into()));
        assert_eq!(shown.account_no("6228480000000000018"), "6228480000000000018");
        assert_eq!(shown.household_no(PERSON), PERSON);
        assert!(shown.tells(PERSON));
    }

    #[test]
    fn a_household_number_and_an_id_stay_unless_they_hold_a_persons_number() {
        let shown = Shown::Masked;
        assert_eq!(shown.name("张三"), "张**");
        assert_eq!(shown.person_no(PERSON), "320404***********8");
        assert_eq!(shown.household_no("ZL-1"), "ZL-1");
        assert_eq!(shown.household_no(PERSON), "320404***********8");
        assert_eq!(shown.household_no(&format!("户{PERSON}")), "**** 0028");
        assert!(shown.tells("b-1/g-1"));
        assert!(!shown.tells(&format!("p-{PERSON}")));
    }
}
