//! Tables as bytes: how many rows they have.

/// Lines of a table without its header. Names in our tables hold no line breaks.
pub(super) fn rows(table: &[u8]) -> u64 {
    let lines = memchr::memchr_iter(b'\n', table).count();
    u64::try_from(lines).unwrap_or(u64::MAX).saturating_sub(1)
}
