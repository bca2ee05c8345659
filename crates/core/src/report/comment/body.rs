//! What a comment says: the verdict, a table of the legs where there are several, and below it what the reports have to say, the most
//! important first and no more than the service takes.

use super::marker::{Leg, MOST_LEGS, Marker, Run, State, leg_name};
use super::news::{self, News, Policy};
use crate::checks::Verdict;
use crate::numbers;
use crate::report::{Report, TargetReport, facts, markdown, untrusted};

/// The most that is kept for marker, headline and table of the legs, in bytes: a leg is named in both, in some two hundred.
const TOP_BYTES: usize = 1024 + 208 * MOST_LEGS;
/// Room kept for saying what was left out.
const NOTE_BYTES: usize = 256;
/// How many improvements are listed.
const IMPROVEMENTS: usize = 10;
/// The name of the gate where there is only one.
pub(super) const ONLY_GATE: &str = "importgate";

/// The Markdown of a service, and how much of it a comment may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// GitHub's.
    GitHub,
    /// GitLab's.
    GitLab,
    /// Bitbucket's, which knows no HTML.
    Bitbucket,
}

impl Dialect {
    /// What stands before and after a line that no reader sees.
    pub(super) fn invisible(self) -> (&'static str, &'static str) {
        match self {
            Self::GitHub | Self::GitLab => ("<!-- ", " -->"),
            Self::Bitbucket => ("[//]: # (", ")"),
        }
    }

    /// The most characters of a comment. As a number of bytes it is on the safe side. GitLab takes a million, which nobody reads.
    pub(super) fn most_bytes(self) -> usize {
        match self {
            Self::GitHub | Self::GitLab => markdown::COMMENT_BYTES,
            Self::Bitbucket => 32_768,
        }
    }

    /// What stands between the top of a comment and what its reports say.
    pub(super) fn divider(self) -> String {
        let (start, end) = self.invisible();
        format!("\n{start}importgate:reports{end}\n")
    }
}

/// Who started the job that measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A job of this repository.
    Repository,
    /// A job of a fork, in which its author decides what is measured and what is reported.
    Contributor,
}

/// What there is to say of a run.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// Which of several gates of the repository: letters, digits, hyphens.
    pub gate: String,
    /// The run.
    pub run: Run,
    /// The report of each environment; none where the run has none.
    pub reports: &'a [Report],
    /// Environments that have to be there, each by its key or a part of it between hyphens: `3.13`.
    pub expected: Vec<String>,
    /// Who measured.
    pub origin: Origin,
    /// The address of the page of the run.
    pub link: Option<String>,
    /// When a comment is made.
    pub policy: Policy,
    /// For which service.
    pub dialect: Dialect,
}

/// Everything in front of what the reports say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Top {
    pub(super) legs: Vec<Leg>,
    pub(super) others: Vec<Leg>,
    pub(super) missing: Vec<String>,
}

impl Top {
    /// With these legs and no others.
    pub(super) fn of(legs: Vec<Leg>) -> Self {
        Self {
            legs,
            others: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().chain(&self.others)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all().any(|(leg, _)| leg == name)
    }

    /// Those of these names that no leg has, each once.
    pub(super) fn without_own(&self, names: impl Iterator<Item = String>) -> Vec<String> {
        let mut without: Vec<String> = names
            .filter(|name| !self.all().any(|(leg, _)| is_part(name, leg)))
            .collect();
        without.sort();
        without.dedup();
        without.truncate(MOST_LEGS);
        without
    }

    pub(super) fn verdict(&self) -> Verdict {
        let verdict = self
            .all()
            .fold(Verdict::Pass, |worst, (_, verdict)| worst.worst(*verdict));
        if self.missing.is_empty() && !self.legs.is_empty() {
            verdict
        } else {
            verdict.worst(Verdict::Inconclusive)
        }
    }
}

impl Draft<'_> {
    /// The legs that it has reports of.
    pub(super) fn legs(&self) -> Vec<Leg> {
        let legs = self.reports.iter().take(MOST_LEGS);
        legs.map(|report| (leg_name(&report.environment.key.0), report.verdict))
            .collect()
    }

    /// The legs that are expected and not there.
    pub(super) fn missing(&self) -> Vec<String> {
        Top::of(self.legs()).without_own(self.expected.iter().map(|name| leg_name(name)))
    }

    /// What it has to say, with legs that are missing.
    pub(super) fn news(&self, missing: &[String]) -> News {
        let news = News::of(self.reports);
        if missing.is_empty() { news } else { news.max(News::Open) }
    }

    /// The whole comment, with this text of reports below its top.
    pub(super) fn full(&self, top: &Top, reports: &str, state: State) -> String {
        let marker = self.marker(top, state).line(self.dialect);
        let title = markdown::title(&self.name(), top.verdict());
        format!(
            "{marker}\n## {title}\n{}{}{reports}",
            self.table(top),
            self.dialect.divider()
        )
    }

    /// The one line that is left when all is well, or was not and is again.
    pub(super) fn settled(&self, top: &Top, again: bool) -> String {
        let marker = self.marker(top, State::Settled).line(self.dialect);
        format!(
            "{marker}\n✅ {}: all within budget{}, {}.\n",
            untrusted::markdown(&self.name()),
            if again { " again" } else { "" },
            match self.origin {
                Origin::Repository => format!("measured {}", self.measured()),
                Origin::Contributor => format!("as the contributor's own job measured {}", self.measured()),
            }
        )
    }

    fn marker(&self, top: &Top, state: State) -> Marker {
        Marker {
            gate: self.gate.clone(),
            run: self.run.clone(),
            state,
            legs: top.legs.clone(),
            others: top.others.clone(),
            missing: top.missing.clone(),
        }
    }

    fn name(&self) -> String {
        if self.gate == ONLY_GATE {
            self.gate.clone()
        } else {
            format!("{ONLY_GATE} {}", self.gate)
        }
    }

    /// A row for each leg, where there is more than one to tell of.
    fn table(&self, top: &Top) -> String {
        if top.legs.len() + top.others.len() + top.missing.len() < 2 {
            return String::new();
        }
        let row = |verdict: Verdict, name: &str, reason: &str| {
            let (sign, _) = markdown::verdict(verdict);
            format!("| {sign} | {} | {reason} |\n", untrusted::code_cell(name))
        };
        let own = |name: &str| {
            self.reports
                .iter()
                .find(|report| leg_name(&report.environment.key.0) == name)
        };
        let mut table = String::from("\n| | environment | |\n| --- | --- | --- |\n");
        for (name, verdict) in &top.legs {
            let (_, word) = markdown::verdict(*verdict);
            let reason = own(name).map_or_else(|| word.to_owned(), facts::reason);
            table.push_str(&row(*verdict, name, &reason));
        }
        for (name, verdict) in &top.others {
            let (_, word) = markdown::verdict(*verdict);
            table.push_str(&row(*verdict, name, &format!("{word}, by another job of this run")));
        }
        for name in &top.missing {
            table.push_str(&row(Verdict::Inconclusive, name, "no report in this run"));
        }
        table
    }

    /// What the reports say, with who measured it.
    pub(super) fn below(&self) -> String {
        let foot = format!("\n<sub>{}</sub>\n", self.foot());
        let room = self.dialect.most_bytes().saturating_sub(TOP_BYTES + foot.len());
        let improved: String = self.reports.iter().map(|report| self.improved(report)).collect();
        let room = room.saturating_sub(improved.len());
        let text = match self.reports {
            [] => String::from("\nThis run has no report: the log of its job says why.\n"),
            [report] => markdown::render_below_title(report, room),
            legs => of_legs(legs, room),
        };
        let text = improved + &text + &foot;
        match self.dialect {
            Dialect::GitHub | Dialect::GitLab => text,
            Dialect::Bitbucket => without_html(&text),
        }
    }

    /// What got better, in one line.
    fn improved(&self, report: &Report) -> String {
        let mut entries: Vec<String> = news::improvements(report).map(improvement).collect();
        let left_out = entries.len().saturating_sub(IMPROVEMENTS) as u64;
        entries.truncate(IMPROVEMENTS);
        if left_out > 0 {
            entries.push(numbers::counted(left_out, "more target"));
        }
        let of_leg = match self.reports {
            [_] => String::new(),
            _ => format!(" in {}", untrusted::markdown(&report.environment.key.0)),
        };
        if entries.is_empty() {
            return String::new();
        }
        format!("\n**Better than before**{of_leg}: {}\n", entries.join(", "))
    }

    fn foot(&self) -> String {
        match self.origin {
            Origin::Repository => format!("Measured {}.", self.measured()),
            Origin::Contributor => format!(
                "The contributor's own job measured this, {}, and could report anything: read it as information, not as a gate.",
                self.measured()
            ),
        }
    }

    /// `at abc1234 in [this run](…)`.
    fn measured(&self) -> String {
        let head = self.run.short_head();
        match &self.link {
            Some(link) => format!("at {head} in [this run]({link})"),
            None => format!("at {head}"),
        }
    }
}

/// What several legs say, then the tables of each, folded away, those of the worst first; no more than there is room for.
fn of_legs(legs: &[Report], most_bytes: usize) -> String {
    let mut text = markdown::render_shared(legs, most_bytes / 2);
    let mut by_verdict: Vec<&Report> = legs.iter().collect();
    by_verdict.sort_by_key(|leg| std::cmp::Reverse(News::of(std::slice::from_ref(*leg))));
    let each = most_bytes.saturating_sub(text.len() + NOTE_BYTES) / legs.len().max(1);
    let mut left_out = 0;
    for leg in by_verdict {
        let (sign, word) = markdown::verdict(leg.verdict);
        // In HTML, where Markdown's escapes are none: what remains of a name needs none.
        let title = format!("{sign} {}: {word}", leg_name(&leg.environment.key.0));
        let frame = markdown::folded(&title, "").len();
        let tables = markdown::render_leg_below_title(leg, each.saturating_sub(frame));
        let tables = markdown::folded(&title, &tables);
        if text.len() + tables.len() + NOTE_BYTES <= most_bytes {
            text.push_str(&tables);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let tables = numbers::counted(left_out, "environment");
        text.push_str(&format!(
            "\n_The tables of {tables} left out for want of room: the JSON reports have them._\n"
        ));
    }
    text
}

/// The same without the HTML of our own, which stands on lines of its own: where HTML is text, what is folded away has a title instead.
fn without_html(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        let is_inside = fence.is_some();
        match fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(opened) if line == opened => fence = None,
            _ => {}
        }
        let tag = |start: &str, end: &str| line.strip_prefix(start)?.strip_suffix(end);
        let title = tag("<details><summary>", "</summary>").map(|title| format!("**{title}**"));
        let small = tag("<sub>", "</sub>").map(str::to_owned);
        match title.or(small).filter(|_| !is_inside) {
            Some(line) => plain.push_str(&line),
            None if line == "</details>" && !is_inside => {}
            None => plain.push_str(line),
        }
        plain.push('\n');
    }
    plain
}

/// True where a leg is called so, or has this part between the hyphens of its name.
fn is_part(name: &str, leg: &str) -> bool {
    format!("-{leg}-").contains(&format!("-{name}-"))
}

fn improvement(target: &TargetReport) -> String {
    let name = untrusted::code_span(&target.module);
    match (target.baseline_time_ms, target.time_ms, target.change_percent) {
        (Some(before), Some(now), Some(percent)) if target.imported_before != Some(false) => format!(
            "{name} {} → {} ({})",
            numbers::time(before),
            numbers::time(now),
            numbers::percent_change(percent)
        ),
        _ => format!("{name} works again"),
    }
}
