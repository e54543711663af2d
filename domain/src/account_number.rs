//! Bank account numbers.
//!
//! Cards, social security cards among them, carry a Luhn check digit (ISO/IEC 7812). Passbook and
//! corporate accounts do not, so a number that fails the check deserves a warning and never a refusal.

/// Whether the digits end in the Luhn check digit of the digits before it. False for an empty text
/// and for anything but ASCII digits.
pub fn passes_luhn(number: &str) -> bool {
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let sum = number.bytes().rev().zip([false, true].into_iter().cycle()).fold(
        0_u32,
        |sum, (digit, doubled)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            let value = match (doubled, digit) {
                (false, _) => digit,
                // Doubling gives 10 to 18 here; the sum of its two digits is nine less.
                (true, 5..=9) => digit.saturating_mul(2).saturating_sub(9),
                (true, _) => digit.saturating_mul(2),
            };
            // At most nine a digit: a text long enough to saturate does not fit in memory.
            sum.saturating_add(value)
        },
    );
    sum % 10 == 0
}

/// Whether this is the number of a Chinese bank card: 16 to 19 digits, beginning with 62, with the
/// right check digit.
pub fn is_bank_card(number: &str) -> bool {
    (16..=19).contains(&number.len()) && number.starts_with("62") && passes_luhn(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_with_the_right_check_digit_pass() {
        for number in ["6228480000000000018", "6217000000000000012"] {
            assert!(passes_luhn(number) && is_bank_card(number), "{number}");
        }
        assert!(passes_luhn("79927398713"));
        assert!(!is_bank_card("79927398713"));
    }

    #[test]
    fn any_other_last_digit_fails() {
        for last in ('0'..='9').filter(|last| *last != '8') {
            assert!(!passes_luhn(&format!("622848000000000001{last}")), "{last}");
        }
    }

    #[test]
    fn texts_that_are_no_numbers_fail() {
        for text in
            ["", "62284800 00000000018", "622848000000000001X", "622848000000000001\u{FF18}"]
        {
            assert!(!passes_luhn(text), "{text}");
        }
    }
}
