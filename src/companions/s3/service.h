// The S3 companion as the dispatcher sees it.
#pragma once

#include <memory>
#include <string>

#include "aws/server/service.h"
#include "companions/s3/store/store.h"

namespace millrace::s3 {

class Service final : public millrace::Service {
 public:
  Service(std::unique_ptr<Store> store, std::string region);

  Store& store() { return *store_; }
  // Where buckets are when a request does not say.
  const std::string& region() const { return region_; }

  AccessRequest accessOf(const RequestContext& context, const Document& input) override;
  // S3 has no front end with a common wording: a body that breaks the model is MalformedXML, a
  // header or parameter InvalidArgument. Also verifies the checksum of a body that did not stream.
  Outcome<void> validate(const RequestContext& context, const Document& input) override;

 private:
  std::unique_ptr<Store> store_;
  std::string region_;
};

}  // namespace millrace::s3
