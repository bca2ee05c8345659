# expected: import-failed
# Is another language.
fn main() {}
