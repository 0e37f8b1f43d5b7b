#include "env/real/streamed_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "env/real/system_error.h"

namespace millrace {

namespace {

// One write to the device. Its time is long enough to hide what a write costs by itself.
constexpr size_t kBuffer = size_t{4} << 20;
// Direct writes begin and end at multiples of this, in the file and in memory.
constexpr size_t kBlock = 4096;

}  // namespace

StreamedWriter::StreamedWriter(int descriptor, std::string path)
    : descriptor_(descriptor), path_(std::move(path)) {}

StreamedWriter::~StreamedWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status StreamedWriter::append(std::string_view data) {
  if (!buffer_) {
    buffer_.reset(static_cast<char*>(std::aligned_alloc(kBlock, kBuffer)));
    if (!buffer_) return systemError("write", path_, ENOMEM);
  }
  size_ += data.size();
  while (!data.empty()) {
    size_t taken = std::min(data.size(), kBuffer - buffered_);
    std::memcpy(buffer_.get() + buffered_, data.data(), taken);
    buffered_ += taken;
    data.remove_prefix(taken);
    if (buffered_ < kBuffer) break;
    // Small files never come here: the page cache serves them better.
    if (size_ - data.size() == kBuffer) setDirect(true);
    TRY(write(buffer_.get(), buffered_));
    buffered_ = 0;
  }
  return {};
}

Status StreamedWriter::flush() {
  if (buffered_ == 0) return {};
  if (buffered_ % kBlock != 0) setDirect(false);
  TRY(write(buffer_.get(), buffered_));
  buffered_ = 0;
  return {};
}

Status StreamedWriter::sync() {
  TRY(flush());
  if (uninterrupted([&] { return ::fsync(descriptor_); }) != 0) {
    return systemError("sync", path_, errno);
  }
  return {};
}

Status StreamedWriter::close() {
  if (descriptor_ < 0) return {};
  Status flushed = flush();
  int failed = ::close(descriptor_);
  descriptor_ = -1;
  buffer_.reset();
  TRY(std::move(flushed));
  if (failed != 0) return systemError("close", path_, errno);
  return {};
}

Status StreamedWriter::write(const char* data, size_t size) {
  while (size > 0) {
    ssize_t n = uninterrupted([&] { return ::write(descriptor_, data, size); });
    if (n < 0 && errno == EINVAL && direct_) {
      // Not this file system, or not from here: a device took a part of a block.
      setDirect(false);
      continue;
    }
    if (n < 0) return systemError("write", path_, errno);
    data += n;
    size -= static_cast<size_t>(n);
  }
  return {};
}

void StreamedWriter::setDirect(bool on) {
  if (on == direct_) return;
  int flags = ::fcntl(descriptor_, F_GETFL);
  int wanted = on ? flags | O_DIRECT : flags & ~O_DIRECT;
  // A file system without it says so here or at the first write.
  if (flags >= 0 && ::fcntl(descriptor_, F_SETFL, wanted) == 0) direct_ = on;
}

}  // namespace millrace
