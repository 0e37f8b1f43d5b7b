#include "connectors/filesystem/ahead_stream.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "base/check.h"
#include "connectors/filesystem/file_splits.h"

namespace millrace {

namespace {

constexpr size_t kFetchBytes = 4 << 20;
// Behind the end of a split, where its last record may go on.
constexpr size_t kBeyondBytes = 16 << 10;
constexpr size_t kMostChunks = 2;

// What the stream and the thread that fetches for it share.
struct Fetched {
  // Of the thread alone.
  FileSystem& files;
  const std::string path;
  const uint64_t offset;
  std::unique_ptr<ByteStream> stream;

  std::mutex mutex;  // guards what follows
  std::deque<std::string> chunks;
  bool ended = false;
  std::optional<Error> error;

  Fetched(FileSystem& from, std::string name, uint64_t begin)
      : files(from), path(std::move(name)), offset(begin) {}

  Result<std::string> fetch(size_t size) {
    if (!stream) stream = TRY(openByteStream(files, path, offset));
    std::string bytes(size, '\0');
    size_t got = 0;
    while (got < size) {
      size_t more = TRY(stream->read(bytes.data() + got, size - got));
      if (more == 0) break;
      got += more;
    }
    bytes.resize(got);
    return bytes;
  }

  void run(size_t size) {
    Result<std::string> bytes = fetch(size);
    std::lock_guard lock(mutex);
    if (!bytes.ok()) {
      error = std::move(bytes).error();
    } else {
      ended = bytes.value().size() < size;
      if (!bytes.value().empty()) chunks.push_back(std::move(bytes).value());
    }
  }
};

class AheadStream final : public ByteStream {
 public:
  AheadStream(FileSystem& files, std::string path, uint64_t offset, uint64_t end,
              FileThreads& threads)
      : threads_(threads),
        path_(path),
        next_(offset),
        end_(end),
        fetched_(std::make_shared<Fetched>(files, std::move(path), offset)) {
    std::lock_guard lock(fetched_->mutex);
    ask(false);
  }

  bool isReady() override {
    std::lock_guard lock(fetched_->mutex);
    if (place_ < chunk_.size() || !fetched_->chunks.empty()) return true;
    if (fetched_->ended || fetched_->error) return true;
    ask(true);
    return false;
  }

  bool isFetched() const override {
    std::lock_guard lock(fetched_->mutex);
    return fetched_->ended || fetched_->error || (next_ >= end_ && asked_ == numArrived());
  }

  Result<size_t> read(char* data, size_t size) override {
    if (place_ == chunk_.size()) {
      std::lock_guard lock(fetched_->mutex);
      if (fetched_->chunks.empty()) {
        if (fetched_->error) return *fetched_->error;
        CHECK(fetched_->ended);
        return size_t{0};
      }
      chunk_ = std::move(fetched_->chunks.front());
      fetched_->chunks.pop_front();
      place_ = 0;
      ++taken_;
      ask(false);
    }
    size_t count = std::min(size, chunk_.size() - place_);
    std::memcpy(data, chunk_.data() + place_, count);
    place_ += count;
    return count;
  }

 private:
  size_t numArrived() const { return taken_ + fetched_->chunks.size(); }

  // Requires the lock. `needed`: the reader has come to the end of what was fetched.
  void ask(bool needed) {
    while (!fetched_->ended && !fetched_->error && asked_ - taken_ < kMostChunks) {
      size_t size = kFetchBytes;
      if (next_ >= end_) {
        // A long record: more and more of it.
        if (!needed || asked_ > numArrived()) return;
        beyond_ = std::min(beyond_ * 2, kFetchBytes);
        size = beyond_;
      } else if (end_ - next_ <= kFetchBytes) {
        size = static_cast<size_t>(end_ - next_) + kBeyondBytes;
      }
      next_ += size;
      ++asked_;
      threads_.run(path_, size, [fetched = fetched_, size]() -> Status {
        fetched->run(size);
        return {};
      });
    }
  }

  FileThreads& threads_;
  const std::string path_;
  uint64_t next_;  // of what has been asked for
  const uint64_t end_;
  size_t beyond_ = kBeyondBytes;
  uint64_t asked_ = 0;  // chunks
  uint64_t taken_ = 0;
  std::string chunk_;
  size_t place_ = 0;
  const std::shared_ptr<Fetched> fetched_;
};

}  // namespace

std::unique_ptr<ByteStream> openAheadStream(FileSystem& files, std::string path, uint64_t offset,
                                            uint64_t end, FileThreads& threads) {
  return std::make_unique<AheadStream>(files, std::move(path), offset, end, threads);
}

}  // namespace millrace
