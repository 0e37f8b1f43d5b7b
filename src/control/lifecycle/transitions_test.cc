#include "control/lifecycle/transitions.h"

#include <gtest/gtest.h>

#include <set>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"

namespace millrace::kinesisanalyticsv2 {
namespace {

using S = ApplicationStatus;

constexpr std::string_view kStatuses[] = {
    S::kReady,    S::kStarting,    S::kRunning,     S::kStopping,    S::kForceStopping,
    S::kUpdating, S::kAutoscaling, S::kMaintenance, S::kRollingBack, S::kDeleting,
};

TEST(Transitions, EveryRowIsAboutKnownStatusesAndUnique) {
  std::set<std::string_view> known(std::begin(kStatuses), std::end(kStatuses));
  std::set<std::pair<std::string_view, Trigger>> seen;
  for (const Transition& row : transitions()) {
    EXPECT_TRUE(known.contains(row.from)) << row.from;
    EXPECT_TRUE(known.contains(row.to)) << row.to;
    EXPECT_TRUE(seen.insert({row.from, row.trigger}).second)
        << row.from << " " << triggerName(row.trigger);
    EXPECT_EQ(behaviourOf(row.to).status, row.to);
  }
}

TEST(Transitions, WhatTheApiAllows) {
  auto allowed = [](Trigger trigger) {
    std::set<std::string_view> from;
    for (std::string_view status : kStatuses) {
      if (statusAfter(status, trigger)) from.insert(status);
    }
    return from;
  };
  using Statuses = std::set<std::string_view>;
  EXPECT_EQ(allowed(Trigger::kStart), (Statuses{S::kReady}));
  EXPECT_EQ(allowed(Trigger::kStop), (Statuses{S::kRunning}));
  EXPECT_EQ(allowed(Trigger::kForceStop),
            (Statuses{S::kStarting, S::kUpdating, S::kStopping, S::kAutoscaling, S::kRunning}));
  EXPECT_EQ(allowed(Trigger::kRollBack), (Statuses{S::kUpdating, S::kAutoscaling, S::kRunning}));
  EXPECT_EQ(allowed(Trigger::kUpdate), (Statuses{S::kReady, S::kRunning}));
  // Terraform deletes whatever the application does.
  Statuses deletable(std::begin(kStatuses), std::end(kStatuses));
  deletable.erase(S::kDeleting);
  EXPECT_EQ(allowed(Trigger::kDelete), deletable);
}

}  // namespace
}  // namespace millrace::kinesisanalyticsv2
