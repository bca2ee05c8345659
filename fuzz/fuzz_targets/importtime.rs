//! A log of `python -X importtime`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::importtime::check(data));
