//! Modules that want to pass for quick ones: whatever they change in the process that measures them, none of them passes.

use importgate_core::checks::{Code, Severity};

use super::support::{Project, found};

/// Six times its ceiling of processor time, by a clock that is read before anything is changed.
const BURN: &str = "import time as _t\n_read = _t.thread_time\n_end = _read() + 0.3\nwhile _read() < _end: pass\n";

/// What the probe would answer for a quick import.
const ANSWER: &str = r#"
import json as _j
_m = {"kind": "sample", "wall_ns": 1000000, "cpu_ns": 1000000, "queued_ns": 0, "calibration_ns": 50000,
      "sustained_calibration_ns": 50000, "memory_bytes": 4096, "peak_memory_bytes": 9000000,
      "voluntary_switches": 0, "modules": 1, "own": {"x": 900000}}
_b = _j.dumps(_m).encode()
_d = len(_b).to_bytes(8, "big") + _b
def _write_everywhere():
    import os
    for number in range(3, 300):
        try: os.write(number, _d)
        except OSError: pass
"#;

/// Has the function that sends the answer change it, found among all the objects of the process.
const CHANGE_ANSWER: &str = r#"
import gc, types
def _change(**figures):
    for function in gc.get_objects():
        if type(function) is types.FunctionType and function.__name__ == "_answer_with" and function.__closure__:
            cell = dict(zip(function.__code__.co_freevars, function.__closure__))["_tell"]
            def forged(message, real=cell.cell_contents):
                if message["kind"] == "sample": message.update(figures)
                real(message)
            cell.cell_contents = forged
"#;

/// Each with the name of its module; the ones above may come first.
const FORGERS: [(&str, &[&str], &str); 27] = [
    (
        "clocks_of_time",
        &[BURN],
        "import time\nfor n in ('thread_time_ns', 'perf_counter_ns', 'process_time_ns'): setattr(time, n, lambda: 0)",
    ),
    (
        "another_time",
        &[BURN],
        "import sys, types\nm = sys.modules['time'] = types.ModuleType('time')\nm.thread_time_ns = m.perf_counter_ns = lambda: 0",
    ),
    (
        "names_in_builtins",
        &[
            "import builtins\nbuiltins._thread_cpu_clock = builtins._wall_clock = lambda: 0\n",
            BURN,
        ],
        "",
    ),
    (
        "names_in_main",
        &[BURN],
        "import sys\nfor n in ('_send', '_tell', '_thread_cpu_clock'): setattr(sys.modules['__main__'], n, lambda *a: 0)",
    ),
    (
        "frames",
        &[BURN],
        "import sys\nf = sys._getframe()\nwhile f:\n    for n in ('_thread_cpu_clock', '_wall_clock'):\n        f.f_globals[n] = f.f_locals[n] = lambda: 0\n    f = f.f_back",
    ),
    (
        "builtins_of_frames",
        &[BURN],
        "import sys\nf = sys._getframe()\nwhile f:\n    b = f.f_globals['__builtins__']\n    (b if type(b) is dict else vars(b))['max'] = lambda *a: 1000000\n    f = f.f_back",
    ),
    (
        "cells",
        &[BURN],
        "import gc, types\nfor f in gc.get_objects():\n    if type(f) is types.FunctionType and f.__name__ == '_measure':\n        for n, c in zip(f.__code__.co_freevars, f.__closure__):\n            if n == '_thread_cpu_clock':\n                now = c.cell_contents() - 299000000\n                c.cell_contents = lambda: now",
    ),
    (
        "pace",
        &[BURN],
        "import gc\nfor o in gc.get_objects():\n    if type(o).__name__ == '_Pace': o.spent_cpu = 299000000",
    ),
    (
        "answer_changed",
        &[BURN, CHANGE_ANSWER],
        "_change(cpu_ns=1000000, wall_ns=1000000, own={})",
    ),
    (
        "sleep_unsaid",
        &[CHANGE_ANSWER],
        "import time\ntime.sleep(1.5)\n_change(cpu_ns=1000000, wall_ns=1000000, voluntary_switches=0, own={})",
    ),
    (
        "sleep_said_to_be_no_switch",
        &[CHANGE_ANSWER],
        "import time\ntime.sleep(1.5)\n_change(voluntary_switches=0, own={})",
    ),
    (
        "sleep_said_to_be_a_queue",
        &[CHANGE_ANSWER],
        "import time\ntime.sleep(1.5)\n_change(queued_ns=10**10, own={})",
    ),
    (
        "machine_said_to_be_slow",
        &[BURN, CHANGE_ANSWER],
        "_change(calibration_ns=10**6, sustained_calibration_ns=50000, own={})",
    ),
    (
        "machine_said_to_be_quick",
        &[BURN, CHANGE_ANSWER],
        "_change(sustained_calibration_ns=1, own={})",
    ),
    (
        "memory_unsaid",
        &[CHANGE_ANSWER],
        "kept = bytearray(600 << 20)\nfor i in range(0, len(kept), 4096): kept[i] = 1\n_change(memory_bytes=4096, peak_memory_bytes=9000000)",
    ),
    (
        "every_descriptor",
        &[ANSWER, BURN],
        "import os\n_write_everywhere()\nos._exit(0)",
    ),
    ("before_the_probe", &[ANSWER, BURN], "_write_everywhere()"),
    (
        "thread_first",
        &[ANSWER, BURN],
        "import os, threading\ndef work():\n    _write_everywhere()\n    os._exit(0)\nt = threading.Thread(target=work)\nt.start()\nt.join()",
    ),
    (
        "fork_answers",
        &[ANSWER, BURN],
        "import os\nif os.fork() == 0:\n    _write_everywhere()\n    os._exit(0)\nos.wait()",
    ),
    (
        "fork_goes_on",
        &[BURN],
        "import os, time\nif os.fork():\n    time.sleep(0.1)\n    os._exit(0)\nos.getpid = os.getppid",
    ),
    (
        "atexit_answers",
        &[ANSWER, BURN],
        "import atexit, sys\natexit.register(_write_everywhere)\nsys.exit(0)",
    ),
    (
        "file_answers",
        &[ANSWER, BURN],
        "import os\nfor w in open('/proc/self/cmdline').read().split('\\0'):\n    if w.startswith('answer='): open(w[7:], 'wb').write(_d)\nos._exit(0)",
    ),
    (
        "modules_replaced",
        &[BURN],
        "import json, sys, types\njson.dumps = lambda *a, **k: '{}'\nfor n in ('marshal', 'posix', 'gc', '_thread'): sys.modules[n] = types.ModuleType(n)",
    ),
    (
        "streams_replaced",
        &[
            "import io, sys\nsys.stdout = sys.stderr = sys.__stdout__ = io.StringIO()\n",
            BURN,
        ],
        "",
    ),
    (
        "descriptors_closed",
        &[BURN],
        "import ctypes\nfor n in range(3, 400): ctypes.CDLL(None).close(n)",
    ),
    (
        "traced",
        &[BURN],
        "import sys\ndef trace(frame, event, argument):\n    for n in ('cpu', 'imported', 'wall'):\n        if type(frame.f_locals.get(n)) is int: frame.f_locals[n] = 1000000\n    return trace\nsys.settrace(trace)\nsys.setprofile(lambda *a: trace(*a) and None)\nf = sys._getframe()\nwhile f:\n    f.f_trace = trace\n    f = f.f_back",
    ),
    (
        "other_probes",
        &[BURN],
        "import glob, os, tempfile\nfor folder in glob.glob(tempfile.gettempdir() + '/importgate-run-*'):\n    for name in os.listdir(folder):\n        if name.endswith(('.py', '.pyc')): open(os.path.join(folder, name), 'wb').close()",
    ),
];

#[test]
fn no_module_that_takes_six_times_its_ceiling_passes() {
    let mut budgets = "[measure]\ntimeout = \"60s\"\n".to_owned();
    let project = Project::new("");
    for (name, before, source) in FORGERS {
        budgets += &format!("[modules.{name}]\nmax-time = \"50ms\"\nmax-memory = \"64MB\"\n");
        project.write(&format!("{name}.py"), before.concat() + source + "\n");
    }
    project.write("budgets.toml", budgets);
    let run = project.check(&["--samples", "2"]).expect_code(1);
    for (name, ..) in FORGERS {
        let mut findings = run.report().findings.iter();
        // On a busy machine two samples may leave it open whether it is above its ceiling.
        let is_told = findings.any(|finding| finding.target == name && finding.severity > Severity::Note);
        assert!(is_told, "{name} passes: {}", run.stdout);
    }
    let implausible = |name: &str| found(&run).contains(&(Code::Implausible, name));
    for name in [
        "pace",
        "answer_changed",
        "sleep_unsaid",
        "sleep_said_to_be_no_switch",
        "sleep_said_to_be_a_queue",
        "machine_said_to_be_slow",
        "machine_said_to_be_quick",
        "memory_unsaid",
        "every_descriptor",
        "before_the_probe",
        "fork_answers",
    ] {
        assert!(
            implausible(name) || !cfg!(target_os = "linux"),
            "{name}: {}",
            run.stdout
        );
    }
}

#[test]
fn a_process_that_gives_up_what_it_has_is_measured_or_says_so() {
    for (source, code) in [
        (
            "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))\n",
            None,
        ),
        ("import os\nos.closerange(0, 4096)\n", None),
        (
            "import os, resource\nos.closerange(0, 4096)\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\n",
            Some(Code::ImportFailed),
        ),
    ] {
        let project = Project::of_module(source, "max-time = \"9s\"\n");
        let run = project
            .check(&["--samples", "2"])
            .expect_code(i32::from(code.is_some()));
        if let Some(code) = code {
            assert!(run.stdout.contains("closes the descriptors"), "{}", run.stdout);
            assert_eq!(found(&run)[0].0, code);
        }
    }
}

/// Has the function that makes JSON of an answer make something else of it.
const CHANGE_TEXT: &str = r#"
import gc, types
def _change_text(edit):
    for function in gc.get_objects():
        if type(function) is types.FunctionType and function.__name__ == "_tell" and function.__closure__:
            cell = dict(zip(function.__code__.co_freevars, function.__closure__))["_json"]
            cell.cell_contents = lambda message, real=cell.cell_contents: edit(real(message))
"#;

/// Answers that nobody can use, with what begins each; the code of the finding that they come to.
const NONSENSE: [(&str, &str, &str, Code); 15] = [
    ("negative", CHANGE_ANSWER, "_change(cpu_ns=-1)", Code::Implausible),
    ("endless", CHANGE_ANSWER, "_change(cpu_ns=2**64)", Code::Implausible),
    (
        "large",
        CHANGE_ANSWER,
        "_change(own={str(i): 2**60 for i in range(99)})",
        Code::Implausible,
    ),
    ("no_number", CHANGE_ANSWER, "_change(wall_ns='1')", Code::Implausible),
    (
        "not_a_number",
        CHANGE_TEXT,
        "_change_text(lambda t: t.replace(':0', ':NaN'))",
        Code::Implausible,
    ),
    (
        "infinite",
        CHANGE_TEXT,
        "_change_text(lambda t: t.replace(':0', ':1e999'))",
        Code::Implausible,
    ),
    (
        "no_json",
        CHANGE_TEXT,
        "_change_text(lambda t: t[:-1])",
        Code::Implausible,
    ),
    ("nothing", CHANGE_TEXT, "_change_text(lambda t: '')", Code::Implausible),
    (
        "a_list",
        CHANGE_TEXT,
        "_change_text(lambda t: '[' + t + ']')",
        Code::Implausible,
    ),
    (
        "deep",
        CHANGE_TEXT,
        "_change_text(lambda t: t[:-1] + ',\"x\":' + '[' * 9999 + ']' * 9999 + '}')",
        Code::Implausible,
    ),
    (
        "another_failure",
        CHANGE_TEXT,
        "_change_text(lambda t: '{\"kind\":\"starved\",\"waited_ms\":1}')",
        Code::Implausible,
    ),
    (
        "flood",
        CHANGE_TEXT,
        "_change_text(lambda t: t + ' ' * (65 << 20) if '\"kind\"' in t else t)",
        Code::ImportFailed,
    ),
    (
        "many_modules",
        "import sys\n",
        "sys.modules.update((str(i), sys) for i in range(400000))",
        Code::ImportFailed,
    ),
    (
        "a_long_name",
        "",
        "raise type('E' * 10**7, (Exception,), {})('x' * 10**7)",
        Code::ImportFailed,
    ),
    (
        "a_long_module",
        "import sys\n",
        "sys.modules['m' * 10**7] = sys",
        Code::Implausible,
    ),
];

#[test]
fn nonsense_is_a_finding_of_the_target_that_answers_it() {
    let mut budgets = "[measure]\ntimeout = \"60s\"\n[modules.honest]\n".to_owned();
    let project = Project::new("");
    project.write("honest.py", "");
    for (name, before, source, _) in NONSENSE {
        budgets += &format!("[modules.{name}]\n");
        project.write(&format!("{name}.py"), format!("{before}{source}\n"));
    }
    project.write("budgets.toml", budgets);
    let run = project.check(&["--samples", "1", "--no-reuse"]).expect_code(1);
    for (name, _, source, code) in NONSENSE {
        assert!(found(&run).contains(&(code, name)), "{source}: {}", run.stdout);
    }
    assert_eq!(run.row("honest").samples, 1);
    assert!(run.stdout.len() < 100_000 && project.read("report.json").len() < 1_000_000);
}

/// What it was given to answer by holds 64 MiB in the gate and a pipe at most, and what its stacks go to 4 MiB.
#[cfg(target_os = "linux")]
#[test]
fn no_import_fills_the_memory_of_the_machine_through_what_it_was_given() {
    let source = "import os\nleft = 256 << 20\nfor number in range(3, 300):\n    try:\n        os.set_blocking(number, False)\n        \
                  while left > 0:\n            left -= os.write(number, b'x' * 65536)\n    except OSError:\n        pass\n\
                  with open('left', 'a') as file:\n    print(left, file=file)\n";
    for set_up in ["", "setup = \"boot:prepare\"\n"] {
        let project = Project::new(&format!("[project]\n{set_up}[modules.app]\n[modules.other]\n"));
        project.write("boot.py", "def prepare():\n    pass\n");
        project.write("app.py", source);
        project.write("other.py", "");
        let run = project.check(&["--samples", "2"]).expect_code(1);
        assert!(found(&run).contains(&(Code::Implausible, "app")), "{}", run.stdout);
        let left = project.read("left");
        let left = left.lines().map(|line| line.parse::<u64>().expect("a number"));
        assert!(
            left.clone().count() > 0 && left.min() > Some(180 << 20),
            "{set_up}: {}",
            project.read("left")
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_import_that_stops_the_gate_does_not_stop_it_for_good() {
    let source = "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\n";
    let project = Project::of_module(source, "max-time = \"9s\"\n");
    // For the gate, time has passed in each sample of which the import does not speak, unless it waited for a processor meanwhile.
    let run = project.check(&["--samples", "2"]);
    let findings = found(&run);
    let is_known = |code| matches!(code, Code::Implausible | Code::NoBaseline | Code::Inconclusive);
    assert!(findings.iter().all(|&(code, _)| is_known(code)), "{}", run.stdout);
}
