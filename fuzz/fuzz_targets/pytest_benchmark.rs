//! What a benchmark tool wrote: pytest-benchmark.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::benchmarks::of_a_tool(data));
