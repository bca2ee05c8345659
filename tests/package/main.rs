//! The package as its users meet it: built from its source distribution, and installed into fresh environments that know nothing of Rust.
//! `make test-package` builds it first; it is no part of `cargo test`.

mod environment;
mod installed;
