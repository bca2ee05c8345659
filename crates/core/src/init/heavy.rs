//! Packages that are known to take long to import, and much memory. Those that a project can import and does not are worth
//! forbidding: the day somebody imports one at the top of a module is the day that everybody pays for it.

use std::collections::BTreeSet;

use crate::observed::{Installed, ModuleIndex, is_at_or_below};

/// More than this would be a list of what is installed.
const MOST: usize = 8;

/// Distributions by their normalised name, with the module to import: those that are known to take some hundred milliseconds, or
/// tens of megabytes, or to be for tests and documents alone. The heaviest come first.
const KNOWN: &[(&str, &str)] = &[
    ("torch", "torch"),
    ("tensorflow", "tensorflow"),
    ("jax", "jax"),
    ("transformers", "transformers"),
    ("pandas", "pandas"),
    ("matplotlib", "matplotlib"),
    ("scipy", "scipy"),
    ("scikit-learn", "sklearn"),
    ("numpy", "numpy"),
    ("pyarrow", "pyarrow"),
    ("polars", "polars"),
    ("sympy", "sympy"),
    ("numba", "numba"),
    ("dask", "dask"),
    ("opencv-python", "cv2"),
    ("opencv-python-headless", "cv2"),
    ("seaborn", "seaborn"),
    ("plotly", "plotly"),
    ("bokeh", "bokeh"),
    ("statsmodels", "statsmodels"),
    ("xgboost", "xgboost"),
    ("lightgbm", "lightgbm"),
    ("networkx", "networkx"),
    ("nltk", "nltk"),
    ("spacy", "spacy"),
    ("openai", "openai"),
    ("langchain", "langchain"),
    ("boto3", "boto3"),
    ("botocore", "botocore"),
    ("kubernetes", "kubernetes"),
    ("grpcio", "grpc"),
    ("ipython", "IPython"),
    ("jupyter-client", "jupyter_client"),
    ("sqlalchemy", "sqlalchemy"),
    ("django", "django"),
    ("pydantic", "pydantic"),
    ("aiohttp", "aiohttp"),
    ("sphinx", "sphinx"),
    ("mypy", "mypy"),
    ("hypothesis", "hypothesis"),
    ("pytest", "pytest"),
];

/// The heavy modules that can be imported here and that nothing loads, those first that the project itself names.
pub fn heavy_modules(
    installed: &Installed,
    requirements: &BTreeSet<String>,
    own: &[String],
    loaded: &BTreeSet<String>,
    index: &dyn ModuleIndex,
) -> Vec<String> {
    let is_candidate = |(distribution, module): &&(&str, &str)| {
        let is_own = own.iter().any(|package| package.split('.').next() == Some(*module));
        // Where a set-up has loaded a package before, its targets load no more than parts of it.
        let is_loaded = loaded.iter().any(|name| is_at_or_below(name, module));
        installed.versions.contains_key(*distribution) && !is_own && !is_loaded && index.exists(module)
    };
    let candidates = KNOWN.iter().filter(is_candidate);
    let (named, others): (Vec<_>, Vec<_>) =
        candidates.partition(|(distribution, _)| requirements.contains(*distribution));
    let mut modules: Vec<String> = Vec::new();
    for (_, module) in named.into_iter().chain(others) {
        if !modules.iter().any(|known| known == module) {
            modules.push((*module).to_owned());
        }
    }
    modules.truncate(MOST);
    modules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Listed;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_nothing_loads_is_heavy_and_what_the_project_names_comes_first() {
        let versions = ["pandas", "scikit-learn", "pytest", "torch", "numpy", "left-pad"];
        let installed = Installed::all(versions.map(|name| (name.to_owned(), "1".to_owned())).into());
        let index = Listed::of(&["pandas", "sklearn", "pytest", "torch", "numpy"]);
        let of = |loaded: &[&str], own: &[&str]| {
            let own: Vec<String> = own.iter().map(|name| (*name).to_owned()).collect();
            heavy_modules(&installed, &set(&["pytest"]), &own, &set(loaded), &index)
        };
        assert_eq!(of(&["numpy"], &[]), ["pytest", "torch", "pandas", "sklearn"]);
        assert_eq!(of(&["numpy", "pandas"], &["torch.x"]), ["pytest", "sklearn"]);
        assert_eq!(
            of(&["numpy.core", "pandasx"], &[]),
            ["pytest", "torch", "pandas", "sklearn"]
        );
    }

    #[test]
    fn each_distribution_is_named_as_installations_are() {
        for (distribution, _) in KNOWN {
            assert_eq!(*distribution, super::super::metadata::normalised(distribution));
        }
    }
}
