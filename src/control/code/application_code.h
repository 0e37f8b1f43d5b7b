// The code of an application: what kind it is, and the SQL of those that the native engine runs.
// SQL text as application code is an extension of this service; AWS has JARs and Python only.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "control/code/code_source.h"
#include "control/code/property_substitution.h"
#include "control/engine/engine.h"

namespace millrace {

struct SqlFile {
  std::string name;     // "main.sql"; empty for TextContent
  std::string written;  // as the user wrote it: what errors show, without the values of properties
  SubstitutedSql sql;   // with the runtime properties put in: what is run
};

enum class CodeKind : uint8_t {
  kNone,    // the application has no code
  kSql,     // text, or a zip whose root holds *.sql
  kJar,     // Java or Scala
  kPython,  // a zip with Python files
  kOther,
};

struct ApplicationCode {
  CodeKind kind = CodeKind::kNone;
  std::vector<SqlFile> files;  // in the order of their names
};

// Fetches the code (source may be null when it is not in S3) and looks at it; blocks. Errors name
// the object, or the file with line and column.
Result<ApplicationCode> loadApplicationCode(const JobRequest& request, CodeSource* source);

// Why the native engine does not run this, in words for the operation's record; "" when it does.
std::string whyNotNative(const JobRequest& request, const ApplicationCode& code);

}  // namespace millrace
