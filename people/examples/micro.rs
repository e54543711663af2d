//! scratch
#![allow(clippy::all, clippy::unwrap_used, clippy::arithmetic_side_effects)]
use domain::ids::LedgerId;
use people::*;
use std::sync::Arc;
fn cpu() -> u64 {
    // utime+stime of this thread in ns by clock via /proc/self/schedstat
    let s = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    s.split(' ').next().unwrap().parse().unwrap()
}
fn time(name: &str, n: u64, mut f: impl FnMut()) {
    for _ in 0..1000 {
        f()
    }
    let t = cpu();
    for _ in 0..n {
        f()
    }
    println!("{name}: {} ns", (cpu() - t) / n);
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let dir = std::path::Path::new("/tmp/people-scratch-keys2");
    let keys = Arc::new(KeyRing::load_or_create(dir, &Randomness::system()).unwrap());
    let people = People::new(keys.clone(), &Randomness::system());
    let ledger = LedgerId::parse("cn-320404").unwrap();
    time("client_uuid", 100_000, || {
        std::hint::black_box(keys.client_uuid("cn-320404", "payment", "2020-06-0001"));
    });
    time("commitment", 100_000, || {
        std::hint::black_box(commitment_of(&[1; 32], "cause", "火灾"));
    });
    time("getrandom 24", 100_000, || {
        std::hint::black_box(Randomness::system().secret::<24>().unwrap());
    });
    let (cause, _) = CommittedText::commit("cause", "火灾", &Randomness::system()).unwrap();
    let d0 = PrivateDetails {
        client_id: Some("2020-06-000001".into()),
        person_name: Some("王明".into()),
        ..Default::default()
    };
    let d1 = PrivateDetails {
        cause: Some(cause),
        ..d0.clone()
    };
    time("json", 100_000, || {
        std::hint::black_box(serde_json::to_vec(&d1).unwrap());
    });
    time("seal small", 100_000, || {
        std::hint::black_box(
            people
                .seal_details(
                    &ledger,
                    SealUnder::Ledger,
                    "payment/0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11",
                    &d0,
                )
                .unwrap(),
        );
    });
    time("seal cause", 100_000, || {
        std::hint::black_box(
            people
                .seal_details(
                    &ledger,
                    SealUnder::Ledger,
                    "payment/0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11",
                    &d1,
                )
                .unwrap(),
        );
    });
}
