//! Regressions planted in a real project: the first cause named is the planted one, with its file and line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use importgate_core::explain::{
    Cause, CauseKind, Compiled, Distribution, Evidence, SeenLines, VersionChange, causes_of_change, name_lines,
};
use importgate_core::observed::{
    BytecodeObstacle, BytecodeState, ClosureChange, ImportRequest, LineSeen, ModuleTable, Observation,
};
use importgate_probe::python::{Contents, Session};

use crate::support::{Project, observe, python, run, steady_lines};

/// What takes long enough to outweigh the noise of any machine.
const BURN: &str = "total = sum(step * step for step in range(1_500_000))\n";

/// A way to make a package slower, and where the blame belongs.
struct Plant {
    name: &'static str,
    before: &'static [(&'static str, &'static str)],
    after: &'static [(&'static str, &'static str)],
    module: &'static str,
    file: &'static str,
    line: u32,
}

const PLANTS: &[Plant] = &[
    Plant {
        name: "an import at the top",
        before: &[("p01/__init__.py", "import json\n")],
        after: &[("p01/__init__.py", "import json\nimport heavy\n")],
        module: "heavy",
        file: "p01/__init__.py",
        line: 2,
    },
    Plant {
        name: "an import further down",
        before: &[
            ("p02/__init__.py", "import p02.a\n"),
            ("p02/a.py", "import p02.b\n"),
            ("p02/b.py", "import csv\n"),
        ],
        after: &[("p02/b.py", "import csv\n\nfrom heavy import core\n")],
        module: "heavy",
        file: "p02/b.py",
        line: 3,
    },
    Plant {
        name: "an import by import_module",
        before: &[("p03/__init__.py", "import importlib\n")],
        after: &[(
            "p03/__init__.py",
            "import importlib\n\nimportlib.import_module('heavy')\n",
        )],
        module: "heavy",
        file: "p03/__init__.py",
        line: 3,
    },
    Plant {
        name: "an import in a function that runs at import",
        before: &[("p04/__init__.py", "import json\n")],
        after: &[(
            "p04/__init__.py",
            "import json\ndef load():\n    import heavy\nload()\n",
        )],
        module: "heavy",
        file: "p04/__init__.py",
        line: 3,
    },
    Plant {
        name: "an import in a condition",
        before: &[("p05/__init__.py", "import sys\n")],
        after: &[(
            "p05/__init__.py",
            "import sys\nif sys.platform:\n    import heavy.core as core\n",
        )],
        module: "heavy",
        file: "p05/__init__.py",
        line: 3,
    },
    Plant {
        name: "an optional import that is there now",
        before: &[(
            "p06/__init__.py",
            "try:\n    import heavier\nexcept ImportError:\n    heavier = None\n",
        )],
        after: &[("heavier.py", "import heavy\n")],
        module: "heavier",
        file: "p06/__init__.py",
        line: 2,
    },
    Plant {
        name: "a heavier body",
        before: &[("p07/__init__.py", "from . import body\n"), ("p07/body.py", "x = 1\n")],
        after: &[(
            "p07/body.py",
            "x = 1\ntotal = sum(step * step for step in range(1_500_000))\ny = 2\n",
        )],
        module: "p07.body",
        file: "p07/body.py",
        line: 2,
    },
    Plant {
        name: "a sleep",
        before: &[("p08/__init__.py", "import time\nx = 1\n")],
        after: &[("p08/__init__.py", "import time\nx = 1\ntime.sleep(0.2)\n")],
        module: "p08",
        file: "p08/__init__.py",
        line: 3,
    },
    Plant {
        name: "a bigger table",
        before: &[
            ("p09/__init__.py", "from .table import TABLE\n"),
            ("p09/table.py", "TABLE = {}\n"),
        ],
        after: &[(
            "p09/table.py",
            "NAME = 'n'\n\nTABLE = {\n    str(n): [n] * 3\n    for n in range(300_000)\n}\n",
        )],
        module: "p09.table",
        file: "p09/table.py",
        line: 3,
    },
    Plant {
        name: "a new part of the project",
        before: &[("p10/__init__.py", "import json\n")],
        after: &[
            ("p10/__init__.py", "import json\nfrom p10 import fresh\n"),
            ("p10/fresh.py", "from heavy import *\n"),
        ],
        module: "p10.fresh",
        file: "p10/__init__.py",
        line: 2,
    },
    Plant {
        name: "an attribute that imports when it is touched",
        before: &[("p11/__init__.py", "import lazily\n")],
        after: &[("p11/__init__.py", "import lazily\nfrom lazily import heavy\n")],
        module: "heavy",
        file: "p11/__init__.py",
        line: 2,
    },
    Plant {
        name: "an import by __import__",
        before: &[("p12/__init__.py", "name = 'heavy'\n")],
        after: &[("p12/__init__.py", "name = 'heavy'\nmodule = __import__(name)\n")],
        module: "heavy",
        file: "p12/__init__.py",
        line: 2,
    },
    Plant {
        name: "an import in the body of a class",
        before: &[("p13/__init__.py", "class Holder:\n    pass\n")],
        after: &[("p13/__init__.py", "class Holder:\n    import heavy\n")],
        module: "heavy",
        file: "p13/__init__.py",
        line: 2,
    },
    Plant {
        name: "an import in a thread",
        before: &[("p14/__init__.py", "import threading\n")],
        after: &[(
            "p14/__init__.py",
            "import threading\ndef work():\n    import heavy\nthread = threading.Thread(target=work)\n\
             thread.start()\nthread.join()\n",
        )],
        module: "heavy",
        file: "p14/__init__.py",
        line: 3,
    },
    Plant {
        name: "two new imports, one of them heavy",
        before: &[("p15/__init__.py", "import json\n")],
        after: &[(
            "p15/__init__.py",
            "import json\nimport csv\nimport heavy\nimport colorsys\n",
        )],
        module: "heavy",
        file: "p15/__init__.py",
        line: 3,
    },
    Plant {
        name: "an import in the package above the target",
        before: &[
            ("p16/__init__.py", "from p16 import part\n"),
            ("p16/part.py", "x = 1\n"),
        ],
        after: &[
            ("p16/__init__.py", "import heavy.core\nfrom p16 import part\n"),
            ("p16/part.py", "x = 12\n"),
        ],
        module: "heavy",
        file: "p16/__init__.py",
        line: 1,
    },
    Plant {
        name: "an import that exec runs",
        before: &[("p17/__init__.py", "exec('import json', globals())\n")],
        after: &[(
            "p17/__init__.py",
            "exec('import json', globals())\nimport sys; sys.modules['p17.x'] = sys\nimport heavy\n",
        )],
        module: "heavy",
        file: "p17/__init__.py",
        line: 3,
    },
    Plant {
        name: "a wait for a lock",
        before: &[("p18/__init__.py", "import threading\n")],
        after: &[(
            "p18/__init__.py",
            "import threading\nx = 1\nthreading.Event().wait(0.2)\n",
        )],
        module: "p18",
        file: "p18/__init__.py",
        line: 3,
    },
];

/// An environment of its own, with some distributions in it.
struct Environment {
    project: Project,
    site: PathBuf,
}

impl Environment {
    fn new() -> Self {
        let project = Project::new(&[]);
        let folder = project.root().join(".venv");
        run(
            python(),
            &["-m", "venv", "--without-pip", folder.to_str().expect("a path")],
        );
        let ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
        let site = PathBuf::from(run(folder.join("bin/python"), &["-c", ask]).trim());
        let environment = Self { project, site };
        environment.install(
            "heavy",
            "1.0",
            &[
                ("heavy/__init__.py", "from heavy import core\n"),
                ("heavy/core.py", BURN),
            ],
        );
        let lazily = "def __getattr__(name):\n    import importlib\n    if name == 'heavy':\n        return importlib.import_module(name)\n    raise AttributeError(name)\n";
        environment.install("lazily", "1.0", &[("lazily.py", lazily)]);
        environment
    }

    fn install(&self, name: &str, version: &str, files: &[(&str, &str)]) {
        for entry in self.site.read_dir().expect("the folder").flatten() {
            if entry.file_name().to_string_lossy().starts_with(&format!("{name}-")) {
                std::fs::remove_dir_all(entry.path()).expect("it can be removed");
            }
        }
        let info = format!("{name}-{version}.dist-info");
        let record: String = files.iter().map(|(path, _)| format!("{path},,\n")).collect();
        let metadata = format!("Name: {name}\nVersion: {version}\n");
        for (path, text) in files {
            write(&self.site.join(path), text);
        }
        write(&self.site.join(&info).join("METADATA"), &metadata);
        write(&self.site.join(&info).join("RECORD"), &record);
    }

    fn session(&self) -> Session {
        self.project.session(self.project.root().join(".venv/bin/python"))
    }
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// What is known of a package at one time.
struct Snapshot {
    observation: Observation,
    table: ModuleTable,
}

impl Snapshot {
    fn take(session: &Session, module: &str) -> Self {
        // The first import compiles; the times of the second are those that a baseline would have.
        observe(session, module);
        let observation = observe(session, module);
        assert_eq!(observation.failure, None, "{module}");
        Self {
            table: Contents::new(session).table(&observation),
            observation,
        }
    }

    fn compiled_share(&self, module: &str) -> f64 {
        let mut modules = self.observation.modules.iter();
        let module = modules.find(|loaded| loaded.name == module).expect("it is loaded");
        module.compiled_share()
    }

    fn causes_since(&self, before: &Self, project: &Path) -> Vec<Cause> {
        let own_before_ns: BTreeMap<String, u64> = before
            .observation
            .modules
            .iter()
            .map(|module| (module.name.clone(), module.own_ns))
            .collect();
        let (causes, _) = causes_of_change(&Evidence {
            observation: &self.observation,
            change: &ClosureChange::between(&before.table, &self.table),
            table: &self.table,
            own_before_ns: &own_before_ns,
            own_now_ns: None,
            growth: None,
            of_targets: &[],
            comparison: None,
            blocked_before_ns: before.observation.blocked.iter().map(|blocked| blocked.ns).sum(),
            project: project.to_str().expect("a path"),
        });
        causes
    }
}

fn lines(session: &Session, target: &str, module: &str) -> Vec<LineSeen> {
    let imports = [target.to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 0,
    };
    steady_lines(session, request, &[module])
}

#[test]
fn the_first_cause_named_is_the_planted_one() {
    let environment = Environment::new();
    let session = environment.session();
    for plant in PLANTS {
        environment.project.write(plant.before);
        let package = plant.before[0].0.split('/').next().expect("a package");
        let before = Snapshot::take(&session, package);
        environment.project.write(plant.after);
        let after = Snapshot::take(&session, package);
        let mut causes = after.causes_since(&before, environment.project.root());
        let mut seen = SeenLines::default();
        seen.add([plant.module], lines(&session, package, plant.module), []);
        name_lines(&mut causes, &seen, None);
        let first = causes.first().unwrap_or_else(|| panic!("{} has no cause", plant.name));
        let told = (first.module.as_str(), first.file.as_deref());
        assert_eq!(told, (plant.module, Some(plant.file)), "{}: {causes:#?}", plant.name);
        assert_eq!(first.line, Some(plant.line), "{}: {causes:#?}", plant.name);
    }
}

#[test]
fn an_upgrade_is_named_with_both_versions() {
    let environment = Environment::new();
    let session = environment.session();
    environment.project.write(&[("app.py", "import lib\nimport calm\n")]);
    environment.install("lib", "1.0", &[("lib.py", "x = 1\n")]);
    environment.install("calm", "1.0", &[("calm.py", "x = 1\n")]);
    let before = Snapshot::take(&session, "app");
    environment.install("lib", "2.0", &[("lib.py", "x = 1\nimport heavy\n")]);
    let importing = Snapshot::take(&session, "app");
    let first = importing.causes_since(&before, environment.project.root()).remove(0);
    assert_eq!((first.module.as_str(), first.line), ("heavy", Some(2)));
    assert!(
        first.file.as_deref().is_some_and(|file| file.ends_with("lib.py")),
        "{first:?}"
    );
    let upgrade = Some(versions("lib", "1.0", "2.0"));
    let others = Vec::new();
    assert_eq!(
        first.kind,
        CauseKind::NewModules {
            upgrade,
            beside: Vec::new(),
            others,
            shared: None,
        }
    );
    assert_eq!(first.distribution, Some(distribution("heavy", "1.0")));

    environment.install("calm", "1.1", &[("calm.py", BURN)]);
    let heavier = Snapshot::take(&session, "app");
    let first = heavier.causes_since(&importing, environment.project.root()).remove(0);
    assert_eq!(first.module, "calm");
    assert_eq!(first.distribution, Some(distribution("calm", "1.1")));
    assert_eq!(first.kind, CauseKind::Upgrade(versions("calm", "1.0", "1.1")));
}

fn distribution(name: &str, version: &str) -> Distribution {
    Distribution {
        name: name.to_owned(),
        version: version.to_owned(),
    }
}

fn versions(distribution: &str, before: &str, now: &str) -> VersionChange {
    VersionChange {
        distribution: distribution.to_owned(),
        before: before.to_owned(),
        now: now.to_owned(),
    }
}

#[test]
fn bytecode_that_cannot_be_written_any_more_is_a_cause() {
    let environment = Environment::new();
    let session = environment.session();
    let large: String = (0..4000)
        .map(|n| format!("def f{n}(a, b=1):\n    return [a, b, {n}]\n"))
        .collect();
    environment.project.write(&[
        ("bare/__init__.py", "from bare import large\n"),
        ("bare/large.py", &large),
    ]);
    // Whatever the shell says of writing bytecode, it is there at first.
    let folder = environment.project.root().join("bare");
    run(python(), &["-m", "compileall", "-q", &folder.to_string_lossy()]);
    let before = Snapshot::take(&session, "bare");
    assert_eq!(before.compiled_share("bare.large"), 0.0);
    let cache = environment.project.root().join("bare/__pycache__");
    std::fs::remove_dir_all(&cache).expect("it can be removed");
    std::fs::write(&cache, "not a folder").expect("a file");
    let after = Snapshot::take(&session, "bare");
    let share = after.compiled_share("bare.large");
    assert!((0.5..=1.0).contains(&share), "{share} of its time is compiling");
    let first = after.causes_since(&before, environment.project.root()).remove(0);
    assert_eq!(first.module, "bare.large");
    let compiled = Compiled {
        state: BytecodeState::Missing,
        obstacle: Some(BytecodeObstacle::Folder),
    };
    assert_eq!(first.kind, CauseKind::CompiledAtStart(compiled));
}
