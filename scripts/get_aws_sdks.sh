#!/usr/bin/env bash
# Puts the AWS SDKs for JavaScript and for Java below build/sdk, for tests/serve/sdk_tests.py; npm
# and Maven fetch them. Does nothing when the right ones are there. An SDK whose tools (Node and
# npm, a JDK and Maven) are not installed is left out, and its tests report themselves skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
javascript=3.1112.0
java=2.29.52
services=(kinesisanalyticsv2 kinesis)
packages=("@aws-sdk/client-kinesis-analytics-v2@$javascript" "@aws-sdk/client-kinesis@$javascript")

has() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || return 1
  done
}

mkdir -p build/sdk
exec 9>build/sdk/.lock
flock 9

if [ ! -e "build/sdk/javascript-$javascript" ] && has node npm; then
  echo "fetching the AWS SDK for JavaScript $javascript with npm" >&2
  rm -rf build/sdk/javascript*
  mkdir build/sdk/javascript
  echo '{"private": true}' >build/sdk/javascript/package.json
  (cd build/sdk/javascript &&
    npm install --silent --no-audit --no-fund --no-package-lock \
      "${packages[@]}" >&2 9>&-)
  touch "build/sdk/javascript-$javascript"
fi

if [ ! -e "build/sdk/java-$java" ] && has javac mvn; then
  echo "fetching the AWS SDK for Java $java with Maven" >&2
  rm -rf build/sdk/java build/sdk/java-* build/sdk/maven
  mkdir build/sdk/maven
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    echo '<groupId>millrace</groupId><artifactId>sdk-tests</artifactId><version>1</version>'
    echo '<dependencies>'
    for service in "${services[@]}"; do
      echo "<dependency><groupId>software.amazon.awssdk</groupId><artifactId>$service</artifactId>"
      echo "<version>$java</version></dependency>"
    done
    echo '</dependencies></project>'
  } >build/sdk/maven/pom.xml
  mvn --quiet --batch-mode -f build/sdk/maven/pom.xml dependency:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$PWD/build/sdk/java" >&2 9>&-
  rm -rf build/sdk/maven
  touch "build/sdk/java-$java"
fi
