//! What `importgate allow` says: what was measured, which file it wrote and what it accepts, and what to do with it.

use anstyle::Style;

use super::prose::Prose;
use super::terminal::{CODE, Colour, Options, STRONG};
use super::untrusted;
use crate::budgets::{Allowance, Amount};
use crate::report::Finding;

/// Of more files than this it is said what each accepts, and no more what was found: `check` has said that.
const EXPLAINED: usize = 3;

/// A file that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// As the user names it.
    pub file: String,
    /// What it accepts.
    pub allowance: Allowance,
    /// What the check says; `None` where what is accepted is accepted for longer.
    pub finding: Option<Finding>,
}

/// What is said of the files; of `dry` ones, that they would be written.
pub fn render(files: &[Written], dry: bool, options: &Options) -> String {
    let line = |prose: Prose, indents| prose.render(indents, options.width, options.colour == Colour::Ansi);
    let mut text = String::new();
    for written in files {
        let Written {
            file,
            allowance,
            finding,
        } = written;
        let target = untrusted::line(&allowance.target);
        if let Some(finding) = finding.as_ref().filter(|_| files.len() <= EXPLAINED) {
            let asked = finding.budget.as_ref().map(|line| format!(" ({})", line.place()));
            let said = format!(" {}{}", finding.message, asked.unwrap_or_default());
            text += &line(Prose::of(CODE, &target).plain(&untrusted::line(&said)), (0, 2));
        }
        let verb = if dry { "would write " } else { "wrote " };
        let accepts = format!(": {} {}", allowance.rule, accepts(allowance));
        let prose = Prose::of(Style::new(), verb)
            .styled(STRONG, &untrusted::line(file))
            .plain(&untrusted::line(&accepts));
        text += &line(prose, (0, 2));
        if dry {
            for row in allowance.render().lines() {
                text += &format!("    {}\n", untrusted::line(row));
            }
        }
    }
    if !dry {
        let what = if files.len() == 1 { "it" } else { "them" };
        let next = format!(
            "commit {what} with the change that needs {what}: `importgate check` passes with a note, lists what is accepted, and fails above it as ever"
        );
        text += &line(Prose::default().with_code(Style::new(), CODE, &next), (0, 2));
    }
    text
}

fn accepts(allowance: &Allowance) -> String {
    let until = allowance
        .until
        .map_or_else(String::new, |until| format!(" until {until}"));
    match (&allowance.to, &allowance.from) {
        (Amount::Name(name), _) => format!("of {} accepts {name}{until}", allowance.target),
        (to, Some(from)) => {
            let way = if from.is_more_than(to) { "down" } else { "up" };
            let (target, to, from) = (&allowance.target, to.shown(), from.shown());
            format!("of {target} accepts {way} to {to}{until}, from {from}")
        }
        (to, None) => format!("of {} accepts up to {}{until}", allowance.target, to.shown()),
    }
}
