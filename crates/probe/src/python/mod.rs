//! Everything that knows Python's side of the wire: which interpreter is the project's, the scripts that run inside it, and
//! the typed form of what they answer.

mod answer;
mod bytecode;
mod channel;
mod claims;
mod command;
mod content;
mod counting;
mod deferral;
mod distributions;
mod enclosed;
mod error;
mod faults;
mod find;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod interpreter_info;
mod lines;
mod module_index;
mod observation;
mod parent;
mod plausible;
mod profile;
mod program_file;
mod programs;
mod resolve;
mod scripts;
mod session;
mod set_up;
mod syntax;
mod unchanged;
mod usage;
mod working_folder;
mod workspace;

pub use content::Contents;
pub use counting::CountedRun;
pub use error::PythonError;
pub use find::{Chosen, Overlooked, Search, find, overlooked};
pub use module_index::FileSystemIndex;
pub use programs::program;
pub use session::{BytecodeFiles, REFERENCE_IMPORTS, Session, SessionSettings};
pub use set_up::{SetUp, SetUpCall};
pub use usage::UsageRecorder;
