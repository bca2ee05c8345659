//! What the budgets file sets and has called before each import, as the probe and the report need it.

use std::collections::BTreeMap;

use importgate_core::budgets::Budgets;
use importgate_probe::machine;
use importgate_probe::python::{SetUp, SetUpCall};

/// What comes before each import.
pub(crate) fn of(budgets: &Budgets) -> SetUp {
    let variables = budgets.project.env.iter();
    let call = budgets.project.setup.as_ref().map(|setup| SetUpCall {
        name: setup.value.clone(),
        asked_by: setup.line.as_ref().map_or_else(String::new, |line| line.place()),
    });
    SetUp {
        variables: variables
            .map(|(name, value)| (name.clone(), value.value.clone()))
            .collect(),
        withheld: std::env::vars_os()
            .map(|(name, _)| name)
            .filter(|name| name.to_str().is_some_and(|name| budgets.project.withholds(name)))
            .collect(),
        call,
    }
}

/// The environment variables that move the time or the memory of an import, as every import has them.
pub(crate) fn relevant_variables(budgets: &Budgets) -> BTreeMap<String, String> {
    let set = budgets
        .project
        .env
        .iter()
        .map(|(name, value)| (name.into(), (&value.value).into()));
    machine::relevant_variables(set)
}
