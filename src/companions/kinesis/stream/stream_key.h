// StreamKey: what a stream is called, also as an ARN:
// arn:aws:kinesis:<region>:<account>:stream/<name>.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::kinesis {

struct StreamKey {
  std::string account;
  std::string region;
  std::string name;

  std::string arn() const;
  auto operator<=>(const StreamKey&) const = default;
};

// Nothing when the text is another ARN, also when it is one of a part of a stream.
std::optional<StreamKey> parseStreamArn(std::string_view arn);

}  // namespace millrace::kinesis
