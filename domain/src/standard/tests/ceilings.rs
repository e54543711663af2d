use super::*;
use crate::calendar::MonthRange;

/// The ceiling in yuan for so many persons in Zhonglou's first street.
fn ceiling(standards: &Standards, months: MonthRange, covered_persons: u32) -> Option<String> {
    let region = region("320404001");
    let asked = Entitlement { months, region: &region, covered_persons };
    standards.ceiling(&asked).map(|amount| amount.to_string())
}

fn yuan_text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn june() -> MonthRange {
    months("2020-06", "2020-06")
}

#[test]
fn without_a_standard_there_is_no_ceiling() {
    assert_eq!(ceiling(&Standards::default(), june(), 1), None);
}

#[test]
fn a_monthly_standard_for_persons_is_multiplied_by_months_and_covered_persons() {
    let standards = standards([set(1, StandardUnit::PersonMonth, "900.00")]);
    assert_eq!(ceiling(&standards, june(), 1), yuan_text("900.00"));
    assert_eq!(ceiling(&standards, months("2020-01", "2020-12"), 3), yuan_text("32400.00"));
}

#[test]
fn a_monthly_standard_for_households_is_not_multiplied_by_persons() {
    let standards = standards([set(1, StandardUnit::HouseholdMonth, "900.00")]);
    assert_eq!(ceiling(&standards, months("2020-01", "2020-02"), 3), yuan_text("1800.00"));
}

#[test]
fn a_yearly_standard_gives_a_twelfth_a_month_rounded_once_half_up() {
    let household = standards([set(1, StandardUnit::HouseholdYear, "100.00")]);
    assert_eq!(ceiling(&household, june(), 3), yuan_text("8.33"));
    assert_eq!(ceiling(&household, months("2020-01", "2020-05"), 3), yuan_text("41.67"));
    assert_eq!(ceiling(&household, months("2020-01", "2020-12"), 3), yuan_text("100.00"));
    // Half a fen exactly goes up: 6 fen a year are half a fen a month.
    let half = standards([set(1, StandardUnit::HouseholdYear, "0.06")]);
    assert_eq!(ceiling(&half, june(), 1), yuan_text("0.01"));
    // Three twelfths of 1.00 for each person, together and not one by one.
    let person = standards([set(1, StandardUnit::PersonYear, "1.00")]);
    assert_eq!(ceiling(&person, june(), 3), yuan_text("0.25"));
}

#[test]
fn the_standard_of_the_first_day_of_each_month_counts_for_that_month() {
    let raised = SetStandard {
        effective_from: day("2020-07-02"),
        ..set(2, StandardUnit::PersonMonth, "1000.00")
    };
    let standards = standards([raised, set(1, StandardUnit::PersonMonth, "900.00")]);
    assert_eq!(ceiling(&standards, months("2020-07", "2020-07"), 1), yuan_text("900.00"));
    assert_eq!(ceiling(&standards, months("2020-08", "2020-08"), 1), yuan_text("1000.00"));
    assert_eq!(ceiling(&standards, months("2020-06", "2020-09"), 1), yuan_text("3800.00"));
}

#[test]
fn a_lower_standard_replaces_a_higher_one_of_the_same_region_class_and_unit() {
    let lowered = SetStandard {
        effective_from: day("2020-06-01"),
        ..set(2, StandardUnit::PersonMonth, "800.00")
    };
    let standards = standards([set(1, StandardUnit::PersonMonth, "900.00"), lowered]);
    assert_eq!(ceiling(&standards, months("2020-05", "2020-05"), 1), yuan_text("900.00"));
    assert_eq!(ceiling(&standards, june(), 1), yuan_text("800.00"));
}

#[test]
fn of_two_standards_that_begin_on_one_day_the_one_recorded_later_counts() {
    let corrected = set(2, StandardUnit::PersonMonth, "90.00");
    let standards = standards([set(1, StandardUnit::PersonMonth, "900.00"), corrected]);
    assert_eq!(ceiling(&standards, june(), 1), yuan_text("90.00"));
}

#[test]
fn of_several_classes_the_highest_is_the_ceiling() {
    let class = |number, class, amount| SetStandard {
        class: Some(name(class)),
        ..set(number, StandardUnit::PersonMonth, amount)
    };
    let standards = standards([class(1, "集中", "1900.00"), class(2, "散居", "1200.00")]);
    assert_eq!(ceiling(&standards, june(), 1), yuan_text("1900.00"));
}

#[test]
fn a_standard_of_another_region_does_not_count() {
    let at = |number, code, amount| SetStandard {
        region: Some(region(code)),
        ..set(number, StandardUnit::PersonMonth, amount)
    };
    let elsewhere = standards([at(1, "320404002", "900.00")]);
    assert_eq!(ceiling(&elsewhere, june(), 1), None);
    let both = standards([at(1, "320404002", "900.00"), at(2, "320404", "700.00")]);
    assert_eq!(ceiling(&both, june(), 1), yuan_text("700.00"));
    let village = standards([at(1, "320404001201", "900.00")]);
    assert_eq!(ceiling(&village, june(), 1), None);
}

#[test]
fn a_standard_for_each_payment_holds_however_many_months_and_persons() {
    let standards = standards([set(1, StandardUnit::Once, "500.00")]);
    assert_eq!(ceiling(&standards, months("2020-01", "2020-12"), 4), yuan_text("500.00"));
}

#[test]
fn of_a_standard_for_each_payment_and_a_monthly_one_the_higher_ceiling_decides() {
    let standards = standards([
        set(1, StandardUnit::Once, "500.00"),
        set(2, StandardUnit::PersonMonth, "300.00"),
    ]);
    assert_eq!(ceiling(&standards, june(), 1), yuan_text("500.00"));
    assert_eq!(ceiling(&standards, months("2020-01", "2020-03"), 1), yuan_text("900.00"));
}

#[test]
fn months_before_every_standard_have_no_ceiling() {
    let standards = standards([set(1, StandardUnit::PersonMonth, "900.00")]);
    assert_eq!(ceiling(&standards, months("2019-01", "2019-12"), 1), None);
}

#[test]
fn a_month_without_a_standard_among_others_counts_as_the_highest_of_them() {
    let raised = SetStandard {
        effective_from: day("2020-02-01"),
        ..set(2, StandardUnit::PersonMonth, "1000.00")
    };
    let standards = standards([set(1, StandardUnit::PersonMonth, "900.00"), raised]);
    assert_eq!(ceiling(&standards, months("2019-12", "2020-02"), 1), yuan_text("2900.00"));
}

#[test]
fn a_ceiling_above_every_amount_is_none() {
    let standards = standards([set(1, StandardUnit::PersonMonth, "90000000000000.00")]);
    assert_eq!(ceiling(&standards, months("2020-01", "2024-12"), u32::MAX), None);
}
