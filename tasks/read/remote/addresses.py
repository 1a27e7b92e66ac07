"""Addresses of inputs that are no local files: s3://bucket/key and https://host/path.

An address stands where a path does: in plans, in spans, and in the table `runs`.
"""

import re

_S3 = "s3://"
_WEB = ("https://", "http://")


def is_remote(path: str) -> bool:
    """Return whether an input is named by an address, and not by a path."""
    return path.startswith((_S3, *_WEB))


def is_web(path: str) -> bool:
    """Return whether an address is that of a file on a web server."""
    return path.startswith(_WEB)


def name_in(path: str) -> str:
    """Return the name of a file in lower case, by its path or address."""
    return without_query(path).rpartition("/")[2].lower()


def without_query(path: str) -> str:
    """Return a path, or the address of a web page up to its query."""
    return path.partition("?")[0].partition("#")[0] if is_web(path) else path


def has_login(address: str) -> bool:
    """Return whether a web address holds the name of a user."""
    # Not urlsplit, which raises an error for some addresses: the server's client names them.
    return is_web(address) and "@" in re.split("[/?#]", address.partition("://")[2], maxsplit=1)[0]


def bucket_and_key(address: str) -> tuple[str, str]:
    """Return the address of a bucket, and the key behind it, "" for the bucket itself."""
    bucket, _, key = address.removeprefix(_S3).partition("/")
    return f"{_S3}{bucket}", key
