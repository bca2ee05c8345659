//! What putting a statement off came up against: where it is used while importing, or why it cannot be put off at all.

use serde::Serialize;

use super::source::SourceLine;
use crate::observed::Place;

/// A line that uses what was put off before the import is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Use {
    /// The line.
    pub place: Place,
    /// What it does with it.
    pub how: UseKind,
}

/// What a line does with an import, as far as the line itself shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UseKind {
    /// It derives a class from it.
    BaseClass,
    /// It decorates something with it.
    Decorator,
    /// It needs it in the head of a function: an annotation or a default.
    Signature,
    /// It imports it from the module that the statement stands in.
    Reimport,
    /// Anything else.
    Other,
}

impl Use {
    /// The use in a line whose text is known, or not.
    pub fn new(place: Place, line: Option<&SourceLine>) -> Self {
        let text = line.map_or("", |line| line.text.as_str());
        let begins = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
        let how = match () {
            () if begins(&["class "]) => UseKind::BaseClass,
            () if begins(&["@"]) => UseKind::Decorator,
            () if begins(&["def ", "async def "]) => UseKind::Signature,
            () if begins(&["from ", "import "]) => UseKind::Reimport,
            () => UseKind::Other,
        };
        Self { place, how }
    }

    /// The reason, in words.
    pub(super) fn reason(&self, place: &str) -> String {
        match self.how {
            UseKind::BaseClass => format!("used while importing: its classes are base classes at {place}"),
            UseKind::Decorator => format!("used while importing: it decorates what stands at {place}"),
            UseKind::Signature => format!("used while importing: an annotation or a default needs it at {place}"),
            UseKind::Reimport => format!("used while importing: {place} imports it from here"),
            UseKind::Other => format!("used while importing, at {place}"),
        }
    }
}

/// Why a statement could not be put off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// What stands in the way.
    pub kind: ObstacleKind,
    /// Where, if that is another line than the statement's own.
    pub place: Option<Place>,
    /// The error of an import that breaks.
    pub error: Option<String>,
}

/// What stands in the way of putting a statement off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObstacleKind {
    /// `from … import *`: it does not say which names it binds.
    Star,
    /// It stands in a function, which is called while importing.
    Function,
    /// It stands in the body of a class.
    ClassBody,
    /// A call imports, not a statement.
    Call,
    /// The import fails without it.
    Breaks,
}

impl Obstacle {
    /// The reason, in words, with the place as the reader is to see it.
    pub(super) fn reason(&self, place: Option<&str>) -> String {
        match self.kind {
            ObstacleKind::Star => "`import *` cannot be put off: it does not say which names it binds".to_owned(),
            ObstacleKind::Function => match place {
                Some(place) => {
                    format!("could not be put off: it is in a function, which {place} calls while importing")
                }
                None => "could not be put off: it is in a function that is called while importing".to_owned(),
            },
            ObstacleKind::ClassBody => "could not be put off: it stands in the body of a class".to_owned(),
            ObstacleKind::Call => "could not be put off: a call imports here, not an import statement".to_owned(),
            ObstacleKind::Breaks => {
                let error = self.error.as_deref().unwrap_or("it fails");
                match place {
                    Some(place) => format!("could not be put off: {place} breaks without it ({error})"),
                    None => format!("could not be put off: the import breaks without it ({error})"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_it_does_with_the_import() {
        let kind = |text: &str| {
            let line = SourceLine {
                text: text.to_owned(),
                in_try: false,
            };
            let place = Place {
                file: "models.py".to_owned(),
                line: 20,
            };
            Use::new(place, Some(&line)).how
        };
        assert_eq!(kind("class Entry(Base):"), UseKind::BaseClass);
        assert_eq!(kind("@register"), UseKind::Decorator);
        assert_eq!(kind("async def show(value: Frame):"), UseKind::Signature);
        assert_eq!(kind("from . import Base"), UseKind::Reimport);
        assert_eq!(kind("classes = Base.all()"), UseKind::Other);
    }
}
