// Records through a stream, by the AWS SDK for Java. Prints a line per step.
//   java -cp JARS Records.java ENDPOINT     (keys and region from the environment)

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

public class Records {
  private static final String STREAM = "records";

  private static PutRecordsRequestEntry entry(int number) {
    return PutRecordsRequestEntry.builder()
        .partitionKey("key" + number)
        .data(SdkBytes.fromUtf8String("récord " + number))
        .build();
  }

  private static void readShard(KinesisClient client, String shard, Set<String> read) {
    String iterator =
        client
            .getShardIterator(
                r ->
                    r.streamName(STREAM)
                        .shardId(shard)
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
            .shardIterator();
    long behind = 1;
    while (behind > 0) {
      String next = iterator;
      GetRecordsResponse answer = client.getRecords(r -> r.shardIterator(next));
      answer.records().forEach(record -> read.add(record.data().asUtf8String()));
      iterator = answer.nextShardIterator();
      behind = answer.millisBehindLatest();
    }
  }

  public static void main(String[] arguments) {
    KinesisClient client =
        KinesisClient.builder().endpointOverride(URI.create(arguments[0])).build();
    client.createStream(r -> r.streamName(STREAM).shardCount(2));
    client.waiter().waitUntilStreamExists(r -> r.streamName(STREAM));
    StreamDescriptionSummary summary =
        client.describeStreamSummary(r -> r.streamName(STREAM)).streamDescriptionSummary();
    System.out.println("stream " + summary.streamStatus() + " " + summary.openShardCount());
    List<PutRecordsRequestEntry> entries =
        IntStream.range(0, 100).mapToObj(Records::entry).toList();
    int failed = client.putRecords(r -> r.streamName(STREAM).records(entries)).failedRecordCount();
    System.out.println("put " + failed + " failed");
    List<Shard> shards = client.listShards(r -> r.streamName(STREAM)).shards();
    Set<String> read = new HashSet<>();
    for (Shard shard : shards) readShard(client, shard.shardId(), read);
    long known = read.stream().filter(text -> text.matches("récord \\d+")).count();
    System.out.println("read " + known + " records of " + shards.size() + " shards");
    try {
      client.describeStreamSummary(r -> r.streamName("nothing"));
    } catch (KinesisException error) {
      System.out.println("unknown " + error.awsErrorDetails().errorCode());
    }
  }
}
