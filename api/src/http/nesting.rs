//! How deeply the brackets of a GraphQL document nest, found without recursion.
//!
//! async-graphql's grammar descends once for each bracket before any of its own limits is looked
//! at, so that a few hundred kilobytes of `[` would overflow the stack and end the program. This is
//! asked first.

/// The deepest nesting that may reach the parser. async-graphql itself stops selections at 64.
pub(super) const DEEPEST: usize = 100;

/// Whether no more than [`DEEPEST`] brackets are open at any place of the document.
pub(super) fn is_bearable(document: &str) -> bool {
    let mut rest = document.as_bytes();
    let mut open: usize = 0;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'#' => after_comment(after),
            b'"' => after_text(after),
            _ => after,
        };
        open = match byte {
            b'{' | b'[' | b'(' => open.saturating_add(1),
            b'}' | b']' | b')' => open.saturating_sub(1),
            _ => open,
        };
        if open > DEEPEST {
            return false;
        }
    }
    true
}

/// A comment ends with its line.
fn after_comment(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
    text.get(end..).unwrap_or_default()
}

/// What follows a string or block string whose first quotation mark was taken already.
fn after_text(text: &[u8]) -> &[u8] {
    match text.strip_prefix(b"\"\"") {
        Some(block) => after_block_text(block),
        None => after_line_text(text),
    }
}

/// A string ends at an unescaped quotation mark. Where it does not end on its line the document is
/// malformed, and what follows is counted, so that nothing can hide behind the fault.
fn after_line_text(mut text: &[u8]) -> &[u8] {
    while let Some((&byte, after)) = text.split_first() {
        match byte {
            b'"' => return after,
            b'\n' | b'\r' => return text,
            b'\\' => text = after.get(1..).unwrap_or_default(),
            _ => text = after,
        }
    }
    text
}

/// A block string ends at three quotation marks; `\"""` is its only escape.
fn after_block_text(mut text: &[u8]) -> &[u8] {
    while let Some((_, after)) = text.split_first() {
        if let Some(end) = text.strip_prefix(b"\"\"\"") {
            return end;
        }
        text = text.strip_prefix(b"\\\"\"\"").unwrap_or(after);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_documents_pass() {
        assert!(is_bearable("query Q($a: [[Int]]) { payments(filter: {funds: [\"x\"]}) { id } }"));
        assert!(is_bearable(""));
    }

    #[test]
    fn the_hundredth_bracket_is_the_last() {
        assert!(is_bearable(&"{".repeat(DEEPEST)));
        assert!(!is_bearable(&"[".repeat(DEEPEST + 1)));
        assert!(is_bearable(&"{}".repeat(10_000)));
    }

    #[test]
    fn brackets_in_strings_and_comments_neither_open_nor_close() {
        let many = "[".repeat(500);
        assert!(is_bearable(&format!("{{ a(x: \"{many}\") }}")));
        assert!(is_bearable(&format!("{{ a(x: \"\\\"{many}\") }}")));
        assert!(is_bearable(&format!("{{ a(x: \"\"\"{many} \\\"\"\" {many} \"\" \"\"\") }}")));
        assert!(is_bearable(&format!("{{ a # {many}\n }}")));
        assert!(!is_bearable(&"[ # ]\n".repeat(500)));
        assert!(!is_bearable(&"[ \"]\" ".repeat(500)));
        assert!(!is_bearable(&"[ \"\"\"]\"\"\" ".repeat(500)));
        assert!(!is_bearable(&"[ \"\" ".repeat(500)));
    }
}
