//! Whole checks, recordings, explanations and examinations against a scripted interpreter: what comes of them, and what was asked
//! meanwhile. No process is started and no clock is read, so each takes milliseconds.

mod amended;
mod asked;
mod causes;
mod check;
mod classify;
mod doctor;
mod drift;
mod ending;
mod explain;
mod figures;
mod fix;
mod init;
mod pictures;
mod project;
mod ratchet;
mod record;
mod scripted;
mod shards;
mod shared;
mod shared_edits;
mod side_by_side;
mod speed;
mod start_up;
mod unchanged;
mod untold;
mod year;
