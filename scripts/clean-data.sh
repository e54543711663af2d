#!/usr/bin/env bash
# clean-data.sh DIR: removes a data directory with its keys and its private PostgreSQL, which may lie
# elsewhere behind a link. Asks first: without its keys a ledger that is kept in another database can
# never be written again, and no name in it be read.
set -euo pipefail
data=${1:?a data directory}

say() { printf 'mingzhang: %s\n' "$*" >&2; }

if [ ! -e "$data" ]; then
    say "$data is not there: nothing to remove"
    exit
fi
if [ ! -d "$data/keys" ] || [ ! -d "$data/lock" ]; then
    say "$data is not a data directory of this program: not touched"
    exit 1
fi
lock=$data/pg/cluster/postmaster.pid
if [ -e "$lock" ] && kill -0 "$(head -n 1 "$lock")" 2>/dev/null; then
    if command -v flock >/dev/null && flock -n -x "$data/lock/in-use" true; then
        # Its program was killed and could not stop it.
        say "stopping the PostgreSQL of $data"
        kill -INT "$(head -n 1 "$lock")"
        while [ -e "$lock" ]; do sleep 0.1; done
    else
        say "a program uses $data: stop it first"
        exit 1
    fi
fi
if [ "${YES:-}" != 1 ]; then
    printf 'Remove %s with its database and its keys? [y/N] ' "$data" >&2
    read -r answer || answer=
    [ "$answer" = y ] || exit 1
fi
elsewhere=$(readlink "$data/pg" || true)
case "$elsewhere" in
    /var/lib/mingzhang/?*) rm -rf -- "$elsewhere" ;;
esac
rm -rf -- "$data"
say "removed $data"
