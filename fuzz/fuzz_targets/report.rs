//! A report that `merge`, `compare` and `comment` read.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::report::check(data));
