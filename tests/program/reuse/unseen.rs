//! Code and data that leave no module behind: where they change, the target is measured, against a baseline and against a base.

use std::fs;
use std::process::Command;

use importgate_core::stats::ComparisonKind;

use crate::support::{Project, Run, commit, committed, python};

/// One way in which an import runs or reads something that is no module of it in the end.
struct Kind {
    module: &'static str,
    source: &'static str,
    /// Other files, by their path in the project.
    files: &'static [(&'static str, &'static str)],
    change: Change,
}

/// What changes.
enum Change {
    /// This file has, or gets, this text.
    File(&'static str, &'static str),
    /// What this program in Python makes with the argument `2`, which it made with `1` before.
    Made(&'static str),
    /// Nothing that a file tells: it is measured each time.
    Untold,
}

const ARCHIVE: &str = "import sys, zipfile
with zipfile.ZipFile('lib.zip', 'w') as z:
    z.writestr('packed.py', 'VALUE = ' + sys.argv[1])
";
const ARCHIVED_DATA: &str = "import sys, zipfile
with zipfile.ZipFile('kit.zip', 'w') as z:
    z.writestr('kit_in_zip/__init__.py', '')
    z.writestr('kit_in_zip/data.txt', sys.argv[1])
";
const DATABASE: &str = "import sqlite3, sys
c = sqlite3.connect('shop.db')
c.execute('create table if not exists t (v)')
c.execute('insert into t values (?)', sys.argv[1:])
c.commit()
";

const LINKS: &str = "import os, sys
for name in ('leads', 'resolved'):
    if os.path.lexists(name):
        os.unlink(name)
    os.symlink('data/end-' + sys.argv[1], name)
    open('data/end-' + sys.argv[1], 'w').close()
";
const BECOMES_A_LINK: &str = "import os, sys
if os.path.lexists('was_a_file'):
    os.unlink('was_a_file')
    os.symlink('same', 'was_a_link')
else:
    os.symlink('same', 'was_a_file')
open('same', 'w').close()
";
const CAN_BE_RUN: &str = "import os, sys
open('tool', 'a').close()
os.chmod('tool', 0o755 if sys.argv[1] == '2' else 0o644)
";
const BECOMES_A_FOLDER: &str = "import os, sys
os.makedirs('shelf', exist_ok=True)
if sys.argv[1] == '1':
    open('shelf/thing', 'w').close()
else:
    os.unlink('shelf/thing')
    os.mkdir('shelf/thing')
    open('shelf/thing/inside', 'w').close()
";

const KINDS: &[Kind] = &[
    Kind {
        module: "where_a_link_leads",
        source: "import os\nTARGET = os.readlink('leads')\n",
        files: &[("data/end", "")],
        change: Change::Made(LINKS),
    },
    Kind {
        module: "path_of_a_class_of_its_own",
        source: "class Path(str):\n    pass\n\n\nTEXT = open(Path('by_text.txt')).read()\n",
        files: &[("by_text.txt", "1")],
        change: Change::File("by_text.txt", "2"),
    },
    Kind {
        module: "bytes_of_a_class_of_their_own",
        source: "class Path(bytes):\n    pass\n\n\nTEXT = open(Path(b'by_bytes.txt')).read()\n",
        files: &[("by_bytes.txt", "1")],
        change: Change::File("by_bytes.txt", "2"),
    },
    Kind {
        module: "resolved_link",
        source: "import os\nTARGET = os.path.realpath('resolved')\n",
        files: &[],
        change: Change::Made(LINKS),
    },
    Kind {
        module: "whether_it_is_a_link",
        source: "import os\nLINKS = os.path.islink('was_a_file'), os.path.islink('was_a_link')\n",
        files: &[],
        change: Change::Made(BECOMES_A_LINK),
    },
    Kind {
        module: "whether_it_runs",
        source: "import os\nRUNS = os.access('tool', os.X_OK)\n",
        files: &[],
        change: Change::Made(CAN_BE_RUN),
    },
    Kind {
        module: "kinds_in_a_folder",
        source: "import os\nFOLDERS = [entry.name for entry in os.scandir('shelf') if entry.is_dir()]\n",
        files: &[],
        change: Change::Made(BECOMES_A_FOLDER),
    },
    Kind {
        module: "package_with_two_folders",
        source: "import two_folders\n",
        files: &[
            (
                "two_folders/__init__.py",
                "__path__.append('more')\ntry:\n    from . import optional\nexcept ImportError:\n    pass\n",
            ),
            ("more/other.py", ""),
        ],
        change: Change::File("more/optional.py", "VALUE = 2\n"),
    },
    Kind {
        module: "asked_a_finder",
        source: "import importlib.machinery as m\nFOUND = m.PathFinder.find_spec('later', ['kit'])\n",
        files: &[("kit/other.py", "")],
        change: Change::File("kit/later.py", ""),
    },
    Kind {
        module: "asked_the_finder_of_a_folder",
        source: "import pkgutil\nFOUND = pkgutil.get_importer('box').find_spec('later')\n",
        files: &[("box/other.py", "")],
        change: Change::File("box/later.py", ""),
    },
    Kind {
        module: "asked_a_loader",
        source: "from importlib.machinery import SourceFileLoader as S\nSIZE = S('thing', '').path_stats('data/thing')['size']\n",
        files: &[("data/thing", "1")],
        change: Change::File("data/thing", "22"),
    },
    Kind {
        module: "asked_a_loader_for_a_time",
        source: "from importlib.machinery import SourceFileLoader as S\ntry:\n    S('late', '').path_mtime('data/late')\nexcept OSError:\n    pass\n",
        files: &[],
        change: Change::File("data/late", ""),
    },
    Kind {
        module: "asked_for_an_archive",
        source: "import zipimport\ntry:\n    zipimport.zipimporter('data/late.zip/lib')\nexcept ImportError:\n    pass\n",
        files: &[],
        change: Change::File("data/late.zip", ""),
    },
    Kind {
        module: "attached_database",
        source: "import sqlite3\nc = sqlite3.connect(':memory:')\nc.execute(\"attach 'shop.db' as shop\")\nROWS = c.execute('select * from shop.t').fetchall()\nc.close()\n",
        files: &[],
        change: Change::Made(DATABASE),
    },
    Kind {
        module: "a_function_of_the_system",
        source: "import ctypes\nVALUE = ctypes.CDLL(None).getenv(b'SHOP_MODE')\n",
        files: &[],
        change: Change::Untold,
    },
    Kind {
        module: "asked_of_posix",
        source: "from posix import stat\ntry:\n    SIZE = stat('data/asked').st_size\nexcept OSError:\n    SIZE = None\n",
        files: &[("data/other", "")],
        change: Change::File("data/asked", ""),
    },
    Kind {
        module: "certificates",
        source: "import ssl\ntry:\n    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations('data/all.pem')\nexcept ssl.SSLError:\n    pass\n",
        files: &[("data/all.pem", "1")],
        change: Change::File("data/all.pem", "2"),
    },
    Kind {
        module: "certificate_of_its_own",
        source: "import ssl\ntry:\n    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain('data/own.pem', 'data/key.pem')\nexcept ssl.SSLError:\n    pass\n",
        files: &[("data/own.pem", "1"), ("data/key.pem", "1")],
        change: Change::File("data/key.pem", "2"),
    },
    Kind {
        module: "optional_fails",
        source: "try:\n    import inner_fails\nexcept ValueError:\n    pass\n",
        files: &[("inner_fails.py", "raise ValueError\n")],
        change: Change::File("inner_fails.py", "VALUE = 2\nraise ValueError\n"),
    },
    Kind {
        module: "optional_appears",
        source: "try:\n    import not_there_yet\nexcept Exception:\n    pass\n",
        files: &[],
        change: Change::File("not_there_yet.py", "raise ValueError\n"),
    },
    Kind {
        module: "by_location",
        source: "import importlib.util as u\ns = u.spec_from_file_location('dyn', 'data/dyn.py')\ns.loader.exec_module(u.module_from_spec(s))\n",
        files: &[("data/dyn.py", "VALUE = 1\n")],
        change: Change::File("data/dyn.py", "VALUE = 2\n"),
    },
    Kind {
        module: "taken_out",
        source: "import sys, popped\ndel sys.modules['popped']\n",
        files: &[("popped.py", "VALUE = 1\n")],
        change: Change::File("popped.py", "VALUE = 2\n"),
    },
    Kind {
        module: "package_data",
        source: "import pkgutil\nDATA = pkgutil.get_data('bag', 'n.txt')\n",
        files: &[("bag/__init__.py", ""), ("bag/n.txt", "1")],
        change: Change::File("bag/n.txt", "2"),
    },
    Kind {
        module: "run_by_path",
        source: "import runpy\nrunpy.run_path('data/script.py')\n",
        files: &[("data/script.py", "VALUE = 1\n")],
        change: Change::File("data/script.py", "VALUE = 2\n"),
    },
    Kind {
        module: "compiled_text",
        source: "with open('data/code.txt') as f:\n    exec(compile(f.read(), 'code', 'exec'))\n",
        files: &[("data/code.txt", "VALUE = 1\n")],
        change: Change::File("data/code.txt", "VALUE = 2\n"),
    },
    Kind {
        module: "line_of_source",
        source: "import linecache\nLINE = linecache.getline('data/lines.py', 1)\n",
        files: &[("data/lines.py", "VALUE = 1\n")],
        change: Change::File("data/lines.py", "VALUE = 2\n"),
    },
    Kind {
        module: "own_search_path",
        source: "import sys\nsys.path.insert(0, 'third')\ntry:\n    import of_third\nexcept ImportError:\n    pass\nsys.path.pop(0)\n",
        files: &[("third/other.py", "")],
        change: Change::File("third/of_third.py", "VALUE = 2\n"),
    },
    Kind {
        module: "in_archive",
        source: "import sys\nsys.path.insert(0, 'lib.zip')\nimport packed\n",
        files: &[],
        change: Change::Made(ARCHIVE),
    },
    Kind {
        module: "data_in_archive",
        source: "import pkgutil, sys\nsys.path.append('kit.zip')\nDATA = pkgutil.get_data('kit_in_zip', 'data.txt')\n",
        files: &[],
        change: Change::Made(ARCHIVED_DATA),
    },
    Kind {
        module: "database",
        source: "import sqlite3\nc = sqlite3.connect('shop.db')\nROWS = c.execute('select * from t').fetchall()\nc.close()\n",
        files: &[],
        change: Change::Made(DATABASE),
    },
    Kind {
        module: "database_left_open",
        source: "import sqlite3\nC = sqlite3.connect('shop.db')\nROWS = C.execute('select * from t').fetchall()\n",
        files: &[],
        change: Change::Made(DATABASE),
    },
    Kind {
        module: "mapped",
        source: "import mmap, os\nd = os.open('data/mapped', os.O_RDONLY)\nDATA = bytes(mmap.mmap(d, 0, prot=mmap.PROT_READ))\n",
        files: &[("data/mapped", "1")],
        change: Change::File("data/mapped", "2"),
    },
    Kind {
        module: "listed",
        source: "import glob\nNAMES = glob.glob('plugins/*')\n",
        files: &[("plugins/a", "")],
        change: Change::File("plugins/b", ""),
    },
    Kind {
        module: "looked_for",
        source: "import os\nON = os.path.exists('data/flag')\n",
        files: &[],
        change: Change::File("data/flag", ""),
    },
    Kind {
        module: "runs_a_script",
        source: "import subprocess, sys\nsubprocess.run([sys.executable, '-IS', 'data/child.py'])\n",
        files: &[("data/child.py", "VALUE = 1\n")],
        change: Change::Untold,
    },
    Kind {
        module: "below_an_opened_folder",
        source: "import os\nos.open('dyn.py', os.O_RDONLY, dir_fd=os.open('data', os.O_RDONLY))\n",
        files: &[],
        change: Change::Untold,
    },
    Kind {
        module: "a_shell_past_every_hook",
        source: "import ctypes\nctypes.CDLL(None).system(b'true')\n",
        files: &[],
        change: Change::Untold,
    },
    Kind {
        module: "a_library_that_does_not_load",
        source: "import ctypes\ntry:\n    ctypes.CDLL('data/library')\nexcept OSError:\n    pass\n",
        files: &[("data/library", "1")],
        change: Change::File("data/library", "2"),
    },
    Kind {
        module: "a_function_of_a_library",
        source: "import _ctypes, ctypes\nVALUE = ctypes.CDLL(getattr(_ctypes, '__file__', None)).getenv(b'SHOP_MODE')\n",
        files: &[],
        change: Change::Untold,
    },
    Kind {
        module: "below_an_opened_folder_by_posix",
        source: "from os import O_RDONLY\nfrom posix import open\nopen('dyn.py', O_RDONLY, dir_fd=open('data', O_RDONLY))\n",
        files: &[],
        change: Change::Untold,
    },
    Kind {
        module: "asked_below_an_opened_folder",
        source: "import os\nSIZE = os.stat('dyn.py', dir_fd=os.open('data', os.O_RDONLY)).st_size\n",
        files: &[],
        change: Change::Untold,
    },
    Kind {
        module: "a_device",
        source: "import os\nos.close(os.open('/dev/ptmx', os.O_RDWR | os.O_NOCTTY))\n",
        files: &[],
        change: Change::Untold,
    },
    Kind {
        module: "a_process_past_every_hook",
        source: "import os\nfrom multiprocessing.util import spawnv_passfds\nos.waitpid(spawnv_passfds(b'/bin/sh', [b'sh', b'data/child.sh'], ()), 0)\n",
        files: &[("data/child.sh", "true\n")],
        change: Change::Untold,
    },
    Kind {
        module: "a_process_that_is_left",
        source: "from multiprocessing.util import spawnv_passfds\nspawnv_passfds(b'/bin/sleep', [b'sleep', b'5'], ())\n",
        files: &[],
        change: Change::Untold,
    },
    Kind {
        module: "a_pipe",
        source: "import os\nif not os.path.exists('pipe'):\n    os.mkfifo('pipe')\nos.open('pipe', os.O_RDONLY | os.O_NONBLOCK)\n",
        files: &[],
        change: Change::Untold,
    },
];

fn make(project: &Project, program: &str, argument: &str) {
    let mut command = Command::new(python());
    command.args(["-c", program, argument]).current_dir(project.path("."));
    assert!(command.status().expect("a python").success());
}

fn project() -> Project {
    let tables = KINDS.iter().map(|kind| format!("[modules.{}]\n", kind.module));
    let project = Project::new(&tables.collect::<String>());
    for kind in KINDS {
        project.write(&format!("{}.py", kind.module), kind.source);
        for (path, text) in kind.files {
            project.write(path, text);
        }
        if let Change::Made(program) = kind.change {
            make(&project, program, "1");
        }
    }
    project
}

fn change(project: &Project) {
    for kind in KINDS {
        match kind.change {
            Change::File(path, text) => {
                project.write(path, text);
            }
            Change::Made(program) => make(project, program, "2"),
            Change::Untold => {}
        }
    }
}

/// The modules whose code is taken for what it was.
#[track_caller]
fn same_code(run: &Run) -> Vec<&'static str> {
    assert!(run.code < 2, "{}\n{}", run.stdout, run.stderr);
    let is_same = |kind: &&Kind| run.row(kind.module).decided_by == Some(ComparisonKind::SameClosure);
    KINDS.iter().filter(is_same).map(|kind| kind.module).collect()
}

fn told() -> Vec<&'static str> {
    let told = KINDS.iter().filter(|kind| !matches!(kind.change, Change::Untold));
    told.map(|kind| kind.module).collect()
}

#[test]
fn what_runs_and_leaves_no_module_is_measured_where_it_changed() {
    let project = project();
    project.record(&[]).expect_code(0);
    for reuse in ["files", "observed"] {
        let run = project.check(&["--samples", "1", "--reuse", reuse]);
        assert_eq!(same_code(&run), told(), "{reuse}");
    }
    change(&project);
    for reuse in ["files", "observed"] {
        let run = project.check(&["--samples", "1", "--reuse", reuse]);
        assert_eq!(same_code(&run), [""; 0], "{reuse}");
    }
}

/// Ways to read the variable `SHOP_MODE`, and of compiled code to read the time zone, certificates and the locale.
const READERS: [(&str, &str, &str, &str); 12] = [
    (
        "by_get",
        "import os\nVALUE = os.environ.get('SHOP_MODE')\n",
        "SHOP_MODE",
        "2",
    ),
    (
        "by_bytes",
        "import os\nVALUE = os.getenvb(b'SHOP_MODE')\n",
        "SHOP_MODE",
        "2",
    ),
    (
        "by_data",
        "import os\nVALUE = os.environ._data.get(b'SHOP_MODE')\n",
        "SHOP_MODE",
        "2",
    ),
    (
        "by_posix",
        "import posix\nVALUE = posix.environ.get(b'SHOP_MODE')\n",
        "SHOP_MODE",
        "2",
    ),
    ("by_all", "import os\nVALUE = repr(os.environ)\n", "SHOP_MODE", "2"),
    ("by_length", "import os\nVALUE = len(os.environ)\n", "SHOP_MODE", "2"),
    (
        "by_proc",
        "with open('/proc/self/environ') as f:\n    VALUE = f.read()\n",
        "SHOP_MODE",
        "2",
    ),
    (
        "by_time_zone",
        "import time\nVALUE = time.localtime(0)\n",
        "TZ",
        "Asia/Tokyo",
    ),
    (
        "by_formatted_time",
        "import time\nVALUE = time.strftime('%Z')\n",
        "TZ",
        "Asia/Tokyo",
    ),
    (
        "by_datetime",
        "import datetime\nVALUE = datetime.datetime(2020, 1, 1).astimezone()\n",
        "TZ",
        "Asia/Tokyo",
    ),
    (
        "by_certificates",
        "import ssl\nCONTEXT = ssl.create_default_context()\n",
        "SSL_CERT_FILE",
        "/nowhere/all.pem",
    ),
    (
        "by_locale",
        "import locale\nVALUE = locale.setlocale(locale.LC_ALL, '')\n",
        "LC_NUMERIC",
        "C.UTF-8",
    ),
];

#[cfg(target_os = "linux")]
#[test]
fn a_variable_is_seen_however_it_is_read() {
    let tables = READERS.iter().map(|(module, ..)| format!("[modules.{module}]\n"));
    let project = Project::new(&tables.collect::<String>());
    for (module, source, ..) in READERS {
        project.write(&format!("{module}.py"), source);
    }
    super::record(&project, python());
    assert_eq!(super::imported(&project, &[], &[]), [""; 0]);
    for (module, _, variable, value) in READERS {
        let looked_at = super::imported(&project, &[(variable, value)], &[]);
        assert!(looked_at.iter().any(|name| name == module), "{module}: {looked_at:?}");
    }
}

/// Shared memory is a file that no hook sees opened.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_compiled_code_leaves_open_is_seen() {
    let shared = tempfile::NamedTempFile::new_in("/dev/shm").expect("shared memory");
    fs::write(shared.path(), "1").expect("a file");
    let name = shared.path().file_name().expect("a name").to_string_lossy();
    let source = format!("import _posixshmem, os\nD = _posixshmem.shm_open('/{name}', os.O_RDONLY, mode=0o600)\n");
    let project = Project::of_module(&source, "").recorded();
    let is_reused = || project.check(&[]).row("measured").decided_by == Some(ComparisonKind::SameClosure);
    assert!(is_reused());
    fs::write(shared.path(), "2").expect("a file");
    assert!(!is_reused());
}

#[test]
fn it_is_measured_against_a_base_too() {
    let project = committed(project());
    let against = |words: &[&str]| project.check(&[&["--samples", "1", "--against", "HEAD"], words].concat());
    assert_eq!(same_code(&against(&[])), told());
    change(&project);
    for reuse in ["files", "observed"] {
        assert_eq!(same_code(&against(&["--reuse", reuse])), [""; 0], "{reuse}");
    }
    commit(&project);
    assert_eq!(same_code(&against(&[])), told());
}
