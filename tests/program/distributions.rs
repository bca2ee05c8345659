//! What was installed, upgraded or removed since the baseline stands beside what it may have broken or slowed down.

use importgate_core::checks::Code;

use super::support::{Project, Run};

/// A project in an environment of its own, whose packages are what a test says.
struct Environment {
    project: Project,
    site: String,
}

impl Environment {
    fn new(source: &str) -> Self {
        let project = Project::of_module(source, "");
        let site = project.environment();
        Self { project, site }
    }

    /// Installs a distribution with one module, in place of another version of it.
    fn install(&self, name: &str, version: &str, module: &str, source: &str) {
        self.uninstall(name, module);
        let info = format!("{}/{name}-{version}.dist-info", self.site);
        let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        self.project
            .write(&format!("{info}/METADATA"), metadata)
            .write(&format!("{info}/RECORD"), format!("{module}.py,,\n"))
            .write(&format!("{}/{module}.py", self.site), source);
    }

    fn uninstall(&self, name: &str, module: &str) {
        let entries = std::fs::read_dir(self.project.path(&self.site)).expect("the folder");
        for path in entries.flatten().map(|entry| entry.path()) {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if file.starts_with(&format!("{name}-")) {
                std::fs::remove_dir_all(&path).expect("removed");
            } else if file == format!("{module}.py") {
                std::fs::remove_file(&path).expect("removed");
            }
        }
    }
}

/// The distributions that a report lists as changed.
fn changed(run: &Run) -> Vec<&str> {
    let changes = run.report().distributions.iter();
    changes.map(|change| change.name.as_str()).collect()
}

#[test]
fn an_import_that_fails_lists_the_distribution_that_was_removed() {
    let environment = Environment::new("import yaml\n");
    environment.install("PyYAML", "6.0", "yaml", "");
    environment.install("attrs", "25.1", "attr", "");
    environment.project.record(&[]).expect_code(0);
    environment.uninstall("PyYAML", "yaml");
    environment.install("attrs", "25.3", "attr", "");
    let run = environment.project.check(&[]).expect_code(1);
    let failed = run.only(Code::MissingDependency);
    assert_eq!(
        failed.installed.as_deref(),
        Some("since the baseline: pyyaml 6.0 removed, attrs 25.1 → 25.3")
    );
    assert!(
        run.stdout.contains("since the baseline: pyyaml 6.0 removed"),
        "{}",
        run.stdout
    );
    assert_eq!(changed(&run), ["attrs", "pyyaml"]);
}

/// Work and not time: the same on every machine, and far above the noise floor on the fastest.
const HEAVY: &str = "VALUE = 1\nfor _step in range(3_000_000):\n    pass\n";

#[test]
fn a_regression_lists_what_was_upgraded_and_recording_anew_settles_it() {
    let environment = Environment::new("import rich\n");
    environment.install("rich", "13.7.1", "rich", "VALUE = 1\n");
    let project = &environment.project;
    project.record(&[]).expect_code(0);
    environment.install("rich", "15.0.0", "rich", HEAVY);
    environment.install("click", "8.2", "click", "");
    let run = project.check(&[]).expect_code(1);
    let slower = run.only(Code::Regression);
    let installed = "since the baseline: rich 13.7.1 → 15.0.0, click 8.2 installed";
    assert_eq!(slower.installed.as_deref(), Some(installed));

    let recorded = project.record(&[]).expect_code(0);
    let said = "installed: click 8.2 (new), rich 13.7.1 → 15.0.0\n";
    assert!(recorded.stdout.contains(said), "{}", recorded.stdout);
    assert_eq!(project.check(&[]).expect_code(0).report().distributions, []);
}

#[test]
fn an_older_baseline_tells_of_what_its_targets_load_and_of_nothing_else() {
    let environment = Environment::new("import rich\n");
    environment.install("rich", "13.7.1", "rich", "VALUE = 1\n");
    let project = &environment.project;
    project.record(&[]).expect_code(0);
    let baseline = project.read("budgets.baseline.json");
    let older = baseline.replace("\"all_distributions\": true,", "");
    assert_ne!(older, baseline);
    project.write("budgets.baseline.json", older);
    environment.install("rich", "15.0.0", "rich", "VALUE = 2\n");
    environment.install("click", "8.2", "click", "");
    let run = project.check(&[]).expect_code(0);
    assert_eq!(changed(&run), ["rich"]);
}
