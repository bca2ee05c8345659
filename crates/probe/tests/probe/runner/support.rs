//! What both kinds of tests need: commands, and a look at processes from outside.

use std::path::Path;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use importgate_probe::runner::{Command, Ended, Output, run};

/// Reached only by a defect.
pub(crate) const FAR: Duration = Duration::from_secs(300);

pub(crate) fn shell(script: &str) -> Command {
    Command {
        arguments: vec!["-c".into(), script.into()],
        output: Output::Capture,
        ..Command::new("/bin/sh", FAR)
    }
}

pub(crate) fn python(script: &str) -> Command {
    Command {
        arguments: vec!["-c".into(), script.into()],
        output: Output::Capture,
        ..Command::new("python3", FAR)
    }
}

pub(crate) fn ended(command: &Command) -> Ended {
    run(command).expect("it can be started and waited for")
}

pub(crate) fn text(ended: &Ended) -> String {
    String::from_utf8_lossy(&ended.output_tail).into_owned()
}

pub(crate) fn wait_until_gone(id: &str) {
    wait_until(|| !is_there(id));
}

pub(crate) fn wait_until(mut condition: impl FnMut() -> bool) {
    let give_up = Instant::now() + FAR;
    while !condition() {
        assert!(Instant::now() < give_up, "it never happened");
        thread::sleep(Duration::from_millis(10));
    }
}

/// True where there is such a process and it is not merely waiting for process 1 to reap it.
pub(crate) fn is_there(id: &str) -> bool {
    assert!(id.parse::<u32>().is_ok(), "{id:?} is no process id");
    let state = if Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read(format!("/proc/{id}/stat")).unwrap_or_default();
        let name_end = stat
            .iter()
            .rposition(|&byte| byte == b')')
            .map_or(stat.len(), |end| end + 1);
        String::from_utf8_lossy(&stat[name_end..]).into_owned()
    } else {
        let stat = process::Command::new("ps")
            .args(["-o", "stat=", "-p", id])
            .output()
            .expect("ps");
        String::from_utf8_lossy(&stat.stdout).into_owned()
    };
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}
