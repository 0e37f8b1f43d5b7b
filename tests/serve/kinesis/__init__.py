"""Kinesis Data Streams through stock clients."""
