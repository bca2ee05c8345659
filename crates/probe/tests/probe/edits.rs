//! Sources of many shapes whose imports are moved: what comes out is Python that does the same, loads less, and differs in no
//! other byte; and what must not be moved is not.

use std::process::Command;

use super::support::{Project, python, python_version};
use importgate_core::fix::{Planned, Refusal, RefusalReason, Style, edited, plan};
use importgate_core::observed::{
    Body, BodyEffectKind, FunctionProblem, Measure, Standing, StatementPlace, StatementProblem, StatementSyntax,
    UseContext,
};
use importgate_probe::Probe;

/// A module, and the line of its import of `colorsys`.
struct Shape {
    name: &'static str,
    line: u32,
    source: &'static [u8],
}

/// What the import of `colorsys` becomes elsewhere in the file; every shape has a function `run` that can be called.
const MOVED: &[Shape] = &[
    Shape { name: "plain", line: 1, source: b"import colorsys\n\n\ndef run():\n    return colorsys.rgb_to_hsv(1, 0, 0)\n" },
    Shape {
        name: "docstring",
        line: 2,
        source: b"\"\"\"A module.\"\"\"\nimport colorsys\ndef run():\n    \"\"\"Several\n    lines.\"\"\"\n    # a comment\n    return colorsys.rgb_to_hsv(1, 0, 0)\n",
    },
    Shape { name: "only_docstring_and_one", line: 1, source: b"import colorsys\ndef run():\n    'text'; x = 1\n    return x\ndef other():\n    return colorsys\n" },
    Shape { name: "renamed", line: 1, source: b"import colorsys as c\ndef run():\n    return c.rgb_to_hsv(1, 0, 0)\n" },
    Shape { name: "from_import", line: 1, source: b"from colorsys import rgb_to_hsv as convert, hsv_to_rgb\ndef run():\n    return convert(1, 0, 0)\ndef other():\n    return hsv_to_rgb(1, 1, 1), convert\n" },
    Shape { name: "lines", line: 1, source: b"from colorsys import (\n    rgb_to_hsv,\n    hsv_to_rgb as back,\n)\n\ndef run():\n    return rgb_to_hsv(*back(1, 1, 1))\n" },
    Shape { name: "continued", line: 1, source: b"from colorsys import rgb_to_hsv, \\\n    hsv_to_rgb\ndef run():\n    return rgb_to_hsv(*hsv_to_rgb(1, 1, 1))\n" },
    Shape { name: "tabs", line: 2, source: b"import sys\nimport colorsys  # colours\nclass A:\n\tdef go(self):\n\t\tif sys:\n\t\t\treturn colorsys.rgb_to_hsv(1, 0, 0)\ndef run():\n\treturn A().go()\n" },
    Shape { name: "carriage_returns", line: 1, source: b"import colorsys\r\n\r\ndef run():\r\n    return colorsys.rgb_to_hsv(1, 0, 0)\r\n" },
    Shape { name: "no_newline", line: 1, source: b"import colorsys\ndef run():\n    return colorsys.rgb_to_hsv(1, 0, 0)" },
    Shape { name: "form_feed", line: 2, source: b"import sys\nimport colorsys\n\x0c\ndef run():\n    return colorsys.rgb_to_hsv(1, 0, 0), sys.byteorder\n" },
    Shape { name: "latin", line: 2, source: b"# -*- coding: latin-1 -*-\nimport colorsys\nTEXT = '\xe9'\ndef run():\n    return colorsys.rgb_to_hsv(1, 0, 0), TEXT\n" },
    Shape { name: "byte_order_mark", line: 2, source: b"\xef\xbb\xbfimport sys\nimport colorsys\ndef run():\n    return colorsys.rgb_to_hsv(1, 0, 0), sys.byteorder\n" },
    Shape { name: "wide", line: 1, source: "import colorsys\ndef run():\n    é = '日本'; return é, colorsys.rgb_to_hsv(1, 0, 0)\n".as_bytes() },
    Shape { name: "nested", line: 1, source: b"import colorsys\ndef run():\n    def inner():\n        def innermost():\n            return colorsys.rgb_to_hsv(1, 0, 0)\n        return innermost()\n    return inner()\n" },
    Shape { name: "outer_and_inner", line: 1, source: b"import colorsys\ndef run():\n    first = colorsys.rgb_to_hsv(1, 0, 0)\n    def inner():\n        return colorsys.hsv_to_rgb(*first)\n    class B:\n        value = colorsys.hsv_to_rgb(*first)\n        def get(self):\n            return colorsys, self.value\n    return inner(), B().get()[1]\n" },
    Shape { name: "decorated", line: 1, source: b"import colorsys\nimport functools\ndef keep(function):\n    @functools.wraps(function)\n    def wrapper():\n        return colorsys.rgb_to_hsv(*function())\n    return wrapper\n@keep\ndef run():\n    return 1, 0, 0\n" },
    Shape { name: "methods", line: 1, source: b"import colorsys\nclass A:\n    kind = 1\n\n    @property\n    def colour(self):\n        @staticmethod\n        def x(): pass\n        return colorsys.rgb_to_hsv(1, 0, 0)\n    @classmethod\n    def make(cls):\n        return colorsys.hsv_to_rgb(1, 1, 1)\ndef run():\n    return A().colour, A.make()\n" },
    Shape { name: "coroutine", line: 2, source: b"import asyncio\nimport colorsys\nasync def later():\n    return [colorsys.rgb_to_hsv(i, 0, 0) for i in range(2)]\nasync def several():\n    for i in range(2):\n        yield colorsys.rgb_to_hsv(i, 0, 0)\nasync def run_all():\n    return await later(), [x async for x in several()]\ndef run():\n    return asyncio.run(run_all())\n" },
    Shape { name: "comprehensions", line: 1, source: b"import colorsys\ndef run():\n    return ({colorsys.rgb_to_hsv(i, 0, 0) for i in range(2)}, list(colorsys.rgb_to_hsv(i, 0, 0) for i in range(2)), (lambda: colorsys.hsv_to_rgb(1, 1, 1))())\n" },
    Shape { name: "shadowed", line: 1, source: b"import colorsys\ndef run(colorsys_=None):\n    return [colorsys for colorsys in range(2)], other(3), use()\ndef other(colorsys):\n    return colorsys\ndef use():\n    return colorsys.rgb_to_hsv(1, 0, 0)\n" },
    Shape { name: "generator", line: 1, source: b"import colorsys\ndef run():\n    return list(many())\ndef many():\n    yield from (colorsys.rgb_to_hsv(i, 0, 0) for i in range(2))\n" },
    Shape { name: "walrus", line: 1, source: b"import colorsys\ndef run():\n    return [y for x in range(2) if (y := colorsys.rgb_to_hsv(x, 0, 0))]\n" },
    Shape { name: "annotated_locally", line: 1, source: b"import colorsys\ndef run():\n    x: colorsys.nothing = 1\n    return x, colorsys.rgb_to_hsv(1, 0, 0)\n" },
    Shape { name: "exported_others", line: 2, source: b"__all__ = ['run']\nimport colorsys\ndef run():\n    return colorsys.rgb_to_hsv(1, 0, 0)\n" },
    Shape { name: "some_of_two", line: 1, source: b"import sys, colorsys\nHERE = sys.byteorder\ndef run():\n    return HERE, colorsys.rgb_to_hsv(1, 0, 0)\n" },
    Shape { name: "for_type_checkers", line: 2, source: b"from __future__ import annotations\nimport colorsys\ndef run(x: colorsys.Nothing | None = None) -> colorsys.Nothing:\n    return run.__annotations__['x']\n" },
    Shape { name: "for_both", line: 6, source: b"from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import csv\n\nimport colorsys\ndef run(x: colorsys.Nothing | csv.Nothing = 1):\n    return colorsys.rgb_to_hsv(1, 0, 0)\n" },
    Shape { name: "class_in_function", line: 1, source: b"import colorsys\ndef run():\n    class C:\n        a = colorsys.rgb_to_hsv(1, 0, 0)\n    return C.a\n" },
    Shape { name: "recursion", line: 1, source: b"import colorsys\ndef run(n=3):\n    if n:\n        return run(n - 1)\n    try:\n        return colorsys.rgb_to_hsv(1, 0, 0)\n    finally:\n        del n\n" },
];

/// What keeps an import where it is, with the line that does.
fn kept() -> Vec<(&'static str, u32, &'static [u8], RefusalReason)> {
    use RefusalReason as Reason;
    let used = Reason::Use;
    vec![
        ("k_module", 1, b"import colorsys\nX = colorsys.rgb_to_hsv(1, 0, 0)\n", used(UseContext::Module)),
        ("k_comprehension", 1, b"import colorsys\nX = [colorsys for _ in range(2)]\n", used(UseContext::Module)),
        ("k_decorator", 1, b"import colorsys\n@colorsys.x\ndef f(): pass\n", used(UseContext::Decorator)),
        ("k_default", 1, b"import colorsys\ndef f(x=colorsys): pass\n", used(UseContext::Default)),
        ("k_keyword_default", 1, b"import colorsys\ndef f(*, x=colorsys): pass\n", used(UseContext::Default)),
        ("k_lambda_default", 1, b"import colorsys\nf = lambda x=colorsys: x\n", used(UseContext::Default)),
        ("k_base", 1, b"import colorsys\nclass A(colorsys.B): pass\n", used(UseContext::BaseClass)),
        ("k_metaclass", 1, b"import colorsys\nclass A(metaclass=colorsys.B): pass\n", used(UseContext::BaseClass)),
        ("k_class_body", 1, b"import colorsys\nclass A:\n    x = colorsys\n", used(UseContext::ClassBody)),
        ("k_annotation", 1, b"import colorsys\ndef f(x: colorsys.B): pass\n", used(UseContext::Annotation)),
        ("k_returns", 1, b"import colorsys\ndef f() -> 'colorsys.B': pass\n", used(UseContext::Annotation)),
        ("k_variable", 1, b"import colorsys\nx: colorsys.B = 1\n", used(UseContext::Annotation)),
        ("k_inspected", 2, b"from __future__ import annotations\nimport colorsys\n@staticmethod\ndef f(x: colorsys.B): pass\n", used(UseContext::Inspected)),
        ("k_fields", 2, b"from __future__ import annotations\nimport colorsys\nclass A(B):\n    x: colorsys.B\n", used(UseContext::Inspected)),
        ("k_lambda", 1, b"import colorsys\nf = lambda: colorsys.x\n", used(UseContext::Lambda)),
        ("k_assigned", 1, b"import colorsys\ncolorsys = None\ndef f(): return colorsys\n", used(UseContext::Assigned)),
        ("k_imported_twice", 1, b"import colorsys\nimport csv as colorsys\ndef f(): return colorsys\n", used(UseContext::Assigned)),
        ("k_loop", 1, b"import colorsys\nfor colorsys in (): pass\ndef f(): return colorsys\n", used(UseContext::Assigned)),
        ("k_walrus", 1, b"import colorsys\n[0 for x in () if (colorsys := x)]\ndef f(): return colorsys\n", used(UseContext::Assigned)),
        ("k_except", 1, b"import colorsys\ntry: pass\nexcept OSError as colorsys: pass\ndef f(): return colorsys\n", used(UseContext::Assigned)),
        ("k_deleted", 1, b"import colorsys\ndef f(): return colorsys\ndel colorsys\n", used(UseContext::Deleted)),
        ("k_global", 1, b"import colorsys\ndef f():\n    global colorsys\n    colorsys = 1\n", used(UseContext::Global)),
        ("k_star", 1, b"import colorsys\nfrom csv import *\ndef f(): return colorsys\n", used(UseContext::Assigned)),
        ("k_globals", 1, b"import colorsys\ndef f(): return colorsys, globals()\n", used(UseContext::Reflected)),
        ("k_eval", 1, b"import colorsys\ndef f(): return colorsys\ndef g(x): return eval(x)\n", used(UseContext::Reflected)),
        ("k_modules", 1, b"import colorsys, sys\ndef f(): return colorsys\ndef g(x): return getattr(sys.modules[__name__], x)\n", used(UseContext::Reflected)),
        ("k_exported", 1, b"import colorsys\n__all__ = ['f', 'colorsys']\ndef f(): return colorsys\n", used(UseContext::Exported)),
        ("k_computed", 1, b"import colorsys\nNAMES = ()\n__all__ = list(NAMES)\ndef f(): return colorsys\n", used(UseContext::ComputedExports)),
        ("k_doctest", 1, b"import colorsys\ndef f():\n    '''\n    >>> colorsys.x\n    '''\n    return colorsys\n", used(UseContext::Doctest)),
        ("k_comment", 1, b"import colorsys\ndef f():\n    x = 1  # type: colorsys.X\n    return colorsys\n", used(UseContext::TypeComment)),
        ("k_reimported", 1, b"import colorsys\ndef f(): return colorsys\n", used(UseContext::Reimported)),
        ("k_accessed", 1, b"import colorsys\ndef f(): return colorsys\n", used(UseContext::Accessed)),
        ("k_patched", 1, b"import colorsys\ndef f(): return colorsys\n", used(UseContext::Patched)),
        ("k_patched_object", 1, b"import colorsys\ndef f(): return colorsys\n", used(UseContext::Patched)),
        ("k_named", 1, b"import colorsys\ndef f(): return colorsys\n", used(UseContext::Named)),
        ("k_relied", 1, b"import xml.dom\ndef f():\n    return xml.dom\n", used(UseContext::Relied)),
        ("k_unused", 1, b"import colorsys\n", Reason::Unused),
        ("k_export_form", 1, b"import colorsys as colorsys\ndef f(): return colorsys\n", Reason::ExplicitExport),
        ("k_effect", 1, b"import readline as colorsys\ndef f(): return colorsys\n", Reason::SideEffect),
        ("k_condition", 2, b"if True:\n    import colorsys\ndef f(): return colorsys\n", Reason::Standing(Standing::Conditional)),
        ("k_try", 2, b"try:\n    import colorsys\nexcept ImportError:\n    colorsys = None\ndef f(): return colorsys\n", Reason::Standing(Standing::Guarded)),
        ("k_in_class", 2, b"class A:\n    import colorsys\n", Reason::Standing(Standing::Class)),
        ("k_in_function", 2, b"def f():\n    import colorsys\n", Reason::Standing(Standing::Function)),
        ("k_stars", 1, b"from colorsys import *\ndef f(): return rgb_to_hsv\n", Reason::Standing(Standing::Star)),
        ("k_shared", 1, b"import colorsys; import csv\ndef f(): return colorsys, csv\n", Reason::Statement(StatementProblem::SharedLine)),
        ("k_old_mac", 1, b"import colorsys\rdef f():\r    return colorsys\r", Reason::Statement(StatementProblem::LineEndings)),
        ("k_commented", 1, b"from colorsys import (\n    rgb_to_hsv,  # one\n    hsv_to_rgb,\n)\ndef f():\n    return rgb_to_hsv, hsv_to_rgb\n", Reason::Statement(StatementProblem::Comments)),
        ("k_marked", 1, b"\xef\xbb\xbfimport colorsys\ndef f():\n    return colorsys\n", Reason::Statement(StatementProblem::SharedLine)),
        ("k_one_line", 1, b"import colorsys\ndef f(): return colorsys\n", Reason::Function(FunctionProblem::OneLine)),
        ("k_finalizer", 1, b"import colorsys\nclass A:\n    def __del__(self):\n        colorsys.x\n", Reason::Function(FunctionProblem::Finalizer)),
        ("k_package/__init__", 1, b"import colorsys\ndef f():\n    return colorsys\n", Reason::Interface),
        ("k_unreadable", 1, b"import colorsys\ndef f(:\n", Reason::Standing(Standing::Unreadable)),
    ]
}

/// Files that rely on names of the modules above.
const OTHERS: &[(&str, &str)] = &[
    (
        "user.py",
        "from k_reimported import colorsys\nimport k_accessed as ka\nprint(ka.colorsys)\n",
    ),
    (
        "tests/test_patched.py",
        "from unittest import mock\ndef test():\n    with mock.patch('k_patched.colorsys.rgb_to_hsv'):\n        pass\n",
    ),
    (
        "tests/test_object.py",
        "import k_patched_object\nfrom unittest import mock\ndef test(monkeypatch):\n    monkeypatch.setattr(k_patched_object, 'colorsys', None)\n",
    ),
    ("relying.py", "import xml\ndef f():\n    return xml.dom.Node\n"),
    ("settings.toml", "entry = \"k_named:colorsys\"\n"),
];

struct Sources {
    project: Project,
    probe: Probe,
}

impl Sources {
    fn of<'a>(sources: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let project = Project::new(OTHERS);
        for (name, source) in sources {
            let path = project.root().join(format!("{name}.py"));
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, source).expect("a file");
        }
        let probe = Probe::new(project.session(python()), None);
        Self { project, probe }
    }

    fn syntax(&self, places: &[(&str, u32)]) -> Vec<StatementSyntax> {
        let place = |(name, line): &(&str, u32)| StatementPlace {
            module: name.trim_end_matches("/__init__").to_owned(),
            file: format!("{name}.py"),
            line: *line,
        };
        let places: Vec<StatementPlace> = places.iter().map(place).collect();
        self.probe.syntax(&places, &[]).expect("it is read").statements
    }

    /// Of each module, what its `run` returns, and whether importing the module loads `colorsys`. All in one process.
    fn behaviour(&self, names: &[&str]) -> Vec<(String, bool)> {
        const PROGRAM: &str = "
import importlib, sys
for name in sys.argv[1:]:
    sys.modules.pop('colorsys', None)
    module = importlib.import_module(name)
    loaded = 'colorsys' in sys.modules
    print(loaded, ascii((module.run(), module.__doc__, module.run.__doc__)))
";
        let output = Command::new(python())
            .args(["-B", "-c", PROGRAM])
            .args(names)
            .current_dir(self.project.root())
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("text");
        let behaviour = |line: &str| {
            let (loaded, printed) = line.split_once(' ').expect("two words");
            (printed.to_owned(), loaded == "True")
        };
        text.lines().map(behaviour).collect()
    }

    /// Moves the import in each source, and runs all of them before and after.
    fn move_all(&self, shapes: &[(&str, u32, &[u8])]) {
        let names: Vec<&str> = shapes.iter().map(|(name, ..)| *name).collect();
        let places: Vec<(&str, u32)> = shapes.iter().map(|(name, line, _)| (*name, *line)).collect();
        let before = self.behaviour(&names);
        for ((name, _, source), syntax) in shapes.iter().zip(self.syntax(&places)) {
            let planned = planned(&syntax).unwrap_or_else(|refusals| panic!("{name}: {refusals:?}"));
            let after = edited(source, &[&planned.edit]);
            let text = String::from_utf8_lossy(&after).into_owned();
            assert!(has_all_other_lines(source, &after), "{name}:\n{text}");
            std::fs::write(self.project.root().join(format!("{name}.py")), &after).expect("a file");
        }
        for ((name, before), after) in names.iter().zip(before).zip(self.behaviour(&names)) {
            assert!(before.1, "{name}");
            assert_eq!(after, (before.0, false), "{name}");
        }
    }
}

#[test]
fn an_import_that_is_moved_changes_nothing_but_when_it_happens() {
    let shapes: Vec<(&str, u32, &[u8])> = MOVED
        .iter()
        .map(|shape| (shape.name, shape.line, shape.source))
        .collect();
    Sources::of(MOVED.iter().map(|shape| (shape.name, shape.source))).move_all(&shapes);
}

/// True where the lines that both have are in the same order, and none is missing but the import's own and a blank one.
fn has_all_other_lines(before: &[u8], after: &[u8]) -> bool {
    let mut left = after.split_inclusive(|byte| *byte == b'\n');
    let mut missing = before.split_inclusive(|byte| *byte == b'\n').filter(|line| {
        !left.clone().any(|other| other == *line) || left.by_ref().find(|other| other == line).is_none()
    });
    missing.all(|line| {
        let text = String::from_utf8_lossy(line);
        text.trim().is_empty() || ["colorsys", "rgb", "hsv", ")"].iter().any(|part| text.contains(part))
    })
}

fn planned(syntax: &StatementSyntax) -> Result<Planned, Vec<Refusal>> {
    plan(syntax, Style::InFunctions)
}

#[test]
fn what_must_not_be_moved_is_refused_with_its_reason() {
    let kept = kept();
    let sources = Sources::of(kept.iter().map(|(name, _, source, _)| (*name, *source)));
    let places: Vec<(&str, u32)> = kept.iter().map(|(name, line, ..)| (*name, *line)).collect();
    let mut wrong = Vec::new();
    for ((name, _, _, reason), syntax) in kept.iter().zip(sources.syntax(&places)) {
        let refusals = planned(&syntax).expect_err(name);
        if !refusals.iter().any(|refusal| refusal.reason == *reason) {
            wrong.push((*name, refusals));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_lazy_import_keeps_its_line_and_its_names() {
    let source = b"import sys\nimport colorsys  # colours\ndef f(x: colorsys.X): return colorsys, sys\n";
    let sources = Sources::of([("lazily", &source[..])]);
    let syntax = sources.syntax(&[("lazily", 2)]).remove(0);
    let planned = plan(&syntax, Style::LazyKeyword).expect("it can be lazy");
    let expected = "import sys\nlazy import colorsys  # colours\ndef f(x: colorsys.X): return colorsys, sys\n";
    assert_eq!(String::from_utf8_lossy(&edited(source, &[&planned.edit])), expected);
}

/// Newer syntax, where the interpreter has it.
#[test]
fn newer_syntax_is_understood_where_there_is_any() {
    let version = python_version();
    let mut shapes: Vec<(&str, u32, &[u8])> = Vec::new();
    if version >= (3, 10) {
        shapes.push(("matching", 1, b"import colorsys\ndef run():\n    match 1:\n        case colorsys_ if colorsys:\n            return colorsys.rgb_to_hsv(1, 0, 0)\n"));
    }
    if version >= (3, 12) {
        shapes.push(("generic", 1, b"import colorsys\ndef other[colorsys](x: colorsys) -> colorsys:\n    return x\ndef run[T]():\n    type A = list[T]\n    return other(1), f\"{colorsys.rgb_to_hsv(1, 0, 0)!r}\"\n"));
    }
    if !shapes.is_empty() {
        Sources::of(shapes.iter().map(|(name, _, source)| (*name, *source))).move_all(&shapes);
    }
}

#[test]
fn an_import_in_a_case_stands_in_a_condition() {
    if python_version() < (3, 10) {
        return;
    }
    let source = b"match 1:\n    case 1:\n        import colorsys\ndef f(): return colorsys\n";
    let syntax = Sources::of([("matched", &source[..])])
        .syntax(&[("matched", 3)])
        .remove(0);
    assert_eq!(syntax.standing, Standing::Conditional);
}

#[test]
fn annotations_are_needed_where_the_project_evaluates_them() {
    let typed = b"from __future__ import annotations\nimport colorsys\ndef run(x: colorsys.X): pass\n";
    let hints = b"import typing\ndef hints(f):\n    return typing.get_type_hints(f)\n";
    let alone = Sources::of([("typed", &typed[..])]);
    assert!(planned(&alone.syntax(&[("typed", 2)])[0]).is_ok());
    let both = Sources::of([("typed", &typed[..]), ("hints", &hints[..])]);
    let refusals = planned(&both.syntax(&[("typed", 2)])[0]).expect_err("it must stay");
    assert_eq!(refusals[0].reason, RefusalReason::Use(UseContext::Annotation));
}

/// A module, and what its body does in which line.
type BodyShape = (&'static str, &'static [u8], Option<(BodyEffectKind, u32)>);

#[test]
fn what_a_body_does_to_others_is_seen() {
    let bodies: &[BodyShape] = &[
        (
            "b/plain",
            b"\"\"\"Text.\"\"\"\nimport os\nX = os.getenv('X')\nX.y = 1\ndef f():\n    print(1)\n",
            None,
        ),
        (
            "b/calls",
            b"import atexit\natexit.register(print)\n",
            Some((BodyEffectKind::Call, 2)),
        ),
        (
            "b/in_condition",
            b"if True:\n    print(1)\n",
            Some((BodyEffectKind::Call, 2)),
        ),
        ("b/program", b"if __name__ == '__main__':\n    print(1)\n", None),
        (
            "b/handler",
            b"import logging\nlogging.getLogger('b').addHandler(logging.NullHandler())\n",
            None,
        ),
        (
            "b/environment",
            b"import os\nos.environ['X'] = '1'\n",
            Some((BodyEffectKind::Assignment, 2)),
        ),
        (
            "b/deletes",
            b"import os\ndel os.environ['X']\n",
            Some((BodyEffectKind::Assignment, 2)),
        ),
        ("b/own_object", b"app = dict()\napp['x'] = 1\n", None),
        (
            "b/registers",
            b"from .plain import X\n@X.command()\ndef f(): pass\n",
            Some((BodyEffectKind::Decorator, 3)),
        ),
        (
            "b/wraps",
            b"import functools\n@functools.lru_cache(1)\ndef f(): pass\n",
            None,
        ),
        ("b/base", b"class Base:\n    def __init_subclass__(cls): pass\n", None),
        (
            "b/derived",
            b"from b.base import Base\nclass A(Base): pass\n",
            Some((BodyEffectKind::Subclass, 2)),
        ),
    ];
    let sources = Sources::of(bodies.iter().map(|(name, source, _)| (*name, *source)));
    let body = |(name, ..): &BodyShape| Body {
        module: name.replace('/', "."),
        file: format!("{name}.py"),
    };
    let asked: Vec<Body> = bodies.iter().map(body).collect();
    let found = sources.probe.syntax(&[], &asked).expect("it is read").effects;
    let found: Vec<(String, BodyEffectKind, u32)> = found
        .into_iter()
        .map(|effect| (effect.file, effect.kind, effect.line))
        .collect();
    let expected = bodies.iter().filter_map(|(name, _, effect)| {
        let (kind, line) = (*effect)?;
        Some((format!("{name}.py"), kind, line))
    });
    assert_eq!(found, expected.collect::<Vec<_>>());
}
