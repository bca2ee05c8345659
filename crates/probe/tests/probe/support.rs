//! Small projects in temporary folders, and the interpreter that imports them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use importgate_core::observed::{Edge, ImportRequest, LineSeen, Look, Observation};
use importgate_probe::python::{BytecodeFiles, Session, SessionSettings, SetUp};

/// Long enough for any machine to import a small project.
pub(crate) const GENEROUS: Duration = Duration::from_secs(60);

/// A folder with Python files.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    root: PathBuf,
}

impl Project {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("the folder");
        let project = Self { folder, root };
        project.write(files);
        project
    }

    pub(crate) fn root(&self) -> &Path {
        assert!(self.folder.path().exists());
        &self.root
    }

    pub(crate) fn write(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.root.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
    }

    pub(crate) fn session(&self, executable: PathBuf) -> Session {
        self.session_within(GENEROUS, executable)
    }

    /// A session in which an import may take so long.
    pub(crate) fn session_within(&self, limit: Duration, executable: PathBuf) -> Session {
        Session::open(SessionSettings {
            executable,
            chosen_by: None,
            set_up: SetUp::default(),
            source_roots: vec![self.root.clone()],
            working_directory: self.root.clone(),
            time_limit: limit,
            run_ends: None,
            bytecode: BytecodeFiles::AsIs,
        })
        .expect("a session")
    }

    pub(crate) fn observe(&self, module: &str) -> Observation {
        observe(&self.session(python()), module)
    }
}

pub(crate) fn observe(session: &Session, module: &str) -> Observation {
    let imports = [module.to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 0,
    };
    session.observe(request, Look::Full).expect("the process runs")
}

/// The lesser time of each line in two looks: a machine that stalls does so in one of them.
pub(crate) fn steady_lines(session: &Session, request: ImportRequest<'_>, watched: &[&str]) -> Vec<LineSeen> {
    let look = || session.lines(request, watched).expect("the process runs");
    let (mut lines, again) = (look(), look());
    for line in &mut lines {
        let same = |other: &&LineSeen| (&other.module, other.line) == (&line.module, line.line);
        line.ns = again.iter().find(same).map_or(line.ns, |other| other.ns.min(line.ns));
    }
    lines
}

/// The interpreter itself, not a wrapper that chooses one.
pub(crate) fn python() -> PathBuf {
    PathBuf::from(run("python3", &["-c", "import sys; print(sys.executable)"]).trim())
}

/// Its version, as major and minor number.
pub(crate) fn python_version() -> (u32, u32) {
    let text = run(python(), &["-c", "import sys; print(*sys.version_info[:2])"]);
    let mut numbers = text.split_whitespace().map(|number| number.parse().expect("a number"));
    (numbers.next().expect("a version"), numbers.next().expect("a version"))
}

pub(crate) fn run(executable: impl AsRef<Path>, arguments: &[&str]) -> String {
    let output = Command::new(executable.as_ref())
        .args(arguments)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The one import of `imported` by `importer`.
pub(crate) fn edge<'a>(observation: &'a Observation, importer: &str, imported: &str) -> &'a Edge {
    let is_it = |edge: &&Edge| edge.importer.as_deref() == Some(importer) && edge.imported == imported;
    let found: Vec<&Edge> = observation.edges.iter().filter(is_it).collect();
    assert_eq!(
        found.len(),
        1,
        "{importer} imports {imported}: {found:?} of {:?}",
        observation.edges
    );
    found[0]
}
