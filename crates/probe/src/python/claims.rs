//! What one message says of itself: what kind it is, and whether its numbers and texts are such as an import can come to. Measured code can
//! have its process answer anything: what no import comes near is no answer.

use std::fmt;

use importgate_core::observed::LARGEST_AMOUNT;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The longest text, in bytes: messages are cut long before, and every path and name that can be imported is shorter.
const LONGEST_TEXT: usize = 1 << 20;

/// The most dots in a text: packages are folders in each other, and no path has that many parts. What is done for each package that a name
/// passes through would take for ever.
const MOST_DOTS: usize = 5000;

/// A JSON object with its kind. Nothing else of it is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) kind: String,
    /// The first of its whole numbers that is further from nothing than the largest amount, or of its texts that is too long.
    pub(super) beyond: Option<String>,
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Claims;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a message with its kind")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Claims, A::Error> {
                let (mut kind, mut beyond) = (None, None);
                while let Some(is_kind) = entries.next_key_seed(Key(&mut beyond))? {
                    if !is_kind {
                        entries.next_value_seed(Bounds(&mut beyond))?;
                    } else if kind.replace(entries.next_value()?).is_some() {
                        return Err(A::Error::duplicate_field(KIND));
                    }
                }
                let kind = kind.ok_or_else(|| A::Error::missing_field(KIND))?;
                Ok(Claims { kind, beyond })
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

const KIND: &str = "kind";

/// Looks at the name of an entry, and tells whether it is that of the kind.
struct Key<'a>(&'a mut Option<String>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        look_at_text(self.0, name);
        Ok(name == KIND)
    }
}

/// Looks at every number and text of a value, and notes the first that is beyond what there can be.
struct Bounds<'a>(&'a mut Option<String>);

fn look_at_text(beyond: &mut Option<String>, text: &str) {
    let bytes = text.len();
    if bytes > LONGEST_TEXT {
        beyond.get_or_insert_with(|| format!("a text of {bytes} bytes is longer than any name"));
    } else if bytes > MOST_DOTS && text.bytes().filter(|&byte| byte == b'.').count() > MOST_DOTS {
        beyond.get_or_insert_with(|| format!("a text with more than {MOST_DOTS} dots is no name"));
    }
}

impl<'de> DeserializeSeed<'de> for Bounds<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounds<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        if number > LARGEST_AMOUNT {
            self.0
                .get_or_insert_with(|| format!("{number} is more than any import comes to"));
        }
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_u64(number.unsigned_abs())
    }

    // No whole number: whoever asked for one refuses it.
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        look_at_text(self.0, text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Bounds(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while entries.next_key_seed(Key(self.0))?.is_some() {
            entries.next_value_seed(Bounds(self.0))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_may_be_too_large_and_no_text_too_long_wherever_they_stand() {
        let is_within = |value: &str| {
            let message = format!("{{\"kind\": \"sample\", \"value\": {value}}}");
            let claims: Claims = serde_json::from_str(&message).expect("a message");
            assert_eq!(claims.kind, "sample");
            claims.beyond.is_none()
        };
        for text in ["4398046511104", "-4398046511104"] {
            assert!(is_within(text) && is_within(&format!("{{\"a\": [true, null, 1.5, {text}]}}")));
        }
        let longest = format!("{{\"{}\": 1}}", "x".repeat(LONGEST_TEXT));
        assert!(is_within(&longest) && !is_within(&longest.replacen('x', "xx", 1)));
        let dotted = format!("[\"{}\"]", "a.".repeat(MOST_DOTS));
        assert!(is_within(&dotted) && !is_within(&dotted.replacen('a', "a.a", 1)));
        for text in [
            "4398046511105",
            "-4398046511105",
            "18446744073709551615",
            "-9223372036854775808",
        ] {
            assert!(
                !is_within(text) && !is_within(&format!("{{\"a\": [{{\"b\": {text}}}]}}")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_message_has_one_kind() {
        for text in [
            "{}",
            "[]",
            r#"{"kind": 1}"#,
            r#"{"kind": "a", "kind": "a"}"#,
            r#"{"value": {"kind": "a"}}"#,
        ] {
            assert!(serde_json::from_str::<Claims>(text).is_err(), "{text}");
        }
    }
}
