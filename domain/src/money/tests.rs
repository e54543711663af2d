#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use proptest::prelude::*;

use super::*;

const LARGEST: i64 = (1 << 53) - 1;

fn fen(fen: i64) -> Money {
    Money::from_fen(fen).unwrap()
}

#[test]
fn yuan_are_read_with_none_one_or_two_decimals() {
    for (text, expected) in [
        ("92439800.00", 9_243_980_000),
        ("900", 90_000),
        ("1708.5", 170_850),
        ("0.01", 1),
        ("0", 0),
        ("90071992547409.91", LARGEST),
    ] {
        assert_eq!(Money::parse_yuan(text), Ok(fen(expected)), "{text}");
    }
}

#[test]
fn anything_but_plain_yuan_is_refused() {
    for text in [
        "",
        " ",
        ".",
        "1.",
        ".5",
        "+1",
        "-1",
        "1e3",
        "1E3",
        "1,000",
        "1_000",
        "1 000",
        " 1",
        "1 ",
        "1\n",
        "\u{FF11}\u{FF12}",
        "1\u{FF0E}2",
        "1\u{FF0C}000",
        "1。5",
        "0x10",
        "NaN",
        "inf",
        "1.2.3",
        "¥1",
        "1元",
        "007",
        "00",
        "00.5",
        "١٢",
        "一百",
    ] {
        let refused = Money::parse_yuan(text);
        assert_eq!(refused, Err(MoneyError::NotPlainYuan { text: text.to_owned() }), "{text}");
    }
}

#[test]
fn a_third_decimal_is_refused_even_if_it_is_zero() {
    for text in ["1.005", "1.000", "0.0001"] {
        let refused = Money::parse_yuan(text);
        assert_eq!(refused, Err(MoneyError::TooManyDecimals { text: text.to_owned() }), "{text}");
    }
}

#[test]
fn amounts_of_two_to_the_fifty_third_fen_are_refused_everywhere() {
    assert_eq!(Money::from_fen(LARGEST + 1), Err(MoneyError::OutOfRange));
    assert_eq!(Money::from_fen(-LARGEST - 1), Err(MoneyError::OutOfRange));
    assert_eq!(Money::parse_yuan("90071992547409.92"), Err(MoneyError::OutOfRange));
    assert_eq!(Money::parse_yuan("99999999999999999999999"), Err(MoneyError::OutOfRange));
    assert_eq!(fen(LARGEST).checked_add(fen(1)), None);
    assert_eq!(fen(-LARGEST).checked_sub(fen(1)), None);
    assert_eq!(fen(LARGEST).checked_mul(2), None);
    assert_eq!(fen(LARGEST).checked_mul(i64::MAX), None);
    assert!(serde_json::from_str::<Money>("9007199254740992").is_err());
}

#[test]
fn json_carries_whole_fen_and_nothing_else() {
    assert_eq!(serde_json::to_string(&fen(90_000)).unwrap(), "90000");
    assert_eq!(serde_json::from_str::<Money>("-5").unwrap(), fen(-5));
    for json in ["90000.0", "9e4", "\"90000\"", "null", "true"] {
        assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
    }
}

#[test]
fn halves_are_rounded_away_from_zero() {
    // 1.7 × 1005 yuan = 1708.5, which Cixi published as 1709 in 2021.
    let seventeen_times = fen(1_005).checked_mul(17).unwrap();
    assert_eq!(seventeen_times.divide_half_up(10), Some(fen(1_709)));
    assert_eq!(seventeen_times.negated().divide_half_up(10), Some(fen(-1_709)));
    assert_eq!(fen(5).divide_half_up(2), Some(fen(3)));
    assert_eq!(fen(4).divide_half_up(3), Some(fen(1)));
    assert_eq!(fen(180_000).divide_half_up(12), Some(fen(15_000)));
    assert_eq!(fen(1).divide_half_up(0), None);
}

#[test]
fn amounts_are_shown_in_yuan_with_two_decimals() {
    for (amount, shown) in
        [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-9_243_980_000, "-92439800.00")]
    {
        assert_eq!(fen(amount).to_string(), shown);
    }
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(amount in 0..=LARGEST) {
        prop_assert_eq!(Money::parse_yuan(&fen(amount).to_string()), Ok(fen(amount)));
    }

    #[test]
    fn no_text_makes_the_parser_fail_otherwise_than_by_refusing(text in ".{0,30}") {
        if let Ok(amount) = Money::parse_yuan(&text) {
            prop_assert!(amount.to_string().starts_with(&text));
        }
    }

    #[test]
    fn a_part_times_its_number_is_within_half_a_fen_each(amount in -LARGEST..=LARGEST, parts in 1_u32..=1_000) {
        let part = fen(amount).divide_half_up(parts).unwrap().fen();
        let error = (i128::from(part) * i128::from(parts) - i128::from(amount)).abs() * 2;
        prop_assert!(error <= i128::from(parts));
    }
}
