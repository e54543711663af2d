//! Pages of long lists: Relay connections over positions.

use async_graphql::connection::CursorType;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::unanswered::{Answer, Unanswered};

/// How many nodes a page has where nobody says.
const USUAL: u32 = 20;

/// The most nodes of one page.
pub(super) const MOST: u32 = 1000;

/// Where a page ends: the position of its last node, in a form that invites nobody to compute with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub u64);

/// A text is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("游标无法识别,须原样使用 endCursor / not a cursor; use an endCursor as it was given")]
pub struct NotACursor;

impl CursorType for Cursor {
    type Error = NotACursor;

    fn decode_cursor(text: &str) -> Result<Self, NotACursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACursor)?;
        let position = std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.strip_prefix("position:"))
            .and_then(|digits| digits.parse().ok())
            .ok_or(NotACursor)?;
        Ok(Self(position))
    }

    fn encode_cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("position:{}", self.0))
    }
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    /// How many nodes, at most [`MOST`].
    pub(super) first: u32,
    /// The position after which they begin.
    pub(super) after: Option<u64>,
}

impl Page {
    /// Reads the arguments of a connection. More than [`MOST`] gives as many, and
    /// `pageInfo.hasNextPage` says that there are more.
    pub(super) fn read(first: Option<i32>, after: Option<&str>) -> Answer<Self> {
        let first = match first {
            None => USUAL,
            Some(first) => u32::try_from(first).map_err(|_| {
                let message = format!("first 不得为负,所给为 {first} / first is negative: {first}");
                Unanswered::refused("INVALID_PAGE", &["first"], message)
            })?,
        };
        let after = after.map(Cursor::decode_cursor).transpose().map_err(|error| {
            Unanswered::refused("INVALID_CURSOR", &["after"], error.to_string())
        })?;
        let after = after.map(|Cursor(position)| position);
        Ok(Self { first: first.min(MOST), after })
    }
}

/// What a page costs in the schema's count of complexity.
pub(super) fn complexity(first: Option<i32>, of_one: usize) -> usize {
    let nodes = first.and_then(|first| u32::try_from(first).ok()).unwrap_or(USUAL).min(MOST);
    let nodes = usize::try_from(nodes).unwrap_or(usize::MAX);
    nodes.saturating_mul(of_one).saturating_add(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cursor_is_read_back_as_it_was_given() {
        for position in [0, 7, u64::MAX] {
            let text = Cursor(position).encode_cursor();
            assert_eq!(Cursor::decode_cursor(&text), Ok(Cursor(position)));
        }
    }

    #[test]
    fn other_texts_are_no_cursors() {
        for text in ["", "7", "cG9zaXRpb246", "cG9zaXRpb246LTE", "!!"] {
            assert_eq!(Cursor::decode_cursor(text), Err(NotACursor), "{text}");
        }
    }

    #[test]
    fn a_page_has_twenty_nodes_unless_asked_and_never_more_than_a_thousand() {
        assert_eq!(Page::read(None, None).unwrap().first, 20);
        assert_eq!(Page::read(Some(0), None).unwrap().first, 0);
        assert_eq!(Page::read(Some(i32::MAX), None).unwrap().first, 1000);
        assert!(Page::read(Some(-1), None).is_err());
        assert!(Page::read(None, Some("x")).is_err());
    }
}
