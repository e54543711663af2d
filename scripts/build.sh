#!/usr/bin/env bash
# build.sh [--release]: builds the program. The whole workspace is selected, so that demo and tests
# agree on every crate's features and nothing is built twice.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

if [ "${1:-}" = --release ]; then
    [ -e "$target/release/mingzhang" ] ||
        echo "mingzhang: the first build for distribution takes about 15 minutes on 2 cores" >&2
    exec cargo build --locked --release --package api --bin mingzhang
fi
[ -e "$target/debug/mingzhang" ] ||
    echo "mingzhang: the first build takes about 15 minutes on 2 cores, later ones seconds" >&2
exec cargo build --locked --workspace --bins
