//! How large a number an answer may have. Measured code can have its process answer any number: what no import comes near is no answer.

use std::fmt;

use importgate_core::observed::LARGEST_AMOUNT;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// JSON none of whose whole numbers is further from nothing than the largest amount. Nothing of it is kept.
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

            fn visit_str<E>(self, _: &str) -> Result<WithinBounds, E> {
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
    fn no_number_may_be_too_large_wherever_it_stands() {
        let is_within = |text: &str| serde_json::from_str::<WithinBounds>(text).is_ok();
        for text in ["4398046511104", "-4398046511104"] {
            assert!(is_within(text) && is_within(&format!("{{\"a\": [true, null, 1.5, {text}]}}")));
        }
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
