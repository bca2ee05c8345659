//! Load on every processor, for as long as the value lives.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What the machine is kept busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Nothing of ours.
    Quiet,
    /// A process that computes, on every processor.
    Processor,
    /// A process that walks through more memory than the caches hold, on every processor.
    Memory,
}

impl State {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Quiet, Self::Processor, Self::Memory];

    /// Its name in files and tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Processor => "processor",
            Self::Memory => "memory",
        }
    }

    /// The state of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    fn script(self) -> Option<&'static str> {
        match self {
            Self::Quiet => None,
            Self::Processor => Some("while True: sum(range(1000))"),
            Self::Memory => Some("block = bytearray(64 << 20)\nwhile True: block[::64] = block[1::64]"),
        }
    }
}

/// Running hogs. They end with this value.
#[derive(Debug)]
pub(crate) struct Hogs(Vec<Child>);

impl Hogs {
    /// One process for each processor.
    ///
    /// # Errors
    /// Where a process cannot be started.
    pub(crate) fn start(python: &Path, state: State) -> std::io::Result<Self> {
        let mut hogs = Self(Vec::new());
        if let Some(script) = state.script() {
            for _ in 0..std::thread::available_parallelism()?.get() {
                let hog = Command::new(python)
                    .args(["-S", "-c", script])
                    .stdin(Stdio::null())
                    .spawn()?;
                hogs.0.push(hog);
            }
        }
        Ok(hogs)
    }
}

impl Drop for Hogs {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            // One that has ended by itself needs no killing, and there is nobody to tell.
            let _ = hog.kill();
            let _ = hog.wait();
        }
    }
}
