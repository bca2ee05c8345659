//! What a comparison says of recordings typed by hand.

use std::collections::BTreeMap;

use super::*;
use crate::baseline::{Entry, Recorded, StoredSample};
use crate::observed::{Collections, ContentHash, FailureKind, ModuleRecord, ModuleTable, Origin, ReferenceSample};
use crate::stats::{MachineSpeed, estimate};

const KEY: &str = "cpython-3.13-linux-x86_64";

/// Samples around a time in milliseconds, on a machine that is `slowness` times slower than it usually is.
fn recorded(time_ms: f64, slowness: f64, modules: usize) -> Recorded {
    let sample = |(round, wobble): (u32, f64)| StoredSample {
        round,
        cpu_ns: (time_ms * slowness * wobble * 1e6) as u64,
        wall_ns: (time_ms * slowness * 1.2e6) as u64,
        calibration_ns: (2.5e6 * slowness) as u64,
        reference_ns: (80e6 * slowness) as u64,
        memory_bytes: (time_ms * 1e5) as u64,
        ..StoredSample::default()
    };
    let wobbles = [1.0, 0.99, 1.01, 0.98, 1.02, 1.0, 0.99, 1.01, 1.0, 1.0];
    let record = ModuleRecord {
        content: Some(ContentHash(time_ms.to_bits())),
        origin: Origin::Own,
        bytecode: None,
    };
    Recorded {
        samples: (0..).zip(wobbles).map(sample).collect(),
        closure: (0..modules)
            .map(|number| (format!("m{number}"), record.clone()))
            .collect(),
        ..Recorded::default()
    }
}

fn entry(slowness: f64, targets: &[(&str, f64, usize)]) -> Entry {
    let reference = ReferenceSample {
        cpu_ns: (80e6 * slowness) as u64,
        wall_ns: (90e6 * slowness) as u64,
        calibration_ns: 0,
    };
    let targets = targets.iter();
    Entry {
        reference: vec![reference; 3],
        calibration_ns: (2.5e6 * slowness) as u64,
        targets: targets
            .map(|(name, time_ms, modules)| ((*name).to_owned(), recorded(*time_ms, slowness, *modules)))
            .collect(),
        ..Entry::default()
    }
}

fn baseline(name: &str, entries: Vec<(&str, Entry)>) -> Input {
    let entries = entries.into_iter();
    let environments = entries.map(|(key, entry)| (EnvironmentKey(key.to_owned()), entry));
    Input {
        name: name.to_owned(),
        content: Content::Baseline(Baseline {
            environments: environments.collect(),
        }),
    }
}

fn time(share: f64) -> Vec<RequiredImprovement> {
    vec![RequiredImprovement::asked(Quantity::Time, share)]
}

fn outcomes(comparison: &BeforeAfter) -> BTreeMap<&str, TargetOutcome> {
    let rows = comparison.environments.iter().flat_map(|part| &part.targets);
    rows.map(|row| (row.module.as_str(), row.outcome)).collect()
}

fn both(old: &[(&str, f64, usize)], new: &[(&str, f64, usize)]) -> (Input, Input) {
    (
        baseline("old.json", vec![(KEY, entry(1.0, old))]),
        baseline("new.json", vec![(KEY, entry(1.0, new))]),
    )
}

#[test]
fn each_target_comes_out_one_way() {
    let (old, new) = both(
        &[
            ("gone", 5.0, 1),
            ("same", 100.0, 9),
            ("slower", 100.0, 9),
            ("tiny", 1.0, 1),
            ("z", 300.0, 40),
        ],
        &[
            ("new", 5.0, 1),
            ("same", 102.0, 9),
            ("slower", 110.0, 9),
            ("tiny", 1.4, 1),
            ("z", 200.0, 30),
        ],
    );
    let comparison = compare(&old, &new, &ComparisonRequest::default()).expect("they compare");
    let expected = [
        ("gone", TargetOutcome::Gone),
        ("new", TargetOutcome::New),
        ("same", TargetOutcome::Same),
        ("slower", TargetOutcome::Slower),
        ("tiny", TargetOutcome::Same),
        ("z", TargetOutcome::Improved),
    ];
    assert_eq!(outcomes(&comparison), BTreeMap::from(expected));
    let part = &comparison.environments[0];
    assert!(part.notes.is_empty() && comparison.notes.is_empty());
    let last = part.targets.last().expect("z");
    assert!((last.change_percent.expect("both have a time") + 33.3).abs() < 0.1);
    assert_eq!(last.after.and_then(|figures| figures.modules), Some(30));
    assert_eq!(part.total.targets, 4);
    assert!((part.total.before_ms - 501.0).abs() < 0.5 && (part.total.change_ms + 87.6).abs() < 0.5);
}

#[test]
fn a_busier_machine_cancels_out_and_the_figures_are_those_of_check() {
    let old = baseline("old.json", vec![(KEY, entry(1.0, &[("a", 100.0, 3)]))]);
    let busy = entry(1.8, &[("a", 100.0, 3)]);
    let now = busy.targets["a"].to_samples();
    let new = baseline("new.json", vec![(KEY, busy)]);
    let comparison = compare(&old, &new, &ComparisonRequest::default()).expect("they compare");
    assert_eq!(outcomes(&comparison)["a"], TargetOutcome::Same);
    let machine = MachineSpeed {
        calibration_ns: 2.5e6,
        reference_ns: 80e6,
    };
    let checked = estimate(&now, &machine).expect("samples").time_ms;
    let shown = comparison.environments[0].targets[0]
        .after
        .and_then(|figures| figures.time_ms);
    assert_eq!(shown, Some(checked));
}

#[test]
fn of_two_models_of_machines_nothing_is_called_faster() {
    let mut other = entry(1.0, &[("a", 50.0, 3)]);
    other.machine.processor = "Another 9000".to_owned();
    let old = baseline("old.json", vec![(KEY, entry(1.0, &[("a", 100.0, 3)]))]);
    let comparison = compare(
        &old,
        &baseline("new.json", vec![(KEY, other)]),
        &ComparisonRequest::default(),
    )
    .expect("they do");
    let notes = comparison.environments[0].notes.join("\n");
    assert!(
        notes.contains("Another 9000") && notes.contains("two different machines"),
        "{notes}"
    );
    assert_eq!(outcomes(&comparison)["a"], TargetOutcome::Unknown);
}

#[test]
fn an_improvement_counts_only_where_the_samples_show_it() {
    let (old, new) = both(
        &[
            ("enough", 100.0, 1),
            ("exact", 100.0, 1),
            ("gone", 9.0, 1),
            ("little", 100.0, 1),
            ("tiny", 1.0, 1),
        ],
        &[
            ("enough", 70.0, 1),
            ("exact", 80.0, 1),
            ("new", 500.0, 1),
            ("little", 85.0, 1),
            ("tiny", 0.6, 1),
        ],
    );
    let question = ComparisonRequest {
        required: time(0.2),
        ..ComparisonRequest::default()
    };
    let comparison = compare(&old, &new, &question).expect("they compare");
    let short: Vec<&str> = comparison.falling_short().map(|(_, row)| row.module.as_str()).collect();
    // What comes to 20% to the digit may as well be less.
    assert_eq!(short, ["exact", "little", "tiny"]);
}

#[test]
fn a_requirement_that_no_target_can_meet_is_an_error_and_no_pass() {
    let (old, new) = both(&[("gone", 9.0, 1)], &[("new", 9.0, 1)]);
    let mut question = ComparisonRequest::default();
    assert!(compare(&old, &new, &question).is_ok());
    question.required = time(0.2);
    let error = compare(&old, &new, &question)
        .expect_err("nothing was judged")
        .to_string();
    assert!(
        error.contains("old.json") && error.contains("no target in common"),
        "{error}"
    );
}

#[test]
fn environments_are_paired_by_key() {
    let of = |time_ms| entry(1.0, &[("a", time_ms, 1)]);
    let old = baseline(
        "old.json",
        vec![("k-3.12", of(90.0)), ("k-3.13", of(100.0)), ("k-3.9", of(50.0))],
    );
    let new = baseline(
        "new.json",
        vec![("k-3.12", of(60.0)), ("k-3.13", of(100.0)), ("k-3.14", of(9.0))],
    );
    let comparison = compare(&old, &new, &ComparisonRequest::default()).expect("two in common");
    let keys: Vec<&str> = comparison
        .environments
        .iter()
        .map(|part| part.environment.0.as_str())
        .collect();
    assert_eq!(keys, ["k-3.12", "k-3.13"]);
    assert_eq!(
        comparison.notes,
        [
            "only old.json has k-3.9: not compared",
            "only new.json has k-3.14: not compared"
        ]
    );
    let mut question = ComparisonRequest {
        environment: Some("k-3.12".to_owned()),
        ..ComparisonRequest::default()
    };
    let one = compare(&old, &new, &question).expect("in both");
    assert_eq!(
        (one.environments.len(), outcomes(&one)["a"]),
        (1, TargetOutcome::Improved)
    );
    question.environment = Some("k-3.14".to_owned());
    let error = compare(&old, &new, &question).expect_err("not in both").to_string();
    assert_eq!(
        error,
        "old.json has no environment k-3.14; it has k-3.12, k-3.13, k-3.9"
    );
    let foreign = baseline("new.json", vec![("k-3.14", of(9.0)), ("k-3.15", of(9.0))]);
    let error = compare(&old, &foreign, &ComparisonRequest::default())
        .expect_err("nothing in common")
        .to_string();
    assert!(
        error.contains("no environment in common") && error.contains("k-3.15"),
        "{error}"
    );
}

#[test]
fn one_python_against_another_is_compared_with_a_note() {
    let of = |time_ms| entry(1.0, &[("a", time_ms, 1)]);
    let old = baseline("old.json", vec![("k-3.12", of(90.0))]);
    let new = baseline("new.json", vec![("k-3.13", of(60.0))]);
    let comparison = compare(&old, &new, &ComparisonRequest::default()).expect("one each");
    assert_eq!(
        comparison.environments[0].notes,
        ["the environment was k-3.12 and is k-3.13"]
    );
}

#[test]
fn words_choose_targets_by_name_or_pattern() {
    let targets = [
        ("layer:web", 9.0, 1),
        ("shop.a", 9.0, 1),
        ("shop.a.b", 9.0, 1),
        ("tool", 9.0, 1),
    ];
    let (old, new) = both(&targets, &targets);
    let chosen = |words: &[&str]| {
        let question = ComparisonRequest {
            only: words.iter().map(|word| Word::from(*word)).collect(),
            ..ComparisonRequest::default()
        };
        compare(&old, &new, &question).map(|comparison| outcomes(&comparison).into_keys().map(str::to_owned).collect())
    };
    let names: Vec<String> = chosen(&["shop.*", "layer:web"]).expect("they match");
    assert_eq!(names, ["layer:web", "shop.a"]);
    let error = chosen(&["shop.**", "nothing"])
        .expect_err("one matches nothing")
        .to_string();
    assert_eq!(
        error,
        "no target matches nothing; there are layer:web, shop.a, shop.a.b, tool"
    );
}

#[test]
fn a_failure_that_is_gone_is_resolved_and_a_new_one_breaks_the_target() {
    let figures = |time_ms: Option<f64>, failed| Figures {
        time_ms,
        samples: if failed { 0 } else { 10 },
        failed,
        ..Figures::default()
    };
    let compared = |before, after| {
        let (before, after) = (BTreeMap::from([("a", before)]), BTreeMap::from([("a", after)]));
        let required = Requirements {
            improvements: &time(0.5),
            of: &[],
        };
        row("a", &before, &after, &Grounds::Figures, required)
    };
    let (works, fails) = (figures(Some(40.0), false), figures(None, true));
    let resolved = compared(fails, works);
    assert_eq!(
        (resolved.outcome, resolved.falls_short),
        (TargetOutcome::Resolved, false)
    );
    assert_eq!(resolved.change_percent, Some(-100.0));
    assert_eq!(resolved.improvement_percent, Some(100.0));
    assert_eq!(resolved.after.and_then(|after| after.time_ms), Some(40.0));
    let broken = compared(works, fails);
    assert_eq!((broken.outcome, broken.falls_short), (TargetOutcome::Broken, true));
    assert_eq!(compared(fails, fails).outcome, TargetOutcome::Unknown);
    // What was merely not timed did not fail.
    assert_eq!(compared(figures(None, false), works).outcome, TargetOutcome::Unknown);
}

/// The samples of a target, as many and as scattered as these times in milliseconds, on a machine that is `slowness` times slower.
fn scattered(times_ms: &[f64], slowness: f64, content: u64) -> Recorded {
    let sample = |(round, time_ms): (u32, &f64)| StoredSample {
        round,
        cpu_ns: (time_ms * slowness * 1e6) as u64,
        calibration_ns: (2.5e6 * slowness) as u64,
        reference_ns: (80e6 * slowness) as u64,
        ..StoredSample::default()
    };
    let record = ModuleRecord {
        content: Some(ContentHash(content)),
        bytecode: None,
        origin: Origin::Own,
    };
    Recorded {
        samples: (0..).zip(times_ms).map(sample).collect(),
        closure: ModuleTable::from([("m".to_owned(), record)]),
        ..Recorded::default()
    }
}

fn compared(old: Recorded, new: Recorded, required_improvement: Option<f64>) -> (TargetOutcome, bool) {
    let with = |recorded| Entry {
        targets: BTreeMap::from([("a".to_owned(), recorded)]),
        ..entry(1.0, &[])
    };
    let request = ComparisonRequest {
        required: required_improvement.map(time).unwrap_or_default(),
        ..ComparisonRequest::default()
    };
    let (old, new) = (
        baseline("old", vec![(KEY, with(old))]),
        baseline("new", vec![(KEY, with(new))]),
    );
    let comparison = compare(&old, &new, &request).expect("they compare");
    let row = &comparison.environments[0].targets[0];
    (row.outcome, row.falls_short)
}

const CALM: [f64; 12] = [
    100.0, 99.0, 101.0, 100.5, 98.0, 102.0, 100.0, 99.5, 101.5, 100.0, 99.0, 100.5,
];
const WILD: [f64; 12] = [
    70.0, 130.0, 95.0, 78.0, 120.0, 66.0, 82.0, 140.0, 75.0, 90.0, 72.0, 85.0,
];

#[test]
fn the_same_code_is_the_same_unless_something_else_is_far_slower() {
    let far = CALM.map(|ms| ms * 2.0);
    assert_eq!(
        compared(scattered(&CALM, 1.0, 1), scattered(&far, 1.0, 1), None),
        (TargetOutcome::Slower, false)
    );
    // Half as much again, which no calibration explains.
    let slower = CALM.map(|ms| ms * 1.5);
    assert_eq!(
        compared(scattered(&CALM, 1.0, 1), scattered(&slower, 1.0, 1), Some(0.05)),
        (TargetOutcome::Same, true)
    );
    assert_eq!(
        compared(scattered(&slower, 1.0, 1), scattered(&CALM, 1.0, 1), Some(0.05)),
        (TargetOutcome::Same, true)
    );
}

#[test]
fn code_that_changed_is_slower_or_improved_by_what_the_samples_show_at_one_speed() {
    for slowness in [1.0, 1.8] {
        let now = |factor: f64| scattered(&CALM.map(|ms| ms * factor), slowness, 2);
        let outcome = |factor, required| compared(scattered(&CALM, 1.0, 1), now(factor), required);
        assert_eq!(outcome(1.0, None), (TargetOutcome::Same, false));
        // As far as busy machines move an import.
        assert_eq!(outcome(1.06, None), (TargetOutcome::Same, false));
        assert_eq!(outcome(0.94, Some(0.05)), (TargetOutcome::Same, true));
        assert_eq!(outcome(1.12, Some(0.05)), (TargetOutcome::Slower, true));
        assert_eq!(outcome(0.8, Some(0.05)), (TargetOutcome::Improved, false));
        assert_eq!(outcome(0.8, Some(0.25)), (TargetOutcome::Improved, true));
    }
}

#[test]
fn what_was_recorded_beside_hogs_of_memory_has_not_improved_since() {
    let recorded = |factor: f64, memory: u64, content| {
        let mut recorded = scattered(&CALM.map(|ms| ms * factor), 1.0, content);
        for sample in &mut recorded.samples {
            sample.collections = Collections {
                times: [40, 4, 0],
                ns: [2_000_000, memory * 20_000, 0],
            };
        }
        recorded
    };
    let outcome = |memory| compared(recorded(1.16, memory, 1), recorded(1.0, 100, 2), Some(0.05));
    assert_eq!(outcome(100), (TargetOutcome::Improved, false));
    assert_eq!(outcome(160), (TargetOutcome::Same, true));
    let slower = |memory| compared(recorded(1.0, 100, 1), recorded(1.16, memory, 2), None).0;
    assert_eq!(slower(100), TargetOutcome::Slower);
    assert_eq!(slower(160), TargetOutcome::Same);
}

#[test]
fn an_estimate_of_an_improvement_proves_none() {
    // It comes to 12% less, and half of the samples say more.
    let estimate = |samples: &[f64]| samples.iter().map(|ms| ms.ln()).sum::<f64>() / samples.len() as f64;
    assert!(estimate(&WILD) < estimate(&CALM) - 0.1);
    assert_eq!(
        compared(scattered(&CALM, 1.0, 1), scattered(&WILD, 1.0, 2), Some(0.05)),
        (TargetOutcome::Same, true)
    );
}

/// What `a` falls short of, where it waited and computed and held so much before and now, in milliseconds and megabytes.
fn missed(before: [f64; 3], after: [f64; 3], required: &[(Quantity, f64)]) -> Vec<Quantity> {
    let side = |name, [waits, computes, holds]: [f64; 3]| {
        let mut entry = entry(1.0, &[("a", computes, 3)]);
        let recorded = entry.targets.get_mut("a").expect("it is there");
        for (sample, wobble) in recorded
            .samples
            .iter_mut()
            .zip([0_u64, 90, 30, 60, 10, 40, 20, 70, 50, 80])
        {
            sample.blocked_ns = (waits * 1e6) as u64;
            sample.voluntary_switches = 1;
            sample.memory_bytes = (holds * 1e6) as u64 + 1_000 * wobble;
        }
        baseline(name, vec![(KEY, entry)])
    };
    let question = ComparisonRequest {
        required: required
            .iter()
            .map(|(quantity, share)| RequiredImprovement::asked(*quantity, *share))
            .collect(),
        ..ComparisonRequest::default()
    };
    let compared = compare(&side("old.json", before), &side("new.json", after), &question).expect("they compare");
    compared.environments[0].targets[0].falls_short_of.clone()
}

#[test]
fn memory_and_cpu_time_are_required_apart_from_the_time() {
    let all = |share| {
        [
            (Quantity::Time, share),
            (Quantity::Memory, share),
            (Quantity::Cpu, share),
        ]
    };
    let before = [60.0, 100.0, 20.0];
    assert_eq!(missed(before, [30.0, 50.0, 10.0], &all(0.4)), []);
    assert_eq!(
        missed(before, [60.0, 100.0, 10.0], &all(0.4)),
        [Quantity::Time, Quantity::Cpu]
    );
    // It only waits less.
    assert_eq!(missed(before, [0.0, 100.0, 20.0], &[(Quantity::Time, 0.2)]), []);
    assert_eq!(
        missed(before, [0.0, 100.0, 20.0], &[(Quantity::Cpu, 0.2)]),
        [Quantity::Cpu]
    );
    // It only computes less.
    assert_eq!(missed(before, [160.0, 50.0, 20.0], &[(Quantity::Cpu, 0.4)]), []);
    assert_eq!(missed(before, before, &[(Quantity::Memory, 0.01)]), [Quantity::Memory]);
    assert_eq!(
        missed(before, [60.0, 100.0, 19.0], &[(Quantity::Memory, 0.2)]),
        [Quantity::Memory]
    );
    assert_eq!(missed(before, [60.0, 100.0, 15.0], &[(Quantity::Memory, 0.2)]), []);
}

#[test]
fn an_improvement_is_asked_of_the_targets_that_are_named() {
    let (old, new) = both(
        &[("shop.a", 100.0, 3), ("shop.b", 100.0, 3)],
        &[("shop.a", 50.0, 2), ("shop.b", 100.0, 3)],
    );
    let short = |of: &[&str]| -> Vec<String> {
        let question = ComparisonRequest {
            required: time(0.2),
            required_of: of.iter().map(|word| Word::from(*word)).collect(),
            ..ComparisonRequest::default()
        };
        let compared = compare(&old, &new, &question).expect("they compare");
        compared.falling_short().map(|(_, row)| row.module.clone()).collect()
    };
    assert_eq!(short(&[]), ["shop.b"]);
    assert_eq!(short(&["shop.a"]), [""; 0]);
    assert_eq!(short(&["shop.*"]), ["shop.b"]);
    let part = |word: &str| ComparisonRequest {
        required: time(0.2),
        required_of: vec![Word::from(word)],
        ..ComparisonRequest::default()
    };
    assert!(
        compare(&old, &new, &part("layer:none")).is_err(),
        "nothing could show it"
    );
}

#[test]
fn what_failed_when_it_was_recorded_is_resolved_by_a_time() {
    let mut before = entry(1.0, &[("shop.web", 100.0, 3)]);
    before.failed = BTreeMap::from([("shop.core".to_owned(), FailureKind::Hang)]);
    let after = entry(1.0, &[("shop.web", 100.0, 3), ("shop.core", 43.0, 3)]);
    let (old, new) = (
        baseline("old.json", vec![(KEY, before)]),
        baseline("new.json", vec![(KEY, after)]),
    );
    let question = ComparisonRequest {
        required: time(0.2),
        required_of: vec![Word::from("shop.core")],
        ..ComparisonRequest::default()
    };
    let compared = compare(&old, &new, &question).expect("they compare");
    let part = &compared.environments[0];
    let core = &part.targets[0];
    assert_eq!(
        (core.outcome, core.improvement_percent),
        (TargetOutcome::Resolved, Some(100.0))
    );
    assert_eq!(core.before.and_then(|before| before.failure), Some(Code::Hang));
    assert!(!core.falls_short);
    assert_eq!((part.imports.before.percent, part.imports.after.percent), (50.0, 100.0));
}
