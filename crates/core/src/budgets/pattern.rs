//! Patterns that choose the modules of a layer: a name stands for itself, `*` for exactly one part of a dotted name, and
//! `**` for one part or more. So `a.*` is what is directly below `a`, and `a.**` is everything below it; neither is `a`.

use std::collections::BTreeSet;
use std::fmt;

use super::names;
use crate::observed::{ModuleIndex, is_identifier};

/// How deep a walk below a package goes; real trees end long before, and a circle of links must end somewhere.
const DEEPEST: usize = 64;

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// This name.
    Name(String),
    /// Any one name.
    One,
    /// One name or more.
    Many,
}

/// A pattern for dotted module names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

/// Why a text is no pattern, with what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// What is wrong.
    pub message: String,
    /// The way out, where there is an obvious one.
    pub help: Option<String>,
}

impl Pattern {
    /// Reads a pattern. It begins with a name, since `*` alone would measure all that is installed.
    ///
    /// # Errors
    /// Where a part is neither an identifier nor `*` nor `**`, or where the first part is not a name.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let parts: Vec<Part> = text
            .split('.')
            .map(|part| Self::part(part, text))
            .collect::<Result<_, _>>()?;
        if !matches!(parts.first(), Some(Part::Name(_))) {
            return Err(PatternError {
                message: format!("the pattern \"{text}\" does not begin with the name of a package"),
                help: Some("name the package, such as \"shop.*\"".to_owned()),
            });
        }
        Ok(Self { parts })
    }

    fn part(part: &str, text: &str) -> Result<Part, PatternError> {
        match part {
            "*" => Ok(Part::One),
            "**" => Ok(Part::Many),
            name if is_identifier(name) => Ok(Part::Name(name.to_owned())),
            mixed if mixed.contains('*') => Err(PatternError {
                message: format!("`{mixed}` in \"{text}\" mixes a wildcard with other characters"),
                help: Some("`*` stands for one whole part of a dotted name, and `**` for one or more".to_owned()),
            }),
            _ => Err(PatternError {
                message: format!("\"{text}\" is not a module name or pattern"),
                help: names::meant_module(text).map(|meant| format!("did you mean \"{meant}\"?")),
            }),
        }
    }

    /// The leading names, up to the first wildcard.
    pub fn literal_prefix(&self) -> String {
        let names = self.parts.iter().map_while(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::One | Part::Many => None,
        });
        names.collect::<Vec<_>>().join(".")
    }

    /// True where the pattern is a plain module name.
    pub fn is_literal(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Name(_)))
    }

    /// How narrow the pattern is. Of two that match one module the greater is the more specific: a plain name before any pattern, then
    /// the one with more names before its first wildcard, then `*` before `**`.
    pub(super) fn specificity(&self) -> impl Ord {
        let names = self.parts.iter().take_while(|part| matches!(part, Part::Name(_)));
        let names = names.count();
        (self.is_literal(), names, self.parts.get(names) == Some(&Part::One))
    }

    /// True where the pattern stands for this dotted name.
    pub fn matches(&self, module: &str) -> bool {
        // `reachable[i]` tells whether the first i parts of the pattern can stand for the names seen so far.
        let mut reachable = vec![false; self.parts.len() + 1];
        reachable[0] = true;
        for name in module.split('.') {
            let mut next = vec![false; reachable.len()];
            for (index, part) in self.parts.iter().enumerate() {
                next[index + 1] = match part {
                    Part::Name(wanted) => reachable[index] && wanted == name,
                    Part::One => reachable[index],
                    // The wildcard begins here, or takes in one name more.
                    Part::Many => reachable[index] || reachable[index + 1],
                };
            }
            reachable = next;
        }
        reachable[self.parts.len()]
    }

    /// Every existing module that the pattern stands for.
    pub fn expand(&self, index: &dyn ModuleIndex) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let prefix = self.literal_prefix();
        if !index.exists(&prefix) {
            return found;
        }
        let deepest = if self.parts.contains(&Part::Many) {
            DEEPEST
        } else {
            self.parts.len()
        };
        let mut open = vec![prefix];
        while let Some(module) = open.pop() {
            if module.split('.').count() < deepest {
                open.extend(index.children(&module));
            }
            if self.matches(&module) {
                found.insert(module);
            }
        }
        found
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            let text = match part {
                Part::Name(name) => name.as_str(),
                Part::One => "*",
                Part::Many => "**",
            };
            write!(formatter, "{dot}{text}")?;
        }
        Ok(())
    }
}
