//! The index against trees that the tests make, and once against what the machine's own interpreter finds.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::FileSystemIndex;
use importgate_core::observed::ModuleIndex;

/// A temporary folder with these empty files; a name that ends with `/` is a folder.
fn tree(files: &[&str]) -> TempDir {
    let root = TempDir::new().expect("a temporary folder");
    for file in files {
        let path = root.path().join(file);
        let folder = if file.ends_with('/') {
            &path
        } else {
            path.parent().expect("it lies below the root")
        };
        fs::create_dir_all(folder).expect("a folder");
        if !file.ends_with('/') {
            fs::write(&path, "").expect("a file");
        }
    }
    root
}

fn index(folders: &[&Path]) -> FileSystemIndex {
    FileSystemIndex::new(folders.iter().map(|folder| folder.to_path_buf()).collect(), Vec::new())
}

#[test]
fn packages_modules_and_extensions_are_found() {
    let root = tree(&[
        "shop/__init__.py",
        "shop/__main__.py",
        "shop/core.py",
        "shop/compiled.pyc",
        "shop/fast.abi3.so",
        "shop/faster.cpython-313-x86_64-linux-gnu.so",
        "shop/database/__init__.pyc",
        "shop/database/models.py",
        "shop/templates/index.html",
        "shop/not-a-name.py",
        "shop/notes.txt",
        "shop/__pycache__/core.cpython-313.pyc",
        "single.py",
    ]);
    let index = index(&[root.path()]);
    let expected = [
        "shop.compiled",
        "shop.core",
        "shop.database",
        "shop.fast",
        "shop.faster",
    ];
    assert_eq!(index.children("shop"), expected);
    assert_eq!(index.children("shop.database"), ["shop.database.models"]);
    assert_eq!(index.children(""), ["shop", "single"]);
    assert!(index.exists("shop.database.models"));
    for absent in [
        "shop.models",
        "single.x",
        "shop.__pycache__.core",
        "",
        "shop.",
        ".shop",
        "other",
    ] {
        assert!(!index.exists(absent), "{absent}");
    }
    assert!(index.children("single").is_empty() && index.children("other").is_empty());
}

#[test]
fn the_case_of_a_name_counts() {
    let root = tree(&["shop/__init__.py"]);
    assert!(!index(&[root.path()]).exists("Shop"));
}

#[test]
fn a_package_beats_a_module_and_a_module_beats_a_namespace_package() {
    let root = tree(&["a/__init__.py", "a/below.py", "a.py", "b.py", "b/below.py"]);
    let index = index(&[root.path()]);
    assert!(index.exists("a.below"));
    assert!(!index.exists("b.below"));
}

#[test]
fn the_first_folder_of_the_path_wins() {
    let first = tree(&["a.py", "n/one.py"]);
    let second = tree(&["a/__init__.py", "a/below.py", "n/two.py"]);
    let index = index(&[first.path(), second.path()]);
    assert!(
        !index.exists("a.below"),
        "the module of the first folder hides the package"
    );
    assert_eq!(
        index.children("n"),
        ["n.one", "n.two"],
        "a namespace package has all its folders"
    );
}

#[test]
fn a_regular_package_further_down_the_path_beats_a_namespace_package() {
    let first = tree(&["n/one.py"]);
    let second = tree(&["n/__init__.py", "n/two.py"]);
    assert_eq!(index(&[first.path(), second.path()]).children("n"), ["n.two"]);
}

#[test]
fn a_folder_below_which_nothing_can_be_imported_is_no_child() {
    let root = tree(&["shop/__init__.py", "shop/static/css/a.css", "shop/plugins/mail/smtp.py"]);
    assert_eq!(index(&[root.path()]).children("shop"), ["shop.plugins"]);
}

#[test]
fn built_in_modules_exist() {
    let index = FileSystemIndex::new(Vec::new(), vec!["sys".to_owned()]);
    assert!(index.exists("sys") && !index.exists("sys.path"));
    assert_eq!(index.children(""), ["sys"]);
}

#[test]
fn links_are_followed_and_their_circles_end() {
    let root = tree(&[
        "shop/__init__.py",
        "shop/core.py",
        "elsewhere/lib/__init__.py",
        "elsewhere/lib/x.py",
    ]);
    symlink(root.path().join("shop"), root.path().join("shop/again")).expect("a link");
    symlink(root.path().join("elsewhere/lib"), root.path().join("shop/lib")).expect("a link");
    let index = index(&[root.path()]);
    assert_eq!(index.children("shop"), ["shop.core", "shop.lib"]);
    assert!(index.exists("shop.lib.x") && !index.exists("shop.again.core"));
}

#[test]
fn the_lines_of_pth_files_add_folders() {
    let root = tree(&[
        "site-packages/",
        "src/shop/__init__.py",
        "other/tool.py",
        "hidden/secret.py",
    ]);
    let absolute = root.path().join("src");
    let lines = format!(
        "# a comment\n\n{}\r\n../other\nnowhere\nimport os; os.abort()\n",
        absolute.display()
    );
    fs::write(root.path().join("site-packages/a.pth"), lines).expect("a file");
    fs::write(root.path().join("hidden/a.pth"), "../other\n").expect("a file");
    assert_eq!(
        index(&[&root.path().join("site-packages")]).children(""),
        ["shop", "tool"]
    );
    assert_eq!(
        index(&[&root.path().join("hidden")]).children(""),
        ["secret"],
        "only site folders have them read"
    );
}

#[test]
fn the_finder_of_an_editable_install_maps_modules() {
    let root = tree(&[
        "site-packages/",
        "src/shop/__init__.py",
        "src/shop/core.py",
        "src/tool.py",
        "src/part/x.py",
    ]);
    let place = |name: &str| root.path().join("src").join(name).display().to_string();
    let mapping = format!(
        "MAPPING: dict[str, str] = {{'shop': '{}', 'tool': '{}', 'ns.part': '{}', 'gone': '{}'}}\nNAMESPACES = {{'ns': []}}\n",
        place("shop"),
        place("tool"),
        place("part"),
        place("gone"),
    );
    let site = root.path().join("site-packages");
    fs::write(site.join("__editable___shop_1_0_finder.py"), mapping).expect("a file");
    let line = "import __editable___shop_1_0_finder; __editable___shop_1_0_finder.install()\n";
    fs::write(site.join("__editable__.shop-1.0.pth"), line).expect("a file");
    let index = index(&[&site]);
    for module in ["shop", "shop.core", "tool", "ns", "ns.part", "ns.part.x"] {
        assert!(index.exists(module), "{module}");
    }
    assert!(!index.exists("gone") && !index.exists("tool.x"));
    assert_eq!(index.children("ns"), ["ns.part"]);
    assert!(index.children("").contains(&"tool".to_owned()));
}

/// What the interpreter sees: its search path, its built-in modules, and the modules of a few packages.
const ASK: &str = "
import pkgutil, sys
folders = [p for p in sys.path if p and not p.endswith('.zip')]
print('\\0'.join(folders))
print('\\0'.join(sys.builtin_module_names))
for package in ['', 'email', 'xml', 'concurrent', 'json', 'ctypes']:
    path = None if not package else __import__(package).__path__
    names = {m.name for m in pkgutil.iter_modules(folders if path is None else path)}
    print(package, '\\0'.join(sorted(n for n in names if n.isidentifier() and n != '__main__')), sep='\\0')
";

#[test]
fn it_finds_what_the_machines_own_interpreter_finds() {
    let asked = Command::new("python3").args(["-I", "-c", ASK]).output();
    let Ok(answer) = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()) else {
        return; // This machine has no python3.
    };
    let fields = |line: &str| line.split('\0').map(str::to_owned).collect::<Vec<String>>();
    let mut lines = answer.lines();
    let (Some(path), Some(builtin)) = (lines.next().map(fields), lines.next().map(fields)) else {
        return;
    };
    let index = FileSystemIndex::new(path.into_iter().map(PathBuf::from).collect(), builtin);
    for line in lines {
        let mut names = fields(line);
        let package = names.remove(0);
        let children = index.children(&package);
        for name in &names {
            let full_name = if package.is_empty() {
                name.clone()
            } else {
                format!("{package}.{name}")
            };
            assert!(children.contains(&full_name), "{full_name} is missing");
        }
        if !package.is_empty() {
            assert_eq!(
                children.len(),
                names.len(),
                "{package} has {children:?}, and the interpreter sees {names:?}"
            );
        }
    }
}
