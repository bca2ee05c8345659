//! `check` on a project that works: what passes, what is slower, what is over a limit.

use importgate_core::checks::{Code, Severity, TargetStatus, Verdict};

use super::support::{ASLEEP, BUSY, Project, found, shop};

#[test]
fn an_unchanged_project_passes_and_is_not_timed_again() {
    let project = shop().recorded();
    let run = project.check(&[]).expect_code(0);
    assert_eq!(run.report().verdict, Verdict::Pass);
    assert_eq!(found(&run), []);
    assert_eq!(run.report().run.samples, 0);
    for row in &run.report().targets {
        assert_eq!(row.status, TargetStatus::Reused, "{}", row.module);
        assert_eq!(row.change_percent, Some(0.0), "{}", row.module);
    }
    let timed = project.check(&["--no-reuse", "--samples", "6"]).expect_code(0);
    assert_eq!(found(&timed), []);
    for row in &timed.report().targets {
        assert_eq!((row.status, row.samples), (TargetStatus::Measured, 6), "{}", row.module);
    }
}

#[test]
fn a_second_name_for_the_main_module_is_no_change() {
    let project = Project::of_module("import multiprocessing, sys\nassert '__mp_main__' in sys.modules\n", "");
    let run = project.recorded().check(&[]).expect_code(0);
    assert_eq!(run.row("measured").status, TargetStatus::Reused);
}

#[test]
fn a_module_that_became_slower_fails_and_no_other_does() {
    let project = shop().recorded();
    // Work may take any time; whoever sleeps for 60 ms is blocked for so long on every machine.
    let bodies = [(BUSY, "processor", [1, 2], 0.0), (ASLEEP, "waiting", [2, 2], 30.0)];
    for (body, in_words, lines, least) in bodies {
        project.write("src/shop/utils/text.py", body);
        let run = project.check(&[]).expect_code(1);
        assert_eq!(found(&run), [(Code::Regression, "shop.utils.text")], "{in_words}");
        let finding = run.only(Code::Regression);
        assert_eq!(finding.severity, Severity::Error);
        let cause = run.cause(Code::Regression);
        assert_eq!(cause.module, "shop.utils.text");
        assert_eq!(cause.file.as_deref(), Some("src/shop/utils/text.py"));
        let place = finding.place.as_ref().expect("a line");
        assert!(lines.contains(&place.line), "{in_words}: {finding:#?}");
        assert_eq!(cause.line, Some(place.line));
        assert_eq!(place.file, "src/shop/utils/text.py");
        let row = run.row("shop.utils.text");
        assert!(
            row.change_ms.is_some_and(|change| change > least),
            "{in_words}: {row:?}"
        );
        assert_eq!(row.verdict, Verdict::Fail);
        for other in ["shop.utils.money", "shop.services.orders"] {
            assert_eq!(run.row(other).status, TargetStatus::Reused);
            assert_eq!(run.row(other).verdict, Verdict::Pass);
        }
    }
    let blocked = project.check(&["--no-reuse"]).expect_code(1);
    assert_eq!(found(&blocked), [(Code::Regression, "shop.utils.text")]);
    assert!(
        blocked
            .row("shop.utils.text")
            .blocked_ms
            .is_some_and(|blocked| blocked > 30.0)
    );
}

#[test]
fn whoever_imports_the_slower_module_is_slower_too() {
    let project = shop().recorded();
    project.write("src/shop/utils/money.py", BUSY);
    let run = project.check(&[]).expect_code(1);
    let mut slower: Vec<&str> = found(&run).iter().map(|(_, target)| *target).collect();
    slower.sort_unstable();
    assert_eq!(slower, ["shop.services.orders", "shop.utils.money"]);
    let [money] = &run.report().causes[..] else {
        panic!("one cause of both: {:#?}", run.report().causes)
    };
    assert_eq!((money.module.as_str(), money.targets.len()), ("shop.utils.money", 2));
}

#[test]
fn what_unchanged_code_no_longer_does_is_saved() {
    let work = |steps: u32| format!("def work():\n    for step in range({steps}):\n        step * step\n\n{BUSY}");
    // Where nothing else is in there to say how fast the machine is, and where half of it is something else.
    for (others, most) in [("", -25.0), ("import other\n", -10.0)] {
        let project = Project::of_module(&format!("{others}import worker\n\nworker.work()\n"), "");
        project.write("other.py", format!("{BUSY}{BUSY}"));
        project.write("worker.py", work(2_000_000));
        let project = project.recorded();
        project.write("worker.py", work(10));
        let run = project.check(&[]).expect_code(0);
        let change = run.row("measured").change_percent;
        assert!(change < Some(most), "{change:?}\n{}", run.stdout);
    }
}

#[test]
fn a_change_that_costs_nothing_passes() {
    let project = shop().recorded();
    project.write("src/shop/utils/text.py", "SPACE = ' '\n# as before\n");
    let run = project.check(&[]).expect_code(0);
    let row = run.row("shop.utils.text");
    assert_eq!(row.status, TargetStatus::Measured);
    assert_eq!(row.closure.as_ref().expect("a comparison").changed, ["shop.utils.text"]);
}

#[test]
fn a_time_above_its_ceiling_cites_the_line_that_asked() {
    let project = Project::of_module(BUSY, "max-time = \"2ms\"\n");
    let run = project.check(&[]).expect_code(1);
    let finding = run.only(Code::OverTime);
    assert_eq!(finding.target, "measured");
    let line = finding.budget.as_ref().expect("a budget line");
    assert_eq!(line.place(), "budgets.toml:2");
    assert!(run.stdout.contains("budgets.toml:2"), "{}", run.stdout);
    assert!(run.row("measured").time_ms > Some(2.0));
    // No module may take more than its own ceiling, and none that is not asked has one.
    assert_eq!(run.row("measured").max_time_ms, Some(2.0));
}

#[test]
fn a_part_that_is_loaded_when_it_is_asked_for_is_the_doing_of_the_line_that_asks() {
    let project = Project::new("[modules.app]\nmax-time = \"2ms\"\n");
    project.write("app.py", "import parts\nSMALL = parts.small\nLARGE = parts.large\n");
    let lazy = "import importlib\n\n\ndef __getattr__(name):\n    if name.startswith('_'):\n        raise AttributeError(name)\n    \
                return importlib.import_module('.' + name, __name__)\n";
    project.write("parts/__init__.py", lazy);
    project.write("parts/small.py", "");
    project.write("parts/large.py", BUSY);
    let run = project.check(&[]).expect_code(1);
    let cause = &run.report().causes[0];
    let body = "parts.large";
    assert!(cause.module == body || cause.line == Some(3), "{cause:#?}");
    assert!(
        run.report()
            .causes
            .iter()
            .all(|cause| !cause.id.starts_with("line parts/__init__.py")),
        "{:#?}",
        run.report().causes
    );
}

#[test]
fn a_recorded_time_above_a_new_ceiling_fails_without_being_timed() {
    let project = Project::of_module(BUSY, "").recorded();
    project.write("budgets.toml", "[modules.measured]\nmax-time = \"2ms\"\n");
    let run = project.check(&[]).expect_code(1);
    assert_eq!(found(&run), [(Code::OverTime, "measured")]);
    assert_eq!(run.row("measured").status, TargetStatus::Reused);
}

#[test]
fn a_ceiling_says_the_same_of_a_reused_time_and_of_fresh_samples() {
    let project = Project::of_module(BUSY, "").recorded();
    // In the milliseconds of one machine, whichever this one is taken for from run to run.
    let budgets = |ceiling: &str| {
        let text = format!("[measure]\nmachine-speed = \"45us\"\n[modules.measured]\n{ceiling}");
        project.write("budgets.toml", text);
    };
    let ceiling = |ms: f64| budgets(&format!("max-time = \"{ms:.3}ms\"\n"));
    budgets("");
    let recorded_ms = project
        .check(&[])
        .expect_code(0)
        .row("measured")
        .time_ms
        .expect("a time");
    // A little above it says nothing: the machine moves by more between two runs.
    ceiling(0.997 * recorded_ms);
    let near = project.check(&[]).expect_code(0);
    assert_eq!(found(&near), [(Code::Inconclusive, "measured")]);
    assert_eq!(near.row("measured").status, TargetStatus::Reused);
    for (share, findings) in [(0.5, vec![(Code::OverTime, "measured")]), (2.0, Vec::new())] {
        ceiling(share * recorded_ms);
        for words in [&[][..], &["--no-reuse"], &["--no-reuse", "--samples", "20"]] {
            let run = project
                .check(words)
                .expect_code(if findings.is_empty() { 0 } else { 1 });
            assert_eq!(found(&run), findings, "{words:?}");
        }
    }
}

#[test]
fn a_layer_pays_for_all_of_its_modules_together() {
    let project = Project::new("[layers.all]\nmodules = [\"pair.*\"]\nmax-time = \"2s\"\nmax-total-time = \"5ms\"\n");
    project.write("pair/__init__.py", "");
    project.write("pair/first.py", BUSY);
    project.write("pair/second.py", BUSY);
    let run = project.check(&[]).expect_code(1);
    assert_eq!(found(&run)[0], (Code::OverTotalTime, "layer:all"));
    let finding = run.only(Code::OverTotalTime);
    assert_eq!(finding.budget.as_ref().and_then(|line| line.line), Some(4));
    let time = |name: &str| run.row(name).time_ms.expect("a time");
    assert!(time("layer:all") > time("pair.first"), "{}", run.stdout);
}

#[test]
fn memory_modules_and_forbidden_imports_are_decided_without_a_clock() {
    let project = Project::new(
        "[modules.app]\nmax-memory = \"8MiB\"\nmax-modules = 4\nforbid = [\"xml\"]\nforbid-effects = [\"write\"]\n",
    );
    project.write(
        "app.py",
        "import middle\nTABLE = bytearray(b'x' * 40_000_000)\nopen('written.txt', 'w').close()\n",
    );
    project.write("middle.py", "\n\nimport xml.dom.minidom\n");
    let run = project.check(&["--samples", "2"]).expect_code(1);
    let lines = [
        (Code::OverMemory, 2),
        (Code::OverModules, 3),
        (Code::Forbidden, 4),
        (Code::ForbiddenEffect, 5),
    ];
    for (code, line) in lines {
        let finding = run.only(code);
        assert_eq!(
            finding.budget.as_ref().and_then(|budget| budget.line),
            Some(line),
            "{code}"
        );
        assert_eq!((finding.severity, finding.target.as_str()), (Severity::Error, "app"));
    }
    let chain = &run.cause(Code::Forbidden).chain;
    let places: Vec<String> = chain
        .iter()
        .filter_map(|step| Some(step.place.as_ref()?.to_string()))
        .collect();
    assert_eq!(places, ["app.py:1", "middle.py:3"]);
    assert!(run.row("app").memory_bytes.is_some_and(|bytes| bytes > 30_000_000));
    assert_eq!(
        run.only(Code::ForbiddenEffect).place.as_ref().map(|place| place.line),
        Some(3)
    );
}

#[test]
fn what_is_preloaded_is_not_paid_for() {
    let project = Project::new("[modules.app]\npreload = [\"heavy\"]\nmax-time = \"30ms\"\n");
    project.write("heavy.py", BUSY.replace("1_500_000", "15_000_000"));
    project.write("app.py", "import heavy\n");
    let run = project.check(&["--samples", "5"]).expect_code(0);
    assert_eq!(run.row("app").modules, Some(1));
}

#[test]
fn words_narrow_a_check_to_some_targets() {
    let project = shop().recorded();
    let names = |run: &super::support::Run| -> Vec<String> {
        run.report().targets.iter().map(|row| row.module.clone()).collect()
    };
    assert_eq!(
        names(&project.check(&["shop.utils.text"]).expect_code(0)),
        ["shop.utils.text"]
    );
    assert_eq!(
        names(&project.check(&["shop.utils.*"]).expect_code(0)),
        ["shop.utils.money", "shop.utils.text"]
    );
    let none = project.check(&["shop.utils.txet", "other.**"]).expect_code(3);
    assert!(none.stderr.contains("shop.utils.txet other.**"), "{}", none.stderr);
    assert!(none.stderr.contains("shop.utils.money"), "{}", none.stderr);
}

#[test]
fn the_report_carries_what_programs_read() {
    let project = Project::of_module("import json\n", "max-time = \"5s\"\n").recorded();
    project.write("measured.py", BUSY);
    project.check(&[]).expect_code(1);
    let report: serde_json::Value = serde_json::from_str(&project.read("report.json")).expect("JSON");
    assert_eq!(report["verdict"], "fail");
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "regression");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["target"], "measured");
    assert!(finding["message"].is_string());
    let row = &report["targets"][0];
    assert_eq!(row["module"], "measured");
    assert!(row["layer"].is_null());
    for number in [
        "time_ms",
        "wall_ms",
        "memory_bytes",
        "modules",
        "samples",
        "baseline_time_ms",
        "change_percent",
    ] {
        assert!(row[number].is_number(), "{number} in {row}");
    }
}

#[test]
fn what_was_loaded_and_taken_out_again_is_forbidden_and_counted() {
    let ways = [
        "import sys, csv\ndel sys.modules['csv']\n",
        "import sys, csv\nsys.modules['csv'] = sys\n",
        "import importlib.util as u\ns = u.find_spec('csv')\ns.loader.exec_module(u.module_from_spec(s))\n",
        "import sys\nsys.modules.pop('array', None)\nimport csv\nfor name in list(sys.modules):\n    if 'csv' in name:\n        del sys.modules[name]\n",
    ];
    for source in ways {
        let project = Project::of_module(source, "forbid = ['csv']\nmax-modules = 1000\n");
        for words in [&["--samples", "1"][..], &["--samples", "1", "--no-reuse"]] {
            let run = project.check(words).expect_code(1);
            assert!(run.only(Code::Forbidden).message.contains("csv"), "{source}");
        }
        project.record(&[]).expect_code(0);
        project.check(&["--samples", "1"]).expect_code(1).only(Code::Forbidden);
        project
            .check(&["--samples", "1", "--reuse", "observed"])
            .expect_code(1)
            .only(Code::Forbidden);
    }
    let project = Project::of_module("import sys, helper\ndel sys.modules['helper']\n", "max-modules = 1\n");
    project.write("helper.py", "");
    let run = project.check(&["--samples", "1"]).expect_code(1);
    assert!(
        run.only(Code::OverModules).message.contains("2 modules"),
        "{}",
        run.stdout
    );
    let fine = Project::of_module(
        "import sys, helper\ndel sys.modules['helper']\n",
        "max-new-modules = 0\n",
    );
    fine.write("helper.py", "");
    fine.write("other.py", "");
    fine.record(&[]).expect_code(0);
    fine.write("helper.py", "# changed\n");
    fine.check(&["--samples", "1"]).expect_code(0);
    fine.write(
        "measured.py",
        "import sys, helper, other\ndel sys.modules['helper'], sys.modules['other']\n",
    );
    let run = fine.check(&["--samples", "1"]).expect_code(1);
    let message = &run.only(Code::OverNewModules).message;
    assert!(message.contains("1 module that the baseline did not have"), "{message}");
    let fine = Project::of_module(
        "try:\n    import broken\nexcept ValueError:\n    pass\n",
        "forbid = ['broken']\n",
    );
    fine.write("broken.py", "raise ValueError\n");
    fine.check(&["--samples", "1"]).expect_code(0);
}

#[test]
fn what_a_function_imports_that_a_module_calls_is_loaded_later_where_the_call_comes_later() {
    let told = |source: &str| {
        let project = Project::of_module(source, "max-modules = 1\n");
        let text = project.check(&[]).expect_code(1).stdout;
        let help = text.lines().find(|line| line.contains("= help: ")).map(str::to_owned);
        (text, help.unwrap_or_default())
    };
    let (text, help) = told("def load():\n    import json\n    return json\n\n\nBACKEND = load()\n");
    assert!(text.contains("`measured.py:2` imports `json`"), "{text}");
    assert!(help.contains("measured.py:6 has it imported"), "{text}");
    let (text, help) = told("import json\n\n\ndef load():\n    return json.dumps(1)\n");
    assert!(help.contains("import it there"), "{text}");
}

#[test]
fn a_thread_is_seen_whatever_starts_it_says_of_itself() {
    let source = "import _thread\n\n\nclass Touchy:\n    def __call__(self):\n        pass\n\n    def __getattribute__(self, name):\n        \
                  raise RuntimeError(name)\n\n\n_thread.start_new_thread(Touchy(), ())\n";
    let project = Project::of_module(source, "forbid-effects = [\"thread\"]\n");
    let run = project.check(&[]).expect_code(1);
    assert_eq!(found(&run)[0], (Code::ForbiddenEffect, "measured"));
}

#[test]
fn what_is_written_by_a_path_of_a_class_of_its_own_is_seen() {
    let source = "class Path(str):\n    pass\n\n\nopen(Path('made.txt'), 'w').close()\n";
    let project = Project::of_module(source, "forbid-effects = [\"write\"]\n");
    let run = project.check(&[]).expect_code(1);
    assert_eq!(found(&run)[0], (Code::ForbiddenEffect, "measured"));
}
