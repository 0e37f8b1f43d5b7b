# The stock provider of AWS; nothing but the endpoints differs from a configuration for AWS.
# Credentials and region come from the environment.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "endpoint" {
  description = "where the service listens"
  type        = string
}

variable "code_directory" {
  description = "where the code of the applications lies"
  type        = string
}

variable "revision" {
  description = "1 creates; 2 changes everything that can be changed in place"
  type        = number
}

provider "aws" {
  s3_use_path_style = true

  endpoints {
    iam                = var.endpoint
    kinesis            = var.endpoint
    kinesisanalyticsv2 = var.endpoint
    logs               = var.endpoint
    s3                 = var.endpoint
    sts                = var.endpoint
  }

  default_tags {
    tags = {
      managed_by = "terraform"
    }
  }
}

locals {
  changed = var.revision > 1
}
