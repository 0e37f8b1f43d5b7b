#!/usr/bin/env bash
# Puts the libraries of Apache Flink, the reference for our results, below build/ and prints the
# folder. FLINK_HOME names an existing distribution to use instead.
#   get_flink.sh             what one process needs: lib/, opt/, plugins/ (make test-flink)
#   get_flink.sh --cluster   and what a cluster with a SQL client needs: bin/, conf/ and the SQL
#                            gateway, by pip and Maven (scripts/bench.sh --flink)
set -euo pipefail
version=${MILLRACE_FLINK_VERSION:-2.3.0}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ -n "${FLINK_HOME:-}" ]; then
  echo "$FLINK_HOME"
  exit 0
fi
home=$PWD/build/flink/$version

addCluster() {
  [ ! -x "$home/bin/start-cluster.sh" ] || return 0
  local work=$PWD/build/flink/cluster
  rm -rf "$work"
  mkdir -p "$work" "$home/log"
  echo "fetching the scripts of Apache Flink $version with pip and its SQL gateway with Maven" >&2
  python3 -m pip download --quiet --no-deps --only-binary :all: "apache-flink==$version" \
    -d "$work" >&2
  python3 -m zipfile -e "$work"/*.whl "$work/wheel"
  cp -r "$work/wheel/pyflink/bin" "$work/wheel/pyflink/conf" "$home/"
  mvn --quiet dependency:copy "-Dartifact=org.apache.flink:flink-sql-gateway:$version" \
    "-DoutputDirectory=$home/opt" >&2
  chmod +x "$home"/bin/*.sh "$home/bin/flink"
  rm -rf "$work"
}

if compgen -G "$home/lib/flink-dist-*.jar" >/dev/null; then
  [ "${1:-}" != --cluster ] || addCluster
  echo "$home"
  exit 0
fi

download=$PWD/build/flink/download
rm -rf "$download" "$home.partial"
mkdir -p "$download" "$home.partial"
echo "fetching Apache Flink $version with pip" >&2
python3 -m pip download --quiet --no-deps "apache-flink-libraries==$version" -d "$download" >&2
# The package is a source archive with the jar files below deps/; a wheel would do as well.
for archive in "$download"/*; do
  case $archive in
    *.tar.gz) tar xzf "$archive" -C "$download" ;;
    *.whl) python3 -m zipfile -e "$archive" "$download" ;;
  esac
done
jar=$(find "$download" -name 'flink-dist-*.jar' -path '*/lib/*' -print -quit)
if [ -z "$jar" ]; then
  echo "get_flink: no flink-dist jar in apache-flink-libraries $version; set FLINK_HOME instead" >&2
  exit 1
fi
source=$(dirname "$(dirname "$jar")")
for part in lib opt plugins; do
  [ ! -d "$source/$part" ] || mv "$source/$part" "$home.partial/"
done
rm -rf "$home"
mv "$home.partial" "$home"
rm -rf "$download"
[ "${1:-}" != --cluster ] || addCluster
echo "$home"
