//! Every exit code of the program, in one place. The table of docs/commands.md is checked against it.

/// Nothing failed. Warnings, and comparisons that could not be decided, may be in the report.
pub const PASS: u8 = 0;
/// A budget was exceeded, or an import failed.
pub const FAIL: u8 = 1;
/// The command line or the budgets file is wrong.
pub const USAGE: u8 = 2;
/// It could not measure: no interpreter, no target matched, the baseline cannot be read.
pub const CANNOT_MEASURE: u8 = 3;
/// Stopped by SIGHUP, as when the terminal is closed (128 + SIGHUP).
pub const HUNG_UP: u8 = 129;
/// Stopped by Ctrl-C (128 + SIGINT), as shells have it.
pub const INTERRUPTED: u8 = 130;
/// Stopped by SIGTERM (128 + SIGTERM).
pub const TERMINATED: u8 = 143;

/// The code of a run that a signal stopped.
pub(crate) fn stopped_by(signal: i32) -> u8 {
    match signal {
        libc::SIGHUP => HUNG_UP,
        libc::SIGTERM => TERMINATED,
        _ => INTERRUPTED,
    }
}
