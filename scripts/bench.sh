#!/usr/bin/env bash
# bench.sh [ARGUMENT...]: measures the Nexmark queries; the arguments go to the bench command.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec build/release/bin/millrace bench nexmark run "$@"
