// SqlApplicationConfiguration: inputs, outputs and reference data of SQL-1_0 applications.
#pragma once

#include <string>

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/sql_application_configuration.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/sql_application_configuration_description.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/sql_application_configuration_update.h"
#include "control/model/sub_resource_ids.h"

namespace millrace::kinesisanalyticsv2 {

// Each of these is InvalidArgumentException when a source or a destination is not given exactly
// once.
Outcome<InputDescription> describeInput(const Input& given, SubResourceIds& ids);
Outcome<OutputDescription> describeOutput(const Output& given, SubResourceIds& ids);
Outcome<ReferenceDataSourceDescription> describeReference(const ReferenceDataSource& given,
                                                          SubResourceIds& ids);
InputProcessingConfigurationDescription describeProcessing(
    const InputProcessingConfiguration& given);

Outcome<SqlApplicationConfigurationDescription> describeSql(
    const SqlApplicationConfiguration& given, int64_t version);

// An id that is not there is InvalidArgumentException; nothing was changed then.
Outcome<void> updateSql(const SqlApplicationConfigurationUpdate& update,
                        SqlApplicationConfigurationDescription& described);

// The input with that id, or nullptr.
InputDescription* findInput(SqlApplicationConfigurationDescription& described,
                            const std::string& id);

// Fills in the names "<prefix>_001" and so on, one per input parallelism.
void nameInAppStreams(InputDescription& input);

}  // namespace millrace::kinesisanalyticsv2
