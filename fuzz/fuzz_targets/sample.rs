//! The times that a measured process says.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::answer::sample(data));
