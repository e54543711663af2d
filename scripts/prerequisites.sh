#!/usr/bin/env bash
# prerequisites.sh demo|test|soak|bench|build: checks within a second, before anything is built, that what
# is needed is there, and names all that is missing at once. Installs PostgreSQL where it may, and for
# the tests also Node, Python and Go, without which all but a few of them run.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:?demo, test, soak, bench or build}

missing=0
lacks() {
    printf 'mingzhang: %s\n' "$@" >&2
    missing=1
}

# at_least WANTED FOUND: compares dotted version numbers.
at_least() {
    local wanted found i
    IFS=. read -r -a wanted <<<"$1"
    IFS=. read -r -a found <<<"$2"
    for i in "${!wanted[@]}"; do
        ((10#${found[i]:-0} > 10#${wanted[i]})) && return 0
        ((10#${found[i]:-0} < 10#${wanted[i]})) && return 1
    done
    return 0
}

check_compiler() {
    command -v cc >/dev/null && return
    case "$(uname -s)" in
        Darwin) lacks "there is no C compiler (cc). Install it with: xcode-select --install" ;;
        *) lacks "there is no C compiler (cc). Debian: sudo apt-get install -y build-essential" ;;
    esac
}

check_rust() {
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\([0-9.]*\)"$/\1/p' Cargo.toml)
    if ! command -v cargo >/dev/null; then
        lacks "there is no cargo; Rust $wanted or newer is needed. Install it as https://rustup.rs says"
        return
    fi
    found=$(cargo --version | sed -n 's/^cargo \([0-9][0-9.]*\).*/\1/p')
    at_least "$wanted" "${found:-0}" ||
        lacks "cargo is ${found:-of an unknown version}, $wanted or newer is needed. Update it with: rustup update"
}

check_compiler
check_rust
[ "$missing" = 0 ] || exit 1

case "$purpose" in
    build) ;;
    demo) [ -n "${DATABASE_URL:-}" ] || scripts/postgresql.sh ;;
    test)
        scripts/postgresql.sh
        scripts/node.sh
        scripts/independent.sh
        ;;
    *) scripts/postgresql.sh ;;
esac
