//! As much of GitHub's runner as the action's scripts can see: their environment, their inputs and their output files.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use saphyr::{LoadableYamlNode, Yaml};

/// `action.yml`, as far as the tests need it.
pub(crate) struct Action {
    /// Every input with its default.
    pub(crate) inputs: BTreeMap<String, String>,
    /// Every output with the expression of its value.
    outputs: BTreeMap<String, String>,
    scripts: Vec<Script>,
}

/// A step that runs a script, and the text of the script that it runs.
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) shell: String,
    pub(crate) run: String,
    pub(crate) file: String,
    /// Its `env:`, as written.
    pub(crate) environment: BTreeMap<String, String>,
}

fn text(yaml: &Yaml<'_>) -> String {
    yaml.as_str().expect("a text").to_owned()
}

fn entries(yaml: Option<&Yaml<'_>>, value: impl Fn(&Yaml<'_>) -> String) -> BTreeMap<String, String> {
    let mapping = yaml.and_then(Yaml::as_mapping);
    mapping
        .into_iter()
        .flatten()
        .map(|(name, entry)| (text(name), value(entry)))
        .collect()
}

impl Action {
    pub(crate) fn load() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let source = fs::read_to_string(root.join("action.yml")).expect("action.yml");
        let documents = Yaml::load_from_str(&source).expect("YAML");
        let action = &documents[0];
        let steps = action["runs"]["steps"].as_sequence().expect("steps");
        let scripts = steps
            .iter()
            .filter(|step| step.contains_mapping_key("run"))
            .map(|step| {
                let run = text(&step["run"]);
                let file = run
                    .strip_prefix("\"$GITHUB_ACTION_PATH/")
                    .and_then(|rest| rest.strip_suffix('"'));
                let file = file.unwrap_or_else(|| panic!("no more than a file beside action.yml is run: {run}"));
                Script {
                    name: text(&step["name"]),
                    shell: text(&step["shell"]),
                    file: fs::read_to_string(root.join(file)).expect(file),
                    run,
                    environment: entries(step.as_mapping_get("env"), text),
                }
            });
        Self {
            inputs: entries(action.as_mapping_get("inputs"), |input| text(&input["default"])),
            outputs: entries(action.as_mapping_get("outputs"), |output| text(&output["value"])),
            scripts: scripts.collect(),
        }
    }

    pub(crate) fn scripts(&self) -> impl Iterator<Item = &Script> {
        self.scripts.iter()
    }

    pub(crate) fn script(&self, name: &str) -> &Script {
        self.scripts()
            .find(|script| script.name == name)
            .expect("a step of this name")
    }
}

/// A job in which steps can be run. Everything it writes lies in a folder of its own.
pub(crate) struct Job {
    action: Action,
    folder: tempfile::TempDir,
    inputs: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
}

/// What a step left behind.
pub(crate) struct Run {
    pub(crate) code: i32,
    /// Standard output, then standard error.
    pub(crate) output: String,
    /// The lines of `GITHUB_OUTPUT`.
    pub(crate) outputs: Vec<String>,
    /// What was added to the job summary.
    pub(crate) summary: String,
    /// What the step left for the steps after it, by the file's variable.
    pub(crate) handed_on: BTreeMap<&'static str, String>,
    /// The action's output `verdict`.
    pub(crate) verdict: String,
}

/// The files of a step beside those of its outputs and its summary.
const STATE_FILES: [&str; 3] = ["GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE"];

/// The value of an expression of texts, step outputs, comparisons, `&&` and `||`, as the runner has it: the last operand that was looked at.
fn evaluate_output(expression: &str, outcome: &str, outputs: &[String]) -> String {
    let value = |word: &str| match word.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(text) => text.to_owned(),
        None if word == "steps.gate.outcome" => outcome.to_owned(),
        None => {
            let name = word.strip_prefix("steps.gate.outputs.").expect("an output of the gate");
            let lines = outputs.iter().rev().filter_map(|line| line.split_once('='));
            lines
                .filter(|(found, _)| *found == name)
                .map(|(_, value)| value.to_owned())
                .next()
                .unwrap_or_default()
        }
    };
    let operand = |text: &str| match (text.split_once(" == "), text.split_once(" != ")) {
        (Some((one, other)), _) if value(one) == value(other) => "true".to_owned(),
        (_, Some((one, other))) if value(one) != value(other) => "true".to_owned(),
        (Some(_), _) | (_, Some(_)) => String::new(),
        _ => value(text),
    };
    let all = |text: &str| {
        let mut last = String::new();
        for part in text.split(" && ") {
            last = operand(part);
            if last.is_empty() {
                break;
            }
        }
        last
    };
    let expression = expression
        .strip_prefix("${{ ")
        .and_then(|rest| rest.strip_suffix(" }}"));
    let mut any = expression.expect("one expression").split(" || ").map(all);
    any.find(|value| !value.is_empty()).unwrap_or_default()
}

impl Job {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for part in ["bin", "temp", "work"] {
            fs::create_dir(folder.path().join(part)).expect("a folder");
        }
        Self {
            action: Action::load(),
            folder,
            inputs: BTreeMap::new(),
            variables: BTreeMap::new(),
        }
    }

    /// A path below the job's folder: `work` is the workspace, `temp` is RUNNER_TEMP, `bin` is first on PATH.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    pub(crate) fn input(&mut self, name: &str, value: &str) {
        assert!(self.action.inputs.contains_key(name), "no input {name}");
        self.inputs.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn set(&mut self, variable: &str, value: &str) {
        self.variables.insert(variable.to_owned(), value.to_owned());
    }

    /// By another process: what a test has open for writing, a process that another test starts at that moment has open as well, and the
    /// system runs no file that is being written.
    pub(crate) fn write_executable(&self, relative: &str, script: &str) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        let write = "cat >\"$1\" && chmod 755 \"$1\"";
        let mut writer = Command::new("sh")
            .args(["-c", write, "sh"])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .expect("sh");
        let mut input = writer.stdin.take().expect("its input");
        input.write_all(script.as_bytes()).expect("the script");
        drop(input);
        assert!(writer.wait().expect("sh").success(), "{}", path.display());
        path
    }

    /// True where a file of this name lies anywhere below the job's folder.
    pub(crate) fn has_file_named(&self, name: &str) -> bool {
        let mut pending = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.file_name().is_some_and(|found| found == name) {
                    return true;
                }
                if path.is_dir() {
                    pending.push(path);
                }
            }
        }
        false
    }

    /// The value of an `env:` entry: a text, one input, or the place in the matrix.
    fn evaluate(&self, value: &str) -> String {
        if value == "${{ strategy.job-index }}" {
            return "3".to_owned();
        }
        let Some(name) = value
            .strip_prefix("${{ inputs.")
            .and_then(|rest| rest.strip_suffix(" }}"))
        else {
            assert!(
                !value.contains("${{"),
                "an expression that this runner does not know: {value}"
            );
            return value.to_owned();
        };
        self.inputs.get(name).unwrap_or(&self.action.inputs[name]).clone()
    }

    /// Runs one step's script the way the runner does: `bash --noprofile --norc -eo pipefail FILE`.
    pub(crate) fn run(&self, step: &str) -> Run {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::iter::once(self.path("bin"))
            .chain(std::env::split_paths(&path))
            .collect();
        self.run_with_path(step, &folders)
    }

    /// The same with these folders alone on PATH.
    pub(crate) fn run_with_path(&self, step: &str, folders: &[PathBuf]) -> Run {
        let script = self.action.script(step);
        let (output, summary) = (self.path("temp/output"), self.path("temp/summary"));
        for file in [&output, &summary] {
            fs::write(file, "").expect("a file");
        }
        let state_files = STATE_FILES.map(|name| (name, self.path("temp").join(name)));
        for (_, file) in &state_files {
            fs::write(file, "").expect("a file");
        }
        let file = self.path("temp/step.sh");
        fs::write(&file, &script.run).expect("a file");
        let done = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&file)
            .current_dir(self.path("work"))
            .env("PATH", std::env::join_paths(folders).expect("a path"))
            .env("RUNNER_TEMP", self.path("temp"))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR"))
            .env("GITHUB_JOB", "import-time")
            .env("CI", "true")
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .envs(state_files.iter().map(|(name, file)| (name, file)))
            .envs(
                script
                    .environment
                    .iter()
                    .map(|(name, value)| (name, self.evaluate(value))),
            )
            .envs(&self.variables)
            .output()
            .expect("bash");
        let streams = [done.stdout, done.stderr].concat();
        let outputs: Vec<String> = fs::read_to_string(output)
            .expect("outputs")
            .lines()
            .map(str::to_owned)
            .collect();
        let outcome = if done.status.success() { "success" } else { "failure" };
        let read = |(name, file): &(&'static str, PathBuf)| (*name, fs::read_to_string(file).expect("a file"));
        Run {
            code: done.status.code().expect("an exit code"),
            output: String::from_utf8_lossy(&streams).into_owned(),
            verdict: evaluate_output(&self.action.outputs["verdict"], outcome, &outputs),
            outputs,
            handed_on: state_files.iter().map(read).collect(),
            summary: fs::read_to_string(summary).expect("a summary"),
        }
    }
}
