#!/usr/bin/env bash
# Makes sure that PostgreSQL is on this machine; the program starts it by itself, so none needs to
# run. Installs it with apt where that needs no question, else prints the one line that does and stops.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'mingzhang: %s\n' "$*" >&2; }

# The places where the program looks, in its order (api/src/database/binaries.rs).
is_there() {
    local place places
    IFS=: read -r -a places <<<"$PATH"
    if command -v pg_config >/dev/null; then places+=("$(pg_config --bindir)"); fi
    places+=(/usr/lib/postgresql/*/bin /usr/pgsql-*/bin)
    places+=(/opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin)
    for place in "${places[@]}"; do
        if [ -x "$place/postgres" ] && [ -x "$place/initdb" ] && [ -x "$place/pg_ctl" ]; then
            return 0
        fi
    done
    return 1
}

# Installs as root. The package would also set up a cluster and start it on the standard port, which
# nobody asked for: it is told not to, and forgets it afterwards.
install_with_apt() {
    say "installing PostgreSQL with apt (package postgresql); no server is left running"
    export DEBIAN_FRONTEND=noninteractive
    # Where there is anything to install, the lists may be old, or not there at all.
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends postgresql-common >&2
    local settings=/etc/postgresql-common/createcluster.conf
    local folder=/etc/postgresql-common/createcluster.d
    local ours=$folder/mingzhang.conf
    if grep -q '^ *include_dir' "$settings"; then
        mkdir -p "$folder"
        # shellcheck disable=SC2064
        trap "rm -f '$ours'" EXIT
        echo 'create_main_cluster = false' >"$ours"
    else
        say "writing create_main_cluster = false to $settings"
        echo 'create_main_cluster = false' >>"$settings"
    fi
    apt-get install -y -qq --no-install-recommends postgresql >&2
}

if [ "${1:-}" = --install ]; then
    install_with_apt
    exit
fi

is_there && exit
if [ "$(uname -s)" = Darwin ]; then
    line="brew install postgresql@17"
elif command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then
        install_with_apt
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$PWD/scripts/postgresql.sh" --install
    else
        line="sudo $PWD/scripts/postgresql.sh --install"
    fi
elif command -v dnf >/dev/null; then
    line="sudo dnf install -y postgresql-server"
elif command -v pacman >/dev/null; then
    line="sudo pacman -S postgresql"
elif command -v apk >/dev/null; then
    line="sudo apk add postgresql"
else
    line="see https://www.postgresql.org/download/"
fi
is_there && exit
say "PostgreSQL is not installed. This line does it, then try again:" "${line:-the installation failed}"
exit 1
