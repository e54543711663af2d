#!/usr/bin/env bash
# Makes sure, where it may, that Node and npm are on this machine: one test asks a server the audits of
# GraphQL over HTTP with them. Installs them with apt where that needs no question. Nothing stops
# without them; the test then stands in the list of what could not run, with the reason.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'mingzhang: %s\n' "$*" >&2; }

# What scripts/graphql-audits.mjs needs came with Node 18.17.
is_there() {
    command -v npm >/dev/null &&
        node -e 'process.exit(typeof URL.canParse === "function" ? 0 : 1)' >/dev/null 2>&1
}

# Installs as root. Where apt has an older Node only, nothing is installed that would be of no use.
install_with_apt() {
    export DEBIAN_FRONTEND=noninteractive
    # Without a network this must not keep anybody waiting.
    apt-get update -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=10 || return 1
    local major
    major=$(apt-cache policy nodejs | sed -n 's/^ *Candidate: \([0-9]*\).*/\1/p')
    if [ "${major:-0}" -lt 18 ]; then
        say "apt has no Node of 18.17 or later"
        return 1
    fi
    say "installing Node with apt (packages nodejs and npm)"
    apt-get install -y -qq --no-install-recommends nodejs npm >&2
}

if [ "${1:-}" = --install ]; then
    install_with_apt
    exit
fi

is_there && exit
line="see https://nodejs.org/en/download"
if [ "$(uname -s)" = Darwin ]; then
    line="brew install node"
elif command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        install_with_apt || true
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$PWD/scripts/node.sh" --install || true
    else
        line="sudo $PWD/scripts/node.sh --install"
    fi
fi
is_there || say "there is no Node 18.17 or later with npm, so one test will not run. To have it run: $line"
