// The life of an application through the AWS SDK for JavaScript. Prints a line per step.
//   node life_cycle.cjs ENDPOINT ROLE     (keys and region from the environment)
"use strict";
const api = require("@aws-sdk/client-kinesis-analytics-v2");

const [endpoint, role] = process.argv.slice(2);
const client = new api.KinesisAnalyticsV2Client({ endpoint, maxAttempts: 1 });
const app = { ApplicationName: "life" };
const code = `CREATE TABLE source (id BIGINT)
  WITH ('connector' = 'datagen', 'rows-per-second' = '10');
CREATE TABLE target (id BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO target SELECT id FROM source;`;

const say = (...words) => console.log(words.join(" "));
const call = (name, input) => client.send(new api[`${name}Command`](input));

async function until(look) {
  for (const end = Date.now() + 20000; Date.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("nothing came");
}

async function ended(operation) {
  const input = { ...app, OperationId: operation };
  return until(async () => {
    const answer = await call("DescribeApplicationOperation", input);
    const status = answer.ApplicationOperationInfoDetails.OperationStatus;
    return status === "IN_PROGRESS" ? null : status;
  });
}

async function errorOf(name, input) {
  try {
    await call(name, input);
  } catch (error) {
    return `${error.name} ${error.$metadata.httpStatusCode}`;
  }
  return "no error";
}

const describe = async () => (await call("DescribeApplication", app)).ApplicationDetail;

async function configure() {
  const created = (await call("CreateApplication", {
    ...app,
    RuntimeEnvironment: "FLINK-1_20",
    ServiceExecutionRole: role,
    ApplicationConfiguration: {
      ApplicationCodeConfiguration: {
        CodeContentType: "PLAINTEXT",
        CodeContent: { TextContent: code },
      },
    },
    Tags: [{ Key: "team", Value: "millrace" }],
  })).ApplicationDetail;
  say("create", created.ApplicationStatus, created.ApplicationVersionId);
  const detail = await describe();
  say("describe", detail.RuntimeEnvironment, detail.CreateTimestamp instanceof Date,
    detail.ApplicationConfigurationDescription.FlinkApplicationConfigurationDescription
      .CheckpointConfigurationDescription.CheckpointInterval);
  const groups = [{ PropertyGroupId: "g", PropertyMap: { key: "välue" } }];
  const updated = (await call("UpdateApplication", {
    ...app,
    CurrentApplicationVersionId: 1,
    ApplicationConfigurationUpdate: { EnvironmentPropertyUpdates: { PropertyGroups: groups } },
  })).ApplicationDetail;
  say("update", updated.ApplicationVersionId, updated.ApplicationConfigurationDescription
    .EnvironmentPropertyDescriptions.PropertyGroupDescriptions[0].PropertyMap.key);
  const list = (await call("ListApplications", { Limit: 10 })).ApplicationSummaries;
  say("list", list.map((each) => each.ApplicationName).join());
  const ResourceARN = created.ApplicationARN;
  await call("TagResource", { ResourceARN, Tags: [{ Key: "stage", Value: "test" }] });
  await call("UntagResource", { ResourceARN, TagKeys: ["team"] });
  const tags = (await call("ListTagsForResource", { ResourceARN })).Tags;
  say("tags", tags.map((tag) => `${tag.Key}=${tag.Value}`).join());
  say("stale", await errorOf("UpdateApplication", { ...app, CurrentApplicationVersionId: 1 }));
  say("unknown", await errorOf("DescribeApplication", { ApplicationName: "nobody" }));
  say("invalid", await errorOf("DescribeApplication", { ApplicationName: "no name" }));
}

async function run() {
  const start = await call("StartApplication", app);
  say("start", await ended(start.OperationId), (await describe()).ApplicationStatus);
  const snapshot = { ...app, SnapshotName: "manual" };
  await call("CreateApplicationSnapshot", snapshot);
  const details = await until(async () => {
    const found = (await call("DescribeApplicationSnapshot", snapshot)).SnapshotDetails;
    return found.SnapshotStatus === "CREATING" ? null : found;
  });
  say("snapshot", details.SnapshotStatus, details.ApplicationVersionId);
  const stop = await call("StopApplication", app);
  say("stop", await ended(stop.OperationId), (await describe()).ApplicationStatus);
  await call("DeleteApplicationSnapshot", {
    ...snapshot,
    SnapshotCreationTimestamp: details.SnapshotCreationTimestamp,
  });
  say("delete snapshot", await until(async () => {
    const error = await errorOf("DescribeApplicationSnapshot", snapshot);
    return error === "no error" ? null : error;
  }));
  await call("DeleteApplication", { ...app, CreateTimestamp: (await describe()).CreateTimestamp });
  say("delete", await until(async () => {
    const error = await errorOf("DescribeApplication", app);
    return error === "no error" ? null : error;
  }));
}

configure().then(run).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
