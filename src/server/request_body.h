// RequestBody: the body of a request on its way from the I/O thread, which has the bytes, to the
// handler's thread, which reads them. Little is kept: the I/O thread pauses while nobody reads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/body_reader.h"

namespace millrace {

class RequestBody final : public BodyReader {
 public:
  // `resume` is called, on the reader's thread, when the body wants more after it had enough, and
  // at the first read.
  RequestBody(std::optional<uint64_t> length, std::function<void()> resume)
      : length_(length), resume_(std::move(resume)) {}

  Result<size_t> read(char* data, size_t size) override;
  std::optional<uint64_t> remaining() const override;

  // The I/O thread's side. push() returns false when the reader has enough for now.
  bool push(std::string_view bytes);
  void end();
  void fail(Error error);

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string buffer_;
  size_t taken_ = 0;  // of the buffer
  std::optional<uint64_t> length_;
  uint64_t delivered_ = 0;
  bool paused_ = true;
  bool ended_ = false;
  std::optional<Error> failure_;
  std::function<void()> resume_;
};

}  // namespace millrace
