//! The page as a browser reads it: parsed by an HTML parser of others, it is what it was meant to be, whatever a report holds.

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use super::super::facts::TargetResult;
use super::super::{cells, facts, fixture, untrusted};
use super::*;
use crate::checks::Verdict;
use crate::report::picture::Picture;
use crate::report::{Finding, ImportTree, TargetReport, TreeModule};

/// A page as it was parsed.
struct Parsed(RcDom);

/// An element of it.
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    node: Handle,
}

impl Parsed {
    /// Fails where a parser finds anything to complain of.
    fn of(page: &str) -> Self {
        let dom = parse_document(RcDom::default(), ParseOpts::default()).one(page);
        let errors = dom.errors.borrow();
        assert!(errors.is_empty(), "{errors:?}\n{page}");
        drop(errors);
        Self(dom)
    }

    fn elements(&self) -> Vec<Element> {
        let mut elements = Vec::new();
        collect(&self.0.document, &mut elements);
        elements
    }

    fn named(&self, name: &str) -> Vec<Element> {
        let mut elements = self.elements();
        elements.retain(|element| element.name == name);
        elements
    }

    fn text(&self) -> String {
        let mut text = String::new();
        write_text(&self.0.document, &mut text);
        text
    }
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn text(&self) -> String {
        let mut text = String::new();
        write_text(&self.node, &mut text);
        text
    }

    fn elements(&self) -> Vec<Element> {
        let mut elements = Vec::new();
        collect(&self.node, &mut elements);
        elements
    }
}

fn collect(node: &Handle, elements: &mut Vec<Element>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow();
        let attribute =
            |attribute: &html5ever::Attribute| (attribute.name.local.to_string(), attribute.value.to_string());
        elements.push(Element {
            name: name.local.to_string(),
            attributes: attributes.iter().map(attribute).collect(),
            node: node.clone(),
        });
    }
    node.children.borrow().iter().for_each(|child| collect(child, elements));
}

fn write_text(node: &Handle, text: &mut String) {
    match &node.data {
        NodeData::Text { contents } => text.push_str(&contents.borrow()),
        NodeData::Element { name, .. } if ["style", "script"].contains(&&*name.local) => {}
        _ => node.children.borrow().iter().for_each(|child| write_text(child, text)),
    }
}

/// The text of a page.
pub(in crate::report) fn text_of(page: &str) -> String {
    Parsed::of(page).text()
}

/// What no page may have, whatever the report holds: an element, an attribute or an address that is not ours.
pub(in crate::report) fn assert_inert(page: &str) {
    const ELEMENTS: &str = "a article body button code dd defs details div dl dt fieldset figcaption figure form g h1 h2 \
                            h3 h4 h5 h6 head header html input label legend li line main meta nav ol option output p path pattern pre rect \
                            script section select small span strong style summary svg table tbody td text th thead title tr \
                            ul use";
    let known: Vec<&str> = ELEMENTS.split_whitespace().collect();
    let parsed = Parsed::of(page);
    let elements = parsed.elements();
    for element in &elements {
        assert!(known.contains(&element.name.as_str()), "<{}>", element.name);
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && name != "style", "{name}={value}");
            let is_address = ["href", "src", "action", "srcset", "formaction"].contains(&name.as_str());
            assert!(!is_address || value.starts_with('#'), "{name}={value}");
        }
    }
    let [script] = &parsed.named("script")[..] else {
        panic!("one script");
    };
    let contents = script.node.children.borrow();
    let texts = contents.iter().map(|child| match &child.data {
        NodeData::Text { contents } => contents.borrow().to_string(),
        _ => panic!("a script is text"),
    });
    assert_eq!(texts.collect::<String>(), SCRIPT);
}

/// A report of so many targets of four layers, with samples of each, of which every tenth fails.
fn large(targets: usize) -> Report {
    let mut report = fixture::report();
    let row = report.targets[0].clone();
    let name = |index: usize| format!("application.package{}.subpackage.module{index}", index % 40);
    report.targets = (0..targets)
        .map(|index| TargetReport {
            module: name(index),
            layer: Some(format!("layer{}", index % 4)),
            verdict: if index % 10 == 0 { Verdict::Fail } else { Verdict::Pass },
            ..row.clone()
        })
        .collect();
    let error = report.findings[0].clone();
    report.findings = (0..targets)
        .step_by(10)
        .map(|index| Finding {
            target: name(index),
            ..error.clone()
        })
        .collect();
    let samples: Vec<f64> = (0..60).map(|index| 200.0 + f64::from(index * 7 % 13)).collect();
    report.pictures = (0..targets)
        .map(|index| Picture {
            target: name(index),
            samples_ms: samples.clone(),
            baseline_samples_ms: samples.clone(),
            tree: None,
        })
        .collect();
    report
}

#[test]
fn a_failing_run() {
    let [(_, page), ..] = Page::One(&fixture::report()).render_folder();
    insta::assert_snapshot!("page", page);
}

#[test]
fn it_is_what_a_parser_reads_and_names_are_text() {
    for report in [fixture::report(), fixture::passing(), fixture::inconclusive()] {
        let page = Page::One(&report).render();
        assert_inert(&page);
        let text = Parsed::of(&page).text();
        for finding in &report.findings {
            let message = untrusted::line(&finding.message.replace('`', ""));
            assert!(text.contains(&message), "{message}\n{text}");
        }
    }
}

#[test]
fn a_name_of_markup_and_one_without_end_are_text() {
    let mut report = fixture::passing();
    let names = [
        "</td></table><script>alert(1)</script>".to_owned(),
        "\" onclick=\"alert(1)\" x='".to_owned(),
        "<!--".to_owned(),
        "]]></svg><![CDATA[".to_owned(),
        "x".repeat(1_000_000),
    ];
    let row = report.targets[0].clone();
    let targets = names.iter().map(|name| TargetReport {
        module: name.clone(),
        layer: Some(name.clone()),
        ..row.clone()
    });
    report.targets = targets.collect();
    let page = Page::One(&report).render();
    assert!(page.len() < 200_000, "{}", page.len());
    assert_inert(&page);
    let text = Parsed::of(&page).text();
    for name in &names {
        assert!(text.contains(&untrusted::line(name)), "{text}");
    }
}

#[test]
fn its_figures_are_those_of_the_terminal() {
    let report = fixture::report();
    let page = Parsed::of(&Page::One(&report).render());
    let rows = page.named("tr");
    for target in &report.targets {
        let is_row = |row: &&Element| row.attribute("data-target") == Some(&target.module);
        let row = rows.iter().find(is_row).expect("a row");
        let cells: Vec<String> = row
            .elements()
            .iter()
            .filter(|cell| cell.name == "td")
            .map(Element::text)
            .collect();
        for figure in cells::result(target) {
            assert!(cells.contains(&figure), "{figure} in {cells:?}");
        }
        assert_eq!(
            row.attribute("data-verdict"),
            Some(TargetResult::of(target, &report).word())
        );
    }
    let text = page.text();
    for cause in &report.causes {
        assert!(text.contains(&facts::usual_cost(cause)), "{}", cause.summary);
    }
    assert!(text.contains(&facts::reason(&report)) && text.contains(&facts::cost(&report)));
}

#[test]
fn what_fails_stands_first_then_what_is_undecided_and_the_rest_is_as_in_the_budgets_file() {
    let verdicts = [
        ("a", Verdict::Pass),
        ("b", Verdict::Inconclusive),
        ("c", Verdict::Fail),
        ("d", Verdict::Pass),
        ("e", Verdict::Fail),
    ];
    let mut report = fixture::passing();
    let row = report.targets[0].clone();
    let target = |(name, verdict): (&str, Verdict)| TargetReport {
        module: name.to_owned(),
        verdict,
        ..row.clone()
    };
    report.targets = verdicts.into_iter().map(target).collect();
    report.findings.clear();
    let page = Parsed::of(&Page::One(&report).render());
    for section in ["layers", "targets", "each"] {
        let sections = page.named("section");
        let found = sections.iter().find(|element| element.attribute("id") == Some(section));
        let elements = found.expect("a section").elements();
        let names: Vec<String> = (elements.iter())
            .filter(|element| match section {
                "each" => element.name == "strong",
                _ => element.name == "a",
            })
            .map(Element::text)
            .collect();
        assert_eq!(names, ["c", "e", "b", "a", "d"], "{section}");
    }
}

#[test]
fn every_link_leads_somewhere_and_no_anchor_is_there_twice() {
    let mut passing = fixture::passing();
    passing.environment.key.0 = "cpython-3.12-linux-x86_64".to_owned();
    let matrix = Matrix::of(vec![fixture::report(), passing]);
    for page in [Page::One(&fixture::report()).render(), Page::Legs(&matrix).render()] {
        assert_inert(&page);
        let elements = Parsed::of(&page).elements();
        let mut ids: Vec<&str> = elements.iter().filter_map(|element| element.attribute("id")).collect();
        ids.sort_unstable();
        let number = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), number);
        let links = elements.iter().filter_map(|element| element.attribute("href"));
        for link in links {
            assert!(ids.contains(&&link[1..]), "{link}");
        }
    }
}

#[test]
fn headings_are_in_order() {
    let matrix = Matrix::of(vec![fixture::report(), fixture::passing()]);
    for page in [Page::One(&fixture::report()).render(), Page::Legs(&matrix).render()] {
        let levels: Vec<u8> = (Parsed::of(&page).elements().iter())
            .filter_map(|element| element.name.strip_prefix('h')?.parse().ok())
            .collect();
        assert_eq!(levels[0], 1);
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}

#[test]
fn a_folder_has_no_style_and_no_script_inside() {
    let report = fixture::report();
    let [(index, page), (style, sheet), (script, code)] = Page::One(&report).render_folder();
    assert_eq!(
        (index, style, script),
        ("index.html", "importgate.css", "importgate.js")
    );
    assert_eq!((sheet.as_str(), code.as_str()), (STYLE, SCRIPT));
    let page = Parsed::of(&page);
    assert!(page.named("style").is_empty());
    assert_eq!(page.named("script")[0].attribute("src"), Some("importgate.js"));
    assert_eq!(page.named("script")[0].text(), "");
    assert_eq!(page.named("link")[0].attribute("href"), Some("importgate.css"));
    assert!(
        page.elements()
            .iter()
            .all(|element| element.attribute("style").is_none())
    );
}

#[test]
fn the_shell_is_small_and_a_thousand_targets_are_no_burden() {
    let mut empty = fixture::passing();
    empty.targets.clear();
    let shell = Page::One(&empty).render().len();
    assert!(shell <= 64 * 1024, "{shell}");
    let page = Page::One(&large(1_000)).render();
    assert!(page.len() < 5_000_000, "{}", page.len());
    assert!(page.contains("module999"));
}

#[test]
fn trees_that_have_no_room_are_left_out_and_it_says_how_many() {
    let module = |index: usize| TreeModule {
        module: format!("package.subpackage.module{index}"),
        count: 1,
        parent: index.checked_sub(1).map(|before| before / 3),
        own_ms: 1.0,
        own_memory_bytes: 1024,
        ..TreeModule::default()
    };
    let mut report = large(100);
    for picture in &mut report.pictures {
        picture.tree = Some(ImportTree {
            modules: (0..250).map(module).collect(),
            before: None,
        });
    }
    let page = Page::One(&report).render();
    assert!(page.len() < 5_000_000 && page.len() > 3_000_000, "{}", page.len());
    let page = Parsed::of(&page);
    let is_icicle = |element: &Element| element.attribute("class") == Some("icicle");
    let drawn = page.elements().iter().filter(|element| is_icicle(element)).count();
    assert!(drawn > 0 && drawn < 100, "{drawn}");
    let said =
        format!("The import of {drawn} of 100 targets is drawn; importgate explain TARGET shows that of any other.");
    assert!(page.text().contains(&said), "{said}");
    // The first pictures are the most important ones.
    let first = page
        .elements()
        .into_iter()
        .find(|element| element.attribute("id") == Some("target-application.package0.subpackage.module0"));
    assert!(first.is_some_and(|target| target.elements().iter().any(is_icicle)));
}

#[test]
fn what_is_included_does_not_end_its_element() {
    for text in [STYLE, SCRIPT] {
        assert!(!text.contains("</") && !text.contains("<!--"));
    }
}
