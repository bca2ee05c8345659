//! Whether a report has something to say that is worth a comment. A comment is mailed to everybody who follows a pull request: one that
//! says that nothing happened teaches them not to read the next.

use crate::checks::{TargetStatus, Verdict};
use crate::report::{Report, TargetReport};

/// An improvement is worth a word from this share of the time on.
const IMPROVED_SHARE: f64 = 0.1;
/// And where it is this many milliseconds.
const IMPROVED_MS: f64 = 1.0;
/// How many times its standard error, taken as that of two runs alike, the change of an improvement has to be.
const ERRORS: f64 = 5.0;

/// What the reports of a run come to, for somebody who waits for a pull request; the later the more urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// Everything is as it was, and within budget.
    Nothing,
    /// Something got better.
    Improvement,
    /// The change accepts more than was accepted before.
    Loosened,
    /// Something could not be decided, or was not reported.
    Open,
    /// Something failed.
    Failure,
}

impl News {
    /// Of these reports.
    pub fn of(reports: &[Report]) -> Self {
        let of_report = |report: &Report| match report.verdict {
            Verdict::Fail => Self::Failure,
            Verdict::Inconclusive => Self::Open,
            Verdict::Pass if report.loosened.iter().any(|one| one.by_change.is_some()) => Self::Loosened,
            Verdict::Pass if improvements(report).next().is_some() => Self::Improvement,
            Verdict::Pass => Self::Nothing,
        };
        reports.iter().map(of_report).max().unwrap_or(Self::Nothing)
    }
}

/// When a comment is made; one that stands is brought up to date in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// For failures, for what could not be decided, for what the change accepts, and for improvements.
    #[default]
    Changes,
    /// For failures alone.
    Failures,
    /// For every run.
    Always,
}

impl Policy {
    /// True where these news ask for a comment.
    pub fn asks_for_one(self, news: News) -> bool {
        match self {
            Self::Changes => news > News::Nothing,
            Self::Failures => news == News::Failure,
            Self::Always => true,
        }
    }
}

/// The targets that got faster, or whose import works again: other code, and more of a change than two runs of the same code show.
pub(super) fn improvements(report: &Report) -> impl Iterator<Item = &TargetReport> {
    report.targets.iter().filter(|target| is_improved(target))
}

fn is_improved(target: &TargetReport) -> bool {
    let works = target.status != TargetStatus::Failed && target.verdict == Verdict::Pass;
    works && (target.imported_before == Some(false) || is_faster(target))
}

fn is_faster(target: &TargetReport) -> bool {
    let is_other_code = target.closure.as_ref().is_some_and(|change| !change.is_empty());
    let (Some(percent), Some(ms), Some(spread)) = (target.change_percent, target.change_ms, target.variation) else {
        return false;
    };
    let share = -percent / 100.0;
    let error = spread * (2.0 / (target.samples.max(1) as f64)).sqrt();
    target.status == TargetStatus::Measured
        && is_other_code
        && share >= IMPROVED_SHARE
        && -ms >= IMPROVED_MS
        && share >= ERRORS * error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::ClosureChange;
    use crate::report::fixture;

    /// A report whose first target became faster by so much.
    fn faster(percent: f64, ms: f64, spread: f64) -> Report {
        let mut report = fixture::passing();
        let target = &mut report.targets[0];
        target.status = TargetStatus::Measured;
        target.closure = Some(ClosureChange {
            removed: vec!["json".to_owned()],
            ..ClosureChange::default()
        });
        (target.change_percent, target.change_ms) = (Some(percent), Some(ms));
        (target.variation, target.samples) = (Some(spread), 24);
        report
    }

    #[test]
    fn a_comment_is_made_for_what_is_worth_one() {
        assert_eq!(News::of(&[fixture::passing()]), News::Nothing);
        assert_eq!(News::of(&[fixture::inconclusive()]), News::Open);
        assert_eq!(News::of(&[fixture::passing(), fixture::report()]), News::Failure);
        assert_eq!(News::of(&[faster(-30.0, -12.0, 0.02)]), News::Improvement);
        let asked = |policy: Policy| {
            [News::Nothing, News::Improvement, News::Open, News::Failure].map(|news| policy.asks_for_one(news))
        };
        assert_eq!(asked(Policy::Changes), [false, true, true, true]);
        assert_eq!(asked(Policy::Failures), [false, false, false, true]);
        assert_eq!(asked(Policy::Always), [true; 4]);
    }

    #[test]
    fn what_the_change_accepts_is_worth_a_comment_and_what_was_accepted_before_is_not() {
        let mut report = fixture::passing();
        report.loosened = vec![fixture::loosening()];
        assert_eq!(News::of(&[report.clone()]), News::Loosened);
        report.loosened[0].by_change = None;
        assert_eq!(News::of(&[report]), News::Nothing);
    }

    #[test]
    fn what_chance_or_the_same_code_may_show_is_no_improvement() {
        for (percent, ms, spread) in [
            (-30.0, -12.0, 0.3),
            (-9.0, -12.0, 0.02),
            (-30.0, -0.5, 0.02),
            (30.0, 12.0, 0.02),
        ] {
            assert_eq!(News::of(&[faster(percent, ms, spread)]), News::Nothing, "{percent}");
        }
        let mut same_code = faster(-30.0, -12.0, 0.02);
        same_code.targets[0].closure = Some(ClosureChange::default());
        assert_eq!(News::of(&[same_code]), News::Nothing);
    }

    #[test]
    fn an_import_that_works_again_is_an_improvement() {
        let mut report = fixture::passing();
        report.targets[0].imported_before = Some(false);
        assert_eq!(News::of(&[report]), News::Improvement);
    }
}
