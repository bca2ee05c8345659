//! What a measured process says that its import did.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::answer::observation(data));
