// Adding and deleting parts of a SQL application's configuration, one at a time. All are
// InvalidArgumentException for an application of another kind.
#pragma once

#include <string>

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/input.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/output.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/reference_data_source.h"
#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<void> addInput(const Input& given, ApplicationVersion& version);
Outcome<void> addOutput(const Output& given, ApplicationVersion& version);
Outcome<void> addReference(const ReferenceDataSource& given, ApplicationVersion& version);

// Deletes it when `given` is null. ResourceNotFoundException for an id that is not there.
Outcome<void> setInputProcessing(const std::string& inputId,
                                 const InputProcessingConfiguration* given,
                                 ApplicationVersion& version);
Outcome<void> deleteOutput(const std::string& outputId, ApplicationVersion& version);
Outcome<void> deleteReference(const std::string& referenceId, ApplicationVersion& version);

}  // namespace millrace::kinesisanalyticsv2
