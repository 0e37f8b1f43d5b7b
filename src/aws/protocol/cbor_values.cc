#include "aws/protocol/cbor_values.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>

#include "aws/protocol/cbor_reader.h"
#include "base/check.h"

namespace millrace {

namespace {

constexpr int kMaxCborDepth = 128;
constexpr uint64_t kTimeTag = 1;

double halfToDouble(uint16_t half) {
  int exponent = half >> 10 & 31;
  int mantissa = half & 1023;
  double value;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent != 31) {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  } else {
    value = mantissa == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  }
  return (half & 0x8000) != 0 ? -value : value;
}

bool isReal(const CborHead& head) {
  return head.major == CborMajor::kSimple && head.info >= 25 && head.info <= 27;
}

double realOf(const CborHead& head) {
  if (head.info == 25) return halfToDouble(static_cast<uint16_t>(head.argument));
  if (head.info == 26) return std::bit_cast<float>(static_cast<uint32_t>(head.argument));
  return std::bit_cast<double>(head.argument);
}

class Decoder {
 public:
  Decoder(std::string_view bytes, CborTime time) : reader_(bytes), time_(time) {}

  Outcome<Document> root(const ShapeModel* shape) {
    CborHead head = TRY(untagged());
    if (head.major != CborMajor::kMap) return cborError("The request body is not a CBOR map");
    if (shape != nullptr) return value(*shape, head, 0);
    TRY(reader_.skip(head, 0));
    return Document(Document::Object());
  }

 private:
  // The head of the next item, past tags that say nothing here.
  Outcome<CborHead> untagged() {
    constexpr int kMaxTags = 8;
    CborHead head = TRY(reader_.head());
    for (int i = 0; head.major == CborMajor::kTag && i < kMaxTags; ++i) {
      head = TRY(reader_.head());
    }
    return head;
  }

  Outcome<Document> value(const ShapeModel& shape, const CborHead& head, int depth) {
    if (depth > kMaxCborDepth) return cborError("The request is nested too deeply");
    switch (shape.type) {
      case ShapeType::kStructure:
        return structure(shape, head, depth);
      case ShapeType::kMap:
        return map(shape, head, depth);
      case ShapeType::kList:
        return list(shape, head, depth);
      case ShapeType::kString:
        if (head.major != CborMajor::kText) return wrongType(head, "a String");
        return Document(TRY(reader_.bytes(head)));
      case ShapeType::kBlob:
        if (head.major != CborMajor::kBytes) return wrongType(head, "a Blob");
        return Document(Blob{TRY(reader_.bytes(head))});
      case ShapeType::kBoolean:
        if (head.major != CborMajor::kSimple || (head.info != 20 && head.info != 21)) {
          return wrongType(head, "a Boolean");
        }
        return Document(head.info == 21);
      case ShapeType::kInteger:
        return integer(head, std::numeric_limits<int32_t>::min(),
                       std::numeric_limits<int32_t>::max());
      case ShapeType::kLong:
        return integer(head, std::numeric_limits<int64_t>::min(),
                       std::numeric_limits<int64_t>::max());
      case ShapeType::kFloat:
      case ShapeType::kDouble:
        return real(head);
      case ShapeType::kTimestamp:
        return timestamp(head);
    }
    UNREACHABLE();
  }

  static ApiError wrongType(const CborHead& head, std::string_view wanted) {
    static constexpr std::string_view kNames[] = {"NUMBER", "NUMBER", "BYTES", "STRING",
                                                  "LIST",   "MAP",    "TAG",   "SIMPLE"};
    return cborError(fmt::format("{}_VALUE can not be converted to {}",
                                 kNames[static_cast<size_t>(head.major)], wanted));
  }

  Outcome<Document> structure(const ShapeModel& shape, const CborHead& head, int depth) {
    if (head.major != CborMajor::kMap) return wrongType(head, "a structure");
    Document::Object object;
    for (uint64_t i = 0; TRY(reader_.more(head, i)); ++i) {
      CborHead key = TRY(untagged());
      if (key.major != CborMajor::kText) return cborError("A name in the request is not a text");
      std::string name = TRY(reader_.bytes(key));
      CborHead item = TRY(reader_.head());
      const MemberModel* member = memberOf(shape, name);
      if (member == nullptr || item.isNull()) {
        TRY(reader_.skip(item, depth + 1));
        continue;
      }
      while (item.major == CborMajor::kTag) item = TRY(untagged());
      Document decoded = TRY(value(*member->shape, item, depth + 1));
      object.emplace_back(member->name, std::move(decoded));
    }
    return Document(std::move(object));
  }

  static const MemberModel* memberOf(const ShapeModel& shape, std::string_view wireName) {
    for (const MemberModel& member : shape.members) {
      if (member.wireName() == wireName) return &member;
    }
    return nullptr;
  }

  Outcome<Document> map(const ShapeModel& shape, const CborHead& head, int depth) {
    if (head.major != CborMajor::kMap) return wrongType(head, "a map");
    Document::Object object;
    for (uint64_t i = 0; TRY(reader_.more(head, i)); ++i) {
      CborHead key = TRY(untagged());
      if (key.major != CborMajor::kText) return cborError("A key in the request is not a text");
      std::string name = TRY(reader_.bytes(key));
      CborHead item = TRY(untagged());
      if (item.isNull()) continue;
      object.emplace_back(std::move(name), TRY(value(*shape.value().shape, item, depth + 1)));
    }
    return Document(std::move(object));
  }

  Outcome<Document> list(const ShapeModel& shape, const CborHead& head, int depth) {
    if (head.major != CborMajor::kArray) return wrongType(head, "a list");
    Document::List list;
    for (uint64_t i = 0; TRY(reader_.more(head, i)); ++i) {
      CborHead item = TRY(untagged());
      if (item.isNull()) continue;
      list.push_back(TRY(value(*shape.element().shape, item, depth + 1)));
    }
    return Document(std::move(list));
  }

  Outcome<Document> integer(const CborHead& head, int64_t min, int64_t max) {
    int64_t number = 0;
    constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    if (isReal(head)) {
      double real = realOf(head);
      if (!(std::fabs(real) < 0x1p63)) return wrongType(head, "an integer");
      number = static_cast<int64_t>(real);
    } else if (head.major == CborMajor::kUnsigned && head.argument <= kMax) {
      number = static_cast<int64_t>(head.argument);
    } else if (head.major == CborMajor::kNegative && head.argument <= kMax) {
      number = -1 - static_cast<int64_t>(head.argument);
    } else {
      return wrongType(head, "an integer");
    }
    if (number < min || number > max) return cborError("A number is too large for its member");
    return Document(number);
  }

  Outcome<Document> real(const CborHead& head) {
    if (isReal(head)) return Document(realOf(head));
    if (head.major == CborMajor::kUnsigned) return Document(static_cast<double>(head.argument));
    if (head.major == CborMajor::kNegative) {
      return Document(-1.0 - static_cast<double>(head.argument));
    }
    return wrongType(head, "a Double");
  }

  Outcome<Document> timestamp(const CborHead& head) {
    Document number = TRY(real(head));
    double millis = *number.as<double>() * (time_ == CborTime::kSeconds ? 1000 : 1);
    constexpr double kLimit = 1e16;
    if (!(std::fabs(millis) < kLimit)) return wrongType(head, "a Timestamp");
    return Document(Timestamp{static_cast<int64_t>(std::llround(millis))});
  }

  CborReader reader_;
  CborTime time_;
};

class Encoder {
 public:
  explicit Encoder(CborTime time) : time_(time) {}

  void value(const ShapeModel* shape, const Document& document) {
    if (const auto* object = document.as<Document::Object>()) return this->object(shape, *object);
    if (const auto* list = document.as<Document::List>()) return this->list(shape, *list);
    if (const auto* text = document.as<std::string>()) return string(CborMajor::kText, *text);
    if (const auto* blob = document.as<Blob>()) return string(CborMajor::kBytes, blob->bytes);
    if (const auto* time = document.as<Timestamp>()) return timestamp(*time);
    if (const auto* number = document.as<int64_t>()) return integer(*number);
    if (const auto* number = document.as<double>()) return real(*number);
    if (const auto* flag = document.as<bool>()) {
      out_ += static_cast<char>(*flag ? 0xF5 : 0xF4);
    } else {
      out_ += static_cast<char>(0xF6);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void head(CborMajor major, uint64_t argument) {
    auto first = static_cast<uint8_t>(static_cast<uint8_t>(major) << 5);
    if (argument < 24) {
      out_ += static_cast<char>(first | argument);
      return;
    }
    int power = argument <= 0xFF ? 0 : argument <= 0xFFFF ? 1 : argument <= 0xFFFFFFFF ? 2 : 3;
    out_ += static_cast<char>(first | (24 + power));
    bigEndian(argument, 1 << power);
  }

  void bigEndian(uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out_ += static_cast<char>(value >> (8 * i));
  }

  void string(CborMajor major, std::string_view text) {
    head(major, text.size());
    out_ += text;
  }

  void integer(int64_t value) {
    if (value >= 0) {
      head(CborMajor::kUnsigned, static_cast<uint64_t>(value));
    } else {
      head(CborMajor::kNegative, static_cast<uint64_t>(-(value + 1)));
    }
  }

  void real(double value) {
    out_ += static_cast<char>(0xFB);
    bigEndian(std::bit_cast<uint64_t>(value), 8);
  }

  void timestamp(Timestamp time) {
    head(CborMajor::kTag, kTimeTag);
    if (time_ == CborTime::kMillis) return integer(time.millis);
    real(static_cast<double>(time.millis) / 1000);
  }

  void object(const ShapeModel* shape, const Document::Object& object) {
    size_t count = 0;
    for (const auto& [key, member] : object) count += !member.isNull();
    head(CborMajor::kMap, count);
    for (const auto& [key, member] : object) {
      if (member.isNull()) continue;
      std::string_view name = key;
      const ShapeModel* memberShape = nullptr;
      if (shape != nullptr && shape->type == ShapeType::kMap) memberShape = shape->value().shape;
      if (shape != nullptr && shape->type == ShapeType::kStructure) {
        if (const MemberModel* model = shape->find(key)) {
          memberShape = model->shape;
          name = model->wireName();
        }
      }
      string(CborMajor::kText, name);
      value(memberShape, member);
    }
  }

  void list(const ShapeModel* shape, const Document::List& list) {
    const ShapeModel* element =
        shape != nullptr && shape->type == ShapeType::kList ? shape->element().shape : nullptr;
    head(CborMajor::kArray, list.size());
    for (const Document& item : list) value(element, item);
  }

  CborTime time_;
  std::string out_;
};

}  // namespace

Outcome<Document> decodeCbor(const ShapeModel* shape, std::string_view bytes, CborTime time) {
  if (bytes.empty()) return Document(Document::Object());
  return Decoder(bytes, time).root(shape);
}

std::string encodeCbor(const ShapeModel* shape, const Document& value, CborTime time) {
  Encoder encoder(time);
  encoder.value(shape, value);
  return encoder.take();
}

}  // namespace millrace
