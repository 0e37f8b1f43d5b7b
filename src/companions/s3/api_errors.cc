#include "companions/s3/api_errors.h"

namespace millrace::s3 {

ApiError bucketNotFound(std::string_view bucket) {
  return ApiError("NoSuchBucket", 404, "The specified bucket does not exist")
      .with("BucketName", bucket);
}

ApiError keyNotFound(std::string_view key) {
  return ApiError("NoSuchKey", 404, "The specified key does not exist.").with("Key", key);
}

ApiError versionNotFound(std::string_view key, std::string_view version) {
  return ApiError("NoSuchVersion", 404, "The specified version does not exist.")
      .with("Key", key)
      .with("VersionId", version);
}

ApiError uploadNotFound(std::string_view uploadId) {
  return ApiError(
             "NoSuchUpload", 404,
             "The specified upload does not exist. The upload ID may be invalid, or the upload "
             "may have been aborted or completed.")
      .with("UploadId", uploadId);
}

ApiError accessRefused(std::string message) {
  return ApiError("AccessDenied", 403, std::move(message));
}

ApiError badRequest(std::string message) {
  return ApiError("InvalidRequest", 400, std::move(message));
}

ApiError invalidArgument(std::string message, std::string_view name, std::string_view value) {
  return ApiError("InvalidArgument", 400, std::move(message))
      .with("ArgumentName", name)
      .with("ArgumentValue", value);
}

ApiError malformedXml() {
  return ApiError("MalformedXML", 400,
                  "The XML you provided was not well-formed or did not validate against our "
                  "published schema");
}

ApiError notImplemented(std::string_view header) {
  return ApiError("NotImplemented", 501,
                  "A header you provided implies functionality that is not implemented")
      .with("Header", header);
}

ApiError preconditionFailed(std::string_view condition) {
  return ApiError("PreconditionFailed", 412,
                  "At least one of the pre-conditions you specified did not hold")
      .with("Condition", condition);
}

ApiError notModified() { return ApiError("NotModified", 304, "Not Modified"); }

ApiError methodNotAllowed(std::string_view method, std::string_view resourceType) {
  return ApiError("MethodNotAllowed", 405,
                  "The specified method is not allowed against this resource.")
      .with("Method", method)
      .with("ResourceType", resourceType);
}

ApiError invalidRange(std::string_view range, uint64_t size) {
  return ApiError("InvalidRange", 416, "The requested range is not satisfiable")
      .with("RangeRequested", range)
      .with("ActualObjectSize", static_cast<int64_t>(size));
}

ApiError invalidPartNumber(int64_t requested, int64_t count) {
  return ApiError("InvalidPartNumber", 416, "The requested partnumber is not satisfiable")
      .with("PartNumberRequested", requested)
      .with("ActualPartCount", count);
}

ApiError noConfiguration(std::string code, std::string message, std::string_view bucket) {
  return ApiError(std::move(code), 404, std::move(message)).with("BucketName", bucket);
}

}  // namespace millrace::s3
