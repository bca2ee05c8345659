//! Where in a baseline a value stands: every error names it.

use serde_path_to_error::Segment;

use super::ParseError;

/// The keys from the top of the file down to a value, such as `environments."cpython-3.13-linux-x86_64".targets.shop`.
#[derive(Debug, Clone, Default)]
pub(super) struct Path(String);

impl Path {
    /// The path of a key in this object; quoted where it could be mistaken for more than one step.
    pub(super) fn key(&self, key: &str) -> Self {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let mut path = self.0.clone();
        if !path.is_empty() {
            path.push('.');
        }
        if !key.is_empty() && key.chars().all(plain) {
            path.push_str(key);
        } else {
            path.push_str(&format!("{key:?}"));
        }
        Self(path)
    }

    /// The path of an item in this list.
    fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// An error about the value that stands here.
    pub(super) fn invalid(&self, problem: impl Into<String>) -> ParseError {
        let path = if self.0.is_empty() { "the top level" } else { &self.0 };
        ParseError::Invalid {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }
}

impl From<&serde_path_to_error::Path> for Path {
    fn from(path: &serde_path_to_error::Path) -> Self {
        path.iter().fold(Self::default(), |above, segment| match segment {
            Segment::Seq { index } => above.index(*index),
            Segment::Map { key } | Segment::Enum { variant: key } => above.key(key),
            Segment::Unknown => above,
        })
    }
}
