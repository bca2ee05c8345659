//! What a benchmark tool wrote: k6, line by line.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::benchmarks::of_a_tool(data));
