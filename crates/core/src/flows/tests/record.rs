//! Whole recordings.

use std::time::Duration;

use super::project::Project;
use super::scripted::{Scripted, Unseen, missing};
use crate::baseline::{Baseline, COUNTER_VARIABLE, Entry};
use crate::flows::{Deadline, RecordError, record};

fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 10.0, &["json"])
        .module("tool", 30.0, &[])
        .standard("json", 20.0, &[])
}

const BOTH: &str = "[modules.shop]\n[modules.tool]\n";

fn entry(baseline: &Baseline) -> &Entry {
    baseline.environments.values().next().expect("an entry")
}

#[test]
fn every_target_is_looked_at_once_and_sampled_alike() {
    let measure = shop();
    let baseline = Project::new(BOTH, &measure).record(&measure).expect("a baseline");
    assert_eq!(measure.asked()[..2], ["look shop", "look tool"]);
    let taken = [measure.count_asked("sample shop"), measure.count_asked("sample tool")];
    assert_eq!(taken, [30, 30]);
    let recorded = &entry(&baseline).targets["shop"];
    assert_eq!(recorded.samples.len(), 30);
    assert_eq!(recorded.closure.keys().collect::<Vec<_>>(), ["json", "shop"]);
    assert_eq!(recorded.instructions, None);
    assert_eq!(entry(&baseline).reference.len(), measure.count_asked("reference"));
}

#[test]
fn nothing_is_recorded_where_an_import_fails() {
    let failing = shop().fails("json", 0, missing("late"));
    let error = Project::new(BOTH, &failing).record(&failing).expect_err("it fails");
    assert!(matches!(&error, RecordError::ImportsFail { targets } if targets == &["shop"]));
    assert_eq!(
        failing.count_asked("sample"),
        0,
        "nobody waits for the samples of the others"
    );

    let failing_later = shop().fails("tool", 4, missing("late"));
    let error = Project::new(BOTH, &failing_later)
        .record(&failing_later)
        .expect_err("it fails");
    assert!(matches!(&error, RecordError::ImportsFail { targets } if targets == &["tool"]));
}

#[test]
fn counts_are_recorded_with_what_counted_and_few_samples() {
    let counted = format!("[measure]\nengine = 'instructions'\n{BOTH}");
    let measure = shop().counting();
    let project = Project::new(&counted, &measure);
    let baseline = project.record(&measure).expect("a baseline");
    let entry = entry(&baseline);
    assert_eq!(entry.targets["tool"].instructions, Some(30_000_000));
    assert_eq!(entry.targets["tool"].samples.len(), 5);
    assert_eq!(entry.variables[COUNTER_VARIABLE], "cachegrind 3.19.0");

    // A command is not counted, so its times have to be compared.
    let measure = shop().counting().commands_take(40.0);
    let with_command = format!("{counted}[commands.help]\nrun = ['shop', '--help']\n");
    let baseline = Project::new(&with_command, &measure)
        .record(&measure)
        .expect("a baseline");
    assert_eq!(self::entry(&baseline).targets["command:help"].samples.len(), 30);
}

#[test]
fn nothing_is_recorded_where_time_does_not_allow_the_counts() {
    let measure = shop().counting();
    let project = Project::new(&format!("[measure]\nengine = 'instructions'\n{BOTH}"), &measure);
    let clock = measure.clock();
    let deadline = Deadline::new(&*clock, Some(Duration::from_secs(1)));
    let error = record(&project.recording(), &measure, deadline, &mut Unseen).expect_err("no time");
    assert!(
        matches!(&error, RecordError::OutOfTime { target } if target == "shop"),
        "{error}"
    );
}

#[test]
fn a_part_keeps_the_other_targets_and_a_whole_replaces_them() {
    let project = Project::new(BOTH, &shop());
    let old = project.record(&shop()).expect("a baseline");
    let only_tool = project.recording();
    let (key, fresh) = {
        let tool = Project::new("[modules.tool]\n", &shop());
        let baseline = tool.record(&shop().edited("tool", "more()", 40.0)).expect("a baseline");
        baseline.environments.into_iter().next().expect("an entry")
    };
    let part = crate::flows::Record {
        whole: false,
        ..project.recording()
    };
    let merged = part.updated(Some(old.clone()), &key, fresh.clone()).expect("it merges");
    assert_eq!(entry(&merged).targets.keys().collect::<Vec<_>>(), ["shop", "tool"]);
    assert_eq!(entry(&merged).targets["tool"], fresh.targets["tool"]);
    let replaced = only_tool
        .updated(Some(old.clone()), &key, fresh.clone())
        .expect("it replaces");
    assert_eq!(entry(&replaced).targets.keys().collect::<Vec<_>>(), ["tool"]);

    let changes = part.changes(Some(&old), &key, &fresh).expect("it merges");
    assert!(changes.to_string().contains("tool"), "{changes}");
    assert!(part.changes(Some(&merged), &key, &fresh).expect("it merges").is_empty());
}
