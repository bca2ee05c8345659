//! The stored format as a whole.

use super::Baseline;
use super::sample_data::baseline;

#[test]
fn what_is_written_reads_back() {
    let text = baseline().render();
    assert_eq!(Baseline::parse(text.as_bytes()), Ok(baseline()));
}
