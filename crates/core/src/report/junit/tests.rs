//! What becomes of a target as a test case, read back by the crate that wrote it.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};

use super::super::fixture;
use super::render;
use crate::checks::{Code, Severity};
use crate::report::Report;

fn read(reports: &[Report]) -> quick_junit::Report {
    let text = render(reports).expect("XML");
    quick_junit::Report::deserialize_from_str(&text).expect("JUnit XML")
}

fn case(document: &quick_junit::Report, name: &str) -> TestCase {
    let cases = document.test_suites.iter().flat_map(|suite| &suite.test_cases);
    cases
        .clone()
        .find(|case| case.name.as_str() == name)
        .cloned()
        .expect("a test case")
}

/// The kind of a case that does not pass, its type and its message.
fn refused(case: &TestCase) -> (NonSuccessKind, &str, &str) {
    match &case.status {
        TestCaseStatus::NonSuccess { kind, ty, message, .. } => (
            *kind,
            ty.as_deref().unwrap_or_default(),
            message.as_deref().unwrap_or_default(),
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_failing_run() {
    insta::assert_snapshot!("junit", render(&[fixture::report()]).expect("XML"));
}

#[test]
fn what_is_over_a_limit_is_a_failure_and_what_did_not_import_an_error() {
    let document = read(&[fixture::report()]);
    let over = case(&document, "shop.services.orders");
    assert_eq!(
        refused(&over),
        (
            NonSuccessKind::Failure,
            "over-time",
            "takes 12.3 ms, 2.34 ms over its 10 ms"
        )
    );
    assert_eq!(
        over.classname.as_deref(),
        Some("importgate.cpython-3.13-linux-x86_64.services")
    );
    assert_eq!(over.time.map(|time| time.as_millis()), Some(12));
    let hang = case(&document, "shop.mailer");
    assert_eq!(refused(&hang).0, NonSuccessKind::Error);
    assert_eq!((refused(&hang).1, hang.time), ("hang", None));
}

#[test]
fn what_is_not_decided_is_skipped_with_its_reason_and_without_a_time() {
    let case = case(&read(&[fixture::report()]), "shop.database.session");
    let TestCaseStatus::Skipped { message, .. } = &case.status else {
        panic!("{:?}", case.status)
    };
    assert!(
        message
            .as_deref()
            .is_some_and(|message| message.contains("60 samples do not tell"))
    );
    assert_eq!(case.time, None);
}

#[test]
fn an_inconclusive_target_that_the_budgets_refuse_is_a_failure() {
    let mut report = fixture::inconclusive();
    report.findings[0].severity = Severity::Error;
    let document = read(&[report]);
    assert_eq!(
        refused(&case(&document, "shop.database.session")).1,
        Code::Inconclusive.as_str()
    );
}

#[test]
fn no_case_is_there_twice() {
    let mut report = fixture::report();
    report.targets.extend(fixture::report().targets);
    report.targets[0].module = "\u{1b}".repeat(1_000_000);
    report.targets[1].module = "\u{1b}".repeat(1_000_000);
    let document = read(&[report.clone(), report]);
    let mut names: Vec<(String, String)> = Vec::new();
    for case in document.test_suites.iter().flat_map(|suite| &suite.test_cases) {
        let class = case.classname.as_deref().unwrap_or_default();
        names.push((class.to_owned(), case.name.as_str().to_owned()));
    }
    let number = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), number);
}

#[test]
fn what_no_target_says_is_a_case_of_the_run() {
    let mut report = fixture::report();
    report.findings.push(fixture::finding(
        Code::ForeignBaseline,
        Severity::Error,
        "",
        "of another machine",
    ));
    let document = read(&[report]);
    assert_eq!(
        document.test_suites[0].name.as_str(),
        "importgate.cpython-3.13-linux-x86_64.run"
    );
    assert_eq!(refused(&case(&document, "foreign-baseline")).0, NonSuccessKind::Failure);
    let remark = case(&document, "stale-baseline-entry");
    assert!(matches!(remark.status, TestCaseStatus::Success { .. }));
    assert!(remark.system_out.is_some_and(|text| text.contains("shop.old")));
}

#[test]
fn what_xml_cannot_hold_is_written_as_text() {
    let mut report = fixture::report();
    report.targets[0].module = "a\u{fffe}\u{ffff}\0\u{8}<b>&\"'".to_owned();
    let name = case(&read(&[report]), "a\\ufffe\\uffff\\x00\\x08<b>&\"'").name;
    assert!(!name.is_empty());
}
