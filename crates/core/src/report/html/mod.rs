//! The report as a page to look at: what failed and why, every layer's targets beside their ceilings, all numbers, and what there is to
//! draw of a target. Semantic HTML and inline SVG, so that it reads without the style sheet and without the script; both are small and
//! the program's own, and nothing is fetched from anywhere.
//!
//! Two forms: one file that contains everything, or a folder with style sheet and script beside the page, for servers whose policy
//! forbids both inside of it. One file here is one section of the page, and each is a pure function of the report.

mod benchmarks;
mod causes;
mod head;
mod icicle;
mod import;
mod layers;
mod loosened;
mod markup;
mod part;
mod policy;
mod run;
mod scale;
mod strip;
mod summary;
mod table;
mod targets;
#[cfg(test)]
pub(super) mod tests;
mod trend;

use self::head::Assets;
use self::markup::{Html, Tag};
use self::part::Part;
use super::explain::terminal;
use super::matrix::Matrix;
use crate::explain::Explanation;
use crate::explain::importtime::ImportLog;
use crate::report::Report;
use crate::trend::Trend;

/// The style sheet, and its name in a folder.
const STYLE: &str = concat!(include_str!("page.css"), include_str!("icicle.css"));
const STYLE_FILE: &str = "importgate.css";
/// The script, and its name in a folder.
const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("icicle.js"));
const SCRIPT_FILE: &str = "importgate.js";

/// A page is no larger than this because of its trees: a browser has to open it, and a reader to wait for that.
const MOST_BYTES: usize = 4_800_000;

/// What there is a page of.
#[derive(Debug, Clone, Copy)]
pub enum Page<'a> {
    /// The report of one environment.
    One(&'a Report),
    /// Those of several, one below the other.
    Legs(&'a Matrix),
    /// One import that `explain` looked at.
    Import {
        /// What it found.
        explanation: &'a Explanation,
        /// Groups and functions that take less, in milliseconds, are left out.
        smallest_ms: f64,
    },
    /// What a log of `python -X importtime` says.
    Log {
        /// The log.
        log: &'a ImportLog,
        /// The way to a module, as positions in the tree of the log, where that alone was asked for.
        why: Option<&'a [usize]>,
        /// How much of it is told.
        options: terminal::Options,
    },
    /// What became of the targets over the revisions of the baseline.
    Trend(&'a Trend),
}

impl Page<'_> {
    /// The page as one file.
    pub fn render(self) -> String {
        self.with(Assets::Inside)
    }

    /// The page as the files of a folder: names, and what they hold.
    pub fn render_folder(self) -> [(&'static str, String); 3] {
        [
            ("index.html", self.with(Assets::Beside)),
            (STYLE_FILE, STYLE.to_owned()),
            (SCRIPT_FILE, SCRIPT.to_owned()),
        ]
    }

    fn with(self, assets: Assets) -> String {
        let without_trees = self.document(assets, 0);
        match self.has_trees() {
            true => self.document(assets, MOST_BYTES.saturating_sub(without_trees.len())),
            false => without_trees,
        }
    }

    fn has_trees(self) -> bool {
        let has_tree = |report: &Report| report.pictures.iter().any(|picture| picture.tree.is_some());
        match self {
            Self::One(report) => has_tree(report),
            Self::Legs(matrix) => matrix.legs.iter().any(has_tree),
            // The one tree that they have is what the page is for.
            Self::Import { .. } | Self::Log { .. } => false,
            Self::Trend(_) => false,
        }
    }

    /// The page with trees in so many bytes.
    fn document(self, assets: Assets, room: usize) -> String {
        let mut body = Html::default();
        layers::patterns(&mut body);
        icicle::patterns(&mut body);
        let title = match self {
            Self::One(report) => one(&mut body, report, room),
            Self::Legs(matrix) => legs(&mut body, matrix, room),
            Self::Import {
                explanation,
                smallest_ms,
            } => import::measured(&mut body, explanation, smallest_ms),
            Self::Log { log, why, options } => import::logged(&mut body, log, why, &options),
            Self::Trend(trend) => trend::write(&mut body, trend),
        };
        head::document(&title, assets, &body)
    }
}

/// The page of one report; what it is called.
fn one(html: &mut Html, report: &Report, room: usize) -> String {
    let part = Part {
        report,
        leg: None,
        drawn: &targets::drawn(report, room),
    };
    let title = head::verdict(html, &part);
    html.element(Tag::from("main").with("id", "main"), |html| {
        causes::write(html, &part);
        sections(html, &part);
    });
    title
}

/// The page of several: a table of them, and a section for each.
fn legs(html: &mut Html, matrix: &Matrix, room: usize) -> String {
    let room = room / matrix.legs.len().max(1);
    let drawn: Vec<Vec<&str>> = matrix.legs.iter().map(|leg| targets::drawn(leg, room)).collect();
    let parts: Vec<Part<'_>> = (matrix.legs.iter().zip(&drawn).enumerate())
        .map(|(index, (report, drawn))| Part {
            report,
            leg: Some(index + 1),
            drawn,
        })
        .collect();
    let title = head::verdict_of_all(html, matrix, &parts);
    html.element(Tag::from("main").with("id", "main"), |html| {
        causes::write_shared(html, &matrix.legs, &parts);
        table::controls(html);
        parts.iter().for_each(|part| leg(html, part));
    });
    title
}

fn leg(html: &mut Html, part: &Part<'_>) {
    let heading = part.anchor("heading");
    let tag = Tag::of_class("section", "leg")
        .with("id", &part.anchor("leg"))
        .with("aria-labelledby", &heading);
    html.element(tag, |html| {
        head::verdict_of_leg(html, part, &heading);
        sections(html, part);
    });
}

/// What there is of one report beside its causes.
fn sections(html: &mut Html, part: &Part<'_>) {
    loosened::write(html, part);
    summary::write(html, part);
    layers::write(html, part);
    table::write(html, part);
    benchmarks::write(html, part);
    targets::write(html, part);
    run::write_distributions(html, part);
    run::write(html, part);
}
