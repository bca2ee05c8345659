//! The first budgets file of a project: what there is to measure, told from its files alone; the layers that its folders suggest;
//! and, once something was measured, ceilings with room to spare, and the text with the reasons in comments.
//!
//! Nothing here reads a file. The files of the project come in as a list of paths ([`Sources`]), with the texts of those few that
//! [`is_read`] asks for.

mod ceilings;
pub mod companions;
mod discover;
mod django;
mod heavy;
mod ini;
mod layers;
mod metadata;
mod modules;
mod patterns;
mod proposal;
mod round;
mod text;
mod tree;

#[cfg(test)]
mod tests;

pub use ceilings::{Ceilings, Figures, Policy, Survey, SurveyedTarget};
pub use discover::{Discovery, discover};
pub use django::Django;
pub use heavy::heavy_modules;
pub use layers::{Extent, LayerPlan, layers};
pub use modules::{Modules, modules_below};
pub use proposal::{CommandPlan, Outline, Proposal};
pub use tree::{Sources, is_read, is_walked};
