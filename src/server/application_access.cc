#include "server/application_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aws/client/call_error.h"
#include "aws/model/generated/kinesis/get_records.h"
#include "aws/model/generated/kinesis/get_shard_iterator.h"
#include "aws/model/generated/kinesis/list_shards.h"
#include "aws/model/generated/kinesis/service.h"
#include "aws/model/generated/s3/get_object.h"
#include "aws/model/generated/s3/service.h"
#include "http/body_reader.h"

namespace millrace {

namespace {

constexpr uint64_t kSmallAnswer = 64 << 10;

// The first bytes of an object, and how many it has.
struct ObjectPart {
  std::string bytes;
  uint64_t size = 0;
};

// "bytes 0-9/1234" -> 1234
uint64_t sizeOfRange(std::string_view contentRange) {
  uint64_t size = 0;
  size_t slash = contentRange.rfind('/');
  if (slash == std::string_view::npos) return 0;
  contentRange.remove_prefix(slash + 1);
  std::from_chars(contentRange.data(), contentRange.data() + contentRange.size(), size);
  return size;
}

// By GET, because the errors of HEAD have no text.
Result<ObjectPart> readBeginning(ServiceCalls& calls, const CodeObject& object,
                                 const ApplicationRole& role, uint64_t limit) {
  s3::GetObjectRequest request;
  request.bucket = object.bucket;
  request.key = object.key;
  if (!object.version.empty()) request.versionId = object.version;
  request.range = fmt::format("bytes=0-{}", std::max<uint64_t>(limit, 1) - 1);
  std::unique_ptr<ServiceClient> client = calls.client(s3::kModel, role, limit + kSmallAnswer);
  Outcome<s3::GetObjectOutput> got = client->call<s3::GetObjectOperation>(request);
  if (!got.ok()) {
    if (got.error().code() == "InvalidRange") return ObjectPart();  // of what is empty
    return callError(got.error(), fmt::format("s3://{}/{}", object.bucket, object.key));
  }
  ObjectPart part;
  if (got.value().body) part.bytes = TRY(readAll(*got.value().body, limit));
  part.size =
      std::max<uint64_t>(part.bytes.size(), sizeOfRange(got.value().contentRange.value_or("")));
  return part;
}

class S3CodeSource final : public CodeSource {
 public:
  explicit S3CodeSource(ServiceCalls& calls) : calls_(calls) {}

  Result<uint64_t> size(const CodeObject& object, const ApplicationRole& role) override {
    return TRY(readBeginning(calls_, object, role, 1)).size;
  }

  Result<std::string> read(const CodeObject& object, const ApplicationRole& role,
                           uint64_t limit) override {
    ObjectPart part = TRY(readBeginning(calls_, object, role, limit));
    if (part.size <= limit) return std::move(part.bytes);
    return Error(ErrorKind::kInvalidArgument,
                 fmt::format("s3://{}/{} has {} bytes, over {}", object.bucket, object.key,
                             part.size, limit));
  }

 private:
  ServiceCalls& calls_;
};

// How long records are waited for, and how long between two questions: a shard answers five times
// a second.
constexpr int64_t kSamplingMillis = 5000;
constexpr int64_t kPauseMicros = 250'000;
constexpr int64_t kMaxShards = 10;
constexpr uint64_t kMaxSampleBytes = 16 << 20;

class ServiceRecordSampler final : public RecordSampler {
 public:
  ServiceRecordSampler(ServiceCalls& calls, Env& env) : calls_(calls), env_(env) {}

  Result<std::vector<std::string>> sampleStream(const std::string& streamArn,
                                                const std::string& position,
                                                const ApplicationRole& role,
                                                size_t limit) override {
    std::unique_ptr<ServiceClient> client = calls_.client(kinesis::kModel, role, kMaxSampleBytes);
    std::vector<std::string> iterators = TRY(openShards(*client, streamArn, position == "NOW"));
    std::vector<std::string> records;
    int64_t end = env_.clock().nowMillis() + kSamplingMillis;
    for (;;) {
      for (std::string& iterator : iterators) {
        if (records.size() < limit) TRY(readShard(*client, streamArn, limit, iterator, records));
      }
      std::erase(iterators, std::string());
      bool over = !records.empty() || iterators.empty() || env_.clock().nowMillis() >= end;
      if (over || !calls_.wait(kPauseMicros)) return records;
    }
  }

  Result<std::string> sampleObject(const std::string& bucket, const std::string& key,
                                   const ApplicationRole& role, size_t limit) override {
    return TRY(readBeginning(calls_, {bucket, key, {}}, role, limit)).bytes;
  }

 private:
  // An iterator for each of the shards that are open at the position.
  static Result<std::vector<std::string>> openShards(ServiceClient& client,
                                                     const std::string& streamArn, bool latest) {
    kinesis::ListShardsInput list;
    list.streamARN = streamArn;
    list.maxResults = kMaxShards;
    list.shardFilter.emplace().type = latest ? "AT_LATEST" : "AT_TRIM_HORIZON";
    auto listed = client.call<kinesis::ListShardsOperation>(list);
    if (!listed.ok()) return callError(listed.error(), streamArn);
    std::vector<std::string> iterators;
    for (const kinesis::Shard& shard :
         listed.value().shards.value_or(std::vector<kinesis::Shard>())) {
      kinesis::GetShardIteratorInput input;
      input.streamARN = streamArn;
      input.shardId = shard.shardId;
      input.shardIteratorType = latest ? "LATEST" : "TRIM_HORIZON";
      auto opened = client.call<kinesis::GetShardIteratorOperation>(input);
      if (!opened.ok()) return callError(opened.error(), streamArn);
      iterators.push_back(opened.value().shardIterator.value_or(""));
    }
    return iterators;
  }

  // Moves the iterator on; "" at the end of a closed shard.
  static Status readShard(ServiceClient& client, const std::string& streamArn, size_t limit,
                          std::string& iterator, std::vector<std::string>& records) {
    kinesis::GetRecordsInput input;
    input.streamARN = streamArn;
    input.shardIterator = iterator;
    input.limit = static_cast<int32_t>(limit);
    auto got = client.call<kinesis::GetRecordsOperation>(input);
    if (!got.ok()) return callError(got.error(), streamArn);
    iterator = got.value().nextShardIterator.value_or("");
    for (kinesis::Record& record : got.value().records) {
      if (records.size() < limit) records.push_back(std::move(record.data.bytes));
    }
    return {};
  }

  ServiceCalls& calls_;
  Env& env_;
};

class SessionRoleDirectory final : public RoleDirectory {
 public:
  explicit SessionRoleDirectory(RoleSessions& roles) : roles_(roles) {}
  Status checkAssumable(const ApplicationRole& role) override {
    return roles_.checkAssumable(role);
  }

 private:
  RoleSessions& roles_;
};

}  // namespace

std::unique_ptr<CodeSource> makeCodeSource(ServiceCalls& calls) {
  return std::make_unique<S3CodeSource>(calls);
}

std::unique_ptr<RecordSampler> makeRecordSampler(ServiceCalls& calls, Env& env) {
  return std::make_unique<ServiceRecordSampler>(calls, env);
}

std::unique_ptr<RoleDirectory> makeRoleDirectory(RoleSessions& roles) {
  return std::make_unique<SessionRoleDirectory>(roles);
}

}  // namespace millrace
