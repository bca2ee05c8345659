//! Imports that fail: each has a code of its own and points at the line, and every other target is still measured.

use std::fs;

use importgate_core::checks::{Code, Severity, TargetStatus, Verdict};
use importgate_core::report::Report;

use super::support::{Project, Run, found};

/// Name, source, the code of the finding, and the file and line that it must point at.
type Fault = (&'static str, &'static str, Code, Option<(&'static str, u32)>);

/// Modules that fail, each in its own way.
const FAULTS: [Fault; 12] = [
    (
        "raises",
        "\nraise RuntimeError('no licence')\n",
        Code::ImportFailed,
        Some(("raises.py", 2)),
    ),
    (
        "stops",
        "class Stop(BaseException):\n    pass\n\nraise Stop\n",
        Code::ImportFailed,
        Some(("stops.py", 4)),
    ),
    (
        "needs",
        "\n\nimport not_installed.part\n",
        Code::MissingDependency,
        Some(("needs.py", 3)),
    ),
    (
        "circle",
        "from other import value\nown = 1\n",
        Code::CircularImport,
        Some(("other.py", 1)),
    ),
    (
        "leaves",
        "import sys\nsys.exit(7)\n",
        Code::Exited,
        Some(("leaves.py", 2)),
    ),
    ("vanishes", "import os\nos._exit(0)\n", Code::Exited, None),
    (
        "crashes",
        "import ctypes\n\nctypes.string_at(0)\n",
        Code::Crashed,
        Some(("crashes.py", 3)),
    ),
    (
        "hangs",
        "import time\n\ndef wait():\n    time.sleep(600)\n\nwait()\n",
        Code::Hang,
        Some(("hangs.py", 6)),
    ),
    // What measured code says of a line need not be one.
    (
        "negative",
        "raise SyntaxError('bad', ('f.py', -1, 1, 'text'))\n",
        Code::ImportFailed,
        Some(("negative.py", 1)),
    ),
    (
        "endless",
        "raise SyntaxError('bad', ('f.py', 2 ** 70, 1, 'text'))\n",
        Code::ImportFailed,
        Some(("endless.py", 1)),
    ),
    // Nor need it say anything of where it was.
    (
        "mute",
        "class Mute(Exception):\n    @property\n    def __traceback__(self):\n        raise RuntimeError\n\nraise Mute\n",
        Code::ImportFailed,
        Some(("mute.py", 6)),
    ),
    // Letters of every script make a name, vowel signs among them.
    ("हिन्दी", "raise ValueError\n", Code::ImportFailed, Some(("हिन्दी.py", 1))),
];

fn faulty() -> Project {
    let mut budgets = "[measure]\ntimeout = \"5s\"\n\n[modules.works]\nmax-time = \"4s\"\n".to_owned();
    let project = Project::new("");
    for (name, source, ..) in FAULTS {
        project.write(&format!("{name}.py"), source);
        budgets.push_str(&format!("[modules.\"{name}\"]\n"));
    }
    project.write("other.py", "from circle import own\nvalue = 1\n");
    project.write("works.py", "VALUE = 1\n");
    project.write("budgets.toml", budgets);
    project
}

#[test]
fn a_hang_costs_the_time_limit_once() {
    let project = Project::new("[measure]\ntimeout = \"2s\"\n\n[modules.hangs]\n");
    project.write("hangs.py", "VALUE = 1\n");
    project.record(&[]).expect_code(0);
    project.write(
        "hangs.py",
        "import time\nwith open('tries.txt', 'a') as tries:\n    tries.write('once\\n')\ntime.sleep(600)\n",
    );
    project.check(&[]).expect_code(1);
    assert_eq!(project.read("tries.txt"), "once\n");
}

#[test]
fn every_failure_has_its_own_code_and_the_others_are_still_measured() {
    let run = faulty().check(&["--samples", "3"]).expect_code(1);
    assert_eq!(run.report().verdict, Verdict::Fail);
    for (name, _, code, place) in FAULTS {
        let findings: Vec<_> = run
            .report()
            .findings
            .iter()
            .filter(|finding| finding.target == name)
            .collect();
        let [finding] = findings[..] else {
            panic!("{name}: {findings:#?}")
        };
        assert_eq!(
            (finding.code, finding.severity),
            (code, Severity::Error),
            "{name}: {finding:#?}"
        );
        let found = finding.place.as_ref().map(|place| (place.file.as_str(), place.line));
        assert_eq!(found, place, "{name}: {finding:#?}");
        assert_eq!(run.row(name).status, TargetStatus::Failed);
        assert!(run.stdout.contains(&format!("error[{code}]: ")), "{}", run.stdout);
    }
    let row = run.row("works");
    assert_eq!(
        (row.status, row.verdict, row.samples),
        (TargetStatus::Measured, Verdict::Pass, 3)
    );
    assert!(run.only(Code::Hang).message.contains("5 s"));
    let stack = &run.only(Code::Hang).details;
    assert_eq!(stack, &["at hangs.py:6 in <module>", "at hangs.py:4 in wait"]);
    assert!(
        run.only(Code::CircularImport)
            .message
            .contains("circle → other → circle")
    );
    assert!(run.only(Code::MissingDependency).message.contains("`not_installed`"));
    assert!(run.only(Code::Crashed).message.contains("SIGSEGV"));
}

/// A filter that has the kernel end whoever asks for its parent, on processors of two kinds.
#[cfg(target_os = "linux")]
const FILTERS: &str = "import ctypes, os, platform, struct\n\
number = {'x86_64': 110, 'aarch64': 173}[platform.machine()]\n\
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (6, 0, 0, 0x80000000), (6, 0, 0, 0x7fff0000)]\n\
code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *step) for step in steps))\n\
program = ctypes.create_string_buffer(struct.pack('HxxxxxxP', len(steps), ctypes.addressof(code)))\n\
system = ctypes.CDLL(None)\n\
system.prctl(38, 1, 0, 0, 0)\n\
system.prctl(22, 2, ctypes.byref(program), 0, 0)\n\
os.getppid()\n";

/// Three of those who send SIGKILL mean that something else has to change than the import, and only one of them is want of memory.
#[cfg(target_os = "linux")]
#[test]
fn who_ended_an_import_by_force_is_told() {
    const SPENDS: &str = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, HARD))\nwhile True: pass\n";
    let strict = "import ctypes\nctypes.CDLL(None).prctl(22, 1, 0, 0, 0)\n";
    let cases = [
        (
            "spends",
            &*SPENDS.replace("HARD", "1"),
            "is ended at the limit of processor time (SIGKILL, `ulimit -t 1`)",
        ),
        (
            "warned",
            &*SPENDS.replace("HARD", "60"),
            "is ended at the limit of processor time (SIGXCPU)",
        ),
        (
            "strict",
            strict,
            "is ended at a system call that seccomp forbids (SIGKILL)",
        ),
        (
            "filters",
            FILTERS,
            "is ended at a system call that seccomp forbids (SIGSYS)",
        ),
        ("ends", "import os\nos.kill(os.getpid(), 9)\n", "crashes with SIGKILL"),
    ];
    let project = Project::new("");
    let mut budgets = "[measure]\ntimeout = \"60s\"\n".to_owned();
    for (name, source, _) in cases {
        project.write(&format!("{name}.py"), source);
        budgets.push_str(&format!("[modules.{name}]\n"));
    }
    project.write("budgets.toml", &budgets);
    let run = project.check(&[]).expect_code(1);
    for (name, _, how) in cases {
        let findings = run.report().findings.iter();
        let finding = findings
            .clone()
            .find(|finding| finding.target == name && finding.code == Code::Crashed);
        let finding = finding.unwrap_or_else(|| panic!("{name}: {:#?}", run.report().findings));
        // A machine that had too little memory meanwhile, or that does not say, leaves the question open.
        let message = finding.message.trim_end_matches(" (out of memory?)");
        assert_eq!(message, format!("the import {how}"));
    }
}

#[test]
fn what_is_not_there_is_told_from_what_is_not_installed() {
    let project = Project::new("[modules.\"shop.lost\"]\n[modules.\"shop.typo\"]\n");
    project.write("shop/__init__.py", "");
    project.write("shop/lost.py", "from shop.nowhere import value\n");
    project.write("shop/prices.py", "currency = 'EUR'\n");
    project.write("shop/typo.py", "from shop.prices import currencies\n");
    let run = project.check(&[]).expect_code(1);
    let finding = |target: &str| {
        let mut findings = run.report().findings.iter();
        findings.find(|finding| finding.target == target).expect("a finding")
    };
    let lost = finding("shop.lost");
    assert_eq!(lost.code, Code::ImportFailed);
    assert_eq!(
        lost.message,
        "the import fails: `shop` has no module or name `nowhere` (there is no shop/nowhere.py)"
    );
    let meant = "`shop.prices` has `currency`: look whether that is what is meant";
    assert_eq!(finding("shop.typo").code, Code::ImportFailed);
    assert!(run.stdout.contains(meant), "{}", run.stdout);
}

#[test]
fn the_file_that_shadows_the_standard_library_is_named_once() {
    let project = Project::new("[modules.\"shop.mail\"]\n[modules.\"shop.dice\"]\n[modules.\"shop.throw\"]\n");
    project.write("shop/__init__.py", "");
    // What is asked in vain, by code of others and by that of the project.
    project.write("email/__init__.py", "own = 1\n");
    project.write("shop/mail.py", "import http.client\n");
    project.write("calendar.py", "own = 1\n");
    for name in ["dice", "throw"] {
        project.write(
            &format!("shop/{name}.py"),
            "import calendar\n\nLEAP = calendar.isleap(2000)\n",
        );
    }
    let run = project.check(&[]).expect_code(1);
    let report = run.report();
    let shadows = |target: &str, file: &str| {
        let finding = report.findings.iter().find(|finding| finding.target == target);
        let finding = finding.expect("a finding");
        assert_eq!(finding.code, Code::ImportFailed);
        assert_eq!(finding.place.as_ref().expect("a place").file, file);
        assert!(finding.message.contains(file), "{}", finding.message);
        assert!(run.stdout.contains(&format!("rename {file}")), "{}", run.stdout);
    };
    shadows("shop.mail", "email/__init__.py");
    shadows("shop.dice", "calendar.py");
    assert!(
        run.stdout.contains("in 2 targets: shop.dice, shop.throw"),
        "{}",
        run.stdout
    );

    // A module that has such a name in its package shadows nothing, nor does one that its own package asks for, nor one that is asked
    // for what the standard library has no more.
    let project = Project::new("[modules.\"shop.mail\"]\n[modules.\"queue.work\"]\n[modules.\"shop.person\"]\n");
    project.write("profile/__init__.py", "");
    project.write("profile/models.py", "");
    project.write(
        "shop/person.py",
        "from profile import Person\nfrom profile.models import Address\n",
    );
    project.write("shop/__init__.py", "");
    project.write("shop/mail.py", "from shop import random\nrandom.randint()\n");
    project.write("shop/random.py", "");
    project.write("queue/__init__.py", "from queue.work import job\n");
    project.write("queue/work.py", "import os\nraise RuntimeError('no workers')\n");
    let run = project.check(&[]).expect_code(1);
    assert!(!run.stdout.contains("standard library"), "{}", run.stdout);
}

#[test]
fn a_circle_is_one_cause_wherever_it_is_entered() {
    let project = Project::new("[modules.first]\n[modules.second]\n[modules.third]\n");
    for (name, next, value) in [
        ("first", "second", "a"),
        ("second", "third", "b"),
        ("third", "first", "c"),
    ] {
        let asked = if next == "first" {
            "a"
        } else if next == "second" {
            "b"
        } else {
            "c"
        };
        project.write(
            &format!("{name}.py"),
            format!("from {next} import {asked}\n{value} = 1\n"),
        );
    }
    let run = project.check(&[]).expect_code(1);
    assert_eq!(
        run.report()
            .findings
            .iter()
            .filter(|one| one.code == Code::CircularImport)
            .count(),
        3
    );
    let [circle] = &run.report().causes[..] else {
        panic!("one cause: {:#?}", run.report().causes)
    };
    assert_eq!(circle.targets.len(), 3);
    let root = project.path("").display().to_string();
    assert!(!run.stdout.contains(&root), "{}", run.stdout);
}

#[test]
fn an_import_that_fails_now_and_then_is_a_failure_of_its_target_alone() {
    let project = Project::new("[modules.works]\n[modules.flickers]\n");
    project.write("works.py", "");
    // The observation finds no file and leaves one; the samples find it.
    project.write(
        "flickers.py",
        "import os\nif os.path.exists('seen'):\n    raise OSError('already running')\nos.mkdir('seen')\n",
    );
    let run = project.check(&["--samples", "3"]).expect_code(1);
    let finding = run.only(Code::ImportFailed);
    assert_eq!(finding.target, "flickers");
    assert_eq!(run.row("flickers").status, TargetStatus::Failed);
    assert_eq!(run.row("works").samples, 3);
    assert_eq!(run.row("works").verdict, Verdict::Pass);
    let with_notes: Vec<_> = found(&run)
        .into_iter()
        .filter(|(code, _)| *code != Code::NoBaseline)
        .collect();
    assert_eq!(with_notes, [(Code::ImportFailed, "flickers")]);
}

#[test]
fn what_fails_is_not_recorded_and_the_old_baseline_stays() {
    let project = Project::of_module("VALUE = 1\n", "").recorded();
    let before = project.read("budgets.baseline.json");
    project.write("measured.py", "raise ValueError\n");
    let run = project.record(&[]).expect_code(1);
    assert!(run.stderr.contains("measured is not recorded"), "{}", run.stderr);
    assert_eq!(project.read("budgets.baseline.json"), before);
}

#[test]
fn a_process_that_the_import_leaves_behind_is_ended() {
    let project = Project::of_module(
        "import subprocess, sys\n\
         subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)', 'left-behind-by-an-import'],\n\
         \x20                start_new_session=True)\n",
        "",
    );
    project.check(&["--samples", "2"]).expect_code(0);
    assert_eq!(
        super::interrupted::processes_with("left-behind-by-an-import"),
        [] as [i32; 0]
    );
}

/// Nobody else is to blame for it, least of all the interpreter: the others are measured in a folder that is there again.
#[test]
fn an_import_that_removes_the_folder_it_runs_in_fails_alone() {
    for way in ["shutil.rmtree(HERE)", "os.rename(HERE, HERE + '-gone')"] {
        let project =
            Project::new("[project]\nsource-roots = [\"../src\"]\n[modules.one]\n[modules.two]\n[modules.vandal]\n");
        project
            .write("../src/one.py", "import json\n")
            .write("../src/two.py", "");
        let source = format!("import os, shutil\nHERE = os.getcwd()\nif HERE.endswith('/project'):\n    {way}\n");
        project.write("../src/vandal.py", source);
        let report = project.path("../report.json");
        let mut command = project.command(&["check", "--samples", "2", "--format"]);
        command.arg(format!("json={}", report.display()));
        let run = Run::of(command, &project).expect_code(1);
        let text = fs::read(&report).expect("a report");
        let report: Report = serde_json::from_slice(&text).expect("a report");
        let errors: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        assert!(
            matches!(errors[..], [only] if only.target == "vandal" && only.code == Code::ImportFailed),
            "{errors:?}"
        );
        assert!(
            errors[0].message.contains("it removes the folder that it runs in"),
            "{errors:?}"
        );
        for target in ["one", "two"] {
            let row = report.targets.iter().find(|row| row.module == target).expect("a row");
            assert_eq!(row.samples, 2, "{}", run.stderr);
        }
    }
}
