// Items of CBOR, one head at a time. Reads from bytes that outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"

namespace millrace {

enum class CborMajor : uint8_t {
  kUnsigned,
  kNegative,
  kBytes,
  kText,
  kArray,
  kMap,
  kTag,
  kSimple,
};

struct CborHead {
  CborMajor major = CborMajor::kSimple;
  uint8_t info = 0;         // the five low bits
  uint64_t argument = 0;    // number, length, count, tag
  bool indefinite = false;  // a length or count that a break ends
  bool isBreak() const { return major == CborMajor::kSimple && info == 31; }
  bool isNull() const { return major == CborMajor::kSimple && (info == 22 || info == 23); }
};

ApiError cborError(std::string message);

class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  bool atEnd() const { return rest_.empty(); }
  size_t left() const { return rest_.size(); }
  Outcome<CborHead> head();
  // What follows the head of a text or byte string, joined when it comes in pieces.
  Outcome<std::string> bytes(const CborHead& head);
  // Leaves out what follows the head, nested to any depth up to a limit.
  Outcome<void> skip(const CborHead& head, int depth);
  // Whether another item of an array or map follows; `index` counts those before. Consumes a break.
  Outcome<bool> more(const CborHead& container, uint64_t index);

 private:
  std::string_view rest_;
};

}  // namespace millrace
