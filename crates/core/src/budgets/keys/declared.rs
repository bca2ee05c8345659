//! Every key of the budgets file, one entry each: what it asks (its comment, which editors show), its name, which values it takes, what
//! holds without it, and examples. `sections` says which tables have which of these groups. A reader of a table takes
//! each key of its groups; one that is declared and never taken, or taken and not declared, ends every test that reads such a table.

use std::ops::RangeInclusive;

use super::Absent::{Required, Value, Words as Says};
use super::kinds::{
    AnyQuantity, BenchmarkNames, Call, Choice, Choices, CommandLine, Count, Memory, ModuleNames, Patterns, Share,
    SomeModuleNames, Text, Texts, Time, TimesOfModules, VariableNames, Variables, Words,
};
use super::{Described, Key};
use crate::budgets::{Bytecode, Engine, Inconclusive, RatchetOf, ReuseBy, Weight};
use crate::observed::Effect;

/// One hour, the longest that anything here may take, in milliseconds.
pub(in crate::budgets) const HOUR_MS: f64 = 3_600_000.0;
/// What a ceiling of time accepts: a microsecond to an hour.
const TIMES_MS: RangeInclusive<f64> = 0.001..=HOUR_MS;
/// What a ceiling of memory accepts: a byte to a tebibyte.
pub(in crate::budgets) const MEMORY: RangeInclusive<u64> = 1..=1 << 40;
/// What a share of growth or spread accepts: below a thousandth nothing can be decided, and above tenfold nothing would ever fail.
const SHARES: RangeInclusive<f64> = 0.001..=10.0;
/// What `noise-floor` accepts; zero switches it off.
const NOISE_FLOORS_MS: RangeInclusive<f64> = 0.0..=60_000.0;
/// What an improvement accepts: nothing loses all that it takes.
const IMPROVEMENTS: RangeInclusive<f64> = 0.001..=0.999;
/// How many samples there may be of one target.
const SAMPLES: RangeInclusive<u64> = 1..=10_000;
/// What becomes of a warning or of a cycle: true where it fails.
const FAIL_OR_WARN: [(&str, bool); 2] = [("fail", true), ("warn", false)];

/// What may become of findings of a code.
const WEIGHTS: [(&str, Weight); 3] = [("error", Weight::Error), ("warn", Weight::Warn), ("off", Weight::Off)];
/// The same of a rule that fails only where a table asks it to.
const LOOSER: [(&str, Weight); 2] = [("warn", Weight::Warn), ("off", Weight::Off)];
/// The same of what says that something was not compared.
const NEVER_OFF: [(&str, Weight); 2] = [("error", Weight::Error), ("warn", Weight::Warn)];

/// Declares groups of keys: a module for each, with a constant for each key, and `KEYS` with all of them.
macro_rules! keys {
    ($(
        $(#[doc = $group_doc:literal])*
        $group:ident {
            $(
                $(#[doc = $doc:literal])*
                $key:ident: $kind:ty = $name:literal, $values:expr, $absent:expr, [$($example:tt),*];
            )*
        }
    )*) => {
        $(
            $(#[doc = $group_doc])*
            pub(in crate::budgets) mod $group {
                use super::*;

                $(
                    $(#[doc = $doc])*
                    pub(in crate::budgets) const $key: Key<$kind> = Key {
                        name: $name,
                        kind: $values,
                        absent: $absent,
                        about: concat!($($doc),*),
                        examples: &[$(stringify!($example)),*],
                    };
                )*

                /// Every key of the group.
                pub(in crate::budgets) const KEYS: &[&dyn Described] = &[$(&$key),*];
            }
        )*
    };
}

keys! {
    /// `[project]`.
    project {
        /// The interpreter: a path, the folder of an environment, or a name that is looked up on PATH.
        PYTHON: Text = "python", Text,
            Says("the environment `.venv` beside this file, the active environment, `python3` on PATH"), [".venv/bin/python", "python3.13"];
        /// Folders that are put in front of `sys.path`, in this order. An empty list puts none there.
        SOURCE_ROOTS: Texts = "source-roots", Texts, Says("`src` where there is such a folder, else the folder of this file"), [["src"]];
        /// Environment variables of everything that is measured, beside those of the shell. They are part of what an import depends on.
        ENV: Variables = "env", Variables, Says("none"), [{"DJANGO_SETTINGS_MODULE": "shop.settings"}];
        /// Further variables that measured code does not get, with `*` for any end: beside the tokens and files by which a step acts on
        /// its job in a CI service, such as GITHUB_TOKEN, GITHUB_OUTPUT and INPUT_*, which it never gets.
        WITHHOLD_ENV: VariableNames = "withhold-env", VariableNames, Says("none"), [["DEPLOY_*"]];
        /// Variables that measured code gets although they are withheld.
        PASS_ENV: VariableNames = "pass-env", VariableNames, Says("none"), [["GITHUB_TOKEN"]];
        /// A function that is called before the clock starts, as module:function: in each process, or in the one that it is forked from.
        /// What it loads counts as preloaded.
        SETUP: Call = "setup", Call, Says("nothing is called"), ["django:setup"];
        /// The file with what an earlier commit measured. `importgate record` writes it, and it is committed.
        BASELINE: Text = "baseline", Text,
            Says("`importgate.baseline.json` beside an importgate.toml, `budgets.baseline.json` beside any other file"), ["ci/imports.json"];
        /// Modules that are no targets, whichever layer has a pattern that they match: names and patterns.
        EXCLUDE: Patterns = "exclude", Patterns, Says("nothing is left out"), [["shop.vendored.**"]];
    }

    /// `[gate]`.
    gate {
        /// By how much a target may be slower than the baseline, where neither its layer nor its own table says otherwise.
        MAX_REGRESSION: Share = "max-regression", Share(SHARES), Value(0.10), ["10%", "5%"];
        /// A smaller change never fails, whatever its share.
        NOISE_FLOOR: Time = "noise-floor", Time(NOISE_FLOORS_MS), Value(0.5), ["0.5ms", "1ms"];
        /// By how much a target may add more memory than the baseline. Less than 1 MiB never fails.
        MAX_MEMORY_REGRESSION: Share = "max-memory-regression", Share(SHARES), Says("memory is not compared"), ["20%"];
        /// How far a target may drift from its anchor over any number of recordings, where neither its layer nor its own table says
        /// otherwise. `importgate anchor` moves the anchor; `record` never does.
        MAX_DRIFT: Share = "max-drift", Share(SHARES), Says("drift is not looked at"), ["20%"];
        /// Which limits tighten by themselves when `importgate record` sees less than before: "counts", modules and packages that are
        /// not loaded any more; "all", times too; "off", none.
        RATCHET: Choice<RatchetOf> = "ratchet",
            Choice(&[("counts", RatchetOf::Counts), ("all", RatchetOf::All), ("off", RatchetOf::Off)]), Value(RatchetOf::Off), ["counts", "all"];
        /// What becomes of a comparison that the samples do not decide.
        INCONCLUSIVE: Choice<Inconclusive> = "inconclusive",
            Choice(&[("warn", Inconclusive::Warn), ("fail", Inconclusive::Fail)]), Value(Inconclusive::Warn), ["warn", "fail"];
    }

    /// `[measure]`.
    measure {
        /// The time limit of one import, without what it waits for a processor. Past it the target hangs.
        TIMEOUT: Time = "timeout", Time(1.0..=HOUR_MS), Value(10_000.0), ["10s", "1min"];
        /// Takes exactly so many samples of each target, instead of as many as a decision needs.
        SAMPLES: Count = "samples", Count(super::SAMPLES), Says("as many as a decision needs"), [20];
        /// The fewest samples of a target that is timed.
        MIN_SAMPLES: Count = "min-samples", Count(super::SAMPLES), Value(3), [3, 5];
        /// The most samples of a target. What they do not decide is inconclusive.
        MAX_SAMPLES: Count = "max-samples", Count(super::SAMPLES), Value(60), [60, 100];
        /// How bytecode is met: "as-is", as it is shipped; "warm", compiled by an earlier import into a private folder; "cold", compiled
        /// from source by every sample.
        BYTECODE: Choice<Bytecode> = "bytecode",
            Choice(&[("as-is", Bytecode::AsIs), ("warm", Bytecode::Warm), ("cold", Bytecode::Cold)]), Value(Bytecode::AsIs), ["as-is", "warm"];
        /// What has to show that a target did not change, so that its recorded numbers hold: "files", its files; "observed", one
        /// import of it; "never", nothing does, and every target is timed.
        REUSE: Choice<ReuseBy> = "reuse", Choice(&[("files", ReuseBy::Files), ("observed", ReuseBy::Observed), ("never", ReuseBy::Never)]), Value(ReuseBy::Files), ["files", "observed"];
        /// What decides about regressions: "time", or "instructions", which are counted and need valgrind or perf.
        ENGINE: Choice<Engine> = "engine",
            Choice(&[("time", Engine::Time), ("instructions", Engine::Instructions)]), Value(Engine::Time), ["time", "instructions"];
        /// How many imports may run at once.
        // No machine has more processors, and each takes file descriptors.
        JOBS: Count = "jobs", Count(1..=1_024), Says("as many as there are processors, while memory lasts"), [4];
        /// The seed of the random order in which samples are taken.
        // TOML integers end at 2^63 − 1.
        SEED: Count = "seed", Count(0..=i64::MAX as u64), Says("another one in each run"), [1];
        /// The time limit of a whole run. What is undecided then is inconclusive.
        TIME_LIMIT: Time = "time-limit", Time(1_000.0..=24.0 * HOUR_MS), Says("none"), ["5min"];
        /// In whose milliseconds times are shown and held against ceilings: those of a machine on which the calibration takes so
        /// long under this Python. `importgate doctor` says what it takes here.
        // A machine on which it takes less or more is none.
        MACHINE_SPEED: Time = "machine-speed", Time(0.001..=10.0), Says("the machine that measures"), ["45us"];
    }

    /// `[classes]`.
    classes {
        /// An import that takes less belongs at module level.
        MODULE_LEVEL_BELOW: Time = "module-level-below", Time(TIMES_MS), Value(10.0), ["10ms"];
        /// An import that takes more belongs in the function that needs it.
        LAZY_ABOVE: Time = "lazy-above", Time(TIMES_MS), Value(100.0), ["100ms"];
        /// A module from which more is used in a larger share of the runs belongs at module level, whatever it costs.
        USAGE_ABOVE: Share = "usage-above", Share(0.001..=1.0), Value(0.8), ["80%"];
        /// The file of what `importgate usage` recorded.
        USAGE: Text = "usage", Text, Says("`importgate.usage.json` beside this file, where it exists"), ["importgate.usage.json"];
        /// A module that takes longer gets a warning.
        HEAVY: Time = "heavy", Time(TIMES_MS), Value(500.0), ["500ms"];
        /// What somebody assumes that imports take, by their modules. `importgate classify` shows it beside what is measured.
        ASSUMED: TimesOfModules = "assumed", TimesOfModules(TIMES_MS), Says("nothing is assumed"), [{"json": "1ms"}];
    }

    /// `[improvement]`.
    improvement {
        /// The recording that it is held against.
        SINCE: Text = "since", Text, Required, ["before.baseline.json"];
        /// Each target takes so much less time.
        TIME: Share = "time", Share(IMPROVEMENTS), Says("not asked"), ["20%"];
        /// Each target adds so much less memory.
        MEMORY: Share = "memory", Share(IMPROVEMENTS), Says("not asked"), ["20%"];
        /// Each target takes so much less CPU time, whatever it waits for.
        CPU: Share = "cpu", Share(IMPROVEMENTS), Says("not asked"), ["15%"];
        /// Which targets must have improved: names of targets, patterns of them, `layer:NAME`, `checkpoint:NAME`.
        TARGETS: Words = "targets", Words { checkpoints: true }, Says("all that both sides have"), [["checkpoint:1A"]];
    }

    /// `[severity]`.
    severity {
        /// An import takes longer than `max-time`.
        OVER_TIME: Choice<Weight> = "over-time", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// A layer in one process takes longer than `max-total-time`.
        OVER_TOTAL_TIME: Choice<Weight> = "over-total-time", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// An import adds more memory than `max-memory`.
        OVER_MEMORY: Choice<Weight> = "over-memory", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// An import loads more modules than `max-modules`.
        OVER_MODULES: Choice<Weight> = "over-modules", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// An import loads more new modules than `max-new-modules`.
        OVER_NEW_MODULES: Choice<Weight> = "over-new-modules", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// An import is slower than before by more than `max-regression`.
        REGRESSION: Choice<Weight> = "regression", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// An import adds more memory than before by more than `max-memory-regression`.
        MEMORY_REGRESSION: Choice<Weight> = "memory-regression", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// An import is slower than its anchor by more than `max-drift`.
        DRIFT: Choice<Weight> = "drift", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// Modules that did not change became slower.
        SLOWDOWN: Choice<Weight> = "slowdown", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// The change wrote an entry of the baseline that cannot be of the code that it names.
        UNFOUNDED_ENTRY: Choice<Weight> = "unfounded-entry", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// The time of an import spreads more than `max-variation`.
        UNSTABLE: Choice<Weight> = "unstable", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// A module of `forbid` was loaded.
        FORBIDDEN: Choice<Weight> = "forbidden", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// An import did something of `forbid-effects`.
        FORBIDDEN_EFFECT: Choice<Weight> = "forbidden-effect", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// The imports of a start-up fail in another order.
        ORDER_DEPENDENT: Choice<Weight> = "order-dependent", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// A warning that an import raises, where `warnings` says "fail".
        WARNING_RAISED: Choice<Weight> = "warning-raised", Choice(&LOOSER), Says("as the tables say"), ["warn"];
        /// A circle of imports, where `cycles` says "fail".
        IMPORT_CYCLE: Choice<Weight> = "import-cycle", Choice(&LOOSER), Says("as the tables say"), ["warn"];
        /// The interpreter's own start loads other modules than before.
        START_CHANGED: Choice<Weight> = "start-changed", Choice(&WEIGHTS), Value(Weight::Warn), ["error", "off"];
        /// A module takes longer than `heavy` in `[classes]`.
        HEAVY_MODULE: Choice<Weight> = "heavy-module", Choice(&WEIGHTS), Value(Weight::Warn), ["error", "off"];
        /// The baseline has a target that nothing asks for.
        STALE_BASELINE_ENTRY: Choice<Weight> = "stale-baseline-entry", Choice(&WEIGHTS), Value(Weight::Warn), ["error", "off"];
        /// The baseline comes from another kind of machine or another build, so that something was not compared.
        FOREIGN_BASELINE: Choice<Weight> = "foreign-baseline", Choice(&NEVER_OFF), Value(Weight::Warn), ["error"];
        /// There is nothing to compare with.
        NO_BASELINE: Choice<Weight> = "no-baseline", Choice(&WEIGHTS), Says("a note"), ["error", "off"];
        /// How long other orders of a start-up's imports take.
        IMPORT_ORDER: Choice<Weight> = "import-order", Choice(&WEIGHTS), Says("a note"), ["error", "off"];
        /// A number of a benchmark other than a time is beyond its limit.
        OUT_OF_BOUNDS: Choice<Weight> = "out-of-bounds", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
        /// More requests or runs of a benchmark failed than `max-failed`.
        FAILED_REQUESTS: Choice<Weight> = "failed-requests", Choice(&WEIGHTS), Value(Weight::Error), ["warn"];
    }

    /// What a layer has for itself.
    layer {
        /// Which modules are of the layer: names and patterns. `a.*` is one level below a, `a.**` is any depth, and neither is a itself.
        /// Of patterns of two layers that match a module the more specific wins: a name over a pattern, then the one with more names
        /// in front of its first wildcard, then `*` over `**`.
        MODULES: Patterns = "modules", Patterns, Says("none: it has benchmarks alone"), [["shop.services.*"], ["shop.database", "shop.database.**"]];
        /// Modules that its patterns match and the layer is not to have: names and patterns. Another layer may have them.
        EXCLUDE: Patterns = "exclude", Patterns, Says("nothing is left out"), [["shop.services.legacy"]];
        /// Which benchmarks are of the layer: names, and patterns in which `*` stands for any characters.
        BENCHMARKS: BenchmarkNames = "benchmarks", BenchmarkNames, Says("none"), [["db.*", "*::test_query*"]];
        /// How long all of the layer may take, imported in one process.
        MAX_TOTAL_TIME: Time = "max-total-time", Time(TIMES_MS), Says("no limit"), ["200ms"];
    }

    /// `[benchmarks]` itself.
    benchmarks {
        /// The files that benchmark tools wrote, beside those of `--benchmarks`.
        FILES: Texts = "files", Texts, Says("those of `--benchmarks`"), [["bench.json", "load/k6.json.gz"]];
    }

    /// What benchmarks have to keep within.
    benchmark_limits {
        /// The most that the median may be.
        P50: AnyQuantity = "p50", AnyQuantity, Says("no limit"), ["20ms"];
        /// The most that the 95th percentile may be. It takes 59 samples that are single calls.
        P95: AnyQuantity = "p95", AnyQuantity, Says("no limit"), ["50ms"];
        /// The most that the 99th percentile may be. It takes 299 samples that are single calls.
        P99: AnyQuantity = "p99", AnyQuantity, Says("no limit"), ["200ms"];
        /// The most that the mean may be.
        MEAN: AnyQuantity = "mean", AnyQuantity, Says("no limit"), ["10ms"];
        /// The least that a rate, a share or another value may be: higher is better.
        MIN: AnyQuantity = "min", AnyQuantity, Says("no limit"), ["1000/s", "80%"];
        /// The most that a rate, a share or another value may be: lower is better.
        MAX: AnyQuantity = "max", AnyQuantity, Says("no limit"), ["1%", "64MiB"];
        /// The share of requests or runs that may fail.
        MAX_FAILED: Share = "max-failed", Share(0.0..=1.0), Says("none may"), ["1%"];
    }

    /// What a start-up has for itself.
    startup {
        /// The modules that are imported, in this order.
        IMPORTS: SomeModuleNames = "imports", SomeModuleNames, Says("none: it is the interpreter's own start"), [["shop.core", "shop.cli"]];
        /// How many other orders of the imports are tried beside this one.
        ORDERS: Count = "orders", Count(1..=1_000), Says("none"), [5];
    }

    /// What a command has for itself.
    command {
        /// The program and its arguments.
        RUN: CommandLine = "run", CommandLine, Required, [["shop", "--help"]];
    }

    /// What a checkpoint has.
    checkpoint {
        /// The targets: names of targets, patterns of them, and `layer:NAME`.
        TARGETS: Words = "targets", Words { checkpoints: false }, Required, [["shop.database.*"], ["layer:services", "startup:web"]];
    }

    /// The ceilings that hold for whatever can be timed, a command too.
    limits {
        /// The longest that it may take.
        MAX_TIME: Time = "max-time", Time(TIMES_MS), Says("no limit"), ["10ms", "1.5s"];
        /// How much memory it may add to the process.
        MAX_MEMORY: Memory = "max-memory", Memory(super::MEMORY), Says("no limit"), ["10MiB", "64MB"];
        /// By how much it may add more memory than the baseline. Less than 1 MiB never fails.
        MAX_MEMORY_REGRESSION: Share = "max-memory-regression", Share(SHARES), Says("that of `[gate]`"), ["20%"];
        /// By how much it may be slower than the baseline.
        MAX_REGRESSION: Share = "max-regression", Share(SHARES), Says("that of `[gate]`"), ["5%"];
        /// How far it may drift from its anchor over any number of recordings.
        MAX_DRIFT: Share = "max-drift", Share(SHARES), Says("that of `[gate]`"), ["20%"];
        /// A smaller change of its time never fails, whatever its share.
        NOISE_FLOOR: Time = "noise-floor", Time(NOISE_FLOORS_MS), Says("that of `[gate]`"), ["1ms"];
        /// How much its time may spread. Above that it is unstable.
        MAX_VARIATION: Share = "max-variation", Share(SHARES), Says("no limit"), ["10%"];
    }

    /// How many modules an import loads.
    counts {
        /// How many modules it may load, itself among them.
        // The target itself is a module, so a ceiling of none would always fail.
        MAX_MODULES: Count = "max-modules", Count(1..=1_000_000), Says("no limit"), [200];
        /// How many modules more than the baseline's it may load.
        MAX_NEW_MODULES: Count = "max-new-modules", Count(0..=1_000_000), Says("no limit"), [5];
    }

    /// What is there before the clock starts.
    preload {
        /// Modules that are loaded before the clock starts: it pays for what it adds to them.
        PRELOAD: ModuleNames = "preload", ModuleNames, Says("nothing"), [["shop.core"]];
    }

    /// What an import must not load or do.
    prohibitions {
        /// Modules that must not be loaded, nor anything below them, by whatever path.
        FORBID: ModuleNames = "forbid", ModuleNames, Says("nothing"), [["torch", "pandas"]];
        /// What the import must not do.
        FORBID_EFFECTS: Choices<Effect> = "forbid-effects",
            Choices(&[
                ("network", Effect::Network),
                ("subprocess", Effect::Subprocess),
                ("thread", Effect::Thread),
                ("write", Effect::Write),
            ]),
            Says("nothing"), [["network", "subprocess"]];
        /// What becomes of a warning that the import raises.
        WARNINGS: Choice<bool> = "warnings", Choice(&FAIL_OR_WARN), Says("warnings are not looked at"), ["warn", "fail"];
        /// What becomes of modules that import each other in a circle.
        CYCLES: Choice<bool> = "cycles", Choice(&FAIL_OR_WARN), Says("a circle is noted"), ["warn", "fail"];
    }
}
