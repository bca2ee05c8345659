//! Which files of benchmarks, for the commands that read them.

use std::path::PathBuf;

use clap::Args;

/// What other tools measured.
#[derive(Debug, Default, Args)]
pub struct BenchmarkArguments {
    /// Files that benchmark tools wrote, beside those that the budgets file names: pytest-benchmark, pyperf, hyperfine, asv, Criterion,
    /// google-benchmark, k6, Locust. A word such as benchmark:db.* selects benchmarks, as others select targets.
    #[arg(long = "benchmarks", value_name = "FILE", num_args = 1..)]
    pub files: Vec<PathBuf>,
}
