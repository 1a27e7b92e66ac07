"""Inputs in a bucket of an S3 service or on a web server, read by ranges."""
