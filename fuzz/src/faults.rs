//! The stacks that faulthandler and the scripts write when an import crashes or hangs.

use importgate_probe::fuzzing;

/// The scripts' own folder.
const OWN: &str = "/private/";

/// Reads stacks: no frame of the scripts' own is among them, and what is written as faulthandler writes it is read again.
pub fn check(data: &[u8]) {
    // One at the end of a line is a part of its end, and would not come back.
    let text = String::from_utf8_lossy(data).replace('\r', " ");
    let stacks = fuzzing::stacks(&text, OWN);
    assert!(stacks.iter().flatten().all(|frame| !frame.file.starts_with(OWN)));
    let mut written = String::new();
    for (position, stack) in stacks.iter().enumerate() {
        written.push_str(if position == 0 {
            "Current thread 1:\n"
        } else {
            "Thread 2:\n"
        });
        for frame in stack.iter().rev() {
            written.push_str(&format!(
                "  File \"{}\", line {} in {}\n",
                frame.file, frame.line, frame.function
            ));
        }
    }
    assert_eq!(fuzzing::stacks(&written, OWN), stacks);
}
