#include "connectors/filesystem/split_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "connectors/filesystem/ahead_stream.h"
#include "types/cast.h"
#include "types/value.h"

namespace millrace {

namespace {

constexpr size_t kReadBytes = 1 << 20;
// Behind the end of a split, where its last record may go on.
constexpr size_t kTailBytes = 16 << 10;
constexpr size_t kPooledBuffers = 8;
constexpr size_t kLongestRecord = size_t{1} << 30;

// Flink's sink writes Java's form of a timestamp into the path: "2024-01-31T12:00[:00[.123]]".
std::string plainTimestamp(std::string text) {
  constexpr size_t kMinutesEnd = 16;
  if (text.size() < kMinutesEnd || text[10] != 'T') return text;
  text[10] = ' ';
  if (text.size() == kMinutesEnd) text += ":00";
  return text;
}

}  // namespace

Status FileSplitReader::start(FileSplit split) {
  if (!decoder_) {
    DecoderRequest request = scan_.request;
    request.metrics = metrics_;
    decoder_ = TRY(scan_.format->makeDecoder(request, scan_.formatOptions));
  }
  std::unique_ptr<ByteStream> stream = TRY(openStream(split));
  return begin({std::move(split), std::move(stream)});
}

// A record that starts before the split belongs to the split before: reading begins at the byte
// before, whose line end tells.
bool FileSplitReader::startsInside(const FileSplit& split) {
  return split.begin > 0 && split.end != kOpenEnd;
}

uint64_t FileSplitReader::firstByte(const FileSplit& split) {
  return startsInside(split) ? split.begin - 1 : split.begin;
}

Result<std::unique_ptr<ByteStream>> FileSplitReader::openStream(const FileSplit& split) {
  if (threads_ == nullptr) return openByteStream(env_.files(), split.file.path, firstByte(split));
  return openAheadStream(env_.files(), split.file.path, firstByte(split), split.end, *threads_);
}

bool FileSplitReader::wantsNext() const {
  return threads_ != nullptr && hasSplit_ && !next_ && stream_->isFetched();
}

void FileSplitReader::fetchNext(FileSplit split) {
  std::unique_ptr<ByteStream> stream =
      openAheadStream(env_.files(), split.file.path, firstByte(split), split.end, *threads_);
  next_ = Incoming{std::move(split), std::move(stream)};
}

Status FileSplitReader::begin(Incoming incoming) {
  split_ = std::move(incoming.split);
  stream_ = std::move(incoming.stream);
  begin_ = end_ = 0;
  buffer_.reset();
  streamEnded_ = false;
  position_ = firstByte(split_);
  aligned_ = !startsInside(split_);
  unmarked_ = position_ > 0 || !scan_.format->skipsByteOrderMark;
  hasSplit_ = true;
  return makeConstants();
}

Status FileSplitReader::align() {
  if (!aligned_) TRY(alignToRecord());
  if (aligned_ && !unmarked_) TRY(skipByteOrderMark());
  return {};
}

bool FileSplitReader::atEnd() const {
  return position_ >= split_.end || (streamEnded_ && begin_ == end_);
}

Status FileSplitReader::alignToRecord() {
  while (true) {
    if (begin_ == end_) {
      if (!streamEnded_) TRY(fill());
      if (streamEnded_) break;
      if (waits_) return {};
      continue;
    }
    const char* from = buffer_->data() + begin_;
    const void* newline = std::memchr(from, '\n', end_ - begin_);
    size_t skipped =
        newline ? static_cast<size_t>(static_cast<const char*>(newline) - from) + 1 : end_ - begin_;
    begin_ += skipped;
    position_ += skipped;
    if (newline) break;
  }
  aligned_ = true;
  return {};
}

Status FileSplitReader::skipByteOrderMark() {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  while (end_ - begin_ < kByteOrderMark.size() && !streamEnded_) {
    TRY(fill());
    if (waits_) return {};
  }
  unmarked_ = true;
  if (!std::string_view(buffer_->data() + begin_, end_ - begin_).starts_with(kByteOrderMark)) {
    return {};
  }
  begin_ += kByteOrderMark.size();
  position_ += kByteOrderMark.size();
  return {};
}

BufferPtr FileSplitReader::takeBuffer(size_t size) {
  for (BufferPtr& pooled : pool_) {
    if (pooled.use_count() == 1 && pooled->size() >= size) {
      // What other threads did with the buffer before they let go of it comes first: libstdc++
      // counts a copy with acquire and release.
      return pooled;
    }
  }
  auto fresh = std::make_shared<Buffer>(size);
  if (pool_.size() < kPooledBuffers) {
    pool_.push_back(fresh);
  } else {
    auto free = std::find_if(pool_.begin(), pool_.end(),
                             [](const BufferPtr& buffer) { return buffer.use_count() == 1; });
    if (free != pool_.end()) *free = fresh;
  }
  return fresh;
}

// Reads on behind the unread bytes, which move to the front of another buffer.
Status FileSplitReader::fill() {
  waits_ = !stream_->isReady();
  if (waits_) return {};
  size_t kept = end_ - begin_;
  if (kept >= kLongestRecord) {
    return Error(ErrorKind::kMalformedRecord,
                 fmt::format("'{}': record at byte {} is longer than {} bytes", split_.file.path,
                             position_, kLongestRecord))
        .withHint("Check that the file has line ends and that the format fits.");
  }
  size_t room = std::max(kReadBytes, kept);
  if (split_.end != kOpenEnd) {
    // No more than the split needs: what lies behind it is another's to read.
    uint64_t read = position_ + kept;
    uint64_t left = split_.end > read ? split_.end - read : 0;
    room = std::min<uint64_t>(room, std::max<uint64_t>(left, kept) + kTailBytes);
  }
  BufferPtr next = takeBuffer(kept + room);
  if (kept > 0) std::memcpy(next->data(), buffer_->data() + begin_, kept);
  size_t got = TRY(stream_->read(next->data() + kept, room));
  std::memset(next->data() + kept + got, 0, Buffer::kPadding);
  buffer_ = std::move(next);
  begin_ = 0;
  end_ = kept + got;
  streamEnded_ = got == 0;
  if (metrics_) bump(metrics_->bytesIn, got);
  return {};
}

size_t FileSplitReader::wholeRecords() const {
  if (begin_ == end_) return 0;
  const char* from = buffer_->data() + begin_;
  size_t size = end_ - begin_;
  if (split_.end - position_ <= size) {
    // The split's last record goes to the first line end at or behind its last byte.
    size_t last = static_cast<size_t>(split_.end - position_) - 1;
    const void* newline = std::memchr(from + last, '\n', size - last);
    if (newline) return static_cast<size_t>(static_cast<const char*>(newline) - from) + 1;
  }
  if (streamEnded_) return size;
  const void* newline = memrchr(from, '\n', size);
  return newline ? static_cast<size_t>(static_cast<const char*>(newline) - from) + 1 : 0;
}

Status FileSplitReader::read(size_t maxRows, Batch& out) {
  out = Batch();
  waits_ = false;
  if (!aligned_ || !unmarked_) TRY(align());
  if (!waits_ && !atEnd()) TRY(readRecords(maxRows, out));
  if (out.numRows() > 0) addConstants(out);
  if (waits_ || !atEnd()) return {};
  finishSplit();
  if (!next_) return {};
  Incoming next = std::move(*next_);
  next_.reset();
  return begin(std::move(next));
}

Status FileSplitReader::readRecords(size_t maxRows, Batch& out) {
  size_t whole = wholeRecords();
  while (true) {
    if (whole > 0) {
      TRY(decode({buffer_->data() + begin_, whole}, maxRows, out));
      if (out.numRows() > 0 || atEnd()) break;
      // Only dropped records, or a record that goes on behind its first line end.
      size_t left = wholeRecords();
      if (left < whole) {
        whole = left;
        if (whole > 0) continue;
      }
      if (streamEnded_ && begin_ < end_) {
        // A record that is open at the end: without line ends behind it the text is complete.
        size_t last = end_;
        while (last > begin_ + 1 && buffer_->data()[last - 1] == '\n') --last;
        TRY(decode({buffer_->data() + begin_, last - begin_}, maxRows, out));
        if (begin_ == last) {
          position_ += end_ - last;
          begin_ = end_;
        }
        break;
      }
    }
    if (streamEnded_) break;
    TRY(fill());
    if (waits_) break;
    whole = wholeRecords();
  }
  return {};
}

Status FileSplitReader::decode(std::string_view text, size_t maxRows, Batch& out) {
  size_t consumed = 0;
  Status status = decoder_->decode(text, buffer_, maxRows, out, consumed);
  if (!status.ok()) {
    return std::move(status).error().withContext(
        fmt::format("'{}' from byte {}", split_.file.path, position_));
  }
  begin_ += consumed;
  position_ += consumed;
  return {};
}

void FileSplitReader::finishSplit() {
  bool last = split_.end == kOpenEnd || split_.end >= split_.file.size;
  read_[split_.file.path].add(split_.begin, last ? kOpenEnd : split_.end);
  hasSplit_ = false;
  stream_.reset();
  buffer_.reset();
  begin_ = end_ = 0;
}

ReadFiles FileSplitReader::progress() const {
  ReadFiles files = read_;
  if (hasSplit_ && position_ > split_.begin) {
    files[split_.file.path].add(split_.begin, position_);
  }
  return files;
}

Status FileSplitReader::makeConstants() {
  constants_.assign(scan_.columns.size(), nullptr);
  for (size_t i = 0; i < constants_.size(); ++i) {
    const FileScan::OutputColumn& column = scan_.columns[i];
    if (column.kind == FileScan::OutputColumn::Kind::kPartition) {
      constants_[i] = TRY(partitionColumn(column));
    } else if (column.kind == FileScan::OutputColumn::Kind::kMetadata) {
      constants_[i] = metadataColumn(column);
    }
  }
  return {};
}

Result<ColumnPtr> FileSplitReader::partitionColumn(const FileScan::OutputColumn& column) {
  for (const auto& [key, value] : partitionValues(scan_.root, split_.file.path)) {
    if (key != column.key) continue;
    if (value == scan_.defaultPartition) return Column::makeNull(column.type, 1);
    MutableColumnPtr text = Column::make(Type::string(), 1);
    text->setString(0, column.type.isTimestamp() ? plainTimestamp(value) : value);
    if (column.type.isCharacter()) return text->withType(column.type);
    std::unique_ptr<Cast> cast = TRY(makeCast(Type::string(), column.type));
    MutableColumnPtr out = Column::make(column.type, 1);
    CastContext context{scan_.request.zone};
    Status status = cast->apply(*text, Rows::dense(1), context, false, *out);
    if (!status.ok()) {
      return std::move(status).error().withContext(
          fmt::format("partition column '{}' of '{}'", column.key, split_.file.path));
    }
    return ColumnPtr(out);
  }
  return Error(ErrorKind::kCorruptData,
               fmt::format("'{}' has no directory '{}=...'", split_.file.path, column.key))
      .withHint("Put the file into a directory of its partition.");
}

ColumnPtr FileSplitReader::metadataColumn(const FileScan::OutputColumn& column) const {
  MutableColumnPtr out = Column::make(column.type, 1);
  if (column.key == "file.path") {
    out->setString(0, split_.file.path);
  } else if (column.key == "file.name") {
    out->setString(0, fileName(split_.file.path));
  } else if (column.key == "file.size") {
    out->mutableValues<int64_t>()[0] = static_cast<int64_t>(split_.file.size);
  } else {
    out->mutableValues<int64_t>()[0] = split_.file.modifiedMillis * 1'000;
  }
  return out;
}

// Puts the columns into the order of the scan, with a file's constants spread over all rows.
void FileSplitReader::addConstants(Batch& batch) const {
  size_t rows = batch.numRows();
  std::vector<ColumnPtr> columns;
  columns.reserve(scan_.columns.size());
  for (size_t i = 0; i < scan_.columns.size(); ++i) {
    if (!constants_[i]) {
      columns.push_back(batch.column(scan_.columns[i].decoded));
      continue;
    }
    Value value = Value::of(*constants_[i], 0);
    columns.push_back(value.toColumn(scan_.columns[i].type, rows));
  }
  std::vector<WatermarkMark> marks = std::move(batch.mutableMarks());
  batch = Batch(std::move(columns), rows);
  batch.mutableMarks() = std::move(marks);
}

}  // namespace millrace
