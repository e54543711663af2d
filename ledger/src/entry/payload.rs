//! What a payload may be: one JSON object (RFC 8259) without insignificant white space, without a
//! key twice, with whole numbers only, each below 2^53 in magnitude and in its shortest spelling.
//!
//! serde_json would accept far more and forget how it was spelled, so the bytes are walked here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::NUMBER_LIMIT;
use crate::identifier::canonical_number;

/// Deepest nesting of objects and arrays.
const DEEPEST: u32 = 32;

/// Why bytes are not a payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {rule}")]
pub struct MalformedPayload {
    /// Offset of the first byte that does not fit.
    pub at: usize,
    /// The rule that it breaks.
    pub rule: &'static str,
}

/// Holds the bytes to the format.
///
/// # Errors
/// Names the first byte that breaks a rule, and the rule.
pub fn check(bytes: &[u8]) -> Result<(), MalformedPayload> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(MalformedPayload { at: 0, rule: "UTF-8" });
    };
    let mut walk = Walk { text, at: 0 };
    walk.object(DEEPEST)?;
    if walk.at == bytes.len() { Ok(()) } else { walk.refuse("nothing after the object") }
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
}

type Step<T = ()> = Result<T, MalformedPayload>;

impl<'a> Walk<'a> {
    fn refuse<T>(&self, rule: &'static str) -> Step<T> {
        Err(MalformedPayload { at: self.at, rule })
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(byte)
    }

    fn expect(&mut self, byte: u8, rule: &'static str) -> Step {
        if self.peek() == Some(byte) {
            self.take();
            Ok(())
        } else {
            self.refuse(rule)
        }
    }

    fn object(&mut self, depth: u32) -> Step {
        self.expect(b'{', "an object begins with {")?;
        if self.peek() == Some(b'}') {
            self.take();
            return Ok(());
        }
        let mut keys = Keys::default();
        loop {
            let at = self.at;
            let key = self.string()?;
            if !keys.insert(key) {
                return Err(MalformedPayload { at, rule: "no key twice" });
            }
            self.expect(b':', "a colon after the key, without white space")?;
            self.value(depth)?;
            match self.take() {
                Some(b',') => {}
                Some(b'}') => return Ok(()),
                _ => return self.refuse("a comma or } after a value, without white space"),
            }
        }
    }

    fn array(&mut self, depth: u32) -> Step {
        self.expect(b'[', "an array begins with [")?;
        if self.peek() == Some(b']') {
            self.take();
            return Ok(());
        }
        loop {
            self.value(depth)?;
            match self.take() {
                Some(b',') => {}
                Some(b']') => return Ok(()),
                _ => return self.refuse("a comma or ] after a value, without white space"),
            }
        }
    }

    fn value(&mut self, depth: u32) -> Step {
        let Some(deeper) = depth.checked_sub(1) else {
            return self.refuse("nested at most 32 deep");
        };
        match self.peek() {
            Some(b'{') => self.object(deeper),
            Some(b'[') => self.array(deeper),
            Some(b'"') => self.string().map(|_| ()),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &'static str) -> Step {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at = self.at.saturating_add(word.len());
            Ok(())
        } else {
            self.refuse("true, false or null")
        }
    }

    fn number(&mut self) -> Step {
        const RULE: &str = "a whole number below 2^53 in its shortest spelling";
        let begin = self.at;
        let negative = self.peek() == Some(b'-');
        if negative {
            self.take();
        }
        let digits = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.take();
        }
        let value = self.text.get(digits..self.at).and_then(canonical_number);
        let whole = value.is_some_and(|value| value < NUMBER_LIMIT && !(negative && value == 0));
        let ends = !matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        if whole && ends { Ok(()) } else { Err(MalformedPayload { at: begin, rule: RULE }) }
    }

    /// The string's text between the quotes as it is spelled, and whether it holds an escape.
    fn string(&mut self) -> Step<(&'a str, bool)> {
        self.expect(b'"', "a string begins with a quotation mark")?;
        let begin = self.at;
        let mut escaped = false;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let inside = self.text.get(begin..self.at).unwrap_or_default();
                    self.take();
                    return Ok((inside, escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(byte) if byte >= 0x20 => {
                    self.take();
                }
                Some(_) => return self.refuse("control characters are escaped"),
                None => return self.refuse("a string ends with a quotation mark"),
            }
        }
    }

    fn escape(&mut self) -> Step {
        self.take();
        match self.take() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => {
                let first = self.four_digits()?;
                match first {
                    0xD800..=0xDBFF => {
                        self.expect(b'\\', "a second surrogate after the first")?;
                        self.expect(b'u', "a second surrogate after the first")?;
                        match self.four_digits()? {
                            0xDC00..=0xDFFF => Ok(()),
                            _ => self.refuse("a second surrogate after the first"),
                        }
                    }
                    0xDC00..=0xDFFF => self.refuse("no second surrogate alone"),
                    _ => Ok(()),
                }
            }
            _ => self.refuse("an escape of RFC 8259"),
        }
    }

    fn four_digits(&mut self) -> Step<u32> {
        let end = self.at.saturating_add(4);
        let digits =
            self.text.get(self.at..end).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|text| u32::from_str_radix(text, 16).ok()) {
            Some(value) => {
                self.at = end;
                Ok(value)
            }
            None => self.refuse("four hex digits"),
        }
    }
}

/// The keys of one object. Two spellings of one key are the same key. Most objects have few, and up to
/// eleven lie in one piece of memory.
#[derive(Default)]
struct Keys<'a>(BTreeSet<Cow<'a, str>>);

impl<'a> Keys<'a> {
    fn insert(&mut self, (spelled, escaped): (&'a str, bool)) -> bool {
        let key = if escaped {
            let unescaped = serde_json::from_str::<String>(&format!("\"{spelled}\""));
            unescaped.map_or(spelled.into(), Cow::Owned)
        } else {
            spelled.into()
        };
        self.0.insert(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_objects_with_whole_numbers_are_payloads() {
        for good in [
            "{}",
            r#"{"a":0,"b":-1,"c":9007199254740991,"d":[1,{"e":null}],"f":true,"h":false,"g":"大米 \" \u4e00 \ud83d\ude00"}"#,
        ] {
            assert_eq!(check(good.as_bytes()), Ok(()), "{good}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let deep = format!("{}{}", "{\"a\":".repeat(40), "1").into_bytes();
        assert!(check(&deep).is_err());
        for bad in [
            "",
            " {}",
            "{} ",
            "[]",
            "1",
            "\"a\"",
            "{\"a\": 1}",
            "{\"a\":1 }",
            "{ \"a\":1}",
            "{\"a\":1,}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"\\u0061\":2}",
            "{\"a\":1.0}",
            "{\"a\":1e3}",
            "{\"a\":01}",
            "{\"a\":-0}",
            "{\"a\":+1}",
            "{\"a\":9007199254740992}",
            "{\"a\":-9007199254740992}",
            "{\"a\":}",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":tru}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\udc00\"}",
            "{\"a\":[1,]}",
            "{\"a\":[1",
            "{\"a\":\"",
            "{\"a\":1",
            "{\"a\":NaN}",
        ] {
            assert!(check(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(check(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn a_key_twice_is_found_among_many() {
        let keys: Vec<String> = (0..40).map(|n| format!("\"k{n}\":{n}")).collect();
        assert!(check(format!("{{{}}}", keys.join(",")).as_bytes()).is_ok());
        assert!(check(format!("{{{},\"k3\":1}}", keys.join(",")).as_bytes()).is_err());
    }
}
