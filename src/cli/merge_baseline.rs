//! The words of `importgate merge-baseline`.

use std::path::PathBuf;

use clap::Args;

/// `importgate merge-baseline`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 merged, 1 a target was removed on one side and recorded on the other, 3 a side cannot be read.",
    after_long_help = "git calls it for baselines where a clone is told so; `importgate init --git-merge-driver` does both:

    echo '*.baseline.json merge=importgate' >> .gitattributes
    git config merge.importgate.driver 'importgate merge-baseline %O %A %B %P'

What one side changed is taken over. Of a target that both sides recorded, the numbers of OURS stay, and `importgate record` measures it
again. Without the setting, git merges baselines by lines, which is enough as long as two branches record different targets.

Exit codes: 0 merged, 1 a target was removed on one side and recorded on the other (it is kept), 3 a side cannot be read (OURS is as it
was)."
)]
pub struct MergeBaselineArguments {
    /// The baseline that both sides began with (%O); empty where there was none.
    #[arg(value_name = "BASE")]
    pub base: PathBuf,
    /// The baseline of the branch that is merged into (%A), which becomes the merged one.
    #[arg(value_name = "OURS")]
    pub ours: PathBuf,
    /// The baseline of the branch that is merged (%B).
    #[arg(value_name = "THEIRS")]
    pub theirs: PathBuf,
    /// What messages call it (%P) [default: OURS].
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
}
