//! The file of an allowance.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::allowance::check(data));
