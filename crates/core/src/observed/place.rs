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

/// How many characters are kept of a text that measured code told: as many as a path has at most.
const MOST_OF_A_TEXT: usize = 4096;

/// Reads a text as measured code told it, which may have made it of any length.
pub(super) fn told_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let mut text = String::deserialize(deserializer)?;
    if let Some((end, _)) = text.char_indices().nth(MOST_OF_A_TEXT) {
        text.truncate(end);
        text.push('…');
    }
    Ok(text)
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}
