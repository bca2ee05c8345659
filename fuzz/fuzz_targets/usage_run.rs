//! What the recorder of usage wrote in one run.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::usage::run(data));
