//! Version 1 of the stored format, which is read and not written any more: modules, files and other inputs stood once in an
//! entry, and targets pointed into these lists, so that two recordings of different targets changed the same lines.

mod decode;
mod format;
mod pool;
mod revisions;

pub(super) use decode::environments;
pub(super) use revisions::revision;
