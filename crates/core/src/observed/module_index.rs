//! What the budgets need to know of the modules that an interpreter could import, without importing any.

use unicode_ident::{is_xid_continue, is_xid_start};

/// The modules that exist. The edge that walks the file system implements it; tests use a list.
pub trait ModuleIndex {
    /// True where an interpreter would find this module.
    fn exists(&self, module: &str) -> bool;

    /// The full names of the direct submodules of a package, sorted; those of the top level for the empty name.
    /// Empty where the module is no package or does not exist.
    fn children(&self, package: &str) -> Vec<String>;
}

/// True where `module` is `package` itself or lies below it.
pub fn is_at_or_below(module: &str, package: &str) -> bool {
    module
        .strip_prefix(package)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// True for what Python takes as an identifier, up to the versions of the Unicode tables: what one part of a dotted module name
/// must be. Source: The Python Language Reference, "Identifiers", which goes by `XID_Start` and `XID_Continue` of UAX #31.
pub fn is_identifier(part: &str) -> bool {
    let mut characters = part.chars();
    characters
        .next()
        .is_some_and(|first| is_xid_start(first) || first == '_')
        && characters.all(is_xid_continue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_every_script_make_an_identifier() {
        for name in ["plain", "_", "größe", "हिन्दी", "ที่นี่", "变量", "a·b"] {
            assert!(is_identifier(name), "{name}");
        }
        for name in ["", "1a", "a-b", "a b", "·b", "€"] {
            assert!(!is_identifier(name), "{name}");
        }
    }

    #[test]
    fn a_longer_name_is_not_below_a_shorter_one() {
        assert!(is_at_or_below("shop", "shop") && is_at_or_below("shop.cli.main", "shop"));
        assert!(!is_at_or_below("shopping", "shop") && !is_at_or_below("shop", "shop.cli"));
    }
}
