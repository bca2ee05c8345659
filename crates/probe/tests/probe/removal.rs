//! Statements that are left out: the rest of the body runs as it stands in the file, and what cannot be left out says so.

use importgate_core::observed::{Body, Deferral, Failure, ImportRequest, Sample};

use crate::support::{Project, python};

const APP: &str = "\
'''Words.'''
import first
try:
    import second; import third
except ImportError:
    second = None

assert __doc__ == 'Words.' and __name__ == 'app' and __file__.endswith('app.py')
";

fn project(app: &str) -> Project {
    Project::new(&[("app.py", app), ("first.py", ""), ("second.py", ""), ("third.py", "")])
}

/// The import of `app`, whose body is compiled anew, without these lines of it.
fn import_without(app: &str, lines: &[u32]) -> Result<Sample, Failure> {
    let imports = ["app".to_owned()];
    let request = ImportRequest {
        preload: &[],
        imports: &imports,
        round: 3,
    };
    let bodies = [Body {
        module: "app".to_owned(),
        file: "app.py".to_owned(),
    }];
    let statement = |line: &u32| Deferral {
        importer: "app".to_owned(),
        line: *line,
    };
    let statements: Vec<Deferral> = lines.iter().map(statement).collect();
    let project = project(app);
    let session = project.session(python());
    session.sample_without(request, &bodies, &statements).expect("it runs")
}

fn loaded(app: &str, lines: &[u32]) -> Vec<String> {
    let sample = import_without(app, lines).expect("it works");
    let own = sample.own.iter().map(|own| own.module.to_string());
    let mut modules: Vec<String> = own.filter(|module| !module.starts_with('<')).collect();
    modules.sort();
    modules
}

#[test]
fn the_rest_of_the_body_runs_as_it_stands_in_the_file() {
    assert_eq!(loaded(APP, &[]), ["app", "first", "second", "third"]);
    assert_eq!(loaded(APP, &[2]), ["app", "second", "third"]);
}

#[test]
fn all_of_a_line_goes_and_several_lines_go_together() {
    assert_eq!(loaded(APP, &[4]), ["app", "first"]);
    assert_eq!(loaded(APP, &[2, 4]), ["app"]);
}

#[test]
fn what_needs_the_statement_fails_without_it() {
    let failure = import_without("import first\n\nfirst.__name__\n", &[1]).expect_err("it needs it");
    assert!(
        matches!(&failure, Failure::Raised { exception, .. } if exception == "NameError"),
        "{failure:?}"
    );
}

#[test]
fn a_line_without_an_import_statement_of_the_module_is_a_failure() {
    let in_function = "def load():\n    import first\n\nload()\n";
    for (app, line) in [(APP, 8), (in_function, 2)] {
        let failure = import_without(app, &[line]).expect_err("there is none");
        assert!(matches!(failure, Failure::Raised { .. }), "{failure:?}");
    }
}
