//! What was recorded of benchmarks.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::benchmarks::recorded(data));
