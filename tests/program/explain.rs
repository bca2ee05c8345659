//! `importgate explain` through the binary, on a project whose imports are known.

use importgate_core::checks::Code;
use serde_json::Value;

use super::support::Project;

/// What `explain` prints.
#[track_caller]
fn explain(project: &Project, arguments: &[&str]) -> String {
    let words = [&["explain"], arguments, &["--quiet"]].concat();
    project.run(&words).expect_code(0).stdout
}

/// Long enough to be ranked first on any machine.
const HEAVY: &str = "total = 0\nfor step in range(2_000_000):\n    total += step\n";

fn statement<'a>(document: &'a Value, place: &str) -> &'a Value {
    let imports = document["imports"].as_array().expect("imports");
    let is_there = |import: &&Value| {
        format!(
            "{}:{}",
            import["place"]["file"].as_str().unwrap_or(""),
            import["place"]["line"]
        ) == place
    };
    imports
        .iter()
        .find(is_there)
        .unwrap_or_else(|| panic!("no {place} in {document:#}"))
}

#[test]
fn a_chain_names_each_step_with_its_line() {
    let project = Project::without_budgets(&[
        ("app.py", "import middle\n"),
        ("middle.py", "\nimport leaf\n"),
        ("leaf.py", ""),
    ]);
    let text = explain(&project, &["app", "--why", "leaf"]);
    assert!(text.contains("app.py:1  app imports middle\n"), "{text}");
    assert!(text.contains("middle.py:2  middle imports leaf\n"), "{text}");
}

#[test]
fn an_import_that_nothing_uses_is_lazy_and_measured_to_fall_away() {
    let project = Project::without_budgets(&[("app.py", "import heavy\n"), ("heavy.py", HEAVY)]);
    let text = explain(&project, &["app", "--verify", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let import = statement(&document, "app.py:1");
    assert_eq!(import["saved"]["modules"], 1);
    assert_eq!(import["measured"]["saved"]["modules"], 1);
    assert!(import["measured"]["uncertainty_ms"].is_number());
    assert_eq!(import["advice"]["kind"], "lazy");
}

#[test]
fn a_wait_is_saved_with_the_module_that_waits() {
    let project = Project::without_budgets(&[
        ("app.py", "import waits\nimport heavy\n"),
        ("waits.py", "import time\n\ntime.sleep(0.08)\n"),
        ("heavy.py", HEAVY),
    ]);
    let text = explain(&project, &["app", "--verify", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let import = statement(&document, "app.py:1");
    for saved in [&import["saved"], &import["measured"]["saved"]] {
        assert!(saved["time_ms"].as_f64() > Some(60.0), "{import:#}");
    }
}

#[test]
fn an_import_that_is_used_at_once_is_not_called_lazy() {
    let project = Project::without_budgets(&[
        ("app.py", "from heavy import total\n\nvalue = total + 1\n"),
        ("heavy.py", HEAVY),
    ]);
    let text = explain(&project, &["app", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let import = statement(&document, "app.py:1");
    assert_eq!(import["used"]["place"]["line"], 3);
    assert_eq!(
        (&import["cut"]["modules"], &import["saved"]["modules"]),
        (&1.into(), &0.into())
    );
    assert_ne!(import["advice"]["kind"], "lazy");
}

/// A statement's reason for not being lazy, in an explanation of `app` whose `heavy` has a class `Base` and a name `total`.
fn reason(app: &str, place: &str) -> String {
    let heavy = format!("{HEAVY}\nclass Base:\n    pass\n");
    let project = Project::without_budgets(&[("app.py", app), ("heavy.py", &heavy)]);
    let document: Value = serde_json::from_str(&explain(&project, &["app", "--format", "json"])).expect("JSON");
    let import = statement(&document, place);
    assert_eq!(import["saved"]["modules"], 0, "{import:#}");
    assert_eq!(import["cut"]["modules"], 1, "{import:#}");
    assert_ne!(import["advice"]["kind"], "lazy", "{import:#}");
    import["advice"]["reason"].as_str().expect("a reason").to_owned()
}

#[test]
fn what_cannot_be_put_off_says_why() {
    let star = reason("from heavy import *\n", "app.py:1");
    assert!(star.contains("`import *`"), "{star}");
    let function = reason("def load():\n    import heavy\n\n\nload()\n", "app.py:2");
    assert!(function.ends_with("app.py:5 calls while importing"), "{function}");
    let class = reason("class Settings:\n    import heavy\n", "app.py:2");
    assert!(class.contains("body of a class"), "{class}");
    let call = reason("for name in ['heavy']:\n    __import__(name)\n", "app.py:2");
    assert!(call.contains("a call imports here"), "{call}");
    let helper = reason("import importlib\nimportlib.import_module('heavy')\n", "app.py:2");
    assert!(helper.contains("a call imports here"), "{helper}");
    let broken = reason("import heavy\nglobals()['heavy'].total\n", "app.py:1");
    assert!(broken.contains("app.py:2 breaks without it (KeyError"), "{broken}");
}

#[test]
fn what_is_used_while_importing_says_where_and_how() {
    let base = reason("from heavy import Base\n\n\nclass Entry(Base):\n    pass\n", "app.py:1");
    assert!(base.ends_with("its classes are base classes at app.py:4"), "{base}");
    // A class of which only the metaclass is asked for, and one in a base made by a call.
    let metaclass = reason(
        "import heavy\nKind = type(heavy.Base)\nEntry = Kind('Entry', (heavy.Base,), {})\n",
        "app.py:1",
    );
    assert!(metaclass.ends_with("at app.py:2"), "{metaclass}");
    let function = reason(
        "import heavy\n\n\ndef size():\n    return heavy.total\n\n\nsize()\n",
        "app.py:1",
    );
    assert!(function.ends_with("at app.py:5"), "{function}");
}

#[test]
fn a_name_that_another_module_takes_over_is_used_there() {
    let project = Project::without_budgets(&[
        ("app.py", "from names import total\n"),
        ("names.py", "from heavy import total\n"),
        ("heavy.py", HEAVY),
    ]);
    let document: Value = serde_json::from_str(&explain(&project, &["app", "--format", "json"])).expect("JSON");
    let import = statement(&document, "names.py:1");
    assert_eq!(
        import["advice"]["reason"],
        "used while importing: app.py:1 imports it from here"
    );
}

#[test]
fn of_several_names_only_those_that_are_used_are_loaded() {
    let project = Project::without_budgets(&[
        ("app.py", "from parts import heavy, light\n\nlight.value\n"),
        ("parts/__init__.py", ""),
        ("parts/heavy.py", HEAVY),
        ("parts/light.py", "value = 1\n"),
    ]);
    let text = explain(&project, &["app", "--verify", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let import = statement(&document, "app.py:1");
    assert_eq!(import["cut"]["modules"], 3, "{import:#}");
    assert_eq!(import["saved"]["modules"], 1, "{import:#}");
    assert!(import["measured"].is_null(), "what is used is not left out: {import:#}");
    assert_eq!(import["advice"]["kind"], "split", "{import:#}");
}

#[test]
fn what_two_statements_lead_to_is_saved_by_both_together() {
    let project = Project::without_budgets(&[
        ("app.py", "import heavy\nimport helper\n"),
        ("helper.py", "import heavy\n\nvalue = heavy.total\n"),
        ("heavy.py", HEAVY),
    ]);
    let text = explain(&project, &["app"]);
    let told = text
        .split("what to do about the costly imports:")
        .nth(1)
        .expect("the section");
    assert!(
        told.contains("split  app.py:1  import heavy\n       helper.py:1  import heavy\n"),
        "{text}"
    );
    assert!(told.contains("they lead to heavy: moved together"), "{text}");
    assert!(
        told.contains("helper.py:1: used while importing, at helper.py:3\n"),
        "{text}"
    );
}

#[test]
fn what_saves_only_together_is_measured_together() {
    let project = Project::without_budgets(&[
        ("app.py", "import heavy\nimport helper\n"),
        ("helper.py", "import heavy\n\n\ndef later():\n    return heavy.total\n"),
        ("heavy.py", HEAVY),
    ]);
    let text = explain(&project, &["app", "--verify", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let measured = &document["together"][0]["measured"];
    assert_eq!(measured["saved"]["modules"], 1, "{document:#}");
    assert!(measured["pairs"].as_u64() >= Some(8), "{document:#}");
}

#[test]
fn what_is_used_in_the_next_line_moves_together_with_its_use() {
    let lib = format!("{HEAVY}\n\ndef create():\n    import lib.dialect\n    return lib.dialect.NAME\n");
    let project = Project::without_budgets(&[
        ("app.py", "import lib\n\nengine = lib.create()\n"),
        ("lib/__init__.py", &lib),
        ("lib/dialect.py", "import lib\n\nNAME = 'plain'\n"),
    ]);
    let text = explain(&project, &["app", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let import = statement(&document, "app.py:1");
    assert_eq!(import["cut"]["modules"], 2, "{import:#}");
    assert_eq!(import["used"]["place"]["line"], 3, "{import:#}");
    let how = import["advice"]["how"].as_str().expect("a way");
    assert!(how.starts_with("move it and its use at app.py:3 together"), "{how}");
}

#[test]
fn no_line_of_the_advice_is_wider_than_a_terminal() {
    let project = Project::without_budgets(&[
        ("app.py", "import heavy\nimport helper\n"),
        ("helper.py", "import heavy\n"),
        ("heavy.py", HEAVY),
    ]);
    let text = explain(&project, &["app"]);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn each_format_goes_where_it_is_told() {
    let project = Project::without_budgets(&[("app.py", "import leaf\n"), ("leaf.py", "")]);
    let formats = [
        "app",
        "--format",
        "json=out/e.json",
        "--format",
        "speedscope=e.txt",
        "--format",
        "html=page/",
        "--format",
        "html=page.html",
        "--format",
        "terminal",
    ];
    let printed = explain(&project, &formats);
    assert!(printed.contains("app"), "{printed}");
    for (path, key) in [("out/e.json", "imports"), ("e.txt", "profiles")] {
        let text = project.read(path);
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert!(document[key].is_array(), "{document:#}");
    }
    let names = ["index.html", "importgate.css", "importgate.js"];
    let [index, style, script] = names.map(|name| project.read(&format!("page/{name}")));
    for page in [&index, &project.read("page.html")] {
        assert!(
            page.contains("<h1>app: ") && page.contains("<strong>leaf</strong>"),
            "{page}"
        );
    }
    assert!(!index.contains("<style") && !style.is_empty() && !script.is_empty());
}

#[test]
fn speedscope_gets_an_evented_profile() {
    let project = Project::without_budgets(&[("app.py", "import leaf\n"), ("leaf.py", "")]);
    let document: Value = serde_json::from_str(&explain(&project, &["app", "--format", "speedscope"])).expect("JSON");
    assert_eq!(document["profiles"][0]["type"], "evented");
    assert_eq!(document["shared"]["frames"][0]["name"], "app");
}

#[test]
fn check_marks_a_heavy_module_with_the_statement_that_loads_it() {
    let budgets = "[classes]\nheavy = \"0.05ms\"\n\n[modules.app]\nmax-time = \"9s\"\n";
    let project = Project::without_budgets(&[
        ("budgets.toml", budgets),
        ("app.py", "\nimport heavy\n"),
        ("heavy.py", HEAVY),
    ]);
    let check = project.check(&["--quiet", "--samples", "3"]).expect_code(0);
    let heavy = check.only(Code::HeavyModule);
    assert_eq!(heavy.place.as_ref().map(|place| place.line), Some(2));
    assert_eq!(heavy.budget.as_ref().and_then(|budget| budget.line), Some(2));
}

#[test]
fn markdown_is_what_is_pasted_into_an_issue() {
    let project = Project::without_budgets(&[("app.py", "import heavy\n"), ("heavy.py", HEAVY)]);
    let page = explain(&project, &["app", "--format", "markdown"]);
    assert!(
        page.starts_with("## app: ") && page.contains("`app.py:1` `import heavy`"),
        "{page}"
    );
    assert!(
        page.contains("<summary>What is loaded, and by whom</summary>"),
        "{page}"
    );
}
