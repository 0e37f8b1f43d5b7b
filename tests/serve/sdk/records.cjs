// Records through a stream, by the AWS SDK for JavaScript. Prints a line per step.
//   node records.cjs ENDPOINT     (keys and region from the environment)
"use strict";
const api = require("@aws-sdk/client-kinesis");

const client = new api.KinesisClient({ endpoint: process.argv[2], maxAttempts: 1 });
const stream = { StreamName: "records" };
const say = (...words) => console.log(words.join(" "));
const call = (name, input) => client.send(new api[`${name}Command`](input));

async function readShard(ShardId) {
  let { ShardIterator } = await call("GetShardIterator", {
    ...stream, ShardId, ShardIteratorType: "TRIM_HORIZON" });
  const found = [];
  for (let behind = 1; behind > 0; ) {
    const answer = await call("GetRecords", { ShardIterator });
    found.push(...answer.Records.map((record) => new TextDecoder().decode(record.Data)));
    ShardIterator = answer.NextShardIterator;
    behind = answer.MillisBehindLatest;
  }
  return found;
}

async function run() {
  await call("CreateStream", { ...stream, ShardCount: 2 });
  await api.waitUntilStreamExists({ client, maxWaitTime: 20, minDelay: 1 }, stream);
  const summary = (await call("DescribeStreamSummary", stream)).StreamDescriptionSummary;
  say("stream", summary.StreamStatus, summary.OpenShardCount);
  const Records = [...Array(100).keys()].map((number) => ({
    PartitionKey: `key${number}`, Data: new TextEncoder().encode(`récord ${number}`) }));
  say("put", (await call("PutRecords", { ...stream, Records })).FailedRecordCount, "failed");
  const shards = (await call("ListShards", stream)).Shards;
  const read = new Set();
  for (const shard of shards) (await readShard(shard.ShardId)).forEach((text) => read.add(text));
  const known = [...read].filter((text) => /^récord \d+$/.test(text));
  say("read", known.length, "records of", shards.length, "shards");
  try {
    await call("DescribeStreamSummary", { StreamName: "nothing" });
  } catch (error) {
    say("unknown", error.name);
  }
}

run().then(() => client.destroy()).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
