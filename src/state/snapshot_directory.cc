#include "state/snapshot_directory.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "env/file_system.h"
#include "state/checkpoint_path.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPrefix = "chk-";
constexpr std::string_view kManifest = "manifest.json";

// An operator id as part of a file name: other bytes than letters, digits, '-' and '_' become '_',
// and a hash keeps different ids apart.
std::string fileStem(std::string_view operatorId) {
  constexpr size_t kLongest = 60;
  std::string stem;
  for (char c : operatorId.substr(0, kLongest)) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '_';
    stem += plain ? c : '_';
  }
  return fmt::format("{}-{:08x}", stem,
                     static_cast<uint32_t>(XXH3_64bits(operatorId.data(), operatorId.size())));
}

// The id in "chk-<id>", or false.
bool parseId(std::string_view name, uint64_t& id) {
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  return error == std::errc() && end == name.data() + name.size();
}

std::string dumped(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// Of a manifest without its checksum, however it is laid out.
std::string checksumOf(const Json& manifest) {
  std::string text = dumped(manifest, -1);
  return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

std::string manifestText(const Manifest& manifest) {
  Json json;
  json["formatVersion"] = manifest.formatVersion;
  json["keyHash"] = kKeyHashName;
  json["checkpointId"] = manifest.checkpointId;
  json["jobName"] = manifest.jobName;
  json["maxParallelism"] = manifest.maxParallelism;
  json["createdMillis"] = manifest.createdMillis;
  Json operators = Json::object();
  for (const auto& [id, stored] : manifest.operators) {
    Json files = Json::array();
    for (const StoredFile& file : stored.files) {
      files.push_back({{"name", file.name},
                       {"subtask", file.subtask},
                       {"bytes", file.bytes},
                       {"checksum", fmt::format("{:016x}", file.checksum)}});
    }
    Json entry;
    if (!stored.title.empty()) entry["title"] = stored.title;
    if (!stored.aliases.empty()) entry["aliases"] = stored.aliases;
    if (!stored.conditions.empty()) entry["conditions"] = stored.conditions;
    if (!stored.semantics.empty()) entry["semantics"] = toJson(stored.semantics);
    entry["parallelism"] = stored.parallelism;
    // Nobody looks into it, but the first readers of this version want it to be there.
    entry["schemas"] = Json::array();
    entry["files"] = std::move(files);
    operators[id] = std::move(entry);
  }
  json["operators"] = std::move(operators);
  json["checksum"] = checksumOf(json);
  return dumped(json, 2) + "\n";
}

Error corrupt(const std::string& path, std::string_view what) {
  return Error(ErrorKind::kCorruptData, fmt::format("manifest '{}' is damaged: {}", path, what))
      .withHint("Restore from another checkpoint.");
}

StoredOperator parseOperator(const Json& json) {
  StoredOperator stored;
  stored.title = json.value("title", std::string());
  stored.conditions = json.value("conditions", std::string());
  if (json.contains("semantics")) stored.semantics = semanticsFrom(json.at("semantics"));
  stored.aliases = json.value("aliases", std::vector<std::string>());
  stored.parallelism = json.at("parallelism").get<uint32_t>();
  for (const Json& entry : json.at("files")) {
    StoredFile file;
    file.name = entry.at("name").get<std::string>();
    file.subtask = entry.at("subtask").get<uint32_t>();
    file.bytes = entry.at("bytes").get<uint64_t>();
    file.checksum = std::stoull(entry.at("checksum").get<std::string>(), nullptr, 16);
    stored.files.push_back(std::move(file));
  }
  return stored;
}

Result<Manifest> parseManifest(const std::string& path, const std::string& text) {
  Manifest manifest;
  try {
    Json json = Json::parse(text);
    manifest.formatVersion = json.at("formatVersion").get<uint32_t>();
    if (manifest.formatVersion != kSnapshotVersion) {
      return Error(ErrorKind::kRestore,
                   fmt::format("manifest '{}' has format version {}, expected {}", path,
                               manifest.formatVersion, kSnapshotVersion))
          .withHint("Use the version of the program that wrote it.");
    }
    // The first manifests had none.
    if (json.contains("checksum")) {
      std::string written = json.at("checksum").get<std::string>();
      json.erase("checksum");
      if (checksumOf(json) != written) return corrupt(path, "its checksum is not that of its text");
    }
    manifest.checkpointId = json.at("checkpointId").get<uint64_t>();
    manifest.jobName = json.at("jobName").get<std::string>();
    manifest.maxParallelism = json.at("maxParallelism").get<uint32_t>();
    manifest.createdMillis = json.at("createdMillis").get<int64_t>();
    for (const auto& [id, entry] : json.at("operators").items()) {
      StoredOperator stored = parseOperator(entry);
      if (stored.files.size() != stored.parallelism) {
        return corrupt(path, fmt::format("operator '{}' has {} files for parallelism {}", id,
                                         stored.files.size(), stored.parallelism));
      }
      for (const StoredFile& file : stored.files) {
        if (file.name.find('/') != std::string::npos) {
          return corrupt(path, fmt::format("file name '{}'", file.name));
        }
      }
      manifest.operators.emplace(id, std::move(stored));
    }
  } catch (const std::exception& failure) {
    return corrupt(path, failure.what());
  }
  return manifest;
}

Result<std::vector<uint64_t>> completeIds(FileSystem& files, const std::string& root) {
  std::vector<uint64_t> ids;
  if (!files.exists(root)) return ids;
  for (const FileInfo& entry : TRY(files.list(root))) {
    uint64_t id = 0;
    if (!parseId(baseName(entry.path), id)) continue;
    if (files.exists(fmt::format("{}/{}{}/{}", root, kPrefix, id, kManifest))) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

SnapshotDirectory::SnapshotDirectory(FileSystem& files, std::string root, uint32_t retained)
    : files_(files), root_(std::move(root)), retained_(std::max<uint32_t>(retained, 1)) {}

std::string SnapshotDirectory::pathOf(uint64_t checkpointId) const {
  return fmt::format("{}/{}{}", root_, kPrefix, checkpointId);
}

struct SnapshotFileWriter::Checksum {
  Checksum() { XXH3_64bits_reset(state.get()); }
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state{XXH3_createState(),
                                                                 &XXH3_freeState};
};

SnapshotFileWriter::SnapshotFileWriter(StoredFile stored, std::unique_ptr<WritableFile> file)
    : stored_(std::move(stored)), file_(std::move(file)), checksum_(std::make_unique<Checksum>()) {}
SnapshotFileWriter::~SnapshotFileWriter() = default;

Status SnapshotFileWriter::append(SnapshotBytes bytes) {
  for (SnapshotBytes::Part& part : bytes.parts()) {
    XXH3_64bits_update(checksum_->state.get(), part.bytes.get(), part.used);
    TRY(file_->append(part.view()));
    stored_.bytes += part.used;
    part.bytes.reset();
  }
  return Status();
}

Result<StoredFile> SnapshotFileWriter::finish() {
  stored_.checksum = XXH3_64bits_digest(checksum_->state.get());
  TRY(file_->sync());
  TRY(file_->close());
  return stored_;
}

Result<std::unique_ptr<SnapshotFileWriter>> SnapshotDirectory::create(uint64_t checkpointId,
                                                                      std::string_view operatorId,
                                                                      uint32_t subtask,
                                                                      uint64_t attempt) {
  StoredFile stored;
  stored.name = fmt::format("{}-{}-{:x}.state", fileStem(operatorId), subtask, attempt);
  stored.subtask = subtask;
  auto file = TRY(files_.createStreamed(pathOf(checkpointId) + "/" + stored.name));
  return std::make_unique<SnapshotFileWriter>(std::move(stored), std::move(file));
}

Result<StoredFile> SnapshotDirectory::writeFile(uint64_t checkpointId, std::string_view operatorId,
                                                uint32_t subtask, uint64_t attempt,
                                                SnapshotBytes bytes) {
  auto writer = TRY(create(checkpointId, operatorId, subtask, attempt));
  TRY(writer->append(std::move(bytes)));
  return writer->finish();
}

Status SnapshotDirectory::commit(const Manifest& manifest) {
  std::string directory = pathOf(manifest.checkpointId);
  TRY(files_.makeDirectories(directory));
  // The names of the state files must be on disk before the manifest is.
  TRY(files_.syncDirectory(directory));
  TRY(writeFileAtomically(files_, fmt::format("{}/{}", directory, kManifest),
                          manifestText(manifest)));
  TRY(files_.syncDirectory(directory));
  TRY(files_.syncDirectory(root_));
  std::vector<uint64_t> ids = TRY(complete());
  for (size_t i = 0; i + retained_ < ids.size(); ++i) {
    if (ids[i] >= manifest.checkpointId) break;
    // Without its manifest a half-removed checkpoint is none.
    TRY(files_.remove(fmt::format("{}/{}", pathOf(ids[i]), kManifest)));
    TRY(files_.syncDirectory(pathOf(ids[i])));
    TRY(files_.removeTree(pathOf(ids[i])));
  }
  return Status();
}

Status SnapshotDirectory::abort(uint64_t checkpointId) {
  std::string directory = pathOf(checkpointId);
  if (!files_.exists(directory)) return Status();
  if (files_.exists(fmt::format("{}/{}", directory, kManifest))) return Status();
  return files_.removeTree(directory);
}

Result<std::vector<uint64_t>> SnapshotDirectory::complete() const {
  return completeIds(files_, root_);
}

Result<Manifest> SnapshotDirectory::readManifest(FileSystem& files, const std::string& path,
                                                 std::string* directory) {
  std::string place = TRY(resolveCheckpoint(files, path));
  std::string manifestPath = fmt::format("{}/{}", place, kManifest);
  if (directory) *directory = place;
  return parseManifest(manifestPath, TRY(millrace::readFile(files, manifestPath)));
}

const RestoredOperator* RestoredCheckpoint::find(const std::string& operatorId) const {
  auto found = operators.find(operatorId);
  return found == operators.end() ? nullptr : found->second.get();
}

Result<RestoredCheckpoint> openCheckpoint(FileSystem& files, const std::string& path,
                                          uint32_t maxParallelism) {
  RestoredCheckpoint checkpoint;
  std::string directory;
  checkpoint.manifest = TRY(SnapshotDirectory::readManifest(files, path, &directory));
  if (checkpoint.manifest.maxParallelism != maxParallelism) {
    return Error(ErrorKind::kRestore,
                 fmt::format("checkpoint '{}' has max parallelism {}, the job {}", directory,
                             checkpoint.manifest.maxParallelism, maxParallelism))
        .withHint(
            fmt::format("Set pipeline.max-parallelism to {}.", checkpoint.manifest.maxParallelism));
  }
  for (const auto& [id, stored] : checkpoint.manifest.operators) {
    std::vector<std::unique_ptr<SnapshotFile>> opened;
    for (const StoredFile& file : stored.files) {
      std::string name = directory + "/" + file.name;
      auto handle = TRY(files.openForRead(name));
      uint64_t size = TRY(handle->size());
      if (size != file.bytes) {
        return Error(ErrorKind::kCorruptData,
                     fmt::format("snapshot file '{}' is damaged at offset {}: it has {} bytes, "
                                 "the manifest says {}",
                                 name, std::min(size, file.bytes), size, file.bytes))
            .withHint("Restore from another checkpoint.");
      }
      opened.push_back(TRY(SnapshotFile::open(std::move(name), std::move(handle))));
    }
    checkpoint.operators.emplace(id, TRY(RestoredOperator::make(std::move(opened))));
  }
  return checkpoint;
}

}  // namespace millrace
