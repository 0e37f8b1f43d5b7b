# Applications with everything that the provider can set.

locals {
  log_stream = (local.changed ? aws_cloudwatch_log_stream.changed.arn
  : aws_cloudwatch_log_stream.orders.arn)
}

# Nothing but what must be given.
resource "aws_kinesisanalyticsv2_application" "plain" {
  name                   = "plain"
  runtime_environment    = "FLINK-1_20"
  service_execution_role = aws_iam_role.application.arn
}

resource "aws_kinesisanalyticsv2_application" "orders" {
  name                   = "orders"
  description            = "code in S3, every setting"
  runtime_environment    = local.changed ? "FLINK-1_20" : "FLINK-1_19"
  service_execution_role = aws_iam_role.application.arn

  application_configuration {
    application_code_configuration {
      code_content_type = "ZIPFILE"

      code_content {
        s3_content_location {
          bucket_arn     = aws_s3_bucket.code.arn
          file_key       = aws_s3_object.code.key
          object_version = aws_s3_object.code.version_id
        }
      }
    }

    application_snapshot_configuration {
      snapshots_enabled = !local.changed
    }

    environment_properties {
      property_group {
        property_group_id = "stream"

        property_map = {
          rows = local.changed ? "20" : "10"
        }
      }

      dynamic "property_group" {
        for_each = local.changed ? ["second", "third"] : ["first"]

        content {
          property_group_id = property_group.value

          property_map = {
            key     = "value"
            another = "${property_group.value} value"
          }
        }
      }
    }

    flink_application_configuration {
      checkpoint_configuration {
        configuration_type            = "CUSTOM"
        checkpointing_enabled         = true
        checkpoint_interval           = local.changed ? 20000 : 30000
        min_pause_between_checkpoints = local.changed ? 6000 : 5500
      }

      monitoring_configuration {
        configuration_type = "CUSTOM"
        log_level          = local.changed ? "WARN" : "DEBUG"
        metrics_level      = local.changed ? "OPERATOR" : "TASK"
      }

      parallelism_configuration {
        configuration_type   = "CUSTOM"
        auto_scaling_enabled = local.changed
        parallelism          = local.changed ? 4 : 2
        parallelism_per_kpu  = local.changed ? 4 : 2
      }
    }

    vpc_configuration {
      security_group_ids = local.changed ? ["sg-1", "sg-2"] : ["sg-1"]
      subnet_ids         = local.changed ? ["subnet-3"] : ["subnet-1", "subnet-2"]
    }
  }

  cloudwatch_logging_options {
    log_stream_arn = local.log_stream
  }

  tags = local.changed ? { revision = "2", added = "yes" } : { revision = "1", removed = "soon" }
}

resource "aws_kinesisanalyticsv2_application" "running" {
  name                   = "running"
  runtime_environment    = "FLINK-1_20"
  service_execution_role = aws_iam_role.application.arn
  start_application      = true
  force_stop             = true

  application_configuration {
    application_code_configuration {
      code_content_type = "PLAINTEXT"

      code_content {
        text_content = file("${var.code_directory}/running-${var.revision}.sql")
      }
    }

    # What the service remembers of a start.
    run_configuration {
      application_restore_configuration {
        application_restore_type = "RESTORE_FROM_LATEST_SNAPSHOT"
      }

      flink_run_configuration {
        allow_non_restored_state = local.changed
      }
    }

    flink_application_configuration {
      checkpoint_configuration {
        configuration_type = "DEFAULT"
      }

      monitoring_configuration {
        configuration_type = "DEFAULT"
      }

      parallelism_configuration {
        configuration_type  = local.changed ? "CUSTOM" : "DEFAULT"
        parallelism         = local.changed ? 2 : null
        parallelism_per_kpu = local.changed ? 1 : null
      }
    }
  }
}

resource "aws_kinesisanalyticsv2_application_snapshot" "running" {
  count            = var.revision
  application_name = aws_kinesisanalyticsv2_application.running.name
  snapshot_name    = "of-revision-${count.index + 1}"
}

resource "aws_kinesisanalyticsv2_application" "legacy" {
  name                   = "legacy"
  description            = "SQL-1_0"
  runtime_environment    = "SQL-1_0"
  service_execution_role = aws_iam_role.application.arn

  application_configuration {
    application_code_configuration {
      code_content_type = "PLAINTEXT"

      code_content {
        text_content = "SELECT STREAM ${var.revision} FROM \"SOURCE_001\";\n"
      }
    }

    sql_application_configuration {
      input {
        name_prefix = local.changed ? "OTHER" : "SOURCE"

        input_parallelism {
          count = local.changed ? 3 : 2
        }

        input_schema {
          record_encoding = "UTF-8"

          record_column {
            name     = "TICKER"
            sql_type = "VARCHAR(8)"
            mapping  = "$.TICKER"
          }

          dynamic "record_column" {
            for_each = local.changed ? ["PRICE"] : []

            content {
              name     = record_column.value
              sql_type = "DECIMAL(18, 4)"
              mapping  = "$.${record_column.value}"
            }
          }

          record_format {
            record_format_type = "JSON"

            mapping_parameters {
              json_mapping_parameters {
                record_row_path = "$"
              }
            }
          }
        }

        input_processing_configuration {
          input_lambda_processor {
            resource_arn = "arn:aws:lambda:us-east-1:000000000000:function:${local.changed ? "b" : "a"}"
          }
        }

        kinesis_streams_input {
          resource_arn = aws_kinesis_stream.input.arn
        }
      }

      output {
        name = "OUT_STREAM"

        destination_schema {
          record_format_type = local.changed ? "CSV" : "JSON"
        }

        kinesis_streams_output {
          resource_arn = aws_kinesis_stream.output.arn
        }
      }

      dynamic "output" {
        for_each = local.changed ? ["fresh"] : ["old", "older"]

        content {
          name = "OUT_${output.value}"

          destination_schema {
            record_format_type = "JSON"
          }

          lambda_output {
            resource_arn = "arn:aws:lambda:us-east-1:000000000000:function:${output.value}"
          }
        }
      }

      reference_data_source {
        table_name = local.changed ? "firms" : "companies"

        reference_schema {
          record_column {
            name     = "SYMBOL"
            sql_type = "VARCHAR(8)"
          }

          record_format {
            record_format_type = "CSV"

            mapping_parameters {
              csv_mapping_parameters {
                record_column_delimiter = ","
                record_row_delimiter    = "\n"
              }
            }
          }
        }

        s3_reference_data_source {
          bucket_arn = aws_s3_bucket.code.arn
          file_key   = aws_s3_object.reference.key
        }
      }
    }
  }

  cloudwatch_logging_options {
    log_stream_arn = local.log_stream
  }

  tags = {
    revision = var.revision
  }
}
