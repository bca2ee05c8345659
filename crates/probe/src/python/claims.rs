//! How large a number and how long a text an answer may have. Measured code can have its process answer anything: what no import comes near is
//! no answer.

use std::fmt;

use importgate_core::observed::LARGEST_AMOUNT;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The longest text, in bytes: messages are cut long before, and every path and name that can be imported is shorter.
const LONGEST_TEXT: usize = 1 << 20;

/// JSON none of whose whole numbers is further from nothing than the largest amount, and none of whose texts is too long. Nothing of it is
/// kept.
pub(super) struct WithinBounds;

impl<'de> Deserialize<'de> for WithinBounds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = WithinBounds;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<WithinBounds, E> {
                Ok(WithinBounds)
            }

            fn visit_bool<E>(self, _: bool) -> Result<WithinBounds, E> {
                Ok(WithinBounds)
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<WithinBounds, E> {
                if number > LARGEST_AMOUNT {
                    return Err(E::custom(format_args!("{number} is more than any import comes to")));
                }
                Ok(WithinBounds)
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<WithinBounds, E> {
                self.visit_u64(number.unsigned_abs())
            }

            // No whole number: whoever asked for one refuses it.
            fn visit_f64<E>(self, _: f64) -> Result<WithinBounds, E> {
                Ok(WithinBounds)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<WithinBounds, E> {
                if text.len() > LONGEST_TEXT {
                    let bytes = text.len();
                    return Err(E::custom(format_args!(
                        "a text of {bytes} bytes is longer than any name"
                    )));
                }
                Ok(WithinBounds)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<WithinBounds, A::Error> {
                while items.next_element::<WithinBounds>()?.is_some() {}
                Ok(WithinBounds)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<WithinBounds, A::Error> {
                while entries.next_entry::<WithinBounds, WithinBounds>()?.is_some() {}
                Ok(WithinBounds)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_may_be_too_large_and_no_text_too_long_wherever_they_stand() {
        let is_within = |text: &str| serde_json::from_str::<WithinBounds>(text).is_ok();
        for text in ["4398046511104", "-4398046511104"] {
            assert!(is_within(text) && is_within(&format!("{{\"a\": [true, null, 1.5, {text}]}}")));
        }
        let longest = format!("{{\"{}\": 1}}", "x".repeat(LONGEST_TEXT));
        assert!(is_within(&longest) && !is_within(&longest.replacen('x', "xx", 1)));
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
}
