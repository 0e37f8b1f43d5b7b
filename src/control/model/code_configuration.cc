#include "control/model/code_configuration.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/code_content_type.h"
#include "control/model/resource_names.h"
#include "functions/digest.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

// CodeSize of the model ends here; of what is longer, neither size nor checksum is reported, and
// the bytes are not kept.
constexpr uint64_t kInspectedBytes = 52'428'800;

Outcome<void> checkContent(const CodeChange& change) {
  const auto& content = change.description.codeContentDescription;
  bool zipped = change.description.codeContentType == CodeContentType::kZipfile;
  int numGiven = 0;
  bool hasZip = change.zip.has_value() || change.keepsZip;
  if (content) {
    numGiven = (content->textContent ? 1 : 0) +
               (content->s3ApplicationCodeLocationDescription ? 1 : 0) + (hasZip ? 1 : 0);
  }
  if (numGiven > 1) {
    return invalidArgumentException(
        "CodeContent can have one of TextContent, ZipFileContent and S3ContentLocation.");
  }
  if (content && content->textContent && zipped) {
    return invalidArgumentException("TextContent needs CodeContentType PLAINTEXT.");
  }
  if (hasZip && !zipped) {
    return invalidArgumentException("ZipFileContent needs CodeContentType ZIPFILE.");
  }
  return {};
}

void setBytes(const std::string& bytes, CodeContentDescription& content) {
  content.codeMD5 = hexDigest(Digest::kSha512, bytes);
  content.codeSize = static_cast<int64_t>(bytes.size());
}

ApiError unreadable(const S3ApplicationCodeLocationDescription& location, const Error& cause) {
  return invalidArgumentException(
      fmt::format("Please check the role provided or validity of S3 location you provided. We are "
                  "unable to get "
                  "the specified fileKey: {} in the specified bucket: {} ({})",
                  location.fileKey, bucketOfArn(location.bucketARN), cause.message()));
}

}  // namespace

Outcome<CodeChange> describeCode(const ApplicationCodeConfiguration& given) {
  CodeChange change;
  change.description.codeContentType = given.codeContentType;
  if (given.codeContent) {
    auto& content = change.description.codeContentDescription.emplace();
    content.textContent = given.codeContent->textContent;
    if (given.codeContent->zipFileContent) change.zip = given.codeContent->zipFileContent->bytes;
    if (const auto& from = given.codeContent->s3ContentLocation) {
      auto& to = content.s3ApplicationCodeLocationDescription.emplace();
      to.bucketARN = from->bucketARN;
      to.fileKey = from->fileKey;
      to.objectVersion = from->objectVersion;
    }
  }
  TRY(checkContent(change));
  return change;
}

Outcome<CodeChange> updateCode(const ApplicationCodeConfigurationUpdate& update,
                               const ApplicationCodeConfigurationDescription* before, bool hadZip) {
  CodeChange change;
  if (before != nullptr) {
    change.description = *before;
  } else if (!update.codeContentTypeUpdate) {
    return invalidArgumentException(
        "The application has no code yet: CodeContentTypeUpdate is needed.");
  }
  if (update.codeContentTypeUpdate) {
    change.description.codeContentType = *update.codeContentTypeUpdate;
  }
  change.keepsZip = hadZip;
  if (!update.codeContentUpdate) return change;
  const CodeContentUpdate& from = *update.codeContentUpdate;
  std::optional<S3ApplicationCodeLocationDescription> location;
  if (change.description.codeContentDescription) {
    location = change.description.codeContentDescription->s3ApplicationCodeLocationDescription;
  }
  if (!from.textContentUpdate && !from.zipFileContentUpdate && !from.s3ContentLocationUpdate) {
    return change;
  }
  change.keepsZip = false;
  CodeContentDescription& content = change.description.codeContentDescription.emplace();
  content.textContent = from.textContentUpdate;
  if (from.zipFileContentUpdate) change.zip = from.zipFileContentUpdate->bytes;
  if (const auto& s3 = from.s3ContentLocationUpdate) {
    if (!location && (!s3->bucketARNUpdate || !s3->fileKeyUpdate)) {
      return invalidArgumentException(
          "The application's code is not in S3 yet: BucketARNUpdate and FileKeyUpdate are needed.");
    }
    S3ApplicationCodeLocationDescription& to =
        content.s3ApplicationCodeLocationDescription.emplace();
    if (location) to = *location;
    // A version belongs to the object that it was given with.
    if (s3->bucketARNUpdate || s3->fileKeyUpdate) to.objectVersion.reset();
    if (s3->bucketARNUpdate) to.bucketARN = *s3->bucketARNUpdate;
    if (s3->fileKeyUpdate) to.fileKey = *s3->fileKeyUpdate;
    if (s3->objectVersionUpdate) to.objectVersion = s3->objectVersionUpdate;
  }
  TRY(checkContent(change));
  return change;
}

Outcome<void> inspectCode(CodeChange& change, CodeSource* source, const ApplicationRole& role) {
  auto& content = change.description.codeContentDescription;
  if (!content) return {};
  if (change.zip) {
    setBytes(*change.zip, *content);
    return {};
  }
  const auto& location = content->s3ApplicationCodeLocationDescription;
  if (!location || source == nullptr) return {};
  CodeObject object{bucketOfArn(location->bucketARN), location->fileKey,
                    location->objectVersion.value_or("")};
  Result<uint64_t> size = source->size(object, role);
  if (!size.ok()) return unreadable(*location, size.error());
  content->codeMD5.reset();
  content->codeSize.reset();
  if (size.value() > kInspectedBytes) return {};
  Result<std::string> bytes = source->read(object, role, kInspectedBytes);
  if (!bytes.ok()) return unreadable(*location, bytes.error());
  setBytes(bytes.value(), *content);
  change.s3Object = std::move(bytes).value();
  return {};
}

bool hasZipContent(const ApplicationVersion& version) {
  if (version.codeKey.empty()) return false;
  const auto& code = version.configuration.applicationCodeConfigurationDescription;
  return !code || !code->codeContentDescription ||
         !code->codeContentDescription->s3ApplicationCodeLocationDescription;
}

std::string codeKeyOf(const std::string& bytes) { return hexDigest(Digest::kSha256, bytes); }

}  // namespace millrace::kinesisanalyticsv2
