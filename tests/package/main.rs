//! The package as its users meet it: built from its source distribution, installed into fresh environments that know nothing of Rust, and
//! run by pre-commit on a repository. `make test-package` builds it first; it is no part of `cargo test`.

mod environment;
mod hooks;
mod installed;
