#include "control/model/studio_configuration.h"

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/artifact_type.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/log_level.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

using Artifacts = std::vector<CustomArtifactConfiguration>;
using DescribedArtifacts = std::vector<CustomArtifactConfigurationDescription>;

Outcome<DescribedArtifacts> describeArtifacts(const Artifacts& given) {
  DescribedArtifacts described;
  for (const CustomArtifactConfiguration& from : given) {
    if (from.s3ContentLocation.has_value() == from.mavenReference.has_value()) {
      return invalidArgumentException(
          "A custom artifact needs either S3ContentLocation or MavenReference.");
    }
    if (from.artifactType == ArtifactType::kUdf && !from.s3ContentLocation) {
      return invalidArgumentException("A custom artifact of type UDF must be in S3.");
    }
    CustomArtifactConfigurationDescription& to = described.emplace_back();
    to.artifactType = from.artifactType;
    to.s3ContentLocationDescription = from.s3ContentLocation;
    to.mavenReferenceDescription = from.mavenReference;
  }
  return described;
}

}  // namespace

Outcome<ZeppelinApplicationConfigurationDescription> describeStudio(
    const ZeppelinApplicationConfiguration& given) {
  ZeppelinApplicationConfigurationDescription studio;
  studio.monitoringConfigurationDescription.logLevel = given.monitoringConfiguration
                                                           ? given.monitoringConfiguration->logLevel
                                                           : std::string(LogLevel::kInfo);
  if (const auto& from = given.catalogConfiguration) {
    studio.catalogConfigurationDescription.emplace()
        .glueDataCatalogConfigurationDescription.databaseARN =
        from->glueDataCatalogConfiguration.databaseARN;
  }
  if (const auto& from = given.deployAsApplicationConfiguration) {
    auto& to = studio.deployAsApplicationConfigurationDescription.emplace();
    to.s3ContentLocationDescription.bucketARN = from->s3ContentLocation.bucketARN;
    to.s3ContentLocationDescription.basePath = from->s3ContentLocation.basePath;
  }
  if (given.customArtifactsConfiguration) {
    studio.customArtifactsConfigurationDescription =
        TRY(describeArtifacts(*given.customArtifactsConfiguration));
  }
  return studio;
}

Outcome<void> updateStudio(const ZeppelinApplicationConfigurationUpdate& update,
                           ZeppelinApplicationConfigurationDescription& described) {
  if (const auto& from = update.monitoringConfigurationUpdate) {
    described.monitoringConfigurationDescription.logLevel = from->logLevelUpdate;
  }
  if (const auto& from = update.catalogConfigurationUpdate) {
    auto& to = described.catalogConfigurationDescription;
    if (!to) to.emplace();
    to->glueDataCatalogConfigurationDescription.databaseARN =
        from->glueDataCatalogConfigurationUpdate.databaseARNUpdate;
  }
  if (const auto& from = update.deployAsApplicationConfigurationUpdate) {
    auto& to = described.deployAsApplicationConfigurationDescription;
    if (const auto& location = from->s3ContentLocationUpdate) {
      if (!to && !location->bucketARNUpdate) {
        return invalidArgumentException(
            "The notebook has no place to be deployed to yet: BucketARNUpdate is needed.");
      }
      if (!to) to.emplace();
      if (location->bucketARNUpdate) {
        to->s3ContentLocationDescription.bucketARN = *location->bucketARNUpdate;
      }
      if (location->basePathUpdate) {
        to->s3ContentLocationDescription.basePath = location->basePathUpdate;
      }
    }
  }
  if (update.customArtifactsConfigurationUpdate) {
    described.customArtifactsConfigurationDescription =
        TRY(describeArtifacts(*update.customArtifactsConfigurationUpdate));
  }
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
