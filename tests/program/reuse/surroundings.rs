//! What changes for every import at once: the interpreter's start, its search path, its settings, and what is installed.

use std::fs;

use super::{imported, record};
use crate::support::Project;

/// A project with an environment of its own, in which a distribution is installed, and its folder of installed packages.
fn project() -> (Project, String) {
    let project = Project::new("[project]\nsource-roots = ['.', 'second']\n[modules.shop]\n");
    project.write("shop.py", "import parts\n");
    project.write("second/unused.py", "");
    let site = project.environment();
    project.write(&format!("{site}/parts.py"), "VALUE = 1\n");
    project.write(
        &format!("{site}/parts-1.0.dist-info/METADATA"),
        "Name: parts\nVersion: 1.0\n",
    );
    project.write(&format!("{site}/parts-1.0.dist-info/RECORD"), "parts.py,,\n");
    project.write(&format!("{site}/folders.pth"), "later\n");
    (project, site)
}

/// Something that changes, in what is recorded, installed or set: the project, and the folder of installed packages.
type Change = fn(&Project, &str);

const CHANGES: [(&str, Change); 11] = [
    ("a .pth file", |p, site| {
        p.write(&format!("{site}/new.pth"), "import this_is_not_there\n");
    }),
    ("a line of a .pth file", |p, site| {
        p.write(&format!("{site}/folders.pth"), "later\n# more\n");
    }),
    ("the folder that a .pth file names", |p, site| {
        p.write(&format!("{site}/later/other.py"), "");
    }),
    ("sitecustomize", |p, site| {
        p.write(&format!("{site}/sitecustomize.py"), "");
    }),
    ("usercustomize", |p, site| {
        p.write(&format!("{site}/usercustomize.py"), "");
        p.write(
            ".venv/pyvenv.cfg",
            p.read(".venv/pyvenv.cfg").replace(
                "include-system-site-packages = false",
                "include-system-site-packages = true",
            ),
        );
    }),
    ("the version of what is installed", |p, site| {
        p.write(
            &format!("{site}/parts-1.0.dist-info/METADATA"),
            "Name: parts\nVersion: 1.1\n",
        );
    }),
    ("a file of what is installed", |p, site| {
        p.write(&format!("{site}/parts.py"), "VALUE = 2\n");
    }),
    ("the order of source roots", |p, _| {
        p.write(
            "budgets.toml",
            "[project]\nsource-roots = ['second', '.']\n[modules.shop]\n",
        );
    }),
    ("a module that is loaded before", |p, _| {
        p.write(
            "budgets.toml",
            "[project]\nsource-roots = ['.', 'second']\n[modules.shop]\npreload = ['json']\n",
        );
    }),
    ("a forbidden module", |p, _| {
        p.write(
            "budgets.toml",
            "[project]\nsource-roots = ['.', 'second']\n[modules.shop]\nforbid = ['parts']\n",
        );
    }),
    ("the build of the interpreter", |p, _| {
        let baseline = p
            .read("budgets.baseline.json")
            .replace("\"build\": \"", "\"build\": \"other ");
        p.write("budgets.baseline.json", baseline);
    }),
];

#[test]
fn what_surrounds_every_import_has_to_be_the_same() {
    let (project, site) = project();
    record(&project, &project.path(".venv/bin/python"));
    let is_imported = |variables: &[(&str, &str)]| !imported(&project, variables, &[]).is_empty();
    assert!(!is_imported(&[]));
    for (name, value) in [
        ("PYTHONPATH", "second"),
        ("PYTHONOPTIMIZE", "1"),
        ("PYTHONWARNINGS", "error"),
    ] {
        assert!(is_imported(&[(name, value)]), "{name}");
    }
    for (what, change) in CHANGES {
        let files = [
            format!("{site}/folders.pth"),
            format!("{site}/parts-1.0.dist-info/METADATA"),
            format!("{site}/parts.py"),
            ".venv/pyvenv.cfg".to_owned(),
            "budgets.toml".to_owned(),
            "budgets.baseline.json".to_owned(),
        ];
        let before = files.clone().map(|file| project.read(&file));
        change(&project, &site);
        assert!(is_imported(&[]), "{what}");
        for (file, text) in files.iter().zip(before) {
            project.write(file, text);
        }
        for new in ["new.pth", "sitecustomize.py", "usercustomize.py"] {
            let _ = fs::remove_file(project.path(&format!("{site}/{new}")));
        }
        let _ = fs::remove_dir_all(project.path(&format!("{site}/later")));
    }
    assert!(!is_imported(&[]), "everything is as it was");
}
