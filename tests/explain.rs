//! `importgate explain` through the binary, on a project whose imports are known.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn explain(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_importgate"))
        .current_dir(folder)
        .env_remove("VIRTUAL_ENV")
        .arg("explain")
        .args(arguments)
        .args(["--quiet", "--python", "python3"])
        .output()
        .expect("importgate");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
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
    let folder = project(&[
        ("app.py", "import middle\n"),
        ("middle.py", "\nimport leaf\n"),
        ("leaf.py", ""),
    ]);
    let text = explain(folder.path(), &["app", "--why", "leaf"]);
    assert!(text.contains("app.py:1  app imports middle\n"), "{text}");
    assert!(text.contains("middle.py:2  middle imports leaf\n"), "{text}");
}

#[test]
fn an_import_that_nothing_uses_is_lazy_and_measured_to_fall_away() {
    let folder = project(&[("app.py", "import heavy\n"), ("heavy.py", HEAVY)]);
    let text = explain(folder.path(), &["app", "--verify", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let import = statement(&document, "app.py:1");
    assert_eq!(import["saved_modules"], 1);
    assert_eq!(import["measured"]["saved_modules"], 1);
    assert_eq!(import["advice"]["kind"], "lazy");
}

#[test]
fn an_import_that_is_used_at_once_is_not_called_lazy() {
    let folder = project(&[
        ("app.py", "from heavy import total\n\nvalue = total + 1\n"),
        ("heavy.py", HEAVY),
    ]);
    let text = explain(folder.path(), &["app", "--format", "json"]);
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let import = statement(&document, "app.py:1");
    assert_eq!(import["used_at"]["line"], 3);
    assert_ne!(import["advice"]["kind"], "lazy");
}

#[test]
fn each_format_goes_where_it_is_told() {
    let folder = project(&[("app.py", "import leaf\n"), ("leaf.py", "")]);
    let formats = [
        "app",
        "--format",
        "json=out/e.json",
        "--format",
        "speedscope=e.txt",
        "--format",
        "terminal",
    ];
    let printed = explain(folder.path(), &formats);
    assert!(printed.contains("app"), "{printed}");
    for (path, key) in [("out/e.json", "imports"), ("e.txt", "profiles")] {
        let text = fs::read(folder.path().join(path)).expect("a file");
        let document: Value = serde_json::from_slice(&text).expect("JSON");
        assert!(document[key].is_array(), "{document:#}");
    }
}

#[test]
fn speedscope_gets_an_evented_profile() {
    let folder = project(&[("app.py", "import leaf\n"), ("leaf.py", "")]);
    let document: Value =
        serde_json::from_str(&explain(folder.path(), &["app", "--format", "speedscope"])).expect("JSON");
    assert_eq!(document["profiles"][0]["type"], "evented");
    assert_eq!(document["shared"]["frames"][0]["name"], "app");
}

#[test]
fn check_marks_a_heavy_module_with_the_statement_that_loads_it() {
    let budgets = "[classes]\nheavy = \"0.05ms\"\n\n[modules.app]\nmax-time = \"9s\"\n";
    let folder = project(&[
        ("budgets.toml", budgets),
        ("app.py", "\nimport heavy\n"),
        ("heavy.py", HEAVY),
    ]);
    let output = Command::new(env!("CARGO_BIN_EXE_importgate"))
        .current_dir(folder.path())
        .env_remove("VIRTUAL_ENV")
        .args([
            "check",
            "--quiet",
            "--python",
            "python3",
            "--samples",
            "3",
            "--format",
            "json",
        ])
        .output()
        .expect("importgate");
    assert!(output.status.success(), "a warning passes");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = document["findings"].as_array().expect("findings");
    let heavy = findings.iter().find(|finding| finding["code"] == "heavy-module");
    let heavy = heavy.unwrap_or_else(|| panic!("no warning in {document:#}"));
    assert_eq!(heavy["place"]["line"], 2);
    assert_eq!(heavy["budget"]["line"], 2);
}
