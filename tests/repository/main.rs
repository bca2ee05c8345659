//! What this repository promises beside its code: the action, the schema, the documents, and files that say why they exist.

mod action;
mod budgets_page;
mod documents;
mod figures;
mod house;
mod manual;
mod release;
mod schemas;
