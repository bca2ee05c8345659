//! The zip file that a job of a stranger left for the comment.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::artifact::check(data));
