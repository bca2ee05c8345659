//! What this repository promises beside its code: the action, the schema, the README, and files that say why they exist.

mod action;
mod figures;
mod house;
mod manual;
mod release;
mod schemas;
