//! The stacks that faulthandler wrote.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::faults::check(data));
