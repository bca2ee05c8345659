//! Findings in words: all English about them, once, so that a log and a pull request do not tell two stories. Numbers and
//! plurals are those of [`numbers`]. What comes from measured code is quoted as it is: the renderers make it safe.

mod advice;
mod causes;
mod distributions;
pub(super) mod fix;
mod new_target;
mod start_up;

pub use advice::short_failure;
pub(super) use advice::{hindrances, reason, remedy, together};
pub(super) use causes::{help, imports, summary};

use super::Finding;
use crate::checks;
use crate::checks::{
    BaseUnavailable, BaselineRemark, Certainty, ComparedUnder, FindingKind, ForbiddenEffect, ForbiddenModule,
    HeavyModule, ImportCircle, ImportFailure, MemoryRegression, Open, OrderTime, OtherOrders, OverMemory, Regression,
    Slowdown, Started, TimeCeiling, TooManyModules, Unmeasured, Unstable, WarningRaised,
};
use crate::explain::graph::OtherImporter;
use crate::explain::{ChainStep, Distribution, Group, InterpreterChange};
use crate::numbers;
use crate::observed::{AbsentName, Effect, EffectSeen, Failure, Frame, Place};
use crate::stats::contest::Standing;
use crate::stats::{Comparison, ComparisonKind};
use crate::usage::UseCounts;

/// How many lines of a stack or of printed output a finding carries.
const SHOWN_LINES: usize = 12;
/// How many other threads of a hang a finding shows.
const SHOWN_THREADS: usize = 3;

/// A finding as the report has it, without its causes.
pub(super) fn finding(found: &checks::Finding) -> Finding {
    let words = Words::of(found);
    Finding {
        code: found.code(),
        severity: found.severity,
        target: found.target.clone(),
        message: words.message,
        budget: found.budget.clone(),
        place: found.place.clone(),
        help: words.help,
        details: words.details,
        rest: causes::rest(&found.rest),
        installed: distributions::since(&found.distributions),
        causes: Vec::new(),
    }
}

/// What a finding says.
struct Words {
    message: String,
    help: Option<String>,
    details: Vec<String>,
}

impl Words {
    fn of(found: &checks::Finding) -> Self {
        match &found.kind {
            FindingKind::Baseline(remark) => baseline(remark),
            FindingKind::Failure(failure) => import_failure(failure, found.place.as_ref()),
            FindingKind::Unmeasured(unmeasured) => Self::saying(not_measured(*unmeasured)),
            FindingKind::Ceiling(ceiling) => Self::saying(time_ceiling(*ceiling)),
            FindingKind::Memory(memory) => Self::saying(over_memory(*memory)),
            FindingKind::MemoryRegression(larger) => {
                let words = Self::saying(memory_regression(larger));
                match larger.open {
                    None if found.causes.is_empty() => words.with_help(causes::where_it_goes(&found.target)),
                    _ => words,
                }
            }
            FindingKind::Regression(slower) => {
                let words = Self::saying(regression(slower));
                match slower.certainty {
                    Certainty::TooMuch | Certainty::MoreThanHalf if found.causes.is_empty() => {
                        words.with_help(causes::where_it_goes(&found.target))
                    }
                    _ => words,
                }
            }
            FindingKind::Slowdown(slower) => slowdown(slower, found),
            FindingKind::Start(start) => start_up::other_start(start, &found.causes),
            FindingKind::Variation(unstable) => Self::saying(varies(*unstable)),
            FindingKind::Modules(modules) => Self::saying(too_many_modules(*modules)),
            FindingKind::Forbidden(module) => forbidden_module(module, found.place.as_ref()),
            FindingKind::Effect(effect) => forbidden_effect(effect),
            FindingKind::Warning(warning) => Self::saying(warns(warning)),
            FindingKind::Cycle(circle) => import_circle(circle),
            FindingKind::Base(why) => base_unavailable(why),
            FindingKind::Orders(orders) => other_orders(orders, found.place.as_ref()),
            FindingKind::Heavy(heavy) => heavy_module(heavy, &found.target),
        }
    }

    /// A message without help and without details.
    fn saying(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            details: Vec::new(),
        }
    }

    fn with_help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    fn with_details(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }
}

fn baseline(remark: &BaselineRemark) -> Words {
    match remark {
        BaselineRemark::BaseDiffers {
            other_path_length,
            interpreters,
            private_bytecode,
        } => {
            let bytecode = "their bytecode is in two states: both were measured with fresh bytecode in a private folder, \
                            which a start of the program may not find";
            let paths = "the paths of base and head differ in length, which may move times a little";
            let mut details: Vec<String> = other_path_length.then(|| paths.to_owned()).into_iter().collect();
            details.extend(interpreters.as_ref().map(other_interpreter));
            details.extend(private_bytecode.then(|| bytecode.to_owned()));
            Words::saying("base and head differ in more than the code").with_details(details)
        }
        BaselineRemark::OtherConditions { differences, compared } => {
            other_conditions(*compared).with_details(differences.iter().map(ToString::to_string).collect())
        }
        BaselineRemark::NoFile { path } => {
            let message = format!("there is no baseline at {path}: ceilings were checked, and nothing was compared");
            Words::saying(message).with_help("record one with `importgate record` and commit it")
        }
        BaselineRemark::NoEntry { path, key, known } => {
            let message = format!("{path} has no entry for {key}: ceilings were checked, and nothing was compared");
            Words::saying(message)
                .with_help("record one with `importgate record` under this interpreter; the other entries stay")
                .with_details(known.iter().map(|key| format!("it has {key}")).collect())
        }
        BaselineRemark::Unrecorded(targets) => new_target::unrecorded(targets),
        BaselineRemark::Stale => Words::saying("is in the baseline, and the budgets do not name it any more")
            .with_help("`importgate record` takes it out"),
    }
}

/// What is said of a baseline from other conditions: whether times are compared, or counts where those decide.
fn other_conditions(compared: ComparedUnder) -> Words {
    match compared {
        ComparedUnder::Counts => Words::saying(
            "the baseline was recorded under other conditions; instruction counts compare all the same",
        ),
        ComparedUnder::NoCounts => Words::saying(
            "the baseline was recorded by another build of the interpreter or another counter; its instruction counts were not compared",
        )
        .with_help("record with this interpreter and this counter, or compare in one job with `--against GIT_REF`"),
        ComparedUnder::Times => Words::saying(
            "the baseline was recorded under other conditions; times are compared as a whole, against the reference workload",
        ),
        ComparedUnder::ChangedPart => Words::saying(
            "the baseline comes from another kind of machine; times were not compared as a whole, only what changed against what did not",
        )
        .with_help("record on this kind of machine, or compare in one job with `--against GIT_REF`"),
    }
}

/// What it means for the times that base and head run under two interpreters.
fn other_interpreter(change: &InterpreterChange) -> String {
    format!(
        "the base runs under Python {}, the head under Python {}, or under another build of it: every time is compared as a whole, and the interpreter is part of what changed",
        change.before, change.now
    )
}

fn import_failure(failed: &ImportFailure, place: Option<&Place>) -> Words {
    let mut message = failure(&failed.failure, failed.started);
    if failed.only_together {
        message.push_str("; each of the layer's modules works alone, so it is their order that fails");
    }
    let help = match failed.started {
        Started::Import => way_out(&failed.failure, place),
        // Advice about imports does not help a command.
        Started::Command => None,
    };
    let mut details = stack(failed.failure.stack());
    if let Failure::Hung { other_threads, .. } = &failed.failure {
        details.extend(
            other_threads
                .iter()
                .take(SHOWN_THREADS)
                .flat_map(|frames| other_thread(frames)),
        );
    }
    details.extend(printed(&failed.printed));
    Words { message, help, details }
}

/// What happened to an import or a command that did not come to its end, as a clause.
pub fn failure(failure: &Failure, started: Started) -> String {
    let it = match started {
        Started::Import => "the import",
        Started::Command => "the command",
    };
    match failure {
        Failure::Raised {
            cycle,
            exception,
            message,
            ..
        } if !cycle.is_empty() => {
            format!(
                "{it} fails with a circular import: {} ({exception}: {message})",
                circle(cycle)
            )
        }
        Failure::Raised {
            missing: Some(missing), ..
        } => format!("{it} needs `{missing}`, which is not installed"),
        Failure::Raised {
            absent: Some(absent), ..
        } => format!("{it} fails: {}", not_there(absent)),
        Failure::Raised { exception, message, .. } if message.is_empty() => format!("{it} raises {exception}"),
        Failure::Raised { exception, message, .. } => format!("{it} raises {exception}: {message}"),
        Failure::Exited { code, .. } => match started {
            Started::Import => format!("{it} ends the process with exit code {code}"),
            Started::Command => format!("{it} exits with code {code}"),
        },
        Failure::Crashed { signal, .. } => format!("{it} crashes with {}", signal_name(*signal)),
        Failure::Hung { limit_ms, .. } => format!("{it} does not end within {} s", *limit_ms as f64 / 1000.0),
    }
}

/// What a module was asked for in vain, and where it would have been.
fn not_there(absent: &AbsentName) -> String {
    let AbsentName { module, name, package } = absent;
    if *package {
        let file = format!("{}/{name}.py", module.replace('.', "/"));
        format!("`{module}` has no module or name `{name}` (there is no {file})")
    } else {
        format!("`{module}` has no name `{name}`")
    }
}

/// What to do about a failed import, where there is something obvious.
fn way_out(failure: &Failure, place: Option<&Place>) -> Option<String> {
    match failure {
        Failure::Raised { cycle, .. } if !cycle.is_empty() => Some(
            "move one of these imports into the function that needs it, or what both need into a third module"
                .to_owned(),
        ),
        Failure::Raised {
            missing: Some(missing), ..
        } => {
            let name = missing.split('.').next().unwrap_or(missing);
            Some(format!(
                "install `{name}` for this interpreter, or make its import optional"
            ))
        }
        Failure::Hung { stack, .. } => place.map(|place| still_at(place, stack)),
        Failure::Exited { .. } => {
            Some("code that ends the process belongs below `if __name__ == \"__main__\":`".to_owned())
        }
        Failure::Raised {
            absent: Some(absent), ..
        } => Some(format!(
            "look whether `{}` has it in the version that is used here, and whether all of its files are there",
            absent.module.split('.').next().unwrap_or(&absent.module)
        )),
        Failure::Raised { .. } | Failure::Crashed { .. } => None,
    }
}

/// What hung: a module-level line, and where the calls that it made were.
fn still_at(place: &Place, stack: &[Frame]) -> String {
    let deepest = stack.last().filter(|frame| !frame.is_module_level());
    match deepest.map(|frame| format!("{}:{}", frame.file, frame.line)) {
        Some(deepest) if deepest != place.to_string() => format!(
            "{place} runs while the module is imported, and was at {deepest} when the time ran out; do this after the import"
        ),
        _ => format!("it was at {place} when the time ran out; do this after the import"),
    }
}

/// The lines of a stack. Of a deep one the outermost stay, the last module-level one, whose call goes so deep, and the innermost.
fn stack(frames: &[Frame]) -> Vec<String> {
    let line = |frame: &Frame| format!("at {}:{} in {}", frame.file, frame.line, frame.function);
    if frames.len() <= SHOWN_LINES {
        return frames.iter().map(line).collect();
    }
    let (outermost, innermost) = (SHOWN_LINES / 2, frames.len() - SHOWN_LINES / 2);
    let called = frames.iter().rposition(Frame::is_module_level);
    let kept = |position: usize| position < outermost || position >= innermost || Some(position) == called;
    let mut lines = Vec::new();
    let mut left_out = 0;
    for (position, frame) in frames.iter().enumerate() {
        if !kept(position) {
            left_out += 1;
            continue;
        }
        if left_out > 0 {
            lines.push(format!("... {} between", numbers::counted(left_out, "call")));
            left_out = 0;
        }
        lines.push(line(frame));
    }
    lines
}

/// What another thread was doing, under a heading.
fn other_thread(frames: &[Frame]) -> Vec<String> {
    let lines = stack(frames).into_iter().map(|line| format!("  {line}"));
    std::iter::once("another thread:".to_owned()).chain(lines).collect()
}

/// The last lines that were printed, under a heading.
fn printed(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let lines = last(&lines, SHOWN_LINES).iter().map(|line| format!("  {line}"));
    std::iter::once("it printed:".to_owned()).chain(lines).collect()
}

fn last<T>(items: &[T], most: usize) -> &[T] {
    &items[items.len().saturating_sub(most)..]
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL (out of memory?)",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

fn base_unavailable(why: &BaseUnavailable) -> Words {
    match why {
        BaseUnavailable::New(cost) => Words::saying(format!("is new since the base: {}", new_target::cost(*cost))),
        BaseUnavailable::Fails(reason) => Words::saying(format!(
            "was not compared: in the base, {}",
            failure(reason, Started::Import)
        ))
        .with_help(
            "the base holds what is committed, so a file that a build step makes is not there; a stored baseline compares it all the same",
        ),
    }
}

fn other_orders(orders: &OtherOrders, place: Option<&Place>) -> Words {
    match orders {
        OtherOrders::Fail {
            failed,
            tried,
            imports,
            failure: reason,
        } => {
            let message = format!(
                "fails in {} that were tried, such as {}: {}",
                numbers::part_of(*failed, *tried, "other order"),
                imports.join(", "),
                failure(reason, Started::Import)
            );
            Words {
                message,
                help: way_out(reason, place),
                details: stack(reason.stack()),
            }
        }
        OtherOrders::Times(orders) => Words::saying(compared_orders(orders)).with_details(order_times(orders)),
    }
}

/// What the samples show of orders, the configured one first: no more than they show.
fn compared_orders(orders: &[OrderTime]) -> String {
    let count = |standing| orders.iter().filter(|order| order.is(standing)).count() as u64;
    let others = orders.len() as u64 - 1;
    let times = || orders.iter().map(|order| order.entrant.time_ms);
    let (least, most) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let configured = orders.first().map_or(0.0, |order| order.entrant.time_ms);
    let fastest = orders.iter().find(|order| order.entrant.is_fastest);
    let faster = orders.iter().find(|order| order.is(Standing::Faster));
    let of_others = |standing| numbers::part_of(count(standing), others, "other order");
    let takes = |ms| format!("which takes {}", numbers::time(ms));
    match (fastest, faster) {
        (Some(fastest), _) if fastest.is(Standing::Faster) => format!(
            "of the orders of its imports {} is the fastest: {}, and {} in the configured order",
            fastest.imports.join(", "),
            numbers::time(fastest.entrant.time_ms),
            numbers::time(configured)
        ),
        (_, Some(faster)) => format!(
            "{} of its imports are faster than the configured one, {}: {} takes {}",
            of_others(Standing::Faster),
            takes(configured),
            faster.imports.join(", "),
            numbers::time(faster.entrant.time_ms)
        ),
        _ if count(Standing::Slower) > 0 => format!(
            "{} of its imports are slower than the configured one, {}, and none is faster",
            of_others(Standing::Slower),
            takes(configured)
        ),
        _ => format!(
            "the order of its imports makes no difference that the samples show: {} to {} in {}",
            numbers::time(least),
            numbers::time(most),
            numbers::counted(orders.len() as u64, "order")
        ),
    }
}

/// One line an order: its time, by how much its samples spread, how it compares with the configured one.
fn order_times(orders: &[OrderTime]) -> Vec<String> {
    let line = |(position, order): (usize, &OrderTime)| {
        let entrant = &order.entrant;
        let standing = match entrant.standing {
            _ if position == 0 => ", configured",
            Standing::Faster => ", faster",
            Standing::Slower => ", slower",
            Standing::Alike => "",
        };
        format!(
            "{} ±{} in {}{standing}: {}",
            numbers::time(entrant.time_ms),
            numbers::percent(entrant.variation * 100.0),
            numbers::counted(entrant.samples, "sample"),
            order.imports.join(", ")
        )
    };
    orders.iter().enumerate().map(line).collect()
}

fn not_measured(unmeasured: Unmeasured) -> &'static str {
    match unmeasured {
        Unmeasured::Time => "was not measured: the time limit was reached before its first sample",
        Unmeasured::CountAndTime => "was neither counted nor timed: the time limit was reached before",
    }
}

fn time_ceiling(ceiling: TimeCeiling) -> String {
    match ceiling {
        TimeCeiling::Exceeded {
            time_ms, ceiling_ms, ..
        } => format!(
            "takes {}, over its ceiling of {}",
            numbers::time(time_ms),
            numbers::time_limit(ceiling_ms)
        ),
        TimeCeiling::Undecided {
            time_ms,
            ceiling_ms,
            open,
        } => format!(
            "takes about {}, too close to its ceiling of {} to decide {}",
            numbers::time(time_ms),
            numbers::time_limit(ceiling_ms),
            still_open(open)
        ),
    }
}

fn over_memory(memory: OverMemory) -> String {
    format!(
        "adds {} to the process, over its ceiling of {}",
        numbers::bytes(memory.bytes),
        numbers::bytes(memory.ceiling_bytes)
    )
}

fn memory_regression(larger: &MemoryRegression) -> String {
    let change = format!(
        "{} ({}, from {})",
        numbers::bytes_change(larger.change_bytes.round() as i64),
        numbers::percent_change(larger.change * 100.0),
        numbers::bytes(larger.before_bytes.round() as u64)
    );
    let allowed = numbers::percent(larger.allowed * 100.0);
    match larger.open {
        None => format!("adds more memory: {change}, where {allowed} is allowed"),
        Some(open) => format!(
            "may add more memory than the {allowed} allowed: {change}, too uncertain {}",
            still_open(open)
        ),
    }
}

fn varies(unstable: Unstable) -> String {
    let (variation, allowed) = (
        numbers::percent(unstable.variation * 100.0),
        numbers::percent(unstable.allowed * 100.0),
    );
    match unstable.undecided_after {
        None => format!("its time varies by {variation}, more than the {allowed} allowed"),
        Some(samples) => format!(
            "its time varies by about {variation}, where {allowed} is allowed, too close to decide after {}",
            numbers::counted(samples, "sample")
        ),
    }
}

fn regression(regression: &Regression) -> String {
    let change = change(&regression.comparison);
    let allowed = numbers::percent(regression.allowed * 100.0);
    match regression.certainty {
        Certainty::TooMuch => format!("is slower: {change}, where {allowed} is allowed"),
        Certainty::MoreThanHalf => format!("is slower: {change}, more than half of the {allowed} that fail"),
        Certainty::Undecided(open) if regression.comparison.change > regression.allowed => {
            format!("may be slower: {change}, not significant {}", still_open(open))
        }
        Certainty::Undecided(open) => {
            format!(
                "may be slower than the {allowed} allowed: {change}, too uncertain {}",
                still_open(open)
            )
        }
    }
}

/// What the samples were that leave a question open, at the end of a sentence.
fn still_open(open: Open) -> String {
    let counted = |samples| numbers::counted(samples, "sample");
    match open {
        Open::UsedUp(samples) => format!("after {}", counted(samples)),
        Open::OutOfTime(samples) => format!("after {}, when the time limit was reached", counted(samples)),
        Open::FailsAlready(samples) => {
            format!("after {}; no more were taken, since it fails already", counted(samples))
        }
        Open::Recorded(samples) => format!("by the {} of the baseline", counted(samples)),
    }
}

fn slowdown(slowdown: &Slowdown, found: &checks::Finding) -> Words {
    let change = change(&slowdown.comparison);
    let words = Words::saying(format!("modules whose content did not change became slower: {change}"));
    if found.causes.is_empty() {
        words.with_help("something outside them slows them down: an import hook, a trace function, a larger heap, another interpreter or site-packages")
    } else {
        words
    }
}

/// `+312 ms (+31.2%, from 1.00 s)`.
fn change(comparison: &Comparison) -> String {
    let share = numbers::percent_change(comparison.change * 100.0);
    if comparison.kind == ComparisonKind::Instructions {
        return format!("{share} more instructions");
    }
    format!(
        "{} ({share}, from {})",
        numbers::time_change(comparison.change_ms),
        numbers::time(comparison.before_ms)
    )
}

fn too_many_modules(modules: TooManyModules) -> String {
    let (modules, allowed, which) = match modules {
        TooManyModules::Loaded { modules, allowed } => (modules, allowed, ""),
        TooManyModules::New { modules, allowed } => (modules, allowed, " that the baseline did not have"),
    };
    format!(
        "loads {}{which}, {} more than allowed",
        numbers::counted(modules, "module"),
        numbers::count(modules - allowed)
    )
}

fn forbidden_module(forbidden: &ForbiddenModule, place: Option<&Place>) -> Words {
    let message = format!("loads `{}`, which is forbidden", forbidden.module);
    let help = place.map(|place| causes::load_later(&forbidden.module, place));
    Words {
        message,
        help,
        details: steps(&forbidden.chain),
    }
}

fn forbidden_effect(effect: &ForbiddenEffect) -> Words {
    let does = match effect.first.effect {
        Effect::Network => "uses the network",
        Effect::Subprocess => "starts a process",
        Effect::Thread => "starts a thread",
        Effect::Write => "writes to the file system",
    };
    let other = |seen: &EffectSeen| match &seen.place {
        Some(place) => format!("also at {place}: {}", seen.detail),
        None => format!("also: {}", seen.detail),
    };
    let mut details = stack(&effect.first.stack);
    details.extend(effect.others.iter().map(other));
    Words::saying(format!("{does} while it is imported: {}", effect.first.detail)).with_details(details)
}

fn warns(warning: &WarningRaised) -> String {
    format!("raises {}: {}", warning.category, warning.message)
}

fn import_circle(found: &ImportCircle) -> Words {
    let importers: Vec<&str> = found.chain.iter().map(|step| step.importer.as_str()).collect();
    let message = format!(
        "{} import each other in a circle that works in this order: {}",
        numbers::counted(found.modules, "module"),
        circle(&importers)
    );
    Words::saying(message).with_details(steps(&found.chain))
}

/// Modules of a circle in their order, the first one once more at the end.
fn circle<T: AsRef<str>>(modules: &[T]) -> String {
    let names: Vec<&str> = modules.iter().chain(modules.first()).map(AsRef::as_ref).collect();
    names.join(" → ")
}

/// The way to a module, an import a line.
fn steps(chain: &[ChainStep]) -> Vec<String> {
    let line = |step: &ChainStep| match &step.place {
        Some(place) => format!("{place}: {} imports {}", step.importer, step.imported),
        None => format!("{} imports {}", step.importer, step.imported),
    };
    chain.iter().map(line).collect()
}

fn heavy_module(heavy: &HeavyModule, target: &str) -> Words {
    let usage = heavy.usage.map(|counts| format!("; {}", usage(counts)));
    let message = format!(
        "loads `{}`, which takes {}, above the mark of {}{}",
        heavy.module,
        numbers::time(heavy.time_ms),
        numbers::time_limit(heavy.mark_ms),
        usage.unwrap_or_default()
    );
    Words::saying(message).with_help(format!("`importgate explain {target}` shows what a cut would save"))
}

/// What a module belongs to.
pub(super) fn group(group: &Group) -> String {
    match group {
        Group::Project => "project".to_owned(),
        Group::StandardLibrary => "standard library".to_owned(),
        Group::Distribution(of) => distribution(of),
        Group::Other => "other".to_owned(),
    }
}

/// `torch 2.4.1`.
pub(super) fn distribution(distribution: &Distribution) -> String {
    format!("{} {}", distribution.name, distribution.version)
}

/// Where else something is imported: the line, or the module where that is not known.
pub(super) fn other_importer(other: &OtherImporter) -> String {
    match (&other.place, &other.importer) {
        (Some(place), _) => place.to_string(),
        (None, Some(importer)) => importer.clone(),
        (None, None) => "the target".to_owned(),
    }
}

/// How often a module was used, as the end of a sentence: `used in 3 of 25 runs (12%)`.
pub fn usage(counts: UseCounts) -> String {
    if counts.used == 0 && counts.unknown == 0 {
        return format!("used in none of {}", numbers::counted(counts.loaded, "run"));
    }
    if counts.used == 0 {
        return format!(
            "no use observed in {} ({} undetectable)",
            numbers::counted(counts.loaded, "run"),
            numbers::count(counts.unknown)
        );
    }
    let share = counts.share() * 100.0;
    format!(
        "used in {} ({share:.0}%)",
        numbers::part_of(counts.used, counts.loaded, "run")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Code, Severity};
    use crate::explain::Rest;

    fn said(kind: FindingKind) -> Finding {
        let found = checks::Finding {
            kind,
            severity: Severity::Error,
            target: "shop".to_owned(),
            budget: None,
            place: None,
            causes: Vec::new(),
            rest: Rest::default(),
            distributions: Vec::new(),
        };
        finding(&found)
    }

    fn failed(failure: Failure, started: Started) -> ImportFailure {
        ImportFailure {
            started,
            failure,
            printed: String::new(),
            only_together: false,
        }
    }

    fn exited() -> Failure {
        Failure::Exited {
            code: 3,
            stack: Vec::new(),
        }
    }

    #[test]
    fn a_circle_leads_back_to_where_it_began() {
        let failure = Failure::Raised {
            exception: "ImportError".to_owned(),
            message: "no".to_owned(),
            stack: Vec::new(),
            missing: None,
            cycle: ["shop.a".to_owned(), "shop.b".to_owned()].into(),
            absent: None,
        };
        let finding = said(FindingKind::Failure(failed(failure, Started::Import)));
        assert_eq!(finding.code, Code::CircularImport);
        assert_eq!(
            finding.message,
            "the import fails with a circular import: shop.a → shop.b → shop.a (ImportError: no)"
        );
    }

    #[test]
    fn a_name_that_is_nowhere_is_named_with_the_file_that_it_would_be_in() {
        let lacks = |package| {
            let failure = Failure::Raised {
                exception: "ImportError".to_owned(),
                message: "cannot import name".to_owned(),
                stack: Vec::new(),
                missing: None,
                cycle: Box::default(),
                absent: Some(Box::new(AbsentName {
                    module: "lib.core".to_owned(),
                    name: "grammar".to_owned(),
                    package,
                })),
            };
            said(FindingKind::Failure(failed(failure, Started::Import)))
        };
        assert_eq!(lacks(true).code, Code::ImportFailed);
        assert_eq!(
            lacks(true).message,
            "the import fails: `lib.core` has no module or name `grammar` (there is no lib/core/grammar.py)"
        );
        assert_eq!(
            lacks(false).message,
            "the import fails: `lib.core` has no name `grammar`"
        );
    }

    #[test]
    fn a_command_is_called_one_and_gets_no_advice_about_imports() {
        let of_import = said(FindingKind::Failure(failed(exited(), Started::Import)));
        assert_eq!(of_import.message, "the import ends the process with exit code 3");
        assert!(of_import.help.is_some());
        let of_command = said(FindingKind::Failure(failed(exited(), Started::Command)));
        assert_eq!(of_command.message, "the command exits with code 3");
        assert_eq!(of_command.help, None);
    }

    #[test]
    fn the_order_is_blamed_where_each_module_works_alone() {
        let failure = ImportFailure {
            only_together: true,
            ..failed(exited(), Started::Import)
        };
        let finding = said(FindingKind::Failure(failure));
        assert_eq!(finding.code, Code::OrderDependent);
        assert_eq!(
            finding.message,
            "the import ends the process with exit code 3; each of the layer's modules works alone, so it is their order that fails"
        );
    }

    #[test]
    fn the_end_of_the_output_is_shown() {
        let failure = ImportFailure {
            printed: (0..40).map(|line| format!("line {line}\n")).collect(),
            ..failed(exited(), Started::Import)
        };
        let details = said(FindingKind::Failure(failure)).details;
        assert_eq!(details.len(), SHOWN_LINES + 1);
        assert_eq!(
            (details[0].as_str(), details[SHOWN_LINES].as_str()),
            ("it printed:", "  line 39")
        );
    }

    #[test]
    fn a_deep_stack_keeps_its_ends_and_the_last_line_at_module_level() {
        let frame = |line, function: &str| Frame {
            file: "shop.py".to_owned(),
            line,
            function: function.to_owned(),
        };
        let mut frames: Vec<Frame> = (1..=20).map(|line| frame(line, "<module>")).collect();
        frames.extend((21..=50).map(|line| frame(line, "descend")));
        let shown = stack(&frames);
        assert_eq!(shown.len(), SHOWN_LINES + 3);
        assert_eq!(shown[0], "at shop.py:1 in <module>");
        assert_eq!(
            shown[6..9],
            [
                "... 13 calls between",
                "at shop.py:20 in <module>",
                "... 24 calls between"
            ]
        );
        assert_eq!(shown[SHOWN_LINES + 2], "at shop.py:50 in descend");
    }

    #[test]
    fn a_hang_shows_what_the_other_threads_do() {
        let frame = |file: &str, function: &str| Frame {
            file: file.to_owned(),
            line: 4,
            function: function.to_owned(),
        };
        let failure = Failure::Hung {
            limit_ms: 2000,
            stack: vec![frame("shop.py", "<module>"), frame("threading.py", "join")],
            other_threads: vec![vec![frame("worker.py", "load")]],
        };
        let details = said(FindingKind::Failure(failed(failure, Started::Import))).details;
        assert_eq!(details[2..], ["another thread:", "  at worker.py:4 in load"]);
    }

    #[test]
    fn one_is_written_as_one_and_parts_of_a_whole_are_many() {
        let orders = OtherOrders::Fail {
            failed: 1,
            tried: 1,
            imports: vec!["b".to_owned(), "a".to_owned()],
            failure: exited(),
        };
        assert_eq!(
            said(FindingKind::Orders(orders)).message,
            "fails in 1 of 1 other orders that were tried, such as b, a: the import ends the process with exit code 3"
        );
        let modules = TooManyModules::New { modules: 1, allowed: 0 };
        assert_eq!(
            said(FindingKind::Modules(modules)).message,
            "loads 1 module that the baseline did not have, 1 more than allowed"
        );
    }

    #[test]
    fn usage_says_how_many_runs_could_be_seen() {
        let counts = |loaded, used, unknown| usage(UseCounts { loaded, used, unknown });
        assert_eq!(counts(25, 0, 0), "used in none of 25 runs");
        assert_eq!(counts(1, 0, 1), "no use observed in 1 run (1 undetectable)");
        assert_eq!(counts(25, 3, 2), "used in 3 of 25 runs (12%)");
        assert_eq!(counts(1, 1, 0), "used in 1 of 1 runs (100%)");
    }
}
