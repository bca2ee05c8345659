//! Reads what `faulthandler` and the scripts write: the stack of a crash, or of the SIGABRT that ends an import at its time limit.

use importgate_core::observed::Frame;

/// The stacks of a process.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Stacks {
    /// That of the thread that was hit.
    pub(super) current: Vec<Frame>,
    /// Those of the other threads that have one.
    pub(super) others: Vec<Vec<Frame>>,
}

/// What the scripts write above the stacks that they know in full, where they could.
const ALL_FRAMES: &str = "\nAll frames:\n";

/// Reads the stacks, outermost frame first, without the import system's own frames and the probe's. `faulthandler` leaves out
/// all but the innermost hundred frames: where the process could still tell all of them, those are read.
pub(super) fn stacks(text: &str, own_folder: &str) -> Stacks {
    let text = text.split_once(ALL_FRAMES).map_or(text, |(_, all)| all);
    let mut stacks = Stacks::default();
    let mut lines = text.lines().peekable();
    while let Some(heading) = lines.next() {
        let is_current = heading.starts_with("Current thread") || heading.starts_with("Stack");
        if !is_current && !heading.starts_with("Thread ") {
            continue;
        }
        let below = std::iter::from_fn(|| lines.next_if(|line| line.starts_with("  ")));
        let mut frames: Vec<Frame> = below
            .filter_map(frame)
            .filter(|frame| !frame.file.starts_with("<frozen") && !frame.file.starts_with(own_folder))
            .collect();
        frames.reverse();
        if is_current {
            stacks.current = frames;
        } else if !frames.is_empty() {
            stacks.others.push(frames);
        }
    }
    stacks
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
    fn every_thread_is_read_outermost_first() {
        let places = |frames: &[Frame]| -> Vec<(String, u32)> {
            frames.iter().map(|frame| (frame.file.clone(), frame.line)).collect()
        };
        let stacks = stacks(DUMP, "/private/");
        let others: Vec<_> = stacks.others.iter().map(|frames| places(frames)).collect();
        assert_eq!(others, [[("/lib/threading.py".to_owned(), 9)]]);
        assert_eq!(
            places(&stacks.current),
            [
                ("/shop/cache \"x\".py".to_owned(), 4),
                ("/site/redis/connection.py".to_owned(), 611)
            ]
        );
    }

    #[test]
    fn where_all_frames_are_told_those_are_read() {
        let innermost = "Fatal Python error: Aborted\n\nCurrent thread 0x1 (most recent call first):\n\
            \x20 File \"/dep/walk.py\", line 6 in descend\n  ...\n\n";
        let all = "All frames:\nCurrent thread 1:\n  File \"/dep/walk.py\", line 6 in descend\n\
            \x20 File \"/dep/tables.py\", line 3 in <module>\nThread 2:\n  File \"/dep/worker.py\", line 9 in wait\n";
        let stacks = stacks(&format!("{innermost}{all}"), "/private/");
        let lines = |frames: &[Frame]| frames.iter().map(|frame| frame.line).collect::<Vec<_>>();
        assert_eq!(lines(&stacks.current), [3, 6]);
        assert_eq!(
            stacks.others.iter().map(|frames| lines(frames)).collect::<Vec<_>>(),
            [[9]]
        );
    }

    #[test]
    fn a_dump_without_a_stack_is_an_empty_stack() {
        assert_eq!(stacks("", "/private/"), Stacks::default());
        let no_frame = "Fatal Python error: Aborted\n\nCurrent thread 0x1:\n  <no Python frame>\n";
        assert_eq!(stacks(no_frame, "/p/"), Stacks::default());
    }
}
