#!/usr/bin/env bash
# Makes sure, where it may, that Python and Go are on this machine: tests let software that is not ours
# check bundles, trees and notes (tests/independent). Installs them with apt where that needs no question.
# Nothing stops without them; those tests then stand in the list of what could not run, with the reason.
set -euo pipefail
cd "$(dirname "$0")/.."

packages="python3 python3-venv golang-go golang-golang-x-mod-dev"

say() { printf 'mingzhang: %s\n' "$*" >&2; }

python_is_there() {
    python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

go_is_there() {
    command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog ]
}

is_there() { python_is_there && go_is_there; }

# Installs as root what is missing, and nothing else.
install_with_apt() {
    export DEBIAN_FRONTEND=noninteractive
    # Without a network this must not keep anybody waiting.
    apt-get update -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=10 || return 1
    if ! python_is_there; then
        say "installing Python with apt (packages python3 and python3-venv)"
        apt-get install -y -qq --no-install-recommends python3 python3-venv >&2 || return 1
    fi
    if ! go_is_there; then
        say "installing Go with apt (packages golang-go and golang-golang-x-mod-dev)"
        apt-get install -y -qq --no-install-recommends golang-go golang-golang-x-mod-dev >&2
    fi
}

if [ "${1:-}" = --install ]; then
    install_with_apt
    exit
fi

is_there && exit
line="Debian's packages are $packages"
if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        install_with_apt || true
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$PWD/scripts/independent.sh" --install || true
    else
        line="sudo $PWD/scripts/independent.sh --install"
    fi
fi
python_is_there || say "there is no Python 3.11 or later with venv, so a few tests will not run. To have them run: $line"
go_is_there || say "there is no Go with golang.org/x/mod, so one test will not run. To have it run: $line"
