//! Reports, as they are read by `merge` and `compare` and, from jobs that are not trusted, by `comment`.

use importgate_core::compare::{ComparisonRequest, Content, Input, compare};
use importgate_core::report::comment::{Comment, Dialect, Draft, Marker, Origin, Plan, Policy, Run, Step, plan};
use importgate_core::report::merge::{Merged, merge};
use importgate_core::report::terminal::Options;
use importgate_core::report::{Report, before_after, html, json, markdown, terminal};

use crate::printed::assert_inert;

/// Reads a report in both ways.
pub fn check(data: &[u8]) {
    let trusted = std::str::from_utf8(data).ok().and_then(|text| json::parse(text).ok());
    if let Ok(reports) = json::parse_strictly(data) {
        if let ([strict], Some(trusted)) = (&reports[..], &trusted) {
            assert_eq!(strict, trusted);
        }
        reports.iter().for_each(comment);
    }
    if let Some(report) = trusted {
        round_trip(&report);
        printed(&report);
        joined(report);
    }
}

fn round_trip(report: &Report) {
    let text = json::render(report).expect("a report is JSON");
    assert_inert(&text);
    let again = json::parse(&text).expect("what is written is read");
    assert_eq!(&again, report);
}

fn printed(report: &Report) {
    assert_inert(&terminal::render(report, &Options::default()));
    let page = markdown::render(report, markdown::COMMENT_BYTES);
    assert!(page.len() <= markdown::COMMENT_BYTES);
    assert_inert(&page);
    assert_inert(&html::Page::One(report).render());
}

/// Merged with nothing, a report is what it is; compared with itself, nothing changed.
fn joined(report: Report) {
    if let Ok(Merged::One(merged)) = merge(vec![("a.json".to_owned(), report.clone())]) {
        assert_eq!(merged.verdict, report.verdict);
        round_trip(&merged);
    }
    let _ = merge(vec![
        ("a.json".to_owned(), report.clone()),
        ("b.json".to_owned(), report.clone()),
    ]);
    let input = Input {
        name: "a.json".to_owned(),
        content: Content::Report(Box::new(report)),
    };
    if let Ok(comparison) = compare(&input, &input, &ComparisonRequest::default()) {
        assert_inert(&before_after::terminal(&comparison, &Options::default()));
        assert_inert(&before_after::markdown(&comparison, markdown::SUMMARY_BYTES));
    }
}

/// What a comment is made of is known again as that comment, and says nothing new.
pub(crate) fn comment(report: &Report) {
    let author = "importgate[bot]";
    for dialect in [Dialect::GitHub, Dialect::Bitbucket] {
        let draft = Draft {
            gate: "importgate".to_owned(),
            run: Run::new(7, 1, "0123456789abcdef").expect("a commit"),
            reports: std::slice::from_ref(report),
            expected: Vec::new(),
            origin: Origin::Contributor,
            link: None,
            policy: Policy::Always,
            dialect,
        };
        let Plan::Steps(steps) = plan(&[], author, &draft) else {
            panic!("every run asks for a comment")
        };
        let [Step::Create { body }] = &steps[..] else {
            panic!("one comment: {steps:?}")
        };
        assert_inert(body);
        assert!(Marker::of(body).is_some(), "{body}");
        let standing = Comment {
            id: 1,
            author: author.to_owned(),
            body: body.clone(),
        };
        assert_eq!(plan(&[standing], author, &draft), Plan::UpToDate);
    }
}
