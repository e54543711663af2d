//! The mingzhang program: GraphQL, import, demo, verification, and the wiring of all rooms.

pub mod bank_results_list;
pub mod bench;
pub mod books;
pub mod bundle;
pub mod checking;
pub mod cli;
pub mod clock;
pub mod database;
pub mod demo;
pub mod graphql;
pub mod http;
pub mod list_file;
mod mask;
pub mod payment_list;
pub mod receipt_file;
pub mod requests;
pub mod sign_in;
pub mod verification;
pub mod witness;
pub mod witnesses;
