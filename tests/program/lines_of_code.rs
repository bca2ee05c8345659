//! What is said at lines of code, in the formats of the services that show it there: the file has to be named as the service names it,
//! wherever the command runs.

use std::path::PathBuf;

use serde_json::Value;

use super::support::{Project, Run, committed};

const PACKAGE: &str = "packages/shop";
const STORE: &str = "packages/shop/src/shop/store.py";

/// A project in a folder of a repository, in which a line was added that loads what was not loaded before.
fn regressed() -> Project {
    let project = Project::new("");
    project.write(
        "packages/shop/budgets.toml",
        "[modules.\"shop.cli\"]\nmax-new-modules = 0\n",
    );
    project.write("packages/shop/src/shop/__init__.py", "");
    project.write("packages/shop/src/shop/cli.py", "from shop import store\n");
    project.write(STORE, "VALUE = 1\n");
    let project = committed(project);
    let mut record = project.command(&["record", "--samples", "6"]);
    record.current_dir(project.path(PACKAGE));
    Run::of(record, &project).expect_code(0);
    project.write(STORE, "VALUE = 1\nimport json\n");
    project
}

/// A check in a folder, and what it wrote there in each of these formats.
fn check(project: &Project, folder: PathBuf, words: &[&str], workspace: Option<PathBuf>) -> Outputs {
    let formats = [
        "sarif=a.sarif",
        "github=a.txt",
        "gitlab=a.json",
        "rdjson=b.json",
        "json=report.json",
    ];
    let mut command = project.command(&[
        "check",
        "--samples",
        "2",
        "--format",
        "azure",
        "--format",
        "markdown=summary.md",
    ]);
    for format in formats {
        command.args(["--format", format]);
    }
    command.args(words).current_dir(&folder);
    command.envs(workspace.map(|workspace| ("GITHUB_WORKSPACE", workspace)));
    let done = command.output().expect("it runs");
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
    Outputs {
        azure: String::from_utf8(done.stdout).expect("text"),
        folder,
    }
}

struct Outputs {
    azure: String,
    folder: PathBuf,
}

impl Outputs {
    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).expect(file)
    }

    fn json(&self, file: &str) -> Value {
        serde_json::from_str(&self.text(file)).expect("JSON")
    }

    /// The file in each format that names it from the root of the repository.
    fn files(&self) -> [String; 4] {
        let sarif = self.json("a.sarif");
        let sarif = sarif.pointer("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri");
        let gitlab = self.json("a.json");
        let between = |text: &str, before: &str, after: char| {
            let (_, rest) = text.split_once(before).expect(before);
            rest.split(after).next().unwrap_or_default().to_owned()
        };
        [
            sarif.and_then(Value::as_str).expect("a file").to_owned(),
            gitlab[0]["location"]["path"].as_str().expect("a file").to_owned(),
            between(&self.text("a.txt"), "::error file=", ','),
            between(&self.azure, "sourcepath=", ';'),
        ]
    }
}

#[test]
fn a_regression_is_at_its_line_from_any_folder_of_a_repository() {
    let project = regressed();
    let outputs = check(&project, project.path("packages/shop/src"), &[], None);
    assert_eq!(outputs.files(), [STORE; 4]);
    let result = &outputs.json("a.sarif")["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "over-new-modules");
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        (region["startLine"].as_u64(), region["endColumn"].as_u64()),
        (Some(2), Some(12))
    );
    let flow = result
        .pointer("/codeFlows/0/threadFlows/0/locations")
        .and_then(Value::as_array);
    let step = |step: &Value| step.pointer("/location/message/text").cloned();
    let steps: Vec<Option<Value>> = flow.expect("a way").iter().map(step).collect();
    assert_eq!(
        steps,
        [
            Some("shop.cli imports shop.store".into()),
            Some("shop.store imports json".into())
        ]
    );
    assert!(outputs.text("a.txt").contains(&format!("::error file={STORE},line=2,")));
    assert_eq!(outputs.json("a.json")[0]["location"]["lines"]["begin"], 2);
    // Reviewdog stands where the command does.
    assert_eq!(
        outputs.json("b.json")["diagnostics"][0]["location"]["path"],
        "shop/store.py"
    );
    let summary = project.path("packages/shop/src/summary.md");
    assert!(summary.is_file());
    let upload = format!("##vso[task.uploadsummary]{}\n", summary.display());
    assert!(outputs.azure.ends_with(&upload), "{}", outputs.azure);
}

#[test]
fn the_root_is_what_the_service_says_where_the_project_lies_below_it_and_else_what_git_says() {
    let project = regressed();
    let package = project.path(PACKAGE);
    let of_service = check(&project, package.clone(), &[], Some(project.path("packages")));
    assert_eq!(of_service.files(), ["shop/src/shop/store.py"; 4]);
    let of_another = check(&project, package.clone(), &[], Some(project.temporary()));
    assert_eq!(of_another.files(), [STORE; 4]);
    let budgets = package.join("budgets.toml");
    let words = ["--budgets", budgets.to_str().expect("text")];
    let from_elsewhere = check(&project, project.temporary(), &words, Some(project.path("")));
    assert_eq!(from_elsewhere.files(), [STORE; 4]);
}

#[test]
fn merge_writes_what_check_does() {
    let project = regressed();
    let outputs = check(&project, project.path(PACKAGE), &[], None);
    let mut merge = project.command(&[
        "merge",
        "report.json",
        "--format",
        "sarif=b.sarif",
        "--format",
        "gitlab=c.json",
    ]);
    merge.current_dir(project.path(PACKAGE));
    Run::of(merge, &project).expect_code(1);
    assert_eq!(outputs.json("a.sarif"), outputs.json("b.sarif"));
    assert_eq!(outputs.json("a.json"), outputs.json("c.json"));
}

#[test]
fn a_problem_is_the_same_when_lines_above_it_change() {
    let project = regressed();
    let fingerprint = |outputs: &Outputs| outputs.json("a.json")[0]["fingerprint"].clone();
    let before = fingerprint(&check(&project, project.path(PACKAGE), &[], None));
    project.write(STORE, "\n\nVALUE = 2\n\nimport json\n");
    let moved = check(&project, project.path(PACKAGE), &[], None);
    assert_eq!(moved.json("a.json")[0]["location"]["lines"]["begin"], 5);
    assert_eq!(fingerprint(&moved), before);
}

#[test]
fn ten_annotations_of_a_kind_and_how_many_more_there_are() {
    let names: Vec<String> = (1..=12).map(|number| format!("broken_{number}")).collect();
    let table = |name: &String| format!("[modules.{name}]\n");
    let project = Project::new(&names.iter().map(table).collect::<String>());
    for name in &names {
        project.write(&format!("src/{name}.py"), "raise ValueError\n");
    }
    let run = project
        .run(&["check", "--samples", "2", "--format", "github"])
        .expect_code(1);
    assert_eq!(
        run.stdout.matches("::error file=src/broken_").count(),
        10,
        "{}",
        run.stdout
    );
    let last = run.stdout.lines().last().expect("a line");
    assert_eq!(
        last,
        "::notice title=importgate::2 more errors: the log and the job summary have them"
    );
}
