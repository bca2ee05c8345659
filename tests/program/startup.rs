//! Start-ups and commands: several imports in one process, their order, and what a whole command does.

use importgate_core::checks::{Code, TargetStatus, Verdict};

use super::support::{Project, found};

/// Two modules, of which the second works only after the first.
fn in_order(table: &str) -> Project {
    let project = Project::new(&format!("[startup.web]\nimports = [\"first\", \"second\"]\n{table}"));
    project.write("first.py", "import sys\nsys.first_was_here = True\n");
    project.write("second.py", "import sys\n\nsys.first_was_here\n");
    project
}

#[test]
fn an_order_that_fails_is_found_and_named() {
    let run = in_order("orders = 4\n").check(&[]).expect_code(1);
    let finding = run.only(Code::OrderDependent);
    assert_eq!(finding.target, "startup:web");
    assert!(finding.message.contains("second, first"), "{}", finding.message);
    assert_eq!(
        finding.place.as_ref().map(ToString::to_string).as_deref(),
        Some("second.py:3")
    );
}

#[test]
fn a_layer_that_fails_only_as_a_whole_depends_on_its_order() {
    let project = Project::new("[layers.parts]\nmodules = [\"first\", \"second\"]\nmax-total-time = \"5s\"\n");
    project.write("first.py", "import sys\nsys.first_was_here = True\n");
    project.write("second.py", "import sys\n\nassert not hasattr(sys, 'first_was_here')\n");
    let run = project.check(&[]).expect_code(1);
    let finding = run.only(Code::OrderDependent);
    assert!(finding.message.contains("works alone"), "{}", finding.message);
}

#[test]
fn nobody_tries_other_orders_unasked() {
    let run = in_order("max-time = \"5s\"\n").check(&[]).expect_code(0);
    assert_eq!(
        (run.report().verdict, run.row("startup:web").modules),
        (Verdict::Pass, Some(2))
    );
}

#[test]
fn orders_that_all_work_are_compared() {
    let project = Project::new("[startup.web]\nimports = [\"first\", \"second\", \"third\"]\norders = 2\n");
    for name in ["first", "second", "third"] {
        project.write(&format!("{name}.py"), "");
    }
    let run = project.check(&[]).expect_code(0);
    let finding = run.only(Code::ImportOrder);
    assert!(finding.message.contains("the fastest is"), "{}", finding.message);
}

#[test]
fn a_command_is_measured_from_start_to_end_and_one_that_fails_says_so() {
    let budgets = "[commands.works]\nrun = [\"python\", \"-m\", \"works\"]\nmax-time = \"5s\"\n\n\
                   [commands.fails]\nrun = [\"python\", \"-m\", \"fails\"]\n";
    let project = Project::new(budgets);
    project.write("works.py", "print('::error::hello')\n");
    project.write(
        "fails.py",
        "import sys\nprint('usage: fails NAME')\nprint('::error::forged', file=sys.stderr)\nsys.exit(4)\n",
    );
    let run = project.check(&[]).expect_code(1);
    assert_eq!(run.row("command:works").status, TargetStatus::Measured);
    assert!(run.row("command:works").time_ms > Some(0.0));
    assert_eq!(found(&run)[0], (Code::Exited, "command:fails"));
    let finding = run.only(Code::Exited);
    assert_eq!(finding.message, "the command exits with code 4");
    let printed = finding.details.join("\n");
    assert!(
        printed.contains("usage: fails NAME") && printed.contains("forged"),
        "{printed}"
    );
    assert!(run.stdout.contains("usage: fails NAME"), "{}", run.stdout);
    assert!(
        !run.stdout
            .lines()
            .any(|line| line.trim_start().starts_with("::error::")),
        "{}",
        run.stdout
    );
}
