//! Figures that belong together, over generated projects and edits: whatever a report says of a target fits what else it says.

use std::cell::RefCell;

use super::project::{Options, Project};
use super::scripted::Scripted;
use crate::checks::Code;
use crate::flows::{Against, Base};
use crate::numbers;
use crate::report::{Cause, Finding, Picture, Report, TargetReport};
use crate::stats::quantile::{TRIM, trimmed_mean};
use crate::stats::random::SplitMix64;

/// How many projects are made.
const PROJECTS: u64 = 60;

/// A project and what became of it.
struct Generated {
    before: Scripted,
    head: Scripted,
    budgets: String,
}

/// A program with a few parts of its own and a few libraries, of which some became heavier, some came and some went.
fn generate(seed: u64) -> Generated {
    let random = RefCell::new(SplitMix64::new(seed));
    let below = |limit: u32| random.borrow_mut().below(limit as usize) as u32;
    let (parts, libraries) = (1 + below(5), 2 + below(5));
    let ms = || f64::from(below(400)) / 10.0 + 0.1;
    let part_ms: Vec<f64> = (0..parts).map(|_| ms()).collect();
    let library_ms: Vec<f64> = (0..libraries).map(|_| ms()).collect();
    let fresh_ms = ms();
    let (gone, comes) = (below(2) == 0, below(2) == 0);
    let edits: Vec<(u32, f64)> = (0..below(4))
        .map(|_| (below(parts), f64::from(below(300)) / 10.0))
        .collect();
    let ceiling_ms = 5 + below(150);
    let names = |prefix: &str, count: u32| -> Vec<String> { (0..count).map(|it| format!("{prefix}{it}")).collect() };
    let (parts, libraries) = (names("shop.part", parts), names("lib", libraries));
    let program = |imports: Vec<&str>| {
        let mut modules = Scripted::new()
            .module("shop", 2.0, &imports)
            .standard("fresh", fresh_ms, &[]);
        for (name, ms) in parts.iter().zip(&part_ms) {
            modules = modules.module(name, *ms, &["lib0"]);
        }
        for (name, ms) in libraries.iter().zip(&library_ms) {
            modules = modules.standard(name, *ms, &[]);
        }
        modules
    };
    let all: Vec<&str> = parts.iter().chain(&libraries).map(String::as_str).collect();
    let mut now = all.clone();
    if gone {
        now.pop();
    }
    if comes {
        now.push("fresh");
    }
    let mut head = program(now).anew();
    for (part, ms) in edits {
        head = head.edited(&parts[part as usize], &format!("edited({ms})"), ms);
    }
    Generated {
        before: program(all),
        head,
        budgets: {
            let of_shop = match below(4) {
                0 => format!("max-time = '{ceiling_ms}ms'\n"),
                1 => "max-new-modules = 0\nmax-memory = '1KiB'\nforbid = ['fresh']\n".to_owned(),
                2 => "max-modules = 3\nmax-memory-regression = '1%'\n".to_owned(),
                _ => String::new(),
            };
            format!("[modules.shop]\n{of_shop}[modules.'shop.part0']\n")
        },
    }
}

/// Every report of a generated project, each held against [`assert_figures_agree`] when it is made: against what was recorded, against a base, and with few samples.
fn reports(generated: &Generated) -> Vec<Report> {
    let project = Project::new(&generated.budgets, &generated.before);
    let baseline = project.record(&generated.before).expect("a baseline");
    let few = Options {
        samples: Some(5),
        ..Options::default()
    };
    let base = Base {
        measure: &generated.before,
        name: "main".to_owned(),
        other_path_length: false,
        verify_sources: Box::new(|_| Ok(())),
    };
    vec![
        project.check(&generated.head, Some(baseline.clone()), &Options::default()),
        project.check(&generated.head, Some(baseline), &few),
        project.check_against(&generated.head, Against::Base(base), &Options::default()),
    ]
}

/// Fails where two figures of a report contradict each other. Every report that a test of a flow makes is held against it.
pub(super) fn assert_figures_agree(report: &Report) {
    report.targets.iter().for_each(assert_time_is_before_and_change);
    report
        .pictures
        .iter()
        .for_each(|picture| assert_picture_fits(report, picture));
    report
        .causes
        .iter()
        .for_each(assert_a_cause_is_the_middle_of_its_targets);
    for row in &report.targets {
        assert_causes_fit(report, row);
    }
    for finding in &report.findings {
        for id in &finding.causes {
            let cause = report.cause(id).unwrap_or_else(|| panic!("{id} is nowhere"));
            assert!(cause.in_target(&finding.target).is_some(), "{finding:?}: {cause:?}");
        }
        if finding.code == Code::Regression
            && let Some(row) = report.targets.iter().find(|row| row.module == finding.target)
        {
            assert_sentence_fits(finding, row);
        }
    }
    assert_shares(report);
}

fn assert_time_is_before_and_change(row: &TargetReport) {
    let (Some(time), Some(before), Some(change)) = (row.time_ms, row.baseline_time_ms, row.change_ms) else {
        return;
    };
    assert!((before + change - time).abs() < 1e-6 * time, "{row:?}");
    let percent = row.change_percent.expect("a share");
    assert!(
        (percent - 100.0 * change / before).abs() < 1e-6 * percent.abs().max(1.0),
        "{row:?}"
    );
}

/// What is drawn adds up to what the row says.
fn assert_picture_fits(report: &Report, picture: &Picture) {
    let row = report.targets.iter().find(|row| row.module == picture.target);
    let Some(time_ms) = row.and_then(|row| row.time_ms) else {
        return;
    };
    let usual = trimmed_mean(&picture.samples_ms, TRIM).expect("samples");
    assert!((usual - time_ms).abs() < 0.001 + 0.001 * time_ms, "{picture:?} {row:?}");
    let Some(tree) = &picture.tree else {
        return;
    };
    let sum: f64 = tree.modules.iter().map(|module| module.own_ms).sum();
    assert!((sum - time_ms).abs() < 0.01 * time_ms.max(1.0), "{tree:?} {row:?}");
    let before = tree.before.as_ref();
    if let Some((before, change_ms)) = before.zip(row.and_then(|row| row.change_ms)) {
        let gone: f64 = before.gone.iter().map(|gone| gone.own_ms).sum();
        let kept: f64 = tree.modules.iter().filter_map(|module| module.own_before_ms).sum();
        let told_ms = sum - kept - gone;
        let is_one_change = (0.5..=2.0).contains(&(change_ms / told_ms));
        assert!(
            !is_one_change || (told_ms - change_ms).abs() < 0.02 * time_ms.max(1.0),
            "{told_ms} {tree:?} {row:?}"
        );
    }
    for (position, module) in tree.modules.iter().enumerate() {
        assert!(module.parent.is_none_or(|parent| parent < position), "{tree:?}");
    }
}

fn assert_a_cause_is_the_middle_of_its_targets(cause: &Cause) {
    let costs: Vec<f64> = cause
        .targets
        .iter()
        .map(|target| target.time_ms)
        .filter(|ms| *ms != 0.0)
        .collect();
    let (least, most) = costs.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), &ms| {
        (least.min(ms), most.max(ms))
    });
    assert!(
        costs.is_empty() && cause.time_ms == 0.0 || (least..=most).contains(&cause.time_ms),
        "{cause:?}"
    );
    assert!(
        cause.targets.is_sorted_by(|one, other| one.time_ms >= other.time_ms),
        "{cause:?}"
    );
    assert!(costs.iter().all(|ms| *ms > 0.0), "{cause:?}");
}

/// What names a target as paying costs no more together than the target takes, and what is said to be new no more than it changed.
fn assert_causes_fit(report: &Report, row: &TargetReport) {
    let Some(time) = row.time_ms else { return };
    let of = |finding: &&Finding| finding.target == row.module && finding.code != Code::StartChanged;
    let findings: Vec<&Finding> = report.findings.iter().filter(of).collect();
    let whole = report.causes.iter().filter(|cause| cause.part_of.is_none());
    let paid = |is_growth: bool| -> f64 {
        let of_kind = whole.clone().filter(|cause| cause.kind.is_growth() == is_growth);
        of_kind
            .filter_map(|cause| cause.in_target(&row.module))
            .map(|target| target.time_ms)
            .sum()
    };
    assert!(
        paid(false) <= time * 1.001,
        "{findings:?} of {row:?}: {:?}",
        report.causes
    );
    let saves = findings
        .iter()
        .any(|finding| finding.rest.as_ref().is_some_and(|rest| rest.contains("saved")));
    let is_divided = findings.iter().any(|finding| finding.code == Code::Regression);
    if let Some(change) = row.change_ms.filter(|_| is_divided && !saves) {
        assert!(
            paid(true) <= change * 1.001,
            "{findings:?} of {row:?}: {:?}",
            report.causes
        );
    }
}

/// A sentence about a change has the figures of the row, where the same comparison made both.
fn assert_sentence_fits(finding: &Finding, row: &TargetReport) {
    let (Some(change), Some(before), Some(percent)) = (row.change_ms, row.baseline_time_ms, row.change_percent) else {
        return;
    };
    let all = numbers::time_change(change);
    let said = format!(
        "{all} ({}, from {})",
        numbers::percent_change(percent),
        numbers::time(before)
    );
    assert!(finding.message.contains(&said), "{said} in {}", finding.message);
}

/// A share of a body is one: `(37% of the body)`.
fn assert_shares(report: &Report) {
    for cause in &report.causes {
        let Some((before, _)) = cause.summary.split_once("% of the body)") else {
            continue;
        };
        let share = before.rsplit('(').next().expect("a share");
        let share: f64 = share.parse().expect("a number");
        assert!((0.0..=100.0).contains(&share), "{}", cause.summary);
    }
}

#[test]
fn whatever_a_report_says_fits_what_else_it_says() {
    let mut regressions = 0;
    for seed in 0..PROJECTS {
        for report in reports(&generate(seed)) {
            let codes = report.findings.iter().map(|finding| finding.code);
            regressions += codes.filter(|code| *code == Code::Regression).count();
        }
    }
    assert!(
        regressions > 20,
        "the generator makes too few regressions: {regressions}"
    );
}
