#!/usr/bin/env bash
# mutants.sh [AREA...]: tests the verifier and the parser of the crate `ledger`. cargo-mutants changes one
# thing at a time, and a unit test of the crate must fail each time; a change that none notices is a
# survivor, and the script fails. Prints the table of docs/mutants.md.
#
# Each area's mutants meet the unit tests beside them first, and those that these let pass the whole
# crate's, because some of those take a minute.
set -euo pipefail
cd "$(dirname "$0")/.."

version=27.1.0
mkdir -p "${CARGO_TARGET_DIR:-target}"
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
# Nothing else is built there while tests run, and the dependencies stay.
export CARGO_TARGET_DIR=$target/mutation
results=$CARGO_TARGET_DIR/results
# Enough for finding what a mutant changes; `make test` draws more.
export PROPTEST_CASES=${PROPTEST_CASES:-32}
# A mutant that never ends must not take the machine's memory along.
ulimit -v 12000000 2>/dev/null || true

say() { printf 'mingzhang: %s\n' "$*" >&2; }

tool=$target/tools/bin/cargo-mutants
if [ "$("$tool" mutants --version 2>/dev/null)" != "cargo-mutants $version" ]; then
    say "installing cargo-mutants $version in $target/tools"
    cargo install --quiet --locked --version "$version" --root "$target/tools" cargo-mutants
fi

# files_of AREA: its source files below ledger/src, out of those of .cargo/mutants.toml.
files_of() {
    case "$1" in
        offline) echo 'verify/bundle/' ;;
        verify) echo 'verify/(chain|entries|finding|keys_in_force|mod)' ;;
        replay) echo 'verify/replay/' ;;
        signed) echo '(verify/)?signed_command' ;;
        bundle) echo 'bundle/' ;;
        entry) echo '(entry/|hash|key\.)' ;;
        tree) echo '(tree|tile)' ;;
        keys) echo '(keys|officer_keys)' ;;
        rights) echo '(access|sealed_list)' ;;
        proofs) echo '(checkpoint|cosignature|note|policy|proof_file)' ;;
        *) return 1 ;;
    esac
}

# tests_of AREA: what the test runner is told, so that the tests beside the area run without the slow ones.
tests_of() {
    case "$1" in
        offline) echo 'verify::bundle --skip any_flipped --skip wherever --skip batches --skip chunks --skip rewritten --skip envelope' ;;
        verify) echo 'verify::chain verify::entries verify::finding verify::keys_in_force verify::bundle::tests::rules' ;;
        replay) echo 'verify::replay verify::bundle::tests::rules --skip parts_find' ;;
        signed) echo 'signed_command --skip any_flipped --skip batches --skip an_envelope' ;;
        bundle) echo 'bundle::read bundle::write bundle::manifest bundle::member bundle::balances --skip every_changed' ;;
        entry) echo 'entry:: hash:: key::tests --skip any_flipped' ;;
        tree) echo 'tree:: tile:: --skip up_to_size_300 --skip another_library --skip every_plan --skip every_size' ;;
        keys) echo 'keys::' ;;
        rights) echo 'access:: sealed_list:: verify::bundle::tests::rules' ;;
        proofs) echo 'checkpoint:: cosignature:: note:: policy:: proof_file::' ;;
    esac
}

# mutate AREA ARGUMENT...: one pass. A survivor is counted below, a mutant that never ends is noticed.
mutate() {
    local area=$1 outcome=0
    shift
    nice -n 10 "$tool" mutants --package ledger --no-default-features --profile mutants --jobs 1 \
        --minimum-test-timeout 30 --output "$results/$area" --no-times --re "^ledger/src/$(files_of "$area")" "$@" || outcome=$?
    case "$outcome" in 0 | 2 | 3) ;; *) exit "$outcome" ;; esac
}

lines() { cat "$@" | wc -l; }

[ "$#" -gt 0 ] || set -- verify replay signed offline entry tree bundle keys rights proofs
missed=0
table=''
for area in "$@"; do
    files_of "$area" >/dev/null || { say "there is no area $area"; exit 1; }
    out=$results/$area
    rm -rf "$out"
    mkdir -p "$out"
    # shellcheck disable=SC2046
    mutate "$area" -- --lib -- $(tests_of "$area")
    total=$(lines "$out/mutants.out/"{caught,timeout,unviable,missed}.txt)
    unviable=$(lines "$out/mutants.out/unviable.txt")
    cp "$out/mutants.out/timeout.txt" "$out/mutants.out/missed.txt" "$out"
    if [ -s "$out/missed.txt" ]; then
        mutate "$area" --iterate -- --lib
        sort -u "$out/mutants.out/timeout.txt" "$out/timeout.txt" -o "$out/timeout.txt"
        cp "$out/mutants.out/missed.txt" "$out"
    fi
    endless=$(lines "$out/timeout.txt")
    left=$(lines "$out/missed.txt")
    table+="| $area | $total | $((total - unviable - endless - left)) | $endless | $unviable | $left |"$'\n'
    missed=$((missed + left))
done

printf '| area | mutants | caught | never end | do not compile | missed |\n|---|---|---|---|---|---|\n%s' "$table"
if [ "$missed" != 0 ]; then
    say "$missed changes go unnoticed:"
    for area in "$@"; do sed 's/^/  /' "$results/$area/missed.txt" 2>/dev/null || true; done
    exit 1
fi
