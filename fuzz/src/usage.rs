//! How often modules are used: the file that is kept, and what one run adds to it.

use importgate_core::usage::{Run, Usage};

/// The file: what is read of it is written, and read again to the same; and so it is once runs were added.
pub fn file(data: &[u8]) {
    let Ok(usage) = Usage::parse(data) else { return };
    round_trip(&usage);
    let mut twice = usage.clone();
    twice.merge(usage);
    round_trip(&twice);
}

/// What one run wrote: whatever it is, what becomes of it can be stored.
pub fn run(data: &[u8]) {
    let run = Run::parse(&String::from_utf8_lossy(data));
    round_trip(&Usage::of_runs(&[run.clone(), run]));
}

fn round_trip(usage: &Usage) {
    let text = usage.render();
    let again = Usage::parse(text.as_bytes()).expect("what is written is read");
    assert_eq!(&again, usage);
    assert_eq!(again.render(), text);
    for (_, counts) in usage.modules() {
        assert!(counts.share() <= counts.highest_share() && counts.highest_share() <= 1.0);
    }
    let _ = usage.never_used();
}
