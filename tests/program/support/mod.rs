//! What all these tests share: a project to measure, and a run of the program on it.

use std::path::Path;
use std::process::Command;

mod project;
mod repository;
mod run;

pub(crate) use project::{Project, python};
pub(crate) use repository::{assert_no_checkout_is_left, commit, committed, git};
pub(crate) use run::{Run, found};

/// A module body that keeps a processor busy. It is work and not time: a machine that imports slowly does this slowly as
/// well, so that it is the same share of an import everywhere, and more than 10 ms on the fastest.
pub(crate) const BUSY: &str = "for _step in range(1_500_000):\n    pass\n";

/// A module body that waits for 60 ms.
pub(crate) const ASLEEP: &str = "import time\ntime.sleep(0.06)\n";

/// Makes a pipe that nobody writes to.
pub(crate) fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(made.success());
}

/// Three layers of a small shop, each module far below every ceiling on any machine.
pub(crate) const LAYERS: &str = r#"[layers.utils]
modules = ["shop.utils.*"]
max-time = "5s"

[layers.services]
modules = ["shop.services.*"]
max-time = "5s"
"#;

/// The shop that [`LAYERS`] is about.
pub(crate) fn shop() -> Project {
    shop_in("project")
}

/// The same shop in a folder of this name.
pub(crate) fn shop_in(folder: &str) -> Project {
    let project = Project::named(folder, LAYERS);
    project.write("src/shop/__init__.py", "");
    project.write("src/shop/utils/__init__.py", "");
    project.write("src/shop/utils/money.py", "CENT = 1\n");
    project.write("src/shop/utils/text.py", "SPACE = ' '\n");
    project.write("src/shop/services/__init__.py", "");
    project.write("src/shop/services/orders.py", "import shop.utils.money\n");
    project
}
