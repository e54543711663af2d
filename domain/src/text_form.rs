//! Values that JSON carries as one string: written by `Display`, read by a strict parser, and never
//! through an intermediate `String`, because every field of every entry passes here.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Visitor};

/// A value with exactly one spelling in a payload.
pub(crate) trait TextForm: Sized {
    /// Says why a text is not this value.
    type Error: fmt::Display;

    /// What a text of this kind looks like, for the message of a reader that met something else.
    const EXPECTED: &'static str;

    /// Reads the one spelling that `Display` writes, and refuses every other.
    fn read(text: &str) -> Result<Self, Self::Error>;

    /// Hands over what `Display` writes, in one piece: a serialiser that is given it piece by piece
    /// spends more time on the pieces than on the text.
    fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R;
}

/// Hands a borrowed or owned JSON string to [`TextForm::read`].
pub(crate) struct TextVisitor<T>(PhantomData<T>);

impl<T> TextVisitor<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: TextForm> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::read(text).map_err(E::custom)
    }
}

/// Gives a type that has `Display` and [`TextForm`] its serde face: one JSON string.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::text_form::TextForm::with_text(self, |text| serializer.serialize_str(text))
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($crate::text_form::TextVisitor::<$type>::new())
            }
        }
    };
}

pub(crate) use serde_as_text;
