//! Runs that end before they are through: out of time, or by Ctrl-C; and what is foreseen of their end.

use std::time::Duration;

use super::project::{Options, Project, codes, finding, row};
use super::scripted::Scripted;
use crate::budgets::ReuseBy;
use crate::checks::{Code, TargetStatus, Verdict};
use crate::flows::{Against, Base, Deadline, RecordError, Reuse, ShowProgress, record};
use crate::observed::MeasureError;
use crate::report::progress_line::{Outlook, Progress};

fn shop() -> Scripted {
    Scripted::new().module("shop", 10.0, &[]).module("tool", 30.0, &[])
}

const BOTH: &str = "[modules.shop]\nmax-time = '1s'\n[modules.tool]\nmax-time = '30ms'\n";

#[test]
fn what_was_not_looked_at_in_time_is_open_and_the_rest_is_decided() {
    let three = "[modules.shop]\n[modules.tool]\n[modules.late]\n";
    let head = || shop().module("late", 5.0, &[]);
    let project = Project::new(three, &head());
    let baseline = project.record(&head()).expect("a baseline");
    let options = Options {
        // A run of the reference workload tells the speed, and one import is looked at.
        time_limit: Some(Duration::from_millis(200)),
        reuse: Reuse {
            by: ReuseBy::Observed,
            ..Reuse::default()
        },
        ..Options::default()
    };
    let measure = head().anew();
    let report = project.check(&measure, Some(baseline), &options);
    assert_eq!(measure.count_asked("light look") + measure.count_asked("look"), 1);
    assert_eq!(row(&report, "shop").status, TargetStatus::Reused);
    assert_eq!(codes(&report), ["inconclusive tool", "inconclusive late"]);
    assert_eq!(report.verdict, Verdict::Inconclusive);
}

#[test]
fn after_ctrl_c_what_is_decided_is_said() {
    let project = Project::new(BOTH, &shop());
    // Two looks, and some rounds of two samples and the references between: the one that is far from its ceiling is decided.
    let measure = shop().interrupted_after(24);
    let report = project.check(&measure, None, &Options::default());
    assert_eq!(report.run.interrupted, Some(2));
    assert_eq!(measure.asked().len(), 24, "nothing is asked after that");
    let verdicts = ["shop", "tool"].map(|target| row(&report, target).verdict);
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Inconclusive]);
    assert!(row(&report, "tool").samples > 0);
    let message = &finding(&report, Code::Inconclusive).message;
    assert!(message.ends_with(", when the run was interrupted"), "{message}");
}

#[test]
fn after_ctrl_c_while_observing_what_was_seen_until_then_is_said() {
    let reuse = Reuse {
        by: ReuseBy::Observed,
        ..Reuse::default()
    };
    let options = Options {
        reuse,
        ..Options::default()
    };
    let project = Project::new(BOTH, &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let whole = shop().anew();
    project.check(&whole, Some(baseline.clone()), &options);
    let first_look = whole
        .asked()
        .iter()
        .position(|asked| asked == "light look shop")
        .expect("a look");
    let stopped = shop().anew().interrupted_after(first_look + 1);
    let report = project.check(&stopped, Some(baseline), &options);
    assert_eq!(report.run.interrupted, Some(2));
    assert_eq!(row(&report, "shop").status, TargetStatus::Reused);
    assert_eq!(codes(&report), ["inconclusive tool"]);
    let message = &finding(&report, Code::Inconclusive).message;
    assert!(message.contains("the run was interrupted"), "{message}");
}

#[test]
fn after_ctrl_c_while_observing_a_base_nothing_was_compared() {
    let project = Project::new(BOTH, &shop());
    let old = shop().interrupted_after(1);
    let base = Base {
        measure: &old,
        name: "main".to_owned(),
        other_path_length: false,
        verify_sources: Box::new(|_| Ok(())),
    };
    let report = project.check_against(&shop(), Against::Base(base), &Options::default());
    assert_eq!(
        (report.verdict, report.run.interrupted),
        (Verdict::Inconclusive, Some(2))
    );
}

#[test]
fn after_ctrl_c_causes_stay_without_lines() {
    let project = Project::new("[modules.shop]\n", &shop());
    let baseline = project.record(&shop()).expect("a baseline");
    let whole = shop().edited("shop", "more()", 20.0);
    let report = project.check(&whole, Some(baseline.clone()), &Options::default());
    assert_eq!((report.verdict, report.run.interrupted), (Verdict::Fail, None));
    let before_lines = whole
        .asked()
        .iter()
        .position(|asked| asked.starts_with("lines"))
        .expect("lines");
    let stopped = shop().edited("shop", "more()", 20.0).interrupted_after(before_lines);
    let report = project.check(&stopped, Some(baseline), &Options::default());
    assert_eq!((report.verdict, report.run.interrupted), (Verdict::Fail, Some(2)));
}

#[test]
fn a_recording_that_is_interrupted_changes_nothing() {
    let project = Project::new(BOTH, &shop());
    let error = project.record(&shop().interrupted_after(12)).expect_err("no baseline");
    let RecordError::Measure(MeasureError::Interrupted { signal: 2 }) = error else {
        panic!("{error}");
    };
}

/// Keeps what was foreseen, and when.
struct Foreseen<'a> {
    clock: &'a dyn crate::observed::Clock,
    all: Vec<(Duration, Option<Outlook>)>,
}

impl ShowProgress for Foreseen<'_> {
    fn show(&mut self, _: &Progress<'_>) {}

    fn foresee(&mut self, outlook: Option<Outlook>) {
        self.all.push((self.clock.elapsed(), outlook));
    }
}

/// How long a recording took, and what each of its rounds foresaw.
fn foreseen(measure: &Scripted, budgets: &str) -> (Duration, Vec<(Duration, Outlook)>) {
    let project = Project::new(budgets, measure);
    let clock = measure.clock();
    let mut progress = Foreseen {
        clock: &*clock,
        all: Vec::new(),
    };
    let deadline = Deadline::new(&*clock, None);
    record(&project.recording(), measure, deadline, &mut progress).expect("a baseline");
    let (end, last) = progress.all.pop().expect("an end");
    assert_eq!(last, None);
    let rounds = progress.all.into_iter();
    (
        end,
        rounds.map(|(at, outlook)| (at, outlook.expect("an outlook"))).collect(),
    )
}

#[test]
fn each_round_says_how_many_are_open_and_how_long_it_will_take() {
    let (end, rounds) = foreseen(&shop(), "[measure]\nsamples = 20\n[modules.shop]\n[modules.tool]\n");
    assert_eq!(rounds.len(), 20, "one a round");
    let (_, first) = rounds[0];
    assert_eq!((first.decided, first.open), (0, 2));
    for (at, outlook) in &rounds[10..] {
        let (left, foreseen) = (end - *at, outlook.remaining);
        assert!(
            foreseen.abs_diff(left) <= end / 3,
            "{left:?} left, {foreseen:?} foreseen"
        );
    }
}

#[test]
fn a_recording_foresees_at_once_that_it_takes_more_samples_than_a_check() {
    let (end, rounds) = foreseen(&shop(), "[modules.shop]\n[modules.tool]\n");
    for (at, outlook) in &rounds {
        let (left, foreseen) = (end - *at, outlook.remaining);
        assert!(
            foreseen.abs_diff(left) <= end / 3,
            "{left:?} left, {foreseen:?} foreseen"
        );
    }
    // What may be slower by more than it takes needs the fewest, however little that is.
    let tiny = "[modules.shop]\nnoise-floor = '90ms'\n[modules.tool]\nnoise-floor = '90ms'\n";
    let (_, rounds) = foreseen(&shop(), tiny);
    assert_eq!(rounds.len(), 5);
    let (_, first) = rounds[0];
    let (at, last) = rounds[4];
    assert_eq!(last.remaining, Duration::ZERO);
    assert!(first.remaining < at * 2, "{first:?}");
}
