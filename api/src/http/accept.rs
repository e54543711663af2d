//! Which of the two media types of GraphQL over HTTP a client wants, by RFC 9110 section 12.5.1.

/// The media types that an answer can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status tells whether the operation ran.
    GraphqlResponse,
    /// `application/json`: the legacy type, 200 for everything that is a well-formed request.
    Json,
}

impl MediaType {
    /// The value of the `Content-Type` header.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    fn subtype(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "graphql-response+json",
            Self::Json => "json",
        }
    }
}

/// One element of an `Accept` header.
struct MediaRange {
    kind: String,
    subtype: String,
    /// Thousandths, 0 to 1000; 0 excludes.
    quality: u16,
}

/// How a client feels about one media type: better qualities win, then the more specific mention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Preference {
    quality: u16,
    specificity: u8,
}

/// The media type to answer with; `None` where the client accepts neither (406).
///
/// Without a header, and for wildcards alone, it is `application/json`, as the specification asks.
/// Where both are wanted equally the newer type wins if it is named.
pub(super) fn negotiate(accept: Option<&str>) -> Option<MediaType> {
    let Some(accept) = accept.filter(|text| !text.trim().is_empty()) else {
        return Some(MediaType::Json);
    };
    let ranges: Vec<MediaRange> = accept.split(',').filter_map(parse_range).collect();
    let newer = preference(&ranges, MediaType::GraphqlResponse);
    let legacy = preference(&ranges, MediaType::Json);
    let newer_is_named = newer.specificity == EXACT;
    if newer.quality > legacy.quality
        || (newer.quality == legacy.quality && newer.quality > 0 && newer_is_named)
    {
        return Some(MediaType::GraphqlResponse);
    }
    (legacy.quality > 0).then_some(MediaType::Json)
}

/// The specificity of a range that names type and subtype.
const EXACT: u8 = 3;

/// The most specific range that covers the type decides, whatever its quality.
fn preference(ranges: &[MediaRange], media_type: MediaType) -> Preference {
    let mut best = Preference::default();
    for range in ranges {
        let specificity = match (range.kind.as_str(), range.subtype.as_str()) {
            ("application", subtype) if subtype == media_type.subtype() => EXACT,
            ("application", "*") => 2,
            ("*", "*") => 1,
            _ => continue,
        };
        if specificity > best.specificity {
            best = Preference { quality: range.quality, specificity };
        }
    }
    best
}

/// Reads `type/subtype;parameter=value;q=0.5`. A range that is malformed, or that asks for another
/// charset than UTF-8, asks for nothing we have.
fn parse_range(text: &str) -> Option<MediaRange> {
    let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
    let name = parts.next()?;
    let (kind, subtype) = name.split_once('/')?;
    let mut quality = 1000;
    for parameter in parts {
        match parameter.split_once('=') {
            Some(("q", value)) => quality = parse_quality(value.trim())?,
            Some(("charset", value)) if !is_utf8(value) => return None,
            _ => {}
        }
    }
    Some(MediaRange { kind: kind.to_owned(), subtype: subtype.to_owned(), quality })
}

/// Whether a charset parameter's value, lower-case, means UTF-8.
pub(super) fn is_utf8(charset: &str) -> bool {
    matches!(charset.trim().trim_matches('"'), "utf-8" | "utf8")
}

/// `0`, `1`, and up to three decimals between them, in thousandths.
fn parse_quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newer(accept: &str) {
        assert_eq!(negotiate(Some(accept)), Some(MediaType::GraphqlResponse), "{accept}");
    }

    fn legacy(accept: &str) {
        assert_eq!(negotiate(Some(accept)), Some(MediaType::Json), "{accept}");
    }

    fn neither(accept: &str) {
        assert_eq!(negotiate(Some(accept)), None, "{accept}");
    }

    #[test]
    fn without_a_wish_the_answer_is_plain_json() {
        assert_eq!(negotiate(None), Some(MediaType::Json));
        legacy("");
        legacy("*/*");
        legacy("application/*");
        legacy("text/html, */*;q=0.8");
    }

    #[test]
    fn a_named_type_is_given() {
        newer("application/graphql-response+json");
        newer("Application/GraphQL-Response+JSON; charset=UTF-8");
        legacy("application/json");
        legacy("application/json; charset=\"utf-8\"");
    }

    #[test]
    fn the_better_quality_wins_whatever_the_order() {
        newer("application/json;q=0.9, application/graphql-response+json");
        newer("application/graphql-response+json, application/json;q=0.9");
        legacy("application/graphql-response+json;q=0.1, application/json;q=0.2");
        legacy("application/graphql-response+json;q=0.5, */*;q=0.8");
        newer("application/json, application/graphql-response+json");
    }

    #[test]
    fn quality_zero_excludes() {
        neither("application/json;q=0");
        neither("application/json;q=0, application/graphql-response+json;q=0.000, */*");
        newer("*/*, application/json;q=0");
    }

    #[test]
    fn other_types_charsets_and_malformed_ranges_are_not_acceptable() {
        neither("text/html");
        neither("application/xml, image/*");
        neither("application/json; charset=gbk");
        neither("application/json;q=2");
        neither("application/json;q=0.1234");
        neither("application/json;q=");
        neither("json");
    }
}
