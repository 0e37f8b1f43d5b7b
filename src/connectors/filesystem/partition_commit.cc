#include "connectors/filesystem/partition_commit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "connectors/filesystem/file_layout.h"
#include "env/file_system.h"
#include "types/datetime.h"
#include "types/time_zone.h"

namespace millrace {

Result<int64_t> partitionTimeMillis(const std::string& partition, const std::string& pattern) {
  auto values = partitionValues("", partition + "/");
  std::string text = pattern.empty() && !values.empty() ? values[0].second : pattern;
  // Longer names first, so that $day does not take the front of $daytime.
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  for (const auto& [name, value] : values) {
    std::string variable = "$" + name;
    for (size_t at = text.find(variable); at != std::string::npos;
         at = text.find(variable, at + value.size())) {
      text.replace(at, variable.size(), value);
    }
  }
  std::optional<NanoTimestamp> time = parseTimestamp(text);
  if (!time) {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("'{}' of partition '{}' is not a timestamp", text, partition))
        .withHint("Set 'partition.time-extractor.timestamp-pattern', such as '$dt $hour:00:00'.");
  }
  return time->millis;
}

void PartitionCommits::touch(const std::string& partition, int64_t nowMillis) {
  if (options_.enabled) open_.try_emplace(partition, nowMillis);
}

Result<bool> PartitionCommits::isDue(const std::string& partition, int64_t createdMillis,
                                     int64_t nowMillis) const {
  if (!options_.byPartitionTime) {
    return options_.delayMillis == 0 || nowMillis > createdMillis + options_.delayMillis;
  }
  if (watermark_ == INT64_MIN) return false;
  int64_t time = TRY(partitionTimeMillis(partition, options_.timestampPattern));
  int64_t local = watermark_;
  if (options_.watermarkZone && watermark_ != INT64_MAX) {
    local = options_.watermarkZone->millisToLocal(watermark_);
  }
  return local > time + options_.delayMillis;
}

std::string PartitionCommits::markOf(const std::string& partition) const {
  return options_.root + "/" + partition + "/" + options_.successFile;
}

Status PartitionCommits::mark(const std::string& partition, int64_t createdMillis) {
  auto write = [&files = env_.files(), path = markOf(partition)]() -> Status {
    auto file = TRY(files.create(path));
    return file->close();
  };
  if (threads_ == nullptr) return write();
  std::erase_if(marking_, [](const Marking& each) { return each.done->load(); });
  auto done = std::make_shared<std::atomic<bool>>(false);
  marking_.push_back({partition, createdMillis, done});
  threads_->run(partition, 0, [write, done]() -> Status {
    TRY(write());
    *done = true;
    return {};
  });
  return {};
}

Status PartitionCommits::reopen(const std::string& partition, int64_t nowMillis) {
  if (!options_.enabled) return {};
  // The watermark tells when all its rows have come again; the clock does not: then their coming
  // touches it.
  if (options_.byPartitionTime) touch(partition, nowMillis);
  std::string path = markOf(partition);
  return env_.files().exists(path) ? env_.files().remove(path) : Status();
}

std::string PartitionCommits::state() const {
  std::string out;
  auto add = [&](const std::string& partition, int64_t created) {
    out += fmt::format("{} {}", created, partition);
    out += '\0';
  };
  for (const auto& [partition, created] : open_) add(partition, created);
  for (const Marking& each : marking_) {
    if (!*each.done && !open_.contains(each.partition)) add(each.partition, each.createdMillis);
  }
  return out;
}

void PartitionCommits::restore(std::string_view state) {
  while (!state.empty()) {
    size_t stop = std::min(state.find('\0'), state.size());
    std::string_view line = state.substr(0, stop);
    state.remove_prefix(std::min(stop + 1, state.size()));
    int64_t created = 0;
    size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    std::from_chars(line.data(), line.data() + space, created);
    open_.try_emplace(std::string(line.substr(space + 1)), created);
  }
}

}  // namespace millrace
