//! The tables that hold for the whole run: `[project]`, `[gate]`, `[measure]` and `[classes]`.

use std::time::Duration;

use super::keys::declared::{classes, gate, measure, project};
use super::sections::LocatedPattern;
use super::table::Table;
use super::value::Located;
use super::withheld::{self, VariablePattern};
use crate::budgets::{Bytecode, Cited, Engine, Inconclusive, RatchetOf, ReuseBy};

/// `[project]`: what is measured with what.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProjectSettings {
    /// The interpreter as written; the search order of the app holds where it is not set.
    pub python: Option<Cited<String>>,
    /// Folders in front of `sys.path`, as written; `None` where the app is to look for `src`. An empty list means none.
    pub source_roots: Option<Vec<Cited<String>>>,
    /// The baseline file as written.
    pub baseline: Option<Cited<String>>,
    /// Modules that are no targets, whichever layer has a pattern that they match.
    pub(super) exclude: Vec<LocatedPattern>,
    /// Environment variables of everything that is measured, in the order of the file.
    pub env: Vec<(String, Cited<String>)>,
    /// What measured code does not get beside what it never gets.
    withhold_env: Vec<VariablePattern>,
    /// What it gets all the same.
    pass_env: Vec<VariablePattern>,
    /// What is called before the clock starts, as `module:function`.
    pub setup: Option<Cited<String>>,
}

impl ProjectSettings {
    pub(super) fn read(mut table: Table<'_>) -> Self {
        let python = table.optional(&project::PYTHON);
        let source_roots = table.read(&project::SOURCE_ROOTS);
        let baseline = table.optional(&project::BASELINE);
        let exclude = table.read(&project::EXCLUDE);
        let env = table.read(&project::ENV);
        let setup = table.optional(&project::SETUP);
        let patterns = |listed: Option<Located<Vec<Located<VariablePattern>>>>| {
            let listed = listed.map(|listed| listed.value).unwrap_or_default();
            listed.into_iter().map(|pattern| pattern.value).collect()
        };
        let withhold_env = patterns(table.read(&project::WITHHOLD_ENV));
        let pass_env = patterns(table.read(&project::PASS_ENV));
        table.finish();
        Self {
            python,
            source_roots: source_roots.map(|roots| roots.value.iter().map(Located::cited).collect()),
            baseline,
            exclude: exclude.map(|patterns| patterns.value).unwrap_or_default(),
            env: env.map(|variables| variables.value).unwrap_or_default(),
            withhold_env,
            pass_env,
            setup,
        }
    }

    /// True for an environment variable that is kept from what is measured: what CI services hand to a step so that it can act on its
    /// job, and what the file names. What it sets itself is set.
    pub fn withholds(&self, variable: &str) -> bool {
        withheld::is_withheld(variable, &self.withhold_env, &self.pass_env)
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
    /// The share by which a target may be slower than its anchor; `None` where drift is not looked at.
    pub max_drift: Option<Cited<f64>>,
    /// Which limits tighten by themselves.
    pub ratchet: Cited<RatchetOf>,
    /// What an undecided comparison does to the exit code.
    pub inconclusive: Cited<Inconclusive>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            max_regression: gate::MAX_REGRESSION.default(),
            noise_floor_ms: gate::NOISE_FLOOR.default(),
            max_memory_regression: None,
            max_drift: None,
            ratchet: gate::RATCHET.default(),
            inconclusive: gate::INCONCLUSIVE.default(),
        }
    }
}

impl Gate {
    pub(super) fn read(mut table: Table<'_>) -> Self {
        let gate = Self {
            max_regression: table.setting(&gate::MAX_REGRESSION),
            noise_floor_ms: table.setting(&gate::NOISE_FLOOR),
            max_memory_regression: table.optional(&gate::MAX_MEMORY_REGRESSION),
            max_drift: table.optional(&gate::MAX_DRIFT),
            ratchet: table.setting(&gate::RATCHET),
            inconclusive: table.setting(&gate::INCONCLUSIVE),
        };
        table.finish();
        gate
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
            timeout_ms: measure::TIMEOUT.default(),
            samples: None,
            min_samples: measure::MIN_SAMPLES.default(),
            max_samples: measure::MAX_SAMPLES.default(),
            bytecode: measure::BYTECODE.default(),
            reuse: measure::REUSE.default(),
            engine: measure::ENGINE.default(),
            jobs: None,
            seed: None,
            time_limit_ms: None,
            machine_speed_ms: None,
        }
    }
}

impl MeasureSettings {
    pub(super) fn read(mut table: Table<'_>) -> Self {
        let (samples, min_samples, max_samples) = Self::read_samples(&mut table);
        let settings = Self {
            timeout_ms: table.setting(&measure::TIMEOUT),
            samples,
            min_samples,
            max_samples,
            bytecode: table.setting(&measure::BYTECODE),
            reuse: table.setting(&measure::REUSE),
            engine: table.setting(&measure::ENGINE),
            jobs: table.optional(&measure::JOBS),
            seed: table.optional(&measure::SEED),
            time_limit_ms: table.optional(&measure::TIME_LIMIT),
            machine_speed_ms: table.optional(&measure::MACHINE_SPEED),
        };
        table.finish();
        settings
    }

    /// The time limit of the whole run.
    pub fn time_limit(&self) -> Option<Duration> {
        let limit = self.time_limit_ms.as_ref()?;
        Some(Duration::from_secs_f64(limit.value / 1000.0))
    }

    /// `samples`, `min-samples` and `max-samples`, which must agree.
    fn read_samples(table: &mut Table<'_>) -> (Option<Cited<u64>>, Cited<u64>, Cited<u64>) {
        let samples = table.read(&measure::SAMPLES);
        let min_samples = table.read(&measure::MIN_SAMPLES);
        let max_samples = table.read(&measure::MAX_SAMPLES);
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
                Some(format!("`max-samples` stands {}", max.line.spot())),
            );
        }
        if let (Some(samples), Some(bound)) = (&samples, min_samples.as_ref().or(max_samples.as_ref())) {
            let help = format!("leave it out, or the bound {}", bound.line.spot());
            table.report(
                &samples.span,
                "`samples` fixes the number that other keys bound",
                Some(help),
            );
        }
        // A default gives way to the other bound that somebody wrote.
        let least = measure::MIN_SAMPLES.default_value();
        let least = max_samples.as_ref().map_or(least, |max| max.value.min(least));
        let most = measure::MAX_SAMPLES.default_value();
        let most = min_samples.as_ref().map_or(most, |min| min.value.max(most));
        (
            samples.as_ref().map(Located::cited),
            min_samples.as_ref().map_or(Cited::default_of(least), Located::cited),
            max_samples.as_ref().map_or(Cited::default_of(most), Located::cited),
        )
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
            module_level_below_ms: classes::MODULE_LEVEL_BELOW.default(),
            lazy_above_ms: classes::LAZY_ABOVE.default(),
            usage_above: classes::USAGE_ABOVE.default(),
            heavy_ms: classes::HEAVY.default(),
            assumed: Vec::new(),
            usage: None,
        }
    }
}

impl Classes {
    pub(super) fn read(mut table: Table<'_>) -> Self {
        let module_level = table.read(&classes::MODULE_LEVEL_BELOW);
        let lazy = table.read(&classes::LAZY_ABOVE);
        let cited = |written: &Option<Located<f64>>, default| written.as_ref().map_or(default, Located::cited);
        let module_level_below_ms = cited(&module_level, classes::MODULE_LEVEL_BELOW.default());
        let lazy_above_ms = cited(&lazy, classes::LAZY_ABOVE.default());
        if let Some(written) = module_level.as_ref().or(lazy.as_ref())
            && module_level_below_ms.value > lazy_above_ms.value
        {
            let message = "`module-level-below` is above `lazy-above`";
            let help = "an import between the two would belong in both classes".to_owned();
            table.report(&written.span, message, Some(help));
        }
        let classes = Self {
            module_level_below_ms,
            lazy_above_ms,
            usage_above: table.setting(&classes::USAGE_ABOVE),
            heavy_ms: table.setting(&classes::HEAVY),
            assumed: table
                .read(&classes::ASSUMED)
                .map(|times| times.value)
                .unwrap_or_default(),
            usage: table.optional(&classes::USAGE),
        };
        table.finish();
        classes
    }
}
