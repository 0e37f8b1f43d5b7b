// STS: who am I, and temporary credentials. Sessions are on disk (fsync) when they are given out.
#pragma once

#include "access/access_control.h"
#include "aws/server/service.h"

namespace millrace::sts {

class Service final : public millrace::Service {
 public:
  // `access` outlives the service.
  explicit Service(AccessControl& access);

  AccessRequest accessOf(const RequestContext& context, const Document& input) override;

  AccessControl& access() { return access_; }

 private:
  AccessControl& access_;
};

}  // namespace millrace::sts
