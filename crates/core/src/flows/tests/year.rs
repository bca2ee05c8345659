//! A year of a project, day by day: what is gained stays, what is accepted ends, small steps add up, and branches merge.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::project::{Options, Project, finding};
use super::scripted::Scripted;
use crate::baseline::{Anchor, Baseline, Entry, ThreeWayMerge};
use crate::budgets::{Allowance, AllowanceFile, AmountKind, Relative, accept, read_allowances};
use crate::checks::{Code, Severity};
use crate::flows::Against;
use crate::report::Report;

const BUDGETS: &str = "[gate]\nmax-drift = '40%'\nratchet = 'counts'\n[modules.api]\n[modules.cli]\n";

/// How long the command line takes in January, in milliseconds, and what of that each later step adds.
const CLI_MS: f64 = 30.0;
const STEP: f64 = 0.08;

const ACCEPTED: &str = r#"
target = "cli"
rule = "regression"
from = "30ms"
to = "36ms"
reason = "shell completion"
until = 2026-06-30
"#;

/// What the main branch has.
#[derive(Clone)]
struct Main {
    code: Scripted,
    baseline: Baseline,
    allowances: Vec<Allowance>,
}

impl Main {
    fn first_recorded(project: &Project) -> Self {
        let code = Scripted::new()
            .installed("pandas", "2.0")
            .module("api", 20.0, &["pandas"])
            .module("pandas", 60.0, &[])
            .from("pandas", "pandas")
            .module("cli", CLI_MS, &[]);
        Self {
            baseline: stored(&project.record(&code).expect("a baseline")),
            code,
            allowances: Vec::new(),
        }
    }

    /// The check of a pull request that makes this of the code, on some day.
    fn check(&self, project: &Project, code: &Scripted, today: Date) -> Report {
        let mut targets = project.targets.clone();
        let recorded = |target: &str| self.entry().in_baseline(target);
        let strangers = accept(&mut targets, &self.allowances, &Relative::Baseline(&recorded));
        assert!(strangers.is_empty());
        let against = Against::Baseline {
            content: Some(self.baseline.clone()),
            path: "importgate.baseline.json".to_owned(),
        };
        let options = Options {
            today: Some(today),
            ..Options::default()
        };
        project.check_part((&targets, &[]), code, against, &options)
    }

    /// The same code, recorded; what was accepted relative to the baseline is in it then.
    fn merge(&mut self, project: &Project, code: &Scripted) {
        let recording = project.record_again(code, Some(&self.baseline), &Options::default());
        self.baseline = stored(&recording.expect("a baseline").1);
        self.code = code.clone();
        self.allowances
            .retain(|allowance| !AmountKind::is_relative(allowance.rule));
    }

    fn entry(&self) -> &Entry {
        self.baseline.environments.values().next().expect("an entry")
    }
}

fn stored(baseline: &Baseline) -> Baseline {
    Baseline::parse(baseline.render().as_bytes()).expect("it reads what it wrote")
}

/// What fails in a report.
fn errors(report: &Report) -> Vec<String> {
    let errors = report.findings.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| format!("{} {}", found.code, found.target)).collect()
}

#[test]
fn a_year_of_a_project() {
    let project = Project::new(
        BUDGETS,
        &Scripted::new().module("api", 1.0, &[]).module("cli", 1.0, &[]),
    );
    let mut main = Main::first_recorded(&project);

    // February: the interface does without pandas, and a limit follows by itself.
    let without = main.code.clone().module("api", 20.0, &[]);
    assert_eq!(errors(&main.check(&project, &without, date(2026, 2, 2))), [""; 0]);
    main.merge(&project, &without);
    let limits = main.entry().targets["api"].ratchet.clone().expect("limits");
    assert_eq!((limits.max_modules, limits.forbid.contains("pandas")), (Some(1), true));
    let with = without.clone().module("api", 20.0, &["pandas"]);
    let report = main.check(&project, &with, date(2026, 2, 9));
    assert!(
        errors(&report).contains(&"forbidden api".to_owned()),
        "{:?}",
        errors(&report)
    );
    let cited = finding(&report, Code::Forbidden).budget.clone().expect("a line");
    assert!(
        cited.line.is_some() && cited.file == "importgate.baseline.json",
        "{cited:?}"
    );

    // March: the command line becomes slower, which somebody accepts until the end of June.
    let slower = main.code.clone().edited("cli", "complete()", 0.15 * CLI_MS);
    assert_eq!(
        errors(&main.check(&project, &slower, date(2026, 3, 2))),
        ["regression cli"]
    );
    let file = AllowanceFile {
        text: ACCEPTED,
        name: ".importgate/allow/cli.toml",
    };
    main.allowances = read_allowances(&[file]).expect("an allowance");
    let accepted = main.check(&project, &slower, date(2026, 3, 3));
    assert_eq!(errors(&accepted), [""; 0]);
    assert_eq!(finding(&accepted, Code::Allowed).severity, Severity::Note);
    assert_eq!(accepted.loosened.len(), 1, "{:?}", accepted.loosened);
    let ends = main.check(&project, &slower, date(2026, 6, 20));
    assert_eq!(finding(&ends, Code::AllowanceEnds).severity, Severity::Warning);
    assert_eq!(
        errors(&main.check(&project, &slower, date(2026, 7, 1))),
        ["allowance-ended cli"]
    );
    // It is merged before that, and the baseline has it from then on.
    main.merge(&project, &slower);
    assert_eq!(main.allowances, []);
    assert_eq!(
        errors(&main.check(&project, &slower.clone().anew(), date(2026, 7, 1))),
        [""; 0]
    );

    // April: two branches record different targets, and merge.
    let (mut ours, mut theirs) = (main.clone(), main.clone());
    ours.merge(&project, &main.code.clone().edited("api", "route()", 1.5));
    theirs.merge(&project, &main.code.clone().edited("cli", "option()", STEP * CLI_MS));
    let merged = ThreeWayMerge::of(&main.baseline, &ours.baseline, &theirs.baseline);
    assert!(
        !merged.is_conflict() && merged.remarks.is_empty(),
        "{:?}",
        merged.remarks
    );
    main.baseline = stored(&merged.baseline);
    assert_eq!(main.entry().targets["api"], ours.entry().targets["api"]);
    assert_eq!(main.entry().targets["cli"], theirs.entry().targets["cli"]);
    main.code = ours.code.clone().edited("cli", "option()", STEP * CLI_MS);
    assert_eq!(
        errors(&main.check(&project, &main.code.clone().anew(), date(2026, 4, 20))),
        [""; 0]
    );

    // August to October: each step is less than the tenth that is allowed. Since January these are 23, 31, 39 and 47%.
    for (month, is_caught) in [(8, false), (9, false), (10, true)] {
        let step = main
            .code
            .clone()
            .edited("cli", &format!("feature_{month}()"), STEP * CLI_MS);
        let report = main.check(&project, &step, date(2026, month, 1));
        let expected: &[&str] = if is_caught { &["drift cli"] } else { &[] };
        assert_eq!(errors(&report), expected, "month {month}");
        main.merge(&project, &step);
    }

    // November: the team takes it for worth it, and says why.
    let because = Anchor {
        date: Some(date(2026, 11, 2)),
        reason: Some("the features of this year".to_owned()),
        ..Anchor::default()
    };
    let moved = main
        .baseline
        .anchor(&BTreeSet::from(["cli".to_owned()]), &because, None, false);
    assert_eq!(moved.len(), 1);
    main.baseline = stored(&main.baseline);
    assert_eq!(
        errors(&main.check(&project, &main.code.clone().anew(), date(2026, 11, 3))),
        [""; 0]
    );
}
