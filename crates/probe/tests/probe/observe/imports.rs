//! Which imports an observation sees, with which file and line, and what it makes of their cost.

use std::collections::BTreeSet;

use importgate_core::explain::graph::{ImportGraph, ImportStatement};
use importgate_core::observed::{Failure, ImportRequest, Look};

use crate::support::{Project, edge, observe, python, run};

#[test]
fn every_way_to_import_is_an_edge_with_file_and_line() {
    let project = Project::new(&[
        (
            "ways.py",
            "import importlib\nimport plain\nfrom pack import part\nfrom pack.named import value\n\
             importlib.import_module('dynamic')\n__import__('builtin')\n\
             class Body:\n    import inbody\ndef late():\n    import infunction\nlate()\nimport plain\n\
             import threading\ndef work():\n    import inthread\nthread = threading.Thread(target=work)\n\
             thread.start()\nthread.join()\n",
        ),
        ("plain.py", ""),
        ("pack/__init__.py", ""),
        ("pack/part.py", "from . import named\n"),
        ("pack/named.py", "value = 1\n"),
        ("dynamic.py", ""),
        ("builtin.py", ""),
        ("inbody.py", ""),
        ("infunction.py", ""),
        ("inthread.py", ""),
    ]);
    let observation = project.observe("ways");
    assert_eq!(observation.failure, None);
    for (imported, line) in [("pack.part", 3), ("dynamic", 5), ("builtin", 6), ("inbody", 8)] {
        let edge = edge(&observation, "ways", imported);
        assert_eq!(
            (edge.line, edge.loaded, edge.in_function),
            (line, true, false),
            "{imported}"
        );
        assert_eq!(edge.file.as_deref(), Some("ways.py"));
    }
    let late = edge(&observation, "ways", "infunction");
    assert!(late.in_function && late.loaded);
    assert_eq!(
        late.trigger
            .as_ref()
            .map(|trigger| (trigger.module.as_str(), trigger.line)),
        Some(("ways", 11))
    );
    let threaded = edge(&observation, "ways", "inthread");
    assert!(threaded.loaded && threaded.in_function);
    assert_eq!(threaded.trigger.as_ref().map(|trigger| trigger.line), Some(17));
    assert!(edge(&observation, "pack.part", "pack.named").loaded);
    let already = edge(&observation, "ways", "pack.named");
    assert_eq!((already.line, already.loaded), (4, false));
    let of_plain: Vec<_> = observation
        .edges
        .iter()
        .filter(|edge| edge.imported == "plain")
        .collect();
    assert_eq!(
        of_plain.iter().map(|edge| (edge.line, edge.loaded)).collect::<Vec<_>>(),
        [(2, true), (12, false)]
    );
}

#[test]
fn who_starts_a_thread_imports_what_it_is_told_to() {
    let project = Project::new(&[
        (
            "target.py",
            "from concurrent.futures import ThreadPoolExecutor\nimport pool, _thread, importlib, time, sys\n\
             pool.load('first')\n\
             with ThreadPoolExecutor(1) as own:\n    own.submit(importlib.import_module, 'second').result()\n\
             _thread.start_new_thread(importlib.import_module, ('third',))\n\
             while not hasattr(sys.modules.get('third'), 'done'):\n    time.sleep(0.001)\n",
        ),
        (
            "pool.py",
            "import importlib, threading\nfrom concurrent.futures import ThreadPoolExecutor\n\
             def load(name):\n    with ThreadPoolExecutor(1) as pool:\n\
             \x20       return list(pool.map(importlib.import_module, [name]))\n",
        ),
        ("first.py", "import below\n"),
        ("second.py", ""),
        ("third.py", "done = True\n"),
        ("below.py", ""),
    ]);
    let observation = project.observe("target");
    assert_eq!(observation.failure, None);
    let first = edge(&observation, "pool", "first");
    let trigger = first.trigger.as_ref().map(|trigger| (&*trigger.module, trigger.line));
    assert_eq!((first.line, trigger), (5, Some(("target", 3))));
    assert_eq!(edge(&observation, "target", "second").line, 5);
    assert_eq!(edge(&observation, "target", "third").line, 6);
    assert_eq!(edge(&observation, "first", "below").line, 1);
    let elsewhere = observation.elsewhere_ns;
    assert!(elsewhere > 0 && elsewhere <= observation.total_ns, "{elsewhere}");
}

#[test]
fn who_executes_a_text_imports_what_it_says() {
    let project = Project::new(&[
        (
            "target.py",
            "import made\nexec('import plain')\n\n\
             exec('def late():\\n    import infunction\\n')\nlate()\nmade.load('inother')\n",
        ),
        (
            "made.py",
            "def load(name):\n    exec(compile('import ' + name, '<made>', 'exec'), {})\n",
        ),
        ("plain.py", ""),
        ("infunction.py", ""),
        ("inother.py", ""),
    ]);
    let observation = project.observe("target");
    let importer = |importer, imported| {
        let edge = edge(&observation, importer, imported);
        let trigger = edge.trigger.as_ref().map(|trigger| trigger.line);
        (edge.file.as_deref(), edge.line, trigger)
    };
    assert_eq!(importer("target", "plain"), (Some("target.py"), 2, None));
    assert_eq!(importer("target", "infunction"), (Some("target.py"), 5, None));
    assert_eq!(importer("made", "inother"), (Some("made.py"), 2, Some(6)));
}

#[test]
fn an_extension_module_brings_in_the_packages_above_what_it_imports() {
    let project = Project::new(&[("target.py", "import _elementtree\n")]);
    let observation = project.observe("target");
    // It imports `xml.etree.ElementPath`, whose load begins before that of the packages.
    for package in ["xml", "xml.etree", "xml.etree.ElementPath"] {
        assert!(edge(&observation, "_elementtree", package).loaded, "{package}");
    }
}

#[test]
fn a_failed_optional_import_is_an_edge_that_loaded_nothing() {
    let project = Project::new(&[(
        "optional.py",
        "try:\n    import surely_not_installed\nexcept ImportError:\n    pass\n",
    )]);
    let observation = project.observe("optional");
    let missing = edge(&observation, "optional", "surely_not_installed");
    assert_eq!((missing.line, missing.loaded), (2, false));
    assert_eq!(observation.failure, None);
}

#[test]
fn the_module_set_is_what_the_import_added() {
    let project = Project::new(&[(
        "many.py",
        "import asyncio, email.message, unittest, xml.dom.minidom, sys, types\n\
         sys.modules['many.made'] = types.ModuleType('many.made')\nimport json\ndel sys.modules['json.scanner']\n",
    )]);
    let observation = project.observe("many");
    let found: BTreeSet<&str> = observation.modules.iter().map(|module| module.name.as_str()).collect();
    project.write(&[(
        "plainly.py",
        "import sys\nbefore = set(sys.modules)\nimport many\nprint('\\n'.join(set(sys.modules) - before))\n",
    )]);
    let script = project.root().join("plainly.py");
    let plainly = run(python(), &[script.to_str().expect("a path")]);
    assert_eq!(found, plainly.lines().collect::<BTreeSet<_>>());
    let own: u64 = observation.modules.iter().map(|module| module.own_ns).sum();
    let share = own as f64 / observation.total_ns as f64;
    assert!((0.95..1.05).contains(&share), "{share} of the time is attributed");
    let unexplained: Vec<_> = observation
        .modules
        .iter()
        .filter(|module| {
            !observation
                .edges
                .iter()
                .any(|edge| edge.loaded && edge.imported == module.name)
        })
        .collect();
    assert!(unexplained.is_empty(), "{unexplained:?}");
}

#[test]
fn what_other_threads_compute_meanwhile_blurs_nothing() {
    let project = Project::new(&[(
        "threaded.py",
        "import hashlib, threading\n\
         def work():\n    while not done:\n        hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 2000)\n\
         done = False\nthreads = [threading.Thread(target=work) for _ in range(3)]\n\
         for thread in threads:\n    thread.start()\n\
         import asyncio, email.message, unittest, xml.dom.minidom, http.client\ndone = True\n\
         for thread in threads:\n    thread.join()\n",
    )]);
    let observation = project.observe("threaded");
    assert_eq!(observation.failure, None);
    let own: u64 = observation.modules.iter().map(|module| module.own_ns).sum();
    let share = own as f64 / observation.total_ns as f64;
    assert!((0.95..1.05).contains(&share), "{share} of the time is attributed");
}

#[test]
fn preloaded_modules_are_not_part_of_what_is_observed() {
    let project = Project::new(&[("base.py", "import json\n"), ("top.py", "import base, json, csv\n")]);
    let imports = ["top".to_owned()];
    let preload = ["base".to_owned()];
    let request = ImportRequest {
        preload: &preload,
        imports: &imports,
        round: 0,
    };
    let observation = project
        .session(python())
        .observe(request, Look::Full)
        .expect("the process runs");
    let names: Vec<&str> = observation.modules.iter().map(|module| module.name.as_str()).collect();
    assert!(names.contains(&"csv") && names.contains(&"top"));
    assert!(!names.contains(&"json") && !names.contains(&"base"));
}

#[test]
fn a_cut_saves_what_a_lazy_import_saves() {
    let project = Project::new(&[
        ("app.py", "import left\nimport right\n"),
        ("left.py", "import xml.dom.minidom\nimport shared\n"),
        ("right.py", "import shared\n"),
        ("shared.py", "import decimal\n"),
    ]);
    let session = project.session(python());
    let whole = observe(&session, "app");
    let graph = ImportGraph::new(&whole);
    let statement = ImportStatement {
        importer: Some("left"),
        file: Some("left.py"),
        line: 1,
    };
    let saving = graph.saving(&statement);
    let promised: BTreeSet<String> = saving.modules.iter().map(|module| module.name.clone()).collect();
    project.write(&[("left.py", "import shared\n")]);
    let without: BTreeSet<String> = observe(&session, "app")
        .modules
        .into_iter()
        .map(|module| module.name)
        .collect();
    let saved: BTreeSet<String> = whole
        .modules
        .iter()
        .map(|module| module.name.clone())
        .filter(|name| !without.contains(name))
        .collect();
    assert_eq!(promised, saved);
    assert!(saved.contains("xml.dom.minidom") && !saved.contains("decimal"));
}

#[test]
fn a_circular_import_names_the_circle_and_keeps_the_edges() {
    let project = Project::new(&[
        ("first.py", "import second\nX = 1\n"),
        ("second.py", "from first import X\n"),
    ]);
    let observation = project.observe("first");
    let Some(Failure::Raised { cycle, .. }) = &observation.failure else {
        panic!("{:?}", observation.failure)
    };
    assert_eq!(cycle[..], ["first", "second"]);
    assert!(!edge(&observation, "first", "second").loaded);
}

/// The circle of a failed import, and what was asked for in vain: `module.name`.
fn examined(files: &[(&str, &str)], name: &str) -> (Vec<String>, Option<String>) {
    match Project::new(files).observe(name).failure {
        Some(Failure::Raised {
            cycle, absent, message, ..
        }) => {
            let guessed = message.contains("circular import");
            assert!(!guessed || !cycle.is_empty(), "{message}");
            (
                cycle.into_vec(),
                absent.map(|absent| format!("{}.{}", absent.module, absent.name)),
            )
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_name_that_is_nowhere_is_no_circle() {
    let nowhere = |files: &[(&str, &str)], absent: &str| {
        assert_eq!(
            examined(files, "lib"),
            (Vec::new(), Some(absent.to_owned())),
            "{files:?}"
        );
    };
    nowhere(
        &[("lib/__init__.py", "from lib import (\n    grammar,\n)\n")],
        "lib.grammar",
    );
    nowhere(
        &[
            ("lib/__init__.py", "from lib.parser import load\n"),
            ("lib/parser.py", "from . import (\n    _vendored,\n)\nload = 1\n"),
        ],
        "lib._vendored",
    );
    nowhere(
        &[
            ("lib.py", "import other\nfound = 1\n"),
            ("other.py", "import lib\nlib.lost\n"),
        ],
        "lib.lost",
    );
    nowhere(
        &[
            ("lib.py", "import other\ndef later():\n    lost = 1\n"),
            ("other.py", "from lib import lost\n"),
        ],
        "lib.lost",
    );
    nowhere(
        &[("lib.py", "from other import gone\n"), ("other.py", "")],
        "other.gone",
    );
    nowhere(
        &[
            ("lib/__init__.py", "import lib.parser\n"),
            ("lib/parser.py", "import lib.lost.deep\n"),
        ],
        "lib.lost",
    );
    nowhere(&[("lib.py", "import other.gone\n"), ("other.py", "")], "other.gone");
}

#[test]
fn a_module_below_a_namespace_is_missing_as_any_other() {
    let project = Project::new(&[("lib.py", "import space.gone\n"), ("space/part.py", "")]);
    let Some(Failure::Raised { missing, absent, .. }) = project.observe("lib").failure else {
        panic!("it fails")
    };
    assert_eq!((missing.as_deref(), absent), (Some("space.gone"), None));
}

#[test]
fn a_call_names_the_modules_that_it_goes_through() {
    let project = Project::new(&[
        (
            "app.py",
            "import plot\nimport figures\nfigures.draw()\nfrom importlib.metadata import entry_points\nlist(entry_points())\n",
        ),
        ("plot.py", "def load():\n    import backend\n"),
        ("figures.py", "import plot\n\ndef draw():\n    plot.load()\n"),
        ("backend.py", ""),
    ]);
    let observation = project.observe("app");
    assert_eq!(edge(&observation, "plot", "backend").through, ["plot", "figures"]);
    assert_eq!(edge(&observation, "app", "figures").through, [""; 0]);
}

#[test]
fn a_name_that_was_to_come_is_a_circle() {
    let circle = |files: &[(&str, &str)], expected: &[&str]| {
        let expected = expected.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(examined(files, "lib"), (expected, None), "{files:?}");
    };
    let asks = ("other.py", "from lib import late\n");
    for late in [
        "late = 1\n",
        "def late():\n    pass\n",
        "if True:\n    from os import sep as late\n",
        "from os.path import *\n",
        "globals()['late'] = 1\n",
    ] {
        circle(&[("lib.py", &format!("import other\n{late}")), asks], &["lib", "other"]);
    }
    circle(
        &[
            ("lib/__init__.py", "import other\nfrom lib import late\n"),
            ("lib/late.py", ""),
            ("other.py", "import lib\nlib.late\n"),
        ],
        &["lib", "other"],
    );
    // What is below a package is bound in it once its own body has run.
    circle(
        &[
            ("lib/__init__.py", "import lib.late\n"),
            ("lib/late.py", "import other\nvalue = 1\n"),
            ("other.py", "import lib.late\nlib.late.value\n"),
        ],
        &["lib.late", "other"],
    );
    // A function that is called while the module is imported asks it for what comes below the call.
    circle(
        &[
            ("lib.py", "import helper\nhelper.load()\nlate = 1\n"),
            ("helper.py", "def load():\n    from lib import late\n"),
        ],
        &["lib", "helper"],
    );
}

#[test]
fn a_circle_that_works_is_reported_with_its_lines() {
    let project = Project::new(&[
        ("shop/__init__.py", ""),
        ("shop/orders.py", "import json\nimport shop.customers\n"),
        ("shop/customers.py", "from shop import orders\n"),
    ]);
    let observation = project.observe("shop.orders");
    let cycles = ImportGraph::new(&observation).cycles();
    assert_eq!(cycles.len(), 1, "{cycles:?}");
    assert_eq!(cycles[0].modules, ["shop.customers", "shop.orders"]);
    let places: Vec<_> = cycles[0]
        .steps
        .iter()
        .filter_map(|step| step.place.as_ref())
        .map(ToString::to_string)
        .collect();
    assert_eq!(places, ["shop/customers.py:1", "shop/orders.py:2"]);
}
