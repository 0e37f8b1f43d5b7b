// ApplicationCodeConfiguration: where the code of a version is, and what it is.
#pragma once

#include <optional>
#include <string>

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_code_configuration.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_code_configuration_update.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_configuration_description.h"
#include "control/code/code_source.h"
#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

// A configuration with the bytes that a client has sent along, or that stood in S3.
struct CodeChange {
  ApplicationCodeConfigurationDescription description;
  std::optional<std::string> zip;       // ZipFileContent: new bytes
  std::optional<std::string> s3Object;  // S3ContentLocation: what inspectCode() has read
  bool keepsZip = false;                // the bytes of the version before stay

  // What the version keeps; null when it has none of its own.
  const std::string* newBytes() const { return zip ? &*zip : s3Object ? &*s3Object : nullptr; }
};

// Whether the version's code came as ZipFileContent.
bool hasZipContent(const ApplicationVersion& version);

Outcome<CodeChange> describeCode(const ApplicationCodeConfiguration& given);
// `before` is null when there was no code; `hadZip` says that it came as ZipFileContent.
Outcome<CodeChange> updateCode(const ApplicationCodeConfigurationUpdate& update,
                               const ApplicationCodeConfigurationDescription* before, bool hadZip);

// Reads what stands in S3 (source may be null: then nothing is checked) and sets checksum and size.
// What is larger than CodeSize can say (50 MB) is not kept: each start fetches it.
// Not within a transaction: it may take long. InvalidArgumentException in the words that AWS's
// clients look for.
Outcome<void> inspectCode(CodeChange& change, CodeSource* source, const ApplicationRole& role);

// The key under which bytes of code are stored.
std::string codeKeyOf(const std::string& bytes);

}  // namespace millrace::kinesisanalyticsv2
