//! A script as the interpreter gets it: all of it inside one function, in a namespace that no module has.
//!
//! Whatever a script takes hold of, such as clocks and what it sends its answer with, is a variable of that function. So nothing
//! of it is an attribute of `__main__` or of another module, where measured code could put something else in its place, and even
//! the built-in functions are looked up in a copy.

use super::scripts::Script;

/// The function that all of a script is in.
const FUNCTION: &str = "_script";

/// What the parts of a script after the first take from it, where that one is run before they are loaded.
const HELD: &str = "_hold_collections, _release_collections, _restore_threshold";

/// Where the program takes its own source from, in `CODE`: an expression without names of its own, so that `__main__` has none.
const RUN: &str = "(lambda names, code: (exec(code, names), names.pop('_script')()))(\
    {'__name__': '__main__', '__builtins__': dict(vars(__import__('builtins')))}, CODE)\n";

/// The two texts that a script is compiled from.
#[derive(Debug)]
pub(super) struct Enclosed {
    /// What begins, and takes the bytecode of the rest as `_rest` where there is some.
    pub(super) first: String,
    /// What is not to be loaded before the first part has run.
    pub(super) rest: Option<String>,
}

impl Enclosed {
    pub(super) fn of(script: Script) -> Self {
        let Some((first, rest)) = script.assemble_held() else {
            return Self {
                first: function("", &script.assemble()),
                rest: None,
            };
        };
        let load = format!(
            "{first}\nimport marshal\nexec(marshal.loads(globals().pop('_REST')), globals())\nglobals().pop('{FUNCTION}')({HELD})\n"
        );
        Self {
            first: function("", &load),
            rest: Some(function(HELD, &rest)),
        }
    }

    /// The program that has the interpreter compile a script of one text, whose files are to be named so in tracebacks.
    pub(super) fn source(&self, path: &str) -> String {
        let code = format!(
            "compile({}, {}, 'exec')",
            bytes(&self.first),
            format_args!("{}.decode('utf-8', 'surrogateescape')", bytes(path))
        );
        RUN.replace("CODE", &code)
    }
}

/// The program with which a script begins that was compiled before.
pub(super) fn run_compiled() -> String {
    RUN.replace("CODE", "__import__('marshal').loads(CODE)")
}

/// A function with this text as its body. No part has a string over several lines whose content matters.
fn function(parameters: &str, text: &str) -> String {
    let mut function = format!("def {FUNCTION}({parameters}):\n");
    for line in text.lines() {
        if !line.is_empty() {
            function.push(' ');
            function.push_str(line);
        }
        function.push('\n');
    }
    function
}

/// Text as a literal of bytes.
fn bytes(text: &str) -> String {
    format!("b'{}'", text.as_bytes().escape_ascii())
}
