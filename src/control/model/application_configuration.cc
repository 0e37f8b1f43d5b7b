#include "control/model/application_configuration.h"

#include <fmt/format.h>

#include <set>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/key_type.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/snapshot_mode.h"
#include "control/model/flink_configuration.h"
#include "control/model/runtime_environment.h"
#include "control/model/sql_configuration.h"
#include "control/model/studio_configuration.h"
#include "control/model/vpc_configuration.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

ApiError unsupported(std::string_view part, const std::string& runtime) {
  return invalidArgumentException(fmt::format(
      "{} is not supported for applications with runtime environment {}.", part, runtime));
}

struct PartRule {
  std::string_view name;
  bool given;
  bool sql;
  bool flink;
  bool studio;
};

template <size_t N>
Outcome<void> checkRules(const PartRule (&rules)[N], const std::string& runtime) {
  for (const PartRule& rule : rules) {
    bool allowed = isSql(runtime) ? rule.sql : isStudio(runtime) ? rule.studio : rule.flink;
    if (rule.given && !allowed) return unsupported(rule.name, runtime);
  }
  return {};
}

Outcome<void> checkProperties(const std::vector<PropertyGroup>& groups) {
  std::set<std::string> seen;
  for (const PropertyGroup& group : groups) {
    if (!seen.insert(group.propertyGroupId).second) {
      return invalidArgumentException(
          fmt::format("Property group {} is given twice.", group.propertyGroupId));
    }
  }
  return {};
}

Outcome<void> checkEncryption(const std::string& keyType, const std::optional<std::string>& key) {
  if ((keyType == KeyType::kCustomerManagedKey) == key.has_value()) return {};
  return invalidArgumentException("KeyId is needed for CUSTOMER_MANAGED_KEY, and only there.");
}

Outcome<void> updateEncryption(const ApplicationEncryptionConfigurationUpdate& update,
                               ApplicationConfigurationDescription& described) {
  TRY(checkEncryption(update.keyTypeUpdate, update.keyIdUpdate));
  auto& to = described.applicationEncryptionConfigurationDescription.emplace();
  to.keyType = update.keyTypeUpdate;
  to.keyId = update.keyIdUpdate;
  return {};
}

// Snapshots that live apart from their application are not offered.
Outcome<void> describeSnapshots(bool enabled, const std::optional<std::string>& mode,
                                ApplicationConfigurationDescription& described) {
  if (mode == SnapshotMode::kEnhancedSnapshots) {
    return unsupportedOperationException(
        "SnapshotMode ENHANCED_SNAPSHOTS is not offered by Millrace: snapshots belong to their "
        "application.");
  }
  auto& to = described.applicationSnapshotConfigurationDescription;
  if (!to) to.emplace();
  to->snapshotsEnabled = enabled;
  if (mode) to->snapshotMode = mode;
  return {};
}

void setDefaults(const std::string& runtime, ApplicationConfigurationDescription& described) {
  if (!isFlink(runtime)) return;
  if (!described.flinkApplicationConfigurationDescription) {
    described.flinkApplicationConfigurationDescription = describeFlink({});
  }
  if (!described.applicationSnapshotConfigurationDescription) {
    described.applicationSnapshotConfigurationDescription.emplace().snapshotsEnabled = true;
  }
}

}  // namespace

Outcome<void> checkParts(const ApplicationConfiguration& given, const std::string& runtime) {
  const PartRule rules[] = {
      {"SqlApplicationConfiguration", given.sqlApplicationConfiguration.has_value(), true, false,
       false},
      {"FlinkApplicationConfiguration", given.flinkApplicationConfiguration.has_value(), false,
       true, true},
      {"EnvironmentProperties", given.environmentProperties.has_value(), false, true, true},
      {"ApplicationSnapshotConfiguration", given.applicationSnapshotConfiguration.has_value(),
       false, true, false},
      {"ApplicationSystemRollbackConfiguration",
       given.applicationSystemRollbackConfiguration.has_value(), false, true, false},
      {"VpcConfigurations", given.vpcConfigurations.has_value(), false, true, true},
      {"ZeppelinApplicationConfiguration", given.zeppelinApplicationConfiguration.has_value(),
       false, false, true},
  };
  return checkRules(rules, runtime);
}

Outcome<void> describeConfiguration(const ApplicationConfiguration& given, const Quotas& quotas,
                                    ApplicationVersion& version) {
  TRY(checkParts(given, version.runtimeEnvironment));
  ApplicationConfigurationDescription& described = version.configuration;
  if (given.sqlApplicationConfiguration) {
    SqlApplicationConfigurationDescription sql =
        TRY(describeSql(*given.sqlApplicationConfiguration, version.id));
    if (sql.inputDescriptions || sql.outputDescriptions || sql.referenceDataSourceDescriptions) {
      described.sqlApplicationConfigurationDescription = std::move(sql);
    }
  }
  if (given.flinkApplicationConfiguration) {
    described.flinkApplicationConfigurationDescription =
        describeFlink(*given.flinkApplicationConfiguration);
  }
  if (given.environmentProperties) {
    TRY(checkProperties(given.environmentProperties->propertyGroups));
    described.environmentPropertyDescriptions.emplace().propertyGroupDescriptions =
        given.environmentProperties->propertyGroups;
  }
  if (given.applicationSnapshotConfiguration) {
    TRY(describeSnapshots(given.applicationSnapshotConfiguration->snapshotsEnabled,
                          given.applicationSnapshotConfiguration->snapshotMode, described));
  }
  if (given.applicationSystemRollbackConfiguration) {
    described.applicationSystemRollbackConfigurationDescription.emplace().rollbackEnabled =
        given.applicationSystemRollbackConfiguration->rollbackEnabled;
  }
  if (given.vpcConfigurations && !given.vpcConfigurations->empty()) {
    SubResourceIds ids(version.id);
    auto& to = described.vpcConfigurationDescriptions.emplace();
    for (const VpcConfiguration& vpc : *given.vpcConfigurations) {
      to.push_back(describeVpc(vpc, ids));
    }
  }
  if (given.zeppelinApplicationConfiguration) {
    described.zeppelinApplicationConfigurationDescription =
        TRY(describeStudio(*given.zeppelinApplicationConfiguration));
  }
  if (const auto& encryption = given.applicationEncryptionConfiguration) {
    TRY(checkEncryption(encryption->keyType, encryption->keyId));
    auto& to = described.applicationEncryptionConfigurationDescription.emplace();
    to.keyType = encryption->keyType;
    to.keyId = encryption->keyId;
  }
  setDefaults(version.runtimeEnvironment, described);
  if (described.flinkApplicationConfigurationDescription) {
    TRY(checkFlink(*described.flinkApplicationConfigurationDescription, quotas));
  }
  return {};
}

Outcome<void> updateConfiguration(const ApplicationConfigurationUpdate& update,
                                  const Quotas& quotas, ApplicationVersion& version) {
  const PartRule rules[] = {
      {"SqlApplicationConfigurationUpdate", update.sqlApplicationConfigurationUpdate.has_value(),
       true, false, false},
      {"FlinkApplicationConfigurationUpdate",
       update.flinkApplicationConfigurationUpdate.has_value(), false, true, true},
      {"EnvironmentPropertyUpdates", update.environmentPropertyUpdates.has_value(), false, true,
       true},
      {"ApplicationSnapshotConfigurationUpdate",
       update.applicationSnapshotConfigurationUpdate.has_value(), false, true, false},
      {"ApplicationSystemRollbackConfigurationUpdate",
       update.applicationSystemRollbackConfigurationUpdate.has_value(), false, true, false},
      {"VpcConfigurationUpdates", update.vpcConfigurationUpdates.has_value(), false, true, true},
      {"ZeppelinApplicationConfigurationUpdate",
       update.zeppelinApplicationConfigurationUpdate.has_value(), false, false, true},
  };
  TRY(checkRules(rules, version.runtimeEnvironment));
  ApplicationConfigurationDescription& described = version.configuration;
  if (update.sqlApplicationConfigurationUpdate) {
    SqlApplicationConfigurationDescription sql =
        described.sqlApplicationConfigurationDescription.value_or(
            SqlApplicationConfigurationDescription());
    TRY(updateSql(*update.sqlApplicationConfigurationUpdate, sql));
    if (described.sqlApplicationConfigurationDescription) {
      described.sqlApplicationConfigurationDescription = std::move(sql);
    }
  }
  if (update.flinkApplicationConfigurationUpdate) {
    auto& flink = described.flinkApplicationConfigurationDescription;
    if (!flink) flink.emplace();
    TRY(updateFlink(*update.flinkApplicationConfigurationUpdate, *flink));
    TRY(checkFlink(*flink, quotas));
  }
  if (update.environmentPropertyUpdates) {
    // The complete new set: what is not named is gone.
    const auto& groups = update.environmentPropertyUpdates->propertyGroups;
    TRY(checkProperties(groups));
    described.environmentPropertyDescriptions.reset();
    if (!groups.empty()) {
      described.environmentPropertyDescriptions.emplace().propertyGroupDescriptions = groups;
    }
  }
  if (update.applicationSnapshotConfigurationUpdate) {
    TRY(describeSnapshots(update.applicationSnapshotConfigurationUpdate->snapshotsEnabledUpdate,
                          update.applicationSnapshotConfigurationUpdate->snapshotModeUpdate,
                          described));
  }
  if (update.applicationSystemRollbackConfigurationUpdate) {
    described.applicationSystemRollbackConfigurationDescription.emplace().rollbackEnabled =
        update.applicationSystemRollbackConfigurationUpdate->rollbackEnabledUpdate;
  }
  if (update.vpcConfigurationUpdates) {
    auto vpcs =
        described.vpcConfigurationDescriptions.value_or(std::vector<VpcConfigurationDescription>());
    TRY(updateVpcs(*update.vpcConfigurationUpdates, vpcs));
    if (!vpcs.empty()) described.vpcConfigurationDescriptions = std::move(vpcs);
  }
  if (update.zeppelinApplicationConfigurationUpdate) {
    auto& studio = described.zeppelinApplicationConfigurationDescription;
    if (!studio) studio = TRY(describeStudio({}));
    TRY(updateStudio(*update.zeppelinApplicationConfigurationUpdate, *studio));
  }
  if (update.applicationEncryptionConfigurationUpdate) {
    TRY(updateEncryption(*update.applicationEncryptionConfigurationUpdate, described));
  }
  setDefaults(version.runtimeEnvironment, described);
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
