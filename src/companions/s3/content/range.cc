#include "companions/s3/content/range.h"

#include <algorithm>
#include <charconv>

namespace millrace::s3 {

namespace {

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

constexpr std::string_view kUnit = "bytes=";

}  // namespace

RangeRequest resolveRange(std::string_view header, uint64_t size) {
  RangeRequest whole;
  RangeRequest unsatisfiable{RangeRequest::Kind::kUnsatisfiable, {}};
  if (!header.starts_with(kUnit)) return whole;
  std::string_view text = header.substr(kUnit.size());
  size_t dash = text.find('-');
  if (dash == std::string_view::npos) return whole;
  std::string_view firstText = text.substr(0, dash);
  std::string_view lastText = text.substr(dash + 1);
  if (firstText.empty()) {
    auto count = number(lastText);
    if (!count) return whole;
    if (*count == 0 || size == 0) return unsatisfiable;
    return {RangeRequest::Kind::kPart, {size - std::min(*count, size), size - 1}};
  }
  auto first = number(firstText);
  auto last = lastText.empty() ? std::optional<uint64_t>(UINT64_MAX) : number(lastText);
  if (!first || !last || *first > *last) return whole;
  if (*first >= size) return unsatisfiable;
  return {RangeRequest::Kind::kPart, {*first, std::min(*last, size - 1)}};
}

std::optional<ByteRange> parseFullRange(std::string_view header) {
  if (!header.starts_with(kUnit)) return {};
  std::string_view text = header.substr(kUnit.size());
  size_t dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  auto first = number(text.substr(0, dash));
  auto last = number(text.substr(dash + 1));
  if (!first || !last || *first > *last) return {};
  return ByteRange{*first, *last};
}

}  // namespace millrace::s3
