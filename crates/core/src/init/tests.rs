//! Whatever a project looks like, what is written can be read, asks for the modules that it says, and for no less than was measured.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::budgets::{self, Budgets, FileKind, Target};
use crate::observed::{Installed, Listed};

/// Names that a module may have, some of them with a meaning of their own.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-c][a-z_0-9]{0,2}",
        1 => prop::sample::select(vec!["tests", "migrations", "conftest", "vendor", "test_a", "pandas"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["\u{e9}t\u{e9}", "\u{540d}\u{524d}", "_x", "layers", "project"]).prop_map(str::to_owned),
    ]
}

/// The files of a project: paths to modules, most of them in packages.
fn files() -> impl Strategy<Value = Vec<String>> {
    let path = prop::collection::vec(name(), 1..5).prop_map(|parts| parts.join("/"));
    let place = prop::sample::select(vec!["", "src/", "packages/one/src/", "web/"]);
    let init = any::<bool>();
    prop::collection::vec((place, path, init), 1..40).prop_map(|modules| {
        let mut files = Vec::new();
        for (place, path, init) in modules {
            files.push(format!("{place}{path}.py"));
            let mut folder = path.as_str();
            while let Some((above, _)) = folder.rsplit_once('/').filter(|_| init) {
                files.push(format!("{place}{above}/__init__.py"));
                folder = above;
            }
        }
        files
    })
}

/// The modules that an interpreter finds in the source roots of a discovery.
fn index(files: &[String], discovery: &Discovery) -> Listed {
    let mut names = Vec::new();
    for root in &discovery.source_roots {
        let prefix = if root == "." { String::new() } else { format!("{root}/") };
        let inside = files
            .iter()
            .filter_map(|file| file.strip_prefix(&prefix)?.strip_suffix(".py"));
        names.extend(inside.map(|file| file.trim_end_matches("/__init__").replace('/', ".")));
    }
    names.retain(|name| name.split('.').all(crate::observed::is_identifier) && name != "__init__");
    Listed::of(&names)
}

/// What measuring would have shown, from a number for each target; some fail.
fn surveyed(targets: &[Target], seed: &[u16]) -> Survey {
    let seed = |position: usize| seed.get(position % seed.len().max(1)).copied().unwrap_or(7);
    let target = |(position, target): (usize, &Target)| SurveyedTarget {
        name: target.name.clone(),
        outcome: match seed(position) % 8 {
            0 => Some(Err("the import raises `x`: \"\u{1b}[31m\n[layers]\"".to_owned())),
            1 => None,
            _ => Some(Ok(Figures {
                time_ms: f64::from(seed(position)) / 5.0,
                modules: u64::from(seed(position)),
            })),
        },
        loaded: BTreeSet::new(),
    };
    Survey {
        targets: targets.iter().enumerate().map(target).collect(),
        left_out: BTreeMap::new(),
    }
}

fn parsed(text: &str, kind: FileKind) -> Budgets {
    budgets::parse(text, "importgate.toml", kind).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

fn targets(text: &str, kind: FileKind, index: &Listed) -> Vec<Target> {
    let resolved = parsed(text, kind).resolve(index);
    resolved.unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

fn names(targets: &[Target]) -> BTreeSet<String> {
    targets.iter().map(|target| target.name.clone()).collect()
}

proptest! {
    #[test]
    fn what_is_proposed_can_be_read_and_asks_for_what_it_says(
        files in files(),
        scripts in prop::collection::btree_set("[a-z][a-z.-]{0,5}", 0..3),
        depth in prop::option::of(0..3_usize),
        seed in prop::collection::vec(any::<u16>(), 1..20),
        max_time_ms in prop::option::of(0.5..20_000.0_f64),
        accept_current in any::<bool>(),
    ) {
        let policy = Policy { max_time_ms: max_time_ms.map(f64::round).filter(|ms| *ms > 0.0), accept_current };
        let discovery = discover(&Sources { files: files.clone(), texts: BTreeMap::new() });
        let index = index(&files, &discovery);
        let outline = Outline::of(Discovery { scripts, ..discovery }, &index, |_| true);
        let outline = match depth {
            Some(depth) => outline.down_to(depth),
            None => outline,
        };
        prop_assume!(outline.measured() > 0);
        let draft = targets(&outline.draft(), FileKind::Standalone, &index);
        let measured: BTreeSet<String> = outline.layers.iter().flat_map(|layer| layer.modules.clone()).collect();
        let commands = outline.commands.iter().map(|command| format!("command:{}", command.name));
        prop_assert_eq!(names(&draft), measured.into_iter().chain(commands).collect());

        let survey = surveyed(&draft, &seed);
        let installed = Installed::all([("pandas".to_owned(), "2".to_owned())].into());
        let proposal = Proposal::of(outline, &survey, (&installed, &index), "Python 3.13.0".to_owned(), policy);
        prop_assume!(!proposal.is_empty());
        let alone = proposal.render(FileKind::Standalone);
        let proposed = targets(&alone, FileKind::Standalone, &index);
        let added = format!("[project]\nname = \"x\"\n\n{}", proposal.render(FileKind::Pyproject));
        prop_assert_eq!(names(&targets(&added, FileKind::Pyproject, &index)), names(&proposed));
        for target in &proposed {
            let figures = survey.figures(&target.name);
            prop_assert!(!survey.failures().any(|(name, _)| name == target.name));
            let ceiling = target.limits.max_time_ms.as_ref().map(|cited| cited.value);
            if let (Some(figures), Some(ceiling)) = (figures, ceiling) {
                prop_assert!(ceiling >= figures.time_ms || !accept_current && max_time_ms.is_some(), "{} {:?} {}", target.name, figures, alone);
            }
            if let (Some(figures), Some(ceiling)) = (figures, &target.limits.max_modules) {
                prop_assert!(ceiling.value >= figures.modules);
            }
        }
    }
}

/// A Django project of four applications with twenty modules each.
fn django_project() -> Outline {
    let manage = "os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", \"shop.settings\")".to_owned();
    let mut names = vec!["django".to_owned()];
    for application in ["orders", "people", "shop", "stock"] {
        names.extend(["urls", "views"].map(|name| format!("{application}.{name}")));
        names.extend((0..20).map(|number| format!("{application}.part{number}")));
    }
    let files = names[1..].iter().flat_map(|name| {
        let (application, module) = name.split_once('.').unwrap_or_default();
        [
            format!("web/{application}/{module}.py"),
            format!("web/{application}/__init__.py"),
        ]
    });
    let discovery = discover(&Sources {
        files: files.chain(["web/manage.py".to_owned()]).collect(),
        texts: [("web/manage.py".to_owned(), manage)].into(),
    });
    let scripts = ["manage", "shop"].map(str::to_owned).into();
    Outline::of(Discovery { scripts, ..discovery }, &Listed::of(&names), |_| true)
}

#[test]
fn of_a_large_django_project_what_loads_the_views_is_measured() {
    let patterns = |outline: &Outline| {
        let layers = outline.layers.iter().flat_map(|layer| layer.patterns.clone());
        layers.collect::<Vec<_>>()
    };
    let project = django_project();
    assert!(!patterns(&project).contains(&"orders.urls".to_owned()));
    let narrow = project.clone().within(24);
    assert_eq!(
        patterns(&narrow)[..4],
        ["orders", "orders.urls", "people", "people.urls"].map(str::to_owned)
    );
    assert_eq!(narrow.measured(), 8);
    let plain = project.without_django("it \u{1b}[31mfails".to_owned()).within(24);
    assert_eq!(
        patterns(&plain),
        ["orders", "people", "shop", "stock"].map(str::to_owned)
    );
    let draft = plain.draft();
    assert!(
        !draft.contains("setup =") && draft.contains("that fails here: it \\x1b[31mfails"),
        "{draft}"
    );
}

#[test]
fn a_django_project_is_started_by_its_manage_py() {
    let commands = django_project().commands;
    let runs: Vec<String> = commands.iter().map(|command| command.run.join(" ")).collect();
    // Of two that are called alike, the set-up is the one that tells more.
    assert_eq!(runs, ["python web/manage.py version", "shop --help"]);
    assert_eq!(commands[0].name, "manage");
}
