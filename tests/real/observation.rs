//! What an observation says of real packages: its modules are those that a plain import adds to `sys.modules`, each has
//! something that loaded it, and next to nothing of the time is left without a module that it belongs to.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use importgate_core::observed::{Edge, ImportRequest, Look, Observation};
use importgate_probe::python::{BytecodeFiles, Session, SessionSettings, SetUp};

/// Imports that really load each package, whose top level may load little of it.
const PACKAGES: [(&str, &[&str]); 6] = [
    ("django", &["django.db.models", "django.http"]),
    ("sqlalchemy", &["sqlalchemy.orm"]),
    ("pandas", &["pandas"]),
    ("boto3", &["boto3", "boto3.session"]),
    ("fastapi", &["fastapi"]),
    ("typer", &["typer"]),
];

/// The fewest of them that an environment has to have: with fewer, little would be known.
const FEWEST: usize = 3;

/// Prints the packages of its arguments that are installed.
const INSTALLED: &str = "
import importlib.util, sys
print('\\n'.join(name for name in sys.argv[1:] if importlib.util.find_spec(name)))
";

/// Prints what the imports of its arguments add to `sys.modules`.
const PLAIN: &str = "
import sys
before = set(sys.modules)
for name in sys.argv[1:]:
    __import__(name)
print('\\n'.join(set(sys.modules) - before))
";

/// An environment with real packages, and a folder to import them in that has nothing of its own.
struct Environment {
    folder: tempfile::TempDir,
    session: Session,
}

impl Environment {
    fn new(python: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("the folder");
        let session = Session::open(SessionSettings {
            executable: python.to_path_buf(),
            chosen_by: None,
            set_up: SetUp::default(),
            source_roots: vec![root.clone()],
            working_directory: root,
            time_limit: Duration::from_secs(60),
            run_ends: None,
            bytecode: BytecodeFiles::AsIs,
        });
        Self {
            folder,
            session: session.expect("a session"),
        }
    }

    /// The lines that a script prints, run as the session runs its own: the folder first on `sys.path`, and the hash seed
    /// of an observation, which may decide what an import loads.
    fn lines_of(&self, script: &str, arguments: &[&str]) -> BTreeSet<String> {
        let path = self.folder.path().join("script.py");
        fs::write(&path, script).expect("a script");
        let output = Command::new(&self.session.settings().executable)
            .arg(path)
            .args(arguments)
            .env("PYTHONHASHSEED", "1")
            .env_remove("PYTHONDONTWRITEBYTECODE")
            .current_dir(self.folder.path())
            .output()
            .expect("the interpreter");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn observe(&self, imports: &[&str]) -> Observation {
        let imports: Vec<String> = imports.iter().map(|&name| name.to_owned()).collect();
        let request = ImportRequest {
            preload: &[],
            imports: &imports,
            round: 0,
        };
        self.session.observe(request, Look::Full).expect("the process runs")
    }

    /// Compares one package's observation with a plain import, and prints what it found.
    fn compare(&self, package: &str, imports: &[&str]) {
        let plain = self.lines_of(PLAIN, imports);
        let observation = self.observe(imports);
        assert_eq!(observation.failure, None, "{package}");
        let observed: BTreeSet<String> = observation.modules.iter().map(|module| module.name.clone()).collect();
        let share = attributed(&observation);
        println!(
            "Python {:<10} {package:<10} {:>5} modules, {:.1}% of {:.0} ms attributed to modules",
            self.session.interpreter().version,
            observed.len(),
            share * 100.0,
            observation.total_ns as f64 / 1e6,
        );
        assert_eq!(
            (
                observed.difference(&plain).collect(),
                plain.difference(&observed).collect()
            ),
            (Vec::<&String>::new(), Vec::<&String>::new()),
            "{package}: only observed, and only there without observation"
        );
        assert!(
            (0.95..1.05).contains(&share),
            "{package}: {share} of the time is attributed"
        );
        let loaded: BTreeSet<&str> = observation
            .edges
            .iter()
            .filter(|edge| edge.loaded)
            .map(|edge: &Edge| edge.imported.as_str())
            .collect();
        let unexplained: Vec<&String> = observed.iter().filter(|name| !loaded.contains(name.as_str())).collect();
        assert!(unexplained.is_empty(), "{package}: nothing loaded {unexplained:?}");
    }
}

/// The share of the processor time that is some module's own.
fn attributed(observation: &Observation) -> f64 {
    let own: u64 = observation.modules.iter().map(|module| module.own_ns).sum();
    own as f64 / observation.total_ns as f64
}

#[test]
#[ignore = "needs real packages: make test-real"]
fn an_observation_has_the_modules_of_a_plain_import_and_their_time() {
    let pythons = std::env::var_os("IMPORTGATE_REAL_PYTHONS").expect("run this by `make test-real`");
    for python in std::env::split_paths(&pythons) {
        let environment = Environment::new(&python);
        let installed = environment.lines_of(INSTALLED, &PACKAGES.map(|(package, _)| package));
        assert!(
            installed.len() >= FEWEST,
            "{} has no more than {installed:?}",
            python.display()
        );
        for (package, imports) in PACKAGES {
            if installed.contains(package) {
                environment.compare(package, imports);
            } else {
                let version = &environment.session.interpreter().version;
                println!("Python {version:<10} {package:<10} is not there for it");
            }
        }
    }
}
