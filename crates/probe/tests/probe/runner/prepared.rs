//! What the runner does after `prepare`, which changes the whole process: orphans, requests to stop, its own violent end.
//! So each test has a process of its own: this test program once more, told by a variable to run that test alone.

use std::env;
use std::fs;
use std::path::Path;
use std::process;

use importgate_probe::runner::{Command, RunError, Status, interrupted, prepare, run};

#[cfg(target_os = "linux")]
use super::support::is_there;
use super::support::{FAR, ended, python, text, wait_until, wait_until_gone};
use crate::own_process::{self, FOLDER};

/// This program again, for one test of this file.
fn again(test: &str, launcher: &[&str], folder: &Path) -> process::Command {
    own_process::again(&format!("runner::prepared::{test}"), launcher, folder)
}

/// Runs the body of a test of this file in a process of its own.
fn in_own_process(test: &str, launcher: &[&str], body: impl FnOnce()) {
    own_process::run(&format!("runner::prepared::{test}"), launcher, body);
}

#[test]
#[cfg(target_os = "linux")]
fn ends_a_daemon_that_keeps_the_pipe_open() {
    in_own_process("ends_a_daemon_that_keeps_the_pipe_open", &[], || {
        let ended = ended(&python(&daemon(
            "os.write(1, b'%d\\n' % os.getpid()); ready(); time.sleep(10000)",
        )));
        assert_eq!(ended.status, Status::Exited(0));
        assert!(!is_there(text(&ended).trim()), "it is gone as soon as the run is over");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn ends_daemons_of_daemons_and_their_children() {
    in_own_process("ends_daemons_of_daemons_and_their_children", &[], || {
        let ended = ended(&python(&daemon(
            "for _ in range(3):\n        if os.fork() == 0:\n            os.setsid()\n            for _ in range(2): os.fork()\n            \
             os.write(1, b'%d\\n' % os.getpid()); ready(); time.sleep(10000)\n    time.sleep(10000)",
        )));
        text(&ended).lines().for_each(|id| assert!(!is_there(id), "{id}"));
        assert!(!has_children());
    });
}

#[test]
#[cfg(target_os = "linux")]
fn catches_a_daemon_that_is_never_the_same_process_for_long() {
    in_own_process("catches_a_daemon_that_is_never_the_same_process_for_long", &[], || {
        let ended = ended(&python(&daemon(
            "ready()\n    while True:\n        if os.fork(): os._exit(0)",
        )));
        assert_eq!(ended.status, Status::Exited(0));
        assert!(!has_children());
    });
}

/// Each of two runs has a daemon; the second ends first.
#[test]
#[cfg(target_os = "linux")]
fn ends_the_daemons_of_the_run_that_is_over_and_not_those_of_another() {
    let test = "ends_the_daemons_of_the_run_that_is_over_and_not_those_of_another";
    in_own_process(test, &[], || {
        let folder = tempfile::tempdir().expect("a folder");
        let in_folder = |script: &str| Command {
            working_directory: Some(folder.path().into()),
            ..python(script)
        };
        // Its environment is another one too.
        let body = "os.execve('/bin/sh', ['sh', '-c', 'echo $$ > new; mv new NAME; exec sleep 10000'], {})";
        let waits = |name: &str, other: &str| {
            let script = daemon(&body.replace("NAME", name)).replace("os.read(receive, 1)", "");
            let until = |file: &str| format!("while not os.path.exists('{file}'): time.sleep(0.01)");
            format!("{script}\n{}\n{}", until(name), until(other))
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(|| ended(&in_folder(&waits("first", "go"))));
            let its_daemon = wait_for_message(&folder.path().join("first"));
            ended(&in_folder(&waits("second", "second")));
            let second = wait_for_message(&folder.path().join("second"));
            assert!(!is_there(second.trim()), "the second run is over");
            assert!(is_there(its_daemon.trim()), "the first run is not");
            fs::write(folder.path().join("go"), "").expect("it can be written");
            assert_eq!(first.join().expect("no panic").status, Status::Exited(0));
            assert!(!is_there(its_daemon.trim()));
        });
        assert!(!has_children());
    });
}

#[test]
#[cfg(target_os = "linux")]
fn leaves_children_of_others_alone() {
    in_own_process("leaves_children_of_others_alone", &[], || {
        let mut other = process::Command::new("sleep").arg("10000").spawn().expect("sleep");
        let ended = ended(&python(&daemon(
            "os.write(1, b'%d\\n' % os.getpid()); ready(); time.sleep(10000)",
        )));
        assert!(!is_there(text(&ended).trim()), "the run's own daemon is gone");
        assert_eq!(other.try_wait().expect("it is a child"), None, "it is still running");
        other.kill().expect("it can be killed");
        other.wait().expect("it can be reaped");
    });
}

#[test]
fn signals_that_were_blocked_or_ignored_before_do_not_matter() {
    let launcher = "import os, signal, sys\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n\
                    for number in signal.SIGCHLD, signal.SIGHUP, signal.SIGUSR1: signal.signal(number, signal.SIG_IGN)\n\
                    os.execv(sys.argv[1], sys.argv[1:])";
    let test = "signals_that_were_blocked_or_ignored_before_do_not_matter";
    in_own_process(test, &["python3", "-c", launcher], || {
        // Without output only the signal of its end can wake the runner.
        assert_eq!(ended(&Command::new("true", FAR)).status, Status::Exited(0));
        let ended = ended(&python(
            "import signal\nprint(signal.pthread_sigmask(signal.SIG_BLOCK, []))\n\
             print(*[number for number in range(1, 32) if signal.getsignal(number) is signal.SIG_IGN])",
        ));
        // Python itself ignores these two.
        let seen = format!("set()\n{} {}\n", libc::SIGPIPE, libc::SIGXFSZ);
        assert_eq!((ended.status, text(&ended)), (Status::Exited(0), seen));
    });
}

#[test]
fn a_request_to_stop_ends_the_run() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        stop_while_running("a_request_to_stop_ends_the_run", signal, code);
    }
}

#[test]
fn a_request_to_stop_that_was_ignored_before_stays_ignored() {
    let nohup = ["sh", "-c", "trap '' HUP; exec \"$0\" \"$@\""];
    in_own_process(
        "a_request_to_stop_that_was_ignored_before_stays_ignored",
        &nohup,
        || {
            let send = |signal: &str| {
                run(&python(&format!(
                    "import os, signal; os.kill(os.getppid(), signal.{signal})"
                )))
            };
            assert_eq!(send("SIGHUP").expect("it is ignored").status, Status::Exited(0));
            assert_eq!(interrupted(), None);
            assert!(matches!(send("SIGTERM"), Err(RunError::Interrupted { signal: 15 })));
        },
    );
}

/// In the own process: a run that never ends by itself. In the first one: sends it a signal and looks at what is left.
fn stop_while_running(test: &str, signal: &str, code: i32) {
    if let Some(folder) = env::var_os(FOLDER) {
        prepare().expect("handlers can be installed");
        exit_as_the_program_does(Path::new(&folder));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = again(test, &[], folder.path()).spawn().expect("it can be started");
    let ids = wait_for_message(&folder.path().join("ids"));
    let sent = process::Command::new("sh")
        .args(["-c", &format!("kill -{signal} {}", program.id())])
        .status();
    assert!(sent.expect("sh").success());
    let status = program.wait().expect("it can be waited for");
    assert_eq!(status.code(), Some(code), "{status}");
    assert!(
        folder.path().join("unwound").exists(),
        "the caller had the chance to clean up"
    );
    ids.split_whitespace().for_each(wait_until_gone);
}

/// Runs a stubborn child with a child of its own; their ids are the message.
fn exit_as_the_program_does(folder: &Path) -> ! {
    let script = "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nchild = os.fork()\nif child:\n    \
         open('new', 'w').write(f'{os.getpid()} {child}')\n    os.rename('new', 'ids')\nwhile True: time.sleep(10000)";
    let result = run(&Command {
        working_directory: Some(folder.into()),
        ..python(script)
    });
    let Err(RunError::Interrupted { signal }) = result else {
        panic!("{result:?}")
    };
    assert_eq!(interrupted(), Some(signal));
    assert!(
        matches!(run(&python("pass")), Err(RunError::Interrupted { .. })),
        "nothing is started any more"
    );
    fs::write(folder.join("unwound"), "").expect("it can be written");
    process::exit(128 + signal);
}

#[test]
#[cfg(target_os = "linux")]
fn the_child_dies_with_a_program_that_was_killed() {
    let test = "the_child_dies_with_a_program_that_was_killed";
    if let Some(folder) = env::var_os(FOLDER) {
        prepare().expect("handlers can be installed");
        let script =
            "import os, time\nopen('new', 'w').write(str(os.getpid()))\nos.rename('new', 'ids')\ntime.sleep(10000)";
        let result = run(&Command {
            working_directory: Some(folder.into()),
            ..python(script)
        });
        panic!("{result:?}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut program = again(test, &[], folder.path()).spawn().expect("it can be started");
    let child = wait_for_message(&folder.path().join("ids"));
    program.kill().expect("it can be killed");
    program.wait().expect("it can be reaped");
    wait_until_gone(&child);
}

/// A script that starts a daemon (its body is indented by four) and exits when that has called `ready()`.
#[cfg(target_os = "linux")]
fn daemon(body: &str) -> String {
    format!(
        "import os, time\nreceive, send = os.pipe()\ndef ready(): os.write(send, b'.')\n\
         if os.fork() == 0:\n    os.setsid()\n    if os.fork(): os._exit(0)\n    {body}\nos.read(receive, 1)"
    )
}

/// The text of a file that another process puts there.
fn wait_for_message(file: &Path) -> String {
    let mut message = None;
    wait_until(|| {
        message = fs::read_to_string(file).ok();
        message.is_some()
    });
    message.expect("it was waited for")
}

/// True where this process has a child, dead or alive.
#[cfg(target_os = "linux")]
fn has_children() -> bool {
    let tasks = fs::read_dir("/proc/self/task").expect("there is /proc").flatten();
    tasks.into_iter().any(|task| {
        !fs::read_to_string(task.path().join("children"))
            .unwrap_or_default()
            .is_empty()
    })
}
