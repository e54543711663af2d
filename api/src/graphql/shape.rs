//! The form of an input, before the domain is asked: everything that is wrong with it at once.
//!
//! Each reader takes the place of a value and the value, and gives the domain's type or nothing,
//! having noted why. A caller reads every field first and only then looks whether all of them are
//! there, so that nobody mends an input mistake by mistake.

use domain::calendar::{CalendarError, Day, Month, MonthRange};
use domain::catalogue::Catalogue;
use domain::identity::IdentityNumber;
use domain::ids::{IdentifierError, OfficerId, PersonId, ProgrammeId};
use domain::money::Money;
use domain::region::Region;
use domain::text::{DocumentNumber, GoodsName, PlainName, TextError};
use people::{AccountNumber, HouseholdNumber};

use super::scalars;
use super::user_error::UserError;
use crate::list_file::{ListColumn, RowError};
use crate::requests::ClientId;

/// The longest free text that is kept beside the chain, in characters.
const LONGEST_TEXT: usize = 1000;

/// Where a value stands in the input: `items`, `0`, `unitValue`.
#[derive(Debug, Clone, Default)]
pub struct Place(Vec<String>);

impl Place {
    /// A field of the input itself.
    pub fn of(field: &str) -> Self {
        Self::default().field(field)
    }

    /// A field of the object that stands here.
    pub fn field(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        path.push(name.to_owned());
        Self(path)
    }

    /// A value of the list that stands here, counted from 0.
    pub fn index(&self, index: usize) -> Self {
        self.field(&index.to_string())
    }
}

/// Everything found wrong so far.
#[derive(Debug, Default)]
pub struct Shape {
    refusals: Vec<UserError>,
}

impl Shape {
    /// Notes that the value at a place breaks a rule.
    pub fn refuse(&mut self, code: &str, place: &Place, message: impl Into<String>) {
        self.refusals.push(UserError::new(code, place.0.clone(), message));
    }

    /// Notes everything that is wrong with a file of rows, each at its row, as a spreadsheet numbers it, and
    /// its column.
    pub fn refuse_rows<C: ListColumn>(&mut self, place: &Place, errors: &[RowError<C>]) {
        for error in errors {
            let row = error.row.map(|row| place.field(&row.to_string()));
            let row = row.unwrap_or_else(|| place.clone());
            let column = error.column.map(|column| row.field(column.names().0));
            self.refuse(error.code(), &column.unwrap_or(row), error.message());
        }
    }

    /// Notes a refusal that was found elsewhere.
    pub fn add(&mut self, refusal: UserError) {
        self.refusals.push(refusal);
    }

    /// What was read, or all that is wrong.
    ///
    /// # Errors
    /// When something was refused. A reader that gives nothing has noted why, so nothing read and
    /// nothing refused does not occur.
    pub fn finish<T>(self, read: Option<T>) -> Result<T, Vec<UserError>> {
        match read {
            Some(value) if self.refusals.is_empty() => Ok(value),
            _ => Err(self.refusals),
        }
    }

    fn note<T, E: std::fmt::Display>(
        &mut self,
        code: &str,
        place: &Place,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|error| self.refuse(code, place, error.to_string())).ok()
    }

    fn text<T>(&mut self, place: &Place, read: Result<T, TextError>) -> Option<T> {
        let code = match &read {
            Err(TextError::PersonalDataInField { .. }) => "PERSONAL_DATA_IN_FIELD",
            _ => "INVALID_TEXT",
        };
        self.note(code, place, read)
    }

    /// An id that the client made.
    pub fn client_id(&mut self, place: &Place, text: &str) -> Option<ClientId> {
        let id = ClientId::parse(text);
        if id.is_none() {
            let longest = ClientId::LONGEST;
            let message = format!(
                "编号须为1至{longest}个字符,不含控制字符 / an id has 1 to {longest} characters, none of them a control character"
            );
            self.refuse("INVALID_TEXT", place, message);
        }
        id
    }

    /// An id that the client made and that stands in the chain as a code, where no personal data may be.
    pub fn code(&mut self, place: &Place, text: &str) -> Option<ClientId> {
        let id = self.client_id(place, text)?;
        self.plain_name(place, id.as_str()).map(|_| id)
    }

    /// The id of an officer, which stands in the chain.
    pub fn officer(&mut self, place: &Place, text: &str) -> Option<OfficerId> {
        let code = match OfficerId::parse(text) {
            Err(IdentifierError::PersonalDataInField { .. }) => "PERSONAL_DATA_IN_FIELD",
            _ => "INVALID_TEXT",
        };
        self.note(code, place, OfficerId::parse(text))
    }

    /// An amount above zero.
    pub fn amount(&mut self, place: &Place, text: &scalars::Money) -> Option<Money> {
        let text = text.as_str();
        // A sign is no mistake of spelling: whoever writes one means less than nothing.
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let amount = self.note("INVALID_AMOUNT", place, Money::parse_yuan(unsigned))?;
        let positive = amount.is_positive() && unsigned.len() == text.len();
        if !positive {
            let message = format!(
                "金额须大于零,所给为 {text} 元 / the amount must be above zero, not {text} yuan"
            );
            self.refuse("INVALID_AMOUNT", place, message);
        }
        positive.then_some(amount)
    }

    /// An amount to compare with, zero allowed.
    pub fn bound(&mut self, place: &Place, text: &scalars::Money) -> Option<Money> {
        self.note("INVALID_AMOUNT", place, Money::parse_yuan(text.as_str()))
    }

    /// A day.
    pub fn day(&mut self, place: &Place, text: &scalars::Date) -> Option<Day> {
        self.note("INVALID_DATE", place, Day::parse(text.as_str()))
    }

    /// A month.
    pub fn month(&mut self, place: &Place, text: &scalars::YearMonth) -> Option<Month> {
        self.note("INVALID_MONTH", place, Month::parse(text.as_str()))
    }

    /// The months from one to another, or one month alone; `from` and `to` are the names of the
    /// input's fields.
    pub fn months(
        &mut self,
        (from, first): (&str, &scalars::YearMonth),
        (to, last): (&str, Option<&scalars::YearMonth>),
    ) -> Option<MonthRange> {
        let first = self.month(&Place::of(from), first);
        let last = match last {
            Some(last) => self.month(&Place::of(to), last),
            None => first,
        };
        let range: Result<MonthRange, CalendarError> = MonthRange::new(first?, last?);
        self.note("INVALID_MONTH_RANGE", &Place::of(to), range)
    }

    /// A region code.
    pub fn region(&mut self, place: &Place, text: &str) -> Option<Region> {
        self.note("INVALID_REGION", place, Region::parse(text))
    }

    /// The beginning of a region code, which stands for all regions that begin so.
    pub fn region_prefix(&mut self, place: &Place, text: &str) -> Option<String> {
        let fits = matches!(text.len(), 1..=12) && text.bytes().all(|byte| byte.is_ascii_digit());
        if !fits {
            let message = format!(
                "区划代码前缀“{text}”须为1至12位数字 / the beginning of a region code \"{text}\" must be 1 to 12 digits"
            );
            self.refuse("INVALID_REGION", place, message);
        }
        fits.then(|| text.to_owned())
    }

    /// A programme by its id, Chinese name or alias.
    pub fn programme(&mut self, place: &Place, text: &str) -> Option<ProgrammeId> {
        let programme = Catalogue::standard().find(text);
        if programme.is_none() {
            let message =
                format!("项目目录中没有“{text}” / the catalogue has no programme \"{text}\"");
            self.refuse("UNKNOWN_PROGRAMME", place, message);
        }
        programme.map(|programme| programme.id.clone())
    }

    /// A document number.
    pub fn document(&mut self, place: &Place, text: &str) -> Option<DocumentNumber> {
        self.text(place, DocumentNumber::parse(text))
    }

    /// A name or code that stands in the chain.
    pub fn plain_name(&mut self, place: &Place, text: &str) -> Option<PlainName> {
        self.text(place, PlainName::parse(text))
    }

    /// The name of goods, or the unit they are counted in.
    pub fn goods_name(&mut self, place: &Place, text: &str) -> Option<GoodsName> {
        self.text(place, GoodsName::parse(text))
    }

    /// A resident identity number. The message does not repeat it.
    pub fn identity_number(&mut self, place: &Place, text: &str) -> Option<IdentityNumber> {
        self.note("INVALID_IDENTITY_NUMBER", place, IdentityNumber::parse(text))
    }

    /// A household number of the bureau's own.
    pub fn household_no(&mut self, place: &Place, text: &str) -> Option<HouseholdNumber> {
        self.note("INVALID_TEXT", place, HouseholdNumber::parse(text))
    }

    /// A bank account number.
    pub fn account_no(&mut self, place: &Place, text: &str) -> Option<AccountNumber> {
        self.note("INVALID_ACCOUNT", place, AccountNumber::parse(text))
    }

    /// The ledger's own id of a person whom it knows.
    pub fn person_id(&mut self, place: &Place, text: &str) -> Option<PersonId> {
        let message = "账本中没有此人 / the ledger knows no such person";
        self.note("UNKNOWN_PERSON", place, PersonId::parse(text).map_err(|_| message))
    }

    /// A number of things or persons, at least one.
    pub fn count(&mut self, code: &str, place: &Place, number: i32) -> Option<u32> {
        let count = u32::try_from(number).ok().filter(|count| *count > 0);
        if count.is_none() {
            let message = format!("须至少为1,所给为 {number} / must be at least one, not {number}");
            self.refuse(code, place, message);
        }
        count
    }

    /// Free text that is kept beside the chain: it may say anything in at most 1,000 characters.
    pub fn free_text(&mut self, place: &Place, text: &str) -> Option<String> {
        let text = text.trim();
        let read = match text.chars().count() {
            0 => Err("不能为空 / must not be empty".to_owned()),
            1..=LONGEST_TEXT => Ok(text.to_owned()),
            _ => Err(format!("超过 {LONGEST_TEXT} 个字符 / more than {LONGEST_TEXT} characters")),
        };
        self.note("INVALID_TEXT", place, read)
    }

    /// Applies a reader to a value that may be absent: nothing there is nothing wrong.
    pub fn optional<'v, V: ?Sized, T>(
        &mut self,
        place: &Place,
        value: Option<&'v V>,
        read: impl FnOnce(&mut Self, &Place, &'v V) -> Option<T>,
    ) -> Option<Option<T>> {
        match value {
            Some(value) => read(self, place, value).map(Some),
            None => Some(None),
        }
    }

    /// Like [`Shape::optional`] for texts: one of nothing but blanks, which forms send for an empty
    /// box, counts as absent.
    pub fn optional_text<T>(
        &mut self,
        place: &Place,
        text: Option<&str>,
        read: impl FnOnce(&mut Self, &Place, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        let text = text.filter(|text| !text.trim().is_empty());
        self.optional(place, text, read)
    }

    /// Applies a reader to each value of a list, also after one of them was refused.
    pub fn each<V, T>(
        &mut self,
        place: &Place,
        values: &[V],
        mut read: impl FnMut(&mut Self, &Place, &V) -> Option<T>,
    ) -> Option<Vec<T>> {
        let read: Vec<Option<T>> = values
            .iter()
            .enumerate()
            .map(|(index, value)| read(self, &place.index(index), value))
            .collect();
        read.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use async_graphql::{ScalarType, Value};

    use super::*;

    fn money(text: &str) -> scalars::Money {
        ScalarType::parse(Value::String(text.to_owned())).unwrap()
    }

    fn month(text: &str) -> scalars::YearMonth {
        ScalarType::parse(Value::String(text.to_owned())).unwrap()
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let mut shape = Shape::default();
        assert!(shape.amount(&Place::of("amount"), &money("-5.00")).is_none());
        let members = ["11010519491231002X".to_owned(), "110105194912310021".to_owned()];
        let at = Place::of("recipient").field("members");
        let read = shape.each(&at, &members, |shape, at, text| shape.identity_number(at, text));
        assert!(read.is_none());
        assert!(shape.programme(&Place::of("programme"), "低保").is_some());
        let refusals = shape.finish(Some(())).unwrap_err();
        let told: Vec<_> = refusals
            .iter()
            .map(|refusal| (refusal.code.as_str(), refusal.field.clone().unwrap().join(".")))
            .collect();
        assert_eq!(
            told,
            [
                ("INVALID_AMOUNT", "amount".to_owned()),
                ("INVALID_IDENTITY_NUMBER", "recipient.members.1".to_owned()),
            ]
        );
    }

    #[test]
    fn amounts_are_above_zero_and_have_two_decimals_at_most() {
        for text in ["0", "0.00", "-1", "-0.00", "1.005", "1e3", "1,000.00", "", "+1", "--1"] {
            let mut shape = Shape::default();
            assert!(shape.amount(&Place::of("amount"), &money(text)).is_none(), "{text}");
            let refusals = shape.finish::<()>(None).unwrap_err();
            assert_eq!(refusals.len(), 1, "{text}");
            assert_eq!(refusals.first().unwrap().code, "INVALID_AMOUNT", "{text}");
        }
        let mut shape = Shape::default();
        let amount = shape.amount(&Place::of("amount"), &money("900.5")).unwrap();
        assert_eq!(amount.fen(), 90_050);
    }

    #[test]
    fn a_number_that_belongs_to_a_person_is_refused_where_the_chain_would_keep_it() {
        let mut shape = Shape::default();
        let document = "凭证 11010519491231002X";
        assert!(shape.document(&Place::of("document"), document).is_none());
        let refusals = shape.finish::<()>(None).unwrap_err();
        assert_eq!(refusals.first().unwrap().code, "PERSONAL_DATA_IN_FIELD");
        assert!(!refusals.first().unwrap().message.contains("11010519491231002X"));
    }

    #[test]
    fn one_month_alone_is_a_range_and_a_range_backwards_is_refused() {
        let mut shape = Shape::default();
        let june = month("2020-06");
        let range = shape.months(("entitlementMonth", &june), ("entitlementTo", None)).unwrap();
        assert_eq!(range.len(), 1);
        let may = month("2020-05");
        let backwards = (("entitlementMonth", &june), ("entitlementTo", Some(&may)));
        assert!(shape.months(backwards.0, backwards.1).is_none());
        let refusals = shape.finish::<()>(None).unwrap_err();
        assert_eq!(refusals.first().unwrap().code, "INVALID_MONTH_RANGE");
    }

    #[test]
    fn an_empty_box_of_a_form_counts_as_absent() {
        let mut shape = Shape::default();
        let read = shape.optional_text(&Place::of("document"), Some(" "), Shape::document);
        assert_eq!(read, Some(None));
        assert!(shape.finish(Some(())).is_ok());
    }
}
