//! Figures that belong together, over generated projects and edits: whatever a report says of a target fits what else it says.

use std::cell::RefCell;

use super::project::{Options, Project, row};
use super::scripted::Scripted;
use crate::checks::Code;
use crate::flows::{Against, Base};
use crate::numbers;
use crate::report::{Finding, Report, TargetReport};
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
        budgets: match below(3) {
            0 => format!("[modules.shop]\nmax-time = '{ceiling_ms}ms'\n"),
            _ => "[modules.shop]\n".to_owned(),
        },
    }
}

/// Every report of a generated project: against what was recorded, against a base, and with few samples.
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

/// What the causes of a finding cost in its target, none twice.
fn costs_of_causes(report: &Report, finding: &Finding) -> Vec<f64> {
    let causes = report.causes_of(finding).filter(|cause| cause.part_of.is_none());
    let costs = causes.map(|cause| cause.in_target(&finding.target).expect("its target").time_ms);
    costs.collect()
}

fn assert_causes_fit(report: &Report, finding: &Finding, row: &TargetReport) {
    let time = row.time_ms.expect("a time");
    let costs = costs_of_causes(report, finding);
    assert!(costs.iter().all(|cost| *cost > 0.0), "{finding:?}");
    let sum: f64 = costs.iter().sum();
    assert!(
        sum <= time * 1.001,
        "causes of {sum} ms in an import of {time}: {finding:?}"
    );
    if finding.code != Code::Regression || row.change_ms.is_none() {
        return;
    }
    let change = row.change_ms.expect("a change");
    let saves = finding.rest.as_ref().is_some_and(|rest| rest.contains("saved"));
    assert!(
        saves || sum <= change * 1.001,
        "causes of {sum} ms for {change}: {finding:?}"
    );
    let all = numbers::time_change(change);
    let from = numbers::time(row.baseline_time_ms.expect("a time before"));
    let percent = numbers::percent_change(row.change_percent.expect("a share"));
    let said = format!("{all} ({percent}, from {from})");
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
            let row = row(&report, "shop");
            assert_time_is_before_and_change(row);
            assert_shares(&report);
            for finding in &report.findings {
                assert_causes_fit(&report, finding, row);
                regressions += u32::from(finding.code == Code::Regression);
            }
        }
    }
    assert!(
        regressions > 20,
        "the generator makes too few regressions: {regressions}"
    );
}
