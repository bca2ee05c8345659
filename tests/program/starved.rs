//! Runs that have too little of something: open files, processes, memory, stack, room on the disk, time, a locale that knows the names, a clock
//! that only goes on. Each ends with what is true of the imports, or says what was lacking, where and how to have more of it, with exit
//! code 3. None panics, passes what it did not measure, or damages a baseline.

use std::fs::{self, File, FileTimes};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use importgate_core::checks::{Code, Verdict};
use importgate_core::stats::ComparisonKind;

use super::support::{Project, Run, python};

const PROGRAM: &str = env!("CARGO_BIN_EXE_importgate");

/// How a starved run ended, and all that it printed.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    text: String,
}

impl Ended {
    /// Runs a line of a shell in a project to its end. What it could not remove from the folder for temporary files is removed.
    fn of(project: &Project, line: &str) -> Self {
        let mut command = project.command(&[]);
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", line])
            .current_dir(project.path("."))
            .stdin(Stdio::null());
        for (name, value) in command.env("RUST_BACKTRACE", "0").get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let output = shell.output().expect("a shell");
        for left in fs::read_dir(project.temporary()).expect("a folder").flatten() {
            fs::remove_dir_all(left.path()).expect("it can be removed");
        }
        let text = [output.stdout, output.stderr].concat();
        Self {
            code: output.status.code(),
            text: String::from_utf8_lossy(&text).into_owned(),
        }
    }

    /// True where it was measured after all; else it has to say what was lacking, by one of these words.
    #[track_caller]
    fn is_measured_or_says(&self, lacking: &[&str]) -> bool {
        assert!(!self.text.contains("panicked"), "{self:?}");
        match self.code {
            Some(0 | 1) => true,
            Some(3) if lacking.iter().any(|words| self.text.contains(words)) => false,
            _ => panic!("{self:?}"),
        }
    }
}

/// A project of two modules, recorded, so that there is a baseline to damage. One of them has changed since.
fn project() -> Project {
    let project = Project::new("[modules.one]\nmax-time = \"9s\"\n[modules.two]\n");
    project.write("one.py", "import json\n").write("two.py", "import csv\n");
    let project = project.recorded();
    project.write("two.py", "import csv, json\n");
    project
}

/// Tries `check` and `record` with each of some limits, of which the first lets nothing be measured and the last everything. A baseline is
/// as it was, or whole.
fn try_limits(limited: impl Fn(u64, &str) -> String, limits: &[u64], lacking: &[&str]) {
    let project = project();
    let before = project.read("budgets.baseline.json");
    for words in ["check --samples 1", "record --samples 1"] {
        let mut measured = Vec::new();
        for &limit in limits {
            let ended = Ended::of(&project, &limited(limit, &format!("{PROGRAM} {words} --color never")));
            measured.push(ended.is_measured_or_says(lacking));
            if ended.code == Some(3) || words.starts_with("check") {
                assert_eq!(
                    project.read("budgets.baseline.json"),
                    before,
                    "{words}, {limit}: {ended:?}"
                );
            }
            project.write("budgets.baseline.json", &before);
        }
        let ends = (measured.first().copied(), measured.last().copied());
        assert_eq!(ends, (Some(false), Some(true)), "{words}: {measured:?}");
    }
}

#[test]
fn too_few_open_files_are_named_with_the_limit() {
    let limited = |limit, command: &str| format!("ulimit -n {limit}; exec {command}");
    let limits: Vec<u64> = (4..40).step_by(3).chain([64, 1024]).collect();
    try_limits(limited, &limits, &["raise the limit (`ulimit -n`)"]);
}

/// The least memory with which the program itself can be loaded, in KiB, which is no more than its debug information makes it.
fn least_memory(project: &Project) -> u64 {
    let is_loaded = |limit: &u64| {
        let line = format!("ulimit -v {limit}; exec {PROGRAM} --version");
        Ended::of(project, &line).code == Some(0)
    };
    let mut limits = (10_000..1_000_000).step_by(5_000);
    limits.find(is_loaded).expect("it can be loaded")
}

#[cfg(target_os = "linux")]
#[test]
fn too_little_memory_ends_it_with_a_word_on_memory() {
    let least = least_memory(&Project::of_module("", ""));
    let limits: Vec<u64> = [0, 2_000, 5_000, 10_000, 15_000, 4_000_000]
        .map(|more| least + more)
        .to_vec();
    let limited = |limit, command: &str| format!("ulimit -v {limit}; exec {command}");
    let project = project();
    let before = project.read("budgets.baseline.json");
    for words in ["check", "record"] {
        for &limit in &limits {
            let ended = Ended::of(&project, &limited(limit, &format!("{PROGRAM} {words} --samples 1")));
            // An interpreter that cannot be loaded says so itself, and an import may lack memory too.
            let says = ["memory", "Memory", "could not start", "shared libraries"];
            if ended.code != Some(1) {
                ended.is_measured_or_says(&says);
            }
            if ended.code == Some(3) {
                assert_eq!(project.read("budgets.baseline.json"), before, "{ended:?}");
            }
            project.write("budgets.baseline.json", &before);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_small_stack_is_the_interpreters_trouble_alone() {
    let project = project();
    let before = project.read("budgets.baseline.json");
    for limit in [64, 96, 128, 256, 8192] {
        let with_limit = |words: &str| Ended::of(&project, &format!("ulimit -s {limit}; exec {PROGRAM} {words}"));
        for words in ["--help", "schema budgets", "help allow"] {
            let ended = with_limit(words);
            assert_eq!(ended.code, Some(0), "{limit}: {words}: {ended:?}");
        }
        for words in ["check", "record"] {
            let ended = with_limit(&format!("{words} --samples 1"));
            let is_measured = ended.is_measured_or_says(&["raise the limit, `ulimit -s`"]);
            assert!(is_measured || limit < 1024, "{ended:?}");
            if ended.code == Some(3) {
                assert_eq!(project.read("budgets.baseline.json"), before, "{ended:?}");
            }
            project.write("budgets.baseline.json", &before);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_start_that_reaches_a_limit_of_processor_time_names_it() {
    let project = Project::of_module("", "");
    project.write("start/sitecustomize.py", "while True:\n    pass\n");
    for (limit, said) in [
        ("-t", "signal 9 at the limit of processor time: raise it, `ulimit -t 1`"),
        (
            "-S -t",
            "signal 24 at the limit of processor time: raise it, `ulimit -t`",
        ),
    ] {
        let line = format!("ulimit {limit} 1; PYTHONPATH=$PWD/start exec {PROGRAM} check");
        let ended = Ended::of(&project, &line);
        assert!(!ended.is_measured_or_says(&[said]), "{ended:?}");
    }
}

/// strace refuses each further process or thread in the place of a limit, which root does not have and which counts all processes of a user.
#[cfg(target_os = "linux")]
#[test]
fn too_few_processes_are_named_with_the_limit() {
    let has_strace = Command::new("strace").arg("-V").stdout(Stdio::null()).status();
    if has_strace.is_err() {
        println!("skipped: there is no strace to refuse processes");
        return;
    }
    let refused = |number: u64, command: &str| {
        let calls = "clone,?clone3,?fork,?vfork";
        format!(
            "exec strace -f -qq -o /dev/null -e trace={calls} -e inject={calls}:error=EAGAIN:when={number}+ {command}"
        )
    };
    let limits: Vec<u64> = (1..10).chain([100_000]).collect();
    try_limits(refused, &limits, &["raise the limit (`ulimit -u`"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_with_the_place() {
    let in_a_small_one = |kilobytes: u64, command: &str| {
        format!(
            "exec unshare --map-root-user --mount sh -c 'mkdir -p small && mount -t tmpfs -o size={kilobytes}k none small && \
             TMPDIR=$PWD/small exec {command}'"
        )
    };
    let can_mount = Ended::of(&Project::of_module("", ""), &in_a_small_one(100, "true"));
    if can_mount.code != Some(0) {
        println!("skipped: no folder of a limited size can be made: {}", can_mount.text);
        return;
    }
    let limits: Vec<u64> = (8..600).step_by(74).chain([10_000]).collect();
    try_limits(in_a_small_one, &limits, &["TMPDIR"]);
    for folder in ["/dev/null", "/nowhere/at/all"] {
        let ended = Ended::of(&project(), &format!("TMPDIR={folder} exec {PROGRAM} check"));
        assert!(!ended.is_measured_or_says(&["TMPDIR names the folder for temporary files"]));
        assert!(ended.text.contains(folder), "{ended:?}");
    }
    let ended = Ended::of(&project(), &format!("TMPDIR= exec {PROGRAM} check --samples 1"));
    assert!(ended.is_measured_or_says(&[]));
}

#[test]
fn what_there_was_no_time_for_does_not_pass() {
    let project = Project::new("[modules.one]\nmax-time = \"9s\"\n[modules.two]\n");
    project.write("one.py", "import json\n").write("two.py", "import csv\n");
    let run = project.check(&["--time-limit", "1ms", "--verbose"]).expect_code(0);
    assert_eq!(run.report().verdict, Verdict::Inconclusive);
    for target in ["one", "two"] {
        let row = run.row(target);
        assert_eq!((row.samples, row.modules, row.time_ms), (0, None, None));
    }
    assert!(run.stdout.contains("the time limit was reached"), "{}", run.stdout);
    assert!(!run.stdout.contains("imports that work"), "{}", run.stdout);

    let run = project.run(&["record", "--time-limit", "1ms"]).expect_code(3);
    assert!(
        run.stderr.contains("the time limit was reached before one, two"),
        "{}",
        run.stderr
    );
    assert!(!run.stdout.contains("wrote"), "{}", run.stdout);
    assert!(!project.path("budgets.baseline.json").exists());
    let project = project.recorded();
    let before = project.read("budgets.baseline.json");
    project.write("two.py", "import csv, json\n");
    project.run(&["record", "--time-limit", "1ms"]).expect_code(3);
    assert_eq!(project.read("budgets.baseline.json"), before);
}

/// Locales with and without names beyond ASCII, and one that is not there.
const LOCALES: [&[(&str, &str)]; 5] = [
    &[("LANG", "C")],
    &[("LC_ALL", "POSIX")],
    &[("LC_ALL", "xx_YY.UTF-8")],
    &[("LC_ALL", "C"), ("PYTHONIOENCODING", "ascii")],
    &[("LC_ALL", "C"), ("PYTHONUTF8", "0"), ("PYTHONCOERCECLOCALE", "0")],
];

#[test]
fn names_of_any_script_are_found_wherever_the_interpreter_finds_them() {
    let project = Project::named("prøjekt ü", "[modules.\"ünï\"]\n[modules.plain]\nforbid = [\"ünï\"]\n");
    project
        .write("ünï.py", "VALUE = 'ü'\n")
        .write("plain.py", "import ünï\n");
    for variables in LOCALES {
        let alone = |mut command: Command| {
            command.env_remove("LANG").env_remove("LC_ALL").env_remove("PYTHONUTF8");
            command.envs(variables.iter().copied());
            command
        };
        let mut import = Command::new(python());
        import.args([
            "-c",
            "import sys; sys.path.insert(0, ''); __import__('\\u00fcn\\u00ef')",
        ]);
        import.current_dir(project.path(".")).stderr(Stdio::null());
        let is_found = alone(import).status().expect("a python").success();
        let words = ["check", "--samples", "1", "--format", "json=report.json"];
        let run = Run::of(alone(project.command(&words)), &project).expect_code(1);
        let code = if is_found {
            Code::Forbidden
        } else {
            Code::MissingDependency
        };
        let found: Vec<_> = run
            .report()
            .findings
            .iter()
            .filter(|finding| finding.code == code)
            .collect();
        assert!(!found.is_empty(), "{variables:?}: {:?}", run.report().findings);
        assert_eq!(run.row("ünï").samples, u64::from(is_found), "{variables:?}");
    }
}

/// A library that has the clock of the day jump by days, to 1970 and beyond 2106 with each look at it.
const JUMPS: &str = r"
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long jump(void) {
    static long looks;
    static const long by[] = {0, 86400, -86400, 4000000000L, -1700000000L, 7000000000L};
    return by[looks++ % 6];
}
int clock_gettime(clockid_t clock, struct timespec *at) {
    int outcome = syscall(SYS_clock_gettime, clock, at);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) at->tv_sec += jump();
    return outcome;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
";

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[test]
fn a_clock_that_jumps_changes_nothing() {
    let project = Project::new("[modules.one]\nmax-time = \"9s\"\n[modules.two]\nmax-time = \"9s\"\n");
    project.write("one.py", "import json\n");
    project.write("two.py", "import time\nTIMES = [time.time() for _ in range(1000)]\n");
    project.write("jumps.c", JUMPS);
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-o", "jumps.so", "jumps.c"])
        .current_dir(project.path("."))
        .status();
    if !compiled.is_ok_and(|status| status.success()) {
        println!("skipped: there is no cc to compile a clock that jumps");
        return;
    }
    let library = project.path("jumps.so");
    let jumping = |words: &[&str]| {
        let mut command = project.command(words);
        command.env("LD_PRELOAD", &library);
        Run::of(command, &project).expect_code(0)
    };
    jumping(&["record", "--samples", "3"]);
    let words = ["check", "--samples", "3", "--format", "json=report.json", "--reuse"];
    let is_reused = |run: &Run, target| run.row(target).decided_by == Some(ComparisonKind::SameClosure);
    let run = jumping(&[&words[..], &["files"]].concat());
    assert!(is_reused(&run, "one") && is_reused(&run, "two"), "{}", run.stdout);
    for target in ["one", "two"] {
        let run = jumping(&[&words[..], &["never"]].concat());
        let row = run.row(target);
        assert!(
            row.time_ms.is_some_and(|time| (0.0..9_000.0).contains(&time)),
            "{row:?}"
        );
    }
}

#[test]
fn times_of_files_may_be_anything() {
    let at = |seconds: i64| {
        let apart = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            SystemTime::UNIX_EPOCH - apart
        } else {
            SystemTime::UNIX_EPOCH + apart
        }
    };
    for seconds in [-86_400, 0, 1 << 31, (1 << 32) + 5] {
        let project = Project::of_module("VALUE = 1\n", "max-time = \"9s\"\n");
        let set = |name: &str| {
            let file = File::options().append(true).open(project.path(name)).expect("a file");
            file.set_times(FileTimes::new().set_modified(at(seconds)))
                .expect("a time");
        };
        set("measured.py");
        set("budgets.toml");
        project.record(&[]).expect_code(0);
        set("budgets.baseline.json");
        let is_reused =
            || project.check(&[]).expect_code(0).row("measured").decided_by == Some(ComparisonKind::SameClosure);
        assert!(is_reused(), "{seconds}");
        project.write("measured.py", "VALUE = 1 + 1 + 1\n");
        set("measured.py");
        assert!(!is_reused(), "{seconds}");
    }
}

/// The limit of whoever starts the gate is that of each of its processes, and not of all together.
#[cfg(target_os = "linux")]
#[test]
fn without_processor_time_the_limit_is_named() {
    let project = Project::new("[measure]\ntimeout = \"60s\"\n[modules.spends]\n");
    project.write("spends.py", "while True:\n    pass\n");
    let ended = Ended::of(&project, &format!("ulimit -t 2 && exec {PROGRAM} check"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let said = "the import is ended at the limit of processor time (SIGKILL, `ulimit -t 2`)";
    assert!(ended.text.contains(said), "{ended:?}");
    assert_eq!(ended.text.matches("error[").count(), 1, "{ended:?}");
}
