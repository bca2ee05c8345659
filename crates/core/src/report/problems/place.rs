//! Where a problem is shown. The line has to be one of the repository, or the service that shows it drops the problem or shows it
//! nowhere: where a library is what costs, the last line of the repository on the way there is the one that can be changed.

use super::{Remark, Spot};
use crate::explain::ChainStep;
use crate::observed::Place;
use crate::report::paragraphs::Paragraph;
use crate::report::repository::Repository;
use crate::report::{Cause, Report};

/// Of a longer line the report has but a part, whose columns are not those of the file.
const WHOLE_LINE: usize = 400;

/// The line of the cause, with which the way to it ends; where that lies elsewhere, the last line of this way that is the repository's;
/// else what the findings are about, else what asked for them.
pub(super) fn spot(paragraph: &Paragraph<'_>, repository: &Repository) -> Option<Spot> {
    let findings = || paragraph.findings.iter();
    let of_cause = paragraph.cause.and_then(|cause| cause_spot(cause, repository));
    of_cause
        .or_else(|| {
            let steps = paragraph.cause.into_iter().flat_map(|cause| cause.chain.iter().rev());
            steps.into_iter().find_map(|step| step_spot(step, repository))
        })
        .or_else(|| findings().find_map(|finding| of_place(finding.place.as_ref()?, repository)))
        .or_else(|| {
            budgets(paragraph, repository)
                .into_iter()
                .map(|budget| budget.spot)
                .next()
        })
}

/// The longest name that a file has, in bytes.
const LONGEST_NAME: usize = 255;

/// The beginning of the budgets file, which lies in the repository whatever else does not.
pub(super) fn budgets_file(report: &Report, repository: &Repository) -> Spot {
    let name = || {
        let name = report.budgets.rsplit('/').next();
        name.filter(|name| (1..=LONGEST_NAME).contains(&name.len()))
    };
    let path = repository.path_of(&report.budgets);
    Spot {
        path: path.unwrap_or_else(|| name().unwrap_or("budgets.toml").to_owned()),
        line: 1,
        columns: None,
    }
}

/// The lines of the budgets that asked, each once.
pub(super) fn budgets(paragraph: &Paragraph<'_>, repository: &Repository) -> Vec<Remark> {
    let remark = |budget: &&crate::budgets::BudgetLine| {
        let spot = at(&budget.file, u32::try_from(budget.line?).ok()?, repository)?;
        let text = budget.text.clone();
        Some(Remark { spot, text })
    };
    paragraph.budgets().iter().filter_map(remark).collect()
}

/// The way from the target that pays most, step by step. What a step leads to outside of the repository is told with it.
pub(super) fn steps(cause: &Cause, repository: &Repository) -> Vec<Remark> {
    let mut steps: Vec<Remark> = Vec::new();
    for step in &cause.chain {
        match (step_spot(step, repository), steps.last_mut()) {
            (Some(spot), _) => steps.push(Remark {
                spot,
                text: format!("{} imports {}", step.importer, step.imported),
            }),
            (None, Some(last)) => last.text.push_str(&format!(" -> {}", step.imported)),
            (None, None) => {}
        }
    }
    let own = cause_spot(cause, repository);
    let is_told = |spot: &Spot| steps.iter().any(|step| is_one_line(&step.spot, spot));
    if let Some(spot) = own.filter(|spot| !steps.is_empty() && !is_told(spot)) {
        let text = cause.summary.clone();
        steps.push(Remark { spot, text });
    }
    steps
}

fn is_one_line(one: &Spot, other: &Spot) -> bool {
    (&one.path, one.line) == (&other.path, other.line)
}

fn cause_spot(cause: &Cause, repository: &Repository) -> Option<Spot> {
    let source = cause.source.as_ref();
    let source = source.filter(|source| source.text.chars().count() < WHOLE_LINE && source.start < source.end);
    Some(Spot {
        columns: source.map(|source| (source.start.saturating_add(1), source.end.saturating_add(1))),
        ..of_place(&cause.place()?, repository)?
    })
}

fn step_spot(step: &ChainStep, repository: &Repository) -> Option<Spot> {
    of_place(step.place.as_ref()?, repository)
}

fn of_place(place: &Place, repository: &Repository) -> Option<Spot> {
    at(&place.file, place.line, repository)
}

fn at(file: &str, line: u32, repository: &Repository) -> Option<Spot> {
    let path = repository.path_of(file)?;
    Some(Spot {
        path,
        // Lines are counted from 1, and a service refuses a file that has another.
        line: line.max(1),
        columns: None,
    })
}
