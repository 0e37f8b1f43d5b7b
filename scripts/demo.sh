#!/usr/bin/env bash
# The demo: a live job over data that arrives while it runs, a Nexmark query at full speed, and an
# application of the managed service. Ends by itself in less than a minute. Everything it writes is
# in build/demo.
#   demo.sh [--seconds N]     how long the ticker runs (16)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
millrace=build/release/bin/millrace
seconds=16
if [ "${1:-}" = --seconds ]; then
  seconds=${2:?--seconds needs a number}
fi
events=2000000
rm -rf build/demo
mkdir -p build/demo/stock_ticker

producer=
service=
stopAll() {
  [ -z "$producer" ] || kill "$producer" 2>/dev/null || true
  [ -z "$service" ] || kill "$service" 2>/dev/null || true
}
trap stopAll EXIT

say() {
  printf '\n\033[1m%s\033[0m\n' "$*"
}

# Runs a script that never ends by itself and stops it as Ctrl-C would.
runFor() {
  local limit=$1 status=0
  shift
  timeout --foreground --signal=INT --kill-after=5 "$limit" "$@" || status=$?
  # 124: the time was up, as planned; 130: the program reports the interrupt itself.
  case $status in
    0 | 124 | 130) ;;
    *)
      echo "demo: '$*' failed with status $status" >&2
      exit 1
      ;;
  esac
}

say "1. Stock ticker: the lowest price of each ticker in the last 10 seconds, every 5 seconds"
echo "A producer writes trades into build/demo/stock_ticker while the job reads them. The script:"
sed -n '/^CREATE/,$p' examples/stock_ticker.sql
echo
python3 examples/stock_producer.py --out build/demo/stock_ticker --seconds "$seconds" &
producer=$!
runFor "$seconds" "$millrace" sql -f examples/stock_ticker.sql
wait "$producer" || true
producer=

say "2. Nexmark: $events auction events, hottest items of the last 10 seconds, every 2 seconds"
"$millrace" bench nexmark dump --seed 42 --events "$events" --parts 1 --out build/demo/nexmark
bytes=$(du -sb build/demo/nexmark | cut -f1)
started=$(date +%s%N)
"$millrace" sql --progress -f examples/nexmark_hot_items.sql
elapsed=$((($(date +%s%N) - started) / 1000000))
[ "$elapsed" -gt 0 ] || elapsed=1
printf '\n%s events (%s MB of JSON) in %s ms: %s events/s, start of the process included\n' \
  "$events" "$((bytes / 1000000))" "$elapsed" "$((events * 1000 / elapsed))"

say "3. The managed service: an application from its creation to its end, with aws-cli and boto3"
mkdir -p build/demo/service
"$millrace" serve --port 0 --data build/demo/service \
  --set "applications.metrics-interval=1 s" 2>build/demo/service.log &
service=$!
port=
for _ in $(seq 100); do
  port=$(sed -n 's/.*"message":"listening".*"port":\([0-9]*\).*/\1/p' build/demo/service.log)
  [ -z "$port" ] || break
  sleep 0.1
done
if [ -z "$port" ]; then
  echo "demo: the service did not start; see build/demo/service.log" >&2
  exit 1
fi
echo "The service listens at http://127.0.0.1:$port;" \
  "its keys are in build/demo/service/credentials."
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_DEFAULT_REGION=us-east-1
export AWS_CONFIG_FILE=/dev/null
export AWS_SHARED_CREDENTIALS_FILE=$PWD/build/demo/service/credentials AWS_PAGER=
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE
export PYTHONPATH=$PWD/build/python AWS_CLI="python3 $PWD/build/python/bin/aws"
examples/getting-started/setup.sh
python3 examples/getting-started/exercise.py
kill "$service"
wait "$service" || true
service=
