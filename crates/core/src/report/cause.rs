//! A cause as the report has it: what a reader would change, once, with what it costs in each target.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::explain::{self, ChainStep, SourceExcerpt};
use crate::numbers;
use crate::observed::Place;

/// What findings go back to: why targets are heavier than they were, or than they may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Cause {
    /// What it goes back to, such as `line shop/models.py:14` or `body shop.tables`: the same in every target and every run, as long as
    /// the line keeps its number.
    pub id: String,
    /// What happened, or what is.
    pub kind: CauseKind,
    /// The same in one sentence, without what it costs.
    pub summary: String,
    /// The module that costs.
    pub module: String,
    /// The distribution it belongs to, with its version, where it is installed.
    pub distribution: Option<String>,
    /// The module with the import statement that brought it in.
    pub importer: Option<String>,
    /// The file to look at: that of the import statement, or that of the body.
    pub file: Option<String>,
    /// The one-based line in it.
    pub line: Option<u32>,
    /// What stands there, where the file is at hand.
    #[serde(default)]
    pub source: Option<SourceExcerpt>,
    /// What is said beside that line. Untrusted.
    #[serde(default)]
    pub label: Option<String>,
    /// The way to the module from the target in which it costs most.
    pub chain: Vec<ChainStep>,
    /// What it costs in a target, in milliseconds: the median over its targets. It is a growth where `kind` is one.
    pub time_ms: f64,
    /// What it costs in a target, in bytes of resident memory, in the same way.
    pub memory_bytes: i64,
    /// How many modules it stands for, in the same way.
    pub modules: u64,
    /// The id of a cause that includes this one, so that the two do not add up.
    #[serde(default)]
    pub part_of: Option<String>,
    /// What it costs in each target, the costliest first.
    pub targets: Vec<CauseTarget>,
    /// True where what it costs falls away with its statements, since nothing else leads to what they bring in.
    #[serde(default)]
    pub saves: bool,
    /// What to do about it, where there is something obvious.
    pub help: Option<String>,
}

/// What a cause costs in one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CauseTarget {
    /// The target's name; empty where it is every start of the interpreter.
    pub target: String,
    /// In milliseconds.
    pub time_ms: f64,
    /// What it took before, in milliseconds, where that is known; 0 of what is new.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub before_ms: f64,
    /// In bytes of resident memory.
    pub memory_bytes: i64,
    /// In modules.
    pub modules: u64,
    /// The first steps from this target to the module, up to where its way is that of the cause.
    #[serde(default)]
    pub chain: Vec<ChainStep>,
    /// The step of the cause's chain with which it goes on, counted from zero.
    #[serde(default)]
    pub joins: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_nothing(ms: &f64) -> bool {
    *ms == 0.0
}

/// What happened, or what is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// An import statement brings in modules that were not there.
    NewImport,
    /// An import statement brings in much.
    Import,
    /// Several import statements bring in much together.
    ImportsTogether,
    /// A package is loaded before any module in it, and takes much.
    Package,
    /// A distribution went to another version.
    Upgrade,
    /// A module changed, and its body takes longer.
    ChangedBody,
    /// A module did not change, and its body takes longer.
    SlowerBody,
    /// A body takes much.
    Body,
    /// Each start of the interpreter loads something that it did not.
    Start,
    /// Modules are compiled at each start.
    CompiledAtStart,
    /// A module's bytecode was made from another source.
    UncheckedBytecode,
    /// The import waits.
    Wait,
    /// A line puts something in the way of all that comes after it.
    Hook,
    /// A line has garbage collected.
    Collection,
    /// Two interpreters are compared.
    Interpreter,
    /// A line fails.
    Failure,
    /// A line does what it must not.
    Effect,
    /// A line warns.
    Warning,
    /// Modules import each other in a circle.
    Circle,
    /// A report of version 1 does not say.
    Other,
}

impl CauseKind {
    /// True where the figures are what it costs more than before; false where they are what it costs, and nothing says that it is new.
    pub fn is_growth(self) -> bool {
        matches!(
            self,
            Self::NewImport
                | Self::Upgrade
                | Self::ChangedBody
                | Self::SlowerBody
                | Self::Start
                | Self::CompiledAtStart
                | Self::UncheckedBytecode
                | Self::Wait
                | Self::Hook
                | Self::Collection
                | Self::Interpreter
        )
    }
}

impl From<&explain::CauseKind> for CauseKind {
    fn from(kind: &explain::CauseKind) -> Self {
        match kind {
            explain::CauseKind::NewModules { .. } => Self::NewImport,
            explain::CauseKind::AtStart => Self::Start,
            explain::CauseKind::Upgrade(_) => Self::Upgrade,
            explain::CauseKind::ChangedModule => Self::ChangedBody,
            explain::CauseKind::SlowerModule { .. } => Self::SlowerBody,
            explain::CauseKind::CompiledAtStart(_) => Self::CompiledAtStart,
            explain::CauseKind::UncheckedBytecode => Self::UncheckedBytecode,
            explain::CauseKind::Blocked => Self::Wait,
            explain::CauseKind::Collected { .. } => Self::Collection,
            explain::CauseKind::Hook(_) => Self::Hook,
            explain::CauseKind::OtherInterpreter(_) => Self::Interpreter,
            explain::CauseKind::HeavyStatement { .. } => Self::Import,
            explain::CauseKind::HeavyTogether { .. } => Self::ImportsTogether,
            explain::CauseKind::HeavyPackage => Self::Package,
            explain::CauseKind::HeavyBody => Self::Body,
        }
    }
}

impl Cause {
    /// A cause of which nothing is known but what it goes back to and what it costs in one target.
    pub(super) fn of_target(id: String, kind: CauseKind, target: CauseTarget) -> Self {
        Self {
            id,
            kind,
            summary: String::new(),
            module: String::new(),
            distribution: None,
            importer: None,
            file: None,
            line: None,
            source: None,
            label: None,
            chain: Vec::new(),
            time_ms: target.time_ms,
            memory_bytes: target.memory_bytes,
            modules: target.modules,
            part_of: None,
            targets: vec![target],
            saves: false,
            help: None,
        }
    }

    /// The line to look at, where file and line are known.
    pub fn place(&self) -> Option<Place> {
        Some(Place {
            file: self.file.clone()?,
            line: self.line?,
        })
    }

    /// What it costs in a target, where it costs there at all.
    pub fn in_target(&self, target: &str) -> Option<&CauseTarget> {
        self.targets.iter().find(|paying| paying.target == target)
    }

    /// What to do about it, with what that saves where it is known.
    pub fn way_out(&self) -> Option<String> {
        let help = self.help.as_ref()?;
        let paying = self.targets.iter().filter(|target| target.time_ms > 0.0).count() as u64;
        if !self.saves || paying == 0 {
            return Some(help.clone());
        }
        let saved = numbers::time(self.time_ms);
        Some(format!(
            "{help}; saves {saved} in {}",
            numbers::counted(paying, "target")
        ))
    }

    /// The way from a target to the module.
    pub fn chain_in(&self, target: &CauseTarget) -> Vec<ChainStep> {
        let shared = self.chain.get(target.joins..).unwrap_or_default();
        target.chain.iter().chain(shared).cloned().collect()
    }

    /// The costlier one first: by time, then by memory, then by the number of targets.
    pub(super) fn by_cost(&self, other: &Self) -> Ordering {
        (other.time_ms.total_cmp(&self.time_ms))
            .then_with(|| other.memory_bytes.cmp(&self.memory_bytes))
            .then_with(|| other.targets.len().cmp(&self.targets.len()))
            .then_with(|| self.id.cmp(&other.id))
    }
}

impl CauseTarget {
    /// A target of which no cost is known.
    pub(super) fn named(target: &str) -> Self {
        Self {
            target: target.to_owned(),
            time_ms: 0.0,
            before_ms: 0.0,
            memory_bytes: 0,
            modules: 0,
            chain: Vec::new(),
            joins: 0,
        }
    }

    /// The one that pays more first: in time, then in memory, then in modules.
    pub(super) fn by_cost(&self, other: &Self) -> Ordering {
        (other.time_ms.total_cmp(&self.time_ms))
            .then_with(|| other.memory_bytes.cmp(&self.memory_bytes))
            .then_with(|| other.modules.cmp(&self.modules))
    }
}
