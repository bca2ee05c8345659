//! What an edit is: a module of the project whose content is not what was recorded. A baseline has no sources, but it knows
//! what identifies them, and so the history of the project can be searched for the source of before.

use crate::observed::{ContentHash, ModuleTable, Observation, Origin};

/// A module of the project that was edited since the baseline was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit<'a> {
    /// Its file now.
    pub file: &'a str,
    /// What identifies the content that was recorded.
    pub before: ContentHash,
    /// What identifies the content that was observed.
    pub now: ContentHash,
}

impl<'a> Edit<'a> {
    /// The edit of `module` between two closures of one target; `None` where its content is the same or not known, where one
    /// of the two does not load it, where it has no file, and where it is not the project's own.
    pub fn of(
        module: &str,
        recorded: &ModuleTable,
        observed: &ModuleTable,
        observation: &'a Observation,
    ) -> Option<Self> {
        let (then, now) = (recorded.get(module)?, observed.get(module)?);
        let loaded = observation.modules.iter().find(|loaded| loaded.name == module)?;
        let edit = Self {
            file: loaded.file.as_deref()?,
            before: then.content?,
            now: now.content?,
        };
        (now.origin == Origin::Own && edit.before != edit.now).then_some(edit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{LoadedModule, ModuleRecord};

    fn table(origin: Origin, content: Option<u64>) -> ModuleTable {
        let content = content.map(ContentHash);
        ModuleTable::from([("shop".to_owned(), ModuleRecord { content, origin })])
    }

    fn edit(recorded: &ModuleTable, observed: &ModuleTable, file: Option<&str>) -> Option<(String, u64, u64)> {
        let observation = Observation {
            modules: vec![LoadedModule {
                name: "shop".to_owned(),
                file: file.map(str::to_owned),
                cached: None,
                has_bytecode: true,
                own_ns: 1,
                cumulative_ns: 1,
                own_memory_bytes: 0,
                cumulative_memory_bytes: 0,
                blocked_ns: 0,
            }],
            ..Observation::default()
        };
        let edit = Edit::of("shop", recorded, observed, &observation)?;
        Some((edit.file.to_owned(), edit.before.0, edit.now.0))
    }

    #[test]
    fn an_own_module_with_other_content_was_edited() {
        let (before, now) = (table(Origin::Own, Some(1)), table(Origin::Own, Some(2)));
        assert_eq!(
            edit(&before, &now, Some("/p/shop.py")),
            Some(("/p/shop.py".to_owned(), 1, 2))
        );
    }

    #[test]
    fn everything_else_was_not() {
        let own = |content| table(Origin::Own, content);
        let file = Some("/p/shop.py");
        assert_eq!(edit(&own(Some(1)), &own(Some(1)), file), None);
        assert_eq!(edit(&own(None), &own(Some(2)), file), None);
        assert_eq!(edit(&own(Some(1)), &own(None), file), None);
        assert_eq!(edit(&own(Some(1)), &own(Some(2)), None), None);
        assert_eq!(edit(&ModuleTable::new(), &own(Some(2)), file), None);
        let installed = table(Origin::Standard, Some(2));
        assert_eq!(edit(&table(Origin::Standard, Some(1)), &installed, file), None);
    }
}
