//! The same of the formats that say what came of each target: figures, test cases, and the page of an annotation.

use std::collections::BTreeSet;

use proptest::prelude::*;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};
use serde_json::Value;

use super::super::{benchmark_action, bmf, buildkite, fixture, junit, openmetrics, published, teamcity};
use super::{acting, command, report};
use crate::report::TargetReport;

/// What a reader of CommonMark with tables takes for markup and is none of ours; fails at the first.
fn expect_our_markup_alone(page: &str) {
    const HTML: [&str; 6] = [
        "<details><summary>",
        "</summary>",
        "</details>",
        "<sub>",
        "</sub>",
        "\n",
    ];
    for event in Parser::new_ext(
        page,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM,
    ) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => assert!(level > HeadingLevel::H1, "{page}"),
            Event::Start(tag) => assert!(
                matches!(
                    tag,
                    Tag::Paragraph
                        | Tag::CodeBlock(_)
                        | Tag::HtmlBlock
                        | Tag::List(None)
                        | Tag::Item
                        | Tag::Table(_)
                        | Tag::TableHead
                        | Tag::TableRow
                        | Tag::TableCell
                        | Tag::Emphasis
                        | Tag::Strong
                ),
                "{tag:?} in {page}"
            ),
            Event::Html(html) | Event::InlineHtml(html) => {
                let rest = HTML.iter().fold(html.to_string(), |rest, ours| rest.replace(ours, ""));
                assert!(!rest.contains(['<', '>', '&']), "{html:?} in {page}");
            }
            Event::Rule | Event::TaskListMarker(_) | Event::FootnoteReference(_) => panic!("{event:?} in {page}"),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn an_annotation_of_buildkite_has_no_markup_but_ours(report in report()) {
        let page = buildkite::render(&report);
        prop_assert!(page.len() <= buildkite::ANNOTATION_BYTES);
        prop_assert_eq!(acting(&page), None);
        expect_our_markup_alone(&page);
    }

    #[test]
    fn figures_and_test_cases_are_what_they_were_written_as(report in report()) {
        let reports = [report];
        let junit = junit::render(&reports).expect("XML");
        let metrics = openmetrics::render(&reports);
        let bmf = bmf::render(&reports).expect("JSON");
        let benchmarks = benchmark_action::render(&reports).expect("JSON");
        for text in [&junit, &metrics, &bmf, &benchmarks] {
            prop_assert_eq!(acting(text), None);
            prop_assert_eq!(command(text), None);
        }
        let [report] = &reports;
        let document = quick_junit::Report::deserialize_from_str(&junit).expect("JUnit XML");
        let of_targets = document.test_suites.iter().flat_map(|suite| &suite.test_cases);
        prop_assert_eq!(of_targets.filter(|case| !case.properties.is_empty()).count(), report.targets.len());
        let known = |known: fn(&TargetReport) -> bool| report.targets.iter().filter(|target| known(target)).count();
        let bmf: Value = serde_json::from_str(&bmf).expect("JSON");
        prop_assert_eq!(published::BMF.mistakes(&bmf), None);
        prop_assert_eq!(bmf.as_object().map_or(0, serde_json::Map::len), known(|target| target.time_ms.is_some() || target.modules.is_some()));
        let verdicts = metrics.lines().filter(|line| line.starts_with("importgate_verdict{"));
        prop_assert_eq!(verdicts.count(), report.targets.len());
        let benchmarks: Vec<Value> = serde_json::from_str(&benchmarks).expect("JSON");
        let names: BTreeSet<&str> = benchmarks.iter().filter_map(|benchmark| benchmark["name"].as_str()).collect();
        prop_assert_eq!(names.len(), benchmarks.len());
        prop_assert!(names.iter().all(|name| !name.contains(['`', '|'])));
    }

    #[test]
    fn teamcity_gets_our_messages_and_no_other(report in report()) {
        let text = teamcity::render(&[report], &fixture::repository());
        prop_assert_eq!(acting(&text), None);
        prop_assert!(text.is_ascii());
        for line in text.lines() {
            let message = line.strip_prefix("##teamcity[").and_then(|rest| rest.strip_suffix(']'));
            // What is escaped is taken out, and no quote or bracket but ours is left.
            let rest = message.expect("a message").replace("||", "");
            let rest = ["|'", "|[", "|]", "|n", "|0x"].iter().fold(rest, |rest, escape| rest.replace(escape, ""));
            prop_assert!(!rest.contains(['|', '[', ']']), "{}", line);
            let (name, attributes) = rest.split_once(' ').expect("attributes");
            prop_assert!(["buildProblem", "inspectionType", "inspection", "buildStatisticValue"].contains(&name));
            // Between the quotes stands the name of the next attribute, and behind the last one nothing.
            let mut keys: Vec<&str> = attributes.split('\'').step_by(2).collect();
            prop_assert_eq!(keys.pop(), Some(""));
            for key in keys {
                let name = key.trim_start().strip_suffix('=');
                prop_assert!(name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic())), "{}", line);
            }
        }
    }
}
