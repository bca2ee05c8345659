//! The runner on real, small and ill-behaved processes. Nothing here depends on how fast the machine is: limits that must
//! not be reached are far away, and what has to happen before a limit is given a longer one until it has.

mod one_run;
mod prepared;
mod support;
