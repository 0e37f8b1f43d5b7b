#include "control/control_plane.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/close_matches.h"
#include "control/lifecycle/lifecycle_thread.h"
#include "control/model/resource_names.h"
#include "control/service.h"

namespace millrace {

namespace {

namespace api = kinesisanalyticsv2;

Result<api::Quotas> quotasOf(const std::map<std::string, int64_t>& given) {
  api::Quotas quotas;
  const std::map<std::string, int64_t*> known = {{"applications", &quotas.applications},
                                                 {"kpus", &quotas.kpus},
                                                 {"snapshots", &quotas.snapshots},
                                                 {"tags", &quotas.tags}};
  for (const auto& [name, value] : given) {
    auto found = known.find(name);
    if (found == known.end()) {
      std::vector<std::string> names;
      for (const auto& [other, place] : known) names.push_back(other);
      return Error(ErrorKind::kUnknownOption, fmt::format("no quota '{}'", name))
          .withHint(didYouMean(name, names));
    }
    if (value < 0) {
      return Error(ErrorKind::kInvalidOption, fmt::format("quota '{}' is negative", name));
    }
    *found->second = value;
  }
  return quotas;
}

// What the service stands on, in the order in which it is made.
struct OwnedParts {
  OwnedParts(Env& env, std::unique_ptr<api::Store> openedStore, const api::Quotas& quotas,
             ControlPlaneOptions& options)
      : store(std::move(openedStore)), engine(std::move(options.engine)) {
    CHECK(engine != nullptr, "a control plane needs an engine");
    api::LifecycleOptions lifecycleOptions;
    lifecycleOptions.arnPrefix = api::applicationArnPrefix(options.region, options.account);
    lifecycleOptions.onTrouble = options.onTrouble;
    lifecycle = std::make_unique<api::Lifecycle>(env, *store, *engine, lifecycleOptions);
    autoscaler = std::make_unique<api::Autoscaler>(env, *store, *engine, *lifecycle, quotas);
  }

  // The engine's threads end while the listener is still there.
  ~OwnedParts() { engine.reset(); }

  std::unique_ptr<api::Store> store;
  std::unique_ptr<api::Lifecycle> lifecycle;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<api::Autoscaler> autoscaler;
};

class ControlPlane final : private OwnedParts, public api::Service {
 public:
  ControlPlane(Env& env, std::unique_ptr<api::Store> openedStore, const api::Quotas& quotas,
               ControlPlaneOptions& options)
      : OwnedParts(env, std::move(openedStore), quotas, options),
        api::Service({env, *OwnedParts::store, *OwnedParts::engine, *OwnedParts::lifecycle,
                      options.region, options.account, quotas, options.code, options.roles,
                      options.sampler}),
        env_(env) {}

  Status begin() {
    TRY(OwnedParts::lifecycle->recover());
    thread_ = std::make_unique<api::LifecycleThread>(env_, *OwnedParts::lifecycle, *autoscaler);
    return {};
  }

  void stop() override { thread_.reset(); }

 private:
  Env& env_;
  std::unique_ptr<api::LifecycleThread> thread_;
};

}  // namespace

Result<std::unique_ptr<api::Service>> openControlPlane(Env& env, ControlPlaneOptions options) {
  api::Quotas quotas = TRY(quotasOf(options.quotas));
  if (options.store.empty()) options.store = options.dataDirectory + "/control.sqlite";
  std::unique_ptr<api::Store> store = TRY(api::openStore(options.store));
  auto plane = std::make_unique<ControlPlane>(env, std::move(store), quotas, options);
  TRY(plane->begin());
  return std::unique_ptr<api::Service>(std::move(plane));
}

}  // namespace millrace
