//! cachegrind without its simulation of caches: the instructions of a process, exact, on any machine that valgrind runs
//! on. Valgrind shows the program a processor of its own choosing (on x86-64 one model for all processors with AVX2), so
//! that libraries pick the same variants of their functions on different machines.

use std::ffi::OsString;
use std::path::Path;

/// The arguments of valgrind in front of the program to be counted. Each process logs to `PID.log` in a folder.
pub(super) fn arguments(folder: &Path) -> Vec<OsString> {
    let mut log = OsString::from("--log-file=");
    // A percent sign in the folder's name would start a placeholder.
    log.push(folder.to_string_lossy().replace('%', "%%"));
    log.push("/%p.log");
    let mut arguments: Vec<OsString> = [
        // Neither the user's nor the project's `.valgrindrc` counts.
        "--command-line-only=yes",
        "--tool=cachegrind",
        "--cache-sim=no",
        "--cachegrind-out-file=/dev/null",
        // An interpreter may be a script that ends in `exec`.
        "--trace-children=yes",
        // A forked child would write a second count into its parent's log.
        "--child-silent-after-fork=yes",
        // No pipes for a debugger, which stay in the folder for temporary files when the run is killed.
        "--vgdb=no",
    ]
    .map(OsString::from)
    .into();
    arguments.push(log);
    arguments
}

/// The version in the output of `valgrind --version`.
pub(super) fn version(output: &str) -> Option<String> {
    let version = output.trim().strip_prefix("valgrind-")?;
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then(|| version.to_owned())
}

/// What the log of one process says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Log {
    /// The process that started it.
    pub(super) parent: u32,
    /// Its instructions; `None` where it was killed or replaced before the count was written.
    pub(super) instructions: Option<u64>,
}

impl Log {
    /// Reads a log, whose lines begin with `==PID==`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lines = || {
            text.lines()
                .filter_map(|line| Some(line.strip_prefix("==")?.split_once("== ")?.1.trim()))
        };
        let parent = lines()
            .find_map(|line| line.strip_prefix("Parent PID: "))?
            .parse()
            .ok()?;
        // `I   refs:      69,106,825`, and with one space since 3.21.
        let instructions = lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next()? == "I" && words.next()? == "refs:").then(|| words.next()?.replace(',', "").parse().ok())?
        });
        Some(Self { parent, instructions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = "==8393== Cachegrind, a cache and branch-prediction profiler\n\
        ==8393== Copyright (C) 2002-2017, and GNU GPL'd, by Nicholas Nethercote et al.\n\
        ==8393== Using Valgrind-3.19.0 and LibVEX; rerun with -h for copyright info\n\
        ==8393== Command: python3 -c import\\ json\n\
        ==8393== Parent PID: 8389\n\
        ==8393== \n\
        --8393-- warning: L3 cache found, using its data for the LL simulation.\n\
        ==8393== \n\
        ==8393== I   refs:      60,264,481\n";

    #[test]
    fn the_log_of_a_process() {
        assert_eq!(
            Log::parse(RECORDED),
            Some(Log {
                parent: 8389,
                instructions: Some(60_264_481)
            })
        );
    }

    #[test]
    fn the_log_of_newer_versions() {
        let text = "==1== Cachegrind, a high-precision tracing profiler\n==1== Parent PID: 7\n==1== \n==1== I refs:        1,234\n";
        assert_eq!(
            Log::parse(text),
            Some(Log {
                parent: 7,
                instructions: Some(1234)
            })
        );
    }

    #[test]
    fn a_process_that_was_killed_has_no_count() {
        let text = RECORDED.split("==8393== I ").next().expect("text");
        assert_eq!(
            Log::parse(text),
            Some(Log {
                parent: 8389,
                instructions: None
            })
        );
    }

    #[test]
    fn a_command_that_looks_like_a_count_is_none() {
        let text = "==5== Command: python3 I refs: 1\n==5== Parent PID: 2\n==5== I   refs:      many\n";
        assert_eq!(
            Log::parse(text),
            Some(Log {
                parent: 2,
                instructions: None
            })
        );
        assert_eq!(Log::parse("I refs: 5"), None);
        assert_eq!(Log::parse(""), None);
    }

    #[test]
    fn the_version_out_of_its_line() {
        assert_eq!(version("valgrind-3.19.0\n").as_deref(), Some("3.19.0"));
        assert_eq!(version("valgrind-3.22.0.GIT\n").as_deref(), Some("3.22.0.GIT"));
        assert_eq!(version("sh: valgrind: not found"), None);
    }

    #[test]
    fn a_percent_sign_in_the_folder_is_no_placeholder() {
        let last = arguments(Path::new("/tmp/50%/x")).pop();
        assert_eq!(last, Some(OsString::from("--log-file=/tmp/50%%/x/%p.log")));
    }
}
