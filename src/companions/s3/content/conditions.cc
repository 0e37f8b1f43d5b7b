#include "companions/s3/content/conditions.h"

#include "companions/s3/api_errors.h"

namespace millrace::s3 {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Dates of HTTP have no fraction.
int64_t seconds(Timestamp time) { return time.millis / 1000; }

enum class Verdict : uint8_t { kProceed, kFailed, kNotModified };
struct Judged {
  Verdict verdict = Verdict::kProceed;
  std::string_view condition;
};

Judged judge(const Conditions& conditions, std::string_view etag, Timestamp modified) {
  if (conditions.ifMatch) {
    if (!matchesTag(*conditions.ifMatch, etag)) return {Verdict::kFailed, "If-Match"};
  } else if (conditions.ifUnmodifiedSince &&
             seconds(modified) > seconds(*conditions.ifUnmodifiedSince)) {
    return {Verdict::kFailed, "If-Unmodified-Since"};
  }
  if (conditions.ifNoneMatch) {
    if (matchesTag(*conditions.ifNoneMatch, etag)) return {Verdict::kNotModified, "If-None-Match"};
  } else if (conditions.ifModifiedSince &&
             seconds(modified) <= seconds(*conditions.ifModifiedSince)) {
    return {Verdict::kNotModified, "If-Modified-Since"};
  }
  return {};
}

}  // namespace

std::string_view unquotedTag(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"')
    return tag.substr(1, tag.size() - 2);
  return tag;
}

bool matchesTag(std::string_view header, std::string_view etag) {
  while (true) {
    size_t comma = header.find(',');
    std::string_view tag = trimmed(header.substr(0, comma));
    if (tag == "*" || unquotedTag(tag) == etag) return true;
    if (comma == std::string_view::npos) return false;
    header.remove_prefix(comma + 1);
  }
}

Outcome<void> checkReadConditions(const Conditions& conditions, std::string_view etag,
                                  Timestamp modified) {
  Judged judged = judge(conditions, etag, modified);
  if (judged.verdict == Verdict::kFailed) return preconditionFailed(judged.condition);
  if (judged.verdict == Verdict::kNotModified) return notModified();
  return {};
}

Outcome<void> checkCopyConditions(const Conditions& conditions, std::string_view etag,
                                  Timestamp modified) {
  Judged judged = judge(conditions, etag, modified);
  if (judged.verdict == Verdict::kProceed) return {};
  return preconditionFailed("x-amz-copy-source-" + std::string(judged.condition));
}

Outcome<void> checkWriteConditions(const std::optional<std::string>& ifMatch,
                                   const std::optional<std::string>& ifNoneMatch,
                                   const std::optional<std::string>& etag, std::string_view key) {
  if (ifMatch && ifNoneMatch) return notImplemented("If-Match,If-None-Match");
  if (ifNoneMatch) {
    if (*ifNoneMatch != "*") return notImplemented("If-None-Match");
    if (etag) return preconditionFailed("If-None-Match");
  }
  if (ifMatch) {
    if (*ifMatch == "*") return notImplemented("If-Match");
    if (!etag) return keyNotFound(key);
    if (!matchesTag(*ifMatch, *etag)) return preconditionFailed("If-Match");
  }
  return {};
}

}  // namespace millrace::s3
