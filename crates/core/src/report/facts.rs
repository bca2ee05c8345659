//! The sentences that several formats share: what a run comes to, how a target stands, what a cause costs. Written once,
//! so that a log and a pull request do not tell two stories. They quote a report as it is: the renderers make them safe.

use std::collections::BTreeSet;

use crate::checks::{Severity, TargetStatus, Verdict};
use crate::explain::ChainStep;
use crate::numbers;
use crate::report::{Cause, CauseTarget, Finding, Report, ReportEnvironment, TargetReport, wording};
use crate::stats::machine::ONE_MACHINE;

/// How a target stands, in the words of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TargetResult {
    Pass,
    Warning,
    Unsure,
    Fail,
}

impl TargetResult {
    pub(super) fn of(target: &TargetReport, report: &Report) -> Self {
        let worst = findings_of(target, report).map(|finding| finding.severity).max();
        match (target.verdict, worst) {
            (Verdict::Fail, _) | (_, Some(Severity::Error)) => Self::Fail,
            (Verdict::Inconclusive, _) => Self::Unsure,
            (Verdict::Pass, Some(Severity::Warning)) => Self::Warning,
            (Verdict::Pass, _) => Self::Pass,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pass => "ok",
            Self::Warning => "warn",
            Self::Unsure => "unsure",
            Self::Fail => "FAIL",
        }
    }
}

/// The findings that speak of a target.
pub(super) fn findings_of<'a>(target: &'a TargetReport, report: &'a Report) -> impl Iterator<Item = &'a Finding> {
    report.findings.iter().filter(|finding| finding.target == target.module)
}

/// The codes of a target's findings, worst first, in one text: `over-time, regression`.
pub(super) fn codes_of(target: &TargetReport, report: &Report) -> String {
    let mut findings: Vec<&Finding> = findings_of(target, report).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    if codes.is_empty() {
        String::from("no numbers")
    } else {
        codes.join(", ")
    }
}

/// How many findings have this severity.
pub(super) fn number_of(report: &Report, severity: Severity) -> u64 {
    report
        .findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .count() as u64
}

/// The reason of the verdict in one sentence, without the word for the verdict itself.
pub(super) fn reason(report: &Report) -> String {
    let targets = report.targets.len() as u64;
    if report.run.interrupted.is_some() {
        let is_decided = |target: &&TargetReport| target.verdict != Verdict::Inconclusive;
        let decided = report.targets.iter().filter(is_decided).count() as u64;
        let failed = report.targets.iter().filter(|target| target.verdict == Verdict::Fail);
        return format!(
            "interrupted when {} decided, {} of them failed",
            numbers::part_of(decided, targets, "target"),
            numbers::count(failed.count() as u64)
        );
    }
    let tallies = tallies(report);
    let mut reason = match report.verdict {
        Verdict::Pass => {
            let all = tallies.iter().map(|tally| numbers::counted(tally.all, tally.noun));
            format!("{} {}", all.collect::<Vec<_>>().join(" and "), within(report))
        }
        Verdict::Inconclusive => {
            let open = tallies.iter().filter(|tally| tally.open > 0 || tallies.len() == 1);
            let open = open.map(|tally| numbers::counted(tally.open, tally.noun));
            format!(
                "nothing failed, but {} could not be decided",
                open.collect::<Vec<_>>().join(" and ")
            )
        }
        Verdict::Fail => failing(report, &tallies),
    };
    let warnings = number_of(report, Severity::Warning);
    if warnings > 0 {
        reason.push_str(&format!(", {}", numbers::counted(warnings, "warning")));
    }
    reason
}

/// How the rows of one kind stand.
struct Tally {
    noun: &'static str,
    all: u64,
    failing: u64,
    open: u64,
}

impl Tally {
    fn of(noun: &'static str, results: impl Iterator<Item = (TargetResult, Verdict)>) -> Self {
        let mut tally = Self {
            noun,
            all: 0,
            failing: 0,
            open: 0,
        };
        for (result, verdict) in results {
            tally.all += 1;
            tally.failing += u64::from(result == TargetResult::Fail);
            tally.open += u64::from(verdict == Verdict::Inconclusive);
        }
        tally
    }
}

/// Targets and benchmarks, as far as there are any.
fn tallies(report: &Report) -> Vec<Tally> {
    let targets = report.targets.iter();
    let targets = targets.map(|target| (TargetResult::of(target, report), target.verdict));
    let benchmarks = report.benchmarks.iter();
    let benchmarks = benchmarks.map(|benchmark| (benchmark.result(report), benchmark.verdict));
    let mut tallies = vec![Tally::of("target", targets)];
    if !report.benchmarks.is_empty() {
        tallies.push(Tally::of("benchmark", benchmarks));
        tallies.retain(|tally| tally.all > 0);
    }
    tallies
}

fn failing(report: &Report, tallies: &[Tally]) -> String {
    let of_all = tallies.iter().filter(|tally| tally.failing > 0 || tallies.len() == 1);
    let of_all = of_all.map(|tally| numbers::part_of(tally.failing, tally.all, tally.noun));
    let of_all = of_all.collect::<Vec<_>>().join(" and ");
    let errors = number_of(report, Severity::Error);
    if errors == 0 {
        return format!("{of_all} failed");
    }
    let errors_only = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let codes: BTreeSet<&str> = errors_only.map(|finding| finding.code.as_str()).collect();
    let codes = codes.into_iter().collect::<Vec<_>>().join(", ");
    format!("{} in {of_all} ({codes})", numbers::counted(errors, "error"))
}

/// Which interpreter measured, and why it was that one.
pub(super) fn python(environment: &ReportEnvironment) -> String {
    if environment.python_version.is_empty() {
        return "no interpreter".to_owned();
    }
    wording::python(&environment.python_version, environment.python_chosen_by.as_ref())
}

/// What targets that pass are within.
pub(super) fn within(report: &Report) -> &'static str {
    if report.not_asked.is_empty() {
        "within budget"
    } else {
        "within what was asked"
    }
}

/// What nobody asked for, in one line; `None` where all was asked for. A report that is silent about it does not say that it passes.
pub(super) fn not_asked(report: &Report) -> Option<String> {
    let codes: Vec<&str> = report.not_asked.iter().map(|code| code.as_str()).collect();
    (!codes.is_empty()).then(|| format!("not asked, and not known: {}", codes.join(", ")))
}

/// How many samples were taken in which time.
pub(super) fn samples(samples: u64, seconds: f64) -> String {
    format!(
        "{} in {}",
        numbers::counted(samples, "sample"),
        numbers::seconds(seconds)
    )
}

/// What the run cost: samples, seconds and what was not measured again.
pub(super) fn cost(report: &Report) -> String {
    if is_of_benchmarks(report) {
        return format!("read in {}", numbers::seconds(report.run.seconds));
    }
    let mut cost = samples(report.run.samples, report.run.seconds);
    let reused = report
        .targets
        .iter()
        .filter(|target| target.status == TargetStatus::Reused)
        .count() as u64;
    if reused > 0 {
        cost.push_str(&format!(
            ", {} unchanged and reused",
            numbers::counted(reused, "target")
        ));
    }
    cost
}

/// True where there is nothing but benchmarks, so that nothing was measured.
pub(super) fn is_of_benchmarks(report: &Report) -> bool {
    report.targets.is_empty() && !report.benchmarks.is_empty()
}

/// How the time of the run divides, where that is known.
pub(super) fn division(report: &Report) -> Option<String> {
    let times = report.run.times?;
    let share = if report.run.seconds > 0.0 {
        100.0 * times.own_cpu / report.run.seconds
    } else {
        0.0
    };
    Some(format!(
        "time: observing {}, sampling {}, naming causes {}; own CPU time {} ({share:.1}% of the run)",
        numbers::seconds(times.observing),
        numbers::seconds(times.sampling),
        numbers::seconds(times.naming_causes),
        numbers::seconds(times.own_cpu),
    ))
}

/// True where instructions were counted.
pub(super) fn is_counted(report: &Report) -> bool {
    report.targets.iter().any(|target| target.instructions.is_some())
}

/// What was compared with, and how fast this machine is beside the other.
pub(super) fn compared_with(report: &Report) -> String {
    if is_of_benchmarks(report) {
        return String::from("benchmarks alone");
    }
    let Some(baseline) = &report.baseline else {
        return String::from("no baseline");
    };
    let mut text = format!("compared with {}", baseline.source);
    if is_counted(report) {
        text.push_str(" by instruction counts, which see no sleeping, network or disk");
    }
    match report.environment.speed {
        // No more than what is left of the load, it may be one machine.
        Some(speed) if speed.is_finite() && speed.max(speed.recip()) > 1.0 + ONE_MACHINE => {
            text.push_str(&format!(
                "; this machine runs at {speed:.2} times the speed of the one that recorded it"
            ));
        }
        _ => {}
    }
    text
}

/// In whose milliseconds the times are; `None` where it is not known, or goes without saying.
pub(super) fn speed(report: &Report, verbose: bool) -> Option<String> {
    let environment = &report.environment;
    let here = environment.machine_speed_us.map(calibration);
    match (environment.shown_at_speed_us, here) {
        (Some(shown_at), here) => {
            let here = here.map_or_else(String::new, |here| format!("; on this machine it takes {here}"));
            Some(format!(
                "times are those of a machine whose calibration takes {} (machine-speed){here}",
                calibration(shown_at)
            ))
        }
        (None, Some(here)) if verbose => Some(format!(
            "times are those of this machine with nothing else to do: its calibration takes {here}"
        )),
        (None, _) => None,
    }
}

/// A time of the calibration as the budgets file would have it.
pub(super) fn calibration(us: f64) -> String {
    format!("{us:.1}us")
}

/// The message of a finding, with its target in front. A module may be called like a word of the message, so a message that
/// has the target's name in it is no exception.
pub(super) fn message(finding: &Finding) -> String {
    if finding.target.is_empty() {
        finding.message.clone()
    } else {
        format!("{}: {}", finding.target, finding.message)
    }
}

/// What a cause says in one line, with its place where the sentence does not have it.
pub(super) fn cause(cause: &Cause) -> String {
    let mut text = cause.summary.clone();
    if let Some(place) = cause_place(cause)
        && !text.contains(&place)
    {
        text.push_str(&format!(", at {place}"));
    }
    text
}

/// `file:line` of the statement that a cause is about.
pub(super) fn cause_place(cause: &Cause) -> Option<String> {
    match (&cause.file, cause.line) {
        (Some(file), Some(line)) => Some(format!("{file}:{line}")),
        (Some(file), None) => Some(file.clone()),
        (None, _) => None,
    }
}

/// What a cause costs in one target: `+8.82 s, +583 MiB, 1,203 modules`, without signs where nothing says that it is new; empty where
/// nothing is known of it.
pub(super) fn cost_in(cause: &Cause, target: &CauseTarget) -> String {
    let (time_ms, memory_bytes, modules) = (target.time_ms, target.memory_bytes, target.modules);
    amounts(cause.kind.is_growth(), time_ms, memory_bytes, modules)
}

/// The same of its usual target.
pub(super) fn usual_cost(cause: &Cause) -> String {
    amounts(cause.kind.is_growth(), cause.time_ms, cause.memory_bytes, cause.modules)
}

fn amounts(is_growth: bool, time_ms: f64, memory_bytes: i64, modules: u64) -> String {
    let mut parts = Vec::new();
    if time_ms != 0.0 {
        parts.push(if is_growth {
            numbers::time_change(time_ms)
        } else {
            numbers::time(time_ms)
        });
    }
    match memory_bytes {
        0 => {}
        bytes if is_growth || bytes < 0 => parts.push(numbers::bytes_change(bytes)),
        bytes => parts.push(numbers::bytes(bytes.unsigned_abs())),
    }
    if modules > 0 {
        parts.push(numbers::counted(modules, "module"));
    }
    parts.join(", ")
}

/// The way from the target that pays most to what costs, in one line, and the places of its steps: `shop -> shop.utils -> rich` and
/// `shop/__init__.py:1, shop/utils.py:3`. Of a long one the middle is left out, and so is a last place that the cause itself names.
pub(super) fn way(cause: &Cause, most: usize) -> (String, String) {
    let head = most / 2;
    let tail = most - head;
    let steps = &cause.chain;
    let names = steps.first().map(|first| first.importer.clone()).into_iter();
    let names = names.chain(steps.iter().map(|step| step.imported.clone())).collect();
    let mut places: Vec<String> = steps.iter().map(place_of).collect();
    if places.last() == cause_place(cause).as_ref() {
        places.pop();
    }
    let names = shortened(names, head + 1, tail, |left_out| format!("... {left_out} more ..."));
    let places = shortened(places, head, tail, |left_out| format!("... {left_out} more ..."));
    (names.join(" -> "), places.join(", "))
}

/// A module on the way, with the line that leads on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WayStep {
    pub(super) name: String,
    pub(super) place: Option<String>,
}

/// The same way, module by module.
pub(super) fn steps(cause: &Cause, most: usize) -> Vec<WayStep> {
    let step = |name: &str, place| WayStep {
        name: name.to_owned(),
        place,
    };
    let mut steps: Vec<WayStep> = (cause.chain.iter())
        .map(|one| step(&one.importer, Some(place_of(one))))
        .collect();
    steps.extend(cause.chain.last().map(|last| step(&last.imported, None)));
    let head = most / 2;
    shortened(steps, head, most - head, |left_out| {
        step(&format!("... {left_out} more ..."), None)
    })
}

fn place_of(step: &ChainStep) -> String {
    let place = step.place.as_ref();
    place.map_or_else(|| String::from("(no line known)"), ToString::to_string)
}

/// The detail lines of a finding, shortened in the middle. The end matters most: a stack ends where it stopped.
pub(super) fn details(finding: &Finding, most: usize) -> Vec<String> {
    let all: Vec<String> = finding
        .details
        .iter()
        .flat_map(|detail| detail.lines().map(str::to_owned))
        .collect();
    let head = most / 4;
    shortened(all, head, most - head, |left_out| {
        format!("... {} ...", numbers::counted(left_out, "more line"))
    })
}

/// At most `head + tail` items, with a stand-in where some are left out.
fn shortened<T>(items: Vec<T>, head: usize, tail: usize, stand_in: impl Fn(u64) -> T) -> Vec<T> {
    let left_out = items.len().saturating_sub(head.saturating_add(tail));
    // A stand-in for a single item would save nothing.
    if left_out <= 1 {
        return items;
    }
    let mut shown = Vec::with_capacity(head + tail + 1);
    for (index, item) in items.into_iter().enumerate() {
        if index == head {
            shown.push(stand_in(left_out as u64));
        }
        if index < head || index >= head + left_out {
            shown.push(item);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_reason_says_what_failed_and_how_much_of_it() {
        let report = fixture::report();
        assert_eq!(
            reason(&report),
            "5 errors in 5 of 8 targets (hang, import-failed, over-time, over-total-time, regression), 2 warnings"
        );
        assert_eq!(reason(&fixture::passing()), "2 targets within budget");
        assert_eq!(
            reason(&fixture::inconclusive()),
            "nothing failed, but 1 target could not be decided, 1 warning"
        );
    }

    #[test]
    fn a_speed_that_is_not_this_machines_is_always_said() {
        let mut report = fixture::report();
        assert_eq!(speed(&report, false), None);
        assert!(speed(&report, true).is_some_and(|text| text.ends_with("its calibration takes 44.1us")));
        report.environment.shown_at_speed_us = Some(55.0);
        let expected = "times are those of a machine whose calibration takes 55.0us (machine-speed); on this machine it takes 44.1us";
        assert_eq!(speed(&report, false).as_deref(), Some(expected));
    }

    #[test]
    fn a_cause_does_not_repeat_what_its_sentence_says() {
        let report = fixture::report();
        let torch = &report.causes[0];
        assert_eq!(cause(torch), "shop/database/models.py:14 now imports torch 2.4.1");
        assert_eq!(cost_in(torch, &torch.targets[0]), "+8.82 s, +583 MiB, 1,203 modules");
        // Nothing says that decimal is new.
        let decimal = &report.causes[1];
        assert_eq!(cost_in(decimal, &decimal.targets[0]), "6.10 ms, 1 module");
    }

    #[test]
    fn long_lists_keep_their_head_and_their_tail() {
        let text = |left_out| format!("<{left_out}>");
        let items = |number: usize| (0..number).map(|item| item.to_string()).collect::<Vec<_>>();
        assert_eq!(shortened(items(10), 1, 2, text), ["0", "<7>", "8", "9"]);
        assert_eq!(shortened(items(4), 1, 2, text), ["0", "1", "2", "3"]);
    }
}
