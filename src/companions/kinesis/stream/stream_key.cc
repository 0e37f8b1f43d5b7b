#include "companions/kinesis/stream/stream_key.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::kinesis {

namespace {

// Cuts off what comes before the next colon.
std::string_view nextPart(std::string_view& rest) {
  size_t colon = std::min(rest.find(':'), rest.size());
  std::string_view part = rest.substr(0, colon);
  rest.remove_prefix(std::min(colon + 1, rest.size()));
  return part;
}

}  // namespace

std::optional<StreamKey> parseStreamArn(std::string_view arn) {
  constexpr std::string_view kResource = "stream/";
  std::string_view rest = arn;
  if (nextPart(rest) != "arn" || !nextPart(rest).starts_with("aws")) return std::nullopt;
  if (nextPart(rest) != "kinesis") return std::nullopt;
  StreamKey key;
  key.region = nextPart(rest);
  key.account = nextPart(rest);
  if (!rest.starts_with(kResource)) return std::nullopt;
  key.name = rest.substr(kResource.size());
  if (key.name.empty() || key.name.find_first_of("/:") != std::string::npos) return std::nullopt;
  return key;
}

std::string StreamKey::arn() const {
  return fmt::format("arn:aws:kinesis:{}:{}:stream/{}", region, account, name);
}

}  // namespace millrace::kinesis
