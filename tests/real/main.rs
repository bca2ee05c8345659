//! The gate on real packages: a layered project on Django, SQLAlchemy, requests, rich and pandas, recorded, checked,
//! slowed down and broken. `make test-real` makes the environments and runs this; it is no part of `cargo test`.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

mod benchmarks;
mod observation;
mod project;

use std::collections::BTreeSet;

use project::{Outcome, Project};

/// Work and not time: a machine that imports slowly does this slowly as well, so that the change is the same share on each.
const SLOW_DOWN: &str = "
for _step in range(3_000_000):
    pass
";

/// Every way not to come to an end, with the finding's code that belongs to it.
const BROKEN: [(&str, &str, &str); 6] = [
    ("raises", "import-failed", "raise RuntimeError('no configuration')\n"),
    ("lacks", "missing-dependency", "import a_package_that_nobody_has\n"),
    ("exits", "exited", "raise SystemExit(3)\n"),
    ("quits", "exited", "import os\nos._exit(0)\n"),
    (
        "crashes",
        "crashed",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
    ),
    (
        "hangs",
        "hang",
        "import socket\n_pair = socket.socketpair()\n_pair[0].recv(1)\n",
    ),
];

fn on_every_python(scenario: impl Fn(&Project)) {
    let pythons = std::env::var_os("IMPORTGATE_REAL_PYTHONS").expect("run this by `make test-real`");
    for python in std::env::split_paths(&pythons) {
        println!("with {}", python.display());
        scenario(&Project::new(&python));
    }
}

/// The errors of a report as (target, code).
fn errors(outcome: &Outcome) -> BTreeSet<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let findings = outcome.report["findings"].as_array().into_iter().flatten();
    findings
        .filter(|finding| finding["severity"] == "error")
        .map(|finding| (text(&finding["target"]), text(&finding["code"])))
        .collect()
}

fn pairs<const N: usize>(expected: [(&str, &str); N]) -> BTreeSet<(String, String)> {
    expected
        .map(|(target, code)| (target.to_owned(), code.to_owned()))
        .into()
}

/// The targets that have a time, whether it was taken now or is the baseline's.
fn timed(outcome: &Outcome) -> BTreeSet<String> {
    let targets = outcome.report["targets"].as_array().into_iter().flatten();
    targets
        .filter(|target| target["time_ms"].as_f64().is_some_and(|time| time > 0.0))
        .map(|target| target["module"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
#[ignore = "needs real packages: make test-real"]
fn a_slow_down_is_a_regression_of_that_target_and_no_other() {
    on_every_python(|project| {
        let budgets = project.budgets("");
        let recorded = project.record(&budgets);
        assert_eq!(recorded.code, 0, "{}", recorded.output);

        let unchanged = project.check(&budgets, &[]);
        assert_eq!(unchanged.code, 0, "{}", unchanged.output);
        assert_eq!(errors(&unchanged), pairs([]));
        assert_eq!(timed(&unchanged), project.targets());

        // Timed again although nothing changed: the times themselves must not cry wolf.
        let timed_again = project.check(&budgets, &["--no-reuse"]);
        assert_eq!(timed_again.code, 0, "{}", timed_again.output);

        project.append("ledger/web/client.py", SLOW_DOWN);
        let slower = project.check(&budgets, &[]);
        assert_eq!(slower.code, 1, "{}", slower.output);
        assert_eq!(slower.report["verdict"], "fail");
        assert_eq!(
            errors(&slower),
            pairs([("ledger.web.client", "regression")]),
            "{}",
            slower.output
        );
        let row = slower.target("ledger.web.client");
        assert!(row["change_ms"].as_f64() > Some(0.0), "{row}");
        let cause = &slower.report["causes"][0];
        assert_eq!(cause["file"], "src/ledger/web/client.py", "{}", slower.output);
        let named = usize::try_from(cause["line"].as_u64().expect("a line")).expect("a small number");
        let source = project.read("ledger/web/client.py");
        let line = source.lines().nth(named - 1).expect("a line of the file");
        assert!(line.contains("_step") || line.trim() == "pass", "`{line}` is named");
    });
}

#[test]
#[ignore = "needs real packages: make test-real"]
fn a_ceiling_below_the_time_is_over_time() {
    on_every_python(|project| {
        let budgets = project.budgets("[modules.\"ledger.site.pages\"]\nmax-time = \"1ms\"\n");
        let checked = project.check(&budgets, &[]);
        assert_eq!(checked.code, 1, "{}", checked.output);
        assert_eq!(
            errors(&checked),
            pairs([("ledger.site.pages", "over-time")]),
            "{}",
            checked.output
        );
        assert_eq!(timed(&checked), project.targets());
        let findings = checked.report["findings"].as_array().expect("findings");
        let over = findings
            .iter()
            .find(|finding| finding["code"] == "over-time")
            .expect("it");
        let asked = over["budget"]["line"]
            .as_u64()
            .and_then(|line| usize::try_from(line).ok());
        let line = budgets.text.lines().position(|line| line == "max-time = \"1ms\"");
        assert_eq!(
            asked,
            line.map(|index| index + 1),
            "the finding cites the line that asked"
        );
    });
}

#[test]
#[ignore = "needs real packages: make test-real"]
fn a_broken_import_has_its_own_code_and_the_others_are_measured() {
    on_every_python(|project| {
        project.append("ledger/broken/__init__.py", "");
        for (name, _, source) in BROKEN {
            project.append(&format!("ledger/broken/{name}.py"), source);
        }
        let budgets = project.budgets("[layers.broken]\nmodules = [\"ledger.broken.*\"]\n");
        let checked = project.check(&budgets, &[]);
        assert_eq!(checked.code, 1, "{}", checked.output);
        let expected = BROKEN.map(|(name, code, _)| (format!("ledger.broken.{name}"), code.to_owned()));
        assert_eq!(errors(&checked), expected.into(), "{}", checked.output);
        assert_eq!(timed(&checked), project.targets());
    });
}
