//! One project under several environments: a report for each as a leg, and one verdict. A leg keeps its numbers, its baseline and
//! its machine, since those of two Pythons have nothing in common; what people read has all of them on one page.

use serde::{Deserialize, Serialize};

use super::{facts, markdown, terminal, untrusted};
use crate::checks::Verdict;
use crate::numbers;
use crate::report::Report;

/// Room kept for the headline and the table of the legs, in bytes: a leg is named in some two hundred.
const SUMMARY_BYTES_OF_A_LEG: usize = 512;

/// Everything that the checks of several environments have to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    /// The version of the format of each report.
    pub version: u32,
    /// The version of importgate that made them.
    pub importgate: String,
    /// The worst verdict of all.
    pub verdict: Verdict,
    /// The report of each environment, in the order of their versions.
    pub legs: Vec<Report>,
}

impl Matrix {
    /// Of these legs, which it puts in the order of their versions.
    pub(super) fn of(mut legs: Vec<Report>) -> Self {
        legs.sort_by(|one, other| one.environment.key.by_version(&other.environment.key));
        let verdicts = legs.iter().map(|leg| leg.verdict);
        Self {
            version: Report::VERSION,
            importgate: env!("CARGO_PKG_VERSION").to_owned(),
            verdict: verdicts.fold(Verdict::Pass, Verdict::worst),
            legs,
        }
    }

    /// The page for a terminal or a log: what all come to, what each leg does, what they say, and the tables of each.
    pub fn terminal(&self, options: &terminal::Options) -> String {
        terminal::render_legs(self, options)
    }

    /// A job summary or a comment: a table of the legs, what they say, and the tables of each, in at most `most_bytes` bytes. What they
    /// say has half of the room at most, and each leg the same part of what remains.
    pub fn markdown(&self, most_bytes: usize) -> String {
        let mut text = format!(
            "## {}\n\n{}.\n\n| | environment | |\n| --- | --- | --- |\n",
            markdown::title("importgate", self.verdict),
            self.reason()
        );
        for leg in &self.legs {
            let key = untrusted::code_cell(&leg.environment.key.to_string());
            let (sign, _) = markdown::verdict(leg.verdict);
            text.push_str(&format!("| {sign} | {key} | {} |\n", facts::reason(leg)));
        }
        let legs = self.legs.len().max(1);
        let room = most_bytes.saturating_sub(legs * SUMMARY_BYTES_OF_A_LEG);
        let said = markdown::render_shared(&self.legs, room / 2);
        let room = room.saturating_sub(said.len()) / legs;
        text.push_str(&said);
        for leg in &self.legs {
            text.push('\n');
            text.push_str(&markdown::render_leg(leg, room));
        }
        text
    }

    /// The reason of the verdict in one sentence.
    pub(super) fn reason(&self) -> String {
        let legs = self.legs.len() as u64;
        let with = |verdict| self.legs.iter().filter(|leg| leg.verdict == verdict).count() as u64;
        match self.verdict {
            Verdict::Pass => {
                let narrowed = self.legs.iter().find(|leg| !leg.not_asked.is_empty());
                let within = narrowed.or(self.legs.first()).map_or("within budget", facts::within);
                format!("{} {within}", numbers::counted(legs, "environment"))
            }
            Verdict::Fail => format!("{} failed", numbers::part_of(with(Verdict::Fail), legs, "environment")),
            Verdict::Inconclusive => format!(
                "nothing failed, but {} could not be decided",
                numbers::part_of(with(Verdict::Inconclusive), legs, "environment")
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Code;
    use crate::report::fixture;

    fn matrix() -> Matrix {
        let mut passing = fixture::passing();
        passing.environment.key.0 = "cpython-3.12-linux-x86_64".to_owned();
        let mut failing_too = fixture::report();
        failing_too.environment.key.0 = "cpython-3.14-linux-x86_64".to_owned();
        Matrix::of(vec![passing, fixture::report(), failing_too])
    }

    #[test]
    fn the_worst_verdict_is_that_of_all_and_comes_first() {
        let matrix = matrix();
        assert_eq!(matrix.verdict, Verdict::Fail);
        let options = terminal::Options {
            width: usize::MAX,
            ..terminal::Options::default()
        };
        let text = matrix.terminal(&options);
        let first: Vec<&str> = text.lines().take(8).collect();
        assert_eq!(
            first[1], "FAIL: 2 of 3 environments failed; 416 samples in 47.0 s",
            "{text}"
        );
        assert!(
            first[2].starts_with("  cpython-3.12-linux-x86_64: PASS: 2 targets within budget"),
            "{text}"
        );
        assert!(
            first[3].starts_with("  cpython-3.13-linux-x86_64: FAIL: 5 errors in"),
            "{text}"
        );
    }

    #[test]
    fn what_legs_say_alike_is_told_once_with_their_names_and_each_has_its_table() {
        let mut matrix = matrix();
        let options = terminal::Options {
            width: usize::MAX,
            ..terminal::Options::default()
        };
        let text = matrix.terminal(&options);
        assert_eq!(text.matches("now imports torch").count(), 1, "{text}");
        let both = "  in cpython-3.13-linux-x86_64, cpython-3.14-linux-x86_64\n";
        assert!(text.contains(both), "{text}");
        for leg in &matrix.legs {
            assert!(text.contains(&format!("==== {} ====\n", leg.environment.key)), "{text}");
        }
        assert_eq!(
            text.matches("shop.services.billing").count(),
            3,
            "a row in each table:\n{text}"
        );

        let torch = &mut matrix.legs[2].causes[0];
        (torch.time_ms, torch.targets[0].time_ms) = (9_000.0, 9_000.0);
        let text = matrix.terminal(&options);
        let figures = "  in cpython-3.13-linux-x86_64; and with other figures in cpython-3.14-linux-x86_64 \
                       (+9.00 s, +583 MiB, 1,203 modules, in 1 target)\n";
        assert!(text.contains(figures), "{text}");
        assert_eq!(text.matches("now imports torch").count(), 1, "{text}");
    }

    #[test]
    fn what_every_leg_says_names_none_even_where_stacks_differ() {
        let mut matrix = matrix();
        matrix.legs.remove(0);
        let hang = matrix.legs[1]
            .findings
            .iter_mut()
            .find(|finding| finding.code == Code::Hang);
        hang.expect("a hang").details = vec!["/usr/lib/python3.14/socket.py:9 in accept".to_owned()];
        let text = matrix.terminal(&terminal::Options::default());
        assert!(
            text.contains("  in both environments\n") && !text.contains("with other figures"),
            "{text}"
        );
        assert_eq!(text.matches("error[hang]").count(), 1, "{text}");

        let third = matrix.legs[1].clone();
        let text = Matrix::of([matrix.legs, vec![third]].concat()).terminal(&terminal::Options::default());
        assert!(text.contains("  in all 3 environments\n"), "{text}");
    }

    #[test]
    fn a_summary_fits_where_it_has_to_and_names_every_leg() {
        let matrix = matrix();
        for most in [markdown::SUMMARY_BYTES, 40_000] {
            let text = matrix.markdown(most);
            assert!(text.len() <= most, "{} of {most}", text.len());
            for leg in &matrix.legs {
                assert!(text.contains(&format!("| `{}` |", leg.environment.key)), "{text}");
            }
            assert!(
                text.starts_with("## ❌ importgate: fail\n\n2 of 3 environments failed.\n"),
                "{text}"
            );
            assert!(text.contains("## ✅ cpython-3.12-linux-x86\\_64: pass"), "{text}");
            assert_eq!(text.matches("now imports torch").count(), 1, "{text}");
            assert!(
                text.contains("- in cpython-3.13-linux-x86\\_64, cpython-3.14-linux-x86\\_64\n"),
                "{text}"
            );
        }
    }
}
