#!/usr/bin/env bash
# format.sh [--check]: puts every C++ file in house style (.clang-format), or says which are not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if ! command -v clang-format >/dev/null; then
  echo "format: clang-format is missing; run scripts/setup.sh --check" >&2
  exit 1
fi
mode=(-i)
[ "${1:-}" = --check ] && mode=(--dry-run -Werror)
git ls-files -z --cached --others --exclude-standard -- '*.h' '*.cc' |
  xargs -0 -r -n 20 -P "$(nproc)" clang-format "${mode[@]}"
