//! The explanation for an issue or a pull request: what the import comes to, what to do about it, and the trees folded away. The
//! section that a terminal has in columns stays in columns, as a block of code.

use super::{imports, log_terminal, place_for_people, profile_terminal, terminal};
use crate::explain::importtime::ImportLog;
use crate::explain::{ChainStep, CostlyImport, CostlyTogether, Explanation, GroupTotal, HeavyLine};
use crate::numbers;
use crate::report::markdown::folded;
use crate::report::{untrusted, wording};

/// How many lines of a tree or table are shown, so that a page fits into a comment.
const LINES: usize = 150;
/// How many distributions have a row.
const GROUPS: usize = 15;

/// The explanation as GitHub's Markdown; of the tree it has what the terminal has.
pub fn render(explanation: &Explanation, options: &terminal::Options) -> String {
    let mut page = head(explanation);
    if let Some(why) = &explanation.why {
        page.push_str(&chain(&why.module, why.chain.as_deref()));
        return page;
    }
    if let Some(profile) = &explanation.profile {
        let mut text = String::new();
        profile_terminal::write(&mut text, explanation, profile, options.smallest_ms);
        page.push_str(&format!("\n{}", block(&text)));
        return page;
    }
    page.push_str(&advice(explanation));
    page.push_str(&bodies(&explanation.bodies));
    let mut tree = String::new();
    terminal::tree(&mut tree, explanation, options);
    page.push_str(&folded("What is loaded, and by whom", &block(&tree)));
    page.push_str(&groups(&explanation.groups, options.smallest_ms));
    page
}

/// What a log says, as the terminal has it; `why` as there.
pub fn render_log(log: &ImportLog, why: Option<&[usize]>, options: &terminal::Options) -> String {
    let time = numbers::time(log.time_ms);
    let title = format!("## {}: {time} in a log of importtime\n", untrusted::markdown(&log.name));
    format!("{title}\n{}", block(&log_terminal::render(log, why, options)))
}

fn head(explanation: &Explanation) -> String {
    let total = format!(
        "It adds {} and loads {} ({}, {}).",
        numbers::bytes(explanation.memory_bytes.max(0).unsigned_abs()),
        numbers::counted(explanation.modules, "module"),
        wording::bracketed_python(&explanation.python_version, explanation.python_chosen_by.as_ref()),
        numbers::counted(explanation.samples, "sample"),
    );
    format!(
        "## {}: {}\n\n{}\n",
        untrusted::markdown(&explanation.target),
        numbers::time(explanation.time_ms),
        untrusted::markdown(&total)
    )
}

fn chain(module: &str, chain: Option<&[ChainStep]>) -> String {
    let module = untrusted::code_span(module);
    let Some(steps) = chain else {
        return format!("\n{module} is not loaded by this import.\n");
    };
    let step = |step: &ChainStep| {
        let place = step.place.as_ref().map(place_for_people);
        let place = place.map_or_else(|| String::from("no line known"), |place| untrusted::code_span(&place));
        let (importer, imported) = (
            untrusted::code_span(&step.importer),
            untrusted::code_span(&step.imported),
        );
        format!("1. {importer} imports {imported}: {place}\n")
    };
    let steps: String = steps.iter().map(step).collect();
    if steps.is_empty() {
        format!("\n{module} is what was asked for.\n")
    } else {
        format!("\nWhy {module} is loaded:\n\n{steps}")
    }
}

/// What to do about the costly imports.
fn advice(explanation: &Explanation) -> String {
    let (statements, sets) = (&explanation.imports, &explanation.together);
    if statements.is_empty() && sets.is_empty() {
        return String::from("\nNo import costs enough to be worth a change.\n");
    }
    let sets = sets.iter().map(of_set);
    let statements = statements.iter().map(of_one);
    format!(
        "\n### What to do about the costly imports\n\n{}",
        sets.chain(statements).collect::<String>()
    )
}

fn of_one(import: &CostlyImport) -> String {
    let word = import.advice.as_ref().map_or("", |advice| imports::word(advice.kind));
    let mut item = item(word, import) + &sentences(&imports::of_one(import));
    if let Some(remedy) = imports::remedy(import) {
        item.push_str(&format!("  - **{}**\n", untrusted::markdown_with_code(&remedy)));
    }
    item
}

fn of_set(set: &CostlyTogether) -> String {
    let word = |position: usize| set.advice.filter(|_| position == 0).map_or("", imports::word);
    let statements = set.imports.iter().enumerate();
    let statements: String = statements
        .map(|(position, import)| item(word(position), import))
        .collect();
    statements + &sentences(&imports::of_set(set))
}

/// A statement with its place, behind the word for what to do.
fn item(word: &str, import: &CostlyImport) -> String {
    let (place, statement) = imports::statement(import);
    let word = if word.is_empty() {
        String::new()
    } else {
        format!("**{word}** ")
    };
    format!(
        "- {word}{} {}\n",
        untrusted::code_span(&place),
        untrusted::code_span(&statement)
    )
}

fn sentences(sentences: &[String]) -> String {
    let line = |sentence: &String| format!("  - {}\n", untrusted::markdown_with_code(sentence));
    sentences.iter().map(line).collect()
}

/// The heaviest lines of bodies that take much themselves.
fn bodies(lines: &[HeavyLine]) -> String {
    let line = |line: &HeavyLine| {
        format!(
            "- {} {}: {:.0}% of the {} that the body of {} takes itself\n",
            untrusted::code_span(&place_for_people(&line.place)),
            untrusted::code_span(&line.source),
            line.share * 100.0,
            numbers::time(line.body_ms),
            untrusted::code_span(&line.module)
        )
    };
    let lines: String = lines.iter().map(line).collect();
    if lines.is_empty() {
        lines
    } else {
        format!("\n### Heavy by themselves\n\n{lines}")
    }
}

/// What belongs together, of which the smallest are left out.
fn groups(groups: &[GroupTotal], smallest_ms: f64) -> String {
    let row = |group: &GroupTotal| {
        format!(
            "| {} | {} | {} | {} |\n",
            untrusted::code_cell(wording::group(&group.group).trim_end()),
            numbers::time(group.own_ms),
            numbers::bytes(group.memory_bytes.max(0).unsigned_abs()),
            numbers::count(group.modules)
        )
    };
    let large = groups.iter().filter(|group| group.own_ms >= smallest_ms);
    let rows: String = large.take(GROUPS).map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    let head = "| | time | memory | modules |\n| --- | ---: | ---: | ---: |\n";
    folded("By distribution", &format!("{head}{rows}"))
}

/// Lines of a terminal as a block of code; of many the last ones are counted.
fn block(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let left_out = lines.len().saturating_sub(LINES) as u64;
    let more = (left_out > 0).then(|| format!("and {}", numbers::counted(left_out, "more line")));
    let shown = lines.into_iter().take(LINES).chain(more.as_deref());
    untrusted::code_block(shown)
}

#[cfg(test)]
mod tests {
    use super::super::terminal::tests::{sample, with_costly_import};
    use super::*;
    use crate::explain::Why;

    const OPTIONS: terminal::Options = terminal::Options {
        modules: true,
        depth: 9,
        smallest_ms: 0.0,
    };

    #[test]
    fn advice_comes_first_and_the_tree_is_folded_away() {
        insta::assert_snapshot!("explain_markdown", render(&with_costly_import(), &OPTIONS));
    }

    #[test]
    fn a_chain_is_a_list_of_its_steps() {
        let step = ChainStep {
            importer: "shop".to_owned(),
            imported: "torch".to_owned(),
            place: None,
        };
        let with = |chain| Explanation {
            why: Some(Why {
                module: "torch".to_owned(),
                chain,
            }),
            ..sample()
        };
        let page = render(&with(Some(vec![step])), &OPTIONS);
        assert!(
            page.ends_with("\nWhy `torch` is loaded:\n\n1. `shop` imports `torch`: no line known\n"),
            "{page}"
        );
        assert!(render(&with(None), &OPTIONS).contains("`torch` is not loaded by this import."));
    }

    #[test]
    fn a_long_tree_is_cut_so_that_it_fits_into_a_comment() {
        let lines: String = (0..LINES + 7).map(|line| format!("line {line}\n")).collect();
        let text = block(&lines);
        assert_eq!(text.lines().count(), LINES + 3);
        assert!(text.contains("and 7 more lines\n"), "{text}");
    }

    #[test]
    fn a_log_is_a_block_below_its_name() {
        let text =
            "import time: self [us] | cumulative | imported package\nimport time:      1000 |       1000 | shop\n";
        let log = crate::explain::importtime::read("posted.log", text).expect("a log");
        let page = render_log(&log, None, &OPTIONS);
        assert!(
            page.starts_with("## posted.log: 1.00 ms in a log of importtime\n\n```text\n"),
            "{page}"
        );
        assert!(page.contains("shop") && page.ends_with("\n```\n"), "{page}");
    }
}
