#include "http/body_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace millrace {

namespace {

class StringBody final : public BodyReader {
 public:
  explicit StringBody(std::string bytes) : bytes_(std::move(bytes)) {}

  Result<size_t> read(char* data, size_t size) override {
    size_t count = std::min(size, bytes_.size() - position_);
    std::memcpy(data, bytes_.data() + position_, count);
    position_ += count;
    return count;
  }

  std::optional<uint64_t> remaining() const override { return bytes_.size() - position_; }

 private:
  std::string bytes_;
  size_t position_ = 0;
};

}  // namespace

BodyReaderPtr bodyFromString(std::string bytes) {
  return std::make_shared<StringBody>(std::move(bytes));
}

Result<std::string> readAll(BodyReader& body, size_t limit) {
  constexpr size_t kPiece = 64 << 10;
  std::string bytes;
  while (true) {
    size_t before = bytes.size();
    bytes.resize(before + kPiece);
    size_t count = TRY(body.read(bytes.data() + before, kPiece));
    bytes.resize(before + count);
    if (bytes.size() > limit) {
      return Error(ErrorKind::kInvalidArgument, fmt::format("the body is over {} bytes", limit));
    }
    if (count == 0) return bytes;
  }
}

}  // namespace millrace
