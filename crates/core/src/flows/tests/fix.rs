//! Whole runs of `fix`: what is proposed, measured, refused and withdrawn.

use std::collections::BTreeMap;

use super::project::Project;
use super::scripted::{Scripted, Unseen};
use crate::fix::{ChangedFile, FixReport, LeftOut, LeftOutReason, RefusalReason, Style};
use crate::flows::{Copies, Fix, FixError, fix};
use crate::observed::{Effect, Failure, Measure, MeasureError, UseContext};
use crate::report::fix::terminal;

/// Two copies of a scripted project, whose tests fail without some imports.
struct ScriptedCopies {
    before: Scripted,
    after: Scripted,
    /// The tests fail where one of these is no longer imported at the top of its file.
    tested: Vec<(&'static str, &'static str)>,
    /// And where so many files are changed.
    at_most: usize,
    /// The import fails without this statement.
    needed: Option<(&'static str, &'static str)>,
    changed: BTreeMap<String, String>,
    runs: usize,
}

impl ScriptedCopies {
    fn of(before: Scripted) -> Self {
        Self {
            after: before.clone(),
            before,
            tested: Vec::new(),
            at_most: usize::MAX,
            needed: None,
            changed: BTreeMap::new(),
            runs: 0,
        }
    }

    fn lacks(&self, (file, import): (&str, &str)) -> bool {
        let text = self.changed.get(file);
        text.is_some_and(|text| !text.lines().any(|line| line == import))
    }
}

impl Copies for ScriptedCopies {
    fn before(&self) -> &dyn Measure {
        &self.before
    }

    fn after(&self) -> &dyn Measure {
        &self.after
    }

    fn read(&self, file: &str) -> Option<Vec<u8>> {
        self.before.text_of(file).map(String::into_bytes)
    }

    fn change(&mut self, files: &[ChangedFile]) -> Result<(), MeasureError> {
        self.changed.clear();
        self.after = self.before.clone();
        for file in files {
            let text = String::from_utf8_lossy(&file.after).into_owned();
            self.after = self.after.clone().rewritten(&file.path, &text);
            self.changed.insert(file.path.clone(), text);
        }
        if self.needed.is_some_and(|needed| self.lacks(needed)) {
            self.after = self.after.clone().without("shop");
        }
        Ok(())
    }

    fn test(&mut self, _: &str, changed: bool) -> Result<Result<(), String>, MeasureError> {
        self.runs += 1;
        let fails = self.tested.iter().any(|tested| self.lacks(*tested)) || self.changed.len() > self.at_most;
        Ok(if changed && fails {
            Err("one test failed".to_owned())
        } else {
            Ok(())
        })
    }

    fn is_original(&self, _: &str) -> bool {
        false
    }
}

/// 60 ms of `heavy` in `shop`, 20 of `large` in `shop.cli`, and 30 that the body of `shop` needs.
fn shop() -> Scripted {
    Scripted::new()
        .module("shop", 10.0, &["heavy", "used", "shop.cli"])
        .module("shop.cli", 10.0, &["large"])
        .module("heavy", 60.0, &[])
        .module("large", 20.0, &[])
        .module("used", 30.0, &[])
        .uses("shop", "used")
        .uses("shop", "shop.cli")
}

fn fixed(copies: &mut ScriptedCopies, test: Option<&str>) -> Result<FixReport, FixError> {
    fixed_under("[modules.shop]\n", copies, test)
}

fn fixed_under(budgets: &str, copies: &mut ScriptedCopies, test: Option<&str>) -> Result<FixReport, FixError> {
    let project = Project::new(budgets, &copies.before);
    let asked = Fix {
        targets: &project.targets,
        places: &project.places,
        style: Style::InFunctions,
        smallest_ms: 1.0,
        test,
        seed: 5,
    };
    fix(&asked, copies, &mut Unseen)
}

fn modules(report: &FixReport) -> Vec<&str> {
    report
        .proposals
        .iter()
        .map(|proposal| proposal.module.as_str())
        .collect()
}

#[test]
fn what_saves_most_is_proposed_first_and_measured() {
    let report = fixed(&mut ScriptedCopies::of(shop()), None).expect("it works");
    assert_eq!(modules(&report), ["heavy", "large"]);
    for (proposal, share) in report.proposals.iter().zip([60.0 / 130.0, 20.0 / 130.0]) {
        let saved = proposal.measured.saved.time_ms / proposal.before_ms;
        assert!((saved / share - 1.0).abs() < 0.1, "{saved} of {share}: {proposal:?}");
        assert!(proposal.measured.pairs >= 8);
    }
    let together = report.together.expect("two changes of one target");
    let share = together.saved.time_ms / report.proposals[0].before_ms;
    assert!((share / (80.0 / 130.0) - 1.0).abs() < 0.2, "{share}");
    let diff = String::from_utf8(report.diff()).expect("text");
    assert_eq!(diff.matches("+    import ").count(), 2, "{diff}");
}

#[test]
fn targets_that_are_not_looked_at_are_said_with_the_reason() {
    let broken = shop()
        .module("tool", 5.0, &[])
        .fails("tool", 0, Failure::no_module("late"));
    let budgets = "[modules.shop]\n[modules.tool]\n[commands.help]\nrun = [\"shop\", \"--help\"]\n";
    let report = fixed_under(budgets, &mut ScriptedCopies::of(broken), None).expect("one works");
    assert_eq!((report.targets, modules(&report)), (1, vec!["heavy", "large"]));
    let left_out = |target: &str, reason| LeftOut {
        target: target.to_owned(),
        reason,
    };
    let [tool, command] = &report.left_out[..] else {
        panic!("two in {:#?}", report.left_out);
    };
    assert_eq!(*command, left_out("command:help", LeftOutReason::Command));
    assert!(
        matches!(&tool.reason, LeftOutReason::Fails(how) if how.contains("late")),
        "{tool:?}"
    );
    let text = terminal::render(&report);
    assert!(
        text.contains("\nnot looked at:\n  tool: its import fails as it is: "),
        "{text}"
    );
    assert!(
        text.contains("  command:help: a command may start what is not in the copy"),
        "{text}"
    );
}

#[test]
fn what_is_used_while_importing_stays_and_is_said_with_its_line() {
    let report = fixed(&mut ScriptedCopies::of(shop()), None).expect("it works");
    let refusal = report
        .refusals
        .iter()
        .find(|refusal| refusal.name.as_deref() == Some("used"));
    let refusal = refusal.expect("a refusal");
    assert_eq!(refusal.reason, RefusalReason::Use(UseContext::Module));
    assert_eq!(
        refusal.at.as_ref().map(ToString::to_string).as_deref(),
        Some("shop.py:4")
    );
}

#[test]
fn statements_that_save_only_together_are_one_proposal() {
    let both = Scripted::new()
        .module("shop", 10.0, &["heavy", "shop.cli"])
        .module("shop.cli", 10.0, &["heavy"])
        .module("heavy", 60.0, &[])
        .uses("shop", "shop.cli");
    let report = fixed(&mut ScriptedCopies::of(both), None).expect("it works");
    let [proposal] = &report.proposals[..] else {
        panic!("one proposal in {report:#?}");
    };
    assert_eq!((proposal.statements.len(), proposal.files.len()), (2, 2));
}

#[test]
fn a_change_that_the_import_fails_with_is_not_proposed() {
    let mut copies = ScriptedCopies::of(shop());
    copies.needed = Some(("shop.py", "import heavy"));
    let report = fixed(&mut copies, None).expect("it works");
    assert_eq!(modules(&report), ["large"]);
    let breaks = |reason: &RefusalReason| matches!(reason, RefusalReason::Breaks { .. });
    assert!(report.refusals.iter().any(|refusal| breaks(&refusal.reason)));
}

#[test]
fn a_change_that_saves_nothing_is_not_proposed() {
    let nothing = Scripted::new()
        .module("shop", 10.0, &["heavy", "shop.cli"])
        .module("shop.cli", 10.0, &["heavy"])
        .module("heavy", 60.0, &[])
        .uses("shop.cli", "heavy")
        .uses("shop", "shop.cli");
    let report = fixed(&mut ScriptedCopies::of(nothing), None).expect("it works");
    assert!(report.proposals.is_empty() && report.diff().is_empty(), "{report:#?}");
}

#[test]
fn the_change_that_tests_fail_with_is_withdrawn() {
    let mut copies = ScriptedCopies::of(shop());
    copies.tested = vec![("shop/cli.py", "import large")];
    let report = fixed(&mut copies, Some("pytest")).expect("it works");
    assert_eq!(modules(&report), ["heavy"]);
    let [withdrawn] = &report.withdrawn[..] else {
        panic!("one in {:#?}", report.withdrawn);
    };
    assert_eq!(
        (withdrawn.output.as_str(), withdrawn.only_with_others),
        ("one test failed", false)
    );
    assert!(!String::from_utf8_lossy(&report.diff()).contains("large"));
}

#[test]
fn of_changes_that_fail_only_together_the_lesser_goes() {
    let mut copies = ScriptedCopies::of(shop());
    copies.at_most = 1;
    let report = fixed(&mut copies, Some("pytest")).expect("it works");
    assert_eq!(modules(&report), ["heavy"]);
    assert!(report.withdrawn[0].only_with_others);
}

#[test]
fn tests_that_pass_run_once() {
    let mut copies = ScriptedCopies::of(shop());
    let report = fixed(&mut copies, Some("pytest")).expect("it works");
    assert_eq!((report.proposals.len(), copies.runs), (2, 1));
}

#[test]
fn a_file_that_must_stay_takes_its_proposal_with_it() {
    let report = fixed(&mut ScriptedCopies::of(shop()), None).expect("it works");
    let left = report.files_without(|path| path == "shop.py");
    let paths: Vec<&str> = left.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["shop/cli.py"]);
}

#[test]
fn a_module_of_the_project_whose_import_does_something_stays() {
    let own = shop().effect("heavy", Effect::Thread);
    let report = fixed(&mut ScriptedCopies::of(own), None).expect("it works");
    assert_eq!(modules(&report), ["large"]);
    let does_more =
        |reason: &RefusalReason| matches!(reason, RefusalReason::BodyEffect { module, .. } if module == "heavy");
    let refusal = report.refusals.iter().find(|refusal| does_more(&refusal.reason));
    let place = refusal.and_then(|refusal| refusal.at.as_ref()).map(ToString::to_string);
    assert_eq!(place.as_deref(), Some("heavy.py:1"));
}
