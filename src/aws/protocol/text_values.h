// Simple values as text: in forms, query strings, headers and XML.
#pragma once

#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "aws/model/document.h"
#include "aws/model/model.h"

namespace millrace {

// A text, number, boolean, timestamp (in `format`; the member's own wins) or base64 blob. An error
// has the code `errorCode` and names the member.
Outcome<Document> decodeText(const MemberModel& member, std::string_view text,
                             TimestampFormat format, std::string_view errorCode);

std::string encodeText(const MemberModel& member, const Document& value, TimestampFormat format);

}  // namespace millrace
