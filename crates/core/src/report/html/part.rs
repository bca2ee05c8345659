//! One report on a page, which may have several: how deep its headings are, and what its anchors begin with.

use sha2::{Digest, Sha256};

use super::super::facts::TargetResult;
use super::markup::{Html, Tag};
use crate::report::{Report, TargetReport};

/// The levels of headings.
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];
/// The longest name that an anchor has as it is.
const LONGEST_ANCHOR: usize = 80;

/// One report on the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) report: &'a Report,
    /// Its number, where the page has several.
    pub(super) leg: Option<usize>,
    /// The targets of which the import is drawn.
    pub(super) drawn: &'a [&'a str],
}

impl Part<'_> {
    /// A heading, `depth` levels below that of the part.
    pub(super) fn heading(&self, html: &mut Html, depth: usize, content: impl FnOnce(&mut Html)) {
        self.heading_as(html, depth, |tag| tag, content);
    }

    /// A heading with attributes.
    pub(super) fn heading_as(
        &self,
        html: &mut Html,
        depth: usize,
        with: impl FnOnce(Tag) -> Tag,
        content: impl FnOnce(&mut Html),
    ) {
        let level = depth + usize::from(self.leg.is_some());
        html.element(with(Tag::from(HEADINGS[level.min(HEADINGS.len() - 1)])), content);
    }

    /// A section of the part, with its heading.
    pub(super) fn section(&self, html: &mut Html, name: &str, title: &str, content: impl FnOnce(&mut Html)) {
        let anchor = self.anchor(name);
        let heading = format!("{anchor}-heading");
        let tag = Tag::of_class("section", name)
            .with("id", &anchor)
            .with("aria-labelledby", &heading);
        html.element(tag, |html| {
            self.heading_as(html, 1, |tag| tag.with("id", &heading), |html| html.text(title));
            content(html);
        });
    }

    /// The name of a target, as a link to what more there is of it where it has a row.
    pub(super) fn link_to(&self, html: &mut Html, target: &str) {
        if self.report.targets.iter().any(|row| row.module == target) {
            let tag = Tag::from("a").with("href", &format!("#{}", self.anchor_of(target)));
            html.leaf(tag, target);
        } else {
            html.text(target);
        }
    }

    /// Targets in the order in which they are looked at: what fails, what the samples do not decide, and the rest, each as in the
    /// budgets file.
    pub(super) fn urgent_first<'t>(
        &self,
        targets: impl IntoIterator<Item = &'t TargetReport>,
    ) -> Vec<&'t TargetReport> {
        let mut targets: Vec<&TargetReport> = targets.into_iter().collect();
        targets.sort_by_cached_key(|target| match TargetResult::of(target, self.report) {
            TargetResult::Fail => 0,
            TargetResult::Unsure => 1,
            TargetResult::Warning | TargetResult::Pass => 2,
        });
        targets
    }

    /// The anchor of one of its sections.
    pub(super) fn anchor(&self, name: &str) -> String {
        match self.leg {
            Some(leg) => format!("{leg}-{name}"),
            None => name.to_owned(),
        }
    }

    /// The anchor of a target: its name as far as that can stand in an address, so that a link to it holds from run to run.
    pub(super) fn anchor_of(&self, target: &str) -> String {
        self.anchor(&format!("target-{}", slug(target)))
    }
}

/// A name in the characters that mean nothing in an address; another one for each name.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => slug.push(char::from(byte)),
            _ => slug.push_str(&format!("~{byte:02x}")),
        }
        if slug.len() > LONGEST_ANCHOR {
            slug.truncate(LONGEST_ANCHOR);
            let digest = Sha256::digest(name.as_bytes());
            let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            return format!("{slug}~~{digest}");
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn an_anchor_is_the_name_where_it_can_be() {
        assert_eq!(slug("shop.cli_2"), "shop.cli_2");
        assert_eq!(slug("layer:a b\"<"), "layer~3aa~20b~22~3c");
    }

    #[test]
    fn long_names_have_short_anchors_that_differ() {
        let long = "a".repeat(1_000_000);
        let (one, other) = (slug(&long), slug(&format!("{long}b")));
        assert!(one.len() < 120 && one != other, "{one} {other}");
    }
}
