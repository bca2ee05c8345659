//! The reports that are written in each format.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The report that core makes its snapshots of: a failing run, with text of measured code that wants to do harm.
pub(crate) fn failing() -> Value {
    const SNAPSHOT: &str = "crates/core/src/report/snapshots/importgate_core__report__tests__json.snap";
    let snapshot = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(SNAPSHOT)).expect("the snapshot");
    let (_, report) = snapshot.split_once("\n---\n").expect("a snapshot with its heading");
    serde_json::from_str(report).expect("a report")
}

/// The same of another environment.
pub(crate) fn failing_on(environment: &str) -> Value {
    let mut report = failing();
    report["environment"]["key"] = environment.into();
    report
}

/// What `importgate merge` writes of these reports as this kind.
pub(crate) fn written(reports: &[Value], kind: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_importgate"));
    command.current_dir(folder.path()).arg("merge");
    for (number, report) in reports.iter().enumerate() {
        let name = format!("{number}.json");
        std::fs::write(folder.path().join(&name), report.to_string()).expect("a file");
        command.arg(name);
    }
    let output = command.args(["--format", kind]).output().expect("the program runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code < 2), "{kind}: {complaint}");
    String::from_utf8(output.stdout).expect("UTF-8")
}
