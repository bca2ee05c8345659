//! The report as GitHub workflow commands, which the runner turns into annotations at the lines of a pull request. The
//! runner shows ten of a kind for a step and drops the rest in silence, so the rest is counted here and said.

use super::paragraphs::{Paragraph, paragraphs};
use super::{facts, untrusted};
use crate::checks::{Severity, file_over};
use crate::numbers;
use crate::report::{Cause, Finding, Report};

/// How many annotations of one kind the runner shows for a step.
const MOST_OF_A_KIND: usize = 10;
/// How many messages of findings, parts and lesser causes an annotation names.
const MOST_NAMED: usize = 3;

/// The annotations, one a line, of a report whose files are named from the folder that lies `way` below the workspace: one for each
/// cause, up to ten of a kind, the most important first, then a notice where there are more. Notes are left to the other formats: they
/// ask for nothing at a line of code. Empty where there is nothing to say.
pub fn render(report: &Report, way: &str) -> String {
    write(&annotations(report), way)
}

/// The same for several environments: what more than one of them says is said once, with their names.
pub(super) fn render_legs(legs: &[Report], way: &str) -> String {
    let mut all: Vec<(Annotation, Vec<String>)> = Vec::new();
    for leg in legs {
        let key = leg.environment.key.to_string();
        for annotation in annotations(leg) {
            match all.iter_mut().find(|(known, _)| known.says_the_same_as(&annotation)) {
                Some((_, keys)) => keys.push(key.clone()),
                None => all.push((annotation, vec![key.clone()])),
            }
        }
    }
    all.sort_by_key(|(annotation, _)| annotation.kind);
    let named = all.into_iter().map(|(mut annotation, keys)| {
        if let Some(first) = annotation.lines.first_mut() {
            first.push_str(&format!(" ({})", keys.join(", ")));
        }
        annotation
    });
    write(&named.collect::<Vec<_>>(), way)
}

/// How loud an annotation is, the loudest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Error,
    Warning,
    /// What adds to an error or a warning that is annotated elsewhere.
    Notice,
}

impl Kind {
    fn of(paragraph: &Paragraph<'_>) -> Option<Self> {
        match paragraph.severity {
            Severity::Note => None,
            _ if paragraph.is_beside => Some(Self::Notice),
            Severity::Warning => Some(Self::Warning),
            Severity::Error => Some(Self::Error),
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// What is said at one line.
struct Annotation {
    kind: Kind,
    location: Option<(String, u64)>,
    title: String,
    lines: Vec<String>,
}

impl Annotation {
    fn says_the_same_as(&self, other: &Self) -> bool {
        let what = |annotation: &Self| (annotation.kind, annotation.location.clone(), annotation.title.clone());
        what(self) == what(other)
    }

    fn render(&self, way: &str) -> String {
        let title = untrusted::workflow_property(&self.title);
        let properties = match &self.location {
            Some((file, line)) => format!(
                "file={},line={line},title={title}",
                untrusted::workflow_property(&file_over(way, file))
            ),
            None => format!("title={title}"),
        };
        let message = untrusted::workflow_message(self.lines.iter().map(String::as_str));
        format!("::{} {properties}::{message}\n", self.kind.command())
    }
}

fn annotations(report: &Report) -> Vec<Annotation> {
    let paragraphs = paragraphs(report).into_iter();
    let mut annotations: Vec<Annotation> = paragraphs
        .filter_map(|paragraph| {
            Some(Annotation {
                kind: Kind::of(&paragraph)?,
                location: location(&paragraph),
                title: title(&paragraph),
                lines: lines(&paragraph),
            })
        })
        .collect();
    annotations.sort_by_key(|annotation| annotation.kind);
    annotations
}

fn write(annotations: &[Annotation], way: &str) -> String {
    let mut text = String::new();
    let mut left_out = Vec::new();
    for kind in [Kind::Error, Kind::Warning, Kind::Notice] {
        let of_kind: Vec<&Annotation> = annotations
            .iter()
            .filter(|annotation| annotation.kind == kind)
            .collect();
        // The notice about what is left out is one, too.
        let most = if kind == Kind::Notice {
            MOST_OF_A_KIND - 1
        } else {
            MOST_OF_A_KIND
        };
        let shown = of_kind.iter().take(most);
        text.extend(shown.map(|annotation| annotation.render(way)));
        let more = of_kind.len().saturating_sub(most) as u64;
        if more > 0 {
            left_out.push(numbers::counted(more, &format!("more {}", kind.command())));
        }
    }
    if !left_out.is_empty() {
        let message = format!("{}: the log and the job summary have them", left_out.join(" and "));
        text.push_str(&format!(
            "::notice title=importgate::{}\n",
            untrusted::workflow_message([message.as_str()])
        ));
    }
    text
}

/// The line that a reader would change: that of the cause, else the line that it is about, else the budget.
fn location(paragraph: &Paragraph<'_>) -> Option<(String, u64)> {
    let cause = paragraph
        .cause
        .and_then(|cause| Some((cause.file.clone()?, u64::from(cause.line?))));
    let place = |finding: &&Finding| {
        Some((
            finding.place.as_ref()?.file.clone(),
            u64::from(finding.place.as_ref()?.line),
        ))
    };
    let budget = |finding: &&Finding| {
        Some((
            finding.budget.as_ref()?.file.clone(),
            finding.budget.as_ref()?.line as u64,
        ))
    };
    let findings = || paragraph.findings.iter();
    cause
        .or_else(|| findings().find_map(place))
        .or_else(|| findings().find_map(budget))
}

fn title(paragraph: &Paragraph<'_>) -> String {
    let codes: Vec<&str> = paragraph.codes.iter().map(|code| code.as_str()).collect();
    let targets = match &paragraph.targets()[..] {
        [] => String::new(),
        [only] => format!(" ({only})"),
        more => format!(" ({})", numbers::counted(more.len() as u64, "target")),
    };
    format!("importgate: {}{targets}", codes.join(", "))
}

/// What the cause is and costs, what is said of its targets, who asked, what is left, and what to do.
fn lines(paragraph: &Paragraph<'_>) -> Vec<String> {
    let mut lines: Vec<String> = paragraph.cause.map(headline).into_iter().collect();
    lines.extend(messages(paragraph));
    let parts = paragraph.parts.iter().take(MOST_NAMED);
    lines.extend(parts.map(|part| format!("of it: {}", headline(part))));
    let lesser = paragraph.lesser.iter().take(MOST_NAMED);
    lines.extend(lesser.map(|cause| format!("also: {}", headline(cause))));
    let budgets = paragraph.budgets().into_iter();
    lines.extend(budgets.map(|budget| format!("budget: {}:{}  {}", budget.file, budget.line, budget.text)));
    let after = [paragraph.rest(), paragraph.installed()];
    lines.extend(after.into_iter().flatten().map(str::to_owned));
    lines.extend(paragraph.help().map(|help| format!("help: {help}")));
    lines
}

fn headline(cause: &Cause) -> String {
    let cost = facts::usual_cost(cause);
    let cost = if cost.is_empty() { cost } else { format!(": {cost}") };
    format!("{}{cost}", facts::cause(cause))
}

/// What the first findings say, as far as the headline does not.
fn messages(paragraph: &Paragraph<'_>) -> Vec<String> {
    let is_said = |finding: &&&Finding| paragraph.cause.is_some_and(|cause| cause.summary == finding.message);
    let messages: Vec<&&Finding> = paragraph.findings.iter().filter(|finding| !is_said(finding)).collect();
    let mut lines: Vec<String> = messages
        .iter()
        .take(MOST_NAMED)
        .map(|finding| facts::message(finding))
        .collect();
    let more = messages.len().saturating_sub(MOST_NAMED) as u64;
    if more > 0 {
        lines.push(format!("and {} like these", numbers::count(more)));
    }
    lines
}
