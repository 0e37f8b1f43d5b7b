#include "connectors/filesystem/file_splits.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "connectors/filesystem/file_layout.h"

namespace millrace {

namespace {

// A state is lines that end in a zero byte, which no path holds: "R begin end path" for a range
// that was read, "F path" for a file of a bounded scan.
constexpr char kLineEnd = '\0';

Error unreadableState() {
  return Error(ErrorKind::kRestore, "the file source's state cannot be read")
      .withHint("Start without 'execution.state-recovery.path', or restore another checkpoint.");
}

bool readNumber(std::string_view& line, uint64_t& value) {
  auto [stop, code] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (code != std::errc() || stop == line.data() + line.size() || *stop != ' ') return false;
  line.remove_prefix(static_cast<size_t>(stop - line.data()) + 1);
  return true;
}

void appendRanges(const ReadFiles& files, std::string& out) {
  for (const auto& [path, ranges] : files) {
    for (const auto& [begin, end] : ranges.ranges()) {
      out += fmt::format("R {} {} {}", begin, end, path);
      out += kLineEnd;
    }
  }
}

}  // namespace

void ReadRanges::add(uint64_t begin, uint64_t end) {
  if (begin >= end) return;
  auto after = ranges_.upper_bound(begin);
  if (after != ranges_.begin()) {
    auto before = std::prev(after);
    if (before->second >= begin) {
      begin = before->first;
      end = std::max(end, before->second);
      after = ranges_.erase(before);
    }
  }
  while (after != ranges_.end() && after->first <= end) {
    end = std::max(end, after->second);
    after = ranges_.erase(after);
  }
  ranges_[begin] = end;
}

void ReadRanges::addAll(const ReadRanges& other) {
  for (const auto& [begin, end] : other.ranges_) add(begin, end);
}

std::vector<std::pair<uint64_t, uint64_t>> ReadRanges::missing(uint64_t size) const {
  std::vector<std::pair<uint64_t, uint64_t>> gaps;
  uint64_t at = 0;
  for (const auto& [begin, end] : ranges_) {
    if (begin > at) gaps.emplace_back(at, std::min(begin, size));
    at = std::max(at, end);
    if (at >= size) return gaps;
  }
  if (at < size) gaps.emplace_back(at, size);
  return gaps;
}

FileSplits::FileSplits(FileSplitOptions options, Env& env)
    : options_(std::move(options)), env_(env) {
  if (!options_.inBackground) return;
  lister_ = std::make_unique<FileThreads>(1, [this] {
    std::lock_guard lock(mutex_);
    for (const auto& [subtask, wake] : wakes_) wake();
  });
}

FileSplits::~FileSplits() = default;

void FileSplits::attach(uint32_t subtask, std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  wakes_[subtask] = std::move(wake);
}

void FileSplits::detach(uint32_t subtask) {
  std::lock_guard lock(mutex_);
  wakes_.erase(subtask);
}

Status FileSplits::restore(const std::vector<std::string>& states) {
  std::lock_guard lock(mutex_);
  if (restoreSeen_) return {};
  restoreSeen_ = true;
  for (const std::string& state : states) {
    std::string_view rest = state;
    while (!rest.empty()) {
      size_t stop = rest.find(kLineEnd);
      if (stop == std::string_view::npos || stop < 2) return unreadableState();
      std::string_view line = rest.substr(0, stop);
      rest.remove_prefix(stop + 1);
      char kind = line[0];
      line.remove_prefix(2);
      if (kind == 'F') {
        boundedFiles_.emplace(line);
        continue;
      }
      uint64_t begin = 0, end = 0;
      if (kind != 'R' || !readNumber(line, begin) || !readNumber(line, end)) {
        return unreadableState();
      }
      restored_[std::string(line)].add(begin, end);
    }
  }
  return {};
}

std::string FileSplits::state(const ReadFiles& own, bool first) {
  std::string out;
  appendRanges(own, out);
  if (!first) return out;
  std::lock_guard lock(mutex_);
  appendRanges(restored_, out);
  if (isBounded() && listed_) {
    for (const std::string& path : known_) {
      out += "F " + path;
      out += kLineEnd;
    }
  }
  return out;
}

size_t FileSplits::choose(uint32_t subtask) const {
  auto isOthers = [&](const std::string& path) {
    for (const auto& [other, file] : current_) {
      if (other != subtask && file == path) return true;
    }
    return false;
  };
  // Files are in order, so what is left of the subtask's own file comes before untouched ones.
  for (size_t i = 0; i < queue_.size(); ++i) {
    if (!isOthers(queue_[i].file.path)) return i;
  }
  return 0;
}

Result<NextSplit> FileSplits::next(uint32_t subtask) {
  std::lock_guard lock(mutex_);
  if (queue_.empty()) {
    TRY(listIfDue());
    if (queue_.empty()) return NextSplit{std::nullopt, listing_};
  }
  size_t chosen = choose(subtask);
  FileSplit split = std::move(queue_[chosen]);
  queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(chosen));
  current_[subtask] = split.file.path;
  return NextSplit{std::move(split), false};
}

int64_t FileSplits::nextListMillis() {
  std::lock_guard lock(mutex_);
  return listedAt_ + options_.monitorMillis;
}

Status FileSplits::listIfDue() {
  if (listError_) return *listError_;
  bool due =
      !listed_ || (!isBounded() && env_.clock().nowMillis() - listedAt_ >= options_.monitorMillis);
  if (!due || listing_) return {};
  if (!lister_) return take(TRY(listDataFiles(env_.files(), options_.path, options_.regex)));
  listing_ = true;
  lister_->run(options_.path, 0, [this]() -> Status {
    listRemotely();
    return {};
  });
  return {};
}

void FileSplits::listRemotely() {
  auto present = listDataFiles(env_.files(), options_.path, options_.regex);
  std::lock_guard lock(mutex_);
  listing_ = false;
  Status taken = present.ok() ? take(present.value()) : Status(std::move(present).error());
  if (!taken.ok()) listError_ = std::move(taken).error();
}

Status FileSplits::take(const std::vector<FileInfo>& present) {
  if (!listed_) TRY(checkVanished(present));
  listed_ = true;
  listedAt_ = env_.clock().nowMillis();
  for (const FileInfo& file : present) {
    if (!boundedFiles_.empty() && !boundedFiles_.contains(file.path)) continue;
    if (!known_.insert(file.path).second) continue;
    TRY(addFile(file));
  }
  return {};
}

// A file that a checkpoint has read in part, or not yet, must still be there.
Status FileSplits::checkVanished(const std::vector<FileInfo>& present) {
  std::set<std::string> paths;
  for (const FileInfo& file : present) paths.insert(file.path);
  auto vanished = [](const std::string& path) {
    return Error(ErrorKind::kRestore,
                 fmt::format("file '{}' is gone, but the checkpoint has not read all of it", path))
        .withHint("Put the file back, or start without the checkpoint.");
  };
  for (const std::string& path : boundedFiles_) {
    if (!paths.contains(path) && !restored_.contains(path)) return vanished(path);
  }
  for (const auto& [path, ranges] : restored_) {
    bool whole = ranges.ranges().size() == 1 && ranges.ranges().begin()->first == 0 &&
                 ranges.end() == kOpenEnd;
    if (!paths.contains(path) && !whole) return vanished(path);
  }
  return {};
}

Status FileSplits::addFile(const FileInfo& file) {
  const ReadRanges none;
  auto known = restored_.find(file.path);
  const ReadRanges& read = known == restored_.end() ? none : known->second;
  bool whole = !options_.splittable || compressionOf(file.path) != Compression::kNone;
  if (whole) {
    uint64_t at = read.end();
    if (at != kOpenEnd) queue_.push_back({file, at, kOpenEnd});
    return {};
  }
  // A file that was read to its end is marked so by an open range.
  uint64_t size = read.end() == kOpenEnd ? kOpenEnd : file.size;
  if (size != kOpenEnd && read.end() > size) {
    return Error(ErrorKind::kRestore,
                 fmt::format("file '{}' has {} bytes, but the checkpoint has read {}", file.path,
                             size, read.end()))
        .withHint("Put the file back as it was, or start without the checkpoint.");
  }
  for (auto [begin, end] : read.missing(size)) {
    for (uint64_t at = begin; at < end; at += options_.splitSize) {
      queue_.push_back({file, at, std::min(end, at + options_.splitSize)});
    }
  }
  return {};
}

}  // namespace millrace
