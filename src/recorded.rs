//! The baseline that a check compares with: the project's file, or as an earlier commit has it.

use std::path::Path;

use crate::error::Error;
use crate::git::{BaseKind, Repository};
use crate::project::Project;
use crate::store;
use importgate_core::baseline::Baseline;

/// What was recorded.
pub(crate) struct Recorded {
    /// `None` where there is no such file.
    pub(crate) content: Option<Baseline>,
    /// What reports call it.
    pub(crate) name: String,
}

/// Reads the project's baseline, or what its file had in the merge base of a reference and HEAD.
///
/// # Errors
/// Where it is there and cannot be read, and where git does not know the reference.
pub(crate) fn of(project: &Project, reference: Option<&str>) -> Result<Recorded, Error> {
    let path = &project.baseline_path;
    let Some(reference) = reference else {
        return Ok(Recorded {
            content: store::baseline::read(path)?,
            name: path.display().to_string(),
        });
    };
    let repository = Repository::of(&project.root)?;
    let base = repository.base(reference)?;
    let how = match base.how {
        BaseKind::MergeBase => "in the merge base with",
        BaseKind::Reference => "without a merge base in this clone, as it is in",
    };
    let name = format!("{} {how} {reference}, {}", path.display(), base.commit.short());
    let content = repository.file_at(&base.commit, path)?;
    let content = content.map(|bytes| store::baseline::parse(&bytes, Path::new(&name)));
    Ok(Recorded {
        content: content.transpose()?,
        name,
    })
}
