//! One line that makes many targets slower: it is told once, in so few lines that they are read, in every format and at every width.

use unicode_width::UnicodeWidthStr;

use super::terminal::{self, Options};
use super::{fixture, markdown};
use crate::budgets::BudgetLine;
use crate::checks::{Code, Severity, Verdict};
use crate::explain::{ChainStep, SourceExcerpt};
use crate::observed::Place;
use crate::report::{Cause, CauseKind, CauseTarget, Finding, Report, TargetReport};

const LINE: &str = "line httpie/utils.py:1";

/// `import rich` in a module that 13 of 29 targets load.
fn report() -> Report {
    let layer = |index: usize| ["cli", "output", "plugins"][index % 3];
    let name = |index: usize| format!("httpie.{}.module{index}", layer(index));
    let row = fixture::passing().targets.remove(1);
    let target = |index: usize| {
        let slower = index < 13;
        TargetReport {
            module: name(index),
            layer: Some(layer(index).to_owned()),
            verdict: if slower { Verdict::Fail } else { Verdict::Pass },
            time_ms: Some(if slower { 232.0 } else { 203.0 }),
            baseline_time_ms: Some(203.0),
            change_ms: Some(if slower { 29.0 } else { 0.0 }),
            change_percent: Some(if slower { 14.3 } else { 0.0 }),
            max_time_ms: Some(500.0),
            ..row.clone()
        }
    };
    let finding = |code, index: usize, line: usize, text: &str, message: &str| Finding {
        causes: vec![LINE.to_owned()],
        budget: Some(BudgetLine {
            file: "budgets.toml".to_owned(),
            line: Some(line),
            text: text.to_owned(),
        }),
        ..fixture::finding(code, Severity::Error, &name(index), message)
    };
    let message = "is slower: +29.0 ms (+14.3%, from 203 ms), where 10% is allowed";
    let mut findings: Vec<Finding> = (0..13)
        .map(|index| finding(Code::Regression, index, 2, "gate.max-regression = \"10%\"", message))
        .collect();
    findings.push(finding(
        Code::Forbidden,
        0,
        22,
        "modules.\"httpie.cli.module0\".forbid = [\"rich\"]",
        "loads `rich`, which is forbidden",
    ));
    Report {
        findings,
        causes: vec![cause((0..13).map(name).collect())],
        targets: (0..29).map(target).collect(),
        groups: Vec::new(),
        pictures: Vec::new(),
        ..fixture::report()
    }
}

fn cause(targets: Vec<String>) -> Cause {
    let step = |importer: &str, imported: &str, file: &str, line| ChainStep {
        importer: importer.to_owned(),
        imported: imported.to_owned(),
        place: Some(Place {
            file: file.to_owned(),
            line,
        }),
    };
    let chain = vec![
        step("httpie.cli.module0", "httpie.utils", "httpie/cli/module0.py", 26),
        step("httpie.utils", "rich", "httpie/utils.py", 1),
    ];
    let pays = |target: String| CauseTarget {
        time_ms: 29.0,
        memory_bytes: 2_411_724,
        modules: 45,
        ..CauseTarget::named(&target)
    };
    Cause {
        summary: "`httpie/utils.py:1` now imports `rich` 15.0.0".to_owned(),
        file: Some("httpie/utils.py".to_owned()),
        line: Some(1),
        source: SourceExcerpt::of(b"import rich\n", 1),
        label: Some("new since the baseline".to_owned()),
        help: Some(
            "`rich` is used in one function (`as_table`, line 40): import it there, or `lazy import` on 3.15"
                .to_owned(),
        ),
        targets: targets.into_iter().map(pays).collect(),
        ..fixture::cause(LINE, CauseKind::NewImport, chain, ("", 29.0, 2_411_724, 45))
    }
}

fn rendered(width: usize) -> String {
    let options = Options {
        width,
        ..Options::default()
    };
    terminal::render(&report(), &options)
}

#[test]
fn one_cause_is_one_paragraph_that_is_read_at_a_glance() {
    for width in [80, 120, 200] {
        let text = rendered(width);
        let paragraphs: Vec<&str> = text.split("\n\n").filter(|part| part.starts_with("error[")).collect();
        let [paragraph] = paragraphs[..] else {
            panic!("one paragraph:\n{text}");
        };
        assert!(paragraph.lines().count() <= 25, "{paragraph}");
        assert_eq!(text.matches("now imports").count(), 1, "{text}");
    }
    insta::assert_snapshot!("terminal_one_cause", rendered(80));
}

#[test]
fn no_line_is_wider_than_the_terminal_and_no_word_is_broken() {
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let whole = rendered(usize::MAX);
    for width in [80, 100, 120, 200] {
        let text = rendered(width);
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
        let paragraph = |text: &str| {
            let part = text
                .split("\n\n")
                .find(|part| part.starts_with("error["))
                .map(str::to_owned);
            words(&part.unwrap_or_default())
        };
        assert_eq!(paragraph(&text), paragraph(&whole), "{width}");
    }
}

#[test]
fn a_page_has_the_cause_once_ten_rows_and_the_rest_folded() {
    let page = markdown::render(&report(), markdown::COMMENT_BYTES);
    assert_eq!(page.matches("now imports").count(), 1, "{page}");
    let shown = page.split("<details>").next().unwrap_or_default();
    assert_eq!(shown.matches("| ❌ |").count(), 10, "{shown}");
    assert!(
        shown.contains("1 | import rich\n    | ^^^^^^^^^^^ new since the baseline\n"),
        "{shown}"
    );
    assert_eq!(page.matches("| ❌ |").count(), 13, "{page}");
    assert!(page.contains("<summary>19 more targets</summary>"), "{page}");
}
