//! The goods of one row: `大米×2袋@45.00;食用油×1桶@60.00`.

use domain::money::Money;
use domain::store::{GoodsItem, total_value};
use domain::text::GoodsName;

use super::{Rule, trimmed};

/// Goods and what they are worth together, which is the amount of the payment.
pub(super) struct Goods {
    pub(super) items: Vec<GoodsItem>,
    pub(super) value: Money,
}

/// Reads item, quantity, unit and the value of one unit in yuan, for each line; lines are parted by
/// `;` or `；`, and the sign between item and quantity is `×`, `x`, `X` or `*`.
pub(super) fn goods(text: &str) -> Result<Goods, Rule> {
    let items: Vec<GoodsItem> = text
        .split([';', '；'])
        .map(trimmed)
        .filter(|line| !line.is_empty())
        .zip(1..)
        .map(|(line, number)| goods_line(line, number))
        .collect::<Result<_, Rule>>()?;
    if items.is_empty() {
        return Err(Rule::GoodsMalformed { line: 1 });
    }
    let value = total_value(&items).ok_or(Rule::AmountOutOfRange)?;
    Ok(Goods { items, value })
}

fn goods_line(text: &str, line: usize) -> Result<GoodsItem, Rule> {
    let malformed = Rule::GoodsMalformed { line };
    let parts = split(text).ok_or(malformed.clone())?;
    let quantity: u32 = parts.quantity.parse().map_err(|_| malformed.clone())?;
    let value = Money::parse_yuan(parts.value).map_err(|_| malformed)?;
    let item = GoodsName::parse(parts.item)?;
    let unit = GoodsName::parse(parts.unit)?;
    GoodsItem::new(item, unit, quantity, value).map_err(|error| Rule::Goods { line, error })
}

struct Parts<'a> {
    item: &'a str,
    quantity: &'a str,
    unit: &'a str,
    value: &'a str,
}

/// Takes `item × quantity unit @ value` apart, blanks allowed between the parts. `×` is in no name;
/// `x` and `*` may be, so the last one before a digit is taken.
fn split(line: &str) -> Option<Parts<'_>> {
    let (left, value) = line.rsplit_once('@')?;
    let (item, amount) = left.split_once('×').or_else(|| {
        left.rmatch_indices(['x', 'X', '*'])
            .map(|(place, sign)| (left.get(..place), left.get(place.saturating_add(sign.len())..)))
            .filter_map(|(item, amount)| item.zip(amount))
            .find(|(_, amount)| trimmed(amount).starts_with(|c: char| c.is_ascii_digit()))
    })?;
    let amount = trimmed(amount);
    let end = amount.find(|c: char| !c.is_ascii_digit())?;
    let (quantity, unit) = amount.split_at_checked(end)?;
    let unit = trimmed(unit);
    // Half a bag is no number of bags, and `.5袋` no unit.
    unit.starts_with(char::is_alphabetic).then_some(Parts {
        item: trimmed(item),
        quantity,
        unit,
        value: trimmed(value),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Vec<(String, u32, String, String)> {
        let goods = goods(text).unwrap();
        goods
            .items
            .iter()
            .map(|line| {
                let value = line.unit_value().to_string();
                (line.item().to_string(), line.quantity(), line.unit().to_string(), value)
            })
            .collect()
    }

    fn line(item: &str, quantity: u32, unit: &str, value: &str) -> (String, u32, String, String) {
        (item.to_owned(), quantity, unit.to_owned(), value.to_owned())
    }

    #[test]
    fn lines_are_parted_by_either_semicolon_and_summed() {
        let expected = [line("大米", 2, "袋", "45.00"), line("食用油", 1, "桶", "60.00")];
        for text in [
            "大米×2袋@45.00;食用油×1桶@60.00",
            "大米x2袋@45；食用油*1桶@60.0；",
            "大米 X 2 袋 @ 45.00 ;　食用油 × 1　桶 @ 60.00",
        ] {
            assert_eq!(read(text), expected, "{text}");
            assert_eq!(goods(text).unwrap().value.to_string(), "150.00");
        }
    }

    #[test]
    fn a_name_may_hold_the_letter_x() {
        assert_eq!(read("Max牌米x2袋@45"), [line("Max牌米", 2, "袋", "45.00")]);
        assert_eq!(read("A4x3纸*10包@20"), [line("A4x3纸", 10, "包", "20.00")]);
        assert_eq!(read("A4x3纸×10包@20"), [line("A4x3纸", 10, "包", "20.00")]);
    }

    #[test]
    fn what_is_not_written_so_is_refused_by_the_number_of_its_line() {
        for wrong in [
            "大米2袋@45",
            "大米×袋@45",
            "大米×2@45",
            "大米×2袋",
            "大米×2袋@",
            "×2袋@45",
            "大米×-2袋@45",
            "大米×２袋@45",
            "大米×2袋@４５",
            "大米×2袋@1,000",
            "大米×2.5袋@45",
            "大米×99999999999袋@45",
        ] {
            let rule = goods(&format!("油×1桶@60;{wrong}")).err().unwrap();
            assert!(matches!(rule.code(), "INVALID_ITEMS" | "INVALID_TEXT"), "{wrong}: {rule}");
        }
        assert_eq!(goods("油×1桶@60;米").err(), Some(Rule::GoodsMalformed { line: 2 }));
        assert_eq!(goods(";；").err(), Some(Rule::GoodsMalformed { line: 1 }));
    }

    #[test]
    fn no_quantity_and_no_value_are_refused() {
        for wrong in ["大米×0袋@45", "大米×1袋@0.00"] {
            assert!(matches!(goods(wrong), Err(Rule::Goods { line: 1, .. })), "{wrong}");
        }
        let dear = "金×4000000000块@90071992547409.91";
        assert_eq!(goods(dear).err().unwrap().code(), "INVALID_ITEMS");
    }

    #[test]
    fn a_mobile_number_is_no_goods_name() {
        assert_eq!(goods("13912345678×1袋@45").err().unwrap().code(), "PERSONAL_DATA_IN_FIELD");
    }
}
