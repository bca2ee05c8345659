//! Changes since the baseline: slower, larger, or too uncertain to tell.

use super::Words;
use crate::checks;
use crate::checks::{AnchorSeen, Certainty, Drift, MemoryRegression, Open, Regression, Slowdown, Unstable};
use crate::numbers;
use crate::stats::{Comparison, ComparisonKind};

pub(super) fn memory_regression(larger: &MemoryRegression) -> String {
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

pub(super) fn drift(drift: &Drift, target: &str) -> Words {
    let change = change(&drift.comparison);
    let allowed = numbers::percent(drift.allowed * 100.0);
    let since = since(&drift.anchor);
    let message = match drift.open {
        None => format!("has drifted {since}: {change}, where {allowed} is allowed over all recordings"),
        Some(open) => format!(
            "may have drifted {since} by more than the {allowed} allowed: {change}, too uncertain {}",
            still_open(open)
        ),
    };
    let reason = drift
        .anchor
        .reason
        .as_ref()
        .map(|reason| format!("it was anchored there since: {reason}"));
    let modules = (drift.modules != drift.anchor.modules).then(|| {
        format!(
            "it loads {}, and loaded {} then",
            numbers::counted(drift.modules, "module"),
            numbers::count(drift.anchor.modules)
        )
    });
    let words = Words::saying(message).with_details(reason.into_iter().chain(modules).collect());
    if drift.open.is_some() {
        return words;
    }
    words.with_help(format!(
        "`importgate trend {target}` shows when it grew; `importgate anchor {target} --reason TEXT` accepts what it takes"
    ))
}

/// `since 2026-01-31 (commit 1a2b3c4d5e6f)`.
fn since(anchor: &AnchorSeen) -> String {
    /// How much of a commit's name tells it from others.
    const SHORT: usize = 12;
    let commit = anchor.commit.as_ref();
    let commit = commit.map(|commit| format!("commit {}", commit.chars().take(SHORT).collect::<String>()));
    match (anchor.date, commit) {
        (Some(date), Some(commit)) => format!("since {date} ({commit})"),
        (Some(date), None) => format!("since {date}"),
        (None, Some(commit)) => format!("since {commit}"),
        (None, None) => "since it was first recorded".to_owned(),
    }
}

pub(super) fn varies(unstable: Unstable) -> String {
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

pub(super) fn regression(regression: &Regression) -> String {
    let change = change(&regression.comparison);
    let allowed = numbers::percent(regression.allowed * 100.0);
    match regression.certainty {
        Certainty::TooMuch => format!("is slower: {change}, where {allowed} is allowed"),
        Certainty::MoreThanHalf => format!(
            "is slower: {change}, which passes, and is more than half of the {allowed} that it may be slower than before"
        ),
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
pub(super) fn still_open(open: Open) -> String {
    let counted = |samples| numbers::counted(samples, "sample");
    match open {
        Open::UsedUp(samples) => format!("after {}", counted(samples)),
        Open::OutOfTime(samples) => format!("after {}, when the time limit was reached", counted(samples)),
        Open::Interrupted(samples) => format!("after {}, when the run was interrupted", counted(samples)),
        Open::FailsAlready(samples) => {
            format!("after {}; no more were taken, since it fails already", counted(samples))
        }
        Open::Recorded(samples) => format!("by the {} of the baseline", counted(samples)),
    }
}

pub(super) fn slowdown(slowdown: &Slowdown, found: &checks::Finding) -> Words {
    let change = change(&slowdown.comparison);
    let words = Words::saying(format!("modules whose content did not change became slower: {change}"));
    if found.causes.is_empty() {
        let mut help = "something outside them slows them down: an import hook, a trace function, a larger heap, another interpreter or site-packages".to_owned();
        if !slowdown.edited.is_empty() {
            help.push_str(&format!(
                "; look first at what {} does, which changed",
                slowdown.edited.join(", ")
            ));
        }
        words.with_help(help)
    } else {
        words
    }
}

/// `+312 ms (+31.2%, from 1.00 s)`.
pub(super) fn change(comparison: &Comparison) -> String {
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
