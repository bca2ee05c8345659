//! The example that the README begins with: the shop works, keeps its budgets, and the faulty variant is caught.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn in_repository(program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect(program)
}

/// The exit code of a check, what it printed, and its JSON report.
fn check(budgets: &str) -> (Option<i32>, String, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let report = folder.path().join("report.json");
    let format = format!("--format=json={}", report.display());
    // A baseline that somebody recorded to try it out must not decide this.
    let baseline = format!("--baseline={}", Path::new(folder.path()).join("none.json").display());
    let arguments = ["check", "--budgets", budgets, "--format=terminal", &format, &baseline];
    let done = in_repository(env!("CARGO_BIN_EXE_importgate"), &arguments);
    let output = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    let report = std::fs::read_to_string(&report).unwrap_or_else(|error| panic!("{error}: {output}"));
    (done.status.code(), output, serde_json::from_str(&report).expect("JSON"))
}

fn errors(report: &Value) -> BTreeSet<(&str, &str)> {
    let findings = report["findings"].as_array().into_iter().flatten();
    findings
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| {
            (
                finding["target"].as_str().unwrap_or_default(),
                finding["code"].as_str().unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn the_shop_sells() {
    let done = in_repository(
        "env",
        &[
            "PYTHONPATH=examples/shop/src",
            "python3",
            "-B",
            "-m",
            "shop.cli",
            "demo",
        ],
    );
    let output = String::from_utf8_lossy(&done.stdout);
    assert!(
        output.starts_with("order 1: 194.22 EUR (of it VAT 31.01 EUR)\n"),
        "{output}"
    );
    assert!(output.contains("blue-cup-0-3-l     7.90 EUR     38\n"), "{output}");
}

#[test]
fn the_shop_keeps_its_budgets() {
    let (code, output, report) = check("budgets.example.toml");
    assert_eq!(code, Some(0), "{output}");
    assert_eq!(report["verdict"], "pass", "{output}");
    assert_eq!(errors(&report), BTreeSet::new());
}

#[test]
fn the_heavy_package_is_caught_where_it_is_reached() {
    let (code, output, report) = check("examples/budgets.faulty.toml");
    assert_eq!(code, Some(1), "{output}");
    let errors = errors(&report);
    for code in ["over-time", "over-memory"] {
        assert!(errors.contains(&("shop.database.models", code)), "{code}: {output}");
    }
    assert!(
        errors.iter().all(|(target, _)| target.starts_with("shop.database.")),
        "{output}"
    );
}
