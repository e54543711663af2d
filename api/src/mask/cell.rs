//! How much of a file's cell a message may show.

use domain::personal_data;

/// The most characters of a value that a message repeats.
const LONGEST_SHOWN: usize = 60;

/// The value as a message shows it: masked where its column is personal or where a number that
/// belongs to a person slipped into another column, else as it stands, shortened.
pub(crate) fn cell(personal: bool, value: &str) -> String {
    if personal || personal_data::find(value).is_some() {
        return value.split_inclusive([';', '；']).map(masked).collect();
    }
    let visible: String = value.chars().filter(|character| !character.is_control()).collect();
    match visible.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", visible.get(..end).unwrap_or_default()),
        None => visible,
    }
}

/// Enough to find the cell again and too little to know the person: of a name the first character,
/// of a number the first and the last two. No more than a dozen stars, whatever the length.
fn masked(value: &str) -> String {
    let characters: Vec<char> = value.chars().filter(|character| !character.is_control()).collect();
    let (first, last) = match characters.len() {
        0 | 1 => (0, 0),
        2..=7 => (1, 0),
        _ => (1, 2),
    };
    let hidden = characters.len().saturating_sub(first).saturating_sub(last);
    let head = characters.iter().take(first);
    let tail = characters.iter().skip(characters.len().saturating_sub(last));
    let stars = std::iter::repeat_n(&'*', hidden.min(12));
    head.chain(stars).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_its_first_character() {
        assert_eq!(cell(true, "张三丰"), "张**");
        assert_eq!(cell(true, "丰"), "*");
    }

    #[test]
    fn a_number_shows_one_character_before_and_two_behind() {
        assert_eq!(cell(true, "11010519491231002X"), "1************2X");
        assert_eq!(cell(true, "6222021234567890123"), "6************23");
    }

    #[test]
    fn each_member_is_masked() {
        let members = "11010519491231002X；110105194912310038";
        assert_eq!(cell(true, members), "1************X；1************38");
    }

    #[test]
    fn a_personal_number_is_masked_in_any_column() {
        assert_eq!(cell(false, "11010519491231002X"), "1************2X");
        assert_eq!(cell(false, "13912345678"), "1********78");
    }

    #[test]
    fn other_values_are_shown_but_shortened() {
        assert_eq!(cell(false, "1,5"), "1,5");
        assert_eq!(cell(false, &"长".repeat(61)), format!("{}…", "长".repeat(60)));
    }
}
