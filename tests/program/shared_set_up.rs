//! One run of the set-up for all samples of a round, each in a process that is forked from there: how often it runs, what a sample
//! sees of it, and what keeps it from being shared.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use importgate_core::checks::Code;
use importgate_core::observed::SetUpRuns;

use super::support::{Project, Run, committed};

const BUDGETS: &str = "[project]\nsetup = \"boot:prepare\"\n[layers.shop]\nmodules = [\"shop.*\"]\nmax-time = \"2s\"\n";

/// Every process notes which code ran in it.
const NOTE: &str = "import os\n\ndef note(what):\n    file = os.open(os.environ['NOTED'], os.O_WRONLY | os.O_APPEND | os.O_CREAT)\n    \
                    os.write(file, ('%s %d %d %d\\n' % (what, os.getpid(), os.getppid(), os.getsid(0))).encode())\n    os.close(file)\n";

/// Two modules, and a set-up with this as the end of its body.
fn project(set_up: &str) -> Project {
    let project = Project::new(BUDGETS);
    project.write("noting.py", NOTE);
    let body = format!("import noting\n\ndef prepare():\n    noting.note('set-up')\n    {set_up}\n");
    project.write("boot.py", body);
    project.write("shop/__init__.py", "");
    project.write("shop/orders.py", "import noting\nnoting.note('orders')\n");
    project.write("shop/prices.py", "import noting\nnoting.note('prices')\n");
    project
}

fn run(project: &Project, words: &[&str]) -> Run {
    let mut command = project.command(words);
    command.env("NOTED", noted(project));
    Run::of(command, project)
}

fn check(project: &Project, words: &[&str]) -> Run {
    const FORMATS: [&str; 3] = ["--format=terminal", "--format=json=report.json", "--verbose"];
    run(project, &[&["check", "--reuse", "never"], words, &FORMATS].concat())
}

fn noted(project: &Project) -> PathBuf {
    project.path("noted")
}

/// The lines of one kind, each as process, parent and session.
fn lines(project: &Project, what: &str) -> Vec<[u32; 3]> {
    let text = fs::read_to_string(noted(project)).unwrap_or_default();
    let of_kind = text
        .lines()
        .filter_map(|line| line.strip_prefix(what)?.strip_prefix(' '));
    let numbers = |line: &str| {
        let numbers: Vec<u32> = line.split(' ').map(|word| word.parse().expect("a number")).collect();
        numbers.try_into().expect("three numbers")
    };
    of_kind.map(numbers).collect()
}

#[test]
fn each_round_sets_up_once_and_each_sample_is_a_process_of_its_own() {
    let project = project("pass");
    let run = check(&project, &["--samples", "4"]).expect_code(0);
    assert_eq!(run.report().run.set_up, Some(SetUpRuns::OnceARound), "{}", run.stdout);
    assert!(run.stdout.contains("set-up: once a round"), "{}", run.stdout);
    // Once for all looks, and once a round.
    assert_eq!(lines(&project, "set-up").len(), 1 + 4);
    let orders = lines(&project, "orders");
    assert_eq!(orders.len(), 1 + 4);
    for [process, parent, session] in &orders {
        assert_eq!(process, session, "it leads a session");
        assert_eq!(parent, &orders[0][1], "importgate waits for it itself");
    }
    assert_eq!(run.row("shop.orders").modules, Some(2));
}

#[test]
fn both_sides_of_a_comparison_set_up_alike() {
    let project = committed(project("pass"));
    let run = check(&project, &["--against", "HEAD", "--samples", "2"]).expect_code(0);
    assert_eq!(run.report().run.set_up, Some(SetUpRuns::OnceARound));
    let project = committed(self::project("pass"));
    let body = project.read("boot.py")
        + "    import threading\n    threading.Thread(target=threading.Event().wait, daemon=True).start()\n";
    project.write("boot.py", body);
    let before = lines(&project, "set-up").len();
    let run = check(&project, &["--against", "HEAD", "--samples", "2"]).expect_code(0);
    let since = Some("it leaves a thread".to_owned());
    assert_eq!(run.report().run.set_up, Some(SetUpRuns::InEachSample { since }));
    // Two modules on each side are sampled twice, and a parent is tried. The base's looks share a set-up, and the head's do not.
    assert_eq!(lines(&project, "set-up").len() - before, 2 * (2 * 2 + 1) + 1 + (2 + 1));
}

#[test]
fn what_a_set_up_leaves_behind_keeps_it_from_being_shared() {
    for (left, said) in [
        (
            "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
            "a thread",
        ),
        (
            "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)",
            "a process",
        ),
        ("import builtins; builtins.kept = open(__file__)", "an open file"),
        (
            "import builtins, socket; builtins.kept = socket.socket()",
            "an open file",
        ),
        ("import signal; signal.setitimer(signal.ITIMER_REAL, 500)", "a timer"),
        (
            "import builtins, mmap; builtins.kept = mmap.mmap(-1, 4096)",
            "it shares memory",
        ),
        (
            "import builtins, mmap; builtins.kept = mmap.mmap(-1, 65 << 30, mmap.MAP_PRIVATE, mmap.PROT_READ)",
            "it maps more than 64 GiB",
        ),
    ] {
        let project = project(left);
        let run = check(&project, &["--samples", "2"]).expect_code(0);
        let expected = format!(
            "set-up: in each sample, since it {}",
            said.strip_prefix("it ").map_or(format!("leaves {said}"), str::to_owned)
        );
        assert!(run.stdout.contains(&expected), "{left}: {}", run.stdout);
        let of_looks = expected.replace("in each sample", "in each look at an import");
        assert_eq!(run.stdout.matches(&of_looks).count(), 1, "{left}: {}", run.stdout);
    }
    // A log is written at its end, whoever writes to it.
    let project = project("import builtins; builtins.kept = open('shop.log', 'a')");
    let run = check(&project, &["--samples", "2"]).expect_code(0);
    assert_eq!(run.report().run.set_up, Some(SetUpRuns::OnceARound), "{}", run.stdout);
    assert_eq!(run.report().run.looks_set_up, None, "{}", run.stdout);
}

#[test]
fn an_import_that_fails_fails_alone() {
    for (body, code) in [
        ("raise RuntimeError('no')", Code::ImportFailed),
        ("import os; os._exit(3)", Code::Exited),
        ("import os; os.abort()", Code::Crashed),
        ("import time; time.sleep(1000)", Code::Hang),
    ] {
        let project = project("pass");
        project.write("budgets.toml", format!("{BUDGETS}[measure]\ntimeout = \"3s\"\n"));
        project.write("shop/prices.py", only_in_samples(body));
        let run = check(&project, &["--samples", "3"]);
        let failed: Vec<_> = run
            .report()
            .findings
            .iter()
            .filter(|finding| finding.code == code)
            .collect();
        assert!(!failed.is_empty(), "{}", run.stdout);
        assert!(
            failed.iter().all(|finding| finding.target == "shop.prices"),
            "{}",
            run.stdout
        );
        assert_eq!(run.row("shop.orders").samples, 3, "{}", run.stdout);
    }
}

#[test]
fn of_looks_that_hang_only_the_first_is_taken_twice() {
    let project = project("pass");
    project.write("budgets.toml", format!("{BUDGETS}[measure]\ntimeout = \"3s\"\n"));
    for module in ["orders", "prices"] {
        let body = format!("import noting, time\nnoting.note('{module}')\ntime.sleep(1000)\n");
        project.write(&format!("shop/{module}.py"), body);
    }
    let run = check(&project, &["--jobs", "1"]).expect_code(1);
    let findings = &run.report().findings;
    let hung = findings.iter().filter(|finding| finding.code == Code::Hang).count();
    assert_eq!(hung, 2, "{}", run.stdout);
    let why = run.report().run.looks_set_up.as_deref();
    assert_eq!(why, Some("an import that was forked from there did not end"));
    // One is forked, each runs by itself, and the set-up ran for both and for the fork.
    assert_eq!(lines(&project, "orders").len() + lines(&project, "prices").len(), 1 + 2);
    assert_eq!(lines(&project, "set-up").len(), 1 + 2);
}

#[test]
fn a_sample_ends_with_the_program_however_that_ends() {
    let project = project("pass");
    project.write("budgets.toml", format!("{BUDGETS}[measure]\ntimeout = \"1000s\"\n"));
    project.write(
        "shop/prices.py",
        only_in_samples("noting.note('hanging'); import time; time.sleep(5000)"),
    );
    let mut command = project.command(&["check", "--reuse", "never", "--samples", "3"]);
    command
        .env("NOTED", noted(&project))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut program = command.spawn().expect("it starts");
    wait_until(|| !lines(&project, "hanging").is_empty());
    let [process, parent, _] = lines(&project, "hanging")[0];
    assert_eq!(parent, program.id());
    program.kill().expect("it runs");
    program.wait().expect("it ends");
    wait_until(|| !Path::new(&format!("/proc/{process}")).exists());
}

/// Looks again and again, for as long as any machine takes.
fn wait_until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(120), "it does not come to that");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The body of a module that does this when it is imported for the third time: the first import is one that is observed.
fn only_in_samples(body: &str) -> String {
    format!(
        "import noting\nwith open(noting.os.environ['NOTED']) as noted:\n    times = noted.read().count('prices')\nif times > 1:\n    \
         {body}\nnoting.note('prices')\n"
    )
}

#[test]
fn a_sample_has_the_memory_that_the_set_up_left_and_pays_for_its_own() {
    const MIB: u64 = 1 << 20;
    let project = project("import builtins; builtins.kept = [bytearray(1000) for _ in range(60_000)]");
    project.write("shop/orders.py", "kept = [bytearray(1000) for _ in range(20_000)]\n");
    // A page that two processes share is copied when one of them writes to it: nobody is to pay for that while the clock runs.
    project.write(
        "shop/prices.py",
        "with open('/proc/self/smaps_rollup') as file:\n    shared = int(file.read().split('Shared_Dirty:')[1].split()[0])\n\
         assert shared < 1024, shared\n",
    );
    let run = check(&project, &["--samples", "3"]).expect_code(0);
    assert_eq!(run.report().run.set_up, Some(SetUpRuns::OnceARound));
    let grown = |target| run.row(target).memory_bytes.expect("it was measured");
    assert!(
        (18 * MIB..30 * MIB).contains(&grown("shop.orders")),
        "{}",
        grown("shop.orders")
    );
    // Neither the pages of libraries nor those of the set-up are what it adds.
    assert!(grown("shop.prices") < MIB, "{}", grown("shop.prices"));
}

#[test]
fn a_recording_says_how_it_set_up_and_a_check_does_the_same() {
    let project = project("pass");
    run(&project, &["record", "--samples", "3"]).expect_code(0);
    let baseline = project.read("budgets.baseline.json");
    let checked = check(&project, &["--samples", "2"]).expect_code(0);
    assert_eq!(checked.report().run.set_up, Some(SetUpRuns::OnceARound));
    // One that was recorded before anything was shared.
    let said = "\"set-up\": \"once a round\"";
    assert!(baseline.contains(said), "{baseline}");
    let other = "\"SHELL_LEVEL\": \"1\"";
    project.write("budgets.baseline.json", baseline.replace(said, other));
    let checked = check(&project, &["--samples", "2"]).expect_code(0);
    assert_eq!(
        checked.report().run.set_up,
        Some(SetUpRuns::InEachSample { since: None })
    );
}

#[test]
fn a_recording_that_is_to_be_verbose_says_how_often_the_set_up_ran() {
    let recorded = |project: &Project, words: &[&str]| {
        let words = [&["record", "--all", "--samples", "3"], words].concat();
        run(project, &words).expect_code(0).stdout
    };
    let project = project("pass");
    let said = "  set-up: once a round, and each sample is forked from there\n";
    let (plain, verbose) = (recorded(&project, &[]), recorded(&project, &["--verbose"]));
    assert!(
        verbose.contains(said) && !plain.contains("set-up: "),
        "{plain}{verbose}"
    );
    let body = project.read("boot.py")
        + "    import threading\n    threading.Thread(target=threading.Event().wait, daemon=True).start()\n";
    project.write("boot.py", body);
    let verbose = recorded(&project, &["--verbose"]);
    for what in ["look at an import", "sample"] {
        let said = format!("  set-up: in each {what}, since it leaves a thread\n");
        assert!(verbose.contains(&said), "{said}{verbose}");
    }
}

#[test]
fn a_proposal_is_scouted_as_it_is_measured() {
    let library = Project::new("");
    library.write("noting.py", NOTE);
    library.write(
        "django/__init__.py",
        "import noting\n\ndef setup():\n    noting.note('set-up')\n",
    );
    let manage = "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\n";
    let project = Project::without_budgets(&[
        ("manage.py", manage),
        ("shop/__init__.py", ""),
        ("shop/settings.py", ""),
    ]);
    for number in 0..30 {
        project.write(&format!("shop/part{number}.py"), "");
    }
    let mut command = project.command(&["init", "--yes"]);
    command
        .env("NOTED", noted(&project))
        .env("PYTHONPATH", library.path(""));
    Run::of(command, &project).expect_code(0);
    // A look whether it can be set up, those that tell how long it takes, the others, and three rounds.
    assert_eq!(
        lines(&project, "set-up").len(),
        1 + 1 + 1 + 3,
        "{}",
        project.read("importgate.toml")
    );
}
