"""Tests of the S3 companion, by topic; ../s3_test.py runs them."""
