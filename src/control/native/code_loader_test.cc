#include "control/native/code_loader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>

namespace millrace {
namespace {

constexpr std::chrono::seconds kPatience(10);

// The object "slow" comes when it is released, all others at once.
class SlowSource final : public CodeSource {
 public:
  explicit SlowSource(std::shared_future<void> released) : released_(std::move(released)) {}

  Result<uint64_t> size(const CodeObject& object, const ApplicationRole&) override {
    if (object.key == "slow") released_.wait();
    return uint64_t{1};
  }
  Result<std::string> read(const CodeObject&, const ApplicationRole&, uint64_t) override {
    return std::string(";");
  }

 private:
  std::shared_future<void> released_;
};

JobRequest requestOf(int64_t application, const std::string& key) {
  JobRequest request;
  request.job = {application, 1};
  request.runtimeEnvironment = "FLINK-1_20";
  request.code.contentType = "PLAINTEXT";
  request.code.bucket = "code";
  request.code.key = key;
  return request;
}

TEST(CodeLoader, SlowCodeDoesNotHoldUpOthers) {
  std::string root = testing::TempDir() + "/code-loader";
  std::filesystem::remove_all(root);
  std::promise<void> release;
  SlowSource source(release.get_future().share());
  std::promise<bool> slow;
  std::promise<bool> fast;
  CodeLoader loader(realEnv(), &source, nullptr);
  auto load = [&](int64_t application, const std::string& key, std::promise<bool>& loaded) {
    std::string path = root + "/" + key;
    std::filesystem::create_directories(path);
    loader.load(requestOf(application, key), ApplicationDirectory(realEnv(), path), false,
                [&loaded](JobId, Result<WorkerTask> task) { loaded.set_value(task.ok()); });
  };
  load(1, "slow", slow);
  load(2, "fast", fast);
  std::future<bool> first = fast.get_future();
  bool came = first.wait_for(kPatience) == std::future_status::ready;
  release.set_value();
  ASSERT_TRUE(came);
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(slow.get_future().get());
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace millrace
