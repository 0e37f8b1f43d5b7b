// Documents to typed structs and back. The generator writes read() and write() of every struct and
// uses these templates for the members; nobody else needs them. Documents have been validated:
// what does not fit is skipped, never an error.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/model/document.h"

namespace millrace {

void readDocument(Document& document, bool& value);
void readDocument(Document& document, int32_t& value);
void readDocument(Document& document, int64_t& value);
void readDocument(Document& document, float& value);
void readDocument(Document& document, double& value);
void readDocument(Document& document, std::string& value);  // moved out of the document
void readDocument(Document& document, Blob& value);
void readDocument(Document& document, Timestamp& value);
void readDocument(Document& document, BodyReaderPtr& value);
void readDocument(Document& document, Document& value);

inline Document writeDocument(bool value) { return value; }
inline Document writeDocument(int32_t value) { return value; }
inline Document writeDocument(int64_t value) { return value; }
inline Document writeDocument(float value) { return static_cast<double>(value); }
inline Document writeDocument(double value) { return value; }
inline Document writeDocument(const std::string& value) { return value; }
inline Document writeDocument(const Blob& value) { return value; }
inline Document writeDocument(Timestamp value) { return value; }
inline Document writeDocument(const BodyReaderPtr& value) { return value; }
inline Document writeDocument(const Document& value) { return value; }

// Declared first, so that each finds the other; generated structs are found by their namespace.
template <typename T>
void readDocument(Document& document, std::vector<T>& value);
template <typename T>
void readDocument(Document& document, std::map<std::string, T>& value);
template <typename T>
Document writeDocument(const std::vector<T>& value);
template <typename T>
Document writeDocument(const std::map<std::string, T>& value);

template <typename T>
void readDocument(Document& document, std::vector<T>& value) {
  auto* list = document.as<Document::List>();
  if (list == nullptr) return;
  value.reserve(list->size());
  for (Document& element : *list) readDocument(element, value.emplace_back());
}

template <typename T>
void readDocument(Document& document, std::map<std::string, T>& value) {
  auto* object = document.as<Document::Object>();
  if (object == nullptr) return;
  for (auto& [key, element] : *object) readDocument(element, value[key]);
}

template <typename T>
Document writeDocument(const std::vector<T>& value) {
  Document::List list;
  list.reserve(value.size());
  for (const T& element : value) list.push_back(writeDocument(element));
  return list;
}

template <typename T>
Document writeDocument(const std::map<std::string, T>& value) {
  Document::Object object;
  object.reserve(value.size());
  for (const auto& [key, element] : value) object.emplace_back(key, writeDocument(element));
  return object;
}

template <typename T>
void readMember(Document& document, const char* name, T& value) {
  if (Document* member = document.find(name)) readDocument(*member, value);
}

template <typename T>
void readMember(Document& document, const char* name, std::optional<T>& value) {
  if (Document* member = document.find(name)) readDocument(*member, value.emplace());
}

template <typename T>
void writeMember(Document& document, const char* name, const T& value) {
  document.add(name, writeDocument(value));
}

// A stream that is not there is absent.
inline void writeMember(Document& document, const char* name, const BodyReaderPtr& value) {
  if (value) document.add(name, value);
}

template <typename T>
void writeMember(Document& document, const char* name, const std::optional<T>& value) {
  if (value) document.add(name, writeDocument(*value));
}

}  // namespace millrace
