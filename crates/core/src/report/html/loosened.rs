//! What the run accepts beyond its limits: a list, what the change under test did first.

use super::super::loosened;
use super::markup::{Html, Tag};
use super::part::Part;

pub(super) fn write(html: &mut Html, part: &Part<'_>) {
    let all = loosened::of_all([part.report]);
    if all.is_empty() {
        return;
    }
    let title = format!("{} ({})", loosened::TITLE, loosened::counted(&all));
    part.section(html, "loosened", &title, |html| {
        html.element("ul", |html| all.iter().for_each(|one| entry(html, part, one)));
    });
}

fn entry(html: &mut Html, part: &Part<'_>, one: &loosened::Line<'_>) {
    html.element("li", |html| {
        html.element("strong", |html| match loosened::only_target(one) {
            Some(target) => part.link_to(html, target),
            None => html.text(&loosened::subject(one)),
        });
        html.text(": ");
        html.text(&loosened::sentence(one));
        if let Some(place) = loosened::place(one) {
            html.text(" ");
            html.leaf(Tag::from("code"), &place);
        }
    });
}
