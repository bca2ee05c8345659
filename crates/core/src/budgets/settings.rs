//! The tables that hold for the whole run: `[project]`, `[gate]`, `[measure]` and `[classes]`.

use super::limits;
use super::names;
use super::table::Table;
use super::value::{Located, cited_or};
use crate::budgets::{Bytecode, Cited, Engine, Inconclusive, ReuseBy};

/// One hour, the longest that anything here may take, in milliseconds.
const HOUR_MS: f64 = 3_600_000.0;

/// What `jobs` accepts at most: no machine has more processors, and each takes file descriptors.
const MOST_JOBS: u64 = 1_024;

/// What `machine-speed` accepts, in milliseconds: a machine on which the calibration takes less or more is none.
const MACHINE_SPEEDS_MS: std::ops::RangeInclusive<f64> = 0.001..=10.0;

/// `[project]`: what is measured with what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProjectSettings {
    /// The interpreter as written; the search order of the app holds where it is not set.
    pub python: Option<Cited<String>>,
    /// Folders in front of `sys.path`, as written; `None` where the app is to look for `src`. An empty list means none.
    pub source_roots: Option<Vec<Cited<String>>>,
    /// The baseline file as written.
    pub baseline: Option<Cited<String>>,
}

impl ProjectSettings {
    pub(super) fn read(mut table: Table<'_>) -> Self {
        let python = table.take("python").and_then(|value| value.text());
        let source_roots = table.take("source-roots").and_then(|value| value.texts(true));
        let baseline = table.take("baseline").and_then(|value| value.text());
        table.finish();
        Self {
            python: python.as_ref().map(Located::cited),
            source_roots: source_roots.map(|roots| roots.iter().map(Located::cited).collect()),
            baseline: baseline.as_ref().map(Located::cited),
        }
    }
}

/// `[gate]`: what counts as a regression where no layer and no module says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// The share by which a target may be slower than the baseline; 0.1 is 10%.
    pub max_regression: Cited<f64>,
    /// A change below this many milliseconds never fails.
    pub noise_floor_ms: Cited<f64>,
    /// The share by which a target may add more memory than the baseline; `None` where that is not asked.
    pub max_memory_regression: Option<Cited<f64>>,
    /// What an undecided comparison does to the exit code.
    pub inconclusive: Cited<Inconclusive>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            max_regression: Cited::default_of(0.10),
            noise_floor_ms: Cited::default_of(0.5),
            max_memory_regression: None,
            inconclusive: Cited::default_of(Inconclusive::Warn),
        }
    }
}

/// What `max-regression`, `max-memory-regression` and `max-variation` accept: below a thousandth nothing can be decided, and above tenfold
/// nothing would ever fail.
pub(super) const SHARES: std::ops::RangeInclusive<f64> = 0.001..=10.0;
/// What `noise-floor` accepts; zero switches it off.
pub(super) const NOISE_FLOORS_MS: std::ops::RangeInclusive<f64> = 0.0..=60_000.0;

impl Gate {
    pub(super) fn read(mut table: Table<'_>) -> Self {
        let default = Self::default();
        let max_regression = table.take("max-regression").and_then(|value| value.share(&SHARES));
        let noise_floor = table
            .take("noise-floor")
            .and_then(|value| value.time_ms(&NOISE_FLOORS_MS));
        let memory = table.take("max-memory-regression");
        let memory = memory.and_then(|value| value.share(&SHARES));
        let choices = [("warn", Inconclusive::Warn), ("fail", Inconclusive::Fail)];
        let inconclusive = table.take("inconclusive").and_then(|value| value.choice(&choices));
        table.finish();
        Self {
            max_regression: cited_or(max_regression.as_ref(), default.max_regression.value),
            noise_floor_ms: cited_or(noise_floor.as_ref(), default.noise_floor_ms.value),
            max_memory_regression: memory.as_ref().map(Located::cited),
            inconclusive: cited_or(inconclusive.as_ref(), default.inconclusive.value),
        }
    }
}

/// `[measure]`: how samples are taken.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureSettings {
    /// The time limit of one import, in milliseconds; past it the target hangs.
    pub timeout_ms: Cited<f64>,
    /// A fixed number of samples for each target; `None` where the plan decides.
    pub samples: Option<Cited<u64>>,
    /// The fewest samples of a target that is timed.
    pub min_samples: Cited<u64>,
    /// The most samples of a target.
    pub max_samples: Cited<u64>,
    /// Bytecode as it is shipped, warm or cold.
    pub bytecode: Cited<Bytecode>,
    /// What shows that a target did not change, so that its recorded numbers hold.
    pub reuse: Cited<ReuseBy>,
    /// Time or instructions.
    pub engine: Cited<Engine>,
    /// How many imports may run at once; `None` for as many as there are processors.
    pub jobs: Option<Cited<u64>>,
    /// The seed of the random order; `None` where each run draws its own.
    pub seed: Option<Cited<u64>>,
    /// The time limit of the whole run, in milliseconds.
    pub time_limit_ms: Option<Cited<f64>>,
    /// In whose milliseconds times are shown and held against ceilings: those of a machine on which the calibration takes so long
    /// (in milliseconds). `None` for the one that measures.
    pub machine_speed_ms: Option<Cited<f64>>,
}

impl Default for MeasureSettings {
    fn default() -> Self {
        Self {
            timeout_ms: Cited::default_of(10_000.0),
            samples: None,
            min_samples: Cited::default_of(3),
            max_samples: Cited::default_of(60),
            bytecode: Cited::default_of(Bytecode::AsIs),
            reuse: Cited::default_of(ReuseBy::default()),
            engine: Cited::default_of(Engine::Time),
            jobs: None,
            seed: None,
            time_limit_ms: None,
            machine_speed_ms: None,
        }
    }
}

impl MeasureSettings {
    pub(super) fn read(mut table: Table<'_>) -> Self {
        let default = Self::default();
        let timeout = table.take("timeout").and_then(|value| value.time_ms(&(1.0..=HOUR_MS)));
        let [samples, min_samples, max_samples] = Self::read_samples(&mut table);
        let bytecode = [
            ("as-is", Bytecode::AsIs),
            ("warm", Bytecode::Warm),
            ("cold", Bytecode::Cold),
        ];
        let bytecode = table.take("bytecode").and_then(|value| value.choice(&bytecode));
        let reuse = ReuseBy::ALL.map(|reuse| (reuse.name(), reuse));
        let reuse = table.take("reuse").and_then(|value| value.choice(&reuse));
        let engine = [("time", Engine::Time), ("instructions", Engine::Instructions)];
        let engine = table.take("engine").and_then(|value| value.choice(&engine));
        let jobs = table.take("jobs").and_then(|value| value.count(&(1..=MOST_JOBS)));
        // TOML integers end at 2^63 − 1.
        let seed = table.take("seed").and_then(|value| value.count(&(0..=i64::MAX as u64)));
        let time_limit = table
            .take("time-limit")
            .and_then(|value| value.time_ms(&(1_000.0..=24.0 * HOUR_MS)));
        let machine_speed = table
            .take("machine-speed")
            .and_then(|value| value.time_ms(&MACHINE_SPEEDS_MS));
        table.finish();
        Self {
            timeout_ms: cited_or(timeout.as_ref(), default.timeout_ms.value),
            samples: samples.as_ref().map(Located::cited),
            // A default gives way to the other bound that somebody wrote.
            min_samples: cited_or(
                min_samples.as_ref(),
                max_samples.as_ref().map_or(default.min_samples.value, |max| {
                    max.value.min(default.min_samples.value)
                }),
            ),
            max_samples: cited_or(
                max_samples.as_ref(),
                min_samples.as_ref().map_or(default.max_samples.value, |min| {
                    min.value.max(default.max_samples.value)
                }),
            ),
            bytecode: cited_or(bytecode.as_ref(), default.bytecode.value),
            reuse: cited_or(reuse.as_ref(), default.reuse.value),
            engine: cited_or(engine.as_ref(), default.engine.value),
            jobs: jobs.as_ref().map(Located::cited),
            seed: seed.as_ref().map(Located::cited),
            time_limit_ms: time_limit.as_ref().map(Located::cited),
            machine_speed_ms: machine_speed.as_ref().map(Located::cited),
        }
    }

    /// `samples`, `min-samples` and `max-samples`, which must agree.
    fn read_samples(table: &mut Table<'_>) -> [Option<Located<u64>>; 3] {
        let accepted = 1..=10_000;
        let [samples, min_samples, max_samples] = ["samples", "min-samples", "max-samples"]
            .map(|key| table.take(key).and_then(|value| value.count(&accepted)));
        if let (Some(min), Some(max)) = (&min_samples, &max_samples)
            && min.value > max.value
        {
            let message = format!(
                "`min-samples` is {}, more than the {} of `max-samples`",
                min.value, max.value
            );
            table.report(
                &min.span,
                &message,
                Some(format!("`max-samples` stands on line {}", max.line.line)),
            );
        }
        if let (Some(samples), Some(bound)) = (&samples, min_samples.as_ref().or(max_samples.as_ref())) {
            let help = format!("leave it out, or the bound on line {}", bound.line.line);
            table.report(
                &samples.span,
                "`samples` fixes the number that other keys bound",
                Some(help),
            );
        }
        [samples, min_samples, max_samples]
    }
}

/// `[classes]`: where an import belongs, by what it costs and how often it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// An import below this many milliseconds belongs at module level.
    pub module_level_below_ms: Cited<f64>,
    /// An import above this many milliseconds belongs in the function that needs it.
    pub lazy_above_ms: Cited<f64>,
    /// An import used in more than this share of runs belongs at module level, whatever it costs.
    pub usage_above: Cited<f64>,
    /// A module above this many milliseconds gets a warning.
    pub heavy_ms: Cited<f64>,
    /// What is assumed of imports, in milliseconds: `classify` shows it beside what is measured.
    pub assumed: Vec<(String, Cited<f64>)>,
    /// The file of usage as written; `None` where it is to be looked for beside the budgets file.
    pub usage: Option<Cited<String>>,
}

impl Default for Classes {
    fn default() -> Self {
        Self {
            module_level_below_ms: Cited::default_of(10.0),
            lazy_above_ms: Cited::default_of(100.0),
            usage_above: Cited::default_of(0.8),
            heavy_ms: Cited::default_of(500.0),
            assumed: Vec::new(),
            usage: None,
        }
    }
}

impl Classes {
    pub(super) fn read(mut table: Table<'_>) -> Self {
        let default = Self::default();
        let times = 0.001..=HOUR_MS;
        let [module_level, lazy, heavy] = ["module-level-below", "lazy-above", "heavy"]
            .map(|key| table.take(key).and_then(|value| value.time_ms(&times)));
        let usage_above = table.take("usage-above").and_then(|value| value.share(&(0.001..=1.0)));
        let assumed = table.take_table("assumed").map(|table| read_assumed(&table, &times));
        let usage = table.take("usage").and_then(|value| value.text());
        let module_level_below_ms = cited_or(module_level.as_ref(), default.module_level_below_ms.value);
        let lazy_above_ms = cited_or(lazy.as_ref(), default.lazy_above_ms.value);
        if let Some(written) = module_level.as_ref().or(lazy.as_ref())
            && module_level_below_ms.value > lazy_above_ms.value
        {
            let message = "`module-level-below` is above `lazy-above`";
            let help = "an import between the two would belong in both classes".to_owned();
            table.report(&written.span, message, Some(help));
        }
        table.finish();
        Self {
            module_level_below_ms,
            lazy_above_ms,
            usage_above: cited_or(usage_above.as_ref(), default.usage_above.value),
            heavy_ms: cited_or(heavy.as_ref(), default.heavy_ms.value),
            assumed: assumed.unwrap_or_default(),
            usage: usage.as_ref().map(Located::cited),
        }
    }
}

/// `[classes.assumed]`: a time for each module that somebody has an idea of.
fn read_assumed(table: &Table<'_>, accepted: &std::ops::RangeInclusive<f64>) -> Vec<(String, Cited<f64>)> {
    let mut assumed = Vec::new();
    for (named, value) in table.named_values() {
        if value.is_table() {
            let message = format!("`{}` takes a time with its unit, not a table", named.name);
            let help = "a dotted name stands in quotes, such as `\"lxml.etree\" = \"5ms\"`".to_owned();
            table.report(&named.span, &message, Some(help));
        } else if names::is_module_name(&named.name) {
            let time_ms = value.time_ms(accepted);
            assumed.extend(time_ms.map(|time_ms| (named.name, time_ms.cited())));
        } else {
            table.report(
                &named.span,
                &limits::not_a_module(&named.name),
                limits::module_help(&named.name),
            );
        }
    }
    assumed
}
