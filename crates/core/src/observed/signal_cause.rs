//! Who sent the signal that ended a process: three of those who send SIGKILL mean that something else has to change than the import.

/// Why a signal ended a process, as far as the system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignalCause {
    /// The process itself or another one, which the system does not tell.
    #[default]
    Untold,
    /// A limit of its processor time (`RLIMIT_CPU`).
    ProcessorTime {
        /// The limit, in seconds; `None` where it was the soft one, which the kernel moves on as it sends SIGXCPU.
        limit_s: Option<u64>,
    },
    /// A system call that seccomp forbids.
    ForbiddenCall,
    /// Perhaps the kernel, which was out of memory: it ended a process meanwhile, or does not say whether it did.
    PerhapsMemory,
}

impl SignalCause {
    /// At what it ended the process, where that is no doing of the import itself; as a clause.
    pub fn ended_at(self) -> Option<&'static str> {
        match self {
            Self::ProcessorTime { .. } => Some("at the limit of processor time"),
            Self::ForbiddenCall => Some("at a system call that seccomp forbids"),
            Self::Untold | Self::PerhapsMemory => None,
        }
    }
}
