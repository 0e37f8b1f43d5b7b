// Conditional requests: If-Match and its kin, for reads, copies and writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/timestamp.h"

namespace millrace::s3 {

struct Conditions {
  std::optional<std::string> ifMatch;
  std::optional<std::string> ifNoneMatch;
  std::optional<Timestamp> ifModifiedSince;
  std::optional<Timestamp> ifUnmodifiedSince;
};

// From the input of a read.
template <typename Input>
Conditions conditionsOf(const Input& input) {
  return {input.ifMatch, input.ifNoneMatch, input.ifModifiedSince, input.ifUnmodifiedSince};
}

// An entity tag as it is kept: without quotes and the mark of a weak one.
std::string_view unquotedTag(std::string_view tag);

// "*", or a list of entity tags with or without quotes.
bool matchesTag(std::string_view header, std::string_view etag);

// A read of what has this entity tag (without quotes): PreconditionFailed or NotModified. An
// If-Match that holds outweighs If-Unmodified-Since, an If-None-Match that holds If-Modified-Since.
Outcome<void> checkReadConditions(const Conditions& conditions, std::string_view etag,
                                  Timestamp modified);

// The source of a copy: what is no match is PreconditionFailed.
Outcome<void> checkCopyConditions(const Conditions& conditions, std::string_view etag,
                                  Timestamp modified);

// A write; `etag` is of the object that is there now, or nothing. If-None-Match may only be '*'.
Outcome<void> checkWriteConditions(const std::optional<std::string>& ifMatch,
                                   const std::optional<std::string>& ifNoneMatch,
                                   const std::optional<std::string>& etag, std::string_view key);

}  // namespace millrace::s3
