//! A budgets file of its own, with what the command line sets beside it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::budgets::standalone(data));
