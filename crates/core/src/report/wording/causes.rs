//! Causes in words.

use super::comparisons::other_interpreter;
use crate::explain;
use crate::explain::{CauseKind, Compiled, LineChange, LineShare, Rest, VersionChange};
use crate::numbers;
use crate::observed::{BytecodeObstacle, HookKind, Place};

/// What the causes leave of a change: `1.20 ms more are spread over 31 modules`. Nothing where they leave nothing.
pub(super) fn rest(rest: &Rest) -> Option<String> {
    let mut parts = Vec::new();
    if rest.modules_ms > 0.0 {
        let where_to = match rest.modules {
            1 => "go to one other module".to_owned(),
            several => format!("are spread over {}", numbers::counted(several, "module")),
        };
        parts.push(format!("{} more {where_to}", numbers::time(rest.modules_ms)));
    }
    if rest.collections_ms > 0.0 {
        let more = numbers::time(rest.collections_ms);
        parts.push(format!(
            "{more} more go to collections of garbage, which walk through all that is loaded"
        ));
    }
    if rest.unplaced_ms > 0.0 {
        let more = numbers::time(rest.unplaced_ms);
        parts.push(format!("{more} more are seen in the whole, and in no module by itself"));
    }
    if rest.saved_ms > 0.0 {
        let less = numbers::time(rest.saved_ms);
        parts.push(format!("{less} are saved by modules that are gone or take less"));
    }
    if rest.unseen_wait_ms > 0.0 {
        let waited = numbers::time(rest.unseen_wait_ms);
        parts.push(format!(
            "{waited} are waits, which the imports that were looked at happened to do without"
        ));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What happened, in one sentence without amounts: they stand beside it.
pub(in crate::report) fn summary(cause: &explain::Cause) -> String {
    let what = what_happened(cause);
    match (&cause.share, cause.place()) {
        (Some(share), Some(line)) => format!("{what}, at `{line}`{}{}", and_more(share.more), of_body(share)),
        _ => what,
    }
}

/// That a statement imports a module, where nothing else is known of it.
pub(in crate::report) fn imports(module: &str, place: Option<&Place>) -> String {
    match place {
        Some(place) => format!("`{place}` imports `{module}`"),
        None => format!("it imports `{module}`"),
    }
}

fn what_happened(cause: &explain::Cause) -> String {
    let module = &cause.module;
    match &cause.kind {
        CauseKind::NewModules {
            upgrade,
            beside,
            others,
            shared,
        } => {
            let since = upgrade.as_ref().map(|change| format!("{}: ", versions(change)));
            let (since, statement) = (since.unwrap_or_default(), statement(cause));
            let (modules, also) = (modules(cause, beside), lead_to_it_too(others, shared.as_deref()));
            format!("{since}`{statement}` now imports {modules}{also}")
        }
        CauseKind::AtStart => at_start(cause),
        CauseKind::Upgrade(change) => format!("{}, most of it in `{module}`", versions(change)),
        // Where something else than time was compared, nothing says that it takes longer.
        CauseKind::ChangedModule if cause.weight.time_ms <= 0.0 => format!("`{module}` changed"),
        CauseKind::ChangedModule => format!("`{module}` changed, and its own body takes longer"),
        CauseKind::SlowerModule { .. } => {
            format!("`{module}` did not change, and its own body takes longer: what it reads or calls has grown")
        }
        CauseKind::CompiledAtStart(compiled) => compiled_at_start(*compiled, module, cause.weight.modules),
        CauseKind::UncheckedBytecode => format!(
            "the bytecode of `{module}` was made from another source than the one beside it, and is loaded unchecked"
        ),
        CauseKind::Blocked => format!("the import waits in `{}` (sleep, network, disk or a lock)", wait(cause)),
        CauseKind::Hook(kind) => hook(*kind, &statement(cause)),
        CauseKind::Collected { more } => {
            let has = if *more == 0 { "has" } else { "have" };
            format!("`{}`{} {has} garbage collected", statement(cause), and_more(*more))
        }
        CauseKind::OtherInterpreter(change) => other_interpreter(change),
        CauseKind::HeavyStatement { beside } => format!("`{}` imports {}", statement(cause), modules(cause, beside)),
        CauseKind::HeavyTogether { others } => {
            let others = others.iter().map(ToString::to_string);
            let places = in_a_row([statement(cause)].into_iter().chain(others));
            format!("{places} lead to {}, and save it only together", versioned(cause))
        }
        CauseKind::HeavyPackage => match &cause.file {
            Some(file) => format!("`{file}` runs before any module of `{module}`"),
            None => format!("`{module}` is loaded before any module in it"),
        },
        CauseKind::HeavyBody => format!("the body of `{module}` itself"),
    }
}

/// What a line puts in the way of what comes after it.
fn hook(kind: HookKind, line: &str) -> String {
    match kind {
        HookKind::Finder => format!("`{line}` puts a finder into `sys.meta_path`, which every import after it asks"),
        HookKind::PathHook => format!("`{line}` puts a hook into `sys.path_hooks`, which imports after it ask"),
        HookKind::Import => {
            format!("`{line}` replaces `builtins.__import__`, which every import after it goes through")
        }
        HookKind::Trace => format!("`{line}` sets a trace function, which is called for what runs after it"),
        HookKind::Profile => format!("`{line}` sets a profile function, which is called for what runs after it"),
        HookKind::Audit => format!("`{line}` adds an audit hook, which is called for what runs after it"),
        HookKind::Monitoring => {
            format!("`{line}` registers a callback of `sys.monitoring`, which is called for what runs after it")
        }
    }
}

/// What every start of the interpreter does that it did not.
fn at_start(cause: &explain::Cause) -> String {
    let module = &cause.module;
    if module.ends_with(".pth") {
        return format!("`{module}` is new, and runs at each start of the interpreter");
    }
    match &cause.importer {
        Some(importer) if importer != "site" => {
            format!(
                "`{}` imports `{module}` at each start of the interpreter",
                statement(cause)
            )
        }
        _ => format!("`{module}` is new, and is imported at each start of the interpreter"),
    }
}

/// What is said beside the line of a cause, where its sentence does not say it. A statement that brings in what is new need not be new
/// itself, so only what it names is called so.
pub(in crate::report) fn label(cause: &explain::Cause) -> Option<String> {
    match &cause.kind {
        CauseKind::NewModules { upgrade: None, .. } if cause.line.is_some() => {
            Some(format!("`{}` was not loaded before", cause.module))
        }
        _ => None,
    }
}

/// `the bytecode of `dep.big` is stale and its folder cannot be written: it is compiled at each start`.
fn compiled_at_start(compiled: Compiled, module: &str, modules: i64) -> String {
    let obstacle = match compiled.obstacle {
        Some(BytecodeObstacle::Folder) => " and its folder cannot be written",
        Some(BytecodeObstacle::Setting) => " and `PYTHONDONTWRITEBYTECODE` keeps it from being written",
        Some(BytecodeObstacle::Archive) => " in the archive that holds the source",
        None => " and an import does not write it",
    };
    let others = match modules.max(1).unsigned_abs() - 1 {
        0 => String::new(),
        1 => ", and so is one more module".to_owned(),
        others => format!(", and so are {others} more modules"),
    };
    let state = compiled.state;
    format!("the bytecode of `{module}` is {state}{obstacle}: it is compiled at each start{others}")
}

/// ` and 24 more lines`, where it takes several.
pub(super) fn and_more(lines: usize) -> String {
    match lines {
        0 => String::new(),
        1 => " and one more line".to_owned(),
        more => format!(" and {} more lines", numbers::count(more as u64)),
    }
}

/// `, which calls `build_tables` (57% of the body), new or changed since the baseline`.
fn of_body(share: &LineShare) -> String {
    let change = match share.change {
        Some(LineChange::Line) => ", new or changed since the baseline",
        Some(LineChange::WhatItRuns) => ", which depends on what changed since the baseline",
        None => "",
    };
    let calls = share.calls.as_ref();
    let call = match (share.makes_a_class, share.more) {
        (false, 0) => "calls",
        (false, _) => "call",
        (true, 0) => "makes a subclass of",
        (true, _) => "make subclasses of",
    };
    let calls = calls.map_or_else(String::new, |name| format!(", which {call} `{name}`"));
    format!("{calls} ({:.0}% of the body){change}", share.share * 100.0)
}

/// `, and `shop/api.py:7` leads to it too`, where there are others; or to what most of it is.
fn lead_to_it_too(others: &[Place], shared: Option<&str>) -> String {
    let places = in_a_row(others.iter().map(ToString::to_string));
    let it = shared.map_or_else(|| "it".to_owned(), |shared| format!("`{shared}`, which is most of it,"));
    match others {
        [] => places,
        [_] => format!(", and {places} leads to {it} too"),
        _ => format!(", and {places} lead to {it} too"),
    }
}

/// The modules that one statement asks for: the first ones, and how many more there are.
fn modules(cause: &explain::Cause, beside: &[String]) -> String {
    let beside = beside.iter().map(|name| format!("`{name}`"));
    first_ones(std::iter::once(versioned(cause)).chain(beside).collect())
}

/// Names in backticks: the first ones, and how many more there are.
pub(super) fn named_of(names: &[String]) -> String {
    first_ones(names.iter().map(|name| format!("`{name}`")).collect())
}

fn first_ones(mut named: Vec<String>) -> String {
    const NAMED: usize = 3;
    let more = named.len().saturating_sub(NAMED);
    if more > 0 {
        named.truncate(NAMED);
        named.push(format!("{} more", numbers::count(more as u64)));
    }
    with_and(&named)
}

/// The module with the version that is installed: `` `rich` 15.0.0``, or `` `yaml` (PyYAML 6.0)`` where its distribution has another name.
fn versioned(cause: &explain::Cause) -> String {
    let module = &cause.module;
    match &cause.distribution {
        Some(of) if of.name == *module => format!("`{module}` {}", of.version),
        Some(of) => format!("`{module}` ({})", super::distribution(of)),
        None => format!("`{module}`"),
    }
}

/// Places in backticks, with commas and an "and".
fn in_a_row(places: impl Iterator<Item = String>) -> String {
    with_and(&places.map(|place| format!("`{place}`")).collect::<Vec<_>>())
}

pub(super) fn with_and(items: &[String]) -> String {
    match items {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => items.concat(),
    }
}

/// Where the statement is; the module that it stands in where its line is not known.
fn statement(cause: &explain::Cause) -> String {
    match (cause.place(), &cause.importer) {
        (Some(place), _) => place.to_string(),
        (None, Some(importer)) => importer.clone(),
        (None, None) => "the target".to_owned(),
    }
}

/// The line that waits. A line that was named for what it takes of the body is not known to be it.
fn wait(cause: &explain::Cause) -> String {
    let place = cause.place().filter(|_| cause.share.is_none());
    place.map_or_else(|| cause.module.clone(), |place| place.to_string())
}

fn versions(change: &VersionChange) -> String {
    format!("{} {} → {}", change.distribution, change.before, change.now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{Distribution, InterpreterChange, Weight};
    use crate::observed::BytecodeState;

    /// A cause about `torch` that `shop/models.py:14` imports.
    fn said(kind: CauseKind, line: Option<u32>, share: Option<LineShare>) -> String {
        summary(&explain::Cause {
            kind,
            module: "torch".to_owned(),
            distribution: None,
            importer: Some("shop.models".to_owned()),
            file: Some("shop/models.py".to_owned()),
            line,
            share,
            uses: None,
            called_at: None,
            falls_away: false,
            before_ms: 0.0,
            part_of: None,
            chain: Vec::new(),
            weight: Weight {
                time_ms: 8_825.0,
                memory_bytes: 583 << 20,
                modules: 1203,
            },
        })
    }

    fn upgrade() -> VersionChange {
        VersionChange {
            distribution: "lib".to_owned(),
            before: "1.0".to_owned(),
            now: "2.0".to_owned(),
        }
    }

    fn share(change: Option<LineChange>) -> Option<LineShare> {
        Some(LineShare {
            share: 0.37,
            more: 0,
            calls: None,
            makes_a_class: false,
            change,
        })
    }

    #[test]
    fn statements_are_named_by_their_line_or_their_module() {
        let new = |upgrade| CauseKind::NewModules {
            upgrade,
            beside: Vec::new(),
            others: Vec::new(),
            shared: None,
        };
        assert_eq!(
            said(new(None), Some(14), None),
            "`shop/models.py:14` now imports `torch`"
        );
        assert_eq!(
            said(new(Some(upgrade())), None, None),
            "lib 1.0 → 2.0: `shop.models` now imports `torch`"
        );
        assert_eq!(
            said(CauseKind::HeavyStatement { beside: Vec::new() }, Some(14), None),
            "`shop/models.py:14` imports `torch`"
        );
        let other = |line| Place {
            file: "shop/cli.py".to_owned(),
            line,
        };
        let also = CauseKind::NewModules {
            upgrade: None,
            beside: ["numpy", "yaml", "zmq", "lxml"].map(str::to_owned).into(),
            others: vec![other(2)],
            shared: None,
        };
        assert_eq!(
            said(also, Some(14), None),
            "`shop/models.py:14` now imports `torch`, `numpy`, `yaml` and 2 more, and \
             `shop/cli.py:2` leads to it too"
        );
        let most_of_it = CauseKind::NewModules {
            upgrade: None,
            beside: Vec::new(),
            others: vec![other(2)],
            shared: Some("torch.nn".to_owned()),
        };
        assert_eq!(
            said(most_of_it, Some(14), None),
            "`shop/models.py:14` now imports `torch`, and `shop/cli.py:2` leads to `torch.nn`, which is most of it, too"
        );
        let together = |others| said(CauseKind::HeavyTogether { others }, Some(14), None);
        assert_eq!(
            together(vec![other(2), other(9)]),
            "`shop/models.py:14`, `shop/cli.py:2` and `shop/cli.py:9` lead to `torch`, \
             and save it only together"
        );
    }

    #[test]
    fn an_upgrade_has_both_versions() {
        assert_eq!(
            said(CauseKind::Upgrade(upgrade()), None, None),
            "lib 1.0 → 2.0, most of it in `torch`"
        );
    }

    #[test]
    fn bodies_are_named_with_the_line_that_is_to_blame() {
        let changed = |line, share| said(CauseKind::ChangedModule, line, share);
        assert_eq!(changed(None, None), "`torch` changed, and its own body takes longer");
        assert_eq!(
            changed(Some(2), share(None)),
            "`torch` changed, and its own body takes longer, at `shop/models.py:2` (37% of the body)"
        );
        assert_eq!(
            changed(Some(2), share(Some(LineChange::Line))),
            "`torch` changed, and its own body takes longer, at `shop/models.py:2` (37% of the body), \
             new or changed since the baseline"
        );
        assert_eq!(
            changed(Some(2), share(Some(LineChange::WhatItRuns))),
            "`torch` changed, and its own body takes longer, at `shop/models.py:2` (37% of the body), \
             which depends on what changed since the baseline"
        );
        let calls = Some(LineShare {
            share: 0.84,
            more: 0,
            calls: Some("tables.build".to_owned()),
            makes_a_class: false,
            change: None,
        });
        assert_eq!(
            changed(Some(2), calls),
            "`torch` changed, and its own body takes longer, at `shop/models.py:2`, which calls `tables.build` (84% of the body)"
        );
        let several = Some(LineShare {
            share: 0.61,
            more: 24,
            calls: None,
            makes_a_class: false,
            change: Some(LineChange::Line),
        });
        assert_eq!(
            changed(Some(8), several),
            "`torch` changed, and its own body takes longer, at `shop/models.py:8` and 24 more lines (61% of the body), new or \
             changed since the baseline"
        );
        assert_eq!(said(CauseKind::HeavyBody, None, None), "the body of `torch` itself");
        assert_eq!(
            said(CauseKind::UncheckedBytecode, None, None),
            "the bytecode of `torch` was made from another source than the one beside it, and is loaded unchecked"
        );
        assert_eq!(
            said(CauseKind::SlowerModule { changed: Vec::new() }, None, None),
            "`torch` did not change, and its own body takes longer: what it reads or calls has grown"
        );
    }

    #[test]
    fn a_wait_is_in_a_line_or_in_a_module() {
        let waits = |line, share| said(CauseKind::Blocked, line, share);
        assert_eq!(
            waits(Some(7), None),
            "the import waits in `shop/models.py:7` (sleep, network, disk or a lock)"
        );
        assert_eq!(
            waits(Some(2), share(None)),
            "the import waits in `torch` (sleep, network, disk or a lock), at `shop/models.py:2` (37% of the body)"
        );
    }

    #[test]
    fn a_module_has_its_version_once() {
        let of = |module: &str, name: &str| {
            let mut cause = explain::Cause::other_interpreter(&InterpreterChange {
                before: "3.12.1".to_owned(),
                now: "3.13.0".to_owned(),
            });
            cause.module = module.to_owned();
            cause.distribution = Some(Distribution {
                name: name.to_owned(),
                version: "6.0".to_owned(),
            });
            versioned(&cause)
        };
        assert_eq!(of("rich", "rich"), "`rich` 6.0");
        assert_eq!(of("yaml", "PyYAML"), "`yaml` (PyYAML 6.0)");
    }

    #[test]
    fn what_is_compiled_at_each_start_is_said_with_the_reason() {
        let compiled = |state, obstacle| Compiled { state, obstacle };
        let stale = compiled(BytecodeState::Stale, Some(BytecodeObstacle::Folder));
        assert_eq!(
            compiled_at_start(stale, "dep.big", 1),
            "the bytecode of `dep.big` is stale and its folder cannot be written: it is compiled at each start"
        );
        let missing = compiled(BytecodeState::Missing, Some(BytecodeObstacle::Setting));
        assert_eq!(
            compiled_at_start(missing, "dep.big", 12),
            "the bytecode of `dep.big` is missing and `PYTHONDONTWRITEBYTECODE` keeps it from being written: \
             it is compiled at each start, and so are 11 more modules"
        );
    }
}
