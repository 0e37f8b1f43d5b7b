#include "companions/kinesis/log/shard_log.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::kinesis {

namespace {

// Left out when a log is opened again: what the machine lost may have been seen by readers, so its
// positions are not given to other records.
constexpr uint64_t kReopenGap = 1 << 20;
constexpr size_t kReadSize = 1 << 20;
constexpr std::string_view kSuffix = ".segment";

// Adds the records of a block from a position on; false when a limit was reached.
bool takeRecords(const LogBlock& block, uint64_t from, size_t maxRecords, size_t maxBytes,
                 size_t& bytes, std::vector<StoredRecord>& records) {
  bool more = true;
  forEachFrame(block, 0, [&](const StoredRecord& record, uint64_t) {
    if (record.position < from) return true;
    size_t size = record.partitionKey.size() + record.data.size();
    more = records.size() < maxRecords && (records.empty() || bytes + size <= maxBytes);
    if (!more) return false;
    bytes += size;
    records.push_back(record);
    return true;
  });
  return more;
}

}  // namespace

ShardLog::ShardLog(FileSystem& files, CacheBudget& budget, std::string directory,
                   uint32_t shardIndex, ShardLogOptions options)
    : files_(files),
      directory_(std::move(directory)),
      shardIndex_(shardIndex),
      options_(options),
      cache_(budget) {}

Result<std::unique_ptr<ShardLog>> ShardLog::open(FileSystem& files, CacheBudget& budget,
                                                 std::string directory, uint32_t shardIndex,
                                                 ShardLogOptions options) {
  std::unique_ptr<ShardLog> log(
      new ShardLog(files, budget, std::move(directory), shardIndex, options));
  TRY(log->recover());
  log->cache_.beginAt(log->nextPosition_);
  return log;
}

std::string ShardLog::segmentPath(uint64_t firstPosition) const {
  return fmt::format("{}/{:016x}{}", directory_, firstPosition, kSuffix);
}

Status ShardLog::recover() {
  if (!files_.exists(directory_)) return {};
  std::vector<FileInfo> entries = TRY(files_.list(directory_));
  std::erase_if(entries, [](const FileInfo& entry) { return !entry.path.ends_with(kSuffix); });
  for (size_t i = 0; i < entries.size(); ++i) {
    const FileInfo& entry = entries[i];
    std::string bytes(kSegmentHeadSize, '\0');
    auto file = TRY(files_.openForRead(entry.path));
    bytes.resize(TRY(file->read(0, bytes.data(), bytes.size())));
    std::optional<SegmentHead> head = decodeSegmentHead(bytes);
    if (!head && i + 1 == entries.size()) {
      // The process ended while it began this segment.
      TRY(files_.remove(entry.path));
      break;
    }
    if (!head || head->shardIndex != shardIndex_) {
      return Error(ErrorKind::kCorruptData,
                   fmt::format("'{}' is no segment of shard {}", entry.path, shardIndex_))
          .withHint("Restore the file from a backup, or delete it to lose its records.");
    }
    auto segment = std::make_shared<Segment>();
    segment->path = entry.path;
    segment->head = *head;
    segment->size = entry.size;
    segments_.push_back(std::move(segment));
  }
  return segments_.empty() ? Status() : recoverLast(*segments_.back());
}

Status ShardLog::recoverLast(Segment& last) {
  SegmentScan scan = TRY(scanSegment(files_, last.path, last.size));
  last.index = std::move(scan.index);
  last.indexed = true;
  last.size = scan.validSize;  // the writer cuts off what is behind
  nextPosition_ = std::max(scan.endPosition, last.head.firstPosition) + kReopenGap;
  lastArrivalMillis_ = std::max(scan.lastArrivalMillis, last.head.firstArrivalMillis);
  return {};
}

Result<AppendedRecords> ShardLog::append(std::span<const NewRecord> records, int64_t nowMillis) {
  std::lock_guard write(writeMutex_);
  // Only appends change it.
  int64_t arrivalMillis = std::max(nowMillis, lastArrivalMillis_);
  TRY(prepareWriter(arrivalMillis));
  std::shared_ptr<LogBlock> block = makeBlock(records, arrivalMillis);
  Status written = writer_->append(block->frames);
  if (written.ok()) written = writer_->flush();
  if (!written.ok()) {
    // The next append opens the file again and cuts off what was written of this one.
    writer_.reset();
    return std::move(written).error();
  }
  unsynced_ = true;
  AppendedRecords appended{block->firstPosition, arrivalMillis};
  publish(std::move(block));
  return appended;
}

std::shared_ptr<LogBlock> ShardLog::makeBlock(std::span<const NewRecord> records,
                                              int64_t arrivalMillis) {
  size_t size = 0;
  for (const NewRecord& record : records) {
    size += frameSize(record.partitionKey.size(), record.data.size());
  }
  auto block = std::make_shared<LogBlock>();
  block->frames.reserve(size);
  block->firstPosition = nextPosition_;
  block->endPosition = nextPosition_ + records.size();
  block->lastArrivalMillis = arrivalMillis;
  uint64_t position = nextPosition_;
  for (const NewRecord& record : records) {
    appendFrame({position++, arrivalMillis, record.encrypted, record.partitionKey, record.data},
                block->frames);
  }
  return block;
}

void ShardLog::publish(std::shared_ptr<LogBlock> block) {
  std::lock_guard lock(mutex_);
  Segment& segment = *segments_.back();
  if (segment.indexed) {
    forEachFrame(*block, segment.size, [&](const StoredRecord& record, uint64_t offset) {
      segment.index.note(record.position, record.arrivalMillis, offset);
      return true;
    });
  }
  segment.size += block->frames.size();
  nextPosition_ = block->endPosition;
  lastArrivalMillis_ = block->lastArrivalMillis;
  cache_.add(std::move(block));
}

Status ShardLog::prepareWriter(int64_t arrivalMillis) {
  if (segments_.empty()) return beginSegment(arrivalMillis);
  const Segment& last = *segments_.back();
  bool full = last.size >= options_.segmentBytes ||
              last.head.firstArrivalMillis + options_.segmentMillis <= arrivalMillis;
  if (full && last.size > kSegmentHeadSize) return beginSegment(arrivalMillis);
  if (writer_ == nullptr) writer_ = TRY(files_.reopen(last.path, last.size));
  return {};
}

Status ShardLog::beginSegment(int64_t arrivalMillis) {
  // Synced before another is begun: only the last segment can have lost its tail.
  TRY(closeWriter());
  auto segment = std::make_shared<Segment>();
  segment->path = segmentPath(nextPosition_);
  segment->head = {shardIndex_, nextPosition_, arrivalMillis};
  segment->size = kSegmentHeadSize;
  segment->indexed = true;
  auto writer = TRY(files_.create(segment->path));
  TRY(writer->append(encodeSegmentHead(segment->head)));
  TRY(writer->flush());
  writer_ = std::move(writer);
  directoryChanged_ = true;
  std::lock_guard lock(mutex_);
  segments_.push_back(std::move(segment));
  return {};
}

Status ShardLog::syncWriter() {
  if (writer_ != nullptr && unsynced_) {
    TRY(writer_->sync());
    unsynced_ = false;
  }
  if (directoryChanged_) {
    TRY(files_.syncDirectory(directory_));
    directoryChanged_ = false;
  }
  return {};
}

Status ShardLog::closeWriter() {
  if (writer_ == nullptr) return {};
  TRY(syncWriter());
  Status closed = writer_->close();
  writer_.reset();
  return closed;
}

Status ShardLog::sync() {
  std::lock_guard write(writeMutex_);
  return syncWriter();
}

uint64_t ShardLog::endPosition() const {
  std::lock_guard lock(mutex_);
  return nextPosition_;
}

int64_t ShardLog::lastArrivalMillis() const {
  std::lock_guard lock(mutex_);
  return lastArrivalMillis_;
}

ShardLog::SegmentPtr ShardLog::segmentOf(uint64_t position) const {
  auto after = std::partition_point(
      segments_.begin(), segments_.end(),
      [&](const SegmentPtr& segment) { return segment->head.firstPosition <= position; });
  return after == segments_.begin() ? segments_.front() : *std::prev(after);
}

Status ShardLog::ensureIndex(Segment& segment) {
  uint64_t size = 0;
  {
    std::lock_guard lock(mutex_);
    if (segment.indexed) return {};
    size = segment.size;
  }
  // Only segments of an earlier process have none, and they do not grow.
  SegmentScan scan = TRY(scanSegment(files_, segment.path, size));
  std::lock_guard lock(mutex_);
  segment.index = std::move(scan.index);
  segment.indexed = true;
  return {};
}

Result<LogRead> ShardLog::read(uint64_t from, size_t maxRecords, size_t maxBytes,
                               int64_t oldestMillis) {
  from = TRY(unexpired(from, oldestMillis));
  LogRead result;
  uint64_t end = 0;
  bool cached = false;
  {
    std::lock_guard lock(mutex_);
    end = nextPosition_;
    cached = from >= cache_.begin();
    if (cached) result.blocks = cache_.from(from, maxRecords, maxBytes);
  }
  if (cached) {
    size_t bytes = 0;
    for (const LogBlockPtr& block : result.blocks) {
      if (!takeRecords(*block, from, maxRecords, maxBytes, bytes, result.records)) break;
    }
  } else {
    TRY(readFiles(from, maxRecords, maxBytes, result));
  }
  result.nextPosition =
      result.records.empty() ? std::max(from, end) : result.records.back().position + 1;
  result.atEnd = result.nextPosition >= end;
  return result;
}

Result<uint64_t> ShardLog::unexpired(uint64_t from, int64_t oldestMillis) {
  {
    std::lock_guard lock(mutex_);
    if (from >= nextPosition_ || segments_.empty()) return from;
    if (segmentOf(from)->head.firstArrivalMillis >= oldestMillis) return from;
  }
  return std::max(from, TRY(positionAt(oldestMillis)));
}

Status ShardLog::readFiles(uint64_t from, size_t maxRecords, size_t maxBytes, LogRead& result) {
  while (true) {
    SegmentPtr segment;
    {
      std::lock_guard lock(mutex_);
      if (segments_.empty()) return {};
      segment = segmentOf(from);
    }
    Result<bool> found = readSegment(*segment, from, maxRecords, maxBytes, result);
    std::lock_guard lock(mutex_);
    auto at = std::find(segments_.begin(), segments_.end(), segment);
    if (at == segments_.end()) continue;  // it expired meanwhile
    if (!found.ok()) return std::move(found).error();
    if (found.value() || std::next(at) == segments_.end()) return {};
    from = (*std::next(at))->head.firstPosition;
  }
}

Result<bool> ShardLog::readSegment(Segment& segment, uint64_t from, size_t maxRecords,
                                   size_t maxBytes, LogRead& result) {
  result.records.clear();
  result.blocks.clear();
  TRY(ensureIndex(segment));
  uint64_t offset = 0;
  uint64_t size = 0;
  {
    std::lock_guard lock(mutex_);
    offset = segment.index.offsetOfPosition(from);
    size = segment.size;
  }
  SegmentReader reader = TRY(SegmentReader::open(files_, segment.path, offset, size));
  size_t bytes = 0;
  bool more = true;
  while (more) {
    LogBlockPtr block = TRY(reader.next(std::min(kReadSize, maxBytes)));
    if (block == nullptr) break;
    size_t before = result.records.size();
    more = takeRecords(*block, from, maxRecords, maxBytes, bytes, result.records);
    if (result.records.size() > before) result.blocks.push_back(std::move(block));
  }
  if (reader.damaged() && result.records.empty()) {
    return Error(ErrorKind::kCorruptData,
                 fmt::format("'{}' is damaged at byte {}", segment.path, reader.offset()))
        .withHint("Restore the file from a backup, or delete it to lose its records.");
  }
  return !result.records.empty();
}

Result<uint64_t> ShardLog::positionAt(int64_t arrivalMillis) {
  SegmentPtr segment;
  uint64_t behind = 0;
  {
    std::lock_guard lock(mutex_);
    auto after =
        std::partition_point(segments_.begin(), segments_.end(), [&](const SegmentPtr& candidate) {
          return candidate->head.firstArrivalMillis < arrivalMillis;
        });
    behind = after == segments_.end() ? nextPosition_ : (*after)->head.firstPosition;
    if (after == segments_.begin()) return behind;
    segment = *std::prev(after);
  }
  TRY(ensureIndex(*segment));
  uint64_t offset = 0;
  uint64_t size = 0;
  {
    std::lock_guard lock(mutex_);
    offset = segment->index.offsetOfTime(arrivalMillis);
    size = segment->size;
  }
  SegmentReader reader = TRY(SegmentReader::open(files_, segment->path, offset, size));
  while (LogBlockPtr block = TRY(reader.next(kReadSize))) {
    if (block->lastArrivalMillis < arrivalMillis) continue;
    uint64_t found = behind;
    forEachFrame(*block, 0, [&](const StoredRecord& record, uint64_t) {
      if (record.arrivalMillis < arrivalMillis) return true;
      found = record.position;
      return false;
    });
    return found;
  }
  return behind;
}

Status ShardLog::trim(int64_t oldestMillis) {
  std::lock_guard write(writeMutex_);
  if (segments_.empty()) return {};
  bool allExpired = lastArrivalMillis_ < oldestMillis && segments_.back()->size > kSegmentHeadSize;
  // The next position must be remembered, so an empty segment takes over.
  if (allExpired) {
    TRY(beginSegment(lastArrivalMillis_));
    unsynced_ = true;
    TRY(closeWriter());
  }
  std::vector<SegmentPtr> expired;
  {
    std::lock_guard lock(mutex_);
    // The records of a segment arrived before the first of the next one or with it, and less than
    // `segmentMillis` after its own first.
    auto isExpired = [&] {
      return segments_[1]->head.firstArrivalMillis < oldestMillis ||
             segments_[0]->head.firstArrivalMillis + options_.segmentMillis <= oldestMillis;
    };
    while (segments_.size() > 1 && isExpired()) {
      expired.push_back(std::move(segments_.front()));
      segments_.pop_front();
    }
    cache_.dropOlderThan(oldestMillis);
  }
  for (const SegmentPtr& segment : expired) TRY(files_.remove(segment->path));
  return {};
}

Status ShardLog::release(int64_t unusedSinceMillis) {
  std::lock_guard write(writeMutex_);
  if (lastArrivalMillis_ >= unusedSinceMillis) return {};
  {
    std::lock_guard lock(mutex_);
    cache_.dropOlderThan(unusedSinceMillis);
  }
  return closeWriter();
}

}  // namespace millrace::kinesis
