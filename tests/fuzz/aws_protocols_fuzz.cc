// Feeds arbitrary bytes as a request in every wire format: decoding must end without a crash, and
// what was understood must be understood in the same way when it is written and read again.
#include <cstdint>

#include "aws/model/validation.h"
#include "aws/protocol/cbor_values.h"
#include "aws/protocol/json_values.h"
#include "aws/protocol/protocol.h"
#include "aws/protocol/xml_values.h"
#include "base/check.h"
#include "fuzz/fuzzed_model.h"

namespace {

using namespace millrace;

HttpRequest requestOf(std::string_view text) {
  HttpRequest request;
  request.method = "PUT";
  // The first line is the target, the rest the body.
  size_t line = text.find('\n');
  std::string_view target = text.substr(0, line);
  if (line != std::string_view::npos) request.body = text.substr(line + 1);
  size_t question = target.find('?');
  request.path = "/" + std::string(target.substr(0, question));
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  request.headers.add("x-m", request.body.substr(0, request.body.find('\n')));
  return request;
}

void checkJson(std::string_view text) {
  Outcome<Document> read = decodeJson(&fuzzed::kShape, text);
  if (!read.ok()) return;
  (void)validationMessage(fuzzed::kShape, read.value());
  std::string written = encodeJson(&fuzzed::kShape, read.value());
  Outcome<Document> again = decodeJson(&fuzzed::kShape, written);
  CHECK(again.ok(), again.ok() ? "" : again.error().message());
  CHECK(encodeJson(&fuzzed::kShape, again.value()) == written);
}

void checkCbor(std::string_view bytes, CborTime time) {
  Outcome<Document> read = decodeCbor(&fuzzed::kShape, bytes, time);
  if (!read.ok()) return;
  std::string written = encodeCbor(&fuzzed::kShape, read.value(), time);
  Outcome<Document> again = decodeCbor(&fuzzed::kShape, written, time);
  CHECK(again.ok(), again.ok() ? "" : again.error().message());
  CHECK(encodeCbor(&fuzzed::kShape, again.value(), time) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  checkJson(text);
  checkCbor(text, CborTime::kSeconds);
  checkCbor(text, CborTime::kMillis);
  (void)decodeXml(fuzzed::kShape, text);
  for (WireFormat format : {WireFormat::kQuery, WireFormat::kRestXml}) {
    HttpRequest request = requestOf(text);
    const Protocol& protocol = protocolOf(format);
    (void)protocol.operationName(fuzzed::kService, request);
    Outcome<Document> read = protocol.decode(fuzzed::kOperation, request);
    if (!read.ok()) continue;
    (void)protocol.encode(fuzzed::kService, fuzzed::kOperation, std::move(read).value(),
                          {"id", {}});
  }
  return 0;
}
