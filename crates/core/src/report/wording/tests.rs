//! Sentences of findings, one of each family that has more to say than its numbers.

use super::failures::{SHOWN_LINES, stack};
use super::{finding, usage};
use crate::checks::{self, BaseUnavailable, FindingKind, ImportFailure, OtherOrders, Started, TooManyModules};
use crate::checks::{Code, Severity};
use crate::explain::Rest;
use crate::observed::{AbsentName, Failure, Frame};
use crate::report::Finding;
use crate::usage::UseCounts;

fn said(kind: FindingKind) -> Finding {
    let found = checks::Finding {
        kind,
        severity: Severity::Error,
        target: "shop".to_owned(),
        budget: None,
        place: None,
        causes: Vec::new(),
        rest: Rest::default(),
        distributions: Vec::new(),
        accepted: None,
    };
    finding(&found)
}

fn failed(failure: Failure, started: Started) -> ImportFailure {
    ImportFailure {
        started,
        failure,
        printed: String::new(),
        only_together: false,
    }
}

fn exited() -> Failure {
    Failure::Exited {
        code: 3,
        stack: Vec::new(),
    }
}

#[test]
fn a_circle_leads_back_to_where_it_began() {
    let failure = Failure::Raised {
        exception: "ImportError".to_owned(),
        message: "no".to_owned(),
        stack: Vec::new(),
        missing: None,
        cycle: ["shop.a".to_owned(), "shop.b".to_owned()].into(),
        absent: None,
        shadow: None,
    };
    let finding = said(FindingKind::Failure(failed(failure, Started::Import)));
    assert_eq!(finding.code, Code::CircularImport);
    assert_eq!(
        finding.message,
        "the import fails with a circular import: shop.a → shop.b → shop.a (ImportError: no)"
    );
}

#[test]
fn a_name_that_is_nowhere_is_named_with_the_file_that_it_would_be_in() {
    let lacks = |package| {
        let failure = Failure::Raised {
            exception: "ImportError".to_owned(),
            message: "cannot import name".to_owned(),
            stack: Vec::new(),
            missing: None,
            cycle: Box::default(),
            absent: Some(Box::new(AbsentName {
                module: "lib.core".to_owned(),
                name: "grammar".to_owned(),
                package,
                like: Vec::new(),
            })),
            shadow: None,
        };
        said(FindingKind::Failure(failed(failure, Started::Import)))
    };
    assert_eq!(lacks(true).code, Code::ImportFailed);
    assert_eq!(
        lacks(true).message,
        "the import fails: `lib.core` has no module or name `grammar` (there is no lib/core/grammar.py)"
    );
    assert_eq!(
        lacks(false).message,
        "the import fails: `lib.core` has no name `grammar`"
    );
}

#[test]
fn a_command_is_called_one_and_gets_no_advice_about_imports() {
    let of_import = said(FindingKind::Failure(failed(exited(), Started::Import)));
    assert_eq!(of_import.message, "the import ends the process with exit code 3");
    assert!(of_import.help.is_some());
    let of_command = said(FindingKind::Failure(failed(exited(), Started::Command)));
    assert_eq!(of_command.message, "the command exits with code 3");
    assert_eq!(of_command.help, None);
}

#[test]
fn a_machine_that_is_too_busy_is_blamed_on_nobody() {
    let starved = || Failure::Starved {
        waited_ms: 92_340,
        elapsed_ms: 100_000,
    };
    for (started, message) in [
        (
            Started::Import,
            "the import could not be measured, as the machine was too busy: it waited 92.3 of 100.0 s for a processor",
        ),
        (
            Started::Command,
            "the command could not be measured, as the machine was too busy: it waited 92.3 of 100.0 s for a processor",
        ),
    ] {
        let finding = said(FindingKind::Failure(failed(starved(), started)));
        assert_eq!(finding.code, Code::Inconclusive);
        assert_eq!(finding.message, message);
        assert!(
            finding
                .help
                .is_some_and(|help| help.starts_with("check again when less runs"))
        );
    }
    let of_base = said(FindingKind::Base(BaseUnavailable::Fails(starved())));
    assert!(of_base.message.starts_with("was not compared: in the base, the import"));
    assert_eq!(of_base.help, None, "nothing is missing there");
}

#[test]
fn the_order_is_blamed_where_each_module_works_alone() {
    let failure = ImportFailure {
        only_together: true,
        ..failed(exited(), Started::Import)
    };
    let finding = said(FindingKind::Failure(failure));
    assert_eq!(finding.code, Code::OrderDependent);
    assert_eq!(
        finding.message,
        "the import ends the process with exit code 3; each of the layer's modules works alone, so it is their order that fails"
    );
}

#[test]
fn the_end_of_the_output_is_shown() {
    let failure = ImportFailure {
        printed: (0..40).map(|line| format!("line {line}\n")).collect(),
        ..failed(exited(), Started::Import)
    };
    let details = said(FindingKind::Failure(failure)).details;
    assert_eq!(details.len(), SHOWN_LINES + 1);
    assert_eq!(
        (details[0].as_str(), details[SHOWN_LINES].as_str()),
        ("it printed:", "  line 39")
    );
}

#[test]
fn a_deep_stack_keeps_its_ends_and_the_last_line_at_module_level() {
    let frame = |line, function: &str| Frame {
        file: "shop.py".to_owned(),
        line,
        function: function.to_owned(),
    };
    let mut frames: Vec<Frame> = (1..=20).map(|line| frame(line, "<module>")).collect();
    frames.extend((21..=50).map(|line| frame(line, "descend")));
    let shown = stack(&frames);
    assert_eq!(shown.len(), SHOWN_LINES + 3);
    assert_eq!(shown[0], "at shop.py:1 in <module>");
    assert_eq!(
        shown[6..9],
        [
            "... 13 calls between",
            "at shop.py:20 in <module>",
            "... 24 calls between"
        ]
    );
    assert_eq!(shown[SHOWN_LINES + 2], "at shop.py:50 in descend");
}

#[test]
fn a_hang_shows_what_the_other_threads_do() {
    let frame = |file: &str, function: &str| Frame {
        file: file.to_owned(),
        line: 4,
        function: function.to_owned(),
    };
    let failure = Failure::Hung {
        limit_ms: 2000,
        stack: vec![frame("shop.py", "<module>"), frame("threading.py", "join")],
        other_threads: vec![vec![frame("worker.py", "load")]],
    };
    let details = said(FindingKind::Failure(failed(failure, Started::Import))).details;
    assert_eq!(details[2..], ["another thread:", "  at worker.py:4 in load"]);
}

#[test]
fn one_is_written_as_one_and_parts_of_a_whole_are_many() {
    let orders = OtherOrders::Fail {
        failed: 1,
        tried: 1,
        imports: vec!["b".to_owned(), "a".to_owned()],
        failure: exited(),
    };
    assert_eq!(
        said(FindingKind::Orders(orders)).message,
        "fails in 1 of 1 other orders that were tried, such as b, a: the import ends the process with exit code 3"
    );
    let modules = TooManyModules::New { modules: 1, allowed: 0 };
    assert_eq!(
        said(FindingKind::Modules(modules)).message,
        "loads 1 module that the baseline did not have, 1 more than allowed"
    );
}

#[test]
fn usage_says_how_many_runs_could_be_seen() {
    let counts = |loaded, used, unknown| usage(UseCounts { loaded, used, unknown });
    assert_eq!(counts(25, 0, 0), "used in none of 25 runs");
    assert_eq!(counts(1, 0, 1), "no use observed in 1 run (1 undetectable)");
    assert_eq!(counts(25, 3, 2), "used in 3 of 25 runs (12%)");
    assert_eq!(counts(1, 1, 0), "used in 1 of 1 runs (100%)");
}
