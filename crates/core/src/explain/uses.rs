//! Where the names of an import statement are used, and so what a reader can do about it: the way out of a cause that is a
//! statement. It names what the source shows, and where the source leaves it open it says nothing.

use crate::observed::{NameUse, PROGRAM, Standing, StatementSyntax, UseContext};

/// Where what a statement imports is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementUses {
    /// The names that the statement binds.
    pub names: Vec<String>,
    /// Where they are used.
    pub used: Used,
    /// True where `lazy` may stand in front of the statement on an interpreter that has it.
    pub may_be_lazy: bool,
}

/// Where names are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    /// Where it is imported: the statement stands in a function or in what only a program runs, or the program itself uses the
    /// names as it runs.
    Here,
    /// In functions alone, each with its name and the line of its `def`.
    InFunctions(Vec<(String, u32)>),
    /// In nothing that runs.
    Nowhere,
    /// While the module is imported.
    WhileImporting {
        /// The line.
        line: u32,
        /// How.
        context: UseContext,
    },
    /// From other modules, or `__all__` has it: it is part of the module's interface.
    Elsewhere,
}

impl StatementUses {
    /// What the source says; `None` where it cannot be read, or the statement stands where it cannot be moved from.
    pub fn of(syntax: &StatementSyntax) -> Option<Self> {
        let is_in_place = match syntax.standing {
            Standing::TopLevel | Standing::Guarded | Standing::Conditional => false,
            Standing::Program | Standing::Function => true,
            Standing::Class | Standing::Star | Standing::Missing | Standing::Unreadable => return None,
        };
        let name = |imported: &crate::observed::ImportedName| {
            let bound = || imported.name.split('.').next().unwrap_or_default();
            imported.renamed.clone().unwrap_or_else(|| bound().to_owned())
        };
        let uses = || syntax.names.iter().flat_map(|imported| &imported.uses);
        let first = |is: fn(UseContext) -> bool| uses().filter(|seen| is(seen.context)).min_by_key(|seen| seen.line);
        let is_used_by_program = || syntax.module == PROGRAM && uses().any(|seen| seen.context == UseContext::Module);
        let used = if is_in_place || is_used_by_program() {
            Used::Here
        } else if let Some(seen) = first(is_while_importing) {
            Used::WhileImporting {
                line: seen.line,
                context: seen.context,
            }
        } else if first(is_elsewhere).is_some() {
            Used::Elsewhere
        } else if uses().all(|seen| is_harmless(seen, syntax)) {
            in_functions(syntax)
        } else {
            return None;
        };
        Some(Self {
            names: syntax.names.iter().map(name).collect(),
            used,
            may_be_lazy: syntax.standing == Standing::TopLevel,
        })
    }
}

/// Every function that uses one of the names, in the order of the source.
fn in_functions(syntax: &StatementSyntax) -> Used {
    let uses = syntax.names.iter().flat_map(|imported| &imported.uses);
    let mut positions: Vec<usize> = uses.filter_map(|seen| seen.function).collect();
    positions.sort_unstable();
    positions.dedup();
    let functions = positions.iter().filter_map(|&position| syntax.functions.get(position));
    let functions: Vec<(String, u32)> = functions
        .map(|function| (function.name.clone(), function.line))
        .collect();
    if functions.is_empty() {
        Used::Nowhere
    } else {
        Used::InFunctions(functions)
    }
}

/// True for what loading the module later does not reach.
fn is_harmless(seen: &NameUse, syntax: &StatementSyntax) -> bool {
    let function = seen.function.and_then(|position| syntax.functions.get(position));
    match seen.context {
        UseContext::Function => function.is_some_and(|function| function.problem.is_none()),
        UseContext::TypeOnly | UseContext::TypeComment => true,
        _ => false,
    }
}

fn is_while_importing(context: UseContext) -> bool {
    matches!(
        context,
        UseContext::Module
            | UseContext::ClassBody
            | UseContext::Decorator
            | UseContext::Default
            | UseContext::BaseClass
            | UseContext::Annotation
    )
}

fn is_elsewhere(context: UseContext) -> bool {
    matches!(
        context,
        UseContext::Exported | UseContext::Reimported | UseContext::Accessed
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{FunctionProblem, FunctionSyntax, ImportedName, TypeChecking};

    /// `import rich` with these uses, and one function that uses it.
    fn rich(uses: &[(UseContext, u32, Option<usize>)]) -> StatementSyntax {
        let of = |&(context, line, function): &(UseContext, u32, Option<usize>)| NameUse {
            context,
            file: None,
            line,
            function,
        };
        StatementSyntax {
            module: "shop.utils".to_owned(),
            file: "/shop/utils.py".to_owned(),
            line: 1,
            standing: Standing::TopLevel,
            end_line: 1,
            problem: None,
            from: None,
            names: vec![ImportedName {
                name: "rich.table".to_owned(),
                renamed: None,
                uses: uses.iter().map(of).collect(),
            }],
            functions: vec![FunctionSyntax {
                name: "as_table".to_owned(),
                line: 40,
                before: 41,
                indentation: "    ".to_owned(),
                problem: None,
            }],
            is_package: false,
            has_exports: false,
            type_checking: TypeChecking::default(),
        }
    }

    fn used(uses: &[(UseContext, u32, Option<usize>)]) -> Option<Used> {
        StatementUses::of(&rich(uses)).map(|uses| uses.used)
    }

    #[test]
    fn functions_alone_are_where_it_can_be_imported() {
        let in_function = (UseContext::Function, 42, Some(0));
        let expected = Used::InFunctions(vec![("as_table".to_owned(), 40)]);
        assert_eq!(
            used(&[in_function, in_function, (UseContext::TypeOnly, 9, None)]),
            Some(expected)
        );
        assert_eq!(used(&[]), Some(Used::Nowhere));
        assert_eq!(StatementUses::of(&rich(&[])).expect("uses").names, ["rich"]);
    }

    #[test]
    fn one_use_while_importing_or_elsewhere_counts_for_all() {
        let in_function = (UseContext::Function, 42, Some(0));
        let expected = Used::WhileImporting {
            line: 12,
            context: UseContext::BaseClass,
        };
        let exported = (UseContext::Exported, 3, None);
        assert_eq!(
            used(&[in_function, (UseContext::BaseClass, 12, None), exported]),
            Some(expected)
        );
        assert_eq!(used(&[in_function, exported]), Some(Used::Elsewhere));
    }

    #[test]
    fn what_the_source_leaves_open_is_not_said() {
        for context in [
            UseContext::Reflected,
            UseContext::Assigned,
            UseContext::Patched,
            UseContext::Inspected,
        ] {
            assert_eq!(used(&[(UseContext::Function, 42, Some(0)), (context, 3, None)]), None);
        }
        let mut without_room = rich(&[(UseContext::Function, 42, Some(0))]);
        without_room.functions[0].problem = Some(FunctionProblem::OneLine);
        assert_eq!(StatementUses::of(&without_room), None);
        let mut elsewhere = rich(&[(UseContext::Function, 42, Some(0))]);
        for standing in [Standing::Function, Standing::Program] {
            elsewhere.standing = standing;
            assert_eq!(StatementUses::of(&elsewhere).map(|uses| uses.used), Some(Used::Here));
        }
        let mut program = rich(&[(UseContext::Module, 9, None)]);
        program.module = "__main__".to_owned();
        assert_eq!(StatementUses::of(&program).map(|uses| uses.used), Some(Used::Here));
        let mut in_class = rich(&[]);
        in_class.standing = Standing::Class;
        assert_eq!(StatementUses::of(&in_class), None);
    }
}
