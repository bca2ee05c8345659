//! Runs a command of the user's own in the place of this process: same terminal, same streams, same group, for as long as it
//! takes. It is not measured, and what it leaves behind is its own affair.

use std::process::Command;

use signal_hook::consts::SIGINT;

use super::command::{RunError, Status};
use super::system;
use super::wakeup::{self, Wakeup};

/// Runs the command to its end.
///
/// Ctrl-C reaches it from the terminal, and it alone decides what to do; SIGTERM and SIGHUP to this process are passed on. What was asked of this process meanwhile was for
/// the command, and counts as done once that has ended.
///
/// # Errors
/// [`RunError::Start`] where it cannot be started, [`RunError::Prepare`] and [`RunError::Wait`] where the system fails.
pub fn run_in_foreground(command: &mut Command) -> Result<Status, RunError> {
    wakeup::listen_for_requests_to_stop()?;
    let wakeup = Wakeup::take()?;
    let program = command.get_program().to_owned();
    let child = command.spawn().map_err(|source| RunError::Start {
        program: program.clone(),
        source,
    })?;
    let id = child.id().cast_signed();
    let failed = |source| RunError::Wait {
        program: program.clone(),
        source,
    };
    let mut passed_on = None;
    loop {
        wakeup.clear();
        if let Some(account) = system::reap(id).map_err(failed)? {
            wakeup::forget_request_to_stop();
            return Ok(account.status);
        }
        let signal = wakeup::interrupted();
        if let Some(number) = signal.filter(|&number| number != SIGINT && signal != passed_on) {
            system::signal_process(id, number);
            passed_on = signal;
        }
        system::wait_readable(wakeup.descriptor(), [], None).map_err(failed)?;
    }
}
