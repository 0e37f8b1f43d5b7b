#include "aws/protocol/json_values.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "aws/model/base64.h"
#include "base/check.h"

namespace millrace {

namespace {

using Json = nlohmann::json;

constexpr int kMaxJsonDepth = 128;

ApiError serializationError(std::string message) {
  return ApiError("SerializationException", 400, std::move(message));
}

std::string_view foundName(const Json& json) {
  if (json.is_string()) return "STRING_VALUE";
  if (json.is_boolean()) return json.get<bool>() ? "TRUE_VALUE" : "FALSE_VALUE";
  return "NUMBER_VALUE";
}

// What AWS's front end says of a value of the wrong type.
ApiError wrongType(const Json& json, std::string_view wanted) {
  if (json.is_array()) return serializationError("Start of list found where not expected");
  if (json.is_object()) {
    return serializationError("Start of structure or map found where not expected.");
  }
  return serializationError(fmt::format("{} can not be converted to {}", foundName(json), wanted));
}

Outcome<Document> decodeValue(const ShapeModel& shape, const Json& json, int depth);

Outcome<Document> decodeAnything(const Json& json, int depth) {
  if (depth > kMaxJsonDepth) return serializationError("The request is nested too deeply");
  switch (json.type()) {
    case Json::value_t::boolean:
      return Document(json.get<bool>());
    case Json::value_t::number_integer:
      return Document(json.get<int64_t>());
    case Json::value_t::number_unsigned:
      return Document(json.get<int64_t>());
    case Json::value_t::number_float:
      return Document(json.get<double>());
    case Json::value_t::string:
      return Document(json.get_ref<const std::string&>());
    case Json::value_t::array: {
      Document::List list;
      for (const Json& element : json) list.push_back(TRY(decodeAnything(element, depth + 1)));
      return Document(std::move(list));
    }
    case Json::value_t::object: {
      Document::Object object;
      for (const auto& [key, value] : json.items()) {
        object.emplace_back(key, TRY(decodeAnything(value, depth + 1)));
      }
      return Document(std::move(object));
    }
    default:
      return Document();
  }
}

Outcome<Document> decodeStructure(const ShapeModel& shape, const Json& json, int depth) {
  if (!json.is_object()) {
    if (json.is_array()) return wrongType(json, {});
    return serializationError("Unexpected value where a structure is expected");
  }
  Document::Object object;
  for (const MemberModel& member : shape.members) {
    auto found = json.find(member.wireName());
    if (found == json.end() || found->is_null()) continue;
    object.emplace_back(member.name, TRY(decodeValue(*member.shape, *found, depth + 1)));
  }
  return Document(std::move(object));
}

Outcome<Document> decodeList(const ShapeModel& shape, const Json& json, int depth) {
  if (!json.is_array()) {
    if (json.is_object()) return wrongType(json, {});
    return serializationError("Expected list or null");
  }
  Document::List list;
  list.reserve(json.size());
  for (const Json& element : json) {
    if (element.is_null()) continue;
    list.push_back(TRY(decodeValue(*shape.element().shape, element, depth + 1)));
  }
  return Document(std::move(list));
}

Outcome<Document> decodeMap(const ShapeModel& shape, const Json& json, int depth) {
  if (!json.is_object()) {
    if (json.is_array()) return wrongType(json, {});
    return serializationError("Expected map or null");
  }
  Document::Object object;
  for (const auto& [key, value] : json.items()) {
    if (value.is_null()) continue;
    object.emplace_back(key, TRY(decodeValue(*shape.value().shape, value, depth + 1)));
  }
  return Document(std::move(object));
}

// Fractions are cut, as AWS's front end does.
Outcome<Document> decodeInteger(const Json& json, int64_t min, int64_t max, std::string_view name) {
  if (!json.is_number()) return wrongType(json, name);
  bool unsignedTooLarge = json.is_number_unsigned() &&
                          json.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()};
  double real = json.get<double>();
  if (unsignedTooLarge || real < -0x1p63 || real > 0x1p63) return wrongType(json, name);
  int64_t value = 0;
  if (json.is_number_float()) {
    if (real >= 0x1p63) return wrongType(json, name);
    value = static_cast<int64_t>(real);
  } else {
    value = json.get<int64_t>();
  }
  if (value < min || value > max) return wrongType(json, name);
  return Document(value);
}

Outcome<Document> decodeReal(const Json& json, std::string_view name) {
  if (json.is_number()) return Document(json.get<double>());
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (text == "NaN") return Document(std::numeric_limits<double>::quiet_NaN());
    if (text == "Infinity") return Document(std::numeric_limits<double>::infinity());
    if (text == "-Infinity") return Document(-std::numeric_limits<double>::infinity());
  }
  return wrongType(json, name);
}

Outcome<Document> decodeTimestamp(const ShapeModel& shape, const Json& json) {
  if (shape.timestampFormat == TimestampFormat::kIso8601 && json.is_string()) {
    std::optional<Timestamp> time = parseIso8601(json.get_ref<const std::string&>());
    if (time) return Document(*time);
  }
  if (!json.is_number()) return wrongType(json, "a Timestamp");
  double seconds = json.get<double>();
  constexpr double kLimit = 1e13;
  if (!(std::fabs(seconds) < kLimit)) return wrongType(json, "a Timestamp");
  return Document(Timestamp{static_cast<int64_t>(std::llround(seconds * 1000))});
}

Outcome<Document> decodeBlob(const Json& json) {
  if (!json.is_string()) return wrongType(json, "a Blob");
  std::optional<std::string> bytes = base64Decode(json.get_ref<const std::string&>());
  if (!bytes) return serializationError("A value can not be converted to a Blob: it is no base64");
  return Document(Blob{std::move(*bytes)});
}

Outcome<Document> decodeValue(const ShapeModel& shape, const Json& json, int depth) {
  if (depth > kMaxJsonDepth) return serializationError("The request is nested too deeply");
  if (shape.anything) return decodeAnything(json, depth);
  constexpr int64_t kInt32Min = std::numeric_limits<int32_t>::min();
  constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();
  switch (shape.type) {
    case ShapeType::kStructure:
      return decodeStructure(shape, json, depth);
    case ShapeType::kList:
      return decodeList(shape, json, depth);
    case ShapeType::kMap:
      return decodeMap(shape, json, depth);
    case ShapeType::kString:
      if (!json.is_string()) return wrongType(json, "a String");
      return Document(json.get_ref<const std::string&>());
    case ShapeType::kBoolean:
      if (!json.is_boolean()) return wrongType(json, "a Boolean");
      return Document(json.get<bool>());
    case ShapeType::kInteger:
      return decodeInteger(json, kInt32Min, kInt32Max, "an Integer");
    case ShapeType::kLong:
      return decodeInteger(json, std::numeric_limits<int64_t>::min(),
                           std::numeric_limits<int64_t>::max(), "a Long");
    case ShapeType::kFloat:
      return decodeReal(json, "a Float");
    case ShapeType::kDouble:
      return decodeReal(json, "a Double");
    case ShapeType::kTimestamp:
      return decodeTimestamp(shape, json);
    case ShapeType::kBlob:
      return decodeBlob(json);
  }
  UNREACHABLE();
}

// Appends to one string: no tree is built for large answers.
class Writer {
 public:
  void value(const ShapeModel* shape, const Document& document) {
    if (const auto* object = document.as<Document::Object>()) return this->object(shape, *object);
    if (const auto* list = document.as<Document::List>()) return this->list(shape, *list);
    if (const auto* text = document.as<std::string>()) return string(*text);
    if (const auto* blob = document.as<Blob>()) return string(base64Encode(blob->bytes));
    if (const auto* flag = document.as<bool>()) {
      out_ += *flag ? "true" : "false";
    } else if (const auto* number = document.as<int64_t>()) {
      fmt::format_to(std::back_inserter(out_), "{}", *number);
    } else if (const auto* real = document.as<double>()) {
      this->real(*real);
    } else if (const auto* time = document.as<Timestamp>()) {
      timestamp(shape, *time);
    } else {
      out_ += "null";
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void string(std::string_view text) {
    out_ += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  void real(double value) {
    if (std::isnan(value)) {
      out_ += "\"NaN\"";
    } else if (std::isinf(value)) {
      out_ += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    } else {
      fmt::format_to(std::back_inserter(out_), "{}", value);
    }
  }

  void timestamp(const ShapeModel* shape, Timestamp time) {
    if (shape != nullptr && shape->timestampFormat == TimestampFormat::kIso8601) {
      return string(formatIso8601(time));
    }
    int64_t millis = time.millis;
    if (millis % 1000 == 0) {
      fmt::format_to(std::back_inserter(out_), "{}", millis / 1000);
      return;
    }
    if (millis < 0) out_ += '-';
    millis = millis < 0 ? -millis : millis;
    fmt::format_to(std::back_inserter(out_), "{}.{:03}", millis / 1000, millis % 1000);
  }

  void object(const ShapeModel* shape, const Document::Object& object) {
    out_ += '{';
    bool first = true;
    for (const auto& [key, member] : object) {
      if (member.isNull()) continue;
      if (!first) out_ += ',';
      first = false;
      const ShapeModel* memberShape = nullptr;
      std::string_view name = key;
      if (shape != nullptr && shape->type == ShapeType::kMap) memberShape = shape->value().shape;
      if (shape != nullptr && shape->type == ShapeType::kStructure) {
        if (const MemberModel* model = shape->find(key)) {
          memberShape = model->shape;
          name = model->wireName();
        }
      }
      string(name);
      out_ += ':';
      value(memberShape, member);
    }
    out_ += '}';
  }

  void list(const ShapeModel* shape, const Document::List& list) {
    const ShapeModel* element =
        shape != nullptr && shape->type == ShapeType::kList ? shape->element().shape : nullptr;
    out_ += '[';
    for (size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ',';
      value(element, list[i]);
    }
    out_ += ']';
  }

  std::string out_;
};

}  // namespace

Outcome<Document> decodeJson(const ShapeModel* shape, std::string_view text) {
  if (text.empty()) return Document(Document::Object());
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return serializationError("The request body is not valid JSON");
  if (!json.is_object()) return serializationError("The request body is not a JSON object");
  if (shape == nullptr) return Document(Document::Object());
  return decodeValue(*shape, json, 0);
}

std::string encodeJson(const ShapeModel* shape, const Document& value) {
  Writer writer;
  writer.value(shape, value);
  return writer.take();
}

std::string encodePlainJson(const Document& value) { return encodeJson(nullptr, value); }

}  // namespace millrace
