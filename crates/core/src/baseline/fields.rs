//! Reading a JSON value with the path to it at hand, so that every mistake is reported with its place, and so that no key
//! is passed over: what this version does not know, it must not drop.

use super::ParseError;
use super::json::Json;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    path: String,
    value: &'a Json,
}

impl<'a> Node<'a> {
    /// The value at the top of the file.
    pub(super) fn root(value: &'a Json) -> Self {
        Self {
            path: String::new(),
            value,
        }
    }

    /// An error about this value.
    pub(super) fn invalid(&self, problem: impl Into<String>) -> ParseError {
        let path = if self.path.is_empty() {
            "the top level"
        } else {
            &self.path
        };
        ParseError::Invalid {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }

    fn expected(&self, what: &str) -> ParseError {
        self.invalid(format!("expected {what}, found {}", self.value.kind()))
    }

    /// What `read` makes of it, or `None` for `null`.
    pub(super) fn optional<T>(&self, read: impl Fn(&Self) -> Result<T, ParseError>) -> Result<Option<T>, ParseError> {
        if self.is_null() { Ok(None) } else { read(self).map(Some) }
    }

    /// True for `null`.
    pub(super) fn is_null(&self) -> bool {
        *self.value == Json::Null
    }

    /// A number that counts something.
    pub(super) fn natural(&self) -> Result<u64, ParseError> {
        match self.value {
            Json::Natural(value) => Ok(*value),
            _ => Err(self.expected("a whole number, not negative")),
        }
    }

    /// Any finite number.
    pub(super) fn real(&self) -> Result<f64, ParseError> {
        match self.value {
            Json::Natural(value) => Ok(*value as f64),
            Json::Real(value) if value.is_finite() => Ok(*value),
            _ => Err(self.expected("a number, not negative")),
        }
    }

    /// A text.
    pub(super) fn text(&self) -> Result<&'a str, ParseError> {
        match self.value {
            Json::Text(value) => Ok(value),
            _ => Err(self.expected("a text")),
        }
    }

    /// A text that `parse` understands.
    pub(super) fn word<T>(&self, what: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, ParseError> {
        parse(self.text()?).ok_or_else(|| self.expected(what))
    }

    /// The items of a list.
    pub(super) fn list(&self) -> Result<Vec<Node<'a>>, ParseError> {
        let Json::List(items) = self.value else {
            return Err(self.expected("a list"));
        };
        let node = |(index, value)| Node {
            path: format!("{}[{index}]", self.path),
            value,
        };
        Ok(items.iter().enumerate().map(node).collect())
    }

    /// The pairs of an object whose keys are names, not fields.
    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Node<'a>)>, ParseError> {
        let Json::Object(pairs) = self.value else {
            return Err(self.expected("an object"));
        };
        let entry = |(key, value): &'a (String, Json)| {
            (
                key.as_str(),
                Node {
                    path: self.below(key),
                    value,
                },
            )
        };
        Ok(pairs.iter().map(entry).collect())
    }

    /// The fields of an object whose keys are known beforehand.
    pub(super) fn fields(&self) -> Result<Fields<'a>, ParseError> {
        Ok(Fields {
            node: self.clone(),
            rest: self.entries()?,
        })
    }

    /// The path of a key in this object; quoted where it could be mistaken for more than one step.
    fn below(&self, key: &str) -> String {
        let plain = !key.is_empty()
            && key
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let step = if plain { key.to_owned() } else { format!("{key:?}") };
        if self.path.is_empty() {
            step
        } else {
            format!("{}.{step}", self.path)
        }
    }
}

/// The fields of an object, each taken once.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    node: Node<'a>,
    rest: Vec<(&'a str, Node<'a>)>,
}

impl<'a> Fields<'a> {
    /// Takes a field that must be there.
    pub(super) fn take(&mut self, key: &str) -> Result<Node<'a>, ParseError> {
        self.take_optional(key)
            .ok_or_else(|| self.node.invalid(format!("the field {key:?} is missing")))
    }

    /// Takes a field that may be there.
    pub(super) fn take_optional(&mut self, key: &str) -> Option<Node<'a>> {
        let index = self.rest.iter().position(|(name, _)| *name == key)?;
        Some(self.rest.remove(index).1)
    }

    /// Takes a text that must be there.
    pub(super) fn take_text(&mut self, key: &str) -> Result<String, ParseError> {
        Ok(self.take(key)?.text()?.to_owned())
    }

    /// Takes a count that must be there.
    pub(super) fn take_natural(&mut self, key: &str) -> Result<u64, ParseError> {
        self.take(key)?.natural()
    }

    /// Ends the reading: whatever was not taken is an error.
    pub(super) fn finish(self) -> Result<(), ParseError> {
        match self.rest.first() {
            Some((key, _)) => Err(self.node.invalid(format!("unknown field {key:?}"))),
            None => Ok(()),
        }
    }
}
