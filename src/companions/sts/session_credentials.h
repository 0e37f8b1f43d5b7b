// Temporary credentials as the API shows them, and what AssumeRole and its kin check alike.
#pragma once

#include "access/access_control.h"
#include "aws/model/api_error.h"
#include "aws/model/generated/sts/shapes/credentials.h"

namespace millrace::sts {

Credentials toCredentials(const TemporaryCredentials& given);

// The code of a device cannot be right: there are no devices.
ApiError wrongDeviceCode();

}  // namespace millrace::sts
