// Arbitrary bytes as the frames of a segment file, as an iterator and as a sequence number:
// opening, reading and appending must end without a crash, and what is read once is read again.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "companions/kinesis/log/shard_log.h"
#include "companions/kinesis/sequence_number.h"
#include "companions/kinesis/shard_iterator.h"
#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"

namespace {

using namespace millrace;
using namespace millrace::kinesis;

// Records of a log that are intact.
size_t countRecords(ShardLog& log) {
  size_t count = 0;
  uint64_t from = 0;
  while (true) {
    LogRead read = log.read(from, 100, 1 << 20, 0).value();
    count += read.records.size();
    if (read.atEnd) return count;
    CHECK(read.nextPosition > from);
    from = read.nextPosition;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)ShardPosition::parse(bytes);
  if (auto number = SequenceNumber::parse(bytes)) {
    CHECK(SequenceNumber::parse(number->text()) == number);
  }

  SimEnv env(1);
  CacheBudget budget(1 << 20);
  auto file = env.files().create("/log/0000000000000001.segment").value();
  file->append(encodeSegmentHead({0, 1, 0})).value();
  file->append(bytes).value();
  file->close().value();
  auto log = ShardLog::open(env.files(), budget, "/log", 0, {}).value();
  size_t before = countRecords(*log);
  NewRecord record{"key", "data"};
  log->append({&record, 1}, env.clock().nowMillis()).value();
  log = ShardLog::open(env.files(), budget, "/log", 0, {}).value();
  CHECK(countRecords(*log) == before + 1);
  return 0;
}
