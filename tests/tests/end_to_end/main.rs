//! Tests of the whole, in one binary so that it is linked once. Each module is a subject.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::needless_pass_by_value,
    reason = "tests"
)]

mod advances;
mod arrows;
mod audits;
mod backup;
mod bank_results;
mod batches;
mod between;
mod bundle;
mod catchers;
mod checking;
mod checkpoints;
mod clock;
mod closing_batches;
mod cut_short;
mod deaths;
mod disclosures;
mod disk_full;
mod encrypted;
mod every_byte;
mod failing_files;
mod failing_witnesses;
mod forgetting;
mod funds;
mod grants;
mod independent;
mod keys;
mod killed;
mod lost_sessions;
mod officer_keys;
mod officers;
mod periods;
mod permission;
mod private_server;
mod program;
mod proposals;
mod read_models;
mod reading;
mod receipts;
mod recoveries;
mod refusals;
mod registering;
mod schema;
mod sign_in;
mod store;
mod tamper_matrix;
mod tampering;
mod tidy;
mod unanswered;
mod upgrade;
mod upkeep;
mod witness;
mod witnessed;
mod witnesses;
mod writing;
