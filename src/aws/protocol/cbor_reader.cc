#include "aws/protocol/cbor_reader.h"

namespace millrace {

namespace {

constexpr int kMaxItemDepth = 128;
constexpr uint8_t kBreakByte = 0xFF;

}  // namespace

ApiError cborError(std::string message) {
  return ApiError("SerializationException", 400, std::move(message));
}

Outcome<CborHead> CborReader::head() {
  if (rest_.empty()) return cborError("The request ends within a CBOR item");
  auto byte = static_cast<uint8_t>(rest_[0]);
  rest_.remove_prefix(1);
  CborHead head;
  head.major = static_cast<CborMajor>(byte >> 5);
  head.info = byte & 31;
  if (head.info < 24) {
    head.argument = head.info;
    return head;
  }
  if (head.info <= 27) {
    size_t count = size_t{1} << (head.info - 24);
    if (rest_.size() < count) return cborError("The request ends within a CBOR item");
    for (size_t i = 0; i < count; ++i) {
      head.argument = head.argument << 8 | static_cast<uint8_t>(rest_[i]);
    }
    rest_.remove_prefix(count);
    return head;
  }
  bool mayBeIndefinite = head.major >= CborMajor::kBytes && head.major <= CborMajor::kMap;
  if (head.info != 31 || !(mayBeIndefinite || head.isBreak())) {
    return cborError("The request is not valid CBOR");
  }
  head.indefinite = mayBeIndefinite;
  return head;
}

Outcome<std::string> CborReader::bytes(const CborHead& head) {
  if (!head.indefinite) {
    if (head.argument > rest_.size()) return cborError("The request ends within a CBOR string");
    std::string text(rest_.substr(0, head.argument));
    rest_.remove_prefix(head.argument);
    return text;
  }
  std::string text;
  while (true) {
    CborHead piece = TRY(this->head());
    if (piece.isBreak()) return text;
    if (piece.major != head.major || piece.indefinite || piece.argument > rest_.size()) {
      return cborError("The request has a broken CBOR string");
    }
    text.append(rest_.substr(0, piece.argument));
    rest_.remove_prefix(piece.argument);
  }
}

Outcome<bool> CborReader::more(const CborHead& container, uint64_t index) {
  if (!container.indefinite) {
    // Every item takes at least a byte: a count beyond that is a lie.
    if (container.argument > index && container.argument - index > rest_.size()) {
      return cborError("The request ends within a CBOR list or map");
    }
    return index < container.argument;
  }
  if (rest_.empty()) return cborError("The request ends within a CBOR list or map");
  if (static_cast<uint8_t>(rest_[0]) != kBreakByte) return true;
  rest_.remove_prefix(1);
  return false;
}

Outcome<void> CborReader::skip(const CborHead& head, int depth) {
  if (depth > kMaxItemDepth) return cborError("The request is nested too deeply");
  switch (head.major) {
    case CborMajor::kBytes:
    case CborMajor::kText:
      TRY(bytes(head));
      return {};
    case CborMajor::kTag:
      return skip(TRY(this->head()), depth + 1);
    case CborMajor::kArray:
    case CborMajor::kMap: {
      uint64_t perItem = head.major == CborMajor::kMap ? 2 : 1;
      for (uint64_t i = 0; TRY(more(head, i)); ++i) {
        for (uint64_t j = 0; j < perItem; ++j) TRY(skip(TRY(this->head()), depth + 1));
      }
      return {};
    }
    default:
      if (head.isBreak()) return cborError("The request has a CBOR break out of place");
      return {};
  }
}

}  // namespace millrace
