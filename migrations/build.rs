//! A new SQL file must lead to a new build: cargo cannot see the folder that the macro reads.
fn main() {
    println!("cargo:rerun-if-changed=sql");
}
