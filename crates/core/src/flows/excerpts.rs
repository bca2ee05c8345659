//! Reads the lines that a report points at, so that it can show them. A file that is no longer the one that was imported is not shown:
//! its lines may be others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::lines::SourceFiles;
use super::observe::Side;
use crate::checks::{Finding, Places};
use crate::explain::{Cause, SourceExcerpt};
use crate::observed::{ContentHash, Place};

/// The statements at the lines that these findings and their causes point at, by their lines as the reader names them.
pub(super) fn read(
    findings: &[Finding],
    head: &Side<'_>,
    files: &dyn SourceFiles,
    places: &Places,
) -> BTreeMap<Place, SourceExcerpt> {
    let causes = findings.iter().flat_map(|finding| &finding.causes);
    let places_of_findings = findings.iter().filter_map(|finding| finding.place.clone());
    let named: BTreeSet<Place> = causes.filter_map(Cause::place).chain(places_of_findings).collect();
    let mut contents: BTreeMap<&str, Option<Vec<u8>>> = BTreeMap::new();
    let mut excerpts = BTreeMap::new();
    for place in &named {
        let content = contents.entry(&place.file).or_insert_with(|| {
            let path = Path::new(&places.project()).join(&place.file);
            let path = path.to_str()?;
            files
                .read(path)
                .filter(|content| is_what_was_imported(path, content, head))
        });
        let excerpt = content
            .as_ref()
            .and_then(|content| SourceExcerpt::of(content, place.line));
        let seen = Place {
            file: places.seen(&place.file),
            line: place.line,
        };
        excerpts.extend(excerpt.map(|excerpt| (seen, excerpt)));
    }
    excerpts
}

/// False where a module was loaded from this file and had another content.
fn is_what_was_imported(path: &str, content: &[u8], head: &Side<'_>) -> bool {
    let observed = head.observations.iter().find_map(|observed| {
        let modules = &observed.observation.modules;
        let module = modules.iter().find(|module| module.file.as_deref() == Some(path))?;
        observed.closure.get(&module.name)?.content
    });
    observed.is_none_or(|observed| observed == ContentHash::of(content))
}
