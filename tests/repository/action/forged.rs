//! What measured code does to the step that runs it: it writes to the step's files, plants reports, ends the gate, replaces the program.
//! None of it makes a pass, and none of it is handed on.

use std::fs;

use super::runner::{Job, Run};
use super::stand_in;

const REAL: &str = env!("CARGO_BIN_EXE_importgate");

/// A step in which measured code does this while a gate runs that comes to a pass.
fn after(does: &str) -> Run {
    let mut job = Job::new();
    stand_in(&mut job);
    job.set("VERDICT", "pass");
    job.set("SUMMARY", "the real summary\n");
    job.set("DOES", does);
    job.run("Gate")
}

#[track_caller]
fn assert_nothing_was_forged(does: &str, run: &Run) {
    assert_ne!(run.code, 0, "{does}: {}", run.output);
    assert_eq!(run.verdict, "error", "{does}: {:?}", run.outputs);
    assert_eq!(run.outputs, ["verdict=error", "report-json=", "report="], "{does}");
    assert!(
        run.summary.starts_with("importgate could not measure") && !run.summary.contains("forged"),
        "{does}: {}",
        run.summary
    );
    for (name, text) in &run.handed_on {
        assert_eq!(text, "", "{does}: {name}");
    }
}

#[test]
fn what_is_written_to_the_files_of_the_step_is_gone_and_told() {
    for does in [
        "echo forged=1 >>\"$GITHUB_OUTPUT\"",
        "echo '<!-- forged' >>\"$GITHUB_STEP_SUMMARY\"",
        "echo LD_PRELOAD=/forged.so >>\"$GITHUB_ENV\"",
        "echo /forged >>\"$GITHUB_PATH\"",
        "echo forged=1 >>\"$GITHUB_STATE\"",
        "rm \"$GITHUB_OUTPUT\"",
        "rm \"$GITHUB_ENV\"; mkfifo \"$GITHUB_ENV\"",
        "rm \"$GITHUB_PATH\"; mkdir \"$GITHUB_PATH\"",
        "cp \"$GITHUB_OUTPUT\" \"$RUNNER_TEMP/other\"; ln -sf \"$RUNNER_TEMP/other\" \"$GITHUB_OUTPUT\"",
    ] {
        let run = after(does);
        assert_nothing_was_forged(does, &run);
        assert!(
            run.output.contains("::error::importgate: the file of GITHUB_"),
            "{}",
            run.output
        );
    }
}

#[test]
fn a_report_that_is_not_the_gates_is_none() {
    for does in [
        "echo '{\"forged\": 1}' >\"$report\"",
        "echo forged >\"$summary\"",
        "echo '::error::forged' >\"$annotations\"",
        "rm \"$annotations\"",
        "mv \"$report\" \"$report.2\"; ln -s \"$report.2\" \"$report\"",
        "ln \"$report\" \"$report.2\"",
        "rm \"$summary\"; mkfifo \"$summary\"",
    ] {
        let run = after(does);
        assert_nothing_was_forged(does, &run);
        assert!(
            run.output
                .contains("::error::importgate: a report is not what the gate has written")
        );
        assert!(!run.output.contains("::error::forged"), "{}", run.output);
    }
}

#[test]
fn a_gate_that_does_not_come_to_its_end_has_no_report() {
    for does in [
        "rm \"$receipt\"; kill -9 $$",
        "sed -i '1s/.*/forged/' \"$receipt\"",
        "rm \"$receipt\"; mkfifo \"$receipt\"",
        "rm \"$receipt\"",
        "rm \"$receipt\"; exit 1",
    ] {
        assert_nothing_was_forged(does, &after(does));
    }
    // The report is the gate's, and how the gate ended is another matter.
    let run = after("kill -9 $$");
    assert_eq!((run.code, run.verdict.as_str()), (137, "error"));
    assert!(run.outputs[1].ends_with("report.json"), "{:?}", run.outputs);
}

#[test]
fn a_program_that_was_changed_is_not_run_again() {
    let run = after("printf '#!/bin/sh\\n' >\"$0.2\"; chmod +x \"$0.2\"; mv \"$0.2\" \"$0\"");
    assert_nothing_was_forged("another program", &run);
    assert!(run.output.contains("was changed while it measured"), "{}", run.output);

    let job = Job::new();
    job.write_executable("temp/importgate/bin/importgate", "#!/bin/sh\necho forged >>\"$0\"\n");
    assert_eq!(job.run("Gate").verdict, "error");
    assert!(!job.path("temp/importgate/bin/importgate").exists());
}

#[test]
fn outputs_of_a_step_that_was_ended_make_no_pass() {
    let run = after("echo verdict=pass >>\"$GITHUB_OUTPUT\"; kill -9 $PPID; sleep 1");
    assert_eq!(run.outputs, ["verdict=pass"]);
    assert_eq!(run.verdict, "error");
}

#[test]
fn commands_stay_stopped_when_the_gate_is_ended() {
    let run = after("rm \"$receipt\"; echo '::error::forged'; kill -9 $$");
    let log = lines_of(&run.output);
    let stopped = log
        .iter()
        .position(|line| line.starts_with("::stop-commands::"))
        .expect("stopped");
    let token = log[stopped].trim_start_matches("::stop-commands::");
    let resumed = log
        .iter()
        .position(|line| *line == format!("::{token}::"))
        .expect("resumed");
    let forged = log.iter().position(|line| line.contains("forged")).expect("said");
    assert!(stopped < forged && forged < resumed, "{log:?}");
}

fn lines_of(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// A module that does what it can think of to the step, by what its environment says and by what it finds in the runner's folder.
const HOSTILE: &str = r#"
import glob, os
temp = os.environ["RUNNER_TEMP"]
for name in ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY", "INPUT_BUDGETS", "GITHUB_TOKEN"]:
    if name in os.environ:
        open(os.path.join(temp, "told-" + name), "w").close()
for folder in glob.glob(os.path.join(temp, "importgate-report.*")):
    for name in ["report.json", "summary.md", "annotations.txt", "receipt"]:
        with open(os.path.join(folder, name), "w") as planted:
            planted.write("forged")
"#;

fn hostile_project(more: &str) -> (Job, Run) {
    let mut job = Job::new();
    for (file, text) in [
        ("work/src/hostile.py", format!("{HOSTILE}\n{more}\n").as_str()),
        (
            "work/budgets.toml",
            "[measure]\nsamples = 3\n[modules.hostile]\nmax-time = \"9s\"\n",
        ),
    ] {
        let path = job.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    job.input("binary", REAL);
    job.set("GITHUB_TOKEN", "secret");
    let run = job.run("Gate");
    (job, run)
}

#[test]
fn measured_code_is_told_of_no_file_and_no_token_and_what_it_plants_is_replaced() {
    let (job, run) = hostile_project("");
    assert_eq!((run.code, run.verdict.as_str()), (0, "pass"), "{}", run.output);
    let told: Vec<_> = fs::read_dir(job.path("temp")).expect("a folder").collect();
    let told = told.iter().map(|entry| entry.as_ref().expect("an entry").file_name());
    let told: Vec<_> = told
        .filter(|name| name.to_string_lossy().starts_with("told-"))
        .collect();
    assert!(told.is_empty(), "{told:?}");
    assert!(
        run.summary.contains("hostile") && !run.summary.contains("forged"),
        "{}",
        run.summary
    );
}

#[test]
fn measured_code_that_finds_the_files_and_ends_the_gate_makes_no_pass() {
    let (_, run) = hostile_project(
        "with open(os.path.join(temp, 'output'), 'a') as output:\n    output.write('verdict=pass\\n')\nimport signal\nos.kill(os.getppid(), signal.SIGKILL)",
    );
    assert_nothing_was_forged("ends the gate", &run);
}
