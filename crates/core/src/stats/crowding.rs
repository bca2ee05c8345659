//! What an import is off by where it hardly got a processor. Whoever had the processor in between left the caches full of their own:
//! the import computes longer after each turn, and a calibration of a few microseconds hardly notices.

use crate::observed::Sample;

use super::quantile::median;

/// How many times as long as it computes an import may wait for a processor for its calibrated time to be what it is on a quiet
/// machine. Beside one process of the same share a processor, it waits for as long as it computes.
const USUAL: f64 = 1.5;

/// By what share of itself its time is off for each further time, at most. Beside processes of a higher share, nine of twelve packages
/// that did not change waited for five to eight times as long as they computed and came out 18 to 26% longer.
const SHIFT_PER_TIME: f64 = 0.06;

/// By what share the time of these samples may be too long, since the import waited for processors that others had. What it sleeps or is
/// blocked for takes no longer for that.
pub(crate) fn shift_when_crowded(samples: &[Sample]) -> f64 {
    let waits = |sample: &Sample| {
        let waited = sample.wall_ns.saturating_sub(sample.cpu_ns + sample.blocked_ns);
        waited as f64 / sample.cpu_ns.max(1) as f64
    };
    let times = median(&samples.iter().map(waits).collect::<Vec<_>>()).unwrap_or(0.0);
    SHIFT_PER_TIME * (times - USUAL).max(0.0) * computing(samples)
}

/// Which share of its time the import computes.
fn computing(samples: &[Sample]) -> f64 {
    let (cpu_ns, blocked_ns) = samples.iter().fold((0, 0), |(cpu, blocked), sample| {
        (cpu + sample.cpu_ns, blocked + sample.blocked_ns)
    });
    cpu_ns as f64 / (cpu_ns + blocked_ns).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples that compute for 10 ms, are blocked for so long, and take so long by the clock.
    fn shift_beside(blocked_ms: u64, wall_ms: &[u64]) -> f64 {
        let sample = |ms: &u64| Sample {
            wall_ns: ms * 1_000_000,
            cpu_ns: 10_000_000,
            blocked_ns: blocked_ms * 1_000_000,
            ..Sample::default()
        };
        shift_when_crowded(&wall_ms.iter().map(sample).collect::<Vec<_>>())
    }

    fn shift(wall_ms: &[u64]) -> f64 {
        shift_beside(0, wall_ms)
    }

    #[test]
    fn what_gets_half_a_processor_is_not_off() {
        assert_eq!(shift(&[]), 0.0);
        assert_eq!(shift(&[5, 10, 10]), 0.0);
        assert_eq!(shift(&[20, 21, 25]), 0.0);
    }

    #[test]
    fn what_usually_waits_for_many_times_as_long_as_it_computes_is_off() {
        assert!((shift(&[10, 80, 90]) - 0.33).abs() < 1e-9);
        assert_eq!(shift(&[10, 10, 90]), 0.0, "now and then");
    }

    #[test]
    fn what_it_is_blocked_for_is_not_off() {
        assert!((shift_beside(90, &[170]) - 0.033).abs() < 1e-9);
    }
}
