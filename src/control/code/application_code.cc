#include "control/code/application_code.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/code/zip_archive.h"

namespace millrace {

namespace {

constexpr uint64_t kMaxCodeBytes = 512u << 20;  // the guide's quota
constexpr uint64_t kMaxSqlBytes = 4u << 20;

bool endsWith(std::string_view text, std::string_view end) { return text.ends_with(end); }

Result<std::string> fetch(const CodeLocation& code, CodeSource* source,
                          const ApplicationRole& role) {
  if (source == nullptr) {
    return Error(ErrorKind::kNotFound, fmt::format("no S3 to fetch '{}' from", code.key));
  }
  CodeObject object{code.bucket, code.key, code.objectVersion};
  uint64_t size = TRY(source->size(object, role));
  if (size > kMaxCodeBytes) {
    return Error(ErrorKind::kInvalidArgument,
                 fmt::format("code 's3://{}/{}' has {} bytes, the limit is {}", code.bucket,
                             code.key, size, kMaxCodeBytes));
  }
  return source->read(object, role, kMaxCodeBytes);
}

Result<SqlFile> sqlFile(std::string name, const std::string& text,
                        const RuntimeProperties& properties) {
  Result<SubstitutedSql> substituted = substituteProperties(text, properties);
  if (substituted.ok()) return SqlFile{std::move(name), text, std::move(substituted).value()};
  Error error = std::move(substituted).error();
  if (name.empty()) return error;
  return std::move(error).withContext(name);
}

CodeKind kindOf(const ZipArchive& archive) {
  bool sql = false;
  bool java = false;
  bool python = false;
  for (const ZipEntry& entry : archive.entries()) {
    bool inRoot = entry.name.find('/') == std::string::npos;
    sql = sql || (inRoot && endsWith(entry.name, ".sql"));
    java = java || endsWith(entry.name, ".class") || entry.name == "META-INF/MANIFEST.MF";
    python = python || endsWith(entry.name, ".py");
  }
  if (java) return CodeKind::kJar;
  if (python) return CodeKind::kPython;
  return sql ? CodeKind::kSql : CodeKind::kOther;
}

Result<ApplicationCode> fromZip(const std::string& bytes, const RuntimeProperties& properties) {
  ZipArchive archive = TRY(ZipArchive::open(bytes));
  ApplicationCode code;
  code.kind = kindOf(archive);
  if (code.kind != CodeKind::kSql) return code;
  for (const ZipEntry& entry : archive.entries()) {
    if (entry.name.find('/') != std::string::npos || !endsWith(entry.name, ".sql")) continue;
    std::string text = TRY(archive.read(entry, kMaxSqlBytes));
    code.files.push_back(TRY(sqlFile(entry.name, text, properties)));
  }
  std::sort(code.files.begin(), code.files.end(),
            [](const SqlFile& left, const SqlFile& right) { return left.name < right.name; });
  return code;
}

}  // namespace

Result<ApplicationCode> loadApplicationCode(const JobRequest& request, CodeSource* source) {
  const CodeLocation& code = request.code;
  bool zipped = code.contentType == "ZIPFILE";
  std::string bytes = zipped ? code.zip : code.text;
  if (!code.bucket.empty())
    bytes = TRY(fetch(code, source, {request.roleArn, request.applicationArn}));
  if (bytes.empty()) return ApplicationCode();
  if (zipped) return fromZip(bytes, request.properties);
  ApplicationCode text;
  text.kind = CodeKind::kSql;
  text.files.push_back(TRY(sqlFile(std::string(), bytes, request.properties)));
  return text;
}

std::string whyNotNative(const JobRequest& request, const ApplicationCode& code) {
  if (request.interactive) return "Studio notebooks cannot be run here yet.";
  if (!request.runtimeEnvironment.starts_with("FLINK-")) {
    return fmt::format("Applications with runtime environment {} cannot be run here yet.",
                       request.runtimeEnvironment);
  }
  switch (code.kind) {
    case CodeKind::kSql:
      return "";
    case CodeKind::kNone:
      return "The application has no code: set ApplicationCodeConfiguration.";
    case CodeKind::kJar:
      return "The code is a JAR, which cannot be run here yet. Flink SQL can: as TextContent with "
             "CodeContentType PLAINTEXT, or as a zip with *.sql files in its root.";
    case CodeKind::kPython:
      return "The code is a Python application, which cannot be run here yet. Flink SQL can: as "
             "TextContent with CodeContentType PLAINTEXT, or as a zip with *.sql files in its "
             "root.";
    case CodeKind::kOther:
      return "The zip holds nothing that could be run: Flink SQL in *.sql files in its root.";
  }
  return "";
}

}  // namespace millrace
