//! A check that is divided: what its shards come to together is what one run comes to.

use super::project::{Options, Project};
use super::scripted::Scripted;
use crate::baseline::Baseline;
use crate::budgets::Target;
use crate::checks::Verdict;
use crate::flows::Against;
use crate::observed::EnvironmentKey;
use crate::report::Report;
use crate::report::merge::{Merged, merge};
use crate::sampling::{most_tests_of, tests_of};
use crate::shards::{Plan, PlanBasis, Shard, ShardOf};

const TARGETS: usize = 40;
const SHARDS: u32 = 4;

fn name(index: usize) -> String {
    format!("shop.part_{index:02}")
}

/// Forty modules of 5 to 200 ms that share one of 20 ms; `edited` get a statement of half their time.
fn shop(edited: &[usize]) -> Scripted {
    let mut shop = Scripted::new().module("shop", 0.1, &[]).standard("json", 20.0, &[]);
    for index in 0..TARGETS {
        shop = shop.module(&name(index), 5.0 * (index + 1) as f64, &["json"]);
    }
    for index in edited {
        shop = shop.edited(&name(*index), "work_more()", 2.5 * (*index + 1) as f64 + 15.0);
    }
    shop.anew()
}

fn against<'a>(baseline: &Baseline) -> Against<'a> {
    Against::Baseline {
        content: Some(baseline.clone()),
        path: "budgets.baseline.json".to_owned(),
    }
}

fn shard_report(project: &Project, baseline: &Baseline, head: &Scripted, number: u32) -> Report {
    let shard = Shard::new(number, SHARDS).expect("a shard");
    let key = EnvironmentKey("cpython-3.13-linux-x86_64".to_owned());
    let recorded = baseline.environments.values().next();
    let plan = Plan::of(&project.targets, recorded, SHARDS);
    let (own, elsewhere) = plan.divide(&project.targets, shard);
    let basis = PlanBasis::new(key, None, (b"budgets", None), &project.targets);
    let mut report = project.check_part((&own, &elsewhere), head, against(baseline), &Options::default());
    report.shard = Some(ShardOf::new(shard, &plan, basis, 1));
    report
}

fn verdicts(report: &Report) -> Vec<(&str, Verdict)> {
    let rows = report.targets.iter();
    rows.map(|row| (row.module.as_str(), row.verdict)).collect()
}

#[test]
fn forty_targets_in_four_shards_come_to_what_one_run_comes_to() {
    let project = Project::new(
        "[layers.shop]\nmodules = [\"shop.*\"]\nmax-total-time = \"9s\"\n",
        &shop(&[]),
    );
    let baseline = project.record(&shop(&[])).expect("a baseline");
    let edited = [0, 7, 21, 39];
    let whole = project.check_against(&shop(&edited), against(&baseline), &Options::default());
    let parts: Vec<Report> = (1..=SHARDS)
        .map(|number| shard_report(&project, &baseline, &shop(&edited), number))
        .collect();
    let rows: Vec<usize> = parts.iter().map(|part| part.targets.len()).collect();
    assert!(rows.iter().all(|rows| *rows > 0), "{rows:?}");
    let named = parts.into_iter().enumerate();
    let named = named.map(|(index, part)| (format!("{index}.json"), part)).collect();
    let Ok(Merged::One(merged)) = merge(named) else {
        panic!("one report");
    };
    assert_eq!(merged.targets.len(), TARGETS + 1, "and the total of the layer");
    assert_eq!(verdicts(&merged), verdicts(&whole));
    assert_eq!((merged.verdict, whole.verdict), (Verdict::Fail, Verdict::Fail));
    let failed = whole.targets.iter().filter(|row| row.verdict == Verdict::Fail).count();
    assert!(failed >= edited.len(), "{:?}", verdicts(&whole));
}

#[test]
fn a_shard_without_targets_passes() {
    let project = Project::new("[modules.\"shop.part_00\"]\n", &shop(&[]));
    let baseline = project.record(&shop(&[])).expect("a baseline");
    let none: &[Target] = &[];
    let report = project.check_part(
        (none, &project.targets),
        &shop(&[]),
        against(&baseline),
        &Options::default(),
    );
    assert_eq!(
        (report.verdict, report.targets.len(), report.findings.len()),
        (Verdict::Pass, 0, 0)
    );
}

#[test]
fn no_target_is_asked_more_than_the_shards_divide_by() {
    use crate::observed::ClosureChange;
    use crate::sampling::OtherSide;
    let limits =
        "[modules.\"shop.part_00\"]\nmax-time = \"1s\"\nmax-variation = \"10%\"\nmax-memory-regression = \"20%\"\n";
    let change = ClosureChange {
        added: vec!["a".to_owned()],
        ..ClosureChange::default()
    };
    let paired = OtherSide::Paired { change: Some(change) };
    for text in ["[modules.\"shop.part_00\"]\n", limits] {
        let project = Project::new(text, &shop(&[]));
        let most = most_tests_of(&project.targets[0]);
        assert_eq!(tests_of(&project.targets[0], &paired), most);
        assert!(tests_of(&project.targets[0], &OtherSide::Nothing) <= most);
    }
}
