"""`objects.json` in the bucket: the data files that it has, with their sizes and SHA-256.

A push adds the names of files before it uploads them, and their checksums once they were read back.
So the index names every data file that is there, and nobody has to list the bucket.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from warehouse.bucket.objects import Bucket, BucketError

_NAME = "objects.json"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An object; without a checksum, its upload was begun and perhaps not completed."""

    size: int
    sha256: str | None = None


@dataclass(slots=True)
class ObjectIndex:
    """The index, as it was read and as it is changed; `write` stores it."""

    bucket: Bucket
    entries: dict[str, IndexEntry] = field(default_factory=dict)

    def has(self, name: str, size: int) -> bool:
        """Return whether an object of this size was uploaded and verified."""
        entry = self.entries.get(name)
        return entry is not None and entry.sha256 is not None and entry.size == size

    def has_begun(self, name: str, size: int) -> bool:
        """Return whether the upload of an object of this size was announced."""
        entry = self.entries.get(name)
        return entry is not None and entry.size == size

    def of_folder(self, folder: str) -> set[str]:
        """Return the names of the objects in a folder."""
        return {name for name in self.entries if name.startswith(f"{folder}/")}

    def announce(self, sizes: Mapping[str, int]) -> None:
        """Store the names of objects that are about to be uploaded."""
        self.entries |= {name: IndexEntry(size) for name, size in sizes.items()}
        self.write()

    def remove(self, names: Iterable[str]) -> None:
        """Remove objects; one whose removal was interrupted does not count as uploaded."""
        if not (found := sorted(names)):
            return
        self.announce({name: 0 for name in found})
        for name in found:
            self.bucket.remove(name)
            del self.entries[name]
        self.write()

    def write(self) -> None:
        """Store the index in the bucket."""
        listed = {name: [one.size, one.sha256] for name, one in sorted(self.entries.items())}
        self.bucket.write(_NAME, orjson.dumps(listed))


def read_object_index(bucket: Bucket) -> ObjectIndex:
    """Read the index; it is empty for a new lake.

    Raises:
        BucketError: it cannot be read.
    """
    try:
        found = orjson.loads(bucket.read(_NAME))
        return ObjectIndex(bucket, {name: IndexEntry(*one) for name, one in found.items()})
    except FileNotFoundError:
        return ObjectIndex(bucket)
    except (ValueError, TypeError, AttributeError) as error:
        raise BucketError(
            f"{bucket.address(_NAME)} is damaged: remove it, and run `broadsheet lake push`, which "
            "makes it again."
        ) from error
