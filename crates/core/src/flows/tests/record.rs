//! Whole recordings: the first one, and those after it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::project::{Options, Project};
use super::scripted::Scripted;
use crate::baseline::{Aspect, Baseline, COUNTER_VARIABLE, Entry};
use crate::budgets::ReuseBy;
use crate::flows::{RecordError, Reuse};
use crate::observed::{EnvironmentKey, Failure, FailureKind, Input};
use crate::report::summary::Summary;

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

/// How many samples of a target are recorded.
fn samples(baseline: &Baseline, target: &str) -> usize {
    entry(baseline).targets[target].samples.len()
}

fn everything() -> Options {
    let reuse = Reuse {
        by: ReuseBy::Never,
        ..Reuse::default()
    };
    Options {
        reuse,
        ..Options::default()
    }
}

/// What is stored and read again, which rounds own times.
fn stored(baseline: &Baseline) -> Baseline {
    Baseline::parse(baseline.render().as_bytes()).expect("it reads what it wrote")
}

#[test]
fn every_target_is_looked_at_once_and_sampled_until_it_is_sharp() {
    let measure = shop();
    let baseline = Project::new(BOTH, &measure).record(&measure).expect("a baseline");
    assert_eq!(measure.asked()[..2], ["light look shop", "light look tool"]);
    assert_eq!(measure.count_asked("look"), 0);
    // A scatter of 2.5% at the least, and no error above a sixteenth of 10%: sixteen, or a few more.
    for target in ["shop", "tool"] {
        let taken = samples(&baseline, target);
        assert!((16..=24).contains(&taken), "{taken}");
        assert_eq!(measure.count_asked(&format!("sample {target}")), taken);
    }
    let recorded = &entry(&baseline).targets["shop"];
    assert_eq!(recorded.closure.keys().collect::<Vec<_>>(), ["json", "shop"]);
    assert_eq!(recorded.instructions, None);
    assert_eq!(entry(&baseline).reference.len(), measure.count_asked("reference"));
}

#[test]
fn a_finer_limit_and_a_ceiling_that_is_near_ask_for_more_samples_and_a_fixed_number_for_itself() {
    let recorded = |budgets: &str| {
        let measure = shop();
        let baseline = Project::new(budgets, &measure).record(&measure).expect("a baseline");
        samples(&baseline, "tool")
    };
    let fine = recorded("[modules.tool]\nmax-regression = '1%'\n");
    assert!((25..=30).contains(&fine), "{fine}");
    let tiny = recorded("[modules.tool]\nnoise-floor = '20ms'\n");
    assert_eq!(tiny, 5, "no change of it is a regression");
    let near = recorded("[measure]\nmax-samples = 40\n[modules.tool]\nmax-time = '29.9ms'\n");
    assert!(near > 24, "{near}");
    // Clear on the first samples, a ceiling asks for no more than the rest does.
    let [far, without] = ["max-time = '5s'\n", ""].map(|ceiling| recorded(&format!("[modules.tool]\n{ceiling}")));
    assert_eq!(far, without);
    assert_eq!(recorded("[measure]\nsamples = 12\n[modules.tool]\n"), 12);
    assert_eq!(
        recorded("[measure]\nmin-samples = 18\n[modules.tool]\nnoise-floor = '20ms'\n"),
        18
    );
    assert_eq!(recorded("[measure]\nmax-samples = 6\n[modules.tool]\n"), 6);
}

#[test]
fn what_is_as_it_was_recorded_is_not_measured_and_stays_to_the_byte() {
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let measure = shop().anew();
    let (recording, new) = project
        .record_again(&measure, Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!(
        (recording.recorded, recording.confirmed, recording.unchanged),
        (0, 0, 2)
    );
    assert_eq!(measure.count_asked("sample shop") + measure.count_asked("reference"), 0);
    assert_eq!(new.render(), old.render());
}

#[test]
fn what_its_files_show_to_be_unchanged_is_not_even_imported() {
    let shop = || shop().starting_with("shop.pth", &[]).leaving_traces();
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let edited = shop().edited("tool", "more()", 40.0);
    let (recording, new) = project
        .record_again(&edited, Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!((recording.recorded, recording.unchanged), (1, 1));
    assert_eq!(
        edited.count_asked("light look shop") + edited.count_asked("sample shop"),
        0
    );
    assert_eq!(entry(&new).start, entry(&old).start);
    assert_eq!(edited.count_asked("sample "), edited.count_asked("sample tool"));

    // Another start may be what an import finds loaded.
    let restarted = shop().starting_with("other.pth", &[]);
    let (recording, new) = project
        .record_again(&restarted, Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!((recording.recorded, recording.unchanged), (0, 2));
    assert_eq!(restarted.count_asked("light look shop"), 1);
    assert_ne!(entry(&new).start, entry(&old).start);
    assert_eq!(entry(&new).machine, entry(&old).machine);
}

#[test]
fn what_an_older_version_did_not_know_of_an_import_is_added_once_it_is_seen_to_take_what_it_took() {
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let again = |measure: &Scripted| {
        let (_, new) = project
            .record_again(measure, Some(&old), &Options::default())
            .expect("a baseline");
        let (before, after) = (&entry(&old).targets["tool"], &entry(&new).targets["tool"]);
        assert!(before.inputs.is_empty() && !after.inputs.is_empty());
        assert!(measure.count_asked("sample tool") > 0);
        after.samples == before.samples
    };
    assert!(again(&shop().leaving_traces().anew()));
    assert!(!again(&shop().leaving_traces().slower_later("tool", 0, 1.5)));
}

#[test]
fn what_no_file_tells_is_measured_and_its_numbers_stay_where_it_takes_what_it_took() {
    let untold = || shop().finding(Input::Unseen("a pipe".to_owned()), None);
    let project = Project::new(BOTH, &untold());
    let old = stored(&project.record(&untold()).expect("a baseline"));
    let again = |measure: &Scripted| {
        let (_, new) = project
            .record_again(measure, Some(&old), &Options::default())
            .expect("a baseline");
        assert!(measure.count_asked("sample tool") > 0);
        entry(&new).targets["tool"].samples == entry(&old).targets["tool"].samples
    };
    assert!(again(&untold().anew()));
    assert!(!again(&untold().slower_later("tool", 0, 1.5)));
}

#[test]
fn only_what_changed_or_is_new_is_measured() {
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let edited = shop().edited("tool", "more()", 40.0).module("late", 5.0, &[]);
    let project = Project::new(&format!("{BOTH}[modules.late]\n"), &edited);
    let (recording, new) = project
        .record_again(&edited, Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!((recording.recorded, recording.unchanged), (2, 1));
    assert_eq!(edited.count_asked("sample shop"), 0);
    assert_eq!(entry(&new).targets["shop"], entry(&old).targets["shop"]);
    assert_ne!(entry(&new).targets["tool"].samples, entry(&old).targets["tool"].samples);
    assert!(samples(&new, "late") >= 5);
    assert_eq!(
        entry(&new).reference,
        entry(&old).reference,
        "the unit of the entry's times must not move"
    );
    // What is no target any more goes.
    let project = Project::new("[modules.shop]\n", &edited);
    let (_, new) = project
        .record_again(&edited, Some(&new), &Options::default())
        .expect("a baseline");
    assert_eq!(entry(&new).targets.keys().collect::<Vec<_>>(), ["shop"]);
}

#[test]
fn an_edit_that_costs_nothing_changes_what_identifies_the_module_and_no_number() {
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let commented = shop().edited("shop", "# a comment", 0.0);
    let (recording, new) = project
        .record_again(&commented, Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!((recording.recorded, recording.unchanged), (1, 1));
    assert_eq!(
        commented.count_asked("sample shop"),
        5,
        "it is enough to see that nothing moved"
    );
    let (before, after) = (&entry(&old).targets["shop"], &entry(&new).targets["shop"]);
    assert_ne!(after.closure, before.closure);
    assert_eq!((&after.samples, &after.own_ns), (&before.samples, &before.own_ns));
    let (old, new) = (old.render(), new.render());
    let differing = old.lines().zip(new.lines()).filter(|(old, new)| old != new).count();
    let its_own_and_the_digest = 2;
    assert_eq!(
        (differing, old.lines().count()),
        (its_own_and_the_digest, new.lines().count())
    );
}

#[test]
fn time_that_moves_between_two_modules_is_recorded_although_the_whole_stays() {
    let modules = |first: f64, second: f64| {
        let text = if first > second { "before()" } else { "after()" };
        shop()
            .module("first", first, &[])
            .module("second", second, &[])
            .edited("first", text, 0.0)
            .edited("second", text, 0.0)
            .module("both", 40.0, &["first", "second"])
    };
    let before = modules(10.0, 5.0);
    let project = Project::new("[modules.both]\n", &before);
    let old = stored(&project.record(&before).expect("a baseline"));
    let (_, new) = project
        .record_again(&modules(5.0, 10.0), Some(&old), &Options::default())
        .expect("a baseline");
    let own_ns = &entry(&new).targets["both"].own_ns;
    assert!(own_ns["second"] > own_ns["first"], "{own_ns:?}");
}

#[test]
fn with_all_everything_is_measured_and_only_what_moved_is_written() {
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let measure = shop().anew();
    let (recording, new) = project
        .record_again(&measure, Some(&old), &everything())
        .expect("a baseline");
    assert_eq!((recording.recorded, recording.confirmed), (0, 2));
    assert!(
        measure.count_asked("sample tool") >= 16,
        "as sharp as a first recording"
    );
    assert_eq!(new.render(), old.render());

    // The same code that takes twice as long, for what no file shows.
    let slower = shop().anew().slower_later("tool", 0, 2.0);
    let (recording, new) = project
        .record_again(&slower, Some(&old), &everything())
        .expect("a baseline");
    assert_eq!((recording.recorded, recording.confirmed), (1, 1));
    assert_eq!(entry(&new).targets["shop"], entry(&old).targets["shop"]);
    assert_ne!(entry(&new).targets["tool"].samples, entry(&old).targets["tool"].samples);
}

#[test]
fn unchanged_code_that_takes_far_longer_is_measured() {
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let slower = shop().anew().slower_later("tool", 0, 4.0);
    let (recording, new) = project
        .record_again(&slower, Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!((recording.recorded, recording.unchanged), (1, 1));
    assert_ne!(entry(&new).targets["tool"].samples, entry(&old).targets["tool"].samples);
    // Once, after an installation, it is not.
    let compiled = shop().anew().slow_at_first("tool", 4.0);
    let (recording, _) = project
        .record_again(&compiled, Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!(recording.unchanged, 2);
}

#[test]
fn too_few_samples_are_measured_again() {
    let project = Project::new(BOTH, &shop());
    let few = Options {
        samples: Some(3),
        ..Options::default()
    };
    let (_, old) = project.record_again(&shop(), None, &few).expect("a baseline");
    let (recording, new) = project
        .record_again(&shop().anew(), Some(&old), &Options::default())
        .expect("a baseline");
    assert!(recording.recorded == 2 && samples(&new, "tool") >= 16);
    let many = Options {
        samples: Some(40),
        ..Options::default()
    };
    let (_, new) = project
        .record_again(&shop().anew(), Some(&new), &many)
        .expect("a baseline");
    assert_eq!(samples(&new, "tool"), 40);
}

#[test]
fn a_target_that_fails_is_named_and_keeps_what_was_recorded_while_the_others_are_recorded() {
    let project = Project::new(BOTH, &shop());
    let failing = shop().fails("json", 0, Failure::no_module("late"));
    let (recording, first) = project
        .record_again(&failing, None, &Options::default())
        .expect("a baseline");
    assert_eq!((recording.recorded, recording.failed.len()), (1, 1));
    assert_eq!(recording.failed[0].target, "shop");
    assert_eq!(recording.failed[0].failure, Failure::no_module("late"));
    assert_eq!(entry(&first).targets.keys().collect::<Vec<_>>(), ["tool"]);
    // That it failed is recorded, and stands beside what a later check finds.
    let failed = BTreeMap::from([("shop".to_owned(), FailureKind::MissingDependency)]);
    assert_eq!(entry(&stored(&first)).failed, failed);
    let imports = Summary::of(&project.check(&shop(), Some(stored(&first)), &Options::default())).imports;
    let before = imports.before.expect("both are known");
    assert_eq!((imports.now.succeeded, before.succeeded, before.targets), (2, 1, 2));
    let (_, mended) = project
        .record_again(&shop(), Some(&stored(&first)), &Options::default())
        .expect("a baseline");
    assert_eq!((entry(&mended).targets.len(), entry(&mended).failed.len()), (2, 0));

    let old = stored(&project.record(&shop()).expect("a baseline"));
    let failing_later = shop()
        .edited("tool", "more()", 40.0)
        .fails("tool", 4, Failure::no_module("late"));
    let (recording, new) = project
        .record_again(&failing_later, Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!(recording.failed[0].target, "tool");
    assert_eq!(new, old);

    // Nothing at all is no baseline.
    let broken = shop()
        .fails("json", 0, Failure::no_module("late"))
        .fails("tool", 0, Failure::no_module("late"));
    let (recording, none) = project
        .record_again(&broken, None, &Options::default())
        .expect("an answer");
    assert_eq!((recording.failed.len(), none), (2, Baseline::default()));
}

#[test]
fn counts_are_recorded_with_what_counted_and_few_samples() {
    let counted = format!("[measure]\nengine = 'instructions'\n{BOTH}[commands.help]\nrun = ['shop', '--help']\n");
    let measure = shop().counting().commands_take(40.0);
    let project = Project::new(&counted, &measure);
    let baseline = project.record(&measure).expect("a baseline");
    let recorded = entry(&baseline);
    assert_eq!(recorded.targets["tool"].instructions, Some(30_000_000));
    assert_eq!(recorded.targets["tool"].samples.len(), 5);
    assert_eq!(recorded.variables[COUNTER_VARIABLE], "cachegrind 3.19.0");
    // A command is not counted, so its times have to be compared.
    assert!(recorded.targets["command:help"].samples.len() > 5);
    let again = shop().counting().commands_take(40.0).anew();
    let (recording, new) = project
        .record_again(&again, Some(&stored(&baseline)), &Options::default())
        .expect("a baseline");
    assert_eq!(
        (recording.confirmed, recording.unchanged),
        (1, 2),
        "nobody knows what a command does"
    );
    assert_eq!(new.render(), baseline.render());
}

#[test]
fn out_of_time_what_is_known_is_recorded_and_the_rest_stays_as_it_was() {
    let measure = shop();
    let project = Project::new(BOTH, &measure);
    let short = |seconds| Options {
        time_limit: Some(Duration::from_millis(seconds)),
        ..Options::default()
    };
    let (recording, none) = project.record_again(&measure, None, &short(500)).expect("an answer");
    assert_eq!((recording.missed.len(), none), (2, Baseline::default()));
    // Two looks, eight rounds with a reference now and then, and a little more.
    let measure = shop();
    let (recording, some) = project.record_again(&measure, None, &short(2_200)).expect("an answer");
    assert_eq!((recording.missed.len(), recording.recorded), (0, 2));
    assert!((7..10).contains(&samples(&some, "tool")), "{}", samples(&some, "tool"));

    let old = stored(&project.record(&shop()).expect("a baseline"));
    let edited = shop().edited("tool", "more()", 40.0);
    let (recording, new) = project
        .record_again(&edited, Some(&old), &short(300))
        .expect("an answer");
    assert_eq!(
        (recording.missed.as_slice(), recording.unchanged),
        (&["tool".to_owned()][..], 1)
    );
    assert_eq!(new, old);

    let counted = Project::new(&format!("[measure]\nengine = 'instructions'\n{BOTH}"), &measure);
    let (recording, none) = counted
        .record_again(&shop().counting(), None, &short(1_000))
        .expect("an answer");
    assert_eq!((recording.missed.len(), none), (2, Baseline::default()));
}

#[test]
fn what_the_machine_gave_no_time_stays_as_it_was_recorded() {
    let starved = || Failure::Starved {
        waited_ms: 92_000,
        elapsed_ms: 100_000,
    };
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let edited = shop().edited("tool", "more()", 40.0).fails("tool", 0, starved());
    let (recording, new) = project
        .record_again(&edited, Some(&old), &Options::default())
        .expect("an answer");
    assert_eq!(recording.starved, ["tool"]);
    assert_eq!((recording.failed.len(), recording.unchanged), (0, 1));
    assert_eq!(new, old);

    let patched = shop().anew().version("3.13.2").fails("tool", 0, starved());
    let error = project
        .record_again(&patched, Some(&old), &Options::default())
        .expect_err("the entry is replaced as a whole");
    assert!(
        matches!(&error, RecordError::Starved { target } if target == "tool"),
        "{error}"
    );
}

#[test]
fn under_other_conditions_all_is_recorded_anew_or_nothing() {
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let patched = || shop().anew().version("3.13.2");
    let (recording, new) = project
        .record_again(&patched(), Some(&old), &Options::default())
        .expect("a baseline");
    assert_eq!(recording.recorded, 2);
    assert_eq!(entry(&new).interpreter.version, "3.13.2");
    let short = Options {
        time_limit: Some(Duration::from_millis(500)),
        ..Options::default()
    };
    let error = project
        .record_again(&patched(), Some(&old), &short)
        .expect_err("no time");
    assert!(
        matches!(&error, RecordError::OutOfTime { target } if target == "shop"),
        "{error}"
    );

    // A part cannot stand beside the others, and that is said before anything is measured.
    let measure = patched();
    let part = crate::flows::Record {
        whole: false,
        stored: Some(&old),
        ..project.recording()
    };
    let clock = measure.clock();
    let deadline = crate::flows::Deadline::new(&*clock, None);
    let error = crate::flows::record(&part, &measure, deadline, &mut super::scripted::Unseen).expect_err("refused");
    let RecordError::OtherConditions(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.differences[0].aspect, Aspect::InterpreterVersion);
    assert_eq!(measure.asked(), [""; 0]);
}

#[test]
fn entries_of_other_environments_are_never_touched() {
    let project = Project::new(BOTH, &shop());
    let mut old = project.record(&shop()).expect("a baseline");
    let mut other = entry(&old).clone();
    other.reference.truncate(1);
    other.targets.remove("tool");
    let key = EnvironmentKey("cpython-3.8-linux-x86_64".to_owned());
    old.environments.insert(key.clone(), other.clone());
    let edited = shop().edited("shop", "more()", 40.0);
    let (_, new) = project
        .record_again(&edited, Some(&old), &everything())
        .expect("a baseline");
    assert_eq!(new.environments[&key], other);
    assert_eq!(new.environments.len(), 2);
}

#[test]
fn what_changes_is_shown_and_nothing_where_nothing_does() {
    let project = Project::new(BOTH, &shop());
    let old = stored(&project.record(&shop()).expect("a baseline"));
    let shown = |measure: &Scripted| {
        let (recording, _) = project
            .record_again(measure, Some(&old), &Options::default())
            .expect("a baseline");
        let changes = recording.changes(&project.recording(), Some(&old)).expect("it merges");
        changes.to_string()
    };
    assert_eq!(shown(&shop().anew()), "");
    let edited = shown(&shop().edited("tool", "more()", 40.0));
    assert!(edited.contains("+ tool: ") && !edited.contains("shop"), "{edited}");
}
