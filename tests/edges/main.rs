//! The edges that touch the user's own files: the baseline store and git.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

mod git;
mod git_history;
mod git_revisions;
mod store;

use std::process::Command;

/// Runs one test of this binary in a process of its own, which `prepare` gives another environment, and expects it to pass.
#[track_caller]
fn assert_passes_alone(test: &str, prepare: impl FnOnce(&mut Command)) {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", test]);
    prepare(&mut command);
    let printed = String::from_utf8(command.output().expect("the test runs").stdout).expect("text");
    // Also where no test has that name, the process would end with 0.
    assert!(printed.contains("test result: ok. 1 passed"), "{test}: {printed}");
}
