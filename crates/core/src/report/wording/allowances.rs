//! What somebody has accepted beyond a limit: that it holds, that it ends or has ended, that nothing needs it.

use super::Words;
use crate::budgets::{Accepted, Amount, Statistic};
use crate::checks::{AllowanceRemark, AllowanceState, Beyond, Code, Touched, Unused};
use crate::numbers;

/// A remark about an allowance.
pub(super) fn remark(remark: &AllowanceRemark) -> Words {
    let AllowanceRemark { rule, file, .. } = remark;
    let until = remark.until.map_or_else(String::new, |until| format!(" until {until}"));
    match &remark.state {
        AllowanceState::InForce(beyond) => Words::saying(format!(
            "{}, which is accepted{}{until}: {}",
            what_it_is(remark, beyond),
            up_to(remark, beyond),
            why(remark)
        )),
        AllowanceState::Ends(beyond, days) => Words::saying(format!(
            "{}, which is accepted{}: {}, on {}",
            what_it_is(remark, beyond),
            up_to(remark, beyond),
            ends_in(*days),
            remark.until.map_or_else(String::new, |until| until.to_string()),
        ))
        .with_help(way_out(*rule))
        .with_details(vec![format!("accepted since {}", why(remark))]),
        AllowanceState::Ended(beyond, touched) => Words::saying(format!(
            "{}; that it was accepted{} ended on {}{}",
            what_it_is(remark, beyond),
            up_to(remark, beyond),
            remark.until.map_or_else(String::new, |until| until.to_string()),
            match touched {
                Touched::Yes => ", and this change touches what it loads",
                Touched::EverythingCounts => "",
                Touched::No => "; nothing that it loads changed, so that this passes",
                Touched::Unknown =>
                    "; of a benchmark nobody can tell whose change it is, so that this passes without --strict",
            }
        ))
        .with_help(way_out(*rule))
        .with_details(vec![format!("it was accepted since {}", why(remark))]),
        AllowanceState::Unused(unused) => Words::saying(format!(
            "nothing needs the allowance of {rule} any more: {}",
            needless(remark, unused)
        ))
        .with_help(format!("remove {file}")),
    }
}

/// What is said of what is beyond an allowance, behind what is said of its limit.
pub(super) fn beyond(accepted: &Accepted) -> String {
    let limit = accepted.without.as_ref();
    let without = limit.map_or_else(String::new, |cited| format!(" in place of {}", cited.value.shown()));
    let line = limit.and_then(|cited| cited.line.as_ref());
    let line = line.map_or_else(String::new, |line| format!(" ({})", line.place()));
    let raised = accepted.raised.as_ref().map_or_else(String::new, Amount::shown);
    let of = accepted
        .allowance
        .cause()
        .map_or_else(String::new, |cause| format!(" of {cause}"));
    format!("; {raised}{of} is accepted already{without}{line}")
}

fn way_out(rule: Code) -> String {
    let lower = match rule {
        Code::Forbidden => "do without the module",
        Code::ForbiddenEffect => "do without it",
        _ => "make it less",
    };
    format!("{lower}, or accept it for longer with `importgate allow`")
}

/// The reason, and who looks after it.
fn why(remark: &AllowanceRemark) -> String {
    let reason = remark.reason.split_whitespace().collect::<Vec<_>>().join(" ");
    match &remark.owner {
        Some(owner) => format!("{reason} ({owner})"),
        None => reason,
    }
}

fn ends_in(days: u16) -> String {
    match days {
        0 => "that ends today".to_owned(),
        days => format!("that ends in {}", numbers::counted(u64::from(days), "day")),
    }
}

/// What is beyond the limit, and what one cause of it takes.
fn what_it_is(remark: &AllowanceRemark, beyond: &Beyond) -> String {
    let rule = remark.rule;
    match &beyond.of_cause {
        Some(cause) if matches!(cause.takes, Amount::Name(_)) => {
            format!("loads {}, which is forbidden", amount(&cause.takes))
        }
        Some(cause) => {
            let takes = match (rule, &cause.takes) {
                (Code::OverModules | Code::OverNewModules, Amount::Count(1)) => "1 module".to_owned(),
                (Code::OverModules | Code::OverNewModules, takes) => format!("{} modules", amount(takes)),
                (_, takes) => amount(takes),
            };
            format!(
                "{}, of which {} takes {takes}",
                beyond_limit(remark, beyond),
                cause.name
            )
        }
        None => beyond_limit(remark, beyond),
    }
}

/// `takes 13.2 ms, over its ceiling of 10 ms`.
fn beyond_limit(remark: &AllowanceRemark, beyond: &Beyond) -> String {
    let (now, without) = (amount(&beyond.now), beyond.without.shown());
    if let Some(key) = remark.key {
        return super::benchmarks::beyond(key, now, without);
    }
    match remark.rule {
        Code::Regression if matches!(remark.to, Amount::Quantity(_)) => {
            format!("is worse than recorded by {now}, where {without} is allowed")
        }
        Code::FailedRequests => format!("{now} of its requests failed, where {without} may"),
        Code::OverTime | Code::OverTotalTime => format!("takes {now}, over its ceiling of {without}"),
        Code::OverMemory => format!("adds {now} to the process, over its ceiling of {without}"),
        Code::OverModules => format!("loads {now} modules, over its limit of {without}"),
        Code::OverNewModules => {
            format!("loads {now} modules that the baseline did not have, over the {without} allowed")
        }
        Code::Regression => format!("is slower by {now}, where {without} is allowed"),
        Code::MemoryRegression => format!("adds more memory by {now}, where {without} is allowed"),
        Code::Unstable => format!("its time varies by {now}, where {without} is allowed"),
        Code::Forbidden => format!("loads {now}, which is forbidden"),
        Code::ForbiddenEffect => format!("has the effect {now}, which is forbidden"),
        _ => format!("comes to {now}, where {without} is allowed"),
    }
}

/// A measured amount: with three digits, where limits have as many as somebody wrote.
fn amount(amount: &Amount) -> String {
    match amount {
        Amount::Time(ms) => numbers::time(*ms),
        other => other.shown(),
    }
}

/// ` up to 14 ms`; nothing of what has no amount.
fn up_to(remark: &AllowanceRemark, beyond: &Beyond) -> String {
    match &beyond.raised {
        Amount::Name(_) => String::new(),
        raised if remark.key == Some(Statistic::AtLeast) => format!(" down to {}", raised.shown()),
        raised => format!(" up to {}", raised.shown()),
    }
}

fn needless(remark: &AllowanceRemark, unused: &Unused) -> String {
    match unused {
        Unused::NoTarget => "no target of the budgets has this name".to_owned(),
        Unused::NoBenchmark => "no file has a benchmark of this name".to_owned(),
        Unused::NoLimit => "nothing limits it".to_owned(),
        Unused::LimitIsHigher { without } => format!("the limit is {} by itself", without.shown()),
        Unused::Within { now, without } => {
            let verb = match remark.rule {
                _ if remark.key.is_some() => "it comes to",
                Code::FailedRequests => "it comes to",
                Code::OverTime | Code::OverTotalTime => "it takes",
                Code::OverMemory => "it adds",
                Code::OverModules | Code::OverNewModules => "it loads",
                _ => "it changes by",
            };
            format!("{verb} {}, and {} is allowed", amount(now), without.shown())
        }
        Unused::Recorded => "what it accepted is in what it is compared with".to_owned(),
        Unused::Absent => "what it accepts does not happen".to_owned(),
    }
}
