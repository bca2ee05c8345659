//! The stored format as a whole: what is written reads back, in the same bytes; what is damaged is named; and a large
//! project stays within a size that a repository can carry.

mod damage;
mod format;
mod merge;
mod part;
pub(super) mod sample_data;
mod size;
mod three_way;
mod version_1;
