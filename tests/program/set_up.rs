//! What a project sets and has called before each import: `env` and `setup` under `[project]`.

use importgate_core::checks::{Code, TargetStatus};

use super::support::{Project, Run};

const BUDGETS: &str = "[project]\nenv = { SHOP_SETTINGS = \"shop_test\" }\nsetup = \"boot:prepare\"\n[modules.shop]\n";

/// A project that cannot be imported before it is set up, with the module that its settings are.
fn project() -> Project {
    let project = Project::new(BUDGETS);
    project.write("shop_test.py", "DEBUG = True\n");
    project.write(
        "boot.py",
        "import importlib, os\n\nSETTINGS = None\n\ndef prepare():\n    global SETTINGS\n    \
         SETTINGS = importlib.import_module(os.environ['SHOP_SETTINGS'])\n",
    );
    project.write(
        "shop.py",
        "import boot, shop_test\nif boot.SETTINGS is None:\n    raise RuntimeError('not set up')\n",
    );
    project
}

#[test]
fn an_import_meets_what_is_set_and_called_before_it_and_does_not_pay_for_it() {
    let project = project();
    let run = project.check(&["--samples", "2"]).expect_code(0);
    assert_eq!(run.row("shop").modules, Some(1), "{}", run.stdout);
    project.write("budgets.toml", BUDGETS.replace("setup", "# setup"));
    project.check(&["--samples", "2"]).expect_code(1);
    for words in [["explain", "shop"], ["explain", "shop --profile"], ["classify", "shop"]] {
        project.write("budgets.toml", BUDGETS);
        let words: Vec<&str> = words.iter().flat_map(|word| word.split(' ')).collect();
        project.run(&words).expect_code(0);
    }
}

#[test]
fn a_set_up_that_fails_is_told_with_the_line_that_asks_for_it() {
    for (body, how) in [
        ("raise RuntimeError('no database')", "RuntimeError: no database"),
        ("import os; os._exit(7)", "it ended the process with exit code 7"),
        ("import time; time.sleep(60)", "it was not done after"),
    ] {
        let project = project();
        let budgets = format!("{BUDGETS}[measure]\ntimeout = \"1s\"\n");
        project.write("budgets.toml", budgets);
        project.write("boot.py", format!("def prepare():\n    {body}\n"));
        for command in ["check", "record"] {
            let said = project.run(&[command]).expect_code(3).stderr;
            let expected = format!("budgets.toml:3: the set-up `boot:prepare` failed: {how}");
            assert!(said.contains(&expected), "{said}");
        }
    }
    let project = project();
    project.write("budgets.toml", BUDGETS.replace("prepare", "nothing"));
    let said = project.run(&["check"]).expect_code(3).stderr;
    assert!(
        said.contains("AttributeError: module 'boot' has no attribute 'nothing'"),
        "{said}"
    );
}

/// A check of a module that needs these variables, which the shell has, as a step of a CI service would.
fn with_step_variables(names: &[&str], table: &str) -> Run {
    let project = Project::new(&format!("[project]\n{table}\n[modules.shop]\n"));
    let needs = names.iter().map(|name| format!("os.environ['{name}']\n"));
    project.write("shop.py", format!("import os\n{}", needs.collect::<String>()));
    let mut command = project.command(&[
        "check",
        "--samples",
        "2",
        "--format=terminal",
        "--format=json=report.json",
    ]);
    for name in ["GITHUB_TOKEN", "GITHUB_OUTPUT", "INPUT_PYTHON", "DEPLOY_KEY"] {
        command.env(name, "/nowhere");
    }
    Run::of(command, &project)
}

#[test]
fn an_import_gets_no_variable_by_which_a_step_acts_on_its_job() {
    for name in ["GITHUB_TOKEN", "GITHUB_OUTPUT", "INPUT_PYTHON"] {
        let run = with_step_variables(&[name], "");
        run.only(Code::ImportFailed);
        let help = format!("`pass-env = [\"{name}\"]`");
        assert!(run.stdout.contains(&help), "{}", run.stdout);
        with_step_variables(&[name], &format!("pass-env = [\"{name}\"]")).expect_code(0);
    }
}

#[test]
fn the_budgets_withhold_more_and_what_they_set_is_set() {
    with_step_variables(&["DEPLOY_KEY"], "").expect_code(0);
    with_step_variables(&["DEPLOY_KEY"], "withhold-env = [\"DEPLOY_*\"]").expect_code(1);
    with_step_variables(&["GITHUB_TOKEN"], "env = { GITHUB_TOKEN = \"\" }").expect_code(0);
}

#[test]
fn another_set_up_is_another_import() {
    let project = project();
    project.write("shop_live.py", "DEBUG = False\n");
    let project = project.recorded();
    let status = |what: &str| {
        let run = project.check(&["--samples", "2"]);
        assert!(run.code < 2, "{what}: {}\n{}", run.stdout, run.stderr);
        run.row("shop").status
    };
    assert_eq!(status("as it was"), TargetStatus::Reused);
    for (what, budgets) in [
        ("another value", BUDGETS.replace("\"shop_test\"", "\"shop_live\"")),
        ("another variable", BUDGETS.replace("{ ", "{ OTHER = \"1\", ")),
        (
            "another function",
            BUDGETS.replace("boot:prepare", "boot:prepare.__call__"),
        ),
    ] {
        project.write("budgets.toml", budgets);
        assert_ne!(status(what), TargetStatus::Reused, "{what}");
    }
    project.write("budgets.toml", BUDGETS);
    assert_eq!(status("as it was again"), TargetStatus::Reused);
}
