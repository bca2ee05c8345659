//! Edits of sources whose statements were typed by hand, and the order in which statements are tried.

use super::{Refusal, RefusalReason, Style, edited, plan};
use crate::observed::{
    CheckingBlock, FunctionSyntax, ImportedName, NameUse, Standing, StatementProblem, StatementSyntax, TypeChecking,
    UseContext,
};

fn used(context: UseContext, function: Option<usize>) -> NameUse {
    NameUse {
        context,
        file: None,
        line: 9,
        function,
    }
}

fn name(name: &str, uses: Vec<NameUse>) -> ImportedName {
    ImportedName {
        name: name.to_owned(),
        renamed: None,
        uses,
    }
}

fn in_function(text: &str) -> ImportedName {
    name(text, vec![used(UseContext::Function, Some(0))])
}

/// A statement in these lines, and a function whose body begins before line `before`.
fn statement(lines: (u32, u32), from: Option<&str>, names: Vec<ImportedName>, before: u32) -> StatementSyntax {
    StatementSyntax {
        module: "shop".to_owned(),
        file: "shop.py".to_owned(),
        line: lines.0,
        standing: Standing::TopLevel,
        end_line: lines.1,
        problem: None,
        from: from.map(str::to_owned),
        names,
        functions: vec![FunctionSyntax {
            name: "run".to_owned(),
            line: before - 1,
            before,
            indentation: "\t".to_owned(),
            problem: None,
        }],
        is_package: false,
        has_exports: false,
        type_checking: TypeChecking::default(),
    }
}

fn change(source: &str, statements: &[StatementSyntax], style: Style) -> String {
    let planned = statements
        .iter()
        .map(|one| plan(one, style).expect("it can be moved").edit);
    let edits: Vec<_> = planned.collect();
    String::from_utf8(edited(source.as_bytes(), &edits.iter().collect::<Vec<_>>())).expect("text")
}

fn moved(source: &str, statements: &[StatementSyntax]) -> String {
    change(source, statements, Style::InFunctions)
}

fn refused(statement: &StatementSyntax, style: Style) -> Vec<RefusalReason> {
    let refusals = plan(statement, style).expect_err("it must stay");
    refusals.into_iter().map(|refusal: Refusal| refusal.reason).collect()
}

#[test]
fn a_comment_goes_with_its_statement_and_line_ends_stay() {
    let source = "import json  # noqa\r\ndef run():\r\n\treturn json\r\n";
    let expected = "def run():\r\n\timport json  # noqa\r\n\treturn json\r\n";
    assert_eq!(
        moved(source, &[statement((1, 1), None, vec![in_function("json")], 3)]),
        expected
    );
}

#[test]
fn names_that_must_stay_stay_in_as_many_lines() {
    let source = "from a import (\n  b,\n  c, d,\n)\ndef run():\n\treturn b\n";
    let stays = |text| name(text, vec![used(UseContext::Module, None)]);
    let names = vec![in_function("b"), stays("c"), stays("d")];
    let expected = "from a import (\n    c,\n    d,\n)\ndef run():\n\tfrom a import b\n\treturn b\n";
    assert_eq!(moved(source, &[statement((1, 4), Some("a"), names, 6)]), expected);
}

#[test]
fn one_of_two_blank_lines_around_a_statement_goes_with_it() {
    let source = "import x\n\nimport json\n\ndef run():\n\treturn json";
    let expected = "import x\n\ndef run():\n\timport json\n\treturn json";
    assert_eq!(
        moved(source, &[statement((3, 3), None, vec![in_function("json")], 6)]),
        expected
    );
}

#[test]
fn no_blank_line_stays_at_the_beginning_of_a_file() {
    let source = "import a\nimport b\n\n\ndef run():\n\treturn a, b\n";
    let both = [("a", 1), ("b", 2)].map(|(text, line)| statement((line, line), None, vec![in_function(text)], 6));
    assert_eq!(
        moved(source, &both),
        "def run():\n\timport a\n\timport b\n\treturn a, b\n"
    );
    let as_it_was = "\nimport a\nimport x\n\ndef run():\n\treturn a\n";
    assert_eq!(
        moved(as_it_was, &[statement((2, 2), None, vec![in_function("a")], 6)]),
        "\nimport x\n\ndef run():\n\timport a\n\treturn a\n"
    );
}

#[test]
fn several_statements_of_a_file_are_changed_at_once() {
    let source = "import a\nimport b\ndef run():\n\treturn a, b\n";
    let both = ["a", "b"].map(|text| {
        let line = if text == "a" { 1 } else { 2 };
        statement((line, line), None, vec![in_function(text)], 4)
    });
    assert_eq!(
        moved(source, &both),
        "def run():\n\timport a\n\timport b\n\treturn a, b\n"
    );
}

#[test]
fn what_type_checkers_need_goes_into_their_block_or_into_a_new_one() {
    let typed = |line| {
        let only_types = name("a", vec![used(UseContext::TypeOnly, None)]);
        statement((line, line), None, vec![only_types], 99)
    };
    let source = "import a\nimport a\n";
    let expected = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n    import a\n";
    assert_eq!(moved(source, &[typed(1), typed(2)]), expected);
    let mut known = typed(4);
    known.type_checking = TypeChecking {
        name: Some("t.TYPE_CHECKING".to_owned()),
        block: Some(CheckingBlock {
            before: 4,
            indentation: "  ".to_owned(),
        }),
    };
    let source = "import typing as t\nif t.TYPE_CHECKING:\n  import b\nimport a\n";
    assert_eq!(
        moved(source, &[known.clone()]),
        "import typing as t\nif t.TYPE_CHECKING:\n  import b\n  import a\n"
    );
    known.type_checking.block = None;
    let expected = "import typing as t\nif t.TYPE_CHECKING:\n  import b\nif t.TYPE_CHECKING:\n    import a\n";
    assert_eq!(moved(source, &[known]), expected);
}

#[test]
fn lazy_goes_in_front_of_a_statement_or_of_what_of_it_can_be_lazy() {
    let source = "from a import (  # one\n  b, c)\n";
    let mut whole = statement((1, 2), Some("a"), vec![in_function("b"), in_function("c")], 99);
    whole.problem = Some(StatementProblem::Comments);
    assert_eq!(
        change(source, &[whole.clone()], Style::LazyKeyword),
        format!("lazy {source}")
    );
    assert_eq!(
        refused(&whole, Style::InFunctions),
        [RefusalReason::Statement(StatementProblem::Comments)]
    );
    let some = vec![in_function("b"), name("c", vec![used(UseContext::Module, None)])];
    let parted = statement((1, 1), None, some, 99);
    assert_eq!(
        change("import b, c\n", &[parted], Style::LazyKeyword),
        "import c\nlazy import b\n"
    );
}

#[test]
fn whoever_takes_a_lazy_name_from_the_module_gets_it() {
    for context in [
        UseContext::Patched,
        UseContext::Reimported,
        UseContext::Annotation,
        UseContext::Lambda,
    ] {
        let also = name("a", vec![used(UseContext::Function, Some(0)), used(context, None)]);
        let statement = statement((1, 1), None, vec![also], 3);
        assert_eq!(refused(&statement, Style::InFunctions), [RefusalReason::Use(context)]);
        assert!(plan(&statement, Style::LazyKeyword).is_ok(), "{context:?}");
    }
}

#[test]
fn a_package_is_its_interface_where_it_does_not_say_what_is() {
    let mut package = statement((1, 1), None, vec![in_function("a")], 3);
    package.is_package = true;
    assert_eq!(refused(&package, Style::InFunctions), [RefusalReason::Interface]);
    package.has_exports = true;
    assert!(plan(&package, Style::InFunctions).is_ok());
    package.has_exports = false;
    package.names = vec![in_function("_a")];
    assert!(plan(&package, Style::InFunctions).is_ok());
}
