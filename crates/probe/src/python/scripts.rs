//! The Python scripts that run inside the measured interpreter: which parts each is put together from, in the order in which
//! they build on each other. The parts of a script share one namespace; `make check` lints what comes out.

/// One file of a script.
#[derive(Debug, Clone, Copy)]
struct Part {
    path: &'static str,
    text: &'static str,
}

/// The parts with these paths, relative to this file.
macro_rules! parts {
    ($($path:literal),+ $(,)?) => {
        &[$(Part { path: $path, text: include_str!($path) }),+]
    };
}

/// What every script that imports for measured code begins with.
const IMPORTING: &[Part] = parts![
    "wire.py",
    "failure.py",
    "clock.py",
    "import_system.py",
    "start_up.py",
    "faults.py",
    "set_up.py",
];

/// What the script of a timed sample begins with.
const HELD: &[Part] = parts!["hold.py"];

/// What a timed sample needs besides.
const TIMING: &[Part] = parts![
    "calibration.py",
    "pace.py",
    "collections.py",
    "own_times.py",
    "served.py"
];

/// A script of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Script {
    /// Says what the interpreter is, and compiles the others.
    Interpreter,
    /// One timed sample.
    Probe,
    /// The probe with some import statements deferred.
    DeferringProbe,
    /// The probe with some bodies compiled anew, and some import statements left out of them.
    RemovingProbe,
    /// One untimed import with every hook on.
    Observe,
    /// An observation that sees the lines of module bodies, and nothing else.
    ObserveLines,
    /// Reads what sources say of import statements.
    Syntax,
    /// An import under a profiler.
    Profile,
    /// Starts the observer in the process of a command.
    CommandStart,
    /// Notes what that process imports.
    CommandObserver,
    /// Notes in its place what that process calls.
    CommandProfiler,
    /// Starts the recorder in the processes of a workload.
    UsageStart,
    /// Notes which modules a process of a workload uses.
    UsageRecorder,
}

impl Script {
    /// The scripts that a session runs.
    pub(super) const OF_A_SESSION: [Self; 8] = [
        Self::Interpreter,
        Self::Probe,
        Self::DeferringProbe,
        Self::RemovingProbe,
        Self::Observe,
        Self::ObserveLines,
        Self::Syntax,
        Self::Profile,
    ];
    /// Those of them that run often enough to be compiled once.
    pub(super) const COMPILED: [Self; 4] = [Self::Probe, Self::DeferringProbe, Self::RemovingProbe, Self::Observe];
    /// The scripts that watch a command, each begun by the first.
    #[cfg(test)]
    const OF_A_COMMAND: [Self; 3] = [Self::CommandStart, Self::CommandObserver, Self::CommandProfiler];
    /// The scripts that watch a workload.
    pub(super) const OF_USAGE: [Self; 2] = [Self::UsageStart, Self::UsageRecorder];

    /// The name of the file that the interpreter finds the script in.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Interpreter => "interpreter.py",
            Self::Probe => "probe.py",
            Self::DeferringProbe => "defer.py",
            Self::RemovingProbe => "remove.py",
            Self::Observe => "observe.py",
            Self::ObserveLines => "observe_lines.py",
            Self::Syntax => "syntax.py",
            Self::CommandStart => "importgate_command_start.py",
            Self::UsageStart => "sitecustomize.py",
            Self::Profile => "profile.py",
            Self::CommandObserver => "importgate_command_observer.py",
            Self::CommandProfiler => "importgate_command_profiler.py",
            Self::UsageRecorder => "importgate_usage_recorder.py",
        }
    }

    fn parts(self) -> Vec<Part> {
        let groups: &[&[Part]] = match self {
            Self::Interpreter => &[parts!["wire.py", "interpreter.py"]],
            Self::Probe => &[HELD, IMPORTING, TIMING, parts!["probe.py"]],
            Self::DeferringProbe => &[HELD, IMPORTING, TIMING, parts!["defer.py", "probe.py"]],
            Self::RemovingProbe => &[HELD, IMPORTING, TIMING, parts!["remove.py", "probe.py"]],
            Self::Observe => &[
                IMPORTING,
                parts![
                    "served.py",
                    "observe/readings.py",
                    "observe/places.py",
                    "observe/imports.py",
                    "observe/warnings.py",
                    "observe/effects.py",
                    "observe/traces.py",
                    "collections.py",
                    "observe/asked.py",
                    "observe/hooks.py",
                    "calibration.py",
                    "observe/glance.py",
                    "observe/bytecode.py",
                    "observe/modules.py",
                    "observe/answer.py",
                ],
            ],
            Self::ObserveLines => &[
                IMPORTING,
                parts![
                    "observe/readings.py",
                    "observe/places.py",
                    "observe/statements.py",
                    "observe/line_samples.py",
                    "observe/lines.py",
                ],
            ],
            Self::Syntax => &[parts![
                "wire.py",
                "syntax/scopes.py",
                "syntax/outside.py",
                "syntax/effects.py",
                "syntax/statements.py",
            ]],
            Self::CommandStart => &[parts!["command/sitecustomize.py"]],
            Self::CommandObserver => &[parts![
                "wire.py",
                "clock.py",
                "import_system.py",
                "start_up.py",
                "observe/readings.py",
                "observe/places.py",
                "observe/imports.py",
                "observe/bytecode.py",
                "observe/modules.py",
                "command/observe.py",
            ]],
            Self::Profile => &[
                IMPORTING,
                parts![
                    "observe/readings.py",
                    "observe/places.py",
                    "observe/profiler.py",
                    "observe/profile.py",
                ],
            ],
            Self::CommandProfiler => &[parts![
                "wire.py",
                "clock.py",
                "import_system.py",
                "start_up.py",
                "observe/readings.py",
                "observe/places.py",
                "observe/profiler.py",
                "command/profile.py",
            ]],
            Self::UsageStart => &[parts!["usage/sitecustomize.py"]],
            Self::UsageRecorder => &[parts!["import_system.py", "usage/recorder.py"]],
        };
        groups.concat()
    }

    /// The script's text. A comment before each part names its file, for whoever reads a traceback or a linter's message.
    pub(super) fn assemble(self) -> String {
        assemble(&self.parts())
    }

    /// The part that runs before the others are loaded, and the others; `None` where there is none such.
    pub(super) fn assemble_held(self) -> Option<(String, String)> {
        let parts = self.parts();
        let (held, rest) = parts.split_at_checked(HELD.len())?;
        (held.first()?.path == HELD[0].path).then(|| (assemble(held), assemble(rest)))
    }
}

fn assemble(parts: &[Part]) -> String {
    let texts = parts.iter().map(|part| format!("# part: {}\n{}", part.path, part.text));
    texts.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{env, fs};

    use super::*;

    /// `make check` names a folder, and lints what this writes into it: to the letter what an interpreter gets.
    #[test]
    fn every_script_is_written_out_for_the_linter() {
        let kept = env::var_os("IMPORTGATE_ASSEMBLED_SCRIPTS").map(PathBuf::from);
        let own = tempfile::tempdir().expect("a folder");
        let folder = kept.as_deref().unwrap_or(own.path());
        for script in Script::OF_A_SESSION
            .into_iter()
            .chain(Script::OF_A_COMMAND)
            .chain(Script::OF_USAGE)
        {
            let text = script.assemble();
            assert_eq!(
                text.lines().filter(|line| line.starts_with("# part: ")).count(),
                script.parts().len()
            );
            fs::write(folder.join(script.file_name()), text).expect("it is written");
        }
    }
}
