//! What stands in the markup of an icicle, with script and style sheet or without.

use super::super::markup::Html;
use crate::report::fixture::{self, HOSTILE, tree_module};
use crate::report::{ImportTree, TreeModule};

fn written(tree: &ImportTree) -> String {
    let mut html = Html::default();
    super::write(&mut html, tree, "app");
    html.into_text()
}

fn of_fixture(target: &str) -> String {
    let report = fixture::report();
    let tree = report.picture(target).and_then(|picture| picture.tree.clone());
    written(&tree.expect("a tree"))
}

/// The figure of a view.
fn figure<'a>(text: &'a str, class: &str) -> &'a str {
    let (_, rest) = text
        .split_once(&format!("<figure class=\"{class}\">"))
        .expect("the figure");
    rest.split_once("</figure>").expect("its end").0
}

#[test]
fn what_changed_is_shown_first_with_its_sign_as_words() {
    let text = of_fixture("shop.database.models");
    assert!(text.contains("value=\"change\" checked/>"), "{text}");
    let change = figure(&text, "change time");
    assert!(
        change.contains("<figcaption>What changed: +8.82 s, width by time"),
        "{change}"
    );
    assert!(
        change.contains("<title>torch\n8.82 s with imports, 8.00 s own, +8.82 s, new\nimported at shop/database/vectors.py:3</title>"),
        "{change}"
    );
    assert!(change.contains("fill=\"url(#icicle-more)\""), "{change}");
    let before = figure(&text, "before time");
    assert!(
        before.contains("not loaded any more") && !before.contains("torch"),
        "{before}"
    );
    assert!(before.contains("fill=\"url(#icicle-less)\""), "{before}");
}

#[test]
fn the_list_has_every_module_with_its_numbers_and_its_line() {
    let text = of_fixture("shop.database.models");
    let (_, list) = text.split_once("<ul class=\"modules\">").expect("the list");
    for said in [
        "<strong>torch</strong> 8.82 s with imports, 8.00 s own, +8.82 s, new; 2.46 GiB with imports, 2.24 GiB own, +2.46 GiB, new \
         <code>shop/database/vectors.py:3</code>",
        "<strong>torch.nn.functional and 1,199 more</strong>",
        "<strong>shop.database.old</strong> 1.00 ms, -1.00 ms, gone",
        "<strong>shop.database</strong> 1.40 ms, as before",
    ] {
        assert!(list.contains(said), "{said} is not in {list}");
    }
}

#[test]
fn without_a_comparison_there_is_what_is() {
    let text = of_fixture("shop.cli");
    assert!(!text.contains("change") && !text.contains("before"), "{text}");
    assert!(figure(&text, "now time").contains("<text"), "{text}");
}

#[test]
fn unknown_memory_is_said_not_drawn() {
    let text = of_fixture("shop.services.orders");
    let change = figure(&text, "change memory");
    assert!(change.contains("is not known") && !change.contains("<svg"), "{change}");
    assert!(figure(&text, "now memory").contains("<svg"));
}

#[test]
fn names_stay_text() {
    let text = of_fixture("shop.services.orders");
    assert!(
        !text.contains("<b>@maintainer</b>") && !text.contains('\u{202e}'),
        "{text}"
    );
    assert!(text.contains("&lt;b&gt;@maintainer&lt;/b&gt;"), "{HOSTILE}");
}

#[test]
fn the_deepest_tree_nests_no_deeper_than_a_browser_reads_and_lists_all() {
    let modules: Vec<TreeModule> = (0..5_000_usize)
        .map(|number| tree_module(&format!("m{number}."), number.checked_sub(1), 1.0, None))
        .collect();
    let text = written(&ImportTree { modules, before: None });
    let (_, list) = text.split_once("<ul class=\"modules\">").expect("the list");
    let (mut depth, mut deepest, mut listed) = (1_usize, 1, 0);
    for part in list.split('<') {
        match part.split(['>', ' ']).next() {
            Some("ul") => depth += 1,
            Some("/ul") => depth -= 1,
            Some("strong") => {
                assert_eq!(part, format!("strong>m{listed}."));
                listed += 1;
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    assert_eq!((depth, deepest, listed), (0, 100, 5_000));
}

#[test]
fn a_tree_that_takes_nothing_is_written() {
    let text = written(&ImportTree {
        modules: vec![tree_module("app", None, 0.0, None)],
        before: None,
    });
    assert!(text.contains("Nothing to draw."), "{text}");
    assert!(written(&ImportTree::default()).contains("Nothing to draw."));
}
