//! `importgate merge-baseline`: what git calls to merge the baselines of two branches.

use std::path::Path;

use crate::cli::MergeBaselineArguments;
use crate::error::Error;
use crate::exit;
use crate::outputs;
use crate::store;
use importgate_core::baseline::{Baseline, MergeOutcome, MergeRemark, Side, ThreeWayMerge};
use importgate_core::report::{first_names, untrusted};
use importgate_probe::files;

/// Writes what both sides come to in the place of ours. Where a side cannot be read, ours stays as it is, and git says that there is
/// a conflict.
pub(super) fn run(arguments: &MergeBaselineArguments) -> Result<u8, Error> {
    let path = arguments.path.as_deref().unwrap_or(&arguments.ours);
    let read = |file: &Path| files::read(file, files::DATA_BYTES).map_err(Error::unreadable(file));
    let (base, ours, theirs) = (read(&arguments.base)?, read(&arguments.ours)?, read(&arguments.theirs)?);
    let parse = |bytes: &[u8], side: &str| {
        let name = format!("{} ({side})", path.display());
        store::baseline::parse(bytes, Path::new(&name))
    };
    // git hands over an empty file where the branches have none in common.
    let before = if base.is_empty() {
        Baseline::default()
    } else {
        parse(&base, "what both branches began with")?
    };
    let (of_ours, of_theirs) = (
        parse(&ours, "the branch that is merged into")?,
        parse(&theirs, "the branch that is merged")?,
    );
    let merge = ThreeWayMerge::of(&before, &of_ours, &of_theirs);
    if merge.baseline == of_theirs {
        write(&arguments.ours, &theirs)?;
    } else if merge.baseline != of_ours {
        write(&arguments.ours, merge.baseline.render().as_bytes())?;
    }
    for line in sentences(&merge.remarks, path) {
        outputs::remark(&untrusted::line(&line));
    }
    Ok(if merge.is_conflict() { exit::FAIL } else { exit::PASS })
}

fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    store::replace(path, content).map_err(|source| Error::Output {
        path: path.to_path_buf(),
        source,
    })
}

/// One sentence for all targets that the same became of.
fn sentences(remarks: &[MergeRemark], path: &Path) -> Vec<String> {
    let outcomes = [
        MergeOutcome::Again,
        MergeOutcome::OtherConditions,
        MergeOutcome::Removed(Side::Ours),
        MergeOutcome::Removed(Side::Theirs),
    ];
    let path = path.display();
    let sentences = outcomes.into_iter().filter_map(|outcome| {
        let of_it = remarks.iter().filter(|remark| remark.outcome == outcome);
        let targets: Vec<&str> = of_it.map(|remark| remark.target.as_str()).collect();
        let names = first_names(targets.iter().copied());
        let recorded_and_removed = |recorded: &str, removed: &str| {
            format!(
                "{path}: {names}: recorded on {recorded}, removed on {removed}, and kept; where no budget asks for it any more, `importgate \
                 record` takes it out, and `git add` settles it"
            )
        };
        (!targets.is_empty()).then(|| match outcome {
            MergeOutcome::Again => {
                format!("{path}: both sides recorded {names}; `importgate record` measures what the merge made of it")
            }
            MergeOutcome::OtherConditions => format!(
                "{path}: {names}: recorded under conditions that the other side changed, so it is left out; `importgate record` measures it"
            ),
            MergeOutcome::Removed(Side::Ours) => recorded_and_removed("the branch that is merged", "the one that it is merged into"),
            MergeOutcome::Removed(Side::Theirs) => recorded_and_removed("the branch that is merged into", "the one that is merged"),
        })
    });
    sentences.collect()
}
