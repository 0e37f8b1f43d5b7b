#!/usr/bin/env bash
# Puts AWS's Python packages below build/python: botocore, whose service models the build reads, and
# boto3 and aws-cli, the stock clients of tests/serve. Does nothing when the right ones are there.
# --moto: also moto below build/moto, the other service that tests/serve/moto_tests.py asks. Where
# it cannot be had, a word says so, and the test is skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packages=(botocore==1.44.8 boto3==1.44.8 awscli==1.46.3)

if [ "${1:-}" = --moto ] && [ ! -d build/moto/moto-5.2.5.dist-info ]; then
  python3 -m pip install --quiet --no-warn-script-location --root-user-action ignore --upgrade \
    --target build/moto 'moto[server]==5.2.5' "${packages[@]:0:2}" >&2 ||
    echo "moto could not be fetched" >&2
fi

missing=0
for package in "${packages[@]}"; do
  [ -d "build/python/${package/==/-}.dist-info" ] || missing=1
done
[ "$missing" -eq 1 ] || exit 0

mkdir -p build
exec 9>build/.python.lock
flock 9
rm -rf build/python.partial
echo "fetching ${packages[*]} with pip" >&2
python3 -m pip install --quiet --no-warn-script-location --root-user-action ignore \
  --target build/python.partial "${packages[@]}" >&2 9>&-
rm -rf build/python
mv build/python.partial build/python
