//! What to do about causes, in words.

use std::path::Path;

use super::causes::{and_more, named_of, with_and};
use crate::checks::is_installed;
use crate::explain;
use crate::explain::{CauseKind, Compiled, StatementUses, Used};
use crate::observed::{BytecodeObstacle, BytecodeState, Place, UseContext};

/// What to do about a target of which no cause is known.
pub(super) fn where_it_goes(target: &str) -> String {
    format!("`importgate explain {target}` shows where the time goes")
}

/// What to do about a target that may be slower, and of which no cause is known: these files are what changed.
pub(super) fn where_it_may_go(edited: &[String]) -> String {
    format!(
        "look first at what {} does: of what it loads, this changed",
        named_of(edited)
    )
}

/// What to do about a cause that this target pays for.
pub(in crate::report) fn help(cause: &explain::Cause, target: &str) -> String {
    let module = &cause.module;
    let line = cause
        .place()
        .map_or_else(|| format!("`{module}`"), |place| place.to_string());
    match &cause.kind {
        CauseKind::HeavyTogether { others } => load_later_in_each(module, cause.place().iter().chain(others)),
        CauseKind::NewModules {
            upgrade: None,
            others,
            shared,
            ..
        } if !others.is_empty() => {
            let module = shared.as_ref().unwrap_or(module);
            load_later_in_each(module, cause.place().iter().chain(others))
        }
        CauseKind::NewModules { upgrade: None, .. } | CauseKind::HeavyStatement { .. } => match cause.place() {
            Some(place) if is_installed(Path::new(&place.file)) => format!(
                "{place} is a library's, which imports `{module}` where it finds it: uninstall that, or take the new cost over into the \
                 baseline with `importgate record`"
            ),
            Some(_) if cause.is_where_it_is_used() => {
                format!("it is imported where it is used already: {}", where_it_goes(target))
            }
            Some(_) if cause.called_at.is_some() && !is_movable(cause.uses.as_ref()) => call_later(cause),
            Some(place) => load_later(module, &place, cause.uses.as_ref()),
            None => format!("`importgate explain {target} --why {module}` shows what imports it"),
        },
        CauseKind::Upgrade(change)
        | CauseKind::NewModules {
            upgrade: Some(change), ..
        } => format!(
            "stay at {} {}, or take the new cost over into the baseline with `importgate record`",
            change.distribution, change.before
        ),
        CauseKind::HeavyPackage => format!(
            "make {line} lighter (`importgate explain {module}` shows what it takes), or give `{module}` a ceiling of its own, and these \
             modules `preload = [\"{module}\"]`: then each pays for what it adds"
        ),
        CauseKind::ChangedModule | CauseKind::HeavyBody => {
            let more = cause.share.as_ref().map_or(0, |share| share.more);
            let (and_more, whose, results) = match more {
                0 => (String::new(), "its", "result is"),
                _ => (and_more(more), "their", "results are"),
            };
            format!(
                "let {line}{and_more} do {whose} work when the {results} first needed, and not while it is imported"
            )
        }
        CauseKind::AtStart => format!(
            "every Python process of this environment pays for {line} before it begins: take it out, or uninstall what brought it"
        ),
        CauseKind::SlowerModule { changed } => {
            let imported = named_of(changed);
            let and_it_imports = if changed.is_empty() {
                String::new()
            } else {
                format!(" (it imports {imported}, which changed)")
            };
            format!("look at what {line} reads or calls: its own code is the same{and_it_imports}")
        }
        CauseKind::CompiledAtStart(compiled) => compile_before(*compiled),
        CauseKind::UncheckedBytecode => {
            "compile it anew (`python -m compileall --invalidation-mode unchecked-hash`) whenever its source changes"
                .to_owned()
        }
        CauseKind::Blocked => format!("wait at {line} when the result is first needed, and not while it is imported"),
        CauseKind::Hook(_) => {
            format!(
                "have it do less, or let {line} run once everything is imported: whatever comes before goes without it"
            )
        }
        CauseKind::Collected { .. } => format!(
            "do without the collection at {line}, or have it once the program has started: it walks through all that is loaded"
        ),
        CauseKind::OtherInterpreter(_) => {
            "compare under one interpreter, or record under the new one with `importgate record`".to_owned()
        }
    }
}

/// How to have bytecode that a start can load.
fn compile_before(compiled: Compiled) -> String {
    let way = match (compiled.obstacle, compiled.state) {
        (Some(BytecodeObstacle::Setting), _) => {
            "compile when the environment is built (`python -m compileall`), or unset `PYTHONDONTWRITEBYTECODE`"
        }
        (Some(BytecodeObstacle::Archive), _) => {
            "put the bytecode into the archive too (`python -m compileall -b`), or ship the package unpacked"
        }
        (_, BytecodeState::Stale) => {
            "compile what is shipped (`python -m compileall`) after its time stamps are set, with \
             `--invalidation-mode unchecked-hash` where they do not stay, or let its folder be written"
        }
        _ => "compile what is shipped (`python -m compileall`), or let its folder be written",
    };
    way.to_owned()
}

/// True for a place in a package's `__init__.py`: what is imported there is often its interface, which has to stay where it is.
fn is_interface(place: &Place) -> bool {
    place.file == "__init__.py" || place.file.ends_with("/__init__.py")
}

/// How to load a module later that several statements load now.
fn load_later_in_each<'a>(module: &str, mut places: impl Iterator<Item = &'a Place>) -> String {
    let all = "in each of these places: any one of them loads it";
    if places.any(is_interface) {
        format!(
            "load `{module}` later, {all}; what is part of a package's interface stays, with a module-level `__getattr__` that loads it when it is first asked for"
        )
    } else {
        format!("import `{module}` where it is used, {all}")
    }
}

/// How to load a module later that a statement loads now, by where what it imports is used, as far as that is known.
pub(super) fn load_later(module: &str, place: &Place, uses: Option<&StatementUses>) -> String {
    if let Some(uses) = uses {
        by_uses(uses)
    } else if is_interface(place) {
        format!(
            "the statement at {place} is the one that loads it, and may be part of the package's interface: a module-level `__getattr__` there loads `{module}` when it is first asked for"
        )
    } else {
        format!("import it where it is used: the statement at {place} is the one that loads it")
    }
}

/// How to load a module later that a function imports which runs while a module is imported.
fn call_later(cause: &explain::Cause) -> String {
    let called_at = cause.called_at.as_ref().map(ToString::to_string).unwrap_or_default();
    format!(
        "{called_at} has it imported: let it do its work when the result is first needed, and not while the module is imported"
    )
}

/// True for a statement of which it is known where else it could stand.
fn is_movable(uses: Option<&StatementUses>) -> bool {
    uses.is_some_and(|uses| uses.used != Used::Here)
}

fn by_uses(uses: &StatementUses) -> String {
    const NAMED: usize = 3;
    let names: Vec<String> = uses.names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let names = match uses.names.len().saturating_sub(NAMED) {
        0 => with_and(&names),
        more => format!("{} and {more} more", names.join(", ")),
    };
    let (is, it) = if uses.names.len() == 1 {
        ("is", "it")
    } else {
        ("are", "them")
    };
    let or_lazy = if uses.may_be_lazy {
        ", or `lazy import` on 3.15"
    } else {
        ""
    };
    match &uses.used {
        Used::Here => {
            format!("{names} {is} imported where {it} {is} used already: do without {it} there, or let that run later")
        }
        Used::InFunctions(functions) => {
            let named = functions.iter().take(NAMED);
            let mut named: Vec<String> = named.map(|(name, line)| format!("`{name}`, line {line}")).collect();
            let more = functions.len().saturating_sub(NAMED);
            if more > 0 {
                named.push(format!("{more} more"));
            }
            let (number, there) = match functions.len() {
                1 => ("one function".to_owned(), "there"),
                several => (format!("{several} functions alone"), "in each of them"),
            };
            format!(
                "{names} {is} used in {number} ({}): import {it} {there}{or_lazy}",
                named.join("; ")
            )
        }
        Used::Nowhere => format!(
            "no code of the project uses {names}: take the statement out, unless it is there for what importing {it} does"
        ),
        Used::WhileImporting { line, context } => {
            let how = match context {
                UseContext::BaseClass => "a class is derived from it",
                UseContext::Decorator => "it decorates",
                UseContext::Default | UseContext::Annotation => "the head of a function needs it",
                _ => "it is used",
            };
            format!("{names} {is} needed while the module is imported ({how} in line {line}): move that too")
        }
        Used::Elsewhere => format!(
            "{names} {is} part of the module's interface: a module-level `__getattr__` loads {it} when first asked for{or_lazy}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{InterpreterChange, LineShare, VersionChange};

    fn any_cause() -> explain::Cause {
        explain::Cause::other_interpreter(&InterpreterChange {
            before: "3.12.1".to_owned(),
            now: "3.13.0".to_owned(),
        })
    }

    #[test]
    fn all_lines_that_do_it_together_are_to_do_it_later() {
        let mut cause = any_cause();
        cause.kind = CauseKind::ChangedModule;
        (cause.file, cause.line) = (Some("shop/models.py".to_owned()), Some(7));
        let mut told = |more| {
            cause.share = Some(LineShare {
                share: 1.0,
                more,
                calls: None,
                makes_a_class: false,
                change: None,
            });
            help(&cause, "shop")
        };
        let while_it_is_imported = "when the result is first needed, and not while it is imported";
        assert_eq!(
            told(0),
            format!("let shop/models.py:7 do its work {while_it_is_imported}")
        );
        assert_eq!(
            told(2),
            "let shop/models.py:7 and 2 more lines do their work when the results are first needed, and not while it is imported"
        );
    }

    #[test]
    fn nobody_is_told_to_edit_what_is_installed() {
        let mut cause = any_cause();
        cause.kind = CauseKind::HeavyStatement { beside: Vec::new() };
        cause.module = "simplejson".to_owned();
        cause.line = Some(67);
        let mut told = |file: &str| {
            cause.file = Some(file.to_owned());
            help(&cause, "shop")
        };
        assert!(told("shop/compat.py").starts_with("import it where it is used"));
        let installed = told("venv/lib/python3.12/site-packages/requests/compat.py");
        assert!(
            installed.contains("uninstall that, or take the new cost over"),
            "{installed}"
        );
    }

    #[test]
    fn the_interface_of_a_package_is_not_moved_into_a_function() {
        let told = |file: &str| {
            let place = Place {
                file: file.to_owned(),
                line: 2,
            };
            load_later("json", &place, None)
        };
        assert_eq!(
            told("shop/views.py"),
            "import it where it is used: the statement at shop/views.py:2 is the one that loads it"
        );
        for interface in ["__init__.py", "/site/flask/__init__.py"] {
            let told = told(interface);
            assert!(
                told.contains("__getattr__") && !told.contains("where it is used"),
                "{told}"
            );
        }
    }

    #[test]
    fn the_way_out_of_a_statement_is_where_it_is_used() {
        let told = |names: &[&str], used| {
            by_uses(&StatementUses {
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                used,
                may_be_lazy: true,
            })
        };
        let functions = |lines: &[u32]| lines.iter().map(|line| (format!("f{line}"), *line)).collect();
        assert_eq!(
            told(&["rich"], Used::InFunctions(functions(&[40]))),
            "`rich` is used in one function (`f40`, line 40): import it there, or `lazy import` on 3.15"
        );
        assert_eq!(
            told(&["Table", "Text"], Used::InFunctions(functions(&[1, 2, 3, 4]))),
            "`Table` and `Text` are used in 4 functions alone (`f1`, line 1; `f2`, line 2; `f3`, line 3; 1 more): \
             import them in each of them, or `lazy import` on 3.15"
        );
        let while_importing = Used::WhileImporting {
            line: 12,
            context: UseContext::BaseClass,
        };
        assert_eq!(
            told(&["rich"], while_importing),
            "`rich` is needed while the module is imported (a class is derived from it in line 12): move that too"
        );
        assert!(
            told(&["rich"], Used::Nowhere).starts_with("no code of the project uses `rich`: take the statement out")
        );
        assert_eq!(
            told(&["rich"], Used::Here),
            "`rich` is imported where it is used already: do without it there, or let that run later"
        );
        assert!(told(&["rich"], Used::Elsewhere).contains("`__getattr__` loads it"));
    }

    #[test]
    fn what_came_with_an_upgrade_goes_without_it() {
        let cause = explain::Cause {
            kind: CauseKind::Upgrade(VersionChange {
                distribution: "lib".to_owned(),
                before: "1.0".to_owned(),
                now: "2.0".to_owned(),
            }),
            ..explain::Cause::other_interpreter(&InterpreterChange {
                before: String::new(),
                now: String::new(),
            })
        };
        assert_eq!(
            help(&cause, "shop"),
            "stay at lib 1.0, or take the new cost over into the baseline with `importgate record`"
        );
    }

    #[test]
    fn the_way_to_bytecode_is_by_what_keeps_it_away() {
        let way = |state, obstacle| compile_before(Compiled { state, obstacle });
        let stale = way(BytecodeState::Stale, Some(BytecodeObstacle::Folder));
        assert!(stale.contains("unchecked-hash"), "{stale}");
        let missing = way(BytecodeState::Missing, Some(BytecodeObstacle::Setting));
        assert!(missing.contains("unset `PYTHONDONTWRITEBYTECODE`"), "{missing}");
    }
}
