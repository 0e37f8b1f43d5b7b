// What clients carry from page to page: positions of events, and opaque texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "companions/logs/store/log_store.h"

namespace millrace::logs {

// 56 digits: the position of an event and its stream. Also the id of the event.
std::string eventId(const EventPosition& position, int64_t stream);

struct EventToken {
  EventPosition position;
  int64_t stream = 0;
  bool forward = true;
};

// "f/<id>/s" and "b/<id>/s", as GetLogEvents has them.
std::string encodeEventToken(const EventToken& token);
std::optional<EventToken> decodeEventToken(std::string_view text);

// Any text with a checksum, in base64.
std::string encodePageToken(std::string_view content);
std::optional<std::string> decodePageToken(std::string_view text);

}  // namespace millrace::logs
