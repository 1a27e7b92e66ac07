"""Objects of an S3 service as inputs: found by a prefix or a pattern, and read by ranges."""

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from config.bucket import BucketSettings
from tasks.read.remote.addresses import bucket_and_key
from warehouse.bucket.objects import Bucket, open_bucket


@dataclass(slots=True)
class ObjectSource:
    """An object that is read by ranges.

    Attributes:
        key: its name in the bucket.
    """

    bucket: Bucket
    key: str
    size: int
    state: str
    _file: Any = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Return the address of the object."""
        return self.bucket.address(self.key)

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes of a range."""
        if self._file is None:
            self._file = self.bucket.open(self.key)
        return self.bucket.read_range(self._file, self.key, start, stop)

    def close(self) -> None:
        """Free what the client keeps of the object."""
        if self._file is not None:
            self._file.close()


def object_source(address: str, service: BucketSettings) -> ObjectSource:
    """Return the object at an address.

    Raises:
        FileNotFoundError: there is none.
        RefusedError: there is no such bucket, or the keys are refused.
        UnansweredError: the service does not answer.
    """
    root, key = bucket_and_key(address)
    bucket = open_bucket(root, service)
    about = bucket.about(key) if key else None
    if about is None:
        bucket.require()
        raise FileNotFoundError(errno.ENOENT, "No such object", address)
    return ObjectSource(bucket, key, about.size, _state(about))


def has_object(address: str, service: BucketSettings) -> bool:
    """Return whether there is an object at an address.

    Raises:
        UnansweredError: the service does not answer.
    """
    root, key = bucket_and_key(address)
    return bool(key) and open_bucket(root, service).exists(key)


def objects_below(address: str, service: BucketSettings) -> Iterator[ObjectSource]:
    """Yield all objects below an address, in the order in which folders are walked.

    Raises:
        UnansweredError: the service does not answer.
    """
    root, key = bucket_and_key(address)
    bucket = open_bucket(root, service)
    found = bucket.listed(key.rstrip("/"))
    for name in sorted(found, key=lambda name: name.split("/")):
        if not name.endswith("/"):
            yield ObjectSource(bucket, name, found[name].size, _state(found[name]))


def matches_pattern(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    """Return whether an object belongs to a pattern: it matches, or a folder that it is in does.

    Args:
        parts: of its name, parted by slashes.
        patterns: of the pattern; `**` stands for any number of folders.
    """
    if not patterns:
        return True
    if patterns[0] == "**":
        rest = patterns[1:]
        return any(matches_pattern(parts[at:], rest) for at in range(len(parts) + 1))
    if not parts or (parts[0].startswith(".") and not patterns[0].startswith(".")):
        return False
    return fnmatchcase(parts[0], patterns[0]) and matches_pattern(parts[1:], patterns[1:])


def _state(about: Any) -> str:
    """Return size and time; listings have fractions of a second that single answers lack."""
    return f"{about.size}-{about.mtime_ns // 1_000_000_000}"
