// Document: a value of a service's API, between a wire format and the typed structs. Structures
// and maps are objects; members have the names of the model, whatever they are called on the wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "aws/model/timestamp.h"
#include "http/body_reader.h"

namespace millrace {

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

class Document {
 public:
  using List = std::vector<Document>;
  // In the order of the wire or the struct.
  using Object = std::vector<std::pair<std::string, Document>>;

  Document() = default;  // null
  Document(bool value) : value_(value) {}
  Document(int32_t value) : value_(int64_t{value}) {}
  Document(int64_t value) : value_(value) {}
  Document(double value) : value_(value) {}
  Document(std::string value) : value_(std::move(value)) {}
  Document(std::string_view value) : value_(std::string(value)) {}
  Document(const char* value) : value_(std::string(value)) {}
  Document(Blob value) : value_(std::move(value)) {}
  Document(Timestamp value) : value_(value) {}
  Document(List value) : value_(std::move(value)) {}
  Document(Object value) : value_(std::move(value)) {}
  Document(BodyReaderPtr value) : value_(std::move(value)) {}

  bool isNull() const { return std::holds_alternative<std::monostate>(value_); }
  // The value when it has that type, else nullptr.
  template <typename T>
  const T* as() const {
    return std::get_if<T>(&value_);
  }
  template <typename T>
  T* as() {
    return std::get_if<T>(&value_);
  }

  // The member of an object, or nullptr; a null counts as absent.
  const Document* find(std::string_view name) const;
  Document* find(std::string_view name);
  // Adds a member; this becomes an object when it is null.
  void add(std::string name, Document value);

  bool operator==(const Document&) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Blob, Timestamp, List, Object,
               BodyReaderPtr>
      value_;
};

}  // namespace millrace
