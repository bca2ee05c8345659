//! Where in the measured code something happens.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A line of the measured code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Place {
    /// The file, relative to the project where it lies below it.
    pub file: String,
    /// One-based line.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}
