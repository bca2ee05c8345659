//! A sample held against what the system says of its process: the processor time of the importing thread, how long the process ran,
//! and the most memory that it had. Measured code may have its process answer what it likes, but these it cannot change.
//!
//! An honest answer never comes near the room that it is given here. What the thread did after the import's end is composing the answer and
//! giving its memory back, which takes the longer the more there is of both.

use std::time::Duration;

use super::answer::Begun;
use crate::runner::{self, Ended};
use importgate_core::observed::{Implausible, Quantity, Sample};

/// What an import may have taken, in nanoseconds, and not say: calibrations, the answer, and the end of the process.
const ROOM_NS: u64 = 50_000_000;
/// The same for each MiB of memory: the system takes back a GiB in less than half a second.
const ROOM_NS_PER_MIB: u64 = 500_000;
/// How much more it may say than the system. Both read one clock.
const MORE_NS: u64 = 20_000_000;
/// How long the process may have been there, by the clock, and neither have run nor waited for a processor.
const IDLE_NS: u64 = 250_000_000;
/// How many times as long as another a calibration of one process may have taken: one that others disturb, or that finds the caches full,
/// takes twice as long.
const SPEEDS_APART: u64 = 4;
/// How far the peaks of memory may be apart, beside a quarter: systems with many processors add pages up loosely.
const ROOM_BYTES: u64 = 64 << 20;

/// What contradicts a sample in a way that chance cannot; `None` where nothing does.
pub(super) fn contradiction(sample: &Sample, begun: Begun, ended: &Ended) -> Option<Implausible> {
    processor_time(sample, begun, ended).or_else(|| peak_memory(sample, ended))
}

fn processor_time(sample: &Sample, begun: Begun, ended: &Ended) -> Option<Implausible> {
    let claimed = sample.cpu_ns;
    let of_process = ended.user_ns.saturating_add(ended.system_ns);
    let counted = ended.thread.map_or(of_process, |thread| nanoseconds(thread.computed));
    let since = counted.saturating_sub(begun.cpu_ns);
    let memory = (ended.max_rss_bytes >> 20).saturating_mul(ROOM_NS_PER_MIB);
    let room = ROOM_NS.saturating_add(claimed / 2).saturating_add(memory);
    // Without the thread's own figures, those of others and of children are among the process's.
    let too_little = ended.thread.is_some() && since > claimed.saturating_add(room);
    let too_much = claimed > since.saturating_add(since / 4).saturating_add(MORE_NS);
    (too_little || too_much).then_some(Implausible::Contradicted {
        quantity: Quantity::ProcessorTime,
        claimed,
        counted: since,
    })
}

/// What contradicts a sample in a way that chance can, once: a machine that stalls, or that changes its speed. It says something only
/// where it is so each time. `stolen` is what a hypervisor took of the processors meanwhile.
pub(super) fn doubtful(sample: &Sample, begun: Begun, ended: &Ended, stolen: Duration) -> Option<Implausible> {
    wall_clock(sample, begun, ended)
        .or_else(|| blocked(sample, ended, stolen))
        .or_else(|| speed(sample, begun))
}

/// How slow the machine is said to have been: time is divided by that, so that who says that it was slow shows less of it. That it was
/// faster than before the import may be: processors take a moment to get up to their speed.
fn speed(sample: &Sample, begun: Begun) -> Option<Implausible> {
    let (even, sustained, before) = (
        sample.calibration_ns,
        sample.sustained_calibration_ns,
        begun.calibration_ns,
    );
    let is_slower = |one: u64, other: u64| one > other.max(1).saturating_mul(SPEEDS_APART);
    let (least, most) = (even.min(sustained), even.max(sustained));
    (least == 0 || is_slower(most, least) || is_slower(most, before)).then_some(Implausible::Contradicted {
        quantity: Quantity::Speed,
        claimed: most,
        counted: before,
    })
}

/// Time of the import in which its thread neither ran nor waited for a processor, and that is not among what it was blocked for. Where
/// the system keeps no such account, nothing is known.
fn blocked(sample: &Sample, ended: &Ended, stolen: Duration) -> Option<Implausible> {
    let thread = ended
        .thread
        .filter(|thread| nanoseconds(thread.computed) >= sample.cpu_ns / 2)?;
    let counted = [
        sample.cpu_ns,
        nanoseconds(thread.waited),
        nanoseconds(ended.kept_waiting),
        nanoseconds(stolen),
    ]
    .into_iter()
    .fold(sample.wall_ns, u64::saturating_sub);
    let claimed = sample.blocked_ns;
    let room = IDLE_NS.saturating_add(sample.cpu_ns.saturating_add(claimed) / 2);
    (counted > claimed.saturating_add(room)).then_some(Implausible::Contradicted {
        quantity: Quantity::Blocked,
        claimed,
        counted,
    })
}

/// What passed by the clock that the sample does not speak of, and in which its thread neither ran nor waited for a processor.
fn wall_clock(sample: &Sample, begun: Begun, ended: &Ended) -> Option<Implausible> {
    let thread = ended.thread?;
    let claimed = sample.wall_ns;
    let counted = ended.seen_at_ns.saturating_sub(begun.wall_ns);
    let ran_after = nanoseconds(thread.computed)
        .saturating_sub(begun.cpu_ns)
        .saturating_sub(sample.cpu_ns);
    let idle = [
        claimed,
        nanoseconds(thread.waited),
        nanoseconds(ended.kept_waiting),
        ran_after,
    ]
    .into_iter()
    .fold(counted, u64::saturating_sub);
    let too_little = idle > IDLE_NS.saturating_add(claimed / 2);
    let too_much = claimed > counted.saturating_add(MORE_NS);
    (too_little || too_much).then_some(Implausible::Contradicted {
        quantity: Quantity::WallClock,
        claimed,
        counted,
    })
}

fn peak_memory(sample: &Sample, ended: &Ended) -> Option<Implausible> {
    let claimed = sample.peak_memory_bytes.max(sample.memory_bytes);
    let counted = ended.max_rss_bytes;
    let with_room = |bytes: u64| bytes.saturating_add(bytes / 4).saturating_add(ROOM_BYTES);
    // The system's figure is that of the largest of the process, of its children, and of this process when it began that one.
    let is_its_own = ended.thread.is_some_and(|thread| !thread.had_children) && counted > runner::own_peak_memory();
    let too_little = is_its_own && counted > with_room(claimed);
    (too_little || claimed > with_room(counted)).then_some(Implausible::Contradicted {
        quantity: Quantity::PeakMemory,
        claimed,
        counted,
    })
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::{EndedThread, Status};
    use importgate_core::observed::SignalCause;

    const MS: u64 = 1_000_000;
    const MIB: u64 = 1 << 20;
    /// The interpreter's start took 20 ms.
    const BEGUN: Begun = Begun {
        cpu_ns: 20 * MS,
        wall_ns: 1000 * MS,
        calibration_ns: 50_000,
    };

    fn sample(cpu_ms: u64, wall_ms: u64) -> Sample {
        Sample {
            cpu_ns: cpu_ms * MS,
            wall_ns: wall_ms * MS,
            memory_bytes: MIB,
            peak_memory_bytes: 20 * MIB,
            ..Sample::default()
        }
    }

    /// A process whose thread computed for so long in all, and whose end was seen so long after its import began.
    fn ended(computed_ms: u64, after_ms: u64) -> Ended {
        Ended {
            status: Status::Exited(0),
            signal_cause: SignalCause::Untold,
            overrun: None,
            wall: Duration::from_secs(1),
            seen_at_ns: BEGUN.wall_ns + after_ms * MS,
            user_ns: computed_ms * MS,
            system_ns: 0,
            max_rss_bytes: 20 * MIB,
            thread: Some(EndedThread {
                computed: Duration::from_millis(computed_ms),
                waited: Duration::ZERO,
                had_children: false,
            }),
            kept_waiting: Duration::ZERO,
            output_tail: Vec::new(),
        }
    }

    fn quantity(found: Option<Implausible>) -> Option<Quantity> {
        found.map(|why| match why {
            Implausible::Contradicted { quantity, .. } => quantity,
            other => panic!("nobody wrote anything: {other:?}"),
        })
    }

    #[test]
    fn what_the_thread_computed_and_does_not_say_is_found() {
        let found = |claimed, computed| quantity(contradiction(&sample(claimed, 1000), BEGUN, &ended(computed, 1000)));
        assert_eq!(found(1, 620), Some(Quantity::ProcessorTime));
        assert_eq!(found(1, 100), Some(Quantity::ProcessorTime));
        // An honest import of 600 ms with calibrations, and a small one with a slow end.
        assert_eq!(found(600, 720), None);
        assert_eq!(found(1, 60), None);
        // A clock that runs too fast.
        assert_eq!(found(900, 520), Some(Quantity::ProcessorTime));
        assert_eq!(found(500, 520), None);
    }

    #[test]
    fn what_other_threads_and_children_computed_is_not_the_imports() {
        let mut busy = ended(40, 1000);
        busy.user_ns = 9000 * MS;
        assert_eq!(contradiction(&sample(10, 900), BEGUN, &busy), None);
        // Where the system does not tell them apart, nothing is too little.
        busy.thread = None;
        assert_eq!(contradiction(&sample(10, 900), BEGUN, &busy), None);
    }

    #[test]
    fn memory_that_takes_long_to_give_back_is_no_lie() {
        let mut large = ended(20 + 10 + 300, 1000);
        large.max_rss_bytes = 1024 * MIB;
        let mut sample = sample(10, 900);
        sample.peak_memory_bytes = 1024 * MIB;
        assert_eq!(contradiction(&sample, BEGUN, &large), None);
    }

    #[test]
    fn time_in_which_nothing_ran_or_waited_is_found() {
        let found = |claimed, after| quantity(wall_clock(&sample(1, claimed), BEGUN, &ended(30, after)));
        assert_eq!(found(1, 602), Some(Quantity::WallClock));
        assert_eq!(found(600, 602), None);
        assert_eq!(found(1, 200), None);
        assert_eq!(found(900, 602), Some(Quantity::WallClock));
        // Either of the two was kept from running.
        let mut waited = ended(30, 602);
        waited.kept_waiting = Duration::from_millis(400);
        assert_eq!(wall_clock(&sample(1, 1), BEGUN, &waited), None);
    }

    #[test]
    fn a_speed_that_the_machine_did_not_have_before_is_found() {
        let found = |even, sustained| {
            let sample = Sample {
                calibration_ns: even,
                sustained_calibration_ns: sustained,
                ..sample(1, 1)
            };
            quantity(doubtful(&sample, BEGUN, &ended(30, 2), Duration::ZERO))
        };
        assert_eq!(found(50_000, 45_000), None);
        assert_eq!(found(160_000, 50_000), None);
        // It had not got up to its speed yet.
        assert_eq!(found(6_000, 5_000), None);
        assert_eq!(found(500_000, 50_000), Some(Quantity::Speed));
        assert_eq!(found(50_000, 5_000), Some(Quantity::Speed));
        assert_eq!(found(190_000, 15_000), Some(Quantity::Speed));
        assert_eq!(found(0, 0), Some(Quantity::Speed));
    }

    #[test]
    fn time_that_is_not_said_to_be_blocked_and_was_is_found() {
        let found = |blocked, waited, stolen| {
            let sample = Sample {
                blocked_ns: blocked * MS,
                calibration_ns: 50_000,
                sustained_calibration_ns: 50_000,
                ..sample(10, 900)
            };
            let mut ended = ended(30, 900);
            ended.thread.as_mut().expect("a thread").waited = Duration::from_millis(waited);
            quantity(doubtful(&sample, BEGUN, &ended, Duration::from_millis(stolen)))
        };
        assert_eq!(found(0, 0, 0), Some(Quantity::Blocked));
        assert_eq!(found(890, 0, 0), None);
        // It waited for a processor, or the whole machine did.
        assert_eq!(found(0, 800, 0), None);
        assert_eq!(found(0, 0, 800), None);
    }

    #[test]
    fn memory_that_the_system_saw_and_it_does_not_say_is_found() {
        let mut large = ended(30, 2);
        large.max_rss_bytes = (runner::own_peak_memory() + MIB).max(600 * MIB);
        let found = |ended: &Ended| quantity(contradiction(&sample(1, 1), BEGUN, ended));
        assert_eq!(found(&large), Some(Quantity::PeakMemory));
        // It may have been a child's.
        if let Some(thread) = &mut large.thread {
            thread.had_children = true;
        }
        assert_eq!(found(&large), None);
        let mut boasting = sample(1, 1);
        boasting.peak_memory_bytes = 900 * MIB;
        assert_eq!(
            quantity(contradiction(&boasting, BEGUN, &ended(30, 2))),
            Some(Quantity::PeakMemory)
        );
    }
}
