//! What `git cat-file --batch` writes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::git::content(data));
