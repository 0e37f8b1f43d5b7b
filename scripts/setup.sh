#!/usr/bin/env bash
# Installs what is missing to build and test on Debian 12. Does nothing, and needs no network, when
# everything is there.
#   setup.sh            compiler, libraries and tools of `make` and `make demo`
#   setup.sh --test     and what `make test` runs: PostgreSQL, curl and, if it can, moto
#   setup.sh --check    and clang's tools for `make check`
#   setup.sh --flink    and a JDK for `make test-flink`
# docs/dependencies.md says what each package is for.
set -euo pipefail
scripts=$(dirname "${BASH_SOURCE[0]}")

packages=(
  g++ cmake ninja-build make ccache mold pkg-config python3 tzdata
  libfmt-dev libspdlog-dev libcli11-dev libsimdjson-dev nlohmann-json3-dev libpcre2-dev
  libicu-dev libhowardhinnant-date-dev libxxhash-dev libmimalloc-dev libzstd-dev zlib1g-dev
  libedit-dev libgtest-dev libbenchmark-dev
  libboost1.81-dev libssl-dev libnghttp2-dev libsqlite3-dev libpq-dev libpugixml-dev
  libcurl4-openssl-dev python3-pip
)
clients=("$scripts/get_aws_clients.sh")
for argument in "$@"; do
  case $argument in
    --test)
      packages+=(postgresql curl)
      clients+=(--moto)
      ;;
    --check) packages+=(clang clang-format clang-tidy libclang-rt-14-dev) ;;
    --flink) packages+=(default-jdk-headless) ;;
    *)
      echo "setup: unknown argument '$argument' (known: --test, --check, --flink)" >&2
      exit 2
      ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  # Another system: trust whoever set it up, unless nothing is there at all.
  command -v cmake >/dev/null && command -v ninja >/dev/null && exec "${clients[@]}"
  echo "setup: this system has no apt; install what these Debian packages hold:" >&2
  echo "  ${packages[*]}" >&2
  exit 1
fi

installed=$(dpkg-query -W -f='${db:Status-Status} ${binary:Package}\n' 2>/dev/null |
  sed -n 's/^installed \([^:]*\).*/\1/p')
missing=()
for package in "${packages[@]}"; do
  grep -qx -- "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exec "${clients[@]}"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null; then
    echo "setup: missing packages, and no right to install them. Run as root:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo -n)
fi

echo "setup: installing ${missing[*]}"
install_missing() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}"
}
# The package lists are fetched only when they are absent or too old to find the packages.
if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then
  "${as_root[@]}" apt-get update
  install_missing
else
  install_missing || { "${as_root[@]}" apt-get update && install_missing; }
fi
exec "${clients[@]}"
