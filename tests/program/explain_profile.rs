//! `importgate explain --profile` through the binary: counts that are known, ways that lead through the project, and code that
//! profiles itself, starts threads, or leaves.

use serde_json::Value;

use super::support::Project;

#[track_caller]
fn profiled(project: &Project, target: &str) -> Value {
    let words = ["explain", target, "--profile", "--quiet", "--format", "json"];
    let document: Value = serde_json::from_str(&project.run(&words).expect_code(0).stdout).expect("JSON");
    document["profile"].clone()
}

fn calls_of(profile: &Value, function: &str) -> (u64, u64) {
    let rows = profile["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| {
        let name = row["function"].as_str().expect("a name");
        name == function || name.rsplit('.').next() == Some(function)
    });
    let row = row.unwrap_or_else(|| panic!("no {function} in {profile:#}"));
    let count = |key: &str| row[key].as_u64().expect("a count");
    (count("calls"), count("primitive_calls"))
}

/// Calls `abs` a million times, in a function.
const TABLES: &str = "\
def build():
    total = 0
    for step in range(1_000_000):
        total += abs(step)
    return total


def steps(depth):
    if depth:
        yield from steps(depth - 1)


def again(depth):
    return depth and again(depth - 1)


class Failed(Exception):
    pass


def fails():
    raise Failed


build()
list(steps(3))
again(4)
try:
    fails()
except Failed:
    pass
";

#[test]
fn counts_are_exact_and_the_way_leads_from_the_projects_line() {
    let project = Project::without_budgets(&[
        ("app.py", "import middle\n"),
        ("middle.py", "\nimport tables\n"),
        ("tables.py", TABLES),
    ]);
    let profile = profiled(&project, "app");
    assert_eq!(calls_of(&profile, "abs"), (1_000_000, 1_000_000));
    assert_eq!(calls_of(&profile, "build"), (1, 1));
    assert_eq!(calls_of(&profile, "again"), (5, 1));
    assert_eq!(calls_of(&profile, "fails"), (1, 1));
    assert!(profile["calls"].as_u64() > Some(1_000_000), "{profile:#}");
    let rows = profile["rows"].as_array().expect("rows");
    let build = rows
        .iter()
        .find(|row| row["function"] == "tables.build")
        .expect("a row");
    assert_eq!(build["place"]["line"], 1);
    let way = build["way"].as_array().expect("a way");
    let way: Vec<String> = way
        .iter()
        .map(|step| format!("{}:{}", step["function"], step["place"]["line"]))
        .collect();
    assert_eq!(way, ["\"app\":1", "\"middle\":2", "\"tables\":25"]);
    assert_eq!(build["asked_by"]["line"], 25);
    let shares: f64 = rows.iter().filter_map(|row| row["own_share"].as_f64()).sum();
    assert!((0.9..=1.001).contains(&shares), "{shares}");
}

#[test]
fn the_table_names_what_is_called_in_eighty_columns() {
    let project = Project::without_budgets(&[("app.py", "import tables\n"), ("tables.py", TABLES)]);
    let text = project
        .run(&["explain", "app", "--profile", "--quiet"])
        .expect_code(0)
        .stdout;
    assert!(
        text.contains(" calls in ") && text.contains("  tables.build\n"),
        "{text}"
    );
    assert!(text.contains("            by tables.py:25\n"), "{text}");
    // A name that is longer has a line to itself: names are not cut.
    let fits = |line: &str| line.chars().count() <= 80 || !line.trim().contains(' ');
    assert!(text.lines().all(fits), "{text}");
}

#[test]
fn code_that_profiles_itself_is_not_disturbed() {
    let own = "\
import cProfile
import sys


def work():
    return sum(map(abs, range(5_000)))


own = cProfile.Profile()
own.enable()
work()
own.disable()
assert any(getattr(entry.code, 'co_name', '') == 'work' for entry in own.getstats())
seen = []
sys.setprofile(lambda frame, event, argument: seen.append(event))
work()
sys.setprofile(None)
assert seen
";
    let project = Project::without_budgets(&[("app.py", own)]);
    assert_eq!(profiled(&project, "app")["interrupted"], true);
}

#[test]
fn threads_and_processes_of_the_code_are_told() {
    let source = "\
import os
import threading


def work():
    return [abs(step) for step in range(50_000)]


thread = threading.Thread(target=work)
thread.start()
work()
thread.join()
if os.fork() == 0:
    os._exit(0)
os.wait()
started = threading.Event()
waiting = threading.Thread(target=started.wait, daemon=True)
waiting.start()
";
    let project = Project::without_budgets(&[("app.py", source)]);
    let profile = profiled(&project, "app");
    assert!(profile["threads"].as_u64() >= Some(1), "{profile:#}");
}

#[test]
fn an_import_that_works_only_without_a_profiler_says_so() {
    let source = "\
import sys

if sys.getprofile() is not None or getattr(sys, 'monitoring', None) and sys.monitoring.get_tool(2):
    sys.exit(3)
";
    let project = Project::without_budgets(&[("app.py", source)]);
    let run = project.run(&["explain", "app", "--profile", "--quiet"]).expect_code(3);
    assert!(
        run.stderr.contains("the import works, and fails under a profiler"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_command_and_a_start_are_profiled_too() {
    let budgets = "[commands.tables]\nrun = [\"python\", \"-m\", \"tables\"]\n\n[startup.env]\n";
    let project = Project::new(budgets);
    project.write("src/tables.py", TABLES);
    let profile = profiled(&project, "command:tables");
    assert_eq!(calls_of(&profile, "abs"), (1_000_000, 1_000_000));
    assert!(profile["rows"][0]["own_ms"].is_null(), "{profile:#}");
    assert!(profiled(&project, "startup:env")["calls"].as_u64() > Some(100));
}
