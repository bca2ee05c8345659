//! What this repository promises beside its code: the action, the schema, the documents, and files that say why they exist.
#![expect(
    clippy::disallowed_methods,
    reason = "tests read what they wrote, and files of the repository"
)]

mod action;
mod budgets_page;
mod documents;
mod figures;
mod house;
mod manual;
mod release;
mod schemas;
