//! `classes.heavy`: modules above that mark. Whoever asked for one should know, also where no ceiling says no.

use super::{Case, Context, Finding, FindingKind, Severity};
use crate::explain::{Cause, CauseKind, Resource};
use crate::usage::UseCounts;

/// One import statement, or body, costs more than the mark by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct HeavyModule {
    /// The module.
    pub module: String,
    /// What it takes, in milliseconds.
    pub time_ms: f64,
    /// The mark, in milliseconds.
    pub mark_ms: f64,
    /// In how many recorded runs it was loaded and used, where that is known.
    pub usage: Option<UseCounts>,
}

pub(super) fn check(case: &Case<'_>, context: &Context<'_>) -> Vec<Finding> {
    let mark = context.heavy;
    if case.figures().is_none_or(|figures| figures.time_ms <= mark.value) {
        return Vec::new();
    }
    let causes = case.causes_of_weight(context.places, Resource::Time).into_iter();
    // A package is no statement: what it imports is looked at line by line.
    let heavy = causes.filter(|cause| cause.kind != CauseKind::HeavyPackage && cause.weight.time_ms > mark.value);
    let heavy = heavy.filter(|cause| !starts_the_program(cause, case, context));
    heavy.map(|cause| finding(case, cause, context)).collect()
}

/// True for what an installer wrote to start a command: that it loads the project's own package is what it is there for.
fn starts_the_program(cause: &Cause, case: &Case<'_>, context: &Context<'_>) -> bool {
    let is_own = |file: &str| context.places.is_own(file);
    let mut modules = case.observation.iter().flat_map(|observed| &observed.modules);
    let module = modules.find(|module| module.name == cause.module);
    let loads_own = module.and_then(|module| module.file.as_deref()).is_some_and(is_own);
    loads_own && cause.place().is_some_and(|place| !is_own(&place.file))
}

fn finding(case: &Case<'_>, cause: Cause, context: &Context<'_>) -> Finding {
    let kind = FindingKind::Heavy(HeavyModule {
        module: cause.module.clone(),
        time_ms: cause.weight.time_ms,
        mark_ms: context.heavy.value,
        usage: context.usage.and_then(|usage| usage.of_module(&cause.module)),
    });
    // A body has no line of its own: the statement that brought it in is where to look.
    let brought_in = || cause.chain.last().and_then(|step| step.place.clone());
    let place = cause.place().or_else(brought_in);
    let finding = Finding::about(case.target, Severity::Warning, kind);
    let finding = finding.asked_by(context.heavy.line.as_ref());
    finding.caused_by(vec![cause]).at(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::Limits;
    use crate::checks::by_hand::{case, cited, context, estimate, observation, target};
    use crate::observed::{Edge, LoadedModule, Observation};
    use crate::stats::Estimate;

    #[test]
    fn the_mark_is_in_the_milliseconds_of_the_samples() {
        let (target, observation) = (target(Limits::default()), observation(45, 50));
        let found_where = |mark_ms, blocked_ms| {
            let case = Case {
                observation: Some(&observation),
                // Forty times what was observed.
                estimate: Some(Estimate {
                    time_ms: 2_000.0 + blocked_ms,
                    blocked_ms,
                    ..estimate()
                }),
                ..case(&target)
            };
            let mark = cited(mark_ms);
            let context = Context {
                heavy: &mark,
                ..context()
            };
            let findings = check(&case, &context).into_iter();
            findings.map(|finding| finding.kind).collect::<Vec<_>>()
        };
        let found = |mark_ms| found_where(mark_ms, 0.0);
        let heavy = HeavyModule {
            module: "shop".to_owned(),
            time_ms: 1_800.0,
            mark_ms: 1_700.0,
            usage: None,
        };
        assert_eq!(found(1_700.0), [FindingKind::Heavy(heavy)]);
        assert_eq!(found(1_900.0), []);
        // What the samples wait for, and the observed import did not, is nobody's.
        assert_eq!(found_where(1_900.0, 5_000.0), []);
    }

    /// What a command of 50 ms, started by `program`, loads: `shop`, and two modules of 19 ms with it.
    fn command(program: &str) -> Observation {
        let usual = observation(10, 48);
        let module = |name: &str, file: &str, own_ms: u64, all_ms: u64| LoadedModule {
            name: name.to_owned(),
            file: Some(file.to_owned()),
            own_ns: own_ms * 1_000_000,
            cumulative_ns: all_ms * 1_000_000,
            ..usual.modules[0].clone()
        };
        let edge = |importer: &str, imported: &str, file: &str| Edge {
            importer: Some(importer.to_owned()),
            imported: imported.to_owned(),
            file: Some(file.to_owned()),
            line: 2,
            ..usual.edges[0].clone()
        };
        let shop = "/project/src/shop/__init__.py";
        let main = Edge {
            imported: "__main__".to_owned(),
            ..usual.edges[0].clone()
        };
        Observation {
            modules: vec![
                module("__main__", program, 2, 50),
                module("shop", shop, 10, 48),
                module("shop.a", "/project/src/shop/a.py", 19, 19),
                module("shop.b", "/project/src/shop/b.py", 19, 19),
            ],
            edges: vec![
                main,
                edge("__main__", "shop", program),
                edge("shop", "shop.a", shop),
                edge("shop", "shop.b", shop),
            ],
            total_ns: 50_000_000,
            ..usual
        }
    }

    #[test]
    fn nobody_is_told_that_a_command_loads_its_own_project() {
        let target = target(Limits::default());
        let mark = cited(40.0);
        let context = Context {
            heavy: &mark,
            ..context()
        };
        let found = |program: &str| {
            let observation = command(program);
            let case = Case {
                observation: Some(&observation),
                estimate: Some(Estimate {
                    time_ms: 50.0,
                    ..estimate()
                }),
                ..case(&target)
            };
            let findings = check(&case, &context).into_iter();
            findings
                .filter_map(|finding| finding.place)
                .map(|place| place.file)
                .collect::<Vec<_>>()
        };
        assert_eq!(found("/project/.venv/bin/shop"), [""; 0]);
        assert_eq!(found("/project/src/manage.py"), ["/project/src/manage.py"]);
    }
}
