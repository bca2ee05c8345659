//! How long a process may run. Its limit is of its own time: what it computes and what it is blocked for. Time in which it was ready
//! to run, and every processor ran something else, says nothing of the process and is not counted, up to a bound.

use std::time::Duration;

use super::Command;

/// How many times its limit a process may run at most by the clock, however long it waits for a processor.
const MOST_TIMES_THE_LIMIT: u32 = 10;

/// What a process, with what it started, has had of the processors so far; zeros where the system does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ProcessorTime {
    /// How long it was ready to run and did not: of its threads, the one that waited longest.
    pub(super) waited: Duration,
    /// What all of its threads computed together.
    pub(super) computed: Duration,
}

/// Why a process was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overrun {
    /// It had the time of its limit and did not end.
    Hung,
    /// It waited for a processor for so long that it had not had the time of its limit when it could not go on any longer.
    Starved {
        /// How long it waited.
        waited: Duration,
        /// How long it ran by the clock.
        elapsed: Duration,
    },
}

/// What comes of a look at a process that still runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may go on until so long after its start, and is to be looked at again then.
    GoesOn {
        until: Duration,
    },
    Over(Overrun),
}

/// What a process may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    own: Duration,
    by_the_clock: Duration,
}

impl Allowance {
    pub(super) fn of(command: &Command) -> Self {
        let own = command.time_limit;
        let most = own.saturating_mul(MOST_TIMES_THE_LIMIT);
        Self {
            own,
            by_the_clock: command.wall_limit.map_or(most, |limit| limit.clamp(own, most)),
        }
    }

    /// When it is to be looked at for the first time, if it still runs then.
    pub(super) fn first_look(&self) -> Duration {
        self.own
    }

    /// Whether a process may go on that still runs so long after its start.
    ///
    /// Threads that take the processors from each other are no sign of a busy machine: what computes as much as all `processors` can
    /// in the time of the limit has had its time.
    pub(super) fn standing(&self, elapsed: Duration, had: ProcessorTime, processors: usize) -> Standing {
        let waited = had.waited.min(elapsed);
        let has_had_all = had.computed >= self.own.saturating_mul(u32::try_from(processors).unwrap_or(u32::MAX));
        if elapsed - waited >= self.own || has_had_all {
            Standing::Over(Overrun::Hung)
        } else if elapsed >= self.by_the_clock {
            Standing::Over(Overrun::Starved { waited, elapsed })
        } else {
            Standing::GoesOn {
                until: self.own.saturating_add(waited).min(self.by_the_clock),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    const PROCESSORS: usize = 2;

    fn ten_seconds() -> Allowance {
        Allowance::of(&Command::new("python3", seconds(10.0)))
    }

    fn standing(elapsed: f64, waited: f64, computed: f64) -> Standing {
        let had = ProcessorTime {
            waited: seconds(waited),
            computed: seconds(computed),
        };
        ten_seconds().standing(seconds(elapsed), had, PROCESSORS)
    }

    fn goes_on_until(until: f64) -> Standing {
        Standing::GoesOn { until: seconds(until) }
    }

    #[test]
    fn what_sleeps_or_computes_is_over_at_its_limit() {
        assert_eq!(ten_seconds().first_look(), seconds(10.0));
        assert_eq!(standing(10.0, 0.0, 0.01), Standing::Over(Overrun::Hung));
        assert_eq!(standing(10.0, 0.0, 9.9), Standing::Over(Overrun::Hung));
    }

    #[test]
    fn a_wait_for_a_processor_is_given_back_again_and_again() {
        assert_eq!(standing(10.0, 9.0, 1.0), goes_on_until(19.0));
        assert_eq!(standing(19.0, 17.0, 2.0), goes_on_until(27.0));
        // It got a processor in the end, and still does not come to its end.
        assert_eq!(standing(27.0, 17.0, 10.0), Standing::Over(Overrun::Hung));
    }

    #[test]
    fn a_process_that_gets_nothing_is_starved_at_the_bound() {
        assert_eq!(standing(99.0, 95.0, 4.0), goes_on_until(100.0));
        let over = Standing::Over(Overrun::Starved {
            waited: seconds(95.5),
            elapsed: seconds(100.0),
        });
        assert_eq!(standing(100.0, 95.5, 4.5), over);
    }

    #[test]
    fn threads_that_compete_with_each_other_are_not_starved() {
        // Twenty threads that spin on two processors: each waits for most of the time, and together they had all there was.
        assert_eq!(standing(10.0, 9.0, 20.0), Standing::Over(Overrun::Hung));
    }

    #[test]
    fn a_bound_of_its_own_lies_between_the_limit_and_the_usual_one() {
        let bounded = |wall_limit| {
            let command = Command {
                wall_limit: Some(seconds(wall_limit)),
                ..Command::new("python3", seconds(10.0))
            };
            let had = ProcessorTime {
                waited: seconds(9.0),
                computed: seconds(1.0),
            };
            Allowance::of(&command).standing(seconds(10.0), had, PROCESSORS)
        };
        assert_eq!(bounded(12.0), goes_on_until(12.0));
        assert_eq!(bounded(1000.0), goes_on_until(19.0));
        assert!(matches!(bounded(1.0), Standing::Over(Overrun::Starved { .. })));
    }

    #[test]
    fn a_wait_that_is_longer_than_the_run_is_no_more_than_it() {
        assert_eq!(standing(10.0, 11.0, 0.0), goes_on_until(20.0));
    }

    #[test]
    fn an_endless_limit_has_no_end() {
        let endless = Allowance::of(&Command::new("python3", Duration::MAX));
        assert_eq!(endless.first_look(), Duration::MAX);
    }
}
