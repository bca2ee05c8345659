//! Reads what `faulthandler` writes: the stack of a crash, or of the SIGABRT that ends an import at its time limit.

use importgate_core::observed::Frame;

/// The stack of the thread that was hit, outermost frame first, without the import system's own frames and the probe's.
pub(super) fn stack(text: &str, own_folder: &str) -> Vec<Frame> {
    let mut lines = text
        .lines()
        .skip_while(|line| !line.starts_with("Current thread") && !line.starts_with("Stack"));
    lines.next();
    let mut frames: Vec<Frame> = lines
        .take_while(|line| line.starts_with("  "))
        .filter_map(frame)
        .filter(|frame| !frame.file.starts_with("<frozen") && !frame.file.starts_with(own_folder))
        .collect();
    frames.reverse();
    frames
}

/// One line of the form `  File "a.py", line 3 in <module>`.
fn frame(line: &str) -> Option<Frame> {
    let rest = line.trim_start().strip_prefix("File \"")?;
    let (file, rest) = rest.rsplit_once("\", line ")?;
    let (number, function) = rest.split_once(" in ")?;
    Some(Frame {
        file: file.to_owned(),
        line: number.parse().ok()?,
        function: function.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "Fatal Python error: Aborted\n\n\
        Thread 0x00007f0001 (most recent call first):\n  File \"/lib/threading.py\", line 9 in wait\n\n\
        Current thread 0x00007f0002 [python3] (most recent call first):\n\
        \x20 File \"/site/redis/connection.py\", line 611 in connect\n\
        \x20 File \"/shop/cache \"x\".py\", line 4 in <module>\n\
        \x20 File \"<frozen importlib._bootstrap>\", line 241 in _call_with_frames_removed\n\
        \x20 File \"/private/probe.py\", line 190 in _measure\n\n\
        Extension modules: _hiredis (total: 1)\n";

    #[test]
    fn the_current_thread_is_read_outermost_first() {
        let frames = stack(DUMP, "/private/");
        let places: Vec<(String, u32)> = frames.into_iter().map(|frame| (frame.file, frame.line)).collect();
        assert_eq!(
            places,
            [
                ("/shop/cache \"x\".py".to_owned(), 4),
                ("/site/redis/connection.py".to_owned(), 611)
            ]
        );
    }

    #[test]
    fn a_dump_without_a_stack_is_an_empty_stack() {
        assert!(stack("", "/private/").is_empty());
        assert!(
            stack(
                "Fatal Python error: Aborted\n\nCurrent thread 0x1:\n  <no Python frame>\n",
                "/p/"
            )
            .is_empty()
        );
    }
}
