//! A small layered project on real packages, and the gate run in it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const SOURCES: [(&str, &str); 10] = [
    ("ledger/__init__.py", ""),
    ("ledger/web/__init__.py", ""),
    (
        "ledger/web/client.py",
        "import requests\n\n\nclass Client:\n    def __init__(self):\n        self.session = requests.Session()\n",
    ),
    (
        "ledger/web/console.py",
        "from rich.console import Console\nfrom rich.table import Table\n\n\ndef show(rows):\n    table = Table()\n    \
         for row in rows:\n        table.add_row(*row)\n    Console().print(table)\n",
    ),
    ("ledger/storage/__init__.py", ""),
    (
        "ledger/storage/models.py",
        "from sqlalchemy import Column, Integer, String\nfrom sqlalchemy.orm import declarative_base\n\nBase = \
         declarative_base()\n\n\nclass Entry(Base):\n    __tablename__ = 'entries'\n    id = Column(Integer, \
         primary_key=True)\n    text = Column(String)\n",
    ),
    ("ledger/site/__init__.py", ""),
    (
        "ledger/site/pages.py",
        "from django.http import HttpResponse\nfrom django.urls import path\n\n\ndef index(request):\n    return \
         HttpResponse('ledger')\n\n\nurlpatterns = [path('', index)]\n",
    ),
    ("ledger/analysis/__init__.py", ""),
    (
        "ledger/analysis/sums.py",
        "def total(rows):\n    return sum(amount for _, amount in rows)\n",
    ),
];

/// Where pandas can be had, the layer of the heaviest import.
const PANDAS: (&str, &str) = (
    "ledger/analysis/frames.py",
    "import pandas\n\n\ndef frame(rows):\n    return pandas.DataFrame(rows)\n",
);

const BUDGETS: &str = r#"[project]
source-roots = ["src"]

[measure]
timeout = "12s"

[layers.web]
modules = ["ledger.web.*"]
max-time = "11s"

[layers.storage]
modules = ["ledger.storage.*"]
max-time = "11s"

[layers.site]
modules = ["ledger.site.*"]
max-time = "11s"

[layers.analysis]
modules = ["ledger.analysis.*"]
max-time = "11s"

"#;

/// The project in a folder of its own, with the interpreter that has its packages.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    python: PathBuf,
    targets: BTreeSet<String>,
}

/// A budgets file of the project.
pub(crate) struct BudgetsFile {
    path: PathBuf,
    pub(crate) text: String,
}

/// What a run of the gate came to.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) output: String,
    /// The JSON report; null for `record`.
    pub(crate) report: Value,
}

impl Outcome {
    /// The row of one target.
    pub(crate) fn target(&self, name: &str) -> &Value {
        let mut targets = self.report["targets"].as_array().into_iter().flatten();
        targets
            .find(|target| target["module"] == name)
            .expect("a row of this target")
    }
}

impl Project {
    pub(crate) fn new(python: &Path) -> Self {
        let mut project = Self {
            folder: tempfile::tempdir().expect("a folder"),
            python: python.to_path_buf(),
            targets: BTreeSet::new(),
        };
        let has_pandas = Command::new(python)
            .args([
                "-c",
                "import importlib.util, sys; sys.exit(importlib.util.find_spec('pandas') is None)",
            ])
            .status()
            .expect("the interpreter");
        let extra = has_pandas.success().then_some(PANDAS);
        for (path, source) in SOURCES.into_iter().chain(extra) {
            project.append(path, source);
            if !path.ends_with("__init__.py") {
                let name = path.trim_end_matches(".py").replace('/', ".");
                project.targets.insert(name);
            }
        }
        project
    }

    /// The targets of the layers that every budgets file here has.
    pub(crate) fn targets(&self) -> BTreeSet<String> {
        self.targets.clone()
    }

    /// Adds to a source file, which is made where it is missing.
    pub(crate) fn append(&self, relative: &str, source: &str) {
        let path = self.folder.path().join("src").join(relative);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .expect("a file");
        file.write_all(source.as_bytes()).expect("written");
    }

    /// A source file as it is now.
    pub(crate) fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.folder.path().join("src").join(relative)).expect("a file")
    }

    /// Writes a budgets file with the four layers and what is added to them.
    pub(crate) fn budgets(&self, added: &str) -> BudgetsFile {
        let path = self.folder.path().join("budgets.toml");
        let text = format!("{BUDGETS}{added}");
        fs::write(&path, &text).expect("budgets");
        BudgetsFile { path, text }
    }

    /// Fewer samples than a baseline should have: they take most of the time of these tests.
    pub(crate) fn record(&self, budgets: &BudgetsFile) -> Outcome {
        self.run("record", budgets, &["--samples", "12"])
    }

    pub(crate) fn check(&self, budgets: &BudgetsFile, arguments: &[&str]) -> Outcome {
        let report = self.folder.path().join("report.json");
        let json = format!("--format=json={}", report.display());
        let formats = ["--format=terminal", json.as_str()];
        let mut outcome = self.run("check", budgets, &[&formats, arguments].concat());
        let text = fs::read_to_string(&report).unwrap_or_else(|error| panic!("{error}: {}", outcome.output));
        outcome.report = serde_json::from_str(&text).expect("JSON");
        fs::remove_file(report).expect("the report is gone before the next run");
        outcome
    }

    fn run(&self, subcommand: &str, budgets: &BudgetsFile, arguments: &[&str]) -> Outcome {
        let done = Command::new(env!("CARGO_BIN_EXE_importgate"))
            .arg(subcommand)
            .arg("--budgets")
            .arg(&budgets.path)
            .arg("--python")
            .arg(&self.python)
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .expect("importgate");
        let streams = [done.stdout, done.stderr].concat();
        Outcome {
            code: done.status.code().expect("an exit code"),
            output: String::from_utf8_lossy(&streams).into_owned(),
            report: Value::Null,
        }
    }
}
