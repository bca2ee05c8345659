//! Allowances: what a project accepts beyond its limits for now, one small file each in `.importgate/allow`. Each raises one limit of
//! one target to one value and switches nothing off, says why, and may say until when. A file of its own is reviewed like code, and
//! has no conflict with what others accept.

mod accept;
mod amount;
mod of_benchmarks;
mod read;
mod write;

use jiff::civil::Date;

pub use self::accept::{Accepted, InBaseline, Relative, accept};
pub use self::amount::{Amount, AmountKind};
pub use self::of_benchmarks::accept_of_benchmarks;
pub use self::read::{AllowanceFile, read};

use super::{BudgetLine, Statistic};
use crate::checks::Code;

/// The folder of allowances, beside the budgets file.
pub const FOLDER: &str = ".importgate/allow";

/// What stands before the name of a cause where a target is named else.
pub const OF_CAUSE: &str = "cause:";

/// What stands before the name of a benchmark.
pub const OF_BENCHMARK: &str = "benchmark:";

/// What somebody accepted beyond a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Allowance {
    /// The target; `cause:NAME` for what is accepted of a cause, whatever its targets.
    pub target: String,
    /// The rule whose limit is raised.
    pub rule: Code,
    /// Which of the limits of a benchmark, where the rule has several.
    pub key: Option<Statistic>,
    /// What held when it was accepted: the limit, or what the baseline had where the limit is relative to that. `None` of a rule that
    /// has no amounts.
    pub from: Option<Amount>,
    /// The limit that holds instead.
    pub to: Amount,
    /// Why; as somebody wrote it.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The line of [`Allowance::to`].
    pub line: BudgetLine,
    /// The line of [`Allowance::until`].
    pub until_line: Option<BudgetLine>,
}

/// Where an allowance is in its life on some day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// It holds for longer than [`DAYS_OF_WARNING`], or without an end.
    Running,
    /// It ends in so many days; 0 on its last one.
    Ends(u16),
    /// It has ended.
    Ended,
}

/// So many days ahead an allowance says that it ends.
pub const DAYS_OF_WARNING: u16 = 14;

impl Allowance {
    /// The module, the distribution or the statement of which it is accepted, whatever its targets.
    pub fn cause(&self) -> Option<&str> {
        self.target.strip_prefix(OF_CAUSE)
    }

    /// The benchmark that it is of.
    pub fn benchmark(&self) -> Option<&str> {
        self.target.strip_prefix(OF_BENCHMARK)
    }

    /// True where it accepts more than another one of the same limit. What has to be as much as `from` at least accepts more the less `to` is.
    pub fn accepts_more_than(&self, other: &Self) -> bool {
        let is_less = self.from.as_ref().is_some_and(|from| from.is_more_than(&self.to));
        match is_less && self.benchmark().is_some() {
            true => other.to.is_more_than(&self.to),
            false => self.to.is_more_than(&other.to),
        }
    }

    /// The file, as the user names it.
    pub fn file(&self) -> &str {
        &self.line.file
    }

    /// Where it is in its life.
    pub fn term(&self, today: Date) -> Term {
        let Some(until) = self.until else {
            return Term::Running;
        };
        let days = (until - today).get_days();
        match u16::try_from(days) {
            Err(_) => Term::Ended,
            Ok(days) if days <= DAYS_OF_WARNING => Term::Ends(days),
            Ok(_) => Term::Running,
        }
    }
}

/// True for a rule with a limit that can be raised.
pub fn can_be_allowed(rule: Code) -> bool {
    AmountKind::of(rule).or(AmountKind::of_benchmark(rule)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_two_weeks_ahead_that_it_ends_and_holds_on_its_last_day() {
        let file = AllowanceFile {
            text: "target = \"shop\"\nrule = \"over-time\"\nfrom = \"10ms\"\nto = \"14ms\"\nreason = \"tax\"\nuntil = 2027-03-31\n",
            name: "a.toml",
        };
        let allowance = read(&[file]).expect("an allowance").remove(0);
        let term = |month, day| allowance.term(Date::constant(2027, month, day));
        assert_eq!(term(3, 16), Term::Running);
        assert_eq!(term(3, 17), Term::Ends(14));
        assert_eq!(term(3, 31), Term::Ends(0));
        assert_eq!(term(4, 1), Term::Ended);
        let endless = Allowance {
            until: None,
            ..allowance
        };
        assert_eq!(endless.term(Date::MAX), Term::Running);
    }
}
