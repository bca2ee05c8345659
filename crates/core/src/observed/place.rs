//! Where in the measured code something happens.

use std::fmt;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

/// A line of the measured code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Place {
    /// The file, relative to the project where it lies below it.
    pub file: String,
    /// One-based line.
    pub line: u32,
}

/// Reads a line as measured code told it. Generated code has negative lines, and a `SyntaxError` has whatever it was made with:
/// what cannot be a line is 0, which is a line that is not known.
pub(super) fn told_line<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Told {
        Line(u32),
        Nonsense(IgnoredAny),
    }
    Ok(match Told::deserialize(deserializer)? {
        Told::Line(line) => line,
        Told::Nonsense(_) => 0,
    })
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}
