//! `importgate help`: of the program, of its commands and of findings, in the columns that there are.

use super::support::{Project, Run};

#[test]
fn a_finding_explains_itself_in_the_columns_that_there_are() {
    let folder = Project::without_budgets(&[]);
    let mut command = folder.command(&["help", "forbidden"]);
    command.env("COLUMNS", "60");
    let run = Run::of(command, &folder).expect_code(0);
    assert!(
        run.stdout.starts_with("forbidden\n\nThe import loads a module"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("\n    error[forbidden]: "), "{}", run.stdout);
    // Code keeps its lines, which are for 80 columns.
    let prose = run.stdout.lines().filter(|line| !line.starts_with("    "));
    assert!(prose.clone().all(|line| line.chars().count() <= 60), "{}", run.stdout);
}

#[test]
fn a_command_has_the_help_that_it_gives_itself() {
    let folder = Project::without_budgets(&[]);
    let asked = folder.run(&["help", "check"]).expect_code(0);
    assert_eq!(asked.stdout, folder.run(&["check", "--help"]).expect_code(0).stdout);
    let whole = folder.run(&["help"]).expect_code(0);
    assert_eq!(whole.stdout, folder.run(&["--help"]).expect_code(0).stdout);
}

#[test]
fn a_wrong_name_gets_the_nearest() {
    let folder = Project::without_budgets(&[]);
    let run = folder.run(&["help", "regresion"]).expect_code(2);
    assert!(run.stderr.contains("did you mean `regression`?"), "{}", run.stderr);
    let run = folder.run(&["help", "recrd"]).expect_code(2);
    assert!(run.stderr.contains("did you mean `record`?"), "{}", run.stderr);
}
