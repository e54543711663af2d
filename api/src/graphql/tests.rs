//! The schema as others rely on it.

#![allow(clippy::unwrap_used)]

use super::sdl;

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let committed = include_str!("../../schema.graphql");
    assert!(
        committed == sdl(),
        "api/schema.graphql differs; if the change is meant, run `mingzhang schema > api/schema.graphql` and read the difference"
    );
}
