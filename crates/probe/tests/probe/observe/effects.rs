//! What an import did besides importing, and that no misbehaviour of it spoils the observation.

use importgate_core::observed::{Effect, Failure, HookKind, Observation, Place};

use crate::support::{Project, python_version};

fn observe(source: &str) -> Observation {
    Project::new(&[("measured.py", source), ("data.txt", "data\n"), ("spare.py", "")]).observe("measured")
}

fn effects(observation: &Observation) -> Vec<(Effect, u32, &str)> {
    let line = |place: &Option<importgate_core::observed::Place>| place.as_ref().map_or(0, |place| place.line);
    observation
        .effects
        .iter()
        .map(|seen| (seen.effect, line(&seen.place), seen.detail.as_str()))
        .collect()
}

#[test]
fn effects_are_seen_with_the_line_of_the_measured_code() {
    let observation = observe(
        "import socket, subprocess, threading, os\n\
         subprocess.run(['true'])\n\
         try:\n    socket.create_connection(('127.0.0.1', 1), timeout=5)\nexcept OSError:\n    pass\n\
         thread = threading.Thread(target=print)\nthread.start()\nthread.join()\n\
         open('made.txt', 'w').close()\nos.remove('made.txt')\nopen('data.txt').close()\n",
    );
    let seen = effects(&observation);
    let has = |effect, line, detail: &str| {
        assert!(
            seen.iter()
                .any(|found| found.0 == effect && found.1 == line && found.2.contains(detail)),
            "{seen:?}"
        );
    };
    has(Effect::Subprocess, 2, "['true']");
    has(Effect::Network, 4, "127.0.0.1");
    has(Effect::Thread, 8, "print");
    has(Effect::Write, 10, "made.txt");
    has(Effect::Write, 11, "made.txt");
    assert_eq!(
        seen.iter().filter(|found| found.0 == Effect::Subprocess).count(),
        1,
        "{seen:?}"
    );
    assert!(
        observation
            .effects
            .iter()
            .all(|seen| seen.module.as_deref() == Some("measured"))
    );
    let read: Vec<_> = observation
        .files_read
        .iter()
        .map(|path| path.rsplit('/').next())
        .collect();
    assert!(
        read.contains(&Some("data.txt")) && !read.contains(&Some("made.txt")),
        "{read:?}"
    );
}

#[test]
fn importing_alone_has_no_effect() {
    let observation = observe("import json, email.message, decimal\n");
    assert_eq!((observation.effects, observation.files_read), (vec![], vec![]));
}

#[test]
fn a_warning_is_seen_where_it_points_even_when_it_is_filtered_out() {
    let observation = observe(
        "import warnings\ndef old():\n    warnings.warn('gone soon', DeprecationWarning, stacklevel=2)\nold()\n\
         with warnings.catch_warnings():\n    warnings.simplefilter('error')\n\
         \u{20}   try:\n        warnings.warn('an error')\n    except UserWarning:\n        handled = True\nassert handled\n",
    );
    assert_eq!(observation.failure, None);
    let seen: Vec<_> = observation
        .warnings
        .iter()
        .map(|seen| (seen.category.as_str(), seen.message.as_str()))
        .collect();
    assert_eq!(seen, [("DeprecationWarning", "gone soon")]);
    assert_eq!(
        observation.warnings[0]
            .place
            .as_ref()
            .map(ToString::to_string)
            .as_deref(),
        Some("measured.py:4")
    );
}

#[test]
fn a_block_is_seen_where_it_blocks() {
    let observation = observe("import json\nimport time\nx = 1\ntime.sleep(0.08)\nimport csv\n");
    // A slow disk may block it elsewhere as well, and for longer.
    let here = observation
        .blocked
        .iter()
        .find(|blocked| blocked.place.as_ref().is_some_and(|place| place.line == 4))
        .unwrap_or_else(|| panic!("{:?}", observation.blocked));
    assert_eq!(here.module, "measured");
    assert!(here.ns > 40_000_000, "{here:?}");
}

#[test]
fn a_block_inside_a_function_names_the_line_of_the_body_that_called_it() {
    let observation =
        observe("import time\ndef ask():\n    time.sleep(0.08)\nimport csv\nANSWER = ask()\nimport wave\n");
    let line = |place: &Option<Place>| place.as_ref().map(|place| place.line);
    let here = (observation.blocked.iter())
        .find(|blocked| line(&blocked.place) == Some(3))
        .unwrap_or_else(|| panic!("{:?}", observation.blocked));
    assert_eq!(line(&here.body), Some(5), "{here:?}");
}

#[test]
fn a_collection_that_code_asks_for_is_seen_where_it_does() {
    let observation =
        observe("from gc import collect\ndef settle():\n    collect()\nROWS = []\nsettle()\ncollect(1)\n");
    let line = |place: &Option<Place>| place.as_ref().map(|place| place.line);
    let seen: Vec<_> = (observation.collected.iter())
        .map(|asked| (asked.module.as_str(), line(&asked.place), line(&asked.body)))
        .collect();
    assert_eq!(seen, [("measured", Some(3), Some(5)), ("measured", Some(6), Some(6))]);
    let (asked, all) = (observation.collected[0].ns, observation.collections);
    assert!(all.times[2] >= 1 && asked > 0 && all.ns[2] > 0, "{asked} {all:?}");
}

#[test]
fn what_is_put_in_the_way_of_later_imports_is_seen_where_it_is_put() {
    let observation = observe(
        "import builtins, sys\nclass Finder:\n    def find_spec(self, *_):\n        return None\n\
         def install():\n    sys.meta_path.insert(0, Finder())\ninstall()\n\
         sys.path_hooks[:0] = [lambda entry: [][0]]\n\
         def asking(*given, plain=builtins.__import__, **named):\n    return plain(*given, **named)\n\
         builtins.__import__ = asking\nsys.setprofile(lambda *_: None)\n\
         sys.settrace(lambda *_: None)\nsys.settrace(None)\nsys.meta_path.append(Finder())\n\
         gone = Finder()\nsys.meta_path.insert(0, gone)\nsys.meta_path.remove(gone)\n",
    );
    assert_eq!(observation.failure, None);
    let line = |place: &Option<Place>| place.as_ref().map(|place| place.line);
    let seen: Vec<_> = (observation.hooks.iter())
        .map(|hook| (hook.kind, hook.module.as_str(), line(&hook.place), line(&hook.body)))
        .collect();
    let expected = [
        (HookKind::Finder, 6, 7),
        (HookKind::PathHook, 8, 8),
        (HookKind::Import, 11, 11),
        (HookKind::Profile, 12, 12),
    ];
    let expected = expected.map(|(kind, place, body)| (kind, "measured", Some(place), Some(body)));
    assert_eq!(seen, expected);
}

/// The hooks that are seen, with the lines that put them there.
fn hooks(observation: &Observation) -> Vec<(HookKind, &str, Option<u32>)> {
    (observation.hooks.iter())
        .map(|hook| {
            let lines = [&hook.place, &hook.body].map(|place| place.as_ref().map(|place| place.line));
            assert_eq!(lines[0], lines[1], "{hook:?}");
            (hook.kind, hook.module.as_str(), lines[0])
        })
        .collect()
}

#[test]
fn what_is_assigned_where_hooks_stand_is_seen_by_its_line() {
    let observation = observe(
        "import builtins, sys\nclass Finder:\n    def find_spec(self, *_):\n        return None\n\
         sys.meta_path = [Finder(), *sys.meta_path]\nimport wave\n\
         sys.path_hooks = sys.path_hooks + [Finder]\n\
         def asking(*given, plain=builtins.__import__, **named):\n    return plain(*given, **named)\n\
         builtins.__dict__['__import__'] = asking\n",
    );
    assert_eq!(observation.failure, None);
    let seen = [
        (HookKind::Finder, "measured", Some(5)),
        (HookKind::Import, "measured", Some(10)),
    ];
    assert_eq!(hooks(&observation), seen);
    for set in [
        "setattr(builtins, '__import__', asking)\n",
        "builtins.__dict__.update(__import__=asking)\n",
        "vars(builtins).update({'__import__': asking})\n",
    ] {
        let begins = "import builtins\nplain = builtins.__dict__['__import__']\ndef asking(*given, **named):\n    \
                      return plain(*given, **named)\n";
        let observation = observe(&format!("{begins}{set}"));
        assert_eq!(hooks(&observation), [(HookKind::Import, "measured", Some(5))], "{set}");
    }
    let all_anew =
        "import sys\nclass Through:\n    def __init__(self, inner):\n        self.find_spec = inner.find_spec\n";
    for (set, line) in [
        ("sys.meta_path[:] = map(Through, sys.meta_path)\n", Some(5)),
        ("sys.meta_path = [*map(Through, sys.meta_path)]\n", Some(5)),
        (
            "sys.meta_path = [*sys.meta_path]\nsys.meta_path = [*map(Through, sys.meta_path)]\n",
            Some(6),
        ),
        // Which of two it was is not known.
        (
            "vars(sys)['meta_path'] = [*sys.meta_path]\nvars(sys)['meta_path'] = [*map(Through, sys.meta_path)]\n",
            None,
        ),
    ] {
        let observation = observe(&format!("{all_anew}{set}"));
        let hooks = hooks(&observation);
        assert!(!hooks.is_empty(), "{set}");
        for hook in hooks {
            assert_eq!(hook, (HookKind::Finder, "measured", line), "{set}");
        }
    }
}

#[test]
fn what_a_function_of_another_module_assigns_is_that_of_the_line_that_calls_it() {
    let hooks = "import sys\nclass Finder:\n    def find_spec(self, *_):\n        return None\n\
                 def install():\n    sys.meta_path = [Finder(), *sys.meta_path]\n";
    let files = [
        ("measured.py", "import spare\n\nspare.install()\n"),
        ("spare.py", hooks),
    ];
    let observation = Project::new(&files).observe("measured");
    let line = |place: &Option<Place>| place.as_ref().map(|place| place.line);
    let seen = observation
        .hooks
        .iter()
        .map(|hook| (hook.module.as_str(), line(&hook.place), line(&hook.body)));
    assert_eq!(seen.collect::<Vec<_>>(), [("measured", Some(6), Some(3))]);
}

#[test]
fn a_tool_that_monitors_is_seen_where_it_is_given_its_callback() {
    let begins = "import sys\nmonitoring = getattr(sys, 'monitoring', None)\nif monitoring:\n    \
                  monitoring.use_tool_id(3, 'tool')\n    \
                  monitoring.register_callback(3, monitoring.events.PY_START, lambda *_: None)\n    \
                  monitoring.set_events(3, monitoring.events.PY_START)\n";
    let observation = observe(begins);
    let ends = "    monitoring.set_events(3, 0)\n    monitoring.free_tool_id(3)\n";
    let expected = [(HookKind::Monitoring, "measured", Some(5))];
    let there_is = usize::from(python_version() >= (3, 12));
    assert_eq!(hooks(&observation), expected[..there_is]);
    assert_eq!(hooks(&observe(&format!("{begins}{ends}"))), []);
}

#[test]
fn a_compiler_warning_names_the_source_line() {
    let observation = observe("x = 1\ny = x is 1000\n");
    let place = observation.warnings[0].place.as_ref().map(ToString::to_string);
    assert_eq!(place.as_deref(), Some("measured.py:2"), "{:?}", observation.warnings);
}

#[test]
fn a_failed_import_tells_why_and_what_was_seen_until_then() {
    let observation = observe("import subprocess\nsubprocess.run(['true'])\nimport surely_not_installed\n");
    let Some(Failure::Raised { missing, stack, .. }) = &observation.failure else {
        panic!("{:?}", observation.failure)
    };
    assert_eq!(missing.as_deref(), Some("surely_not_installed"));
    assert_eq!(stack.last().map(|frame| frame.line), Some(3));
    assert_eq!(effects(&observation).len(), 1);
    assert!(matches!(
        observe("import sys\nsys.exit(3)\n").failure,
        Some(Failure::Exited { code: 3, .. })
    ));
    assert!(matches!(
        observe("import os\nos._exit(4)\n").failure,
        Some(Failure::Exited { code: 4, .. })
    ));
}

#[test]
fn nothing_that_measured_code_replaces_spoils_the_observation() {
    let hostile = [
        "import os\nos.closerange(0, 65536)\nkept = [open('/dev/null') for _ in range(200)]\nimport spare\n",
        "import os\nif os.fork() == 0:\n    raise SystemExit(9)\nos.wait()\nimport spare\n",
        "import os\nos.chdir('/')\nimport spare\n",
        "import builtins, time, sys, posix\nreal = builtins.__import__\nbuiltins.__import__ = lambda *a, **k: real(*a, **k)\n\
         time.perf_counter_ns = time.thread_time_ns = sys._getframe = posix.getpid = None\n\
         builtins.vars = builtins.open = None\nimport spare\n",
        "import sys\nprint('::error::' * 100000)\nsys.stdout.close()\nsys.stderr.close()\nimport spare\n",
        "import sys\nclass Odd:\n    def __getattr__(self, name):\n        raise RuntimeError(name)\n\
         sys.modules[7] = Odd()\nsys.modules['odd'] = Odd()\nimport spare\n",
        "import sys, warnings\nwarnings.filters.clear()\nsys.setrecursionlimit(150)\nimport spare\n",
    ];
    for source in hostile {
        let observation = observe(source);
        assert_eq!(observation.failure, None, "{source}");
        assert!(
            observation.modules.iter().any(|module| module.name == "spare"),
            "{source}"
        );
    }
}
