// Decoding speed of the json format on records of three interleaved shapes.
//
//   build/release/bin/formats_bench
#include <benchmark/benchmark.h>

#include <random>

#include "formats/testing/format_harness.h"

namespace millrace {
namespace {

constexpr size_t kRecords = 50'000;

Schema benchSchema() {
  Type id = Type::bigint(), text = Type::string(), time = Type::timestamp(3);
  return {{"event_type", Type::integer()},
          {"person",
           Type::row({"id", "name", "city", "dateTime", "extra"}, {id, text, text, time, text})},
          {"auction", Type::row({"id", "itemName", "reserve", "dateTime", "extra"},
                                {id, text, id, time, text})},
          {"bid", Type::row({"auction", "bidder", "price", "channel", "url", "dateTime", "extra"},
                            {id, id, id, text, text, time, text})}};
}

std::string benchText() {
  std::mt19937_64 random(1);
  auto letters = [&](size_t low, size_t high) {
    std::string text(low + random() % (high - low), 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 26);
    return text;
  };
  auto number = [&](uint64_t limit) { return std::to_string(random() % limit); };
  auto time = [&](size_t i) {
    std::string digits = std::to_string(100'000 + i);
    return "\"2024-01-01 00:0" + digits.substr(1, 1) + ":1" + digits.substr(2, 1) + "." +
           digits.substr(3) + "\"";
  };
  std::string out;
  for (size_t i = 0; i < kRecords; ++i) {
    if (i % 50 == 0) {
      out += "{\"event_type\":0,\"person\":{\"id\":" + number(99'999) + ",\"name\":\"" +
             letters(5, 20) + "\",\"city\":\"" + letters(4, 12) + "\",\"dateTime\":" + time(i) +
             ",\"extra\":\"" + letters(90, 180) + "\"},\"auction\":null,\"bid\":null}\n";
    } else if (i % 50 < 4) {
      out += "{\"event_type\":1,\"person\":null,\"auction\":{\"id\":" + number(99'999) +
             ",\"itemName\":\"" + letters(5, 60) + "\",\"reserve\":" + number(9'999'999) +
             ",\"dateTime\":" + time(i) + ",\"extra\":\"" + letters(300, 480) +
             "\"},\"bid\":null}\n";
    } else {
      out += "{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{\"auction\":" +
             number(99'999) + ",\"bidder\":" + number(99'999) + ",\"price\":" + number(99'999'999) +
             ",\"channel\":\"" + letters(5, 14) + "\",\"url\":\"https://www.example.com/" +
             letters(30, 50) + "\",\"dateTime\":" + time(i) + ",\"extra\":\"" + letters(54, 82) +
             "\"}}\n";
    }
  }
  return out;
}

// arg 0: all leaves; 1: the five bid columns of a projection; 2: three columns; 3: whole rows.
std::vector<DecodedField> benchFields(int64_t which) {
  Schema schema = benchSchema();
  std::vector<DecodedField> fields = {{{0}, schema[0].type}};
  std::vector<uint32_t> wanted =
      which == 1 ? std::vector<uint32_t>{0, 1, 2, 5, 6} : std::vector<uint32_t>{0, 2};
  for (uint32_t top = 1; top < 4; ++top) {
    if (which == 3) fields.push_back({{top}, schema[top].type});
    for (uint32_t i = 0; which < 3 && i < schema[top].type.numChildren(); ++i) {
      bool take = which == 0 || (top == 3 && std::count(wanted.begin(), wanted.end(), i) > 0);
      if (take) fields.push_back({{top, i}, schema[top].type.child(i)});
    }
  }
  return fields;
}

void decodeJson(benchmark::State& state) {
  static const std::string text = benchText();
  BufferPtr buffer = format_test::bufferOf(text);
  const FormatDescriptor& format = *FormatCatalog::builtin().find("json");
  DecoderRequest request{benchSchema(), benchFields(state.range(0)), nullptr, nullptr};
  auto decoder = format.makeDecoder(request, format_test::readOptions(format, {})).value();
  size_t rows = 0;
  for (auto _ : state) {
    std::string_view rest(buffer->data(), text.size());
    while (!rest.empty()) {
      Batch batch;
      size_t consumed = 0;
      if (!decoder->decode(rest, buffer, 4096, batch, consumed).ok()) {
        state.SkipWithError("malformed");
        return;
      }
      rows += batch.numRows();
      rest.remove_prefix(consumed);
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(rows));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(decodeJson)->DenseRange(0, 3);

}  // namespace
}  // namespace millrace
