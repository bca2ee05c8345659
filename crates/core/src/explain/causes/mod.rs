//! Why a target costs more than it did, or what it costs: causes as data. `report::wording` puts them into words.

mod answerable;
mod attribution;
mod collected;
mod edits;
mod growth;
#[cfg(test)]
mod growth_tests;
mod hooks;
mod lines;
mod own_times;
mod rest;
mod waits;
mod weight;

pub use edits::{ChangedLines, Edit};
pub use growth::{Count, Evidence, causes_of_change, causes_of_count};
pub use hooks::cause_of_slowdown;
pub use lines::{SeenLines, join_those_of_one_line, name_lines};
pub use rest::Rest;
pub use weight::causes_of_weight;

use super::{ChainStep, Distribution, Root, StatementUses, Used, Weight};
use crate::observed::{BytecodeObstacle, BytecodeState, HookKind, PROGRAM, Place};

/// Why a target is heavier than it was, or than it may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// What happened.
    pub kind: CauseKind,
    /// The module that costs.
    pub module: String,
    /// The distribution that it belongs to, where it is installed.
    pub distribution: Option<Distribution>,
    /// The module with the import statement that brought it in.
    pub importer: Option<String>,
    /// The file to look at: that of the import statement, or that of the body.
    pub file: Option<String>,
    /// The one-based line in it.
    pub line: Option<u32>,
    /// What the line takes of its body, where a line of a body is named.
    pub share: Option<LineShare>,
    /// Where what the statement imports is used, as far as that was looked up.
    pub uses: Option<StatementUses>,
    /// The line at the top level of a module of the project that made the statement run, or asked for what it loads, while it was
    /// imported: the statement itself stands in a function.
    pub called_at: Option<Place>,
    /// True where nothing else leads to what it brings in, so that what it costs falls away with it.
    pub falls_away: bool,
    /// What it took before, in milliseconds, where that is known: of what is new, nothing.
    pub before_ms: f64,
    /// The root of a cause before this one that includes it.
    pub part_of: Option<Root>,
    /// The way from the target to the module.
    pub chain: Vec<ChainStep>,
    /// What it costs.
    pub weight: Weight,
}

/// What happened, or what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CauseKind {
    /// An import statement brings in modules that were not there: what it names, and what that imports.
    NewModules {
        /// The upgrade of the distribution that the statement belongs to.
        upgrade: Option<VersionChange>,
        /// What the statement asks for besides the cause's module, and what is new too.
        beside: Vec<String>,
        /// Other statements that lead to them, and have to go together with this one.
        others: Vec<Place>,
        /// The one of them that the other statements lead to, where that is not the cause's module.
        shared: Option<String>,
    },
    /// Something that every start of the interpreter loads, and did not: a `.pth` file or `sitecustomize`, or what a line of a
    /// `.pth` file imports.
    AtStart,
    /// A distribution went to another version, and its modules take longer together. The cause's module grew most.
    Upgrade(VersionChange),
    /// The content of a module changed, and its body takes longer.
    ChangedModule,
    /// A module is the same to the byte, and its body takes longer: what it reads or calls has grown.
    SlowerModule {
        /// The modules that it imports itself and that changed: what it calls may be theirs.
        changed: Vec<String>,
    },
    /// Modules are compiled at each start. The cause's module grew most.
    CompiledAtStart(Compiled),
    /// A module's bytecode was made from another source, and is loaded without a look at it.
    UncheckedBytecode,
    /// The import is blocked longer: by sleep, network, disk or a lock.
    Blocked,
    /// A module has garbage collected.
    Collected {
        /// How many other lines of it do so beside the cause's own.
        more: usize,
    },
    /// A line puts something in the way of all that comes after it.
    Hook(HookKind),
    /// The two sides of the comparison ran under two interpreters.
    OtherInterpreter(InterpreterChange),
    /// An import statement would save much if it were cut. Nothing says that it did not cost as much before.
    HeavyStatement {
        /// What the statement asks for besides the cause's module, and what would fall away with it.
        beside: Vec<String>,
    },
    /// Several import statements lead to a module: the cause's own and these. They would save much if they were cut together.
    HeavyTogether {
        /// The other statements.
        others: Vec<Place>,
    },
    /// A package that the target lies in is loaded before it, and is most of what it takes. Nothing says that it was not before.
    HeavyPackage,
    /// A body takes much itself. Nothing says that it did not take as much before.
    HeavyBody,
}

/// Why modules are compiled at each start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Compiled {
    /// What a start finds of their bytecode.
    pub state: BytecodeState,
    /// What keeps it from being written, where that can be seen.
    pub obstacle: Option<BytecodeObstacle>,
}

/// The versions of an installed distribution, before and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionChange {
    /// The distribution's name.
    pub distribution: String,
    /// The version before.
    pub before: String,
    /// The version now.
    pub now: String,
}

/// The two interpreters of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterpreterChange {
    /// The version before.
    pub before: String,
    /// The version now.
    pub now: String,
}

/// What a line takes of the body that it is in. Lines are seen one by one, which moves times: it is no time of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct LineShare {
    /// The share of the body that the line takes, with those that share it.
    pub share: f64,
    /// How many more lines share it, where none of them takes much by itself.
    pub more: usize,
    /// What the line calls, and those that share it, where that is where the time of the body goes; untrusted.
    pub calls: Option<String>,
    /// True where they make subclasses of that instead.
    pub makes_a_class: bool,
    /// What changed about the line since the baseline, as far as the source of before is known and explains the growth.
    pub change: Option<LineChange>,
}

/// What changed about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineChange {
    /// It is new, or other than it was.
    Line,
    /// Something that it calls, or that decides how often it runs, is.
    WhatItRuns,
}

impl Cause {
    /// That two interpreters are compared, and not two states of the code alone.
    pub fn other_interpreter(change: &InterpreterChange) -> Self {
        Self {
            kind: CauseKind::OtherInterpreter(change.clone()),
            module: "python".to_owned(),
            distribution: None,
            importer: None,
            file: None,
            line: None,
            share: None,
            uses: None,
            called_at: None,
            falls_away: false,
            before_ms: 0.0,
            part_of: None,
            chain: Vec::new(),
            weight: Weight::default(),
        }
    }

    /// True for a statement that is where what it imports is used, and that nothing runs which could do so later: a function that
    /// a module calls while it is imported is called too early, what the program itself runs is not.
    pub fn is_where_it_is_used(&self) -> bool {
        let is_called_early = self.called_at.is_some() && self.importer.as_deref() != Some(PROGRAM);
        !is_called_early && self.uses.as_ref().is_some_and(|uses| uses.used == Used::Here)
    }

    /// The line to look at, where file and line are known.
    pub fn place(&self) -> Option<Place> {
        Some(Place {
            file: self.file.clone()?,
            line: self.line?,
        })
    }
}
