#!/usr/bin/env bash
# soak.sh: kills programs at random moments for many rounds, as `make test` does for twenty. With
# MINGZHANG_SEED the same moments come again, as far as the machine is as quick.
set -euo pipefail
cd "$(dirname "$0")/.."
export MINGZHANG_SOAK_ROUNDS=${MINGZHANG_SOAK_ROUNDS:-200}
exec cargo test --locked --workspace --test end_to_end -- --nocapture --exact \
    killed::a_program_killed_at_any_moment_loses_nothing_that_it_told_and_signs_nothing_that_it_lost
