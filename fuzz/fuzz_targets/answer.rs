//! What came through the pipe of a measured process, frames and all.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::answer::messages(data));
