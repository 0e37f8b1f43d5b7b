#include "env/memory_groups.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "env/env.h"

namespace millrace {
namespace {

// A directory that looks as the kernel's does to whoever only reads and writes files.
class MemoryGroupsTest : public testing::Test {
 protected:
  MemoryGroupsTest() {
    std::filesystem::remove_all(root_);
    write("self", "1:name=systemd:/x\n0::/system.slice/millrace.service\n");
    write("system.slice/millrace.service/cgroup.controllers", "cpu memory pids\n");
  }
  ~MemoryGroupsTest() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(writeFileAtomically(files_, root_ + "/" + name, text).ok());
  }
  std::string read(const std::string& name) {
    return readFile(files_, root_ + "/system.slice/millrace.service/" + name).value();
  }
  Result<std::unique_ptr<MemoryGroups>> open() {
    return MemoryGroups::open(files_, 42, {root_, root_ + "/self"});
  }

  FileSystem& files_ = realEnv().files();
  std::string root_ = testing::TempDir() + "memory-groups";
};

TEST_F(MemoryGroupsTest, AGroupLimitsItsProcesses) {
  std::unique_ptr<MemoryGroups> groups = open().value();
  EXPECT_EQ(read("server/cgroup.procs"), "42");
  EXPECT_EQ(read("cgroup.subtree_control"), "+memory");
  ASSERT_TRUE(groups->limit("application-7", uint64_t{8} << 30).ok());
  ASSERT_TRUE(groups->add("application-7", 4711).ok());
  EXPECT_EQ(read("application-7/memory.max"), "8589934592");
  EXPECT_EQ(read("application-7/memory.oom.group"), "1");
  EXPECT_EQ(read("application-7/cgroup.procs"), "4711");
  EXPECT_EQ(groups->numKills("application-7"), 0);
  write("system.slice/millrace.service/application-7/memory.events",
        "low 0\nhigh 0\nmax 12\noom 2\noom_kill 3\n");
  EXPECT_EQ(groups->numKills("application-7"), 3);
  groups->remove("application-8");
}

TEST_F(MemoryGroupsTest, AServiceInItsGroupAlreadyStaysThere) {
  write("self", "0::/system.slice/millrace.service/server\n");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(read("server/cgroup.procs"), "42");
  EXPECT_EQ(read("cgroup.subtree_control"), "+memory");
}

TEST_F(MemoryGroupsTest, WithoutTheControllerNothingIsTouched) {
  write("system.slice/millrace.service/cgroup.controllers", "cpu pids memory_recursiveprot\n");
  Result<std::unique_ptr<MemoryGroups>> groups = open();
  ASSERT_FALSE(groups.ok());
  EXPECT_EQ(groups.error().kind(), ErrorKind::kUnsupported);
  EXPECT_FALSE(files_.exists(root_ + "/system.slice/millrace.service/server"));
}

TEST_F(MemoryGroupsTest, WithoutVersion2ThereAreNone) {
  write("self", "4:memory:/x\n1:cpu:/\n");
  EXPECT_FALSE(open().ok());
}

// The kernel refuses to divide a group that holds other processes.
TEST_F(MemoryGroupsTest, AGroupThatCannotBeDividedIsLeftAsItWas) {
  std::string control = root_ + "/system.slice/millrace.service/cgroup.subtree_control";
  std::filesystem::create_directory(control);
  EXPECT_FALSE(open().ok());
  EXPECT_EQ(read("cgroup.procs"), "42");
}

TEST_F(MemoryGroupsTest, TheLeastOfMachineAndGroupsIsUsable) {
  MemoryGroupPaths paths{root_, root_ + "/self", root_ + "/meminfo"};
  EXPECT_EQ(usableMemory(files_, paths), 0u);
  write("meminfo", "MemFree:          1000 kB\nMemTotal:       16000000 kB\n");
  EXPECT_EQ(usableMemory(files_, paths), uint64_t{16'000'000} * 1024);
  write("system.slice/millrace.service/memory.max", "max\n");
  EXPECT_EQ(usableMemory(files_, paths), uint64_t{16'000'000} * 1024);
  write("system.slice/memory.max", "8000000000\n");
  EXPECT_EQ(usableMemory(files_, paths), 8'000'000'000u);
  write("system.slice/millrace.service/memory.max", "4000000000\n");
  EXPECT_EQ(usableMemory(files_, paths), 4'000'000'000u);
  // In a container the group is the topmost that it sees.
  write("self", "0::/\n");
  write("memory.max", "2000000000\n");
  EXPECT_EQ(usableMemory(files_, paths), 2'000'000'000u);
}

}  // namespace
}  // namespace millrace
