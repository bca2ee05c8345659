//! Which line of a body took the time, also where the body does its best to hide it.

use std::collections::BTreeSet;

use importgate_core::observed::ImportRequest;
use importgate_core::observed::LineSeen;

use crate::support::{Project, python, python_version, steady_lines};

/// What takes far longer than every other line of these bodies together.
const BURN: &str = "sum(range(6_000_000))";

fn lines(files: &[(&str, &str)], target: &str, watched: &[&str]) -> Vec<LineSeen> {
    let project = Project::new(files);
    let imports = [target.to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 0,
    };
    let session = project.session(python());
    // The first import compiles, which is in no line.
    session.lines(request, watched).expect("the process runs");
    steady_lines(&session, request, watched)
}

/// The line that takes most of a body, and what share of it.
fn heaviest(source: &str) -> Option<u32> {
    let mut seen = lines(&[("body.py", source)], "body", &["body"]);
    let total: u64 = seen.iter().map(|line| line.ns).sum();
    seen.sort_by_key(|line| std::cmp::Reverse(line.ns));
    let first = seen.first()?;
    assert!(first.ns > total / 2, "{source}: {seen:#?}");
    Some(first.line)
}

#[test]
fn the_first_line_of_the_statement_is_named() {
    let cases = [
        (format!("x = 1\ny = {BURN}\nz = 2\n"), 2),
        ("import time\nx = 1\ntime.sleep(0.2)\nz = 2\n".to_owned(), 3),
        (
            "x = 1\nTABLE = {\n    str(n): [n] * 3\n    for n in range(300_000)\n}\ny = 1\n".to_owned(),
            2,
        ),
        (
            format!("def f(\n    a,\n):\n    b = 1\n    return {BURN}\nx = 1\ny = [\n    1,\n    f(1),\n]\n"),
            7,
        ),
        // Inside a compound statement, the line in it.
        (format!("for x in range(3):\n    y = 1\n    z = {BURN}\n"), 3),
        (format!("try:\n    y = 1\n    z = {BURN}\nfinally:\n    y = 2\n"), 3),
        (format!("if 1:\n    if 2:\n        y = 1\n        z = {BURN}\n"), 4),
        // A body of a class is part of the module's; what makes the class of it is the class statement's.
        (format!("class A:\n    x = 1\n    y = {BURN}\n    z = 1\nx = 1\n"), 3),
        (
            format!(
                "class M(type):\n    def __new__(mcs, *args):\n        {BURN}\n        return super().__new__(mcs, *args)\n\
                 x = 1\nclass A(metaclass=M):\n    a = 1\n    b = 2\nx = 2\n"
            ),
            6,
        ),
        (
            format!("def wrap(f):\n    {BURN}\n    return f\n\n@wrap\ndef f():\n    pass\n"),
            5,
        ),
        // A wait that nothing announces.
        ("import threading\nx = 1\nthreading.Event().wait(0.2)\n".to_owned(), 3),
    ];
    for (source, line) in cases {
        assert_eq!(heaviest(&source), Some(line), "{source}");
    }
}

#[test]
fn a_loop_of_millions_of_steps_is_seen_to_its_end() {
    let source = format!("x = 0\nfor n in range(700_000):\n    x += 1\n    x -= n\ny = {BURN}\nz = 2\n");
    let seen = lines(&[("body.py", &source)], "body", &["body"]);
    let of = |numbers: &[u32]| {
        let lines = seen.iter().filter(|line| numbers.contains(&line.line));
        lines.map(|line| line.ns).sum::<u64>()
    };
    assert!(of(&[2, 3, 4]) > 10 * of(&[1, 6]), "{seen:#?}");
    assert!(of(&[5]) > 10 * of(&[1, 6]), "{seen:#?}");
    let loops: BTreeSet<_> = seen.iter().map(|line| (line.line, line.loop_line)).collect();
    // By samples what takes next to no time is not seen.
    let inside = [2, 3, 4].map(|line| (line, Some(2)));
    let outside = [1, 5, 6].map(|line| (line, None));
    assert!(loops.is_superset(&inside.into()), "{loops:?}");
    assert!(
        loops.is_subset(&inside.into_iter().chain(outside).collect()),
        "{loops:?}"
    );
}

#[test]
fn a_loop_whose_lines_take_alike_is_not_taken_for_one_of_them() {
    let source =
        "x = {}\nfor n in range(300):\n    for m in range(300):\n        x[n, m] = n * m\n        x[m, -n] = n + m\n";
    let seen = lines(&[("body.py", source)], "body", &["body"]);
    let heaviest = seen.iter().filter(|line| line.line > 2).map(|line| line.ns).max();
    let all: u64 = seen.iter().map(|line| line.ns).sum();
    assert!(heaviest.is_some_and(|ns| ns < all / 10 * 7), "{seen:#?}");
}

#[test]
fn what_has_no_end_of_lines_or_calls_is_no_longer_traced() {
    let cases = [
        format!("import sys\nfor n in range(100_000):\n    x = n\ny = sys.gettrace() or {BURN}\n"),
        format!("import sys\ndef f(n):\n    pass\nx = [f(n) for n in range(30_000)]\ny = sys.gettrace() or {BURN}\n"),
        format!(
            "import sys\nclass A:\n    for n in range(100_000):\n        x = n\n    y = sys.gettrace() or {BURN}\n"
        ),
    ];
    for source in cases {
        let last = source.lines().count() as u32;
        assert_eq!(heaviest(&source), Some(last), "{source}");
    }
}

#[test]
fn looking_at_a_deep_stack_holds_up_neither_the_import_nor_itself() {
    let deep = "def deep(n):\n    return deep(n - 1) if n else [len(range(k)) for k in range(1_000_000)]\n";
    let calls = "x = [(lambda: n)() for n in range(30_000)]\n";
    let source = format!("import sys\nsys.setrecursionlimit(10_000)\n{deep}{calls}y = deep(6_000)\nz = 1\n");
    assert_eq!(heaviest(&source), Some(6));
}

#[test]
fn what_a_line_imports_is_not_its_own_time() {
    let files = [
        ("body.py", "x = 1\nimport heavy\ny = list(range(50_000))\n"),
        ("heavy.py", &format!("a = 1\nb = {BURN}\n")[..]),
    ];
    let seen = lines(&files, "body", &["body", "heavy"]);
    let of = |module: &str, number: u32| {
        let found = seen.iter().find(|line| line.module == module && line.line == number);
        found.unwrap_or_else(|| panic!("{module}:{number} in {seen:#?}")).ns
    };
    assert!(of("heavy", 2) > 10 * of("body", 2), "{seen:#?}");
    assert!(seen.iter().all(|line| line.file == format!("{}.py", line.module)));
    // What nobody asks for is not watched.
    let seen = lines(&files, "body", &["heavy"]);
    assert!(seen.iter().all(|line| line.module == "heavy"), "{seen:#?}");
}

#[test]
fn hostile_bodies_get_the_right_line_or_none() {
    let or_none = [
        // A trace function of its own takes the place of ours where there is no monitoring.
        (
            format!("import sys\nsys.settrace(lambda *a: None)\nx = 1\ny = {BURN}\nsys.settrace(None)\n"),
            4,
        ),
        (format!("import sys\nsys.settrace(None)\nx = 1\ny = {BURN}\n"), 4),
        (format!("x = 1\ny = {BURN}\nimport os\nos._exit(0)\n"), 2),
        (
            format!("x = 1\ny = {BURN}\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"),
            2,
        ),
    ];
    for (source, line) in or_none {
        let named = heaviest(&source);
        assert!(named.is_none() || named == Some(line), "{named:?}: {source}");
    }
    let right = [
        (format!("x = 1\nexec('a = 1\\nb = 2\\nc = {BURN}')\nx = 2\n"), 2),
        (
            format!("x = 1\nexec(compile('a = 1\\nb = {BURN}', __file__, 'exec'))\nx = 2\n"),
            2,
        ),
        (format!("x = 1\neval('{BURN}')\nx = 2\n"), 2),
        (
            "import threading, time\ndef f():\n    time.sleep(0.2)\nt = threading.Thread(target=f)\nt.start()\nx = 1\nt.join()\n".to_owned(),
            7,
        ),
        (
            format!("import builtins\nbuiltins.len = builtins.max = None\nx = {BURN}\n"),
            3,
        ),
        (
            format!("import os\nif os.fork() == 0:\n    os._exit(0)\nos.wait()\nx = {BURN}\n"),
            5,
        ),
        (format!("x = {BURN}\nraise ValueError\n"), 1),
        (format!("import sys\nsys.setrecursionlimit(60)\nx = {BURN}\n"), 3),
    ];
    for (source, line) in right {
        assert_eq!(heaviest(&source), Some(line), "{source}");
    }
}

#[test]
fn a_statement_is_told_with_its_lines_and_with_those_that_it_depends_on() {
    let source = format!(
        "import functools\n\
         def inner():\n    return {BURN}\n\
         def outer():\n    return inner()\n\
         A = outer()\n\
         B = [\n    {BURN},\n    1,\n]\n\
         if A:\n    for n in range(2):\n        C = {BURN}\n\
         class D:\n    x = {BURN}\n    def method(self):\n        return 1\n\n    y = 1\n\
         @functools.lru_cache(\n    maxsize={BURN},\n)\ndef decorated():\n    return 1\n\
         try:\n    E = {BURN}\nexcept ValueError:\n    pass\n"
    );
    let seen = lines(&[("body.py", &source)], "body", &["body"]);
    let of = |number: u32| {
        let found = seen.iter().find(|line| line.line == number);
        found.unwrap_or_else(|| panic!("{number} in {seen:#?}"))
    };
    let told = |number: u32| (of(number).extent.clone(), of(number).reach.clone());
    assert_eq!(told(6), (vec![(6, 6)], vec![(4, 5), (2, 3)]));
    assert_eq!(told(7), (vec![(7, 10)], vec![]));
    assert_eq!(told(13), (vec![(13, 13)], vec![(11, 11), (12, 12)]));
    // A method that changes does not change what the class statement does.
    assert_eq!(of(14).extent, [(14, 14), (15, 15), (16, 16), (19, 19)]);
    assert_eq!(told(20), (vec![(20, 24)], vec![]));
    assert_eq!(told(26), (vec![(26, 26)], vec![]));
    assert_eq!(of(25).extent, [(25, 25)]);
}

#[test]
fn a_statement_that_is_one_call_is_told_with_what_it_calls() {
    let source = "import math, functools\n\
         def work(*a, **k):\n    sum(range(300_000))\n    return work\n\
         A = work(1, b=[2])\n\
         B = functools.reduce(lambda a, b: work(), (1, 2))\n\
         work()\n\
         @work\ndef decorated():\n    pass\n\
         @work(1)\nclass Decorated:\n    pass\n\
         C = work(work())\n\
         D = work()()\n\
         E = [work() for _ in range(3)]\n\
         F = work(x=work)(1), 2\n\
         for n in work() and (1, 2):\n    G = work(n); H = work(n)\n\
         @work\nclass Based(Exception):\n    pass\n\
         class Plain(Exception):\n    pass\n\
         class Mixed(Exception, object):\n    pass\n";
    let seen = lines(&[("body.py", source)], "body", &["body"]);
    let calls = |number: u32| {
        let found = seen.iter().find(|line| line.line == number);
        found
            .unwrap_or_else(|| panic!("{number} in {seen:#?}"))
            .calls
            .as_deref()
    };
    let told: Vec<Option<&str>> = [5, 6, 7, 8, 11].map(calls).into();
    let (reduce, work) = (Some("functools.reduce"), Some("work"));
    assert_eq!(told, [work, reduce, work, work, work]);
    assert_eq!([23, 25].map(calls), [Some("Exception"), None]);
    // What else these do is not known to take no time.
    assert_eq!([14, 15, 16, 17, 18, 19].map(calls), [None; 6]);
    // A class with bases is made by more than its decorator, and before Python 3.11 both happen in its own line.
    assert_eq!(calls(if python_version() < (3, 11) { 21 } else { 20 }), None);
    assert_eq!(
        seen.iter().find(|line| line.line == 8).expect("it").text,
        "@work def decorated():"
    );
}
