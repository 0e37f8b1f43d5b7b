#include "aws/model/struct_codec.h"

namespace millrace {

namespace {

template <typename Stored, typename T>
void take(Document& document, T& value) {
  if (auto* stored = document.as<Stored>()) value = static_cast<T>(std::move(*stored));
}

}  // namespace

void readDocument(Document& document, bool& value) { take<bool>(document, value); }
void readDocument(Document& document, int32_t& value) { take<int64_t>(document, value); }
void readDocument(Document& document, int64_t& value) { take<int64_t>(document, value); }
void readDocument(Document& document, float& value) { take<double>(document, value); }
void readDocument(Document& document, double& value) { take<double>(document, value); }
void readDocument(Document& document, std::string& value) { take<std::string>(document, value); }
void readDocument(Document& document, Blob& value) { take<Blob>(document, value); }
void readDocument(Document& document, Timestamp& value) { take<Timestamp>(document, value); }
void readDocument(Document& document, BodyReaderPtr& value) {
  take<BodyReaderPtr>(document, value);
}
void readDocument(Document& document, Document& value) { value = std::move(document); }

}  // namespace millrace
