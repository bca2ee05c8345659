//! One run: its status, its output, its limits, its surroundings.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::{Duration, Instant};

use importgate_probe::runner::{Command, Ended, Output, RunError, Status, run};

use super::support::{FAR, ended, python, shell, text, wait_until_gone};

/// For what must be reached, however slow or fast the machine is.
const NEAR: Duration = Duration::from_millis(200);

/// Runs a process that never ends by itself into its time limit; into a longer one if its output shows that it did not
/// yet come to what it has to do before.
fn hang(mut command: Command, is_ready: impl Fn(&str) -> bool) -> Ended {
    command.time_limit = NEAR;
    loop {
        let ended = ended(&command);
        assert!(ended.overrun.is_some());
        if is_ready(&text(&ended)) {
            return ended;
        }
        command.time_limit *= 2;
        assert!(command.time_limit < FAR, "it is never ready: {}", text(&ended));
    }
}

#[test]
fn tells_exit_codes_from_signals() {
    for code in [0, 1, 2, 127, 255] {
        assert_eq!(ended(&shell(&format!("exit {code}"))).status, Status::Exited(code));
    }
    for signal in [libc::SIGTERM, libc::SIGKILL, libc::SIGSEGV, libc::SIGINT, libc::SIGPIPE] {
        let ended = ended(&shell(&format!("kill -{signal} $$")));
        assert_eq!((ended.status, ended.overrun), (Status::Signaled(signal), None));
    }
}

#[test]
fn keeps_the_end_of_fifty_megabytes_on_both_streams() {
    let ended = ended(&python(
        "import os\nfor _ in range(25):\n    os.write(1, b'o' * 1000000)\n    os.write(2, b'e' * 1000000)\nos.write(1, b'the end')",
    ));
    assert_eq!(ended.status, Status::Exited(0));
    assert_eq!(ended.output_tail.len(), 16 * 1024);
    assert!(text(&ended).ends_with("eeethe end"));
}

#[test]
fn discards_output() {
    let ended = ended(&Command {
        output: Output::Discard,
        ..shell("echo text; echo more >&2; [ ! -t 1 ]")
    });
    assert_eq!((ended.status, ended.output_tail), (Status::Exited(0), Vec::new()));
}

#[test]
fn survives_a_child_that_closes_its_streams_and_goes_on() {
    let ended = ended(&shell("echo text; exec >&- 2>&-; sleep 0.1; exit 5"));
    assert_eq!((ended.status, text(&ended).as_str()), (Status::Exited(5), "text\n"));
}

#[test]
fn gives_an_empty_standard_input() {
    assert_eq!(text(&ended(&shell("cat; echo done"))), "done\n");
}

#[test]
fn ends_a_hang_that_ignores_sigterm() {
    let script = "trap '' TERM; echo ready; while :; do sleep 1000; done";
    let ended = hang(
        Command {
            grace: NEAR,
            ..shell(script)
        },
        |text| text == "ready\n",
    );
    assert_eq!(ended.status, Status::Signaled(libc::SIGKILL));
    assert!(ended.wall >= NEAR + NEAR, "it had its grace");
}

#[test]
fn ends_a_hang_that_ignores_sigabrt_too() {
    let script = "trap '' ABRT TERM; echo ready; while :; do sleep 1000; done";
    let ended = hang(
        Command {
            grace: NEAR,
            abort_at_limit: true,
            ..shell(script)
        },
        |text| text == "ready\n",
    );
    assert_eq!(ended.status, Status::Signaled(libc::SIGKILL));
}

#[test]
fn lets_a_hang_clean_up_at_sigterm() {
    let script = "import signal, sys, time\ndef stop(*_):\n    print('cleaned up')\n    sys.exit(7)\n\
                  signal.signal(signal.SIGTERM, stop)\nprint('ready', flush=True)\nwhile True: time.sleep(1000)";
    let ended = hang(
        Command {
            grace: FAR,
            ..python(script)
        },
        |text| text.starts_with("ready"),
    );
    assert_eq!(
        (ended.status, text(&ended).as_str()),
        (Status::Exited(7), "ready\ncleaned up\n")
    );
}

#[test]
fn shows_the_python_stack_of_a_hang() {
    let script =
        "import time\ndef wait_for_ever():\n    print('ready', flush=True)\n    time.sleep(10000)\nwait_for_ever()";
    let mut command = python(script);
    command.arguments.insert(0, "-Xfaulthandler".into());
    command.abort_at_limit = true;
    let ended = hang(command, |text| text.starts_with("ready"));
    assert_eq!(ended.status, Status::Signaled(libc::SIGABRT));
    assert!(text(&ended).contains("line 4 in wait_for_ever"), "{}", text(&ended));
}

#[test]
fn ends_a_stopped_process() {
    let ended = hang(
        Command {
            grace: FAR,
            ..shell("kill -STOP $$")
        },
        |_| true,
    );
    assert_eq!(ended.status, Status::Signaled(libc::SIGTERM));
}

#[test]
fn ends_the_children_of_a_hang() {
    let script = "for i in 1 2 3 4 5 6 7 8; do (trap '' TERM; sleep 10000 & echo $!; wait) & done; wait";
    let ended = hang(
        Command {
            grace: NEAR,
            ..shell(script)
        },
        |text| text.lines().count() == 8,
    );
    text(&ended).lines().for_each(wait_until_gone);
}

#[test]
fn ends_a_flood_of_output() {
    hang(shell("yes"), |text| text.len() == 16 * 1024);
}

#[test]
fn does_not_wait_for_a_grandchild_that_keeps_the_pipe_open() {
    let ended = ended(&shell("sleep 10000 & echo $!"));
    assert_eq!((ended.status, ended.overrun), (Status::Exited(0), None));
    wait_until_gone(text(&ended).trim());
}

#[test]
fn accounts_for_time_and_memory() {
    let started = Instant::now();
    let ended = ended(&python(
        "import os, time\nblock = b'x' * 100_000_000\nwhile time.process_time() < 0.3: pass\ntime.sleep(0.2)\nprint(*os.times()[:2])",
    ));
    assert!(ended.wall <= started.elapsed());
    let cpu = Duration::from_nanos(ended.user_ns + ended.system_ns);
    assert!(cpu >= Duration::from_millis(300), "{cpu:?}");
    assert!(ended.wall >= Duration::from_millis(200), "{:?}", ended.wall);
    assert!(
        (100_000_000..2_000_000_000).contains(&ended.max_rss_bytes),
        "{}",
        ended.max_rss_bytes
    );
}

#[test]
fn says_why_a_program_did_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("plain");
    fs::write(&plain, "no program").expect("it can be written");

    let missing = run(&Command::new("/no/such/program", FAR)).expect_err("it is missing");
    assert!(matches!(&missing, RunError::Start { source, .. } if source.raw_os_error() == Some(libc::ENOENT)));
    assert!(
        missing
            .to_string()
            .starts_with("could not start /no/such/program: No such file"),
        "{missing}"
    );

    let plain = run(&Command::new(plain, FAR)).expect_err("it is not executable");
    assert!(
        matches!(&plain, RunError::Start { source, .. } if source.raw_os_error() == Some(libc::EACCES)),
        "{plain}"
    );

    let directory = Some(folder.path().join("missing"));
    let lost = run(&Command {
        working_directory: directory.clone(),
        ..shell("exit 0")
    })
    .expect_err("no directory");
    assert!(matches!(&lost, RunError::WorkingDirectory { directory: named, .. } if Some(named) == directory.as_ref()));

    let lost = run(&Command {
        working_directory: Some(folder.path().into()),
        ..Command::new("/no/such/program", FAR)
    })
    .expect_err("the directory is there, the program is not");
    assert!(matches!(&lost, RunError::Start { .. }), "{lost}");

    let nul = run(&Command {
        arguments: vec!["a\0b".into()],
        ..shell("")
    })
    .expect_err("no such argument can be passed");
    assert!(matches!(&nul, RunError::Start { .. }), "{nul}");
}

#[test]
fn a_program_of_no_known_format_does_not_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("program");
    fs::write(&program, "#!/no/such/interpreter\n").expect("it can be written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    let error = run(&Command::new(program, FAR)).expect_err("its interpreter is missing");
    assert!(matches!(&error, RunError::Start { .. }), "{error}");
}

#[test]
fn starts_in_the_working_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().canonicalize().expect("it exists");
    let ended = ended(&Command {
        working_directory: Some(path.clone()),
        ..shell("pwd -P")
    });
    assert_eq!(text(&ended).trim(), path.to_str().expect("a plain name"));
}

#[test]
fn sets_and_removes_variables_and_inherits_the_rest() {
    assert!(std::env::var_os("PATH").is_some() && std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let mut command = shell("echo \"$ADDED|${CARGO_MANIFEST_DIR-removed}|${PATH:+inherited}\"");
    command
        .environment
        .insert("ADDED".into(), Some(OsString::from("a b=c")));
    command.environment.insert("CARGO_MANIFEST_DIR".into(), None);
    assert_eq!(text(&ended(&command)), "a b=c|removed|inherited\n");
}

#[test]
fn writes_no_core_file() {
    assert_eq!(text(&ended(&shell("ulimit -c; ulimit -Hc"))), "0\n0\n");
}

#[test]
fn leads_a_session_of_its_own_and_cannot_leave_its_group() {
    let ended = ended(&python(
        "import os\nassert os.getsid(0) == os.getpgrp() == os.getpid()\n\
         try: os.setpgid(0, os.getpgid(os.getppid()))\nexcept PermissionError: print('it cannot')",
    ));
    assert_eq!(
        (ended.status, text(&ended).as_str()),
        (Status::Exited(0), "it cannot\n")
    );
}

#[test]
fn has_no_terminal() {
    assert_eq!(text(&ended(&shell("(: </dev/tty) 2>/dev/null || echo none"))), "none\n");
}

#[test]
fn an_endless_limit_is_no_limit() {
    assert_eq!(
        ended(&Command {
            time_limit: Duration::MAX,
            ..shell("exit 3")
        })
        .status,
        Status::Exited(3)
    );
}

#[test]
fn several_threads_run_processes_at_once() {
    thread::scope(|scope| {
        for code in 0..8 {
            scope.spawn(move || {
                for _ in 0..5 {
                    assert_eq!(ended(&shell(&format!("exit {code}"))).status, Status::Exited(code));
                }
            });
        }
    });
}

#[test]
fn a_run_does_not_wait_for_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = |name: &str| {
        format!(
            "until [ -e {} ]; do sleep 0.01; done",
            folder.path().join(name).display()
        )
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| ended(&shell(&there("second"))).status);
        ended(&shell(&format!("touch {}", folder.path().join("second").display())));
        assert_eq!(first.join().expect("no panic"), Status::Exited(0));
    });
}
