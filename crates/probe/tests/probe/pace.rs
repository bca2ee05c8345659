//! What the probe makes of calibrations in between, on scripted ones and without any clock: an import that ran at half the
//! speed for half of its time comes to the same work.

use std::process::Command;

const PACE: &str = include_str!("../../src/python/pace.py");

/// An import that does 100, 100 and 50 units of work, the second on a processor at half the speed.
const SCRIPT: &str = r"
calibrations = iter([10.0] * 10 + [10.0] * 3 + [10.0] * 3 + [10.0, 20.0, 20.0, 10.0] + [10.0] * 3)
cpu = 0.0   # what the thread's clock shows
names = {
    '_calibrate': lambda: next(calibrations),
    '_identify_thread': lambda: 1,
    '_wall_clock': lambda: 0,
    '_thread_cpu_clock': lambda: cpu,
}
exec(source, names)

def take(elapsed):
    global cpu
    cpu += elapsed
    pace.calibrate(cpu)

pace = names['_Pace']()
pace.begin()
take(1000.0)   # 10 and 10
take(0.0)      # nothing in between, and then at half the speed
take(2000.0)   # 20 and 20
take(0.0)
even = pace.end(3500.0)
assert abs(even - 3500.0 / 250.0) < 1e-9, even
assert next(calibrations, None) is None

calibrations = iter([10.0] * 13 + [10.0] * 3 + [30.0] * 3)
pace = names['_Pace']()
pace.begin()
assert abs(pace.end(900.0) - 15.0) < 1e-9, 'without boundaries the two edges are all there is'
assert abs(pace.sustained() - 120.0 / 11.0) < 1e-9, 'the slower edge counts for little more than the faster one'

calibrations = iter([10.0] * 16 + [30.0, 15.0] + [20.0] + [20.0] * 3)
pace = names['_Pace']()
pace.begin()
take(2e6)   # right after it the caches are full of something else, and then they are not
assert abs(pace.latest - 20.0) < 1e-9, 'after a long segment, two tell more than one'
take(1e6)
assert abs(3e6 / pace.end(3e6) - 200e3) < 1, 'the calibrations after a long and a short one are of one kind'

def sustained(calibrations):
    global cpu
    calibrations = iter([10.0] * 16 + calibrations + [10.0] * 3)
    names['_calibrate'] = lambda: next(calibrations)
    pace = names['_Pace']()
    pace.begin()
    begun = cpu
    for _ in range(20):
        cpu += 50.0
        pace.calibrate(cpu)
    return pace.end(cpu - begun + 50.0), pace.sustained()

calibrations = iter([10.0] * 10 + [8.0] * 6 + [11.0] + [18.0, 12.0] + [7.0] * 3)
names['_calibrate'] = lambda: next(calibrations)
pace = names['_Pace']()
pace.begin()
take(5e5)
take(5e7)
even = pace.end(50.51e6)
assert even * 0.95 < pace.sustained() <= even, 'the edges, which run warm, say nothing of what lies in between'

even, quiet = sustained([10.0, 11.0] * 10)
assert abs(even - quiet) < 1e-9, 'nothing disturbed it'
_, busy = sustained([10.0, 11.0, 10.0, 11.0, 90.0] * 4)
assert quiet < busy < quiet * 1.05, (quiet, busy)
even, quiet = sustained([10.0] * 14 + [11.9] * 6)
assert abs(even - quiet) < 1e-9, 'the time of a segment is what its calibrations count by'
";

#[test]
fn work_does_not_depend_on_the_speed_at_which_it_was_done() {
    let script = format!("source = {PACE:?}\n{SCRIPT}");
    let ended = Command::new("python3")
        .args(["-c", &script])
        .output()
        .expect("python3 starts");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
