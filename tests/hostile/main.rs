//! Everything that measured code is known to do to what measures it, by accident or on purpose: one module a file in `modules`, whose first
//! lines say what is expected and what it does. One run of the gate goes through them all, none of them reaches another, and each has a
//! row. A new kind is one file.
#![cfg(target_os = "linux")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

const BUDGETS: &str = "[project]\nsource-roots = [\"src\"]\n[measure]\ntimeout = \"1s\"\nsamples = 2\n\
                       [layers.hostile]\nmodules = [\"hostile.*\"]\n";

/// By which a process that was left behind is found.
const MARK: &str = "IMPORTGATE_TEST_OF_HOSTILE_MODULES";

/// A module, and the code of the finding that it is expected to come to; none where it is measured.
struct Module {
    name: String,
    expected: Option<String>,
}

fn modules() -> Vec<(PathBuf, Module)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/modules");
    let entries = fs::read_dir(folder).expect("the modules");
    let module = |path: PathBuf| {
        let source = fs::read(&path).expect("a module");
        // Some are in no encoding, and some have to name one in their first line.
        let source = String::from_utf8_lossy(&source);
        let expected = source
            .lines()
            .take(2)
            .find_map(|line| line.strip_prefix("# expected: "))
            .unwrap_or_else(|| panic!("{} does not say what is expected", path.display()));
        let name = path.file_stem().expect("a name").to_str().expect("text").to_owned();
        let expected = (expected != "ok").then(|| expected.to_owned());
        (path, Module { name, expected })
    };
    entries.map(|entry| module(entry.expect("an entry").path())).collect()
}

struct Run {
    folder: tempfile::TempDir,
    output: Output,
    report: Value,
}

impl Run {
    fn of(modules: &[(PathBuf, Module)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let package = folder.path().join("src/hostile");
        fs::create_dir_all(&package).expect("a folder");
        fs::create_dir(folder.path().join("temporary")).expect("a folder");
        fs::write(folder.path().join("budgets.toml"), BUDGETS).expect("a file");
        fs::write(package.join("__init__.py"), "").expect("a file");
        for (path, _) in modules {
            fs::copy(path, package.join(path.file_name().expect("a name"))).expect("a copy");
        }
        let formats = [
            "terminal=table.txt",
            "markdown=summary.md",
            "github=commands.txt",
            "json=report.json",
            "terminal",
        ];
        let output = Command::new(env!("CARGO_BIN_EXE_importgate"))
            .args(["check", "--verbose"])
            .args(formats.map(|format| format!("--format={format}")))
            .current_dir(folder.path())
            .env("TMPDIR", folder.path().join("temporary"))
            .env(MARK, folder.path())
            .env_remove("PYTHONDONTWRITEBYTECODE")
            .output()
            .expect("the program starts");
        let report = fs::read(folder.path().join("report.json"));
        let report = report.unwrap_or_else(|error| panic!("{error}: {output:?}"));
        let report = serde_json::from_slice(&report).expect("JSON");
        Self { folder, output, report }
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).expect("an output")
    }

    /// The codes of the errors of each target.
    fn errors(&self) -> BTreeMap<&str, Vec<&str>> {
        let findings = self.report["findings"].as_array().expect("findings").iter();
        let mut errors: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for finding in findings.filter(|finding| finding["severity"] == "error") {
            let target = finding["target"].as_str().expect("a finding of a target");
            errors
                .entry(target)
                .or_default()
                .push(finding["code"].as_str().expect("a code"));
        }
        errors
    }

    fn rows(&self) -> BTreeMap<&str, &Value> {
        let rows = self.report["targets"].as_array().expect("targets").iter();
        rows.map(|row| (row["module"].as_str().expect("a name"), row)).collect()
    }

    /// The processes that are left of it, by their command lines.
    fn processes_left(&self) -> Vec<String> {
        let mark = format!("{MARK}={}", self.folder.path().display());
        let is_marked = |process: &Path| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment
                .split(|byte| *byte == 0)
                .any(|variable| variable == mark.as_bytes())
        };
        let processes = fs::read_dir("/proc")
            .expect("processes")
            .flatten()
            .map(|entry| entry.path());
        let left = processes.filter(|process| is_marked(process));
        left.map(|process| fs::read_to_string(process.join("cmdline")).unwrap_or_default())
            .collect()
    }
}

#[test]
fn each_module_comes_to_what_it_expects_and_none_reaches_another() {
    let modules = modules();
    assert!(modules.len() >= 60, "only {} modules", modules.len());
    let run = Run::of(&modules);
    let said = String::from_utf8_lossy(&run.output.stdout);
    assert_eq!(
        run.output.status.code(),
        Some(1),
        "{said}\n{}",
        String::from_utf8_lossy(&run.output.stderr)
    );

    let (errors, rows, table) = (run.errors(), run.rows(), run.read("table.txt"));
    let mut wrong = Vec::new();
    for (_, module) in &modules {
        let target = format!("hostile.{}", module.name);
        let found = errors.get(target.as_str()).map(Vec::as_slice).unwrap_or_default();
        let expected: Vec<&str> = module.expected.as_deref().into_iter().collect();
        let samples = rows.get(target.as_str()).and_then(|row| row["samples"].as_u64());
        let is_measured = samples.is_some_and(|samples| samples >= 2);
        if found != expected || is_measured != expected.is_empty() || !table.contains(&target) {
            wrong.push(format!(
                "{target}: expected {expected:?}, found {found:?}, {samples:?} samples"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\n{said}", wrong.join("\n"));

    for file in ["table.txt", "summary.md", "commands.txt", "report.json"] {
        let text = run.read(file);
        for character in ['\u{1b}', '\u{7}', '\r', '\u{202e}'] {
            assert!(!text.contains(character), "{file} has {character:?}");
        }
        let acts =
            |line: &&str| line.starts_with("::") && !(file == "commands.txt" && line.contains("title=importgate"));
        assert_eq!(text.lines().find(acts), None, "{file}");
    }

    let left: Vec<_> = fs::read_dir(run.folder.path().join("temporary"))
        .expect("a folder")
        .flatten()
        .collect();
    let left: Vec<_> = left.iter().map(fs::DirEntry::file_name).collect();
    assert!(
        !left.iter().any(|name| name.to_string_lossy().contains("importgate")),
        "{left:?}"
    );
    // The process that watches over a run ends as soon as it sees the run's end.
    let patience = Instant::now() + Duration::from_secs(20);
    while let Some(process) = run.processes_left().first() {
        assert!(Instant::now() < patience, "{process} is still there");
        thread::sleep(Duration::from_millis(5));
    }
}
