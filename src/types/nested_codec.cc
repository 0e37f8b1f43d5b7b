#include "types/nested_codec.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "types/column_builder.h"

namespace millrace {

namespace {

void appendRaw(const void* data, size_t size, std::string& out) {
  out.append(static_cast<const char*>(data), size);
}

void appendSize(size_t size, std::string& out) {
  uint32_t narrow = static_cast<uint32_t>(size);
  appendRaw(&narrow, sizeof(narrow), out);
}

void encodeValue(const Column& column, size_t row, bool normaliseKeys, std::string& out) {
  size_t i = column.position(row);
  switch (column.physical()) {
    case Physical::kString: {
      std::string_view text = column.values<StringView>()[i].view();
      appendSize(text.size(), out);
      out.append(text);
      return;
    }
    case Physical::kFloat: {
      float value = canonicalReal(column.values<float>()[i], false);
      return appendRaw(&value, sizeof(value), out);
    }
    case Physical::kDouble: {
      double value = canonicalReal(column.values<double>()[i], false);
      return appendRaw(&value, sizeof(value), out);
    }
    case Physical::kArray:
    case Physical::kMap:
    case Physical::kRow: {
      size_t begin = out.size();
      appendSize(0, out);
      encodeNestedValue(column, i, normaliseKeys, out);
      uint32_t size = static_cast<uint32_t>(out.size() - begin - 4);
      std::memcpy(out.data() + begin, &size, sizeof(size));
      return;
    }
    default: {
      size_t width = physicalWidth(column.physical());
      appendRaw(reinterpret_cast<const char*>(column.ranges()) + i * width, width, out);
    }
  }
}

// Null bits and values of the given elements.
void encodeElements(const Column& child, const std::vector<uint32_t>& elements, bool normaliseKeys,
                    std::string& out) {
  size_t bits = out.size();
  out.append((elements.size() + 7) / 8, '\0');
  for (size_t k = 0; k < elements.size(); ++k) {
    if (child.isNull(elements[k])) {
      out[bits + k / 8] = static_cast<char>(out[bits + k / 8] | 1 << (k % 8));
    } else {
      encodeValue(child, elements[k], normaliseKeys, out);
    }
  }
}

std::vector<uint32_t> elementsOf(const Column& column, ListRange range, bool sorted) {
  std::vector<uint32_t> elements(range.length);
  std::iota(elements.begin(), elements.end(), range.offset);
  if (!sorted || range.length < 2) return elements;
  std::vector<std::pair<std::string, uint32_t>> keys;
  for (uint32_t element : elements) {
    std::string key;
    encodeElements(*column.child(0), {element}, true, key);
    keys.emplace_back(std::move(key), element);
  }
  std::sort(keys.begin(), keys.end());
  for (size_t k = 0; k < keys.size(); ++k) elements[k] = keys[k].second;
  return elements;
}

class NestedReader {
 public:
  explicit NestedReader(const char* bytes) : next_(bytes) {}

  uint32_t size() {
    uint32_t value;
    std::memcpy(&value, next_, sizeof(value));
    next_ += sizeof(value);
    return value;
  }
  const char* take(size_t bytes) {
    const char* begin = next_;
    next_ += bytes;
    return begin;
  }

 private:
  const char* next_;
};

template <typename T>
void appendFrom(NestedReader& in, ColumnBuilder& out) {
  T value;
  std::memcpy(&value, in.take(sizeof(T)), sizeof(T));
  out.appendFixed<T>(value);
}

void decodeValue(NestedReader& in, ColumnBuilder& out) {
  switch (out.physical()) {
    case Physical::kString: {
      uint32_t size = in.size();
      return out.appendView(StringView(in.take(size), size));
    }
    case Physical::kArray:
    case Physical::kMap:
    case Physical::kRow: {
      uint32_t size = in.size();
      return decodeNestedValue(in.take(size), out);
    }
    default:
      break;
  }
  switch (physicalWidth(out.physical())) {
    case 1:
      return appendFrom<uint8_t>(in, out);
    case 2:
      return appendFrom<uint16_t>(in, out);
    case 4:
      return appendFrom<uint32_t>(in, out);
    case 8:
      return appendFrom<uint64_t>(in, out);
    default:
      return appendFrom<NanoTimestamp>(in, out);
  }
}

void decodeElements(NestedReader& in, size_t count, ColumnBuilder& out) {
  const char* bits = in.take((count + 7) / 8);
  for (size_t k = 0; k < count; ++k) {
    if (bits[k / 8] >> (k % 8) & 1) {
      out.appendNull();
    } else {
      decodeValue(in, out);
    }
  }
}

}  // namespace

void encodeNestedValue(const Column& column, size_t position, bool normaliseKeys,
                       std::string& out) {
  if (column.physical() == Physical::kRow) {
    size_t bits = out.size();
    out.append((column.numChildren() + 7) / 8, '\0');
    for (size_t i = 0; i < column.numChildren(); ++i) {
      const Column& field = *column.child(i);
      if (field.isNull(position)) {
        out[bits + i / 8] = static_cast<char>(out[bits + i / 8] | 1 << (i % 8));
      } else {
        encodeValue(field, position, normaliseKeys, out);
      }
    }
    return;
  }
  ListRange range = column.ranges()[position];
  bool sorted = normaliseKeys && column.physical() == Physical::kMap;
  std::vector<uint32_t> elements = elementsOf(column, range, sorted);
  appendSize(range.length, out);
  for (size_t i = 0; i < column.numChildren(); ++i) {
    encodeElements(*column.child(i), elements, normaliseKeys, out);
  }
}

void decodeNestedValue(const char* bytes, ColumnBuilder& out) {
  NestedReader in(bytes);
  size_t children = out.type().numChildren();
  if (out.physical() == Physical::kRow) {
    const char* bits = in.take((children + 7) / 8);
    for (size_t i = 0; i < children; ++i) {
      if (bits[i / 8] >> (i % 8) & 1) {
        out.child(i).appendNull();
      } else {
        decodeValue(in, out.child(i));
      }
    }
    out.endRow();
    return;
  }
  uint32_t count = in.size();
  out.beginList();
  for (size_t i = 0; i < children; ++i) decodeElements(in, count, out.child(i));
  out.endList();
}

}  // namespace millrace
