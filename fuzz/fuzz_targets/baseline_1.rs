//! A stored baseline of version 1.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::baseline::check(data));
