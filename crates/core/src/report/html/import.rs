//! The page of one import, as `importgate explain` looks at it: what it takes, what to do about its costly imports, what it loads as an
//! icicle, and what belongs together. Figures and sentences are those of the terminal.

use super::super::explain::{self, log_terminal, profile_terminal, terminal};
use super::super::{picture, wording};
use super::causes::fold;
use super::icicle;
use super::markup::{Html, Tag};
use crate::explain::importtime::ImportLog;
use crate::explain::{AdviceKind, ChainStep, CostlyImport, CostlyTogether, Explanation, GroupTotal, HeavyLine};
use crate::numbers;
use crate::observed::Place;
use crate::report::{ImportTree, TreeModule};

/// How many costly imports nobody has to unfold.
const COSTLY: usize = 6;
/// The least share of the import that a module is drawn for by itself: here is room for more than beside other targets.
const SMALLEST_SHARE: f64 = 0.001;

/// Writes an import that was measured; what the page is called. Groups and functions that take less than `smallest_ms` are left out.
pub(super) fn measured(html: &mut Html, explanation: &Explanation, smallest_ms: f64) -> String {
    let sections = sections(explanation, smallest_ms);
    let total = format!("{}: {}", explanation.target, numbers::time(explanation.time_ms));
    let context = format!(
        "adds {} and loads {}; {}, {}",
        numbers::bytes(explanation.memory_bytes.max(0).unsigned_abs()),
        numbers::counted(explanation.modules, "module"),
        wording::bracketed_python(&explanation.python_version, explanation.python_chosen_by.as_ref()),
        numbers::counted(explanation.samples, "sample"),
    );
    page(html, &total, &context, &sections)
}

/// Writes what a log says: its tree as an icicle, and the text of the terminal, which with `why` is the way to that module alone.
pub(super) fn logged(html: &mut Html, log: &ImportLog, why: Option<&[usize]>, options: &terminal::Options) -> String {
    let total = format!("{}: {}", log.name, numbers::time(log.time_ms));
    let modules = numbers::counted(log.tree.len() as u64, "module");
    let mut sections: Vec<Section<'_>> = Vec::new();
    if why.is_none() {
        let tree = log.tree.iter().map(|module| TreeModule {
            module: module.module.clone(),
            count: 1,
            parent: module.parent,
            own_ms: module.own_ms + module.missing_ms,
            ..TreeModule::default()
        });
        sections.push(loaded(tree.collect()));
    }
    let text = log_terminal::render(log, why, options);
    sections.push(Section::new("text", "What the log says", move |html| {
        block(html, &text)
    }));
    let context = format!("{modules} in a log of `python -X importtime`");
    page(html, &total, &context, &sections)
}

/// A section of the page: its anchor, its title, and what writes it.
struct Section<'a> {
    anchor: &'static str,
    title: String,
    write: Box<dyn Fn(&mut Html) + 'a>,
}

impl<'a> Section<'a> {
    fn new(anchor: &'static str, title: impl Into<String>, write: impl Fn(&mut Html) + 'a) -> Self {
        Self {
            anchor,
            title: title.into(),
            write: Box::new(write),
        }
    }
}

fn page(html: &mut Html, total: &str, context: &str, sections: &[Section<'_>]) -> String {
    html.element("header", |html| {
        html.leaf("h1", total);
        html.prose_in(Tag::of_class("p", "context"), context);
        if sections.len() > 1 {
            html.element(Tag::from("nav").with("aria-label", "Sections"), |html| {
                html.element("ul", |html| {
                    for section in sections {
                        let link = Tag::from("a").with("href", &format!("#{}", section.anchor));
                        html.element("li", |html| html.leaf(link, &section.title));
                    }
                });
            });
        }
    });
    html.element(Tag::from("main").with("id", "main"), |html| {
        for section in sections {
            let heading = format!("{}-heading", section.anchor);
            let tag = Tag::from("section").with("id", section.anchor);
            html.element(tag.with("aria-labelledby", &heading), |html| {
                html.leaf(Tag::from("h2").with("id", &heading), &section.title);
                (section.write)(html);
            });
        }
    });
    format!("{total} - importgate")
}

/// The chain or the functions where these were asked for, as in the terminal; else everything.
fn sections(explanation: &Explanation, smallest_ms: f64) -> Vec<Section<'_>> {
    if let Some(why) = &explanation.why {
        let title = format!("Why {} is loaded", why.module);
        return vec![Section::new("why", title, |html| chain(html, why.chain.as_deref()))];
    }
    if let Some(profile) = &explanation.profile {
        let mut text = String::new();
        profile_terminal::write(&mut text, explanation, profile, smallest_ms);
        return vec![Section::new("profile", "Functions that are called", move |html| {
            block(html, &text)
        })];
    }
    let Explanation { imports, together, .. } = explanation;
    let mut sections = vec![Section::new("imports", "What to do about the costly imports", |html| {
        costly(html, imports, together);
    })];
    if !explanation.bodies.is_empty() {
        let write = |html: &mut Html| explanation.bodies.iter().for_each(|line| body(html, line));
        sections.push(Section::new("bodies", "Heavy by themselves", write));
    }
    if !explanation.tree.is_empty() {
        let modules = explanation.tree.iter().map(|node| TreeModule {
            module: node.module.clone(),
            count: 1,
            parent: node.parent,
            place: node.place.as_ref().map(without_site),
            own_ms: node.own_ms,
            own_memory_bytes: node.own_memory_bytes,
            ..TreeModule::default()
        });
        sections.push(loaded(modules.collect()));
    }
    let is_large = |group: &&GroupTotal| group.own_ms >= smallest_ms;
    let large: Vec<&GroupTotal> = explanation.groups.iter().filter(is_large).collect();
    if !large.is_empty() {
        sections.push(Section::new("distributions", "By distribution", move |html| {
            groups(html, &large)
        }));
    }
    sections
}

fn without_site(place: &Place) -> Place {
    Place {
        file: explain::without_site(&place.file).to_owned(),
        line: place.line,
    }
}

fn loaded<'a>(modules: Vec<TreeModule>) -> Section<'a> {
    let tree = ImportTree {
        modules: picture::fold(modules, SMALLEST_SHARE),
        before: None,
    };
    Section::new("loaded", "What is loaded, and by whom", move |html| {
        icicle::write(html, &tree, "loaded");
    })
}

fn chain(html: &mut Html, chain: Option<&[ChainStep]>) {
    match chain {
        None => html.leaf("p", "It is not loaded by this import."),
        Some([]) => html.leaf("p", "It is what was asked for."),
        Some(steps) => html.element("ol", |html| {
            for step in steps {
                html.element("li", |html| {
                    html.leaf("code", &step.importer);
                    html.text(" imports ");
                    html.leaf("code", &step.imported);
                    html.text(": ");
                    match step.place.as_ref().map(explain::place_for_people) {
                        Some(place) => html.leaf("code", &place),
                        None => html.text("no line known"),
                    }
                });
            }
        }),
    }
}

/// What to do, the sets first, as in the terminal; what is beyond the first few is folded.
fn costly(html: &mut Html, imports: &[CostlyImport], together: &[CostlyTogether]) {
    if imports.is_empty() && together.is_empty() {
        html.leaf("p", "No import costs enough to be worth a change.");
        return;
    }
    let sets = together.iter().map(Advised::of_set);
    let advised: Vec<Advised> = sets.chain(imports.iter().map(Advised::of_one)).collect();
    let (shown, folded) = advised.split_at(advised.len().min(COSTLY));
    shown.iter().for_each(|advised| advised.write(html));
    if !folded.is_empty() {
        let more = format!("{} more", numbers::count(folded.len() as u64));
        fold(html, &more, |html| {
            folded.iter().for_each(|advised| advised.write(html))
        });
    }
    if let Some(note) = explain::imports::note(imports, together) {
        html.prose_in("p", note);
    }
}

/// What is said of a statement, or of several that save only together.
struct Advised {
    kind: Option<AdviceKind>,
    /// Each with its place.
    statements: Vec<(String, String)>,
    sentences: Vec<String>,
    remedy: Option<String>,
}

impl Advised {
    fn of_one(import: &CostlyImport) -> Self {
        Self {
            kind: import.advice.as_ref().map(|advice| advice.kind),
            statements: vec![explain::imports::statement(import)],
            sentences: explain::imports::of_one(import),
            remedy: explain::imports::remedy(import),
        }
    }

    fn of_set(set: &CostlyTogether) -> Self {
        Self {
            kind: set.advice,
            statements: set.imports.iter().map(explain::imports::statement).collect(),
            sentences: explain::imports::of_set(set),
            remedy: None,
        }
    }

    /// What it saves as the headline, the statements below it, and why.
    fn write(&self, html: &mut Html) {
        let (headline, sentences) = self
            .sentences
            .split_first()
            .map_or(("", &[][..]), |(first, rest)| (first, rest));
        html.element(Tag::of_class("article", "cause note"), |html| {
            html.element("h3", |html| {
                if let Some(kind) = self.kind {
                    html.leaf(Tag::of_class("span", "word"), explain::imports::word(kind));
                    html.text(" ");
                }
                if let [(place, _)] = &self.statements[..] {
                    html.leaf("code", place);
                    html.text(": ");
                }
                html.prose(headline);
            });
            html.element(Tag::of_class("pre", "source").with("tabindex", "0"), |html| {
                self.source(html)
            });
            sentences.iter().for_each(|sentence| html.prose_in("p", sentence));
            if let Some(remedy) = &self.remedy {
                html.element(Tag::of_class("p", "help"), |html| {
                    html.leaf("strong", "help:");
                    html.text(" ");
                    html.prose(remedy);
                });
            }
        });
    }

    fn source(&self, html: &mut Html) {
        match &self.statements[..] {
            [(_, statement)] => html.leaf("code", statement),
            several => {
                for (index, (place, statement)) in several.iter().enumerate() {
                    if index > 0 {
                        html.line_break();
                    }
                    html.leaf(Tag::of_class("span", "place"), place);
                    html.text("  ");
                    html.leaf("code", statement);
                }
            }
        }
    }
}

/// A line of a body that takes much itself.
fn body(html: &mut Html, line: &HeavyLine) {
    html.element(Tag::of_class("article", "cause note"), |html| {
        html.element("h3", |html| {
            html.leaf("code", &explain::place_for_people(&line.place));
            html.text(": ");
            html.prose(&explain::share_of_body(line));
        });
        html.element(Tag::of_class("pre", "source").with("tabindex", "0"), |html| {
            html.leaf("code", &line.source);
        });
    });
}

fn groups(html: &mut Html, groups: &[&GroupTotal]) {
    html.element(Tag::of_class("div", "wide").with("tabindex", "0"), |html| {
        html.element(Tag::of_class("table", "figures"), |html| {
            html.element("thead", |html| {
                html.element("tr", |html| {
                    for title in ["distribution", "time", "memory", "modules"] {
                        html.leaf(Tag::from("th").with("scope", "col"), title);
                    }
                });
            });
            html.element("tbody", |html| {
                for group in groups {
                    html.element("tr", |html| {
                        html.leaf(
                            Tag::from("th").with("scope", "row"),
                            wording::group(&group.group).trim_end(),
                        );
                        html.leaf("td", &numbers::time(group.own_ms));
                        html.leaf("td", &numbers::bytes(group.memory_bytes.max(0).unsigned_abs()));
                        html.leaf("td", &numbers::count(group.modules));
                    });
                }
            });
        });
    });
}

/// Lines of a terminal as they are.
fn block(html: &mut Html, text: &str) {
    html.element(Tag::from("pre").with("tabindex", "0"), |html| {
        for (index, line) in text.trim_end().lines().enumerate() {
            if index > 0 {
                html.line_break();
            }
            html.text(line);
        }
    });
}

#[cfg(test)]
mod tests;
