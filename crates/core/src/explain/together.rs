//! Import statements that save what they lead to only together: several roads of the project's own lead to one package.

use super::costly_import::Weighed;
use super::graph::{ImportGraph, Together};
use super::{AdviceKind, CostlyImport, Measured, Weight, milliseconds};
use crate::observed::ModuleTable;

/// Statements that have to go together, and what that would save.
#[derive(Debug, Clone, PartialEq)]
pub struct CostlyTogether {
    /// The module that all of them lead to.
    pub module: String,
    /// The statements, each with what deferring it alone comes up against.
    pub imports: Vec<CostlyImport>,
    /// Estimated: what nothing else imports, and so would go with all of them.
    pub cut: Weight,
    /// Measured with all of them left out (`--verify`).
    pub measured: Option<Measured>,
    /// What to do.
    pub advice: Option<AdviceKind>,
    /// The modules of the cut.
    pub(super) modules: Vec<String>,
    /// The same, each with its time.
    weighed: Weighed,
}

impl CostlyTogether {
    /// The statements with what falls away where all of them are cut.
    pub(super) fn of(graph: &ImportGraph<'_>, set: &Together<'_>, table: &ModuleTable) -> Self {
        let statements = set.statements.iter();
        Self {
            module: set.module.to_owned(),
            imports: statements.map(|one| CostlyImport::of(graph, one, table)).collect(),
            cut: Weight::of_modules(&set.modules),
            measured: None,
            advice: None,
            modules: set.modules.iter().map(|module| module.name.clone()).collect(),
            weighed: Weighed {
                time_ms: set
                    .modules
                    .iter()
                    .map(|module| (module.name.clone(), milliseconds(module.time_ns())))
                    .collect(),
            },
        }
    }

    /// The modules of the cut, each with its time.
    pub(crate) fn weighed(&self) -> Weighed {
        self.weighed.clone()
    }

    /// True where one of these statements alone saves most of it, so that the set says little more.
    pub(super) fn is_mostly_one_of(&self, imports: &[CostlyImport]) -> bool {
        imports.iter().any(|import| {
            let mut modules = import.modules();
            import.cut.time_ms * 2.0 > self.cut.time_ms
                && modules.all(|name| self.modules.iter().any(|own| own == name))
        })
    }

    /// True where a statement saves these modules and little else: the set says more precisely what brings them in.
    pub(super) fn is_most_of(&self, import: &CostlyImport) -> bool {
        let all = || import.modules().count() > self.modules.len();
        let has = |name: &String| import.modules().any(|other| other == name);
        self.cut.time_ms * 2.0 > import.cut.time_ms && all() && self.modules.iter().all(has)
    }

    /// True where this statement is one of them.
    pub(super) fn has(&self, import: &CostlyImport) -> bool {
        self.imports.iter().any(|own| own.place == import.place)
    }

    /// Decides by what stands in the way of any of them.
    pub(super) fn advise(&mut self) {
        self.advice = Some(if self.imports.iter().all(CostlyImport::is_free) {
            AdviceKind::Lazy
        } else {
            AdviceKind::Split
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::advice::tests::import;
    use crate::explain::{Obstacle, ObstacleKind};

    fn together(cut_ms: f64, imports: Vec<CostlyImport>) -> CostlyTogether {
        CostlyTogether {
            module: "heavy".to_owned(),
            imports,
            cut: import(cut_ms, None).cut,
            measured: None,
            advice: None,
            modules: vec!["heavy".to_owned()],
            weighed: Weighed::default(),
        }
    }

    fn advised(obstacle: Option<Obstacle>) -> Option<AdviceKind> {
        let mut second = import(0.0, None);
        second.obstacle = obstacle;
        let mut set = together(80.0, vec![import(0.0, None), second]);
        set.advise();
        set.advice
    }

    #[test]
    fn what_stands_in_the_way_of_one_stands_in_the_way_of_all() {
        let star = Obstacle {
            kind: ObstacleKind::Star,
            place: None,
        };
        assert_eq!(advised(None), Some(AdviceKind::Lazy));
        assert_eq!(advised(Some(star)), Some(AdviceKind::Split));
    }

    #[test]
    fn a_statement_that_gives_back_most_by_itself_needs_no_set() {
        let set = together(80.0, Vec::new());
        assert!(set.is_mostly_one_of(&[import(50.0, None)]));
        assert!(!set.is_mostly_one_of(&[import(30.0, None)]));
    }
}
