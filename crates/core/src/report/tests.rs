//! What each format makes of the same reports.

use super::terminal::{self, Colour, Options};
use super::{benchmark_action, bmf, buildkite, fixture, github, json, markdown, openmetrics};
use crate::checks::{Code, Severity};
use crate::report::{Cause, CauseKind, Finding, TargetReport};

#[test]
fn a_failing_run() {
    insta::assert_snapshot!(
        "terminal_plain",
        terminal::render(&fixture::report(), &Options::default())
    );
}

#[test]
fn the_same_in_colour_with_escapes_made_visible() {
    let options = Options {
        colour: Colour::Ansi,
        ..Options::default()
    };
    let text = terminal::render(&fixture::report(), &options);
    insta::assert_snapshot!("terminal_colour", text.replace('\x1b', "\\e"));
    let stripped = anstream::adapter::strip_str(&text).to_string();
    assert_eq!(stripped, terminal::render(&fixture::report(), &Options::default()));
}

#[test]
fn everything_there_is() {
    let options = Options {
        verbose: true,
        ..Options::default()
    };
    insta::assert_snapshot!("terminal_verbose", terminal::render(&fixture::report(), &options));
}

#[test]
fn short_runs() {
    let options = Options::default();
    let pages = [fixture::passing(), fixture::inconclusive()].map(|report| terminal::render(&report, &options));
    insta::assert_snapshot!("terminal_short", pages.join("\n=====\n"));
}

#[test]
fn tables_fit_into_the_terminal_and_keep_their_numbers() {
    for width in [68, 72, 80, 100] {
        let mut report = fixture::report();
        report.findings.clear();
        for target in &mut report.targets {
            target.module = format!("shop.a_rather_long_package_name.{}", target.module);
        }
        let text = terminal::render(
            &report,
            &Options {
                width,
                ..Options::default()
            },
        );
        for line in text.lines() {
            assert!(line.len() <= width, "{width}: {line}");
        }
        for number in ["8.91 s", "10 s", "+9,916%", "+8.82 s"] {
            assert!(text.contains(number), "{number} at {width}:\n{text}");
        }
    }
}

#[test]
fn a_long_chain_and_a_long_stack_are_cut_in_the_middle_unless_all_is_wanted() {
    let mut report = fixture::report();
    let finding = report
        .findings
        .iter_mut()
        .find(|finding| finding.code == Code::Regression)
        .expect("in the fixture");
    finding.details = (0..100).map(|line| format!("frame {line}")).collect();
    let torch = &mut report.causes[0];
    torch.chain = vec![torch.chain[0].clone(); 30];
    let part = Cause {
        part_of: Some(torch.id.clone()),
        ..torch.clone()
    };
    let parts = (0..4).map(|number| Cause {
        id: format!("part {number}"),
        ..part.clone()
    });
    report.causes.extend(parts);
    let brief = terminal::render(&report, &Options::default());
    for expected in [
        "... 24 more ...",
        // The upgrade of sqlalchemy is one of them.
        "and 4 smaller causes (--verbose shows them)",
        "... 88 more lines ...",
        "frame 99",
    ] {
        assert!(brief.contains(expected), "{expected}:\n{brief}");
    }
    let all = terminal::render(
        &report,
        &Options {
            verbose: true,
            ..Options::default()
        },
    );
    assert!(
        all.contains("frame 50") && !all.contains("more ...") && !all.contains("smaller cause"),
        "{all}"
    );
}

#[test]
fn a_run_without_a_baseline_has_no_column_for_it() {
    let mut report = fixture::passing();
    report.baseline = None;
    for target in &mut report.targets {
        (target.change_ms, target.change_percent) = (None, None);
    }
    let text = terminal::render(&report, &Options::default());
    assert!(text.contains("\nno baseline\n"), "{text}");
    assert!(!text.contains("  change  "), "{text}");
    assert!(terminal::render(&fixture::passing(), &Options::default()).contains("  change  "));
}

#[test]
fn markdown_for_a_summary() {
    insta::assert_snapshot!(
        "markdown",
        markdown::render(&fixture::report(), markdown::SUMMARY_BYTES)
    );
}

#[test]
fn markdown_that_is_too_long_loses_what_passed_before_what_failed() {
    let mut report = fixture::report();
    let passing = report.targets[0].clone();
    for index in 0..2_000 {
        report.targets.push(TargetReport {
            module: format!("shop.generated.module_{index}"),
            ..passing.clone()
        });
    }
    let whole = markdown::render(&report, markdown::SUMMARY_BYTES);
    assert!(whole.contains("module_1999") && !whole.contains("left out"));
    let comment = markdown::render(&report, markdown::COMMENT_BYTES);
    assert!(comment.len() <= markdown::COMMENT_BYTES, "{}", comment.len());
    assert!(comment.contains("targets left out for want of room"), "{comment}");
    for finding in &report.findings {
        assert!(comment.contains(&format!("`{}`", finding.code)), "{}", finding.code);
    }
    for name in ["shop.database.models", "shop.mailer", "shop.services.orders"] {
        assert!(comment.contains(&format!("| ❌ | `{name}` |")), "{name}");
    }
}

#[test]
fn markdown_with_too_many_errors_says_how_many_it_left_out() {
    let mut report = fixture::report();
    let error = Finding {
        target: String::new(),
        causes: Vec::new(),
        ..report.findings[0].clone()
    };
    report.findings.extend(std::iter::repeat_n(error, 1_000));
    let text = markdown::render(&report, markdown::COMMENT_BYTES);
    assert!(text.len() <= markdown::COMMENT_BYTES, "{}", text.len());
    assert!(text.contains("paragraphs left out for want of room"));
    assert!(!text.contains("⚠️ **warning**"), "a warning took the room of an error");
}

#[test]
fn github_annotations_name_files_from_the_workspace() {
    let repository = fixture::repository_seen_from("packages/b");
    let text = github::render(&[fixture::report()], &repository);
    let files: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("file="))
        .map(|(_, file)| file)
        .collect();
    assert!(!files.is_empty());
    for file in files {
        assert!(file.starts_with("packages/b/"), "{file}");
    }
}

#[test]
fn github_annotations() {
    insta::assert_snapshot!("github", github::render(&[fixture::report()], &fixture::repository()));
    assert_eq!(github::render(&[fixture::passing()], &fixture::repository()), "");
}

#[test]
fn github_shows_ten_of_a_kind_and_counts_the_rest() {
    let mut report = fixture::report();
    for line in 1..=20 {
        let id = format!("line shop/generated.py:{line}");
        let target = format!("shop.generated_{line}");
        let costs = (target.as_str(), 5.0, 0, 1);
        report
            .causes
            .push(fixture::cause(&id, CauseKind::Import, Vec::new(), costs));
        report.findings.push(Finding {
            causes: vec![id],
            ..fixture::finding(Code::OverTime, Severity::Error, &target, "takes long")
        });
    }
    let text = github::render(&[report], &fixture::repository());
    assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), 10);
    assert!(
        text.starts_with("::error file=shop/database/models.py,line=14,"),
        "the costliest is first: {text}"
    );
    let last = text.lines().last().expect("a line");
    assert_eq!(
        last,
        "::notice title=importgate::15 more errors: the log and the job summary have them"
    );
}

#[test]
fn a_report_can_be_read_back() {
    for report in [fixture::report(), fixture::passing(), fixture::inconclusive()] {
        let text = json::render(&report).expect("JSON");
        assert_eq!(json::parse(&text).expect("a report"), report);
    }
}

#[test]
fn the_whole_report_as_json() {
    insta::assert_snapshot!("json", json::render(&fixture::report()).expect("JSON"));
}

#[test]
fn the_figures_of_targets_as_openmetrics() {
    insta::assert_snapshot!("openmetrics", openmetrics::render(&[fixture::report()]));
}

#[test]
fn the_figures_of_targets_for_charts() {
    insta::assert_snapshot!("bmf", bmf::render(&[fixture::report()]).expect("JSON"));
    insta::assert_snapshot!(
        "benchmark_action",
        benchmark_action::render(&[fixture::report()]).expect("JSON")
    );
}

#[test]
fn markdown_for_an_annotation_of_buildkite() {
    insta::assert_snapshot!("buildkite", buildkite::render(&fixture::report()));
}

#[test]
fn what_is_no_report_is_told_apart() {
    let text = json::render(&fixture::report()).expect("JSON");
    let newer = text.replacen("\"version\": 2", "\"version\": 3", 1);
    let damaged = text.replacen("\"verdict\": \"fail\"", "\"verdict\": \"perhaps\"", 1);
    let cases = [
        (&text[..text.len() / 2], "this is not JSON"),
        ("", "this is not JSON"),
        ("[1, 2]", "not a report of importgate"),
        ("{\"version\": 1, \"importgate\": \"0.1.0\"}", "it has no \"verdict\""),
        (&newer, "format 3, and this version of importgate reads up to 2"),
        (&damaged, "this report is damaged: unknown variant `perhaps`"),
    ];
    for (text, expected) in cases {
        let error = json::parse(text).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn the_json_has_what_readers_rely_on() {
    let text = json::render(&fixture::report()).expect("JSON");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value["verdict"], "fail");
    for (pointer, expected) in [
        ("/findings/2/code", serde_json::json!("regression")),
        ("/findings/2/severity", "error".into()),
        ("/findings/2/target", "shop.database.models".into()),
        ("/findings/2/budget/file", "budgets.toml".into()),
        ("/findings/2/budget/line", 3.into()),
        ("/findings/2/causes/0", value["causes"][0]["id"].clone()),
        ("/causes/0/kind", "new-import".into()),
        ("/causes/0/targets/0/target", "shop.database.models".into()),
        ("/causes/0/targets/0/time_ms", 8825.0.into()),
        ("/causes/0/module", "torch".into()),
        ("/causes/0/distribution", "torch 2.4.1".into()),
        ("/causes/0/importer", "shop.database.vectors".into()),
        ("/causes/0/file", "shop/database/models.py".into()),
        ("/causes/0/line", 14.into()),
        ("/causes/0/chain/1/imported", "torch".into()),
        ("/causes/0/time_ms", 8825.0.into()),
        ("/causes/0/memory_bytes", 611_319_808.into()),
        ("/causes/0/modules", 1203.into()),
    ] {
        assert_eq!(value.pointer(pointer), Some(&expected), "{pointer}");
    }
    let keys = [
        "module",
        "layer",
        "time_ms",
        "wall_ms",
        "memory_bytes",
        "modules",
        "samples",
        "baseline_time_ms",
        "change_percent",
    ];
    for key in keys {
        assert!(
            value["targets"][1].get(key).is_some_and(|value| !value.is_null()),
            "{key}"
        );
    }
}

#[test]
fn many_remarks_of_a_kind_do_not_bury_the_rest() {
    let mut report = fixture::report();
    let note = report.findings.last().expect("a note").clone();
    let of_the_run = Finding {
        target: String::new(),
        message: "of the whole run".to_owned(),
        severity: Severity::Warning,
        ..note.clone()
    };
    report.findings.extend(std::iter::repeat_n(note, 49));
    report.findings.extend(std::iter::repeat_n(of_the_run, 50));
    let wide = Options {
        width: usize::MAX,
        ..Options::default()
    };
    let text = terminal::render(&report, &wide);
    // What targets have in common is one paragraph; what is about the run has one each.
    assert_eq!(text.matches("50 targets are new").count(), 1, "{text}");
    assert!(text.contains(" and 48 more (--verbose shows all)\n"), "{text}");
    assert_eq!(text.matches("warning[no-baseline]: of the whole run").count(), 5);
    assert!(
        text.contains("warning[no-baseline]: 45 more like these (--verbose shows them)"),
        "{text}"
    );
    let all = terminal::render(
        &report,
        &Options {
            verbose: true,
            ..Options::default()
        },
    );
    assert_eq!(all.matches("warning[no-baseline]: of the whole run").count(), 50);
}
