//! The same imports in another order: what is loaded does not change, but who pays for it does, and whether it works at all.

use super::Failure;

/// One order of a start-up's imports that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderTried {
    /// The imports, in this order.
    pub imports: Vec<String>,
    /// CPU plus blocked time of one import in this order, in milliseconds, or why it failed.
    pub outcome: Result<f64, Failure>,
}
