# What the applications stand on.

resource "aws_kinesis_stream" "input" {
  name             = "input"
  shard_count      = local.changed ? 3 : 2
  retention_period = local.changed ? 48 : 24

  shard_level_metrics = ["IncomingBytes"]

  tags = {
    revision = var.revision
  }
}

resource "aws_kinesis_stream" "output" {
  name = "output"

  stream_mode_details {
    stream_mode = "ON_DEMAND"
  }
}

resource "aws_s3_bucket" "code" {
  bucket        = "code-of-applications"
  force_destroy = true

  tags = {
    revision = var.revision
  }
}

resource "aws_s3_bucket_versioning" "code" {
  bucket = aws_s3_bucket.code.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "code" {
  bucket                  = aws_s3_bucket.code.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "code" {
  bucket = aws_s3_bucket.code.id

  rule {
    id     = "old code"
    status = "Enabled"

    filter {
      prefix = "old/"
    }

    noncurrent_version_expiration {
      noncurrent_days = local.changed ? 60 : 30
    }
  }

  depends_on = [aws_s3_bucket_versioning.code]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "code" {
  bucket = aws_s3_bucket.code.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "orders.zip"
  source = "${var.code_directory}/orders-${var.revision}.zip"
  etag   = filemd5("${var.code_directory}/orders-${var.revision}.zip")

  tags = {
    revision = var.revision
  }

  depends_on = [aws_s3_bucket_versioning.code]
}

resource "aws_s3_object" "reference" {
  bucket       = aws_s3_bucket.code.id
  key          = "reference/companies.csv"
  content      = "AMZN,Amazon\nAAPL,Apple\n"
  content_type = "text/csv"

  depends_on = [aws_s3_bucket_versioning.code]
}

resource "aws_cloudwatch_log_group" "applications" {
  name              = "applications"
  retention_in_days = local.changed ? 14 : 7

  tags = {
    revision = var.revision
  }
}

resource "aws_cloudwatch_log_stream" "orders" {
  name           = "orders"
  log_group_name = aws_cloudwatch_log_group.applications.name
}

resource "aws_cloudwatch_log_stream" "changed" {
  name           = "orders-changed"
  log_group_name = aws_cloudwatch_log_group.applications.name
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["kinesisanalytics.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "application" {
  statement {
    actions   = ["logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["*"]
  }

  statement {
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${aws_s3_bucket.code.arn}/*"]
  }

  statement {
    actions   = local.changed ? ["kinesis:*"] : ["kinesis:Get*", "kinesis:List*", "kinesis:Put*"]
    resources = [aws_kinesis_stream.input.arn, aws_kinesis_stream.output.arn]
  }
}

resource "aws_iam_role" "application" {
  name                 = "application"
  description          = "revision ${var.revision}"
  max_session_duration = local.changed ? 7200 : 3600
  assume_role_policy   = data.aws_iam_policy_document.trust.json

  tags = {
    revision = var.revision
  }
}

resource "aws_iam_role_policy" "inline" {
  name   = "inline"
  role   = aws_iam_role.application.id
  policy = data.aws_iam_policy_document.application.json
}

resource "aws_iam_policy" "managed" {
  name   = "managed"
  policy = data.aws_iam_policy_document.application.json
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.application.name
  policy_arn = aws_iam_policy.managed.arn
}
