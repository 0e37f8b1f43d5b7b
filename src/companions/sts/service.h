// STS: who am I, and temporary credentials.
#pragma once

#include "aws/server/service.h"

namespace millrace::sts {

class Service final : public millrace::Service {
 public:
  Service();

  AccessRequest accessOf(const RequestContext& context, const Document& input) override;
};

}  // namespace millrace::sts
