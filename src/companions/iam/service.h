// IAM: users, groups, roles, policies and access keys of the account. The state and the decisions
// are access/; here is its API. Changes are on disk (fsync) when they are answered, and hold for
// the next request.
#pragma once

#include "access/access_control.h"
#include "aws/server/service.h"

namespace millrace::iam {

class Service final : public millrace::Service {
 public:
  // `access` outlives the service.
  explicit Service(AccessControl& access);

  AccessRequest accessOf(const RequestContext& context, const Document& input) override;
  // Refuses markers that no page can have given, too.
  Outcome<void> validate(const RequestContext& context, const Document& input) override;

  AccessControl& access() { return access_; }
  std::shared_ptr<const IdentityState> state() const { return access_.identities().state(); }
  // See IdentityStore::change.
  Outcome<void> change(const std::function<Outcome<void>(IdentityState&)>& body) {
    return access_.identities().change(body);
  }

 private:
  AccessControl& access_;
};

}  // namespace millrace::iam
