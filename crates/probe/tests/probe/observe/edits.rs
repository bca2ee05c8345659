//! What files alone show of a module whose code is another one by now.

use std::collections::BTreeMap;

use importgate_core::observed::{Inputs, KnownImport};
use importgate_probe::python::Contents;

use crate::support::{Project, observe, python};

#[test]
fn an_edit_of_a_module_shows_and_nothing_beside_it_does() {
    let project = Project::new(&[("shop/__init__.py", "import shop.db\n"), ("shop/db.py", "")]);
    let session = project.session(python());
    let observation = observe(&session, "shop");
    let table = Contents::new(&session).table(&observation);
    let is_edited = || {
        let known = KnownImport {
            closure: &table,
            files_read: &BTreeMap::new(),
            inputs: &Inputs::new(),
        };
        Contents::new(&session).is_edited(known)
    };
    assert!(!is_edited());
    project.write(&[("shop/other.py", "value = 1\n"), ("shop/rates.csv", "1\n")]);
    assert!(!is_edited(), "nobody knows yet whether it imports these");
    project.write(&[("shop/db.py", "# A comment.\n")]);
    assert!(is_edited());
}
