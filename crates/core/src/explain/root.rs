//! What causes go back to. The same statement costs in many targets, is found by rules of many kinds, and is told as growth by one
//! and as weight by another: all of that is one cause, because it has one root.

use std::collections::BTreeSet;
use std::fmt;

use super::{Cause, CauseKind, Compiled};
use crate::observed::{BytecodeObstacle, Place};

/// What a reader would change, independent of the target that pays for it and of the rule that found it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// A line: an import statement, or what waits.
    Line(Place),
    /// Lines that save only together.
    Lines(BTreeSet<Place>),
    /// An import whose line is not known.
    Import {
        /// The importing module; `None` for the target itself.
        importer: Option<String>,
        /// What it brings in.
        module: String,
    },
    /// A package, with all that it imports.
    Package(String),
    /// The body of a module.
    Body(String),
    /// A distribution that went to another version.
    Upgrade(String),
    /// What each start of the interpreter loads.
    Start(String),
    /// Modules that are compiled at each start, for one reason.
    Bytecode(Compiled),
    /// A module that waits, where no line of it is known to.
    Wait(String),
    /// The interpreter.
    Interpreter,
    /// Something that happens at a line beside what it costs: a failure, or a warning.
    Event {
        /// Its stable name.
        what: &'static str,
        /// The line.
        place: Place,
        /// What tells it from others of this name at the same line; untrusted.
        about: String,
    },
    /// Modules that import each other.
    Circle(BTreeSet<String>),
}

impl Root {
    /// The same with its files as `seen` names them.
    #[must_use]
    pub(crate) fn seen(self, seen: impl Fn(&mut String)) -> Self {
        let see = |mut place: Place| {
            seen(&mut place.file);
            place
        };
        match self {
            Self::Line(place) => Self::Line(see(place)),
            Self::Lines(places) => Self::Lines(places.into_iter().map(see).collect()),
            Self::Event { what, place, about } => Self::Event {
                what,
                place: see(place),
                about,
            },
            other => other,
        }
    }

    /// What a cause goes back to.
    pub fn of(cause: &Cause) -> Self {
        let module = || cause.module.clone();
        match &cause.kind {
            CauseKind::Upgrade(change) => Self::Upgrade(change.distribution.clone()),
            // A statement that came with an upgrade is that upgrade, unless it is told as a part of it.
            CauseKind::NewModules {
                upgrade: Some(change), ..
            } if cause.part_of.is_none() => Self::Upgrade(change.distribution.clone()),
            CauseKind::NewModules { .. }
            | CauseKind::HeavyStatement { .. }
            | CauseKind::Collected { .. }
            | CauseKind::Hook(_) => statement(cause),
            CauseKind::HeavyTogether { others } => match cause.place() {
                Some(place) => Self::Lines(others.iter().cloned().chain([place]).collect()),
                None => statement(cause),
            },
            CauseKind::HeavyPackage => Self::Package(module()),
            CauseKind::AtStart => Self::Start(module()),
            CauseKind::ChangedModule
            | CauseKind::SlowerModule { .. }
            | CauseKind::UncheckedBytecode
            | CauseKind::HeavyBody => Self::Body(module()),
            CauseKind::CompiledAtStart(compiled) => Self::Bytecode(*compiled),
            // A line that was named for what it takes of its body is not known to be the one that waits.
            CauseKind::Blocked => match cause.place().filter(|_| cause.share.is_none()) {
                Some(place) => Self::Line(place),
                None => Self::Wait(module()),
            },
            CauseKind::OtherInterpreter(_) => Self::Interpreter,
        }
    }
}

fn statement(cause: &Cause) -> Root {
    match cause.place() {
        Some(place) => Root::Line(place),
        None => Root::Import {
            importer: cause.importer.clone(),
            module: cause.module.clone(),
        },
    }
}

impl fmt::Display for Root {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(place) => write!(formatter, "line {place}"),
            Self::Lines(places) => {
                formatter.write_str("lines")?;
                (places.iter()).try_for_each(|place| write!(formatter, " {place}"))
            }
            Self::Import { importer, module } => match importer {
                Some(importer) => write!(formatter, "import {importer} {module}"),
                None => write!(formatter, "import {module}"),
            },
            Self::Package(module) => write!(formatter, "package {module}"),
            Self::Body(module) => write!(formatter, "body {module}"),
            Self::Upgrade(distribution) => write!(formatter, "upgrade {distribution}"),
            Self::Start(module) => write!(formatter, "start {module}"),
            Self::Bytecode(compiled) => {
                let obstacle = match compiled.obstacle {
                    Some(BytecodeObstacle::Setting) => " setting",
                    Some(BytecodeObstacle::Folder) => " folder",
                    Some(BytecodeObstacle::Archive) => " archive",
                    None => "",
                };
                write!(formatter, "bytecode {}{obstacle}", compiled.state)
            }
            Self::Wait(module) => write!(formatter, "wait {module}"),
            Self::Interpreter => formatter.write_str("interpreter"),
            Self::Event { what, place, about } => {
                write!(formatter, "{what} {place}")?;
                if about.is_empty() {
                    Ok(())
                } else {
                    write!(formatter, " {about}")
                }
            }
            Self::Circle(modules) => {
                formatter.write_str("circle")?;
                (modules.iter()).try_for_each(|module| write!(formatter, " {module}"))
            }
        }
    }
}
