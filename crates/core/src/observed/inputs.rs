//! What an import depends on beside the content of the modules that it loads: where it looked for modules and did not find them,
//! what else it read, and what it asked about. Whoever finds each of these as it was, and every module too, knows that the import
//! would run the same code on the same data, and need not run it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::{ContentHash, Effect, ModuleTable, SharedMap};

/// One thing that an import depends on. Paths do not depend on where the project and its environment lie. As text it is a word
/// for its kind and a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// What was imported, as names with a space between them.
    Imports(String),
    /// The environment variables that the budgets file sets, and what it has called before an import.
    SetUp,
    /// The folders that modules are searched in, in their order.
    SearchPath,
    /// Where the modules that were loaded lie.
    Layout,
    /// A module that was looked for and is not among those that were loaded in the end: it is not there, it was loaded before, or
    /// it took itself out.
    Module(String),
    /// The file of a module that the search path does not lead to.
    Place {
        /// The module.
        module: String,
        /// The file.
        file: String,
    },
    /// A file that the import system read for something else than a module of the closure.
    File(String),
    /// The names in a folder.
    Names(String),
    /// The `.pth` files of a folder.
    StartFiles(String),
    /// Whether something is there, and what it is.
    Path(String),
    /// Where a symbolic link leads.
    Link(String),
    /// An environment variable.
    Variable(String),
    /// All environment variables.
    Variables,
    /// A module that was loaded, and is not among the modules in the end.
    TakenOut(String),
    /// Something that the import does beside reading, and that a rule may forbid.
    Effect(Effect),
    /// That the import warns.
    Warnings,
    /// Something that no file shows.
    Unseen(String),
}

impl Input {
    /// The module that was loaded and is not there in the end, where this is one.
    pub fn taken_out(&self) -> Option<&String> {
        match self {
            Self::TakenOut(module) => Some(module),
            _ => None,
        }
    }

    /// True for what files never show to be the same: it has to be imported.
    pub fn is_unseen(&self) -> bool {
        matches!(self, Self::Unseen(_))
    }
}

impl fmt::Display for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Imports(names) => write!(formatter, "imports {names}"),
            Self::SetUp => formatter.write_str("set-up"),
            Self::SearchPath => formatter.write_str("search path"),
            Self::Layout => formatter.write_str("layout"),
            Self::Module(module) => write!(formatter, "module {module}"),
            Self::Place { module, file } => write!(formatter, "place {module} {file}"),
            Self::File(file) => write!(formatter, "file {file}"),
            Self::Names(folder) => write!(formatter, "names {folder}"),
            Self::StartFiles(folder) => write!(formatter, "start-files {folder}"),
            Self::Path(path) => write!(formatter, "path {path}"),
            Self::Link(path) => write!(formatter, "link {path}"),
            Self::Variable(variable) => write!(formatter, "variable {variable}"),
            Self::Variables => formatter.write_str("variables"),
            Self::TakenOut(module) => write!(formatter, "taken-out {module}"),
            Self::Effect(effect) => write!(formatter, "effect {}", effect.as_str()),
            Self::Warnings => formatter.write_str("warnings"),
            Self::Unseen(what) => write!(formatter, "unseen {what}"),
        }
    }
}

impl FromStr for Input {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || format!("{text:?} is nothing that an import depends on");
        let Some((kind, name)) = text.split_once(' ') else {
            return match text {
                "layout" => Ok(Self::Layout),
                "set-up" => Ok(Self::SetUp),
                "variables" => Ok(Self::Variables),
                "warnings" => Ok(Self::Warnings),
                _ => Err(unknown()),
            };
        };
        let owned = || name.to_owned();
        Ok(match kind {
            "imports" => Self::Imports(owned()),
            "search" if name == "path" => Self::SearchPath,
            "module" => Self::Module(owned()),
            "place" => {
                let (module, file) = name.split_once(' ').ok_or_else(unknown)?;
                let (module, file) = (module.to_owned(), file.to_owned());
                Self::Place { module, file }
            }
            "file" => Self::File(owned()),
            "names" => Self::Names(owned()),
            "start-files" => Self::StartFiles(owned()),
            "path" => Self::Path(owned()),
            "link" => Self::Link(owned()),
            "variable" => Self::Variable(owned()),
            "taken-out" => Self::TakenOut(owned()),
            "effect" => {
                let effect = Effect::named(name);
                Self::Effect(effect.ok_or_else(unknown)?)
            }
            "unseen" => Self::Unseen(owned()),
            _ => return Err(unknown()),
        })
    }
}

/// What an import depends on, with what identifies the content of each; `None` for what is not there. Empty where nobody looked:
/// every import has a search path.
pub type Inputs = SharedMap<Input, Option<ContentHash>>;

/// What is known of an import that somebody ran, here or elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct KnownImport<'a> {
    /// The modules that it loaded.
    pub closure: &'a ModuleTable,
    /// Other files that it read, by path.
    pub files_read: &'a BTreeMap<String, Option<ContentHash>>,
    /// What else it depends on.
    pub inputs: &'a Inputs,
}

/// What is known of two imports: whether they run the same code on the same data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// They do.
    Same,
    /// They do not.
    Different,
    /// Nothing that was seen differs, and one of them does what files do not tell, or nobody knows what it depends on.
    Untold,
}

impl KnownImport<'_> {
    /// Those of these modules that it did not load, not to take them out again either; none where nobody looked.
    pub fn without(&self, modules: &[String]) -> Vec<String> {
        let is_known = |module: &String| {
            self.closure.contains_key(module) || self.inputs.contains_key(&Input::TakenOut(module.clone()))
        };
        let looked = !self.inputs.is_empty();
        let unknown = modules.iter().filter(|module| looked && !is_known(module));
        unknown.cloned().collect()
    }

    /// What the import was seen to meet. Where its modules lie, and where it would look for them, only says what another one would find.
    fn data(&self) -> impl Iterator<Item = (&Input, &Option<ContentHash>)> {
        let tells_modules = |input: &Input| {
            matches!(
                input,
                Input::Imports(_) | Input::SearchPath | Input::Layout | Input::Place { .. }
            )
        };
        self.inputs.iter().filter(move |(input, _)| !tells_modules(input))
    }

    /// Whether two imports of the same modules, both of which somebody saw, meet the same data.
    pub fn data_beside(&self, other: KnownImport<'_>) -> Sameness {
        let is_unseen = |inputs: &Inputs| inputs.keys().any(Input::is_unseen);
        if self.files_read != other.files_read {
            Sameness::Different
        } else if self.inputs.is_empty() != other.inputs.is_empty() {
            Sameness::Untold
        } else if self.data().ne(other.data()) {
            Sameness::Different
        } else if is_unseen(self.inputs) {
            Sameness::Untold
        } else {
            Sameness::Same
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_as_it_is_written() {
        let place = Input::Place {
            module: "six.moves.x".to_owned(),
            file: "a folder/x.py".to_owned(),
        };
        let named = [
            Input::Imports,
            Input::Module,
            Input::File,
            Input::Names,
            Input::StartFiles,
            Input::Path,
            Input::Link,
            Input::Variable,
            Input::TakenOut,
            Input::Unseen,
        ]
        .map(|kind| kind("one two".to_owned()));
        let effects = Effect::ALL.map(Input::Effect);
        for input in [
            Input::SetUp,
            Input::SearchPath,
            Input::Layout,
            Input::Variables,
            Input::Warnings,
            place,
        ]
        .into_iter()
        .chain(named)
        .chain(effects)
        {
            assert_eq!(input.to_string().parse(), Ok(input));
        }
        for text in [
            "",
            "search",
            "place alone",
            "effect none",
            "other thing",
            "warnings too",
        ] {
            assert!(text.parse::<Input>().is_err(), "{text}");
        }
    }

    #[test]
    fn imports_are_the_same_where_all_that_they_depend_on_is() {
        type Data = (BTreeMap<String, Option<ContentHash>>, Inputs);
        let data = |file: Option<u64>, inputs: &[(Input, Option<u64>)]| -> Data {
            let inputs = inputs
                .iter()
                .map(|(input, hash)| (input.clone(), hash.map(ContentHash)));
            let files_read = BTreeMap::from([("data.csv".to_owned(), file.map(ContentHash))]);
            (files_read, inputs.collect())
        };
        let beside = |one: &Data, other: &Data| {
            let closure = &ModuleTable::new();
            let [one, other] = [one, other].map(|(files_read, inputs)| KnownImport {
                closure,
                files_read,
                inputs,
            });
            one.data_beside(other)
        };
        let optional = Input::Module("inner".to_owned());
        let path = (Input::SearchPath, Some(7));
        let plain = data(Some(1), &[path.clone(), (optional.clone(), None)]);
        assert_eq!(beside(&plain, &plain), Sameness::Same);
        for other in [
            data(Some(2), &[path.clone(), (optional.clone(), None)]),
            data(None, &[path.clone(), (optional.clone(), None)]),
            data(Some(1), &[path.clone(), (optional.clone(), Some(3))]),
            data(Some(1), std::slice::from_ref(&path)),
        ] {
            assert_eq!(beside(&plain, &other), Sameness::Different, "{other:?}");
            assert_eq!(beside(&other, &plain), Sameness::Different, "{other:?}");
        }
        let elsewhere = data(Some(1), &[(Input::SearchPath, Some(8)), (optional, None)]);
        assert_eq!(beside(&plain, &elsewhere), Sameness::Same);
        let unseen = data(Some(1), &[path, (Input::Unseen("a pipe".to_owned()), None)]);
        assert_eq!(beside(&unseen, &unseen), Sameness::Untold);
        assert_eq!(beside(&unseen, &plain), Sameness::Different);
        let unknown = data(Some(1), &[]);
        assert_eq!(beside(&unknown, &plain), Sameness::Untold);
        assert_eq!(beside(&plain, &unknown), Sameness::Untold);
    }

    #[test]
    fn a_module_that_was_taken_out_then_too_is_not_new() {
        let [csv, json, gone] = ["csv", "json", "gone"].map(str::to_owned);
        let record = crate::observed::ModuleRecord {
            content: None,
            origin: crate::observed::Origin::Standard,
            bytecode: None,
        };
        let closure = ModuleTable::from_iter([(csv.clone(), record)]);
        let known = |inputs: &Inputs, modules: &[String]| {
            let files_read = &BTreeMap::new();
            let closure = &closure;
            KnownImport {
                closure,
                files_read,
                inputs,
            }
            .without(modules)
        };
        let inputs: Inputs = [(Input::SearchPath, None), (Input::TakenOut(gone.clone()), None)]
            .into_iter()
            .collect();
        let all = [csv, json.clone(), gone];
        assert_eq!(known(&inputs, &all), [json]);
        assert_eq!(known(&Inputs::default(), &all), [""; 0], "nobody looked");
    }

    #[test]
    fn what_files_do_not_show_is_said() {
        assert!(Input::Unseen("the clock".to_owned()).is_unseen());
        assert!(!Input::SearchPath.is_unseen() && !Input::Effect(Effect::Network).is_unseen());
    }
}
