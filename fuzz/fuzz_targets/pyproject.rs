//! A pyproject.toml with budgets in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| importgate_fuzz::budgets::pyproject(data));
