//! What is over a ceiling, or over a mark.

use super::Words;
use super::changes::still_open;
use super::names::usage;
use crate::checks::{HeavyModule, Open, OverMemory, TimeCeiling, TooManyModules, Unmeasured};
use crate::numbers;

pub(super) fn not_measured(unmeasured: Unmeasured) -> &'static str {
    match unmeasured {
        Unmeasured::Time => "was not measured: the time limit was reached before its first sample",
        Unmeasured::Look => "was not looked at: the time limit was reached before",
        Unmeasured::Interrupted => "was not measured: the run was interrupted before",
        Unmeasured::CountAndTime => "was neither counted nor timed: the time limit was reached before",
    }
}

pub(super) fn time_ceiling(ceiling: TimeCeiling) -> String {
    match ceiling {
        TimeCeiling::Exceeded {
            time_ms, ceiling_ms, ..
        } => format!(
            "takes {}, over its ceiling of {}",
            numbers::time(time_ms),
            numbers::time_limit(ceiling_ms)
        ),
        // It may be far from its ceiling: nobody had the time to say so.
        TimeCeiling::Undecided {
            time_ms,
            ceiling_ms,
            open: open @ (Open::OutOfTime(_) | Open::Interrupted(_)),
        } => format!(
            "takes about {}, and whether that is within its ceiling of {} was not decided {}",
            numbers::time(time_ms),
            numbers::time_limit(ceiling_ms),
            still_open(open)
        ),
        TimeCeiling::Undecided {
            time_ms,
            ceiling_ms,
            open,
        } => format!(
            "takes about {}, too close to its ceiling of {} to decide {}",
            numbers::time(time_ms),
            numbers::time_limit(ceiling_ms),
            still_open(open)
        ),
    }
}

pub(super) fn over_memory(memory: OverMemory) -> String {
    format!(
        "adds {} to the process, over its ceiling of {}",
        numbers::bytes(memory.bytes),
        numbers::bytes(memory.ceiling_bytes)
    )
}

pub(super) fn too_many_modules(modules: TooManyModules) -> String {
    let (modules, allowed, which) = match modules {
        TooManyModules::Loaded { modules, allowed } => (modules, allowed, ""),
        TooManyModules::New { modules, allowed } => (modules, allowed, " that the baseline did not have"),
    };
    format!(
        "loads {}{which}, {} more than allowed",
        numbers::counted(modules, "module"),
        numbers::count(modules - allowed)
    )
}

pub(super) fn heavy_module(heavy: &HeavyModule, target: &str) -> Words {
    let usage = heavy.usage.map(|counts| format!("; {}", usage(counts)));
    let message = format!(
        "loads `{}`, which takes {}, above the mark of {}{}",
        heavy.module,
        numbers::time(heavy.time_ms),
        numbers::time_limit(heavy.mark_ms),
        usage.unwrap_or_default()
    );
    Words::saying(message).with_help(format!("`importgate explain {target}` shows what a cut would save"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ran_out_of_time_is_not_said_to_be_close_to_its_ceiling() {
        let said = |open| {
            time_ceiling(TimeCeiling::Undecided {
                time_ms: 10.0,
                ceiling_ms: 50.0,
                open,
            })
        };
        let out_of_time = said(Open::OutOfTime(3));
        assert!(!out_of_time.contains("too close"), "{out_of_time}");
        assert!(
            out_of_time.ends_with("after 3 samples, when the time limit was reached"),
            "{out_of_time}"
        );
        assert!(said(Open::UsedUp(60)).contains("too close to its ceiling of 50 ms to decide after 60 samples"));
    }
}
