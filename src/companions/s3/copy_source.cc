#include "companions/s3/copy_source.h"

#include "companions/s3/api_errors.h"
#include "http/url.h"

namespace millrace::s3 {

Outcome<CopySource> parseCopySource(std::string_view header) {
  constexpr std::string_view kVersion = "?versionId=";
  CopySource source;
  std::string_view path = header;
  size_t question = path.rfind(kVersion);
  if (question != std::string_view::npos) {
    source.version = percentDecode(path.substr(question + kVersion.size()));
    path = path.substr(0, question);
  }
  std::string decoded = percentDecode(path);
  std::string_view rest = decoded;
  if (rest.starts_with('/')) rest.remove_prefix(1);
  size_t slash = rest.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == rest.size()) {
    return invalidArgument(
        "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        "x-amz-copy-source", header);
  }
  source.bucket = rest.substr(0, slash);
  source.key = rest.substr(slash + 1);
  return source;
}

Outcome<SourceObject> openSource(Service& service, const CopySource& source,
                                 const std::optional<std::string>& expectedOwner,
                                 const Conditions& conditions, RequestContext& context) {
  TRY(context.authorize({source.version ? "s3:GetObjectVersion" : "s3:GetObject",
                         {"arn:aws:s3:::" + source.bucket + "/" + source.key},
                         {}}));
  SourceObject opened;
  opened.lease = service.store().files().lease();
  HttpHeaders unused;  // headers of the answer are about the target
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    opened.bucket = TRY(requireBucket(transaction, source.bucket, expectedOwner));
    opened.object =
        TRY(requireObject(transaction, opened.bucket, source.key, source.version, unused));
    opened.parts = TRY(partsOf(transaction, opened.object.id));
    return {};
  }));
  TRY(checkCopyConditions(conditions, opened.object.etag, opened.object.modified));
  return opened;
}

}  // namespace millrace::s3
