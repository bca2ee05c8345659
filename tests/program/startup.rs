//! Start-ups and commands: several imports in one process, their order, and what a whole command does.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

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
    assert!(finding.message.contains("order"), "{}", finding.message);
    let row = run.row("startup:web");
    assert_eq!(row.orders.len(), 3, "the configured one is among them");
    assert_eq!(row.orders[0].imports, ["first", "second", "third"]);
    assert!(
        row.orders
            .iter()
            .all(|order| order.samples >= 12 && order.time_ms.is_some())
    );
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

#[test]
fn what_a_pth_file_loads_at_each_start_is_named_and_makes_no_import_faster() {
    let project = Project::new("[startup.bare]\n\n[modules.shop]\n");
    project.write("shop.py", "import json\n");
    let site = project.environment();
    project.write(&format!("{site}/path.pth"), "/nowhere\n");
    let project = project.recorded();
    project.check(&[]).expect_code(0);
    project.write(
        &format!("{site}/slow.pth"),
        "# two lines\nimport json, xml.dom.minidom, http.client\n",
    );
    let run = project.check(&[]).expect_code(1);
    let regression = run.only(Code::Regression);
    assert_eq!(regression.target, "startup:bare");
    let cause = run.cause(Code::Regression);
    assert_eq!((cause.importer.as_deref(), cause.line), (Some("slow.pth"), Some(2)));
    assert!(
        cause.file.as_deref().is_some_and(|file| file.ends_with("slow.pth")),
        "{cause:?}"
    );
    let changed = run.only(Code::StartChanged);
    assert!(
        changed.message.contains("since `slow.pth`; shop imports them"),
        "{}",
        changed.message
    );
    let shop = run.row("shop");
    assert_eq!((shop.change_ms, shop.verdict), (None, Verdict::Pass));
}

#[test]
fn lines_that_run_code_print_fail_or_look_at_their_caller_are_run_as_the_interpreter_runs_them() {
    let project = Project::new("[startup.bare]\n");
    let site = project.environment();
    for (name, text) in [
        (
            "caller",
            "import sys; sys.seen = sys._getframe(1).f_locals['sitedir']\n",
        ),
        ("fails", "import nowhere_at_all\n"),
        ("finder", "import our_finder; our_finder.install()\n"),
        ("prints", "import sys; print('::error::from a pth file')\n"),
    ] {
        project.write(&format!("{site}/{name}.pth"), text);
    }
    project.write(
        &format!("{site}/our_finder.py"),
        "def install():\n    import xml.dom.minidom\n",
    );
    project.write(
        &format!("{site}/sitecustomize.py"),
        "import sys, queue\nassert sys.seen\n",
    );
    let run = project.check(&[]).expect_code(0);
    let loaded = run.row("startup:bare").modules;
    assert!(loaded > Some(15), "{loaded:?}");
    let chain = project
        .run(&["explain", "startup:bare", "--why", "xml.dom.minidom"])
        .expect_code(0);
    assert!(chain.stdout.contains("finder.pth:1"), "{}", chain.stdout);
    let chain = project
        .run(&["explain", "startup:bare", "--why", "queue"])
        .expect_code(0);
    assert!(chain.stdout.contains("sitecustomize.py:1"), "{}", chain.stdout);
    let explained = project
        .run(&["explain", "startup:bare", "--min", "0.01ms"])
        .expect_code(0);
    assert!(
        explained.stdout.contains("take the line out of that file"),
        "{}",
        explained.stdout
    );
}

#[test]
fn a_command_is_explained_by_what_its_process_imports() {
    let budgets = "[commands.module]\nrun = [\"python\", \"-m\", \"tool\", \"2\"]\n\n\
                   [commands.shell]\nrun = [\"sh\", \"-c\", \"exec true\"]\n";
    let project = Project::new(budgets);
    let source = "import sys\n\nimport xml.dom.minidom\n\nassert sys.argv[1:] == [\"2\"], sys.argv\n\
                  assert \"importgate\" not in repr(sys.modules) + repr(sys.path)\n\n\n\
                  def run():\n    import queue\n\n\nrun()\n";
    project.write("tool.py", source);
    let explained = project.run(&["explain", "command:module"]).expect_code(0);
    assert!(
        explained.stdout.contains("tool.py:3") && explained.stdout.contains("xml.dom"),
        "{}",
        explained.stdout
    );
    let chain = project
        .run(&["explain", "command:module", "--why", "queue"])
        .expect_code(0);
    assert!(chain.stdout.contains("tool.py:10"), "{}", chain.stdout);
    let unseen = project.run(&["explain", "command:shell"]).expect_code(3);
    assert!(unseen.stderr.contains("nothing was seen"), "{}", unseen.stderr);
    let unverified = project.run(&["explain", "command:module", "--verify"]).expect_code(2);
    assert!(
        unverified.stderr.contains("explained without it"),
        "{}",
        unverified.stderr
    );
}

#[test]
fn nobody_is_told_to_move_what_a_program_imports_where_it_uses_it() {
    let programs = [
        (
            "manage",
            "if __name__ == \"__main__\":\n    from heavy import run\n\n    run()\n",
            true,
        ),
        (
            "called",
            "def main():\n    from heavy import run\n    run()\n\n\nmain()\n",
            true,
        ),
        (
            "below",
            "def main():\n    heavy.run()\n\n\nif __name__ == \"__main__\":\n    import heavy\n\n    main()\n",
            true,
        ),
        ("at_once", "import heavy\n\nheavy.run()\n", true),
        (
            "later",
            "import heavy\n\n\ndef main():\n    heavy.run()\n\n\nmain()\n",
            false,
        ),
    ];
    let commands = programs.map(|(name, ..)| format!("[commands.{name}]\nrun = [\"python\", \"{name}.py\"]\n"));
    let head = "[project]\nsource-roots = [\"src\"]\n[classes]\nheavy = \"0.05ms\"\n";
    let project = Project::new(&[head, &commands.concat()].concat());
    project.write("src/shop.py", "");
    let installed = project.environment();
    let heavy = "for _ in range(3_000_000):\n    pass\n\n\ndef run():\n    pass\n";
    project.write(&format!("{installed}/heavy.py"), heavy);
    for (name, source, _) in programs {
        project.write(&format!("{name}.py"), source);
    }
    let run = project.check(&["--samples", "3"]).expect_code(0);
    for (name, _, is_where_it_is_used) in programs {
        let file = format!("{name}.py");
        let mut causes = run.report().causes.iter();
        let cause = causes.find(|cause| cause.file.as_deref() == Some(&file));
        let cause = cause.unwrap_or_else(|| panic!("{name}: {}", run.stdout));
        let help = cause.help.as_deref().unwrap_or_default();
        let expected = if is_where_it_is_used {
            format!(
                "it is imported where it is used already: `importgate explain command:{name}` shows where the time goes"
            )
        } else {
            "`heavy` is used in one function (`main`, line 4): import it there".to_owned()
        };
        assert!(help.starts_with(&expected), "{name}: {help}");
        assert_eq!(cause.saves, !is_where_it_is_used, "{name}");
        let explained = project.run(&["explain", &format!("command:{name}")]).expect_code(0);
        let keeps = explained.stdout.contains("it is imported where the program uses it");
        assert_eq!(
            keeps,
            ["manage", "called", "below"].contains(&name),
            "{}",
            explained.stdout
        );
    }
}

#[test]
fn a_command_of_an_environment_that_has_two_names_is_seen() {
    let project = Project::new("[commands.tool]\nrun = [\"tool\"]\n");
    project.environment();
    // What pip installs names the folder, and the project a link to it.
    fs::rename(project.path(".venv"), project.path("there")).expect("a folder");
    symlink("there", project.path(".venv")).expect("a link");
    let program = project.path("there/bin/tool");
    let text = format!(
        "#!{}\nimport xml.dom.minidom\n",
        project.path("there/bin/python").display()
    );
    fs::write(&program, text).expect("a program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
    let explained = project.run(&["explain", "command:tool"]).expect_code(0);
    assert!(explained.stdout.contains("xml.dom"), "{}", explained.stdout);
}

#[test]
fn a_slower_command_names_the_statement_of_its_process() {
    let project = Project::new("[commands.tool]\nrun = [\"python\", \"-m\", \"tool\"]\n");
    project.write("tool.py", "import sys\n");
    project.write("heavy.py", "for _ in range(3_000_000):\n    pass\n");
    let project = project.recorded();
    project.write("tool.py", "import sys\nimport heavy\n");
    let run = project.check(&[]).expect_code(1);
    let cause = run.cause(Code::Regression);
    assert_eq!(
        (cause.module.as_str(), cause.file.as_deref(), cause.line),
        ("heavy", Some("tool.py"), Some(2))
    );
}
