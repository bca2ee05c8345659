//! How importgate measures: the project's interpreter, the scripts that run inside it, the processes they run in, and the machine.
//! [`Probe`] is where the rest of importgate asks for measurements.

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
compile_error!("importgate runs on Linux and macOS: it measures with POSIX process groups and wait4");

pub mod files;
pub mod instructions;
pub mod machine;
mod private_folder;
mod probe;
pub mod python;
pub mod runner;

pub use private_folder::{PrivateFolder, make_unless_taken, temporary_files};
pub use probe::{Probe, Stopwatch};
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub use python::fuzzing;
