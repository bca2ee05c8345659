//! Several environments on one page: the verdict of all in one line, a line for each, what they say as one report says it, and the tables
//! of each below its name.

use super::super::across::across;
use super::super::facts;
use super::super::matrix::Matrix;
use super::super::prose::Prose;
use super::super::table::paint;
use super::super::untrusted;
use super::{FAINT, Options, Page, STRONG, joined, told, verdict};

/// The page of a matrix.
pub(in crate::report) fn render_legs(matrix: &Matrix, options: &Options) -> String {
    let pages: Vec<Page<'_>> = matrix.legs.iter().map(|report| Page { report, options }).collect();
    let render = |prose: &Prose, indents| prose.render(indents, options.width, super::is_coloured(options));
    let conclusion = render(&conclusion(matrix), (0, 2));
    let name = format!("importgate {}", matrix.importgate);
    let mut head = render(&Prose::of(FAINT, &untrusted::line(&name)), (0, 2)) + &conclusion;
    for page in &pages {
        let key = untrusted::line(&page.report.environment.key.to_string());
        let leg = page.conclusion(Prose::of(STRONG, &key).plain(": "));
        head.push_str(&render(&leg, (2, 4)));
    }
    let mut parts = vec![head];
    let shared = across(&matrix.legs).into_iter().map(|shared| {
        let legs = shared.seen_in(matrix.legs.len());
        (shared.paragraph, shared.report, Some(legs))
    });
    parts.extend(told(shared, options));
    parts.push(super::loosened(&matrix.legs, options));
    for page in &pages {
        let mut own = page.figures();
        own[0].insert_str(0, &head_of_leg(page));
        parts.extend(own);
    }
    joined(parts, &conclusion)
}

/// The name of a leg, and what its numbers are held against.
fn head_of_leg(page: &Page<'_>) -> String {
    let Page { report, options } = page;
    let colour = super::is_coloured(options);
    let title = format!("==== {} ====", untrusted::line(&report.environment.key.to_string()));
    let environment = format!("{}, {}", report.budgets, facts::python(&report.environment));
    let lines = [environment, facts::compared_with(report)]
        .into_iter()
        .chain(facts::speed(report, options.verbose));
    let lines = lines.map(|line| Prose::of(FAINT, &untrusted::line(&line)).render((0, 2), options.width, colour));
    let not_asked = page.not_asked();
    format!(
        "{}\n{}{not_asked}",
        paint(colour, STRONG, &title),
        lines.collect::<String>()
    )
}

/// What all of it comes to, and cost.
fn conclusion(matrix: &Matrix) -> Prose {
    let (word, style) = verdict(matrix.verdict);
    let samples = matrix
        .legs
        .iter()
        .fold(0, |sum: u64, leg| sum.saturating_add(leg.run.samples));
    let seconds = matrix.legs.iter().map(|leg| leg.run.seconds).sum();
    Prose::of(style, word)
        .plain(&format!(": {}; ", matrix.reason()))
        .styled(FAINT, &facts::samples(samples, seconds))
}
