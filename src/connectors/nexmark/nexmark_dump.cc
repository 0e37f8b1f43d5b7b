#include "connectors/nexmark/nexmark_dump.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "env/file_system.h"
#include "types/datetime.h"

namespace millrace {

namespace {

constexpr size_t kFlushBytes = 1 << 20;

void appendNumber(int64_t value, std::string& out) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof(text), value).ptr);
}

// "2024-01-01 00:00:00.000"
void appendMillis(int64_t millis, std::string& out) {
  appendTimestamp(NanoTimestamp{millis, 0, 0}, 3, out);
}

void appendPersonJson(const NexmarkModel& model, int64_t event, std::string& out) {
  out += R"({"event_type":0,"person":{"id":)";
  appendNumber(model.personId(event), out);
  out += R"(,"name":")";
  model.appendName(event, out);
  out += R"(","emailAddress":")";
  model.appendEmail(event, out);
  out += R"(","creditCard":")";
  model.appendCreditCard(event, out);
  out += R"(","city":")";
  out += model.city(event);
  out += R"(","state":")";
  out += model.state(event);
  out += R"(","dateTime":")";
  appendMillis(model.millisOf(event), out);
  out += R"(","extra":")";
  out += model.personExtra(event);
  out += "\"},\"auction\":null,\"bid\":null}\n";
}

void appendAuctionJson(const NexmarkModel& model, int64_t event, std::string& out) {
  out += R"({"event_type":1,"person":null,"auction":{"id":)";
  appendNumber(model.auctionId(event), out);
  out += R"(,"itemName":")";
  model.appendItemName(event, out);
  out += R"(","description":")";
  model.appendDescription(event, out);
  out += R"(","initialBid":)";
  appendNumber(model.initialBid(event), out);
  out += R"(,"reserve":)";
  appendNumber(model.reserve(event), out);
  out += R"(,"dateTime":")";
  appendMillis(model.millisOf(event), out);
  out += R"(","expires":")";
  appendMillis(model.expiresMillis(event), out);
  out += R"(","seller":)";
  appendNumber(model.seller(event), out);
  out += R"(,"category":)";
  appendNumber(model.category(event), out);
  out += R"(,"extra":")";
  out += model.auctionExtra(event);
  out += "\"},\"bid\":null}\n";
}

void appendBidJson(const NexmarkModel& model, int64_t event, std::string& out) {
  out += R"({"event_type":2,"person":null,"auction":null,"bid":{"auction":)";
  appendNumber(model.bidAuction(event), out);
  out += R"(,"bidder":)";
  appendNumber(model.bidder(event), out);
  out += R"(,"price":)";
  appendNumber(model.price(event), out);
  out += R"(,"channel":")";
  out += model.channel(event);
  out += R"(","url":")";
  out += model.url(event);
  out += R"(","dateTime":")";
  appendMillis(model.millisOf(event), out);
  out += R"(","extra":")";
  out += model.bidExtra(event);
  out += "\"}}\n";
}

void appendPersonCsv(const NexmarkModel& model, int64_t event, std::string& out) {
  out += "0,\"";
  appendNumber(model.personId(event), out);
  out += ';';
  model.appendName(event, out);
  out += ';';
  model.appendEmail(event, out);
  out += ';';
  model.appendCreditCard(event, out);
  out += ';';
  out += model.city(event);
  out += ';';
  out += model.state(event);
  out += ';';
  appendMillis(model.millisOf(event), out);
  out += ';';
  out += model.personExtra(event);
  out += "\",,\n";
}

void appendAuctionCsv(const NexmarkModel& model, int64_t event, std::string& out) {
  out += "1,,\"";
  appendNumber(model.auctionId(event), out);
  out += ';';
  model.appendItemName(event, out);
  out += ';';
  model.appendDescription(event, out);
  for (int64_t number : {model.initialBid(event), model.reserve(event)}) {
    out += ';';
    appendNumber(number, out);
  }
  out += ';';
  appendMillis(model.millisOf(event), out);
  out += ';';
  appendMillis(model.expiresMillis(event), out);
  for (int64_t number : {model.seller(event), model.category(event)}) {
    out += ';';
    appendNumber(number, out);
  }
  out += ';';
  out += model.auctionExtra(event);
  out += "\",\n";
}

void appendBidCsv(const NexmarkModel& model, int64_t event, std::string& out) {
  out += "2,,,\"";
  appendNumber(model.bidAuction(event), out);
  for (int64_t number : {model.bidder(event), model.price(event)}) {
    out += ';';
    appendNumber(number, out);
  }
  for (std::string_view text : {model.channel(event), model.url(event)}) {
    out += ';';
    out += text;
  }
  out += ';';
  appendMillis(model.millisOf(event), out);
  out += ';';
  out += model.bidExtra(event);
  out += "\"\n";
}

}  // namespace

void appendNexmarkJson(const NexmarkModel& model, int64_t event, std::string& out) {
  switch (NexmarkModel::kindOf(event)) {
    case NexmarkKind::kPerson:
      return appendPersonJson(model, event, out);
    case NexmarkKind::kAuction:
      return appendAuctionJson(model, event, out);
    case NexmarkKind::kBid:
      return appendBidJson(model, event, out);
  }
}

void appendNexmarkCsv(const NexmarkModel& model, int64_t event, std::string& out) {
  switch (NexmarkModel::kindOf(event)) {
    case NexmarkKind::kPerson:
      return appendPersonCsv(model, event, out);
    case NexmarkKind::kAuction:
      return appendAuctionCsv(model, event, out);
    case NexmarkKind::kBid:
      return appendBidCsv(model, event, out);
  }
}

Status dumpNexmark(const NexmarkDump& dump, Env& env) {
  if (dump.parts < 1 || dump.events < 0 || dump.model.eventsPerSecond < 1) {
    return Error(ErrorKind::kUsage, "events, parts and the rate must be positive")
        .withHint("Give numbers above 0.");
  }
  NexmarkModel model(dump.model);
  TRY(env.files().makeDirectories(dump.directory));
  bool json = dump.format == NexmarkFileFormat::kJson;
  std::vector<std::unique_ptr<WritableFile>> files;
  std::vector<std::string> texts(static_cast<size_t>(dump.parts));
  for (int64_t part = 0; part < dump.parts; ++part) {
    std::string path = fmt::format("{}/part-{}.{}", dump.directory, part, json ? "json" : "csv");
    files.push_back(TRY(env.files().create(path)));
  }
  for (int64_t event = 0; event < dump.events; ++event) {
    auto part = static_cast<size_t>(event / NexmarkModel::kEventsPerRound % dump.parts);
    std::string& text = texts[part];
    json ? appendNexmarkJson(model, event, text) : appendNexmarkCsv(model, event, text);
    if (text.size() < kFlushBytes) continue;
    TRY(files[part]->append(text));
    text.clear();
  }
  for (size_t part = 0; part < files.size(); ++part) {
    TRY(files[part]->append(texts[part]));
    TRY(files[part]->close());
  }
  return {};
}

}  // namespace millrace
