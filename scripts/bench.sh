#!/usr/bin/env bash
# bench.sh [ARGUMENT...]: measures the Nexmark queries; bench/nexmark/run.py has the arguments.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec python3 bench/nexmark/run.py "$@"
