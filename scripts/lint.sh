#!/usr/bin/env bash
# Format, lints and documentation. What this machine has no tool for is added to the list of what
# could not run (see test.sh).
set -euo pipefail
cd "$(dirname "$0")/.."
list=${MINGZHANG_NOT_RUN:-/dev/stderr}

if cargo fmt --version >/dev/null 2>&1; then
    cargo fmt --all --check
else
    echo "format: rustup component add rustfmt" >>"$list"
fi

if cargo clippy --version >/dev/null 2>&1; then
    cargo clippy --locked --workspace --all-targets -- -D warnings
    # What checks a bundle is built without any crate that knows a database.
    cargo clippy --locked --package ledger --no-default-features --all-targets -- -D warnings
else
    echo "lints: rustup component add clippy" >>"$list"
fi

RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps

for script in scripts/*.sh .ci/run; do
    bash -n "$script"
done
