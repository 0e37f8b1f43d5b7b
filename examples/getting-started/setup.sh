#!/usr/bin/env bash
# Makes what the application stands on, with aws-cli alone: two streams, a bucket, a log stream, and
# the role that the application acts with. AWS_ENDPOINT_URL names the service, unless it is AWS.
#   setup.sh            makes them
#   setup.sh --remove   removes them again
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
read -r -a aws <<<"${AWS_CLI:-aws}"
streams="ExampleInputStream ExampleOutputStream"
bucket=${BUCKET:-millrace-getting-started}
group=/aws/kinesis-analytics/MyApplication

call() {
  printf '  aws %s\n' "$(printf '%s ' "$@" | cut -c1-90)" >&2
  "${aws[@]}" "$@"
}

if [ "${1:-}" = --remove ]; then
  for stream in $streams; do
    call kinesis delete-stream --stream-name "$stream"
  done
  call s3 rb "s3://$bucket" --force >/dev/null
  call logs delete-log-group --log-group-name "$group"
  call iam delete-role-policy --role-name MyApplicationRole --policy-name MyApplicationPolicy
  call iam delete-role --role-name MyApplicationRole
  exit
fi

for stream in $streams; do
  call kinesis create-stream --stream-name "$stream" --shard-count 1
done
call s3 mb "s3://$bucket" >/dev/null
call logs create-log-group --log-group-name "$group"
call logs create-log-stream --log-group-name "$group" --log-stream-name kinesis-analytics-log-stream
call iam create-role --role-name MyApplicationRole \
  --assume-role-policy-document file://trust.json >/dev/null
sed "s/BUCKET/$bucket/" policy.json >"${TMPDIR:-/tmp}/policy.$$.json"
trap 'rm -f "${TMPDIR:-/tmp}/policy.$$.json"' EXIT
call iam put-role-policy --role-name MyApplicationRole --policy-name MyApplicationPolicy \
  --policy-document "file://${TMPDIR:-/tmp}/policy.$$.json"
