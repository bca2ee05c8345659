//! Measured code is hostile by accident. Whatever it does, a sample comes back or a failure that says what happened.

use std::fs;
use std::time::Duration;

use importgate_core::observed::{Failure, Frame, ImportRequest, Look, Sample};

use crate::support::{GENEROUS, Project, python, run};

/// Imports a module of this source.
fn import(source: &str, limit: Duration) -> Result<Sample, Failure> {
    let project = Project::new(&[("measured.py", source)]);
    sample(&project, limit)
}

fn sample(project: &Project, limit: Duration) -> Result<Sample, Failure> {
    let imports = ["measured".to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 0,
    };
    let session = project.session_within(limit, python());
    session.sample(request).expect("the process runs")
}

fn survives(source: &str) -> Sample {
    import(source, GENEROUS).unwrap_or_else(|failure| panic!("it should have been measured: {failure:?}"))
}

fn fails(source: &str) -> Failure {
    import(source, GENEROUS).expect_err("it should have failed")
}

#[test]
fn a_quiet_module_is_measured() {
    let sample = survives("import json.decoder\nvalue = 1\n");
    assert!(sample.cpu_ns > 0 && sample.wall_ns > 0 && sample.peak_memory_bytes > 1_000_000);
    assert!(sample.calibration_ns > 0);
    assert!(sample.own.iter().any(|own| &*own.module == "measured"));
}

#[test]
fn megabytes_on_both_streams_do_not_block_it() {
    survives("import sys\nsys.stdout.write('x' * 20_000_000)\nsys.stderr.write('::error::' + 'y' * 20_000_000)\n");
}

#[test]
fn exits_are_told_from_crashes() {
    assert!(matches!(fails("import sys\nsys.exit(7)\n"), Failure::Exited { code: 7, stack } if stack.len() == 1));
    assert!(matches!(fails("raise SystemExit\n"), Failure::Exited { code: 0, .. }));
    assert!(matches!(
        fails("import os\nos._exit(9)\n"),
        Failure::Exited { code: 9, .. }
    ));
    assert!(matches!(
        fails("import os\nos._exit(0)\n"),
        Failure::Exited { code: 0, .. }
    ));
    assert!(matches!(
        fails("import os\nos.kill(os.getpid(), 9)\n"),
        Failure::Crashed { signal: 9, .. }
    ));
}

#[test]
fn a_segmentation_fault_shows_its_line() {
    let Failure::Crashed { signal: 11, stack, .. } =
        fails("import os, signal\n\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    else {
        panic!("a crash was expected");
    };
    assert_eq!(stack.last().map(|frame| frame.line), Some(3));
}

#[test]
fn whatever_it_raises_is_reported_with_its_line() {
    for (source, name) in [
        ("\nraise ValueError('no \\x1b[31m')\n", "ValueError"),
        ("\nraise KeyboardInterrupt\n", "KeyboardInterrupt"),
        ("class Own(BaseException): pass\nraise Own()\n", "Own"),
        (
            "class Bad(Exception):\n  def __str__(self): raise KeyError\n\nraise Bad\n",
            "Bad",
        ),
    ] {
        let Failure::Raised { exception, stack, .. } = fails(source) else {
            panic!("{name} was expected")
        };
        assert_eq!(exception, name);
        assert!(
            stack.last().is_some_and(|frame| frame.file.ends_with("measured.py")),
            "{stack:?}"
        );
    }
}

#[test]
fn a_missing_module_and_a_circle_are_recognised() {
    assert!(
        matches!(fails("import not_there.at_all\n"), Failure::Raised { missing: Some(name), .. } if &*name == "not_there")
    );
    let project = Project::new(&[
        ("measured.py", "import first\n"),
        ("first.py", "from second import b\na = 1\n"),
        ("second.py", "from first import a\nb = 1\n"),
    ]);
    let Failure::Raised { cycle, .. } = sample(&project, GENEROUS).expect_err("a circle") else {
        panic!("a circle")
    };
    assert_eq!(cycle[..], ["first", "second"]);
}

#[test]
fn patched_builtins_and_clocks_do_not_reach_the_probe() {
    survives(
        "import builtins, time, os, sys\n\
         def nothing(*a, **k): raise RuntimeError('patched')\n\
         for name in ('perf_counter_ns', 'process_time_ns', 'thread_time_ns'): setattr(time, name, nothing)\n\
         for name in ('write', 'open', 'read', 'fstat', 'getpid'): setattr(os, name, nothing)\n\
         builtins.__import__ = nothing\nbuiltins.open = nothing\nsys.stdout = None\n",
    );
}

#[test]
fn closed_descriptors_and_another_directory_do_not_lose_the_answer() {
    survives("import os\nos.closerange(0, 1024)\n");
    survives("import os\nos.closerange(3, 1024)\nkept = [open(os.devnull) for _ in range(300)]\n");
    survives("import os\nos.chdir('/')\n");
}

#[test]
fn threads_and_children_left_behind_do_not_hold_it_up() {
    survives("import threading, time\nthreading.Thread(target=time.sleep, args=(600,)).start()\n");
    survives("import subprocess\nsubprocess.Popen(['sleep', '600'])\n");
    survives("import os\nif os.fork() == 0:\n    import time\n    time.sleep(600)\n");
    // A forked child that comes back from the import has no answer of its own to give.
    survives("import os\nchild = os.fork()\nif child: os.waitpid(child, 0)\n");
}

/// The stack of an import that hangs, once it has come to where it does.
fn stack_of_hang(source: &str, has_arrived: impl Fn(&[Frame]) -> bool) -> Vec<Frame> {
    let mut limit = Duration::from_secs(2);
    loop {
        let Failure::Hung { limit_ms, stack, .. } = import(source, limit).expect_err("a hang") else {
            panic!("a hang was expected");
        };
        assert_eq!(u128::from(limit_ms), limit.as_millis());
        if has_arrived(&stack) {
            return stack;
        }
        // A machine that stalls may not have come to the line that hangs.
        limit *= 2;
        assert!(limit < GENEROUS, "{stack:?}");
    }
}

#[test]
fn a_hang_ends_at_the_time_limit_and_shows_where() {
    for source in [
        "import time\n\ntime.sleep(600)\n",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass\n",
    ] {
        stack_of_hang(source, |stack| stack.last().is_some_and(|frame| frame.line == 3));
    }
}

#[test]
fn a_hang_shows_its_outermost_lines_however_deep_it_is() {
    let source = "import time\ndef descend(n):\n    return descend(n - 1) if n else time.sleep(600)\ndescend(300)\n";
    let stack = stack_of_hang(source, |stack| stack.last().is_some_and(|frame| frame.line == 3));
    assert!(stack[0].is_module_level() && stack[0].line == 4, "{:?}", stack[0]);
    assert_eq!(stack.len(), 302);
}

#[test]
fn the_probe_adds_no_module_of_its_own() {
    let project = Project::new(&[(
        "measured.py",
        "import sys\nwith open('seen', 'w') as seen:\n    seen.write('\\n'.join(sorted(sys.modules)))\n",
    )]);
    let path = project.root().join("seen");
    let seen = || {
        let text = fs::read_to_string(&path).expect("the names of the modules");
        fs::remove_file(&path).expect("it is there");
        text
    };
    project.write(&[(
        "plain.py",
        "import os\nos.chdir(os.path.dirname(__file__))\nimport measured\n",
    )]);
    let plain = project.root().join("plain.py");
    run(python(), &[plain.to_str().expect("a path")]);
    let bare = seen();
    let session = project.session(python());
    let imports = ["measured".to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 0,
    };
    let sample = session.sample(request).expect("it runs").expect("it is measured");
    assert_eq!(sample.modules, 1);
    assert_eq!(seen(), bare, "with the probe");
    session
        .sample_deferring(request, None)
        .expect("it runs")
        .expect("it is measured");
    assert_eq!(seen(), bare, "with deferred statements");
    session
        .sample_without(request, &[], &[])
        .expect("it runs")
        .expect("it is measured");
    assert_eq!(seen(), bare, "with statements left out");
    for look in [Look::Full, Look::Light] {
        session.observe(request, look).expect("it runs");
        assert_eq!(seen(), bare, "with the observation {look:?}");
    }
    session.lines(request, &["measured"]).expect("it runs");
    assert_eq!(seen(), bare, "with the observation of lines");
}

#[test]
fn a_call_costs_the_same_at_every_depth() {
    // Where frames lie in chunks, a loop that calls across the end of one maps and unmaps a page at each turn. The frame of
    // `leaf` is larger than that of `call`: the end is met at some depth.
    survives(
        "import resource\n\ndef leaf():\n    return None\n    a = b = c = d = e = f = g = h = i = j = k = l = m = n = o = p = 0\n\ndef faults():\n    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n\n\
         def call(depth):\n    if depth:\n        return call(depth - 1)\n    before = faults()\n\
         \x20   for _ in range(5000): leaf()\n    return faults() - before\n\n\
         worst = max(call(depth) for depth in range(300))\nassert worst < 1000, worst\n",
    );
}

#[test]
fn what_other_threads_compute_meanwhile_takes_no_time_of_the_import() {
    // The thread works without the interpreter's lock, as those of numeric libraries do, until it is told to end.
    let sample = survives(
        "import hashlib, threading\n\ndef work(times):\n    for _ in range(times):\n\
         \x20       hashlib.pbkdf2_hmac('sha256', b'word', b'salt', 20_000)\n\n\
         beside = threading.Thread(target=work, args=(1000,), daemon=True)\nbeside.start()\nwork(20)\n\
         assert beside.is_alive()\n",
    );
    let own: u64 = sample.own.iter().map(|own| own.cpu_ns).sum();
    let difference = own.abs_diff(sample.cpu_ns) as f64;
    assert!(
        difference < 0.05 * sample.cpu_ns as f64,
        "the modules took {own} ns of {} ns",
        sample.cpu_ns
    );
}

#[test]
fn what_watches_an_import_makes_the_machine_no_slower() {
    let imports = "import csv, email.message, http.client, logging.config, unittest, wave, xml.dom.minidom\n";
    let plain = survives(imports);
    let monitoring = "monitoring = getattr(sys, 'monitoring', None)\nif monitoring:\n    \
                      monitoring.use_tool_id(3, 'tool')\n    \
                      monitoring.register_callback(3, monitoring.events.LINE, busy)\n    \
                      monitoring.set_events(3, monitoring.events.LINE)\n";
    // Of what a calibration does, an audit hook is called for two things, the others for hundreds.
    for (steps, watch) in [
        (100, "sys.settrace(busy)\n"),
        (100, "sys.setprofile(busy)\n"),
        (100, monitoring),
        (10_000, "sys.addaudithook(busy)\n"),
    ] {
        let busy = format!(
            "import sys\ndef busy(*_):\n    for step in range({steps}):\n        step * step\n    return busy\n"
        );
        let watched = survives(&format!("{busy}{watch}{imports}"));
        let (watched, plain) = (watched.calibration_ns, plain.calibration_ns);
        assert!(watched < 2 * plain, "{watch}: {watched} {plain}");
    }
}
