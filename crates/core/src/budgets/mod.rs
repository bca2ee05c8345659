//! The budgets file: what is measured, and what each target must keep within. A text becomes [`Budgets`] in one step
//! that collects every mistake; [`Budgets::resolve`] then turns patterns into targets, given what modules there are.
//! Nothing here reads a file: the text and the [`ModuleIndex`] come from outside.
//!
//! Every key, with its default:
//! ```toml
#![doc = include_str!("reference.toml")]
//! ```

mod allowance;
mod among_recorded;
mod benchmarks;
mod checkpoints;
mod cited;
mod claims;
mod diagnostic;
mod engine;
mod improvement;
mod in_force;
mod keys;
mod limits;
mod names;
mod overrides;
mod packages;
mod pattern;
mod quantity;
mod resolve;
mod schema;
mod sections;
mod select;
mod settings;
mod severity;
mod syntax;
mod table;
mod target;
pub mod units;
mod value;
mod withheld;

use std::ops::Range;

use toml::de::DeTable;

pub use self::allowance::{
    Accepted, Allowance, AllowanceFile, Amount, AmountKind, DAYS_OF_WARNING, FOLDER as ALLOWANCES, InBaseline,
    OF_BENCHMARK, OF_CAUSE, Relative, Term, accept, accept_of_benchmarks, can_be_allowed, read as read_allowances,
};
pub use self::benchmarks::{Bound, Bounded, Statistic, matches_benchmark};
pub use self::cited::{BudgetLine, Cited, Inconclusive, RatchetOf};
pub use self::diagnostic::{Diagnostic, Diagnostics};
pub use self::engine::{Bytecode, Engine, ReuseBy};
pub use self::improvement::Improvement;
pub use self::in_force::{InForce, SettingsInForce};
pub use self::limits::Limits;
pub use self::names::nearest;
pub use self::overrides::Override;
pub use self::pattern::{Pattern, PatternError};
pub use self::quantity::Quantity;
pub use self::schema::schema;
pub(crate) use self::select::names;
pub use self::select::{Group, Selection, Unmatched, select};
pub use self::settings::{Classes, Gate, MeasureSettings, ProjectSettings};
pub use self::severity::{Severities, Weight};
pub use self::target::{Target, TargetKind, Workload};
pub use self::withheld::is_withheld_everywhere;

use self::diagnostic::{Mistakes, Source};
use self::in_force::Set;
use self::keys::{CLASSES, FILE, GATE, IMPROVEMENT, MEASURE, PROJECT, SEVERITY};
use self::sections::Sections;
use self::table::Table;
use self::value::Located;

/// What kind of file the budgets stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file of their own, `budgets.toml` by default.
    Standalone,
    /// The table `[tool.importgate]` of a pyproject.toml.
    Pyproject,
}

/// A budgets file without mistakes. Patterns and module names are still to be held against what exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Budgets {
    /// What is measured with what.
    pub project: ProjectSettings,
    /// What counts as a regression.
    pub gate: Gate,
    /// How much findings of each code matter.
    pub severities: Severities,
    /// How samples are taken.
    pub measure: MeasureSettings,
    /// Where an import belongs.
    pub classes: Classes,
    /// What must have become better since an earlier recording.
    pub improvement: Option<Improvement>,
    sections: Sections,
    source: Source,
    /// Every key that the file sets.
    set: Vec<Set>,
}

/// A budgets file as it is written, with what the command line sets beside it.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// The file's text.
    pub text: &'a str,
    /// What diagnostics and citations call the file.
    pub file_name: &'a str,
    /// What kind of file it is.
    pub kind: FileKind,
    /// Keys that win over those of the file.
    pub overrides: &'a [Override],
}

impl Written<'_> {
    /// Reads it.
    ///
    /// # Errors
    /// With every mistake in the text, in the order of the lines, and in what the command line sets.
    pub fn parse(&self) -> Result<Budgets, Diagnostics> {
        let source = Source::with_overrides(self.file_name, self.text, self.overrides);
        let mistakes = Mistakes::new(&source);
        let reading = read(self.kind, &mistakes);
        if let Some(place) = reading.as_ref().and_then(|reading| reading.names_nothing.as_ref()) {
            let help = "add `[layers.NAME]` with `modules = [\"shop.*\"]` and a ceiling such as `max-time = \"10ms\"`";
            mistakes.report_absence(place, "the budgets name nothing to measure", Some(help.to_owned()));
        }
        match reading {
            Some(reading) => mistakes.unless_any(reading.budgets),
            None => Err(mistakes.into_diagnostics()),
        }
    }

    /// Reads what holds for a project whose budgets may name nothing to measure.
    ///
    /// # Errors
    /// With every other mistake.
    pub fn settings(&self) -> Result<Budgets, Diagnostics> {
        let source = Source::with_overrides(self.file_name, self.text, self.overrides);
        let mistakes = Mistakes::new(&source);
        match read(self.kind, &mistakes) {
            Some(reading) => mistakes.unless_any(reading.budgets),
            None => Err(mistakes.into_diagnostics()),
        }
    }

    /// The valid part of what [`Written::parse`] refuses, so that its patterns can be resolved and all mistakes be shown in one
    /// go ([`Diagnostics::and`]). `None` where a mistake may hide what the modules are looked for with.
    pub fn valid_part(&self) -> Option<Budgets> {
        let source = Source::with_overrides(self.file_name, self.text, self.overrides);
        let mistakes = Mistakes::new(&source);
        let reading = read(self.kind, &mistakes)?;
        (reading.project_is_valid && !mistakes.is_incomplete()).then_some(reading.budgets)
    }
}

/// Reads a budgets file without anything beside it. `file_name` is what diagnostics and citations call it.
///
/// # Errors
/// With every mistake in the text, in the order of the lines.
pub fn parse(text: &str, file_name: &str, kind: FileKind) -> Result<Budgets, Diagnostics> {
    let overrides = &[];
    Written {
        text,
        file_name,
        kind,
        overrides,
    }
    .parse()
}

/// What a file says where it can be read.
struct Reading {
    budgets: Budgets,
    project_is_valid: bool,
    /// The place of the whole, where there is nothing to measure.
    names_nothing: Option<Range<usize>>,
}

/// Reads what can be read, and reports the rest; `None` where nothing can.
fn read(kind: FileKind, mistakes: &Mistakes<'_>) -> Option<Reading> {
    let overrides: Vec<String> = mistakes.source.overrides().collect();
    let mut document = tree(mistakes.source.text_of_file(), mistakes);
    let budgets = match kind {
        FileKind::Standalone => Some(&mut document),
        FileKind::Pyproject => overrides::table_in(&mut document, &["tool", "importgate"]),
    };
    if let Some(budgets) = budgets {
        for text in &overrides {
            overrides::lay_over(budgets, tree(text, mistakes));
        }
    }
    let file = Table::top(mistakes, &document);
    let root = match kind {
        FileKind::Standalone => file,
        FileKind::Pyproject => tool_table(file)?,
    };
    Some(Budgets::read(root, mistakes))
}

/// What TOML makes of a text; what it refuses is reported.
fn tree<'a>(text: &'a str, mistakes: &Mistakes<'_>) -> DeTable<'a> {
    let (tree, syntax_errors) = DeTable::parse_recoverable(text);
    for error in &syntax_errors {
        syntax::report(mistakes, error);
    }
    tree.into_inner()
}

/// The table `[tool.importgate]`; those of other tools are not looked at.
fn tool_table<'a>(mut file: Table<'a>) -> Option<Table<'a>> {
    let tool = file.take("tool").and_then(|tool| tool.table(Vec::new()));
    let table = tool.and_then(|mut tool| tool.take("importgate"));
    if table.is_none() {
        let help = "add `[tool.importgate.layers.NAME]` with `modules` and a ceiling, or name a file with `--budgets`";
        file.report_absence("there is no `[tool.importgate]` table in this file", help);
    }
    table?.table(Table::top_keys())
}

impl Budgets {
    fn read(mut root: Table<'_>, mistakes: &Mistakes<'_>) -> Reading {
        let mistakes_before = mistakes.count();
        let project = root.section(&PROJECT).map(ProjectSettings::read).unwrap_or_default();
        let project_is_valid = mistakes.count() == mistakes_before;
        let gate = root.section(&GATE).map(Gate::read).unwrap_or_default();
        let severities = root.section(&SEVERITY).map(severity::read).unwrap_or_default();
        let measure = root.section(&MEASURE).map(MeasureSettings::read).unwrap_or_default();
        let classes = root.section(&CLASSES).map(Classes::read).unwrap_or_default();
        let improvement = root.section(&IMPROVEMENT).and_then(Improvement::read);
        let sections = Sections::read(&mut root);
        for ceiling in sections.time_ceilings() {
            check_reachable(&root, ceiling, &measure);
        }
        let measured = FILE.iter().filter(|section| section.is_measured);
        let measured: Vec<&str> = measured.map(|section| section.name).collect();
        // A misspelled table is one mistake, not two.
        let names_nothing = root.finish() == 0 && !root.has_any(&measured);
        let source = mistakes.source.clone();
        Reading {
            budgets: Self {
                project,
                gate,
                severities,
                measure,
                classes,
                improvement,
                sections,
                source,
                set: mistakes.every_key_set(),
            },
            project_is_valid,
            names_nothing: names_nothing.then(|| root.place().clone()),
        }
    }

    /// How many orders of its imports a start-up target asks to have tried (`orders`); `None` where it does not ask,
    /// and for targets of any other kind.
    pub fn orders(&self, target: &str) -> Option<Cited<u64>> {
        let name = target.strip_prefix("startup:")?;
        let startup = self
            .sections
            .startups
            .iter()
            .find(|startup| startup.named.name == name)?;
        startup.orders.as_ref().map(Located::cited)
    }

    /// Everything that the file says, and the command line beside it.
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// The file, as it was named to [`parse`].
    pub fn file_name(&self) -> &str {
        self.source.file()
    }
}

/// A ceiling at or above the time limit would never be seen exceeded: the import counts as hanging first.
fn check_reachable(root: &Table<'_>, ceiling: &Located<f64>, measure: &MeasureSettings) {
    let timeout = &measure.timeout_ms;
    if ceiling.value < timeout.value {
        return;
    }
    let origin = timeout
        .line
        .as_ref()
        .map_or("by default".to_owned(), |line| format!("set {}", line.spot()));
    let limit = units::format_time(timeout.value);
    let message = format!("this ceiling can never be exceeded: an import is stopped after {limit} ({origin})");
    root.report(
        &ceiling.span,
        &message,
        Some("lower it, or raise `timeout` in `[measure]`".to_owned()),
    );
}
