//! What `git log --raw -z` writes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::git::log(data));
