//! The processor's own counter of instructions in user space, through `perf stat`. It costs no time at all, and is rarely
//! there: virtual machines seldom pass it on. Interrupts and the processor's model move it a little, so that a count
//! compares only with counts of the same machine.

use std::ffi::OsString;
use std::path::Path;

/// The arguments of perf in front of the program to be counted; the count goes to a file.
pub(super) fn arguments(result: &Path) -> Vec<OsString> {
    // Without inheritance, the processes that the program starts are not counted, as under cachegrind.
    [
        "stat",
        "--field-separator=,",
        "--event=instructions:u",
        "--no-inherit",
        "--output",
    ]
    .map(OsString::from)
    .into_iter()
    .chain([result.as_os_str().to_owned(), OsString::from("--")])
    .collect()
}

/// The count in what `perf stat --field-separator=,` wrote; `None` for `<not supported>` and `<not counted>`.
pub(super) fn parse(text: &str) -> Option<u64> {
    let fields: Vec<&str> = text
        .lines()
        .find(|line| line.contains("instructions"))?
        .split(',')
        .collect();
    let instructions = fields.first()?.trim().parse().ok()?;
    // Less than all of the running time means an estimate: the counter was shared with another event.
    let share: f64 = fields.get(4)?.trim().parse().ok()?;
    (share >= 99.9).then_some(instructions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_the_first_field() {
        let text = "# started on Sat Nov 21 03:26:25 2026\n\n1234567,,instructions:u,1065304,100.00,,\n";
        assert_eq!(parse(text), Some(1_234_567));
    }

    #[test]
    fn the_name_of_the_event_depends_on_the_processor() {
        assert_eq!(parse("99,,cpu_core/instructions/u,1065304,100.00,,\n"), Some(99));
    }

    #[test]
    fn no_counter_and_an_estimate_are_no_count() {
        for text in [
            "<not supported>,,instructions:u,0,100.00,,\n",
            "<not counted>,,instructions:u,0,0.00,,\n",
            "1234567,,instructions:u,1065304,48.20,,\n",
            "instructions\n",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
