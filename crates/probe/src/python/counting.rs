//! The two runs whose difference in instructions is an import's: one that imports, and one that differs from it only in
//! importing nothing. What counts them is somebody else's business; this says which program that is.
//!
//! The environment is the user's, since an import may need any variable of the project (`DJANGO_SETTINGS_MODULE`), without
//! those that describe a job, a shell or a terminal: they differ from run to run and move what is allocated after them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::PythonError;
use super::scripts::Script;
use super::session::{BytecodeFiles, SILENCED, START, Session, WITHOUT_SITE, named, word, words};
use importgate_core::observed::ImportRequest;

/// Beginnings of names of variables that say where and when a run takes place, and not what the project is.
const OF_THE_JOB: [&str; 26] = [
    "APPVEYOR",
    "BUILDKITE",
    "BUILD_",
    "CARGO",
    "CIRCLE",
    "CI_",
    "DBUS_",
    "GITHUB_",
    "GITLAB_",
    "GIT_",
    "HOSTNAME",
    "INVOCATION_ID",
    "JENKINS_",
    "JOB_",
    "JOURNAL_STREAM",
    "LC_",
    "LESS",
    "LS_COLORS",
    "RUNNER_",
    "RUST",
    "SHLVL",
    "SSH_",
    "TERM",
    "TRAVIS",
    "TMUX",
    "XDG_",
];

/// Names of further such variables, and of those that the counting pins itself.
const NAMES_OF_THE_JOB: [&str; 14] = [
    "CI",
    "COLUMNS",
    "DISPLAY",
    "LANG",
    "LANGUAGE",
    "LINES",
    "LOGNAME",
    "MKL_NUM_THREADS",
    "OLDPWD",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PWD",
    "USER",
    "_",
];

/// What to start so that its instructions can be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedRun {
    /// Program and arguments; of one length, whether it imports or not.
    pub command: Vec<OsString>,
    /// The variables that it needs beside the pinned ones.
    pub environment: BTreeMap<OsString, OsString>,
    /// The folder that it starts in.
    pub working_directory: PathBuf,
}

impl Session {
    /// The run that imports what is requested, and then the one that loads its `preload` alone. An observation before them
    /// has written what bytecode a start of the program would write.
    ///
    /// # Errors
    /// [`PythonError`] where the script cannot be written.
    pub fn counted_runs(&self, request: ImportRequest<'_>) -> Result<[CountedRun; 2], PythonError> {
        // A file by its name: what counts starts the interpreter, and knows of no descriptor to hand on.
        let script = self.workspace().program(Script::Probe).file()?;
        // A word that the script does not look for, as long as the one that it does.
        Ok(["import", "unused"].map(|key| CountedRun {
            command: self.counted_command(script, key, request),
            environment: self.counted_environment(std::env::vars_os()),
            working_directory: self.settings().working_directory.clone(),
        }))
    }

    fn counted_command(&self, script: &Path, key: &str, request: ImportRequest<'_>) -> Vec<OsString> {
        // The interpreter itself: what the project names may be a script that looks for it, and would be counted.
        let mut command = vec![self.interpreter().executable.clone().into_os_string()];
        if request.is_start() {
            command.extend(WITHOUT_SITE.map(OsString::from));
        }
        command.push(script.into());
        command.push(word("count", OsStr::new("yes")));
        if request.is_start() {
            // As long as the word of the run that does without.
            command.push(if key == "import" { START } else { "other=yes" }.into());
            return command;
        }
        let roots = &self.settings().source_roots;
        command.extend(words("root", roots.iter().map(|root| root.as_os_str().to_owned())));
        command.extend(self.set_up_word());
        command.extend(named("preload", request.preload));
        command.extend(named(key, request.imports));
        command
    }

    fn counted_environment(
        &self,
        inherited: impl Iterator<Item = (OsString, OsString)>,
    ) -> BTreeMap<OsString, OsString> {
        let mut environment: BTreeMap<OsString, OsString> =
            inherited.filter(|(name, _)| is_of_the_project(name)).collect();
        let set = self.settings().set_up.variables.iter();
        environment.extend(set.map(|(name, value)| (name.into(), value.into())));
        // Python takes an empty variable for one that is not set.
        environment.extend(SILENCED.map(|name| (OsString::from(name), OsString::new())));
        if self.bytecode() != BytecodeFiles::AsIs {
            let folder = self.workspace().bytecode_folder().into_os_string();
            environment.insert("PYTHONPYCACHEPREFIX".into(), folder);
        }
        environment
    }
}

/// True for a variable that an import may depend on. Those of Python itself stay anyway.
fn is_of_the_project(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        !name.starts_with("PYTHON")
            && !NAMES_OF_THE_JOB.contains(&name)
            && !OF_THE_JOB.iter().any(|beginning| name.starts_with(beginning))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_project_stay_and_those_of_the_job_go() {
        let stays = |name: &str| is_of_the_project(OsStr::new(name));
        assert!(stays("DJANGO_SETTINGS_MODULE") && stays("DATABASE_URL") && stays("PATH"));
        assert!(!stays("GITHUB_RUN_ID") && !stays("PWD") && !stays("LC_ALL") && !stays("PYTHONHASHSEED"));
        assert!(stays("CIVIL_SETTINGS") && stays("USER_SETTINGS"));
    }
}
