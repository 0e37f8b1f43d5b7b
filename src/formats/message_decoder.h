// WholeMessages: what a decoder is as well when its records may hold line ends if they come one by
// one, as messages of a stream do.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "types/batch.h"

namespace millrace {

class WholeMessages {
 public:
  virtual ~WholeMessages() = default;
  // Each message is one record and gives one row. They lie in `owner`, with its padding behind.
  // Errors as those of Decoder::decode, without an offset.
  virtual Status decodeMessages(std::span<const std::string_view> messages, const BufferPtr& owner,
                                Batch& out) = 0;
};

}  // namespace millrace
