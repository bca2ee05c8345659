//! `[benchmarks]`: what numbers that other tools measured have to keep within. Benchmarks are not looked for, they are read from files,
//! so that a name here is held against the names in those files, as those of modules are against the modules that exist.

use std::ops::Range;

use super::Budgets;
use super::diagnostic::{Diagnostics, Mistakes};
use super::keys::BENCHMARKS;
use super::keys::declared::{benchmark_limits as keys, benchmarks, limits as ceilings};
use super::names;
use super::quantity::Quantity;
use super::table::{Named, Table};
use super::value::Located;
use crate::budgets::{Accepted, Cited};
use crate::observed::{Benchmark, Better, Each, Tool, Unit, Values};

/// A pattern of names of benchmarks: `*` stands for any characters, also for none, and everything else for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamePattern(String);

impl NamePattern {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As it is written.
    pub(super) fn text(&self) -> &str {
        &self.0
    }

    fn is_literal(&self) -> bool {
        !self.0.contains('*')
    }

    /// True where it stands for this name.
    fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else {
            return false;
        };
        let mut parts: Vec<&str> = parts.collect();
        let Some(last) = parts.pop() else {
            return rest.is_empty();
        };
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }

    /// How narrow it is: a name before any pattern, then the one with more characters before its first `*`, then with more in all.
    fn specificity(&self) -> (bool, usize, usize) {
        let before = self.0.find('*').unwrap_or(self.0.len());
        (self.is_literal(), before, self.0.len() - self.0.matches('*').count())
    }
}

/// True where a pattern of the command line stands for this name.
pub fn matches_benchmark(pattern: &str, name: &str) -> bool {
    NamePattern::new(pattern).matches(name)
}

/// What one table asks of benchmarks.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct BenchmarkRules {
    p50: Option<Located<Quantity>>,
    p95: Option<Located<Quantity>>,
    p99: Option<Located<Quantity>>,
    mean: Option<Located<Quantity>>,
    least: Option<Located<Quantity>>,
    most: Option<Located<Quantity>>,
    max_failed: Option<Located<f64>>,
    pub(super) max_regression: Option<Located<f64>>,
    max_drift: Option<Located<f64>>,
}

impl BenchmarkRules {
    /// What the table of a layer asks of its benchmarks, but for `max-regression` and `max-drift`, which it has for its modules too.
    pub(super) fn of_layer(table: &mut Table<'_>) -> Self {
        Self {
            p50: table.read(&keys::P50),
            p95: table.read(&keys::P95),
            p99: table.read(&keys::P99),
            mean: table.read(&keys::MEAN),
            least: table.read(&keys::MIN),
            most: table.read(&keys::MAX),
            max_failed: table.read(&keys::MAX_FAILED),
            max_regression: None,
            max_drift: None,
        }
    }

    fn of_table(table: &mut Table<'_>) -> Self {
        Self {
            max_regression: table.read(&ceilings::MAX_REGRESSION),
            max_drift: table.read(&ceilings::MAX_DRIFT),
            ..Self::of_layer(table)
        }
    }

    fn over(&self, wider: &Self) -> Self {
        let (own, wider) = (self.clone(), wider.clone());
        Self {
            p50: own.p50.or(wider.p50),
            p95: own.p95.or(wider.p95),
            p99: own.p99.or(wider.p99),
            mean: own.mean.or(wider.mean),
            least: own.least.or(wider.least),
            most: own.most.or(wider.most),
            max_failed: own.max_failed.or(wider.max_failed),
            max_regression: own.max_regression.or(wider.max_regression),
            max_drift: own.max_drift.or(wider.max_drift),
        }
    }

    /// The ceilings and the floor, each with what it holds.
    fn bounds(&self) -> impl Iterator<Item = (Statistic, &Located<Quantity>)> {
        let all = [
            (Statistic::P50, &self.p50),
            (Statistic::P95, &self.p95),
            (Statistic::P99, &self.p99),
            (Statistic::Mean, &self.mean),
            (Statistic::AtLeast, &self.least),
            (Statistic::AtMost, &self.most),
        ];
        all.into_iter()
            .filter_map(|(statistic, bound)| Some((statistic, bound.as_ref()?)))
    }
}

/// `[benchmarks."NAME"]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BenchmarkTable {
    named: Named,
    pattern: NamePattern,
    rules: BenchmarkRules,
}

/// All of `[benchmarks]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct BenchmarkTables {
    files: Option<Located<Vec<Located<String>>>>,
    tables: Vec<BenchmarkTable>,
}

impl BenchmarkTables {
    pub(super) fn read(root: &mut Table<'_>) -> Self {
        let (own, tables) = root.named_tables_beside(&BENCHMARKS);
        let files = own.and_then(|mut own| own.read(&benchmarks::FILES));
        let tables = tables.into_iter().map(|(named, mut table)| {
            let rules = BenchmarkRules::of_table(&mut table);
            table.finish();
            let pattern = NamePattern::new(&named.name);
            BenchmarkTable { named, pattern, rules }
        });
        Self {
            files,
            tables: tables.collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.files.is_none() && self.tables.is_empty()
    }
}

/// Which number of a benchmark a budget is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Statistic {
    /// The median, at most.
    P50,
    /// The 95th percentile, at most.
    P95,
    /// The 99th percentile, at most.
    P99,
    /// The mean, at most.
    Mean,
    /// The value, at least: `min`.
    AtLeast,
    /// The value, at most: `max`.
    AtMost,
}

impl Statistic {
    /// All of them, in the order of the reference.
    pub const ALL: [Self; 6] = [Self::P50, Self::P95, Self::P99, Self::Mean, Self::AtLeast, Self::AtMost];

    /// The key that asks for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Mean => "mean",
            Self::AtLeast => "min",
            Self::AtMost => "max",
        }
    }

    /// The statistic that a key asks for.
    pub fn named(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|statistic| statistic.key() == key)
    }

    /// True where a limit allows more than another one.
    pub fn is_looser(self, limit: f64, other: f64) -> bool {
        match self {
            Self::AtLeast => limit < other,
            _ => limit > other,
        }
    }

    /// The share of samples that are below it, where it is a quantile.
    pub fn probability(self) -> Option<f64> {
        match self {
            Self::P50 => Some(0.50),
            Self::P95 => Some(0.95),
            Self::P99 => Some(0.99),
            Self::Mean | Self::AtLeast | Self::AtMost => None,
        }
    }
}

/// A bound of one benchmark: in the benchmark's own unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// What it bounds.
    pub statistic: Statistic,
    /// By how much, with the line that says so.
    pub limit: Cited<f64>,
}

/// A benchmark with what it has to keep within.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounded<'a> {
    /// The benchmark.
    pub benchmark: &'a Benchmark,
    /// The layer that has it.
    pub layer: Option<String>,
    /// The name or pattern of the table that has it.
    pub table: Option<String>,
    /// Its ceilings and floors.
    pub bounds: Vec<Bound>,
    /// How many of its requests may fail; none where nothing is said.
    pub max_failed: Cited<f64>,
    /// By how much it may be worse than it was recorded.
    pub max_regression: Cited<f64>,
    /// By how much it may be worse than where it was anchored; `None` where drift is not looked at.
    pub max_drift: Option<Cited<f64>>,
    /// Which way is better, as far as tool, unit and budgets say.
    pub better: Option<Better>,
    /// What is accepted beyond the limits, which are raised already.
    pub accepted: Vec<Accepted>,
}

impl Budgets {
    /// The files of `[benchmarks]`, as they are written.
    pub fn benchmark_files(&self) -> impl Iterator<Item = &str> {
        let files = self.sections.benchmarks.files.iter();
        files.flat_map(|files| files.value.iter().map(|file| file.value.as_str()))
    }

    /// True where benchmarks have budgets, or files.
    pub fn has_benchmarks(&self) -> bool {
        !self.sections.benchmarks.is_empty() || self.sections.layers.iter().any(|layer| !layer.benchmarks.is_empty())
    }

    /// True where there is nothing but benchmarks to check, for which no interpreter is needed.
    pub fn has_only_benchmarks(&self) -> bool {
        let sections = &self.sections;
        let no_modules = sections.layers.iter().all(|layer| layer.patterns.is_empty());
        let nothing_else = sections.modules.is_empty() && sections.startups.is_empty() && sections.commands.is_empty();
        self.has_benchmarks() && no_modules && nothing_else
    }

    /// Each benchmark with what holds for it. Of the tables whose pattern matches its name the most specific holds, key by key over that
    /// of its layer, and that over `[gate]`. A name or pattern of the budgets has to match something, unless only `some` of the
    /// benchmarks are looked at.
    ///
    /// # Errors
    /// With every name that matches nothing, tie between patterns, and budget that the numbers of a benchmark cannot be held against:
    /// a time on a rate, a percentile of means.
    pub fn bound<'a>(&self, found: &'a [Benchmark], some: bool) -> Result<Vec<Bounded<'a>>, Diagnostics> {
        let mistakes = Mistakes::new(&self.source);
        let binder = Binder {
            budgets: self,
            mistakes: &mistakes,
        };
        if !some {
            binder.check_names(found);
        }
        let bounded = found.iter().map(|benchmark| binder.bind(benchmark)).collect();
        mistakes.unless_any(bounded)
    }

    /// The same by budgets that may be those of other files, as far as they fit these.
    pub fn bound_where_it_fits<'a>(&self, found: &'a [Benchmark]) -> Vec<Bounded<'a>> {
        let binder = Binder {
            budgets: self,
            mistakes: &Mistakes::new(&self.source),
        };
        found.iter().map(|benchmark| binder.bind(benchmark)).collect()
    }

    /// The names and patterns of the budgets that none of these benchmarks has.
    pub fn benchmarks_without<'a>(&'a self, found: &'a [Benchmark]) -> impl Iterator<Item = &'a str> {
        let is_met = |pattern: &NamePattern| found.iter().any(|benchmark| pattern.matches(&benchmark.name));
        patterns(self)
            .filter(move |(pattern, _)| !is_met(pattern))
            .map(|(pattern, _)| pattern.text())
    }
}

struct Binder<'a> {
    budgets: &'a Budgets,
    mistakes: &'a Mistakes<'a>,
}

/// A pattern with its place.
type Placed<'a> = (&'a NamePattern, &'a Range<usize>);

/// Every name and pattern with its place.
fn patterns(budgets: &Budgets) -> impl Iterator<Item = Placed<'_>> {
    let sections = &budgets.sections;
    let tables = sections.benchmarks.tables.iter();
    let of_layers = sections.layers.iter().flat_map(|layer| &layer.benchmarks);
    let tables = tables.map(|table| (&table.pattern, &table.named.span));
    tables.chain(of_layers.map(|pattern| (&pattern.value, &pattern.span)))
}

impl Binder<'_> {
    fn check_names(&self, found: &[Benchmark]) {
        for (pattern, place) in patterns(self.budgets) {
            if found.iter().any(|benchmark| pattern.matches(&benchmark.name)) {
                continue;
            }
            let message = if pattern.is_literal() {
                format!("there is no benchmark `{}` in the files", pattern.0)
            } else {
                format!("no benchmark in the files matches `{}`", pattern.0)
            };
            self.mistakes
                .report(place, &message, Some(help_with(&pattern.0, found)));
        }
    }

    fn bind<'a>(&self, benchmark: &'a Benchmark) -> Bounded<'a> {
        let sections = &self.budgets.sections;
        let layers = sections.layers.iter().flat_map(|layer| {
            let patterns = layer.benchmarks.iter();
            patterns.map(move |pattern| (&pattern.value, &pattern.span, layer))
        });
        let layer = self.most_specific(&benchmark.name, layers, |one, other| one.named == other.named);
        let tables = sections.benchmarks.tables.iter();
        let tables = tables.map(|table| (&table.pattern, &table.named.span, table));
        let table = self.most_specific(&benchmark.name, tables, |_, _| false);
        let of_layer = layer.map(|layer| BenchmarkRules {
            max_regression: layer.rules.max_regression.clone(),
            max_drift: layer.rules.max_drift.clone(),
            ..layer.benchmark_rules.clone()
        });
        let of_layer = of_layer.unwrap_or_default();
        let rules = table.map_or_else(|| of_layer.clone(), |table| table.rules.over(&of_layer));
        let bounds = rules
            .bounds()
            .filter(|(statistic, limit)| self.fits(benchmark, *statistic, limit));
        let bound = |(statistic, limit): (Statistic, &Located<Quantity>)| Bound {
            statistic,
            limit: Cited {
                value: limit.value.value,
                line: Some(limit.line.clone()),
            },
        };
        let gate = &self.budgets.gate;
        let asked = match (&rules.least, &rules.most) {
            (Some(_), None) => Some(Better::Higher),
            (None, Some(_)) => Some(Better::Lower),
            _ => None,
        };
        Bounded {
            benchmark,
            layer: layer.map(|layer| layer.named.name.clone()),
            table: table.map(|table| table.named.name.clone()),
            bounds: bounds.map(bound).collect(),
            max_failed: rules
                .max_failed
                .as_ref()
                .map_or_else(|| Cited::default_of(0.0), Located::cited),
            max_regression: rules
                .max_regression
                .as_ref()
                .map_or_else(|| gate.max_regression.clone(), Located::cited),
            max_drift: (rules.max_drift.as_ref())
                .map(Located::cited)
                .or_else(|| gate.max_drift.clone()),
            better: asked.or(benchmark.better),
            accepted: Vec::new(),
        }
    }

    /// The most specific of those whose pattern matches the name; two that are so alike are a mistake.
    fn most_specific<'t, T>(
        &self,
        name: &str,
        all: impl Iterator<Item = (&'t NamePattern, &'t Range<usize>, &'t T)>,
        is_one: impl Fn(&T, &T) -> bool,
    ) -> Option<&'t T> {
        let mut best: Option<(&NamePattern, &T)> = None;
        for (pattern, place, table) in all.filter(|(pattern, ..)| pattern.matches(name)) {
            match best {
                Some((other, known)) if other.specificity() == pattern.specificity() && !is_one(known, table) => {
                    let message = format!("`{}` and `{}` match `{name}` alike", other.0, pattern.0);
                    self.mistakes.report_once(
                        place,
                        &message,
                        Some("make one of them longer, or name the benchmark".to_owned()),
                    );
                }
                Some((other, _)) if other.specificity() >= pattern.specificity() => {}
                _ => best = Some((pattern, table)),
            }
        }
        best.map(|(_, table)| table)
    }

    /// True where the benchmark has such a number in this unit; reports what it has instead.
    fn fits(&self, benchmark: &Benchmark, statistic: Statistic, limit: &Located<Quantity>) -> bool {
        let (name, key) = (&benchmark.name, statistic.key());
        let refuse = |message: &str, help: Option<String>| {
            self.mistakes.report_once(&limit.span, message, help);
            false
        };
        if limit.value.unit != benchmark.unit {
            let message = format!(
                "`{name}` is {}, and this is {}",
                noun(benchmark.unit),
                noun(limit.value.unit)
            );
            return refuse(&message, Some(format!("write {}", example(benchmark.unit))));
        }
        let is_value = matches!(statistic, Statistic::AtLeast | Statistic::AtMost);
        if is_value && benchmark.unit == Unit::Time {
            let message = format!("`{key}` is for rates, shares and other values, and `{name}` is a time");
            return refuse(&message, Some("say which: `p50`, `p95`, `p99` or `mean`".to_owned()));
        }
        if statistic.probability().is_some_and(|probability| probability != 0.5)
            && let Some(calls) = means_of(&benchmark.values)
        {
            let message = format!(
                "`{key}` of `{name}` cannot be told: each of its samples is the mean of {calls} calls, in which slow ones are averaged away"
            );
            return refuse(&message, Some(single_calls(benchmark.tool)));
        }
        true
    }
}

/// Of how many calls each sample is the mean, where it is one.
fn means_of(values: &Values) -> Option<u64> {
    match values {
        Values::Raw {
            each: Each::MeanOf(calls),
            ..
        } => Some(*calls),
        Values::Summary(summary) => summary.means_of,
        _ => None,
    }
}

/// How the tool is made to write down single calls.
fn single_calls(tool: Tool) -> String {
    let how = match tool {
        Tool::PytestBenchmark => {
            "have it call once a round: `benchmark.pedantic(function, rounds=100, iterations=1)`; or"
        }
        Tool::Pyperf => "have it call once a value: `--loops 1` and `inner_loops=1`; or",
        Tool::Asv => "set `number = 1` on the benchmark; or",
        Tool::GoogleBenchmark => "run it with `--benchmark_repetitions=100` and `->Iterations(1)`; or",
        Tool::Criterion => "Criterion has no single calls: measure percentiles with another tool, or",
        Tool::Hyperfine | Tool::K6 | Tool::Locust => "",
    };
    format!("{how} ask for the `mean`").trim_start().to_owned()
}

fn noun(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => "a time",
        Unit::Memory => "an amount of memory",
        Unit::Rate => "a rate",
        Unit::Share => "a share",
        Unit::Number => "a number without a unit",
    }
}

fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => "a time such as \"50ms\"",
        Unit::Memory => "an amount of memory such as \"10MiB\"",
        Unit::Rate => "a rate such as \"1000/s\"",
        Unit::Share => "a share such as \"80%\"",
        Unit::Number => "a number without quotes, such as 1000",
    }
}

/// What may have been meant by a name that is not there.
fn help_with(name: &str, found: &[Benchmark]) -> String {
    let all = || found.iter().map(|benchmark| benchmark.name.as_str());
    if let Some(longer) = all().find(|known| known.ends_with(name) || known.starts_with(name)) {
        return format!("did you mean `{longer}`? names stand in full here, and `*` stands for any characters");
    }
    match names::nearest(name, all()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the files have {}", crate::numbers::first_names(all())),
    }
}

#[cfg(test)]
mod tests;
