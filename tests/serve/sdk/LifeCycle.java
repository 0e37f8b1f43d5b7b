// The life of an application through the AWS SDK for Java. Prints a line per step.
//   java -cp JARS LifeCycle.java ENDPOINT ROLE     (keys and region from the environment)

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.kinesisanalyticsv2.KinesisAnalyticsV2Client;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.ApplicationDetail;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.ApplicationSummary;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.CodeContentType;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.KinesisAnalyticsV2Exception;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.OperationStatus;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.PropertyGroup;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.SnapshotDetails;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.SnapshotStatus;
import software.amazon.awssdk.services.kinesisanalyticsv2.model.Tag;

public class LifeCycle {
  private static final String NAME = "life";
  private static final String CODE =
      """
      CREATE TABLE source (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
      CREATE TABLE target (id BIGINT) WITH ('connector' = 'blackhole');
      INSERT INTO target SELECT id FROM source;
      """;

  private final KinesisAnalyticsV2Client client;
  private final String role;

  LifeCycle(String endpoint, String role) {
    this.client =
        KinesisAnalyticsV2Client.builder().endpointOverride(URI.create(endpoint)).build();
    this.role = role;
  }

  private static void say(String step, Object... words) {
    String text = List.of(words).stream().map(String::valueOf).collect(Collectors.joining(" "));
    System.out.println(step + " " + text);
  }

  private static <T> T until(Supplier<T> look) throws InterruptedException {
    Instant end = Instant.now().plusSeconds(20);
    while (Instant.now().isBefore(end)) {
      T found = look.get();
      if (found != null) return found;
      Thread.sleep(50);
    }
    throw new IllegalStateException("nothing came");
  }

  // The name and status of the error; null when there is none.
  private static String errorOf(Runnable call) {
    try {
      call.run();
    } catch (KinesisAnalyticsV2Exception error) {
      return error.awsErrorDetails().errorCode() + " " + error.statusCode();
    }
    return null;
  }

  private OperationStatus ended(String operation) throws InterruptedException {
    return until(
        () -> {
          OperationStatus status =
              client
                  .describeApplicationOperation(r -> r.applicationName(NAME).operationId(operation))
                  .applicationOperationInfoDetails()
                  .operationStatus();
          return status == OperationStatus.IN_PROGRESS ? null : status;
        });
  }

  private ApplicationDetail describe() {
    return client.describeApplication(r -> r.applicationName(NAME)).applicationDetail();
  }

  private String create() {
    ApplicationDetail created =
        client
            .createApplication(
                r ->
                    r.applicationName(NAME)
                        .runtimeEnvironment("FLINK-1_20")
                        .serviceExecutionRole(role)
                        .applicationConfiguration(
                            c ->
                                c.applicationCodeConfiguration(
                                    code ->
                                        code.codeContentType(CodeContentType.PLAINTEXT)
                                            .codeContent(content -> content.textContent(CODE))))
                        .tags(Tag.builder().key("team").value("millrace").build()))
            .applicationDetail();
    say("create", created.applicationStatus(), created.applicationVersionId());
    ApplicationDetail detail = describe();
    say(
        "describe",
        detail.runtimeEnvironmentAsString(),
        detail.createTimestamp() != null,
        detail
            .applicationConfigurationDescription()
            .flinkApplicationConfigurationDescription()
            .checkpointConfigurationDescription()
            .checkpointInterval());
    return created.applicationARN();
  }

  private void configure() {
    String arn = create();
    PropertyGroup group =
        PropertyGroup.builder().propertyGroupId("g").propertyMap(Map.of("key", "välue")).build();
    ApplicationDetail updated =
        client
            .updateApplication(
                r ->
                    r.applicationName(NAME)
                        .currentApplicationVersionId(1L)
                        .applicationConfigurationUpdate(
                            c -> c.environmentPropertyUpdates(p -> p.propertyGroups(group))))
            .applicationDetail();
    say(
        "update",
        updated.applicationVersionId(),
        updated
            .applicationConfigurationDescription()
            .environmentPropertyDescriptions()
            .propertyGroupDescriptions()
            .get(0)
            .propertyMap()
            .get("key"));
    say(
        "list",
        client.listApplications(r -> r.limit(10)).applicationSummaries().stream()
            .map(ApplicationSummary::applicationName)
            .collect(Collectors.joining(",")));
    Tag stage = Tag.builder().key("stage").value("test").build();
    client.tagResource(r -> r.resourceARN(arn).tags(stage));
    client.untagResource(r -> r.resourceARN(arn).tagKeys("team"));
    say(
        "tags",
        client.listTagsForResource(r -> r.resourceARN(arn)).tags().stream()
            .map(tag -> tag.key() + "=" + tag.value())
            .collect(Collectors.joining(",")));
    say(
        "stale",
        errorOf(
            () ->
                client.updateApplication(
                    r -> r.applicationName(NAME).currentApplicationVersionId(1L))));
    say("unknown", errorOf(() -> client.describeApplication(r -> r.applicationName("nobody"))));
    say("invalid", errorOf(() -> client.describeApplication(r -> r.applicationName("no name"))));
  }

  private SnapshotDetails describeSnapshot() {
    return client
        .describeApplicationSnapshot(r -> r.applicationName(NAME).snapshotName("manual"))
        .snapshotDetails();
  }

  private void run() throws InterruptedException {
    String start = client.startApplication(r -> r.applicationName(NAME)).operationId();
    say("start", ended(start), describe().applicationStatus());
    client.createApplicationSnapshot(r -> r.applicationName(NAME).snapshotName("manual"));
    SnapshotDetails details =
        until(
            () -> {
              SnapshotDetails found = describeSnapshot();
              return found.snapshotStatus() == SnapshotStatus.CREATING ? null : found;
            });
    say("snapshot", details.snapshotStatus(), details.applicationVersionId());
    String stop = client.stopApplication(r -> r.applicationName(NAME)).operationId();
    say("stop", ended(stop), describe().applicationStatus());
    client.deleteApplicationSnapshot(
        r ->
            r.applicationName(NAME)
                .snapshotName("manual")
                .snapshotCreationTimestamp(details.snapshotCreationTimestamp()));
    say("delete snapshot", until(() -> errorOf(this::describeSnapshot)));
    Instant created = describe().createTimestamp();
    client.deleteApplication(r -> r.applicationName(NAME).createTimestamp(created));
    say("delete", until(() -> errorOf(this::describe)));
  }

  public static void main(String[] arguments) throws InterruptedException {
    LifeCycle life = new LifeCycle(arguments[0], arguments[1]);
    life.configure();
    life.run();
  }
}
