#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use proptest::prelude::*;

use super::*;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn range(from: &str, to: &str) -> Result<MonthRange, CalendarError> {
    MonthRange::new(month(from), month(to))
}

#[test]
fn a_day_has_one_spelling() {
    assert_eq!(Day::parse("2020-06-15").unwrap().to_string(), "2020-06-15");
    assert!(Day::parse("2020-02-29").is_ok());
    for text in [
        "",
        "2020-6-15",
        "2020-06-15 ",
        "2020/06/15",
        "20200615",
        "2020-02-30",
        "2019-02-29",
        "2020-13-01",
        "2020-00-01",
        "2020-01-00",
        "1899-12-31",
        "3000-01-01",
        "-020-01-01",
        "2020-06-1\u{FF15}",
        "2020-06-1五",
    ] {
        assert_eq!(
            Day::parse(text),
            Err(CalendarError::NotADay { text: text.to_owned() }),
            "{text}"
        );
    }
}

#[test]
fn a_month_has_one_spelling() {
    assert_eq!(month("2020-06").to_string(), "2020-06");
    for text in [
        "",
        "2020-6",
        "2020-13",
        "2020-00",
        "202006",
        "1899-12",
        "3000-01",
        "2020-06-15",
        "+020-06",
    ] {
        let refused = Month::parse(text);
        assert_eq!(refused, Err(CalendarError::NotAMonth { text: text.to_owned() }), "{text}");
    }
}

#[test]
fn months_follow_one_another_across_the_year() {
    assert_eq!(month("2019-12").next(), Some(month("2020-01")));
    assert_eq!(month("2020-01").index(), 2020 * 12);
    assert_eq!(month("2020-12").first_day(), Day::new(2020, 12, 1).unwrap());
    assert_eq!(month("2999-12").next(), None);
    assert_eq!(Month::from_index(1900 * 12 - 1), None);
    assert!(month("2019-12") < month("2020-01"));
}

#[test]
fn a_range_includes_both_of_its_ends() {
    let year = range("2020-01", "2020-12").unwrap();
    assert_eq!(year.len(), 12);
    assert_eq!(year.months().next(), Some(month("2020-01")));
    assert_eq!(year.months().next_back(), Some(month("2020-12")));
    assert_eq!(MonthRange::single(month("2020-06")).months().count(), 1);
    assert!(year.contains(month("2020-12")) && !year.contains(month("2021-01")));
    assert!(year.covers(&range("2020-02", "2020-12").unwrap()));
    assert!(!year.covers(&range("2020-02", "2021-01").unwrap()));
}

#[test]
fn a_range_goes_forward_and_ends() {
    assert_eq!(
        range("2020-02", "2020-01"),
        Err(CalendarError::RangeBackwards { from: month("2020-02"), to: month("2020-01") })
    );
    assert_eq!(range("1970-01", "2019-12").unwrap().len(), MonthRange::LONGEST);
    let (from, to) = (month("1970-01"), month("2020-01"));
    assert_eq!(
        MonthRange::new(from, to),
        Err(CalendarError::RangeTooLong { from, to, months: 601 })
    );
}

#[test]
fn a_range_in_a_payload_is_held_to_the_same_rules() {
    let json = r#"{"from":"2020-01","to":"2020-12"}"#;
    let read: MonthRange = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    for json in [
        r#"{"from":"2020-02","to":"2020-01"}"#,
        r#"{"from":"1900-01","to":"2020-01"}"#,
        r#"{"from":"2020-01"}"#,
        r#"{"from":"2020-01","to":"2020-12","step":1}"#,
    ] {
        assert!(serde_json::from_str::<MonthRange>(json).is_err(), "{json}");
    }
}

proptest! {
    #[test]
    fn months_are_printed_and_read_back(index in 1900 * 12..3000 * 12) {
        let month = Month::from_index(index).unwrap();
        prop_assert_eq!(Month::parse(&month.to_string()), Ok(month));
        prop_assert_eq!(Month::of(month.first_day()), month);
        prop_assert_eq!(Month::new(month.year(), month.number()), Some(month));
        prop_assert_eq!(month.index(), index);
    }

    #[test]
    fn days_are_printed_and_read_back(year in 1900..=2999, month in 1_u32..=12, day in 1_u32..=31) {
        if let Some(day) = Day::new(year, month, day) {
            prop_assert_eq!(Day::parse(&day.to_string()), Ok(day));
            prop_assert_eq!((day.month().year(), day.month().number()), (year, month));
        }
    }

    #[test]
    fn a_range_has_as_many_months_as_it_says(first in 1900 * 12..2900 * 12, more in 0..600) {
        let range = MonthRange::new(
            Month::from_index(first).unwrap(),
            Month::from_index(first + more).unwrap(),
        ).unwrap();
        let months: Vec<_> = range.months().collect();
        prop_assert_eq!(u32::try_from(months.len()).unwrap(), range.len());
        prop_assert!(months.windows(2).all(|pair| pair[0].next() == Some(pair[1])));
        let json = serde_json::to_string(&range).unwrap();
        prop_assert_eq!(serde_json::from_str::<MonthRange>(&json).unwrap(), range);
    }

    #[test]
    fn no_text_makes_the_parsers_fail_otherwise_than_by_refusing(text in ".{0,12}") {
        if let Ok(day) = Day::parse(&text) {
            prop_assert_eq!(day.to_string(), text);
        } else if let Ok(month) = Month::parse(&text) {
            prop_assert_eq!(month.to_string(), text);
        }
    }
}
