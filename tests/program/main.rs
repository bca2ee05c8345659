//! The program as its users meet it: a small Python project in a temporary folder, the binary run on it, its exit code, its
//! report and what it leaves behind.
//!
//! Nothing here depends on how fast a machine is. What must be slower is slower by a factor of fifty or more, what must not
//! be over a limit is below it by as much, and no time limit is reached by anything that ends at all.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

mod against;
mod allow;
mod amended;
mod anchor;
mod asked;
mod base_python;
mod baselines;
mod benchmark_allowances;
mod benchmarks;
mod budgets_files;
mod bytecode;
mod check;
mod classify;
mod compare;
mod distributions;
mod doctor;
mod ending;
mod example;
mod explain;
mod explain_log;
mod explain_profile;
mod failures;
mod fix;
mod forging;
mod groups;
mod help;
mod history;
mod hostile;
mod init;
mod instructions;
mod interpreters;
mod interrupted;
mod lines_of_code;
mod merging;
mod mistakes;
mod opened;
mod outputs;
mod pages;
mod places;
mod record;
mod reuse;
mod selection;
mod set_up;
mod shards;
mod shared_set_up;
mod startup;
mod starved;
mod support;
mod trend;
mod usage;
