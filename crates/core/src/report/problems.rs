//! What is said at a line of code, once for every format that says it there: annotations, code scanning, merge requests. Each paragraph
//! of the report is one problem, at the line that a reader of the repository would look at, in the words and figures of the others.
//!
//! Text of a problem is untrusted, as the report's is: the renderers make it safe.

mod fingerprint;
mod place;
#[cfg(test)]
mod tests;

use self::fingerprint::{Identity, number};
use super::affected::{self, Said};
use super::facts;
use super::paragraphs::{Paragraph, paragraphs};
use super::repository::Repository;
use crate::checks::{Code, Severity};
use crate::numbers;
use crate::report::{Cause, Finding, Report};

/// How many targets of a sentence, and parts and lesser causes of a problem, are named.
const MOST_TARGETS: usize = 5;
const MOST_CAUSES: usize = 3;

/// How loud a problem is, the loudest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// It fails the gate.
    Error,
    /// It is worth acting on.
    Warning,
    /// It adds to an error or a warning that is told elsewhere.
    Beside,
    /// It is worth knowing, and asks for nothing at a line of code.
    Note,
}

impl Level {
    fn of(paragraph: &Paragraph<'_>) -> Self {
        match paragraph.severity {
            Severity::Note => Self::Note,
            _ if paragraph.is_beside => Self::Beside,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }
}

/// A line of a file of the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// The file, from the root of the repository.
    pub(super) path: String,
    /// The one-based line.
    pub(super) line: u32,
    /// Where the statement begins and where it ends in this line, in characters from 1, as far as that is known.
    pub(super) columns: Option<(u32, u32)>,
}

/// A spot with what is to be said there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remark {
    pub(super) spot: Spot,
    pub(super) text: String,
}

/// One thing to say at a line of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) level: Level,
    /// The code that it goes by where only one is possible: the first one of those that are worst.
    pub(super) rule: Code,
    /// Every code of it, in the order in which its findings are read.
    pub(super) codes: Vec<Code>,
    /// The targets that it speaks of, the one that pays most first.
    pub(super) targets: Vec<String>,
    /// The environments that say it, where reports of several were asked.
    pub(super) environments: Vec<String>,
    /// What happened, what it costs in which targets, and which line of the budgets asked.
    pub(super) lines: Vec<String>,
    /// What to do about it.
    pub(super) help: Option<String>,
    /// The line to look at; `None` where no line of the repository is known.
    pub(super) spot: Option<Spot>,
    /// Where a format shows nothing without a line: in the budgets file.
    budgets_file: Spot,
    /// The way from the target that pays most, as far as it leads through the repository.
    pub(super) steps: Vec<Remark>,
    /// The lines of the budgets that asked.
    pub(super) budgets: Vec<Remark>,
    identity: Identity,
    /// Which one it is of those with one identity, from 1.
    ordinal: u64,
}

impl Problem {
    fn of(paragraph: &Paragraph<'_>, report: &Report, repository: &Repository) -> Self {
        let rule = rule(paragraph);
        let targets = paragraph.targets().into_iter().map(str::to_owned).collect();
        Self {
            level: Level::of(paragraph),
            rule,
            codes: paragraph.codes.clone(),
            targets,
            environments: Vec::new(),
            lines: lines(paragraph, report),
            help: paragraph.help(),
            spot: place::spot(paragraph, repository),
            budgets_file: place::budgets_file(report, repository),
            steps: paragraph
                .cause
                .map_or_else(Vec::new, |cause| place::steps(cause, repository)),
            budgets: place::budgets(paragraph, repository),
            identity: Identity::of(paragraph, rule, repository),
            ordinal: 1,
        }
    }

    /// The line to look at, and the budgets file where no other is known.
    pub(super) fn location(&self) -> &Spot {
        self.spot.as_ref().unwrap_or(&self.budgets_file)
    }

    /// What it is about in a few words: its codes and its targets.
    pub(super) fn title(&self) -> String {
        let codes: Vec<&str> = self.codes.iter().map(|code| code.as_str()).collect();
        let targets = match &self.targets[..] {
            [] => String::new(),
            [only] => format!(" ({only})"),
            more => format!(" ({})", numbers::counted(more.len() as u64, "target")),
        };
        format!("{}{targets}", codes.join(", "))
    }

    /// All that is said, line by line, the help at the end and the environments in the first one.
    pub(super) fn message(&self) -> Vec<String> {
        let mut lines = self.lines.clone();
        if lines.is_empty() {
            lines.push(self.title());
        }
        lines.extend(self.help.iter().map(|help| format!("help: {help}")));
        if let Some(first) = lines.first_mut().filter(|_| !self.environments.is_empty()) {
            first.push_str(&format!(" ({})", self.environments.join(", ")));
        }
        lines
    }

    /// What tells it from every other problem, in each run and on each machine.
    pub(super) fn fingerprint(&self) -> String {
        self.identity.hash(&[], self.ordinal)
    }

    /// The same with its targets, for a reader that shows one problem of each fingerprint and drops the others.
    pub(super) fn fingerprint_with_targets(&self) -> String {
        let mut targets: Vec<&str> = self.targets.iter().map(String::as_str).collect();
        targets.sort_unstable();
        self.identity.hash(&targets, self.ordinal)
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        let what = |problem: &Self| (problem.level, problem.spot.clone(), problem.title());
        what(self) == what(other) && self.identity == other.identity
    }
}

/// The problems of a report, the loudest first, and among these as the report is read.
pub(super) fn problems(report: &Report, repository: &Repository) -> Vec<Problem> {
    let paragraphs = paragraphs(report);
    let mut problems: Vec<Problem> = paragraphs
        .iter()
        .map(|paragraph| Problem::of(paragraph, report, repository))
        .collect();
    number(&mut problems);
    problems.sort_by_key(|problem| problem.level);
    problems
}

/// Those of several environments: what more than one of them says is one problem, with their names. Of one environment they are its own.
pub(super) fn of_all(reports: &[Report], repository: &Repository) -> Vec<Problem> {
    if let [only] = reports {
        return problems(only, repository);
    }
    let mut all: Vec<Problem> = Vec::new();
    for report in reports {
        let key = report.environment.key.to_string();
        for mut problem in problems(report, repository) {
            let said = |known: &&mut Problem| known.says_the_same_as(&problem) && !known.environments.contains(&key);
            match all.iter_mut().find(said) {
                Some(known) => known.environments.push(key.clone()),
                None => {
                    problem.environments.push(key.clone());
                    all.push(problem);
                }
            }
        }
    }
    number(&mut all);
    all.sort_by_key(|problem| problem.level);
    all
}

/// The code of the worst findings that comes first. Not the first finding's: which that is goes by what it costs, and would change
/// from run to run.
fn rule(paragraph: &Paragraph<'_>) -> Code {
    let worst = paragraph.findings.iter().map(|finding| finding.severity).max();
    let of_worst = |finding: &&&Finding| Some(finding.severity) == worst;
    let codes = paragraph.findings.iter().filter(of_worst).map(|finding| finding.code);
    codes.min().unwrap_or(Code::Inconclusive)
}

/// What the cause is and costs, what is said of its targets, who asked, and what is left.
fn lines(paragraph: &Paragraph<'_>, report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = paragraph.cause.map(headline).into_iter().collect();
    if paragraph.is_beside {
        lines.extend(affected::payers(paragraph, MOST_TARGETS));
    } else {
        let said = affected::affected(paragraph, report, MOST_TARGETS);
        lines.extend(said.iter().map(Said::in_one).filter(|line| !line.is_empty()));
    }
    let parts = paragraph.parts.iter().take(MOST_CAUSES);
    lines.extend(parts.map(|part| format!("of it: {}", headline(part))));
    let lesser = paragraph.lesser.iter().take(MOST_CAUSES);
    lines.extend(lesser.map(|cause| format!("also: {}", headline(cause))));
    let budgets = paragraph.budgets().into_iter();
    lines.extend(budgets.map(|budget| format!("budget: {}  {}", budget.place(), budget.text)));
    let after = [paragraph.rest(), paragraph.installed()];
    lines.extend(after.into_iter().flatten().map(str::to_owned));
    lines
}

fn headline(cause: &Cause) -> String {
    let cost = facts::usual_cost(cause);
    let cost = if cost.is_empty() { cost } else { format!(": {cost}") };
    format!("{}{cost}", facts::cause(cause))
}
