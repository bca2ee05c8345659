//! What changes for one target and leaves the others as they are.

use std::fs;

use super::{imported, record};
use crate::support::{Project, python};

/// One way in which an import can change.
struct Way {
    /// The target, and the folder that its files lie in.
    module: &'static str,
    source: &'static str,
    /// Other files, by their path in the project.
    files: &'static [(&'static str, &'static str)],
    change: fn(&Project),
    /// True where the target has to be imported after the change.
    is_imported: bool,
}

/// Nothing of its own changes.
fn nothing(_: &Project) {}

/// A way that has to be seen.
const fn seen(module: &'static str, source: &'static str, files: &'static [(&str, &str)], change: fn(&Project)) -> Way {
    Way {
        module,
        source,
        files,
        change,
        is_imported: true,
    }
}

/// A change that leaves the import as it is.
const fn no_change(
    module: &'static str,
    source: &'static str,
    files: &'static [(&str, &str)],
    change: fn(&Project),
) -> Way {
    Way {
        is_imported: false,
        ..seen(module, source, files, change)
    }
}

fn remove(project: &Project, path: &str) {
    fs::remove_file(project.path(path)).expect("a file");
}

fn write(project: &Project, path: &str, text: &str) {
    project.write(path, text);
}

const WAYS: &[Way] = &[
    seen("own_source", "VALUE = 1\n", &[], |p| {
        write(p, "own_source.py", "VALUE = 2\n")
    }),
    seen("comment", "VALUE = 1\n", &[], |p| {
        write(p, "comment.py", "VALUE = 1  # one\n")
    }),
    seen(
        "dependency",
        "import dep.a\n",
        &[("dep/__init__.py", ""), ("dep/a.py", "")],
        |p| {
            write(p, "dep/a.py", "VALUE = 2\n");
        },
    ),
    seen(
        "optional_appears",
        "try:\n    import extra_one\nexcept ImportError:\n    pass\n",
        &[],
        |p| {
            write(p, "extra_one.py", "");
        },
    ),
    seen(
        "optional_goes",
        "try:\n    import extra_two\nexcept ImportError:\n    pass\n",
        &[("extra_two.py", "")],
        |p| remove(p, "extra_two.py"),
    ),
    seen(
        "asked_for_spec",
        "import importlib.util\nimportlib.util.find_spec('extra_three')\n",
        &[],
        |p| {
            write(p, "extra_three.py", "");
        },
    ),
    seen("shadowed_library", "import colorsys\n", &[], |p| {
        write(p, "colorsys.py", "")
    }),
    seen(
        "shadowed_by_package",
        "import taken_over\n",
        &[("taken_over.py", "")],
        |p| {
            write(p, "taken_over/__init__.py", "");
        },
    ),
    seen(
        "shadowed_by_extension",
        "try:\n    import compiled\nexcept ImportError:\n    pass\n",
        &[("compiled.py", "")],
        |p| {
            write(p, "compiled.abi3.so", "no library");
        },
    ),
    seen(
        "shadowed_by_root",
        "import from_second\n",
        &[("second/from_second.py", "")],
        |p| {
            write(p, "from_second.py", "");
        },
    ),
    seen(
        "namespace_becomes_package",
        "import space.a\n",
        &[("space/a.py", "")],
        |p| {
            write(p, "space/__init__.py", "VALUE = 1\n");
        },
    ),
    seen(
        "namespace_moves",
        "import spread.a\n",
        &[("second/spread/a.py", "VALUE = 1\n")],
        |p| {
            write(p, "spread/a.py", "VALUE = 2\n");
        },
    ),
    seen(
        "extended_path",
        "import long\nimport long.far\n",
        &[
            (
                "long/__init__.py",
                "from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n",
            ),
            ("second/long/__init__.py", ""),
            ("second/long/far.py", ""),
        ],
        |p| write(p, "second/long/far.py", "VALUE = 2\n"),
    ),
    seen(
        "opened",
        "open('data/opened.txt').close()\n",
        &[("data/opened.txt", "1")],
        |p| {
            write(p, "data/opened.txt", "2");
        },
    ),
    seen(
        "opened_in_vain",
        "try:\n    open('data/later.txt').close()\nexcept OSError:\n    pass\n",
        &[],
        |p| write(p, "data/later.txt", "1"),
    ),
    seen(
        "got_data",
        "import bag\n",
        &[
            (
                "bag/__init__.py",
                "import pkgutil\nDATA = pkgutil.get_data('bag', 'data.txt')\n",
            ),
            ("bag/data.txt", "1"),
        ],
        |p| write(p, "bag/data.txt", "2"),
    ),
    seen(
        "resource",
        "import kit\n",
        &[
            (
                "kit/__init__.py",
                "import importlib.resources as r\nDATA = r.read_text('kit', 'data.txt') if hasattr(r, 'read_text') else r.files('kit').joinpath('data.txt').read_text()\n",
            ),
            ("kit/data.txt", "1"),
        ],
        |p| write(p, "kit/data.txt", "2"),
    ),
    seen(
        "listed",
        "import os\nNAMES = os.listdir('plugins/listed')\n",
        &[("plugins/listed/a", "")],
        |p| {
            write(p, "plugins/listed/b", "");
        },
    ),
    seen(
        "scanned",
        "import os\nNAMES = [entry.name for entry in os.scandir('plugins/scanned')]\n",
        &[("plugins/scanned/a", "")],
        |p| {
            remove(p, "plugins/scanned/a");
        },
    ),
    seen(
        "walked",
        "import os\nNAMES = [names for _, _, names in os.walk('plugins/walked')]\n",
        &[("plugins/walked/deep/a", "")],
        |p| {
            write(p, "plugins/walked/deep/b", "");
        },
    ),
    seen(
        "globbed",
        "import pathlib\nNAMES = list(pathlib.Path('plugins/globbed').glob('*.cfg'))\n",
        &[("plugins/globbed/a.cfg", "")],
        |p| {
            write(p, "plugins/globbed/b.cfg", "");
        },
    ),
    seen(
        "iterated_modules",
        "import pkgutil\nNAMES = [m.name for m in pkgutil.iter_modules(['plugins/modules'])]\n",
        &[("plugins/modules/a.py", "")],
        |p| {
            write(p, "plugins/modules/b.py", "");
        },
    ),
    seen(
        "entry_points",
        "from importlib.metadata import distributions\nPOINTS = [d.entry_points for d in distributions(path=['meta'])]\n",
        &[
            ("meta/thing-1.0.dist-info/METADATA", "Name: thing\nVersion: 1.0\n"),
            ("meta/thing-1.0.dist-info/entry_points.txt", "[plugins]\na = a\n"),
        ],
        |p| write(p, "meta/thing-1.0.dist-info/entry_points.txt", "[plugins]\nb = b\n"),
    ),
    seen("exists", "import os\nON = os.path.exists('data/flag')\n", &[], |p| {
        write(p, "data/flag", "")
    }),
    seen(
        "is_file",
        "import pathlib\nON = pathlib.Path('data/switch').is_file()\n",
        &[("data/switch", "")],
        |p| {
            remove(p, "data/switch");
        },
    ),
    seen(
        "size",
        "import os\nSIZE = os.path.getsize('data/grows')\n",
        &[("data/grows", "1")],
        |p| write(p, "data/grows", "12"),
    ),
    seen(
        "access",
        "import os\nMAY = os.access('data/secret', os.R_OK)\n",
        &[],
        |p| write(p, "data/secret", ""),
    ),
    seen(
        "becomes_folder",
        "import os\nIS = os.path.isdir('data/either')\n",
        &[("data/either", "")],
        |p| {
            remove(p, "data/either");
            write(p, "data/either/a", "");
        },
    ),
    seen(
        "variable_set",
        "import os\nVALUE = os.environ.get('WAYS_SET')\n",
        &[],
        nothing,
    ),
    seen(
        "variable_demanded",
        "import os\ntry:\n    VALUE = os.environ['WAYS_DEMANDED']\nexcept KeyError:\n    VALUE = None\n",
        &[],
        nothing,
    ),
    seen(
        "variable_tested",
        "import os\nIS = 'WAYS_TESTED' in os.environ\n",
        &[],
        nothing,
    ),
    seen(
        "variable_got",
        "import os\nVALUE = os.getenv('WAYS_GOT', 'none')\n",
        &[],
        nothing,
    ),
    seen("every_variable", "import os\nALL = dict(os.environ)\n", &[], nothing),
    seen(
        "executed",
        "exec(open('data/code.txt').read())\n",
        &[("data/code.txt", "A = 1\n")],
        |p| {
            write(p, "data/code.txt", "A = 2\n");
        },
    ),
    seen(
        "run_path",
        "import runpy\nNAMES = runpy.run_path('data/script.py')\n",
        &[("data/script.py", "A = 1\n")],
        |p| {
            write(p, "data/script.py", "A = 2\n");
        },
    ),
    seen(
        "by_location",
        "import importlib.util as u, sys\nspec = u.spec_from_file_location('located', 'data/located.py')\nsys.modules['located'] = m = u.module_from_spec(spec)\nspec.loader.exec_module(m)\n",
        &[("data/located.py", "A = 1\n")],
        |p| {
            write(p, "data/located.py", "A = 2\n");
        },
    ),
    seen(
        "by_location_unnamed",
        "import importlib.util as u\nspec = u.spec_from_file_location('nameless', 'data/nameless.py')\nspec.loader.exec_module(u.module_from_spec(spec))\n",
        &[("data/nameless.py", "A = 1\n")],
        |p| {
            write(p, "data/nameless.py", "A = 2\n");
        },
    ),
    seen(
        "vanishes",
        "import sys\nimport vanishing\ndel sys.modules['vanishing']\n",
        &[("vanishing.py", "")],
        |p| write(p, "vanishing.py", "VALUE = 2\n"),
    ),
    seen(
        "replaces_itself",
        "import replaced\n",
        &[(
            "replaced.py",
            "import sys, types\nsys.modules[__name__] = types.ModuleType(__name__)\n",
        )],
        |p| {
            write(
                p,
                "replaced.py",
                "import sys, types\nsys.modules[__name__] = types.ModuleType('other')\n",
            );
        },
    ),
    seen(
        "by_name_from_data",
        "import importlib\nimportlib.import_module(open('data/name.txt').read())\n",
        &[
            ("data/name.txt", "named_one"),
            ("named_one.py", ""),
            ("named_two.py", ""),
        ],
        |p| {
            write(p, "data/name.txt", "named_two");
        },
    ),
    seen("bytecode_alone", "import bare\n", &[("bare.pyc", "")], |p| {
        write(p, "bare.pyc", "other")
    }),
    seen(
        "bytecode_lost",
        "import locked.a\n",
        &[("locked/__init__.py", ""), ("locked/a.py", "")],
        |p| {
            fs::remove_dir_all(p.path("locked/__pycache__")).expect("bytecode");
            write(p, "locked/__pycache__", "no folder");
        },
    ),
    seen(
        "link_moves",
        "open('data/link').close()\n",
        &[("data/one", "1"), ("data/two", "2")],
        |p| {
            remove(p, "data/link");
            std::os::unix::fs::symlink("two", p.path("data/link")).expect("a link");
        },
    ),
    seen(
        "own_search_path",
        "import sys\nsys.path.insert(0, 'third')\nimport thing_of_third\n",
        &[("third/thing_of_third.py", "")],
        |p| write(p, "third/thing_of_third.py", "VALUE = 2\n"),
    ),
    seen(
        "own_finder",
        "import sys\nclass F:\n    @staticmethod\n    def find_spec(name, path, target=None):\n        return None\nsys.meta_path.insert(0, F)\n",
        &[],
        nothing,
    ),
    seen(
        "from_archive",
        "import sys\nsys.path.append('archive.zip')\ntry:\n    import zipped\nexcept ImportError:\n    pass\n",
        &[],
        |p| write(p, "archive.zip", "no archive"),
    ),
    seen(
        "asks_the_network",
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 0.01)\nexcept OSError:\n    pass\n",
        &[],
        nothing,
    ),
    seen(
        "starts_a_process",
        "import subprocess\nsubprocess.run(['true'])\n",
        &[],
        nothing,
    ),
    seen("writes", "open('data/written', 'w').close()\n", &[], nothing),
    no_change(
        "untouched",
        "import json, os\nNAMES = os.listdir('plugins/untouched')\nON = os.path.exists('data/never')\n",
        &[("plugins/untouched/a", "")],
        nothing,
    ),
    no_change("saved_again", "VALUE = 1\n", &[], |p| {
        write(p, "saved_again.py", "VALUE = 1\n")
    }),
    no_change("without_bytecode", "VALUE = 1\n", &[], |p| {
        for entry in fs::read_dir(p.path("__pycache__")).expect("bytecode").flatten() {
            if entry.file_name().to_string_lossy().starts_with("without_bytecode.") {
                fs::remove_file(entry.path()).expect("bytecode");
            }
        }
    }),
    no_change(
        "neighbour_edited",
        "import pair.a\n",
        &[("pair/__init__.py", ""), ("pair/a.py", ""), ("pair/b.py", "")],
        |p| {
            write(p, "pair/b.py", "VALUE = 2\n");
        },
    ),
    no_change(
        "starts_a_thread",
        "import threading\nthread = threading.Thread(target=int)\nthread.start()\nthread.join()\n",
        &[],
        nothing,
    ),
];

/// Variables that are another one when it is checked.
const VARIABLES: [(&str, &str); 4] = [
    ("WAYS_SET", "1"),
    ("WAYS_DEMANDED", "1"),
    ("WAYS_TESTED", "1"),
    ("WAYS_GOT", "1"),
];

fn project() -> Project {
    let tables = WAYS.iter().map(|way| format!("[modules.{}]\n", way.module));
    let project = Project::new(&format!(
        "[project]\nsource-roots = ['.', 'second']\n{}",
        tables.collect::<String>()
    ));
    for way in WAYS {
        project.write(&format!("{}.py", way.module), way.source);
        for (path, text) in way.files {
            project.write(path, text);
        }
    }
    std::os::unix::fs::symlink("one", project.path("data/link")).expect("a link");
    compile_alone(&project);
    project
}

/// Bytecode without a source.
fn compile_alone(project: &Project) {
    let compile = "import py_compile; py_compile.compile('own_source.py', 'bare.pyc')";
    let mut compiler = std::process::Command::new(python());
    let status = compiler.args(["-c", compile]).current_dir(project.path(".")).status();
    assert!(status.expect("a python").success());
}

#[test]
fn a_target_is_imported_where_something_changed_that_its_import_depends_on() {
    let project = project();
    record(&project, python());
    // What files never show is imported each time, and nothing else.
    let always = |module: &str| ["own_finder", "asks_the_network", "starts_a_process", "writes"].contains(&module);
    let mut expected: Vec<&str> = WAYS
        .iter()
        .map(|way| way.module)
        .filter(|module| always(module))
        .collect();
    expected.sort_unstable();
    assert_eq!(imported(&project, &[], &[]), expected);

    for way in WAYS {
        (way.change)(&project);
    }
    let imported = imported(&project, &VARIABLES, &[]);
    let mut expected: Vec<&str> = WAYS
        .iter()
        .filter(|way| way.is_imported)
        .map(|way| way.module)
        .collect();
    expected.sort_unstable();
    assert_eq!(imported, expected);
}
