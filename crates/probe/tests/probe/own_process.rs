//! A process of its own for a test of what changes the whole process: this test program once more, told by a variable to run that test
//! alone.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use importgate_probe::runner::prepare;

/// Set in a test's own process, to a folder for messages between the two.
pub(crate) const FOLDER: &str = "RUNNER_TEST_FOLDER";

/// This program again, for one test only; `launcher` is a program with arguments that ends in an `exec` of what follows.
pub(crate) fn again(test: &str, launcher: &[&str], folder: &Path) -> Command {
    let own = env::current_exe().expect("it is running");
    let words = launcher
        .iter()
        .map(OsStr::new)
        .chain([own.as_os_str()])
        .collect::<Vec<_>>();
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Runs the body of a test in a process of its own that owns whatever its runs start.
pub(crate) fn run(test: &str, launcher: &[&str], body: impl FnOnce()) {
    if env::var_os(FOLDER).is_some() {
        prepare().expect("handlers can be installed");
        return body();
    }
    let folder = tempfile::tempdir().expect("a folder");
    let status = again(test, launcher, folder.path())
        .status()
        .expect("it can be started");
    assert!(status.success(), "{test} in a process of its own: {status}");
}
