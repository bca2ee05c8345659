//! A look that is forked from a process which has run the set-up answers what one answers that runs it itself.
#![cfg(target_os = "linux")]

use std::fs;

use importgate_core::observed::{Collections, Failure, Glance, ImportRequest, Look, Observation};
use importgate_probe::python::{BytecodeFiles, Session, SessionSettings, SetUp, SetUpCall};

use crate::own_process;
use crate::support::{GENEROUS, Project, python};

/// In the manner of Django: settings by a variable, applications that are imported by name, a registry that models need, and whatever else
/// leaves traces: files, folders, variables, processes, look-ups that find nothing, modules that are taken out again, a search path that grows.
const FILES: [(&str, &str); 15] = [
    (
        "settings.py",
        "import os\nAPPS = ['shop.orders', 'shop.prices']\nDEBUG = os.environ.get('SHOP_DEBUG', '')\n",
    ),
    (
        "framework/__init__.py",
        "import os, sys, importlib, subprocess\n\
         def setup():\n    prepare()\n    subprocess.run(['true'])\n\
         def prepare():\n    \
             file = os.open('set-ups.log', os.O_WRONLY | os.O_APPEND | os.O_CREAT)\n    os.write(file, b'set-up\\n')\n    os.close(file)\n    \
             from framework.apps import registry\n    settings = importlib.import_module(os.environ['SHOP_SETTINGS'])\n    \
             for name in settings.APPS:\n        \
                 importlib.import_module(name)\n        \
                 try:\n            importlib.import_module(name + '.signals')\n        except ImportError:\n            pass\n    \
             registry.ready = True\n    os.listdir('locale')\n    \
             with open('locale/words.txt') as file:\n        registry.words = file.read()\n    \
             os.path.exists('local_settings.py')\n    os.path.realpath('locale')\n    \
             sys.path.append(os.path.abspath('plugins'))\n    import passing\n    del sys.modules['passing']\n    \
             print('set up')\n",
    ),
    (
        "framework/apps.py",
        "import warnings\nclass Registry:\n    ready = False\n    models = []\nregistry = Registry()\nwarnings.warn('while it is set up')\n",
    ),
    (
        "framework/models.py",
        "from framework.apps import registry\nassert registry.ready\nimport decimal\nclass Model:\n    def __init_subclass__(cls):\n        registry.models.append(cls)\n",
    ),
    ("passing.py", ""),
    ("locale/words.txt", "words\n"),
    ("plugins/plugged.py", "import csv\n"),
    ("shop/__init__.py", ""),
    ("shop/orders/__init__.py", ""),
    (
        "shop/orders/models.py",
        "from framework.models import Model\nfrom . import helpers\nclass Order(Model):\n    pass\n",
    ),
    (
        "shop/orders/helpers.py",
        "def late():\n    import shop.prices.rates\nlate()\nimport warnings\nwarnings.warn('while it is imported')\n",
    ),
    ("shop/prices/__init__.py", ""),
    (
        "shop/prices/rates.py",
        "import os, json, threading, subprocess, plugged\nkept = bytearray(30 << 20)\nos.environ.get('RATES')\nopen('locale/words.txt').close()\nos.listdir('shop')\n\
         try:\n    import absent\nexcept ImportError:\n    pass\n\
         thread = threading.Thread(target=print, args=('printed',))\nthread.start()\nthread.join()\n\
         subprocess.run(['true'])\nopen('made.txt', 'w').close()\nos.remove('made.txt')\n",
    ),
    (
        "shop/prices/broken.py",
        "print('what is printed')\nimport json\nraise RuntimeError('no such price')\n",
    ),
    ("shop/prices/leaving.py", "import os\nos._exit(7)\n"),
];

fn session(project: &Project, set_up: &str) -> Session {
    let variables = [("SHOP_SETTINGS", "settings")];
    Session::open(SessionSettings {
        executable: python(),
        chosen_by: None,
        set_up: SetUp {
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            call: Some(SetUpCall {
                name: set_up.to_owned(),
                asked_by: "budgets.toml:2".to_owned(),
            }),
            ..SetUp::default()
        },
        source_roots: vec![project.root().to_owned()],
        working_directory: project.root().to_owned(),
        time_limit: GENEROUS,
        run_ends: None,
        bytecode: BytecodeFiles::AsIs,
    })
    .expect("a session")
}

/// What a look at an import answers, but for what it took.
fn look(session: &Session, (preload, import): (&[String], &str), look: Look) -> Observation {
    let imports = [import.to_owned()];
    let request = ImportRequest {
        preload,
        imports: &imports,
        round: 0,
    };
    let mut seen = session.observe(request, look).expect("the process runs");
    if import == "shop.prices.rates" {
        assert!(seen.total_memory_bytes > 25 << 20, "{}", seen.total_memory_bytes);
    }
    for module in &mut seen.modules {
        (
            module.own_ns,
            module.cumulative_ns,
            module.blocked_ns,
            module.compile_ns,
        ) = (0, 0, 0, 0);
        (module.own_memory_bytes, module.cumulative_memory_bytes) = (0, 0);
    }
    seen.collections = Collections::default();
    (seen.total_ns, seen.total_memory_bytes) = (0, 0);
    seen.glance = seen.glance.map(|_| Glance::default());
    seen.blocked.clear();
    if seen.failure.is_none() {
        seen.output_tail.clear();
    }
    seen
}

/// Only who owns what its runs start has processes forked.
fn in_own_process(test: &str, body: impl FnOnce()) {
    own_process::run(&format!("observe::shared_set_up::{test}"), &[], body);
}

fn set_ups(project: &Project) -> usize {
    let log = fs::read_to_string(project.root().join("set-ups.log")).unwrap_or_default();
    log.lines().count()
}

#[test]
fn a_look_answers_the_same_whoever_ran_the_set_up() {
    in_own_process("a_look_answers_the_same_whoever_ran_the_set_up", || {
        for set_up in ["framework:setup", "framework:prepare"] {
            let project = Project::new(&FILES);
            let session = session(&project, set_up);
            let preload = ["shop.prices.rates".to_owned()];
            let imports: [(&[String], &str); 7] = [
                (&[], "shop.orders.models"),
                (&preload, "shop.orders.models"),
                (&[], "shop.prices.rates"),
                (&[], "framework.apps"),
                (&[], "email.message"),
                (&[], "plugged"),
                (&[], "shop.nothing"),
            ];
            // The first import writes bytecode.
            for import in imports {
                look(&session, import, Look::Full);
            }
            for kind in [Look::Full, Look::Light] {
                let alone = imports.map(|import| look(&session, import, kind));
                let before = set_ups(&project);
                session.share_set_up_of_looks(true);
                let forked = imports.map(|import| look(&session, import, kind));
                session.share_set_up_of_looks(false);
                for (alone, forked) in alone.iter().zip(&forked) {
                    assert_eq!(alone, forked);
                }
                // One for all, and one for the import that fails.
                assert_eq!(set_ups(&project) - before, 1 + 1);
            }
        }
    });
}

#[test]
fn a_failure_is_told_by_a_process_that_ran_the_set_up_itself() {
    in_own_process("a_failure_is_told_by_a_process_that_ran_the_set_up_itself", || {
        let project = Project::new(&FILES);
        let session = session(&project, "framework:setup");
        for (import, printed) in [("shop.prices.broken", "what is printed"), ("shop.prices.leaving", "")] {
            let alone = look(&session, (&[], import), Look::Full);
            session.share_set_up_of_looks(true);
            assert_eq!(look(&session, (&[], import), Look::Full), alone);
            session.share_set_up_of_looks(false);
            assert!(alone.output_tail.contains(printed), "{}", alone.output_tail);
            assert!(matches!(
                alone.failure,
                Some(Failure::Raised { .. } | Failure::Exited { code: 7, .. })
            ));
        }
    });
}

#[test]
fn an_import_that_removes_the_folder_spoils_no_look_but_its_own() {
    in_own_process("an_import_that_removes_the_folder_spoils_no_look_but_its_own", || {
        let project = Project::new(&FILES);
        let removing = "import os, shutil\nfolder = os.getcwd()\nos.rename(folder, folder + '-moved')\n\
                    shutil.copytree(folder + '-moved', folder)\nshutil.rmtree(folder + '-moved')\n";
        project.write(&[
            ("removing.py", removing),
            ("staying.py", "import os\nos.path.exists('spare.txt')\n"),
        ]);
        let session = session(&project, "framework:setup");
        session.share_set_up_of_looks(true);
        look(&session, (&[], "removing"), Look::Full);
        let forked = look(&session, (&[], "staying"), Look::Full);
        session.share_set_up_of_looks(false);
        let alone = look(&session, (&[], "staying"), Look::Full);
        assert_eq!(forked, alone);
    });
}
