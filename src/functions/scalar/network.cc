// INET_ATON and INET_NTOA: IPv4 addresses as numbers.
#include <fmt/format.h>

#include <optional>

#include "functions/function_catalog.h"
#include "functions/kernels.h"
#include "functions/signature.h"

namespace millrace {

namespace {

// One to four numbers up to 255. The last one is the last byte of the address and those that are
// missing before it are zero: "1.2" is 1.0.0.2.
std::optional<int64_t> addressNumber(std::string_view text) {
  int64_t parts[4] = {};
  size_t count = 0;
  for (size_t at = 0;; ++at) {
    if (count == 4) return std::nullopt;
    size_t begin = at;
    int64_t& part = parts[count++];
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      part = part * 10 + (text[at] - '0');
      if (part > 255) return std::nullopt;
    }
    if (at == begin) return std::nullopt;
    if (at == text.size()) break;
    if (text[at] != '.') return std::nullopt;
  }
  int64_t number = 0;
  for (size_t i = 0; i + 1 < count; ++i) number |= parts[i] << (24 - 8 * i);
  return number | parts[count - 1];
}

Status addressToNumber(const KernelCall& call, Column& out) {
  TextArgument text(call, 0);
  int64_t* to = out.mutableValues<int64_t>();
  forEachRow(call.rows, [&](uint32_t row) {
    std::optional<int64_t> number = addressNumber(text[row]);
    to[row] = number.value_or(0);
    if (!number) out.setNull(row);
  });
  return Status();
}

Status numberToAddress(const KernelCall& call, Column& out) {
  IntegerArgument number(call, 0);
  forEachRow(call.rows, [&](uint32_t row) {
    int64_t value = number[row];
    if (value < 0 || value > UINT32_MAX) return out.setNull(row);
    out.setString(row, fmt::format("{}.{}.{}.{}", value >> 24, value >> 16 & 255, value >> 8 & 255,
                                   value & 255));
  });
  return Status();
}

Result<ResolvedCall> resolveAddressToNumber(Arguments args) {
  return resolveCall(args, {{"string", "bigint?", addressToNumber}});
}

Result<ResolvedCall> resolveNumberToAddress(Arguments args) {
  return resolveCall(args, {{"bigint", "string?", numberToAddress}});
}

}  // namespace

void addNetworkFunctions(FunctionCatalog& catalog) {
  catalog.add(ScalarFunction{.name = "INET_ATON",
                             .family = "string",
                             .signature = "INET_ATON(address)",
                             .doc = "An IPv4 address as a number, NULL when the text is none.",
                             .example = "INET_ATON('127.0.0.1')",
                             .exampleResult = "2130706433",
                             .resolve = resolveAddressToNumber});
  catalog.add(ScalarFunction{.name = "INET_NTOA",
                             .family = "string",
                             .signature = "INET_NTOA(number)",
                             .doc = "The IPv4 address of a number, NULL when it has none.",
                             .example = "INET_NTOA(2130706433)",
                             .exampleResult = "127.0.0.1",
                             .resolve = resolveNumberToAddress});
}

}  // namespace millrace
