//! The page of an import says what the terminal says, and names that it loads stay text.

use super::super::super::explain::terminal::tests::{sample, with_costly_import};
use super::super::super::untrusted;
use super::super::Page;
use super::super::tests::{assert_inert, text_of};
use super::*;
use crate::explain::{Group, Node, Why, importtime};

fn page_of(explanation: &Explanation) -> String {
    let page = Page::Import {
        explanation,
        smallest_ms: 0.0,
    };
    page.render()
}

/// A target with a costly import, a heavy body and a distribution.
fn explanation() -> Explanation {
    let mut explanation = with_costly_import();
    explanation.bodies = vec![HeavyLine {
        module: "app".to_owned(),
        place: Place {
            file: "src/app.py".to_owned(),
            line: 8,
        },
        source: "NAMES = versions()".to_owned(),
        share: 0.93,
        calls: Some("versions".to_owned()),
        body_ms: 40.0,
    }];
    explanation.groups = vec![GroupTotal {
        group: explanation.tree[1].group.clone(),
        modules: 2,
        own_ms: 110.0,
        memory_bytes: 2048,
    }];
    explanation
}

#[test]
fn its_figures_and_sentences_are_those_of_the_terminal() {
    let explanation = explanation();
    let page = page_of(&explanation);
    assert_inert(&page);
    let text = text_of(&page);
    let import = &explanation.imports[0];
    let sentences = explain::imports::of_one(import).into_iter();
    let sentences = sentences.chain(explain::imports::remedy(import));
    let said = sentences
        .chain([explain::share_of_body(&explanation.bodies[0])])
        .map(|sentence| sentence.replace('`', ""));
    let figures = [
        "app: 111 ms",
        "adds 3.00 KiB and loads 3 modules; Python 3.13.0, 5 samples",
        "shop/core.py:3",
        "import torch  # `<b>`",
        "torch 2.0",
        "What is: 111 ms, width by time",
        "What is: 3.00 KiB, width by memory",
    ];
    for expected in said.chain(figures.map(str::to_owned)) {
        assert!(text.contains(&untrusted::line(&expected)), "{expected}\n{text}");
    }
    for order in [
        ["lazy shop/core.py:3", "calls versions"],
        ["The modules as a list", "torch 2.0"],
    ] {
        let [one, other] = order.map(|part| text.find(part));
        assert!(one.is_some() && one < other, "{order:?}\n{text}");
    }
}

#[test]
fn what_costs_nothing_is_said_and_has_no_empty_sections() {
    let page = page_of(&sample());
    assert_inert(&page);
    let text = text_of(&page);
    assert!(text.contains("No import costs enough to be worth a change."), "{text}");
    assert!(
        !text.contains("Heavy by themselves") && !text.contains("By distribution"),
        "{text}"
    );
}

#[test]
fn whatever_a_name_holds_it_is_text() {
    let names = [
        "</ul><script>alert(1)</script>".to_owned(),
        "\" onclick=\"alert(1)\" x='".to_owned(),
        "<!--".to_owned(),
        "]]></svg><![CDATA[".to_owned(),
        "\u{1b}[2J\u{202e}".to_owned(),
        "x".repeat(1_000_000),
    ];
    for name in &names {
        let mut explanation = explanation();
        explanation.target.clone_from(name);
        explanation.python_version.clone_from(name);
        explanation.imports[0].source = Some(name.clone());
        explanation.imports[0].importer.clone_from(name);
        explanation.bodies[0].module.clone_from(name);
        explanation.bodies[0].source.clone_from(name);
        let place = Some(Place {
            file: name.clone(),
            line: 1,
        });
        explanation.tree[1].place.clone_from(&place);
        explanation.imports[0].place = place;
        for node in &mut explanation.tree {
            node.module.clone_from(name);
        }
        explanation.groups[0].group = Group::Distribution(crate::explain::Distribution {
            name: name.clone(),
            version: name.clone(),
        });
        let page = page_of(&explanation);
        assert_inert(&page);
        assert!(page.len() < 400_000, "{}", page.len());
        assert!(text_of(&page).contains(&untrusted::line(name)), "{name:.40}");

        explanation.why = Some(Why {
            module: name.clone(),
            chain: Some(vec![ChainStep {
                importer: name.clone(),
                imported: name.clone(),
                place: None,
            }]),
        });
        assert_inert(&page_of(&explanation));
    }
}

#[test]
fn with_a_chain_it_is_the_chain_alone() {
    let mut explanation = explanation();
    let with = |chain| Why {
        module: "torch".to_owned(),
        chain,
    };
    explanation.why = Some(with(Some(vec![ChainStep {
        importer: "app".to_owned(),
        imported: "torch".to_owned(),
        place: explanation.imports[0].place.clone(),
    }])));
    let page = page_of(&explanation);
    assert_inert(&page);
    let text = text_of(&page);
    assert!(
        text.contains("Why torch is loaded") && text.contains("app imports torch: shop/core.py:3"),
        "{text}"
    );
    assert!(!text.contains("costly imports"), "{text}");
    explanation.why = Some(with(None));
    assert!(text_of(&page_of(&explanation)).contains("It is not loaded by this import."));
}

#[test]
fn many_modules_are_drawn_as_far_as_they_count_and_many_imports_are_folded() {
    let mut explanation = explanation();
    let small = |index: usize| Node {
        module: format!("torch.small{index}"),
        own_ms: 0.001,
        cumulative_ms: 0.001,
        own_memory_bytes: 0,
        ..explanation.tree[2].clone()
    };
    let more: Vec<Node> = (0..5_000).map(small).collect();
    explanation.tree.extend(more);
    explanation.imports = vec![explanation.imports[0].clone(); COSTLY + 2];
    let page = page_of(&explanation);
    assert!(page.len() < 200_000, "{}", page.len());
    let text = text_of(&page);
    assert!(text.contains("torch.small4999 and 4,999 more"), "{text}");
    assert!(text.contains("2 more\n"), "{text}");
}

#[test]
fn a_log_is_drawn_by_time_and_told_as_in_the_terminal() {
    let text = "import time: self [us] | cumulative | imported package\n\
                import time:      1000 |       1000 |   shop.<b>\n\
                import time:      2000 |       3000 | shop\n";
    let log = importtime::read("posted.log", text).expect("a log");
    let options = terminal::Options {
        modules: true,
        depth: 9,
        smallest_ms: 0.0,
    };
    let of = |why| {
        Page::Log {
            log: &log,
            why,
            options,
        }
        .render()
    };
    let page = of(None);
    assert_inert(&page);
    let said = text_of(&page);
    assert!(
        said.contains("posted.log: 3.00 ms") && said.contains("width by time"),
        "{said}"
    );
    assert!(!said.contains("width by memory"), "{said}");
    for line in log_terminal::render(&log, None, &options).lines() {
        assert!(said.contains(line), "{line}\n{said}");
    }
    let way = log.chain_to("shop.<b>").expect("it is in the log");
    assert!(!text_of(&of(Some(&way))).contains("width by time"));
}
