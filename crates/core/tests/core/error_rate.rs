//! The promise of `sampling::alpha`, held against whole checks: in a run in which nothing exceeds its limit, the probability
//! that any target fails is at most 1%.
//!
//! Every run records a baseline and checks it, through the same code as the program, with imports that are simulated. Nothing
//! exceeds its limit, and everything sits right at one: the times at their ceilings, the edits at the threshold, by the
//! changed part, as a whole and in pairs, a hook that slows everything down, a wait that is new. That is the worst case; an
//! import that did not change is far from failing. The noise has what recorded samples have: one in eight is disturbed, or
//! the tails are those of Student's t with three degrees of freedom; modules drift against each other between two states of
//! the machine.
//!
//! The tests run few checks, each of few samples. The same with the numbers of samples of a real check, and many more of them:
//!
//!     cargo test --release -p importgate-core --test core -- --ignored --nocapture error_rate

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use importgate_core::baseline::{Anchor, Baseline};
use importgate_core::budgets::{self, Budgets, Cited, FileKind, Limits, ReuseBy, Target};
use importgate_core::checks::{Asked, Places, Verdict};
use importgate_core::flows::{
    Against, Allowances, Base, Check, Deadline, Record, Reuse, SamplingSettings, ShowProgress, SourceFiles, Width,
    check, record,
};
use importgate_core::observed::{
    Attempt, Body, Clock, ContentHash, Deferral, Deferred, FailedCommand, ImportRequest, Installed, Interpreter,
    KnownImport, LineSeen, Look, Machine, Measure, MeasureError, ModuleRecord, Origin, OwnTime, Profile,
    ReferenceSample, Sample, SetUpRuns, SourceFacts, StatementPlace, TargetObservation,
};
use importgate_core::report::progress_line::Progress;
use importgate_core::stats::comparison::WHOLE_ALLOWANCE;
use importgate_core::stats::quantile::{TRIM, trimmed_mean};
use importgate_core::stats::random::SplitMix64;
use jiff::civil::Date;

/// The targets are made by hand, each with limits of its own; a budgets file has to name something.
const BUDGETS: &str = "[layers.all]\nmodules = [\"package.*\"]\nmax-time = \"1s\"\n";
/// `max-regression` of every target.
const THRESHOLD: f64 = 0.10;
const MODULES: usize = 12;
/// What imports wait for that wait before and now, in milliseconds.
const WAIT_MS: f64 = 20.0;
/// The module whose content differs.
const EDITED: usize = 5;

/// What became of a target since the baseline: as much as is allowed, and no more.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Nothing: it sits at its ceiling.
    Unchanged,
    /// Nothing: it waits for something, and sits at its ceiling with that.
    Waiting,
    /// Nothing: it waits for something in seven of ten runs, and sits at its ceiling with that.
    OftenWaiting,
    /// One module costs the threshold more.
    Heavier,
    /// One module has another comment, and everything takes the threshold longer.
    Hooked,
    /// One module waits for as long as the threshold allows.
    NewWait,
}

const KINDS: [Kind; 6] = [
    Kind::Unchanged,
    Kind::Waiting,
    Kind::OftenWaiting,
    Kind::Heavier,
    Kind::Hooked,
    Kind::NewWait,
];

impl Kind {
    fn is_edited(self) -> bool {
        !matches!(self, Self::Unchanged | Self::Waiting | Self::OftenWaiting)
    }
}

/// The noise of a sample, on the logarithm of its time.
#[derive(Debug, Clone, Copy)]
enum Noise {
    /// Normal, and one sample in eight is disturbed further.
    Disturbed,
    /// Student's t with three degrees of freedom.
    HeavyTails,
}

impl Noise {
    fn draw(self, random: &mut SplitMix64) -> f64 {
        match self {
            Self::Disturbed => {
                let disturbed = random.below(8) == 0;
                0.03 * normal(random) + if disturbed { 0.06 * normal(random).abs() } else { 0.0 }
            }
            Self::HeavyTails => {
                let chi_square: f64 = (0..3).map(|_| normal(random).powi(2)).sum();
                0.025 * normal(random) / (chi_square / 3.0).sqrt()
            }
        }
    }

    /// The level that samples of this noise come to.
    fn level(self) -> f64 {
        let mut random = SplitMix64::new(99);
        let draws: Vec<f64> = (0..20_001).map(|_| self.draw(&mut random)).collect();
        trimmed_mean(&draws, TRIM).expect("a level")
    }
}

/// A standard normal number (Box and Muller).
fn normal(random: &mut SplitMix64) -> f64 {
    let mut uniform = || ((random.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    let radius = (-2.0 * uniform().ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * uniform()).cos()
}

/// One import of the simulation.
#[derive(Debug, Clone)]
struct Import {
    name: String,
    kind: Kind,
    noise: Noise,
    noise_level: f64,
    shares: bool,
    own_ms: Vec<f64>,
}

impl Import {
    fn new(position: usize, random: &mut SplitMix64, levels: [f64; 2]) -> Self {
        let heavy = random.below(2);
        Self {
            name: format!("target_{position}"),
            kind: KINDS[position % KINDS.len()],
            noise: [Noise::Disturbed, Noise::HeavyTails][heavy],
            noise_level: levels[heavy],
            shares: (position / KINDS.len()).is_multiple_of(2),
            own_ms: (0..MODULES).map(|_| 6.0 * (0.7 * normal(random)).exp()).collect(),
        }
    }

    fn recorded_ms(&self) -> f64 {
        self.own_ms.iter().sum()
    }

    /// What it takes now, computing and waiting. Of a wait the mean of the middle half counts.
    fn now_ms(&self) -> (f64, f64) {
        let before = self.recorded_ms();
        match self.kind {
            Kind::Unchanged => (before, 0.0),
            Kind::Waiting => (before, WAIT_MS),
            // Of the middle half nine in ten wait.
            Kind::OftenWaiting => (before, 0.9 * WAIT_MS),
            Kind::Heavier | Kind::Hooked => (before * (1.0 + THRESHOLD), 0.0),
            Kind::NewWait => (before, before * THRESHOLD),
        }
    }

    /// In every other target the module that differs is one that they share, so that these answer for each other.
    fn module(&self, index: usize) -> String {
        if index == EDITED && self.shares {
            "shared.module".to_owned()
        } else {
            format!("{}.module_{index}", self.name)
        }
    }

    /// With its ceiling right below, by what the machine may move.
    fn target(&self) -> Target {
        let (computing, waiting) = self.now_ms();
        let limits = Limits {
            max_time_ms: Some(Cited::default_of((computing + waiting) / (1.0 + WHOLE_ALLOWANCE))),
            max_regression: Cited::default_of(THRESHOLD),
            noise_floor_ms: Cited::default_of(0.0),
            ..Limits::default()
        };
        Target::module(self.name.clone(), limits)
    }
}

/// Imports as they were, or as they are now, in one state of the machine.
struct Simulated<'a> {
    imports: &'a [Import],
    now: bool,
    /// How each module of each import drifts against the others in this state.
    drift: Vec<f64>,
    interpreter: Interpreter,
    random: Mutex<SplitMix64>,
}

impl<'a> Simulated<'a> {
    fn new(imports: &'a [Import], now: bool, drift: &[f64], seed: u64) -> Self {
        Self {
            imports,
            now,
            drift: drift.to_vec(),
            interpreter: interpreter(),
            random: Mutex::new(SplitMix64::new(seed)),
        }
    }

    fn position(&self, request: ImportRequest<'_>) -> usize {
        let asked = |import: &Import| import.name == request.imports[0];
        self.imports
            .iter()
            .position(asked)
            .expect("an import of the simulation")
    }
}

fn drift(imports: &[Import], random: &mut SplitMix64) -> Vec<f64> {
    (0..imports.len() * MODULES).map(|_| 0.025 * normal(random)).collect()
}

impl Measure for Simulated<'_> {
    fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    fn installed(&self) -> Installed {
        Installed::default()
    }

    fn is_unchanged(&self, _known: KnownImport<'_>) -> bool {
        false
    }

    fn is_edited(&self, _known: KnownImport<'_>) -> bool {
        false
    }

    fn observe(&self, request: ImportRequest<'_>, _: Look) -> Result<TargetObservation, MeasureError> {
        if request.is_start() {
            return Ok(TargetObservation::default());
        }
        let import = &self.imports[self.position(request)];
        let record = |index: usize| {
            let differs = self.now && index == EDITED && import.kind.is_edited();
            let content = Some(ContentHash(u64::from(differs)));
            let origin = Origin::Own;
            (
                import.module(index),
                ModuleRecord {
                    content,
                    origin,
                    bytecode: None,
                },
            )
        };
        Ok(TargetObservation {
            closure: (0..MODULES).map(record).collect(),
            ..TargetObservation::default()
        })
    }

    fn use_private_bytecode(&self) -> bool {
        false
    }

    fn syntax(&self, _: &[StatementPlace], _: &[Body]) -> Result<SourceFacts, MeasureError> {
        unreachable!("a check reads no sources")
    }

    fn observe_command(&self, _: &[String]) -> Result<TargetObservation, MeasureError> {
        Ok(TargetObservation::default())
    }

    fn share_set_up_of_looks(&self, _wanted: bool) -> Option<String> {
        None
    }

    fn share_set_up(&self, _wanted: bool) -> Result<Option<SetUpRuns>, MeasureError> {
        Ok(None)
    }

    fn sample(&self, request: ImportRequest<'_>) -> Attempt<Sample> {
        let position = self.position(request);
        let import = &self.imports[position];
        let random = &mut *self.random.lock().unwrap_or_else(PoisonError::into_inner);
        let noise = (import.noise.draw(random) - import.noise_level).exp();
        let (computing, waiting) = match (self.now, import.kind) {
            (_, Kind::OftenWaiting) => {
                let waits = random.below(10) < 7;
                (import.recorded_ms(), if waits { WAIT_MS } else { 0.0 })
            }
            (true, _) => import.now_ms(),
            (false, Kind::Waiting) => (import.recorded_ms(), WAIT_MS),
            (false, _) => (import.recorded_ms(), 0.0),
        };
        let factor = if self.now && import.kind == Kind::Hooked {
            1.0 + THRESHOLD
        } else {
            1.0
        };
        let extra = if self.now && import.kind == Kind::Heavier {
            THRESHOLD * import.recorded_ms()
        } else {
            0.0
        };
        let own = (0..MODULES).map(|index| {
            let usual = import.own_ms[index] * factor + if index == EDITED { extra } else { 0.0 };
            let wobble = self.drift[position * MODULES + index] + 0.05 * normal(random);
            OwnTime {
                module: import.module(index).into(),
                cpu_ns: (1e6 * usual * noise * wobble.exp()) as u64,
            }
        });
        let own = own.collect();
        // A wait is never shorter than it is, and some are longer; the middle half is as long as it says.
        let longer = 1.0 + 0.03 * (normal(random).abs() - 0.693_2);
        Ok(Ok(Sample {
            round: request.round,
            cpu_ns: (1e6 * computing * noise) as u64,
            blocked_ns: (1e6 * waiting * longer) as u64,
            voluntary_switches: u64::from(waiting > 0.0),
            calibration_ns: 90_000,
            own,
            ..Sample::default()
        }))
    }

    fn sample_deferring(&self, _: ImportRequest<'_>, _: Option<&Deferral>) -> Attempt<Deferred> {
        unreachable!("a check defers nothing")
    }

    fn sample_without(&self, _: ImportRequest<'_>, _: &[Body], _: &[Deferral]) -> Attempt<Sample> {
        unreachable!("a check leaves nothing out")
    }

    fn command(&self, _: &[String], _: u32) -> Result<Result<Sample, FailedCommand>, MeasureError> {
        unreachable!("there are no commands")
    }

    fn reference(&self, _: u32) -> Result<ReferenceSample, MeasureError> {
        Ok(ReferenceSample {
            cpu_ns: 90_000_000,
            wall_ns: 90_000_000,
            calibration_ns: 0,
        })
    }

    fn lines(&self, _: ImportRequest<'_>, _: &[&str]) -> Result<Vec<LineSeen>, MeasureError> {
        Ok(Vec::new())
    }

    fn profile(&self, _: ImportRequest<'_>) -> Attempt<Option<Profile>> {
        unreachable!("a check profiles nothing")
    }

    fn profile_command(&self, _: &[String]) -> Result<Option<Profile>, MeasureError> {
        unreachable!("there are no commands")
    }

    fn counter(&self) -> Option<String> {
        None
    }

    fn count(&self, _: ImportRequest<'_>, _: Option<Duration>) -> Result<Option<u64>, MeasureError> {
        Ok(None)
    }
}

fn interpreter() -> Interpreter {
    Interpreter {
        executable: PathBuf::from("/usr/bin/python3"),
        implementation: "cpython".to_owned(),
        version: "3.13.1".to_owned(),
        minor: "3.13".to_owned(),
        build: "3.13.1 (main)".to_owned(),
        platform: "linux".to_owned(),
        architecture: "x86_64".to_owned(),
        prefix: PathBuf::from("/usr"),
        base_prefix: PathBuf::from("/usr"),
        path: Vec::new(),
        standard_library: Vec::new(),
        builtin_modules: Vec::new(),
        cache_tag: None,
        chosen_by: None,
    }
}

/// No clock moves, nobody watches, and there are no files.
struct Nothing;

impl Clock for Nothing {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

impl ShowProgress for Nothing {
    fn show(&mut self, _: &Progress<'_>) {}
}

impl SourceFiles for Nothing {
    fn read(&self, _: &str) -> Option<Vec<u8>> {
        None
    }

    fn earlier(&self, _: &[PathBuf], _: &BTreeSet<ContentHash>, _: Duration) -> BTreeMap<ContentHash, Vec<u8>> {
        BTreeMap::new()
    }
}

/// What a check compares with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Nothing,
    Stored,
    Paired,
}

/// One way to run a check.
#[derive(Debug, Clone, Copy)]
struct Way {
    comparison: Comparison,
    reuse: Reuse,
    fixed: Option<u32>,
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comparison = match self.comparison {
            Comparison::Nothing => "no baseline",
            Comparison::Stored => "stored baseline",
            Comparison::Paired => "base and head",
        };
        let how = match (self.comparison, self.reuse) {
            (_, Reuse { times_alone: true, .. }) => ", times alone",
            (_, Reuse { by: ReuseBy::Never, .. }) => ", nothing reused",
            (Comparison::Stored, _) => ", unchanged ones reused",
            _ => "",
        };
        let samples = self
            .fixed
            .map_or("until decided".to_owned(), |fixed| format!("{fixed} samples"));
        write!(formatter, "{comparison}{how} | {samples}")
    }
}

fn ways() -> Vec<Way> {
    let reuse = |by, times_alone| Reuse { by, times_alone };
    let (files, never) = (ReuseBy::Files, ReuseBy::Never);
    let sides = [
        (Comparison::Nothing, reuse(files, false)),
        (Comparison::Stored, reuse(files, false)),
        (Comparison::Stored, reuse(never, false)),
        (Comparison::Stored, reuse(files, true)),
        (Comparison::Paired, reuse(files, false)),
        (Comparison::Paired, reuse(files, true)),
    ];
    let ways = sides.into_iter().flat_map(|(comparison, reuse)| {
        [None, Some(3), Some(5), Some(20)].map(|fixed| Way {
            comparison,
            reuse,
            fixed,
        })
    });
    ways.collect()
}

/// How large a run is.
#[derive(Debug, Clone, Copy)]
struct Size {
    of_each_kind: usize,
    recorded: u32,
    max_samples: u32,
}

/// One run, from the recording to the verdict: true where a target failed although nothing exceeds its limit.
fn fails(way: Way, size: Size, levels: [f64; 2], seed: u64) -> bool {
    let mut random = SplitMix64::new(seed);
    let count = KINDS.len() * size.of_each_kind;
    let imports: Vec<Import> = (0..count)
        .map(|position| Import::new(position, &mut random, levels))
        .collect();
    let targets: Vec<Target> = imports.iter().map(Import::target).collect();
    let (before, now) = (drift(&imports, &mut random), drift(&imports, &mut random));
    // Base and head are measured in one state of the machine, what is stored was measured in another.
    let of_before = if way.comparison == Comparison::Paired {
        &now
    } else {
        &before
    };
    let old = Simulated::new(&imports, false, of_before, random.next_u64());
    let new = Simulated::new(&imports, true, &now, random.next_u64());
    let budgets = budgets::parse(BUDGETS, "budgets.toml", FileKind::Standalone).expect("no mistakes");
    let places = Places::new(PathBuf::from("/project"), Vec::new());
    let against = match way.comparison {
        Comparison::Nothing => stored(None),
        Comparison::Stored => stored(Some(recording(&budgets, &targets, &old, size.recorded))),
        Comparison::Paired => Against::Base(Base {
            measure: &old,
            name: "main".to_owned(),
            other_path_length: false,
            verify_sources: Box::new(|_| Ok(())),
        }),
    };
    let asked = Check {
        budgets: &budgets,
        all_targets: &targets,
        targets: &targets,
        elsewhere: &[],
        machine: Machine::default(),
        variables: BTreeMap::new(),
        places: &places,
        usage: None,
        files: &Nothing,
        sampling: sampling(way.fixed, size.max_samples, random.next_u64()),
        reuse: way.reuse,
        asked: &Asked::default(),
        today: Date::constant(2026, 6, 1),
        allowances: Allowances::default(),
        amended: None,
    };
    let report = check(&asked, &new, against, Deadline::new(&Nothing, None), &mut Nothing).expect("it can be measured");
    report.verdict == Verdict::Fail
}

fn stored(content: Option<Baseline>) -> Against<'static> {
    let path = "budgets.baseline.json".to_owned();
    Against::Baseline { content, path }
}

fn recording(budgets: &Budgets, targets: &[Target], measure: &Simulated<'_>, samples: u32) -> Baseline {
    let asked = Record {
        budgets,
        all_targets: targets,
        targets,
        whole: true,
        reuse: ReuseBy::default(),
        stored: None,
        machine: Machine::default(),
        variables: BTreeMap::new(),
        sampling: sampling(Some(samples), samples, 1),
        anchor: Anchor::default(),
    };
    let recorded = record(&asked, measure, Deadline::new(&Nothing, None), &mut Nothing).expect("it can be measured");
    recorded.updated(&asked, None).expect("there is nothing in the way")
}

fn sampling(fixed: Option<u32>, max_samples: u32, seed: u64) -> SamplingSettings {
    SamplingSettings {
        fixed,
        seed,
        min_samples: 3,
        min_pooled: 1,
        min_new: 5,
        max_samples,
        time_limit: None,
        width: Width::ONE,
        shares_set_up: false,
    }
}

/// Prints how many runs of each way failed, and returns how many did of how many.
#[expect(clippy::disallowed_macros, reason = "a test may print what it measured")]
fn rates(runs: u64, size: Size) -> (u64, u64) {
    let levels = [Noise::Disturbed.level(), Noise::HeavyTails.level()];
    println!("| comparison | samples | runs | failed wrongly | 95% bounds |\n|---|---|---|---|---|");
    let (mut all, mut wrong) = (0, 0);
    for (way, number) in ways().into_iter().zip(1..) {
        let failed = (0..runs)
            .filter(|run| fails(way, size, levels, 1_000_003 * number + run))
            .count() as u64;
        println!("| {way} | {runs} | {failed} | {} |", bounds(failed, runs));
        all += runs;
        wrong += failed;
    }
    println!("| all | | {all} | {wrong} | {} |", bounds(wrong, all));
    (wrong, all)
}

/// Wilson's score interval in percent.
fn bounds(count: u64, of: u64) -> String {
    let (n, share, z) = (of as f64, count as f64 / of as f64, 1.96_f64);
    let middle = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let at = |value: f64| 100.0 * (value / (1.0 + z * z / n)).max(0.0);
    format!("{:.1}–{:.1}%", at(middle - half), at(middle + half))
}

/// The largest number of failures that is still likely (99.9%) where each of so many runs fails with a probability of 1%.
fn most_likely_at_one_percent(runs: u64) -> u64 {
    let (mut probability, mut sum, mut count) = (0.99_f64.powf(runs as f64), 0.0, 0);
    loop {
        sum += probability;
        if sum >= 0.999 {
            return count;
        }
        probability *= (runs - count) as f64 / (count + 1) as f64 * 0.01 / 0.99;
        count += 1;
    }
}

#[test]
fn whole_checks_at_every_limit_fail_no_more_often_than_promised() {
    let size = Size {
        of_each_kind: 10,
        recorded: 15,
        max_samples: 20,
    };
    let (wrong, runs) = rates(1, size);
    assert!(wrong <= most_likely_at_one_percent(runs), "{wrong} of {runs} runs");
}

#[test]
#[ignore = "minutes in a release build: prints the table of benches/README.md"]
fn table_of_the_error_rate() {
    let size = Size {
        of_each_kind: 4,
        recorded: 30,
        max_samples: 60,
    };
    let (wrong, runs) = rates(100, size);
    assert!(wrong <= most_likely_at_one_percent(runs), "{wrong} of {runs} runs");
}

#[test]
fn the_bound_of_the_simulation_is_that_of_the_binomial_distribution() {
    // scipy.stats.binom.ppf(0.999, n, 0.01)
    assert_eq!(most_likely_at_one_percent(1), 1);
    assert_eq!(most_likely_at_one_percent(100), 5);
}
