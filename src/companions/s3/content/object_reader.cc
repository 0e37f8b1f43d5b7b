#include "companions/s3/content/object_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace millrace::s3 {

namespace {

struct Segment {
  std::string file;
  uint64_t offset = 0;
  uint64_t length = 0;
};

class ObjectReader final : public BodyReader {
 public:
  ObjectReader(DataFiles& files, std::shared_ptr<FileLease> lease, std::vector<Segment> segments)
      : files_(files), lease_(std::move(lease)), segments_(std::move(segments)) {
    for (const Segment& segment : segments_) left_ += segment.length;
  }

  Result<size_t> read(char* data, size_t size) override {
    while (at_ < segments_.size() && segments_[at_].length == 0) {
      ++at_;
      file_.reset();
    }
    if (at_ == segments_.size()) return size_t{0};
    Segment& segment = segments_[at_];
    if (!file_) file_ = TRY(files_.openForRead(segment.file));
    size_t wanted = static_cast<size_t>(std::min<uint64_t>(size, segment.length));
    size_t count = TRY(file_->read(segment.offset, data, wanted));
    if (count == 0 && wanted > 0) {
      return ::millrace::Error(ErrorKind::kCorruptData,
                               fmt::format("s3: the data file '{}' is too short", segment.file));
    }
    segment.offset += count;
    segment.length -= count;
    left_ -= count;
    return count;
  }

  std::optional<uint64_t> remaining() const override { return left_; }

 private:
  DataFiles& files_;
  std::shared_ptr<FileLease> lease_;
  std::vector<Segment> segments_;
  size_t at_ = 0;
  std::unique_ptr<RandomAccessFile> file_;
  uint64_t left_ = 0;
};

}  // namespace

BodyReaderPtr readObject(DataFiles& files, std::shared_ptr<FileLease> lease,
                         const std::vector<PartRecord>& parts, ByteRange range) {
  std::vector<Segment> segments;
  uint64_t begin = 0;
  for (const PartRecord& part : parts) {
    uint64_t first = std::max(begin, range.first);
    uint64_t end = std::min(begin + part.size, range.last + 1);
    if (first < end) segments.push_back({part.file, first - begin, end - first});
    begin += part.size;
  }
  return std::make_shared<ObjectReader>(files, std::move(lease), std::move(segments));
}

BodyReaderPtr readObject(DataFiles& files, std::shared_ptr<FileLease> lease,
                         const std::vector<PartRecord>& parts) {
  uint64_t size = 0;
  for (const PartRecord& part : parts) size += part.size;
  if (size == 0) return bodyFromString({});
  return readObject(files, std::move(lease), parts, {0, size - 1});
}

}  // namespace millrace::s3
