"""Members of zip and tar; nothing is ever unpacked to disk."""

import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Self, cast

from tasks.read.locators import is_hidden, quoted
from tasks.read.place import Place
from tasks.read.reasons import Reason
from tasks.read.streams import Guarded, Readable, buffered, fault_of, random_access
from tasks.records import Dropped, RawDocument

Outcomes = Iterator[RawDocument | Dropped]
# What reads a member; `batch.read_stream`, which the readers of archives are called by.
ReadStream = Callable[[io.BufferedReader, Place], Outcomes]

_ENCRYPTED = 0x1
_ZIP_HEADER_BYTES = 30  # of a local header, without the name
# The end of a whole tar is read two or three times.
_EMPTY_READS = 16
_OPEN_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
)


class _Members:
    """Gives each member of one archive its place, under a locator of its own."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._seen: dict[int, int] = {}  # hashes, not names: archives have millions of members

    def place(self, name: str) -> Place:
        name = name.removeprefix("./")
        key = hash(name)
        again = self._seen.get(key, 0)
        self._seen[key] = again + 1
        locator = f"{self._place.locator}!{quoted(name)}" + (f"!!{again + 1}" if again else "")
        return self._place.member(locator, name)


def read_zip(stream: io.BufferedReader, place: Place, read_stream: ReadStream) -> Outcomes:
    """The members of a zip, in the order of its directory."""
    file = random_access(stream, place.settings)
    if file is None:
        yield from place.drop(Reason.TOO_LARGE, "a zip in an archive: unpack it first")
        return
    try:
        archive = zipfile.ZipFile(file)
    except _OPEN_ERRORS as error:
        yield from place.drop(fault_of(stream) or Reason.CORRUPT, _one_line(error))
        return
    members = _Members(place)
    overlapping = _overlapping(archive.infolist())
    for info in archive.infolist():
        member = members.place(info.filename)
        if id(info) in overlapping:
            yield from member.drop(Reason.BOMB, "overlaps another member", size=info.file_size)
        elif not info.filename.endswith("/"):  # is_dir() fails on an empty name
            yield from _read_zip_member(archive, info, member, read_stream)


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Find the members whose bytes are another one's, too, by the id of their info.

    Such an archive of 1 MB unpacks to petabytes, with no member that is out of proportion
    (Fifield, A better zip bomb, 2019). The last one that claims the bytes is read.
    """
    found = set()
    following: zipfile.ZipInfo | None = None
    for info in sorted(infos, key=lambda info: info.header_offset, reverse=True):
        end = info.header_offset + _ZIP_HEADER_BYTES + len(info.filename) + info.compress_size
        if following and end > following.header_offset:
            found.add(id(info))
        else:
            following = info
    return found


def _read_zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Place, read_stream: ReadStream
) -> Outcomes:
    refusal = _refusal(info.filename) or _zip_refusal(info)
    if refusal is None and place.spend(0):
        refusal = Reason.BOMB
    if refusal:
        yield from place.drop(refusal, size=info.file_size)
        return
    try:
        member = archive.open(info)
    except _OPEN_ERRORS as error:
        yield from place.drop(Reason.CORRUPT, _one_line(error), size=info.file_size)
        return
    with member:
        yield from read_stream(_guarded(member, place, info.compress_size), place)


def _zip_refusal(info: zipfile.ZipInfo) -> Reason | None:
    if info.flag_bits & _ENCRYPTED:
        return Reason.ENCRYPTED
    mode = info.external_attr >> 16
    unlike_a_file = stat.S_IFMT(mode) not in (0, stat.S_IFREG)
    return Reason.NOT_A_FILE if unlike_a_file else None


class _Tar(tarfile.TarFile):
    """A tar that remembers where headers were damaged.

    tarfile takes a damaged header for the end of the archive, or skips it without a word.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.broken: list[int] = []
        super().__init__(*arguments, **options)


class _NotingTarInfo(tarfile.TarInfo):
    @classmethod
    def fromtarfile(cls, archive: Any) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            # Its subclasses for the end of an archive are no damage.
            if type(error).__name__ in ("InvalidHeaderError", "TruncatedHeaderError"):
                archive.broken.append(archive.offset)
            raise


class _EndOfTar:
    """A tar's bytes; raises where tarfile asks for ever more of them behind their end.

    A header may announce 100 terabytes (its pax record of 3 kB is enough), and tarfile skips a
    member by reading on, 10 kB at a time, whether anything comes or not.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._empty = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._empty = 0 if data else self._empty + 1
        if self._empty > _EMPTY_READS:
            raise EOFError("unexpected end of data")
        return data


def read_tar(stream: io.BufferedReader, place: Place, read_stream: ReadStream) -> Outcomes:
    """The members of a tar as they come; a damaged header costs its member."""
    try:
        archive = _Tar.open(
            fileobj=cast(BinaryIO, _EndOfTar(stream)),
            mode="r|",
            tarinfo=_NotingTarInfo,
            ignore_zeros=True,
        )
    except _OPEN_ERRORS as error:
        yield from place.drop(fault_of(stream) or Reason.CORRUPT, _one_line(error))
        return
    assert isinstance(archive, _Tar)
    yield from _read_tar_members(archive, stream, place, read_stream)


def _read_tar_members(
    archive: _Tar, stream: io.BufferedReader, place: Place, read_stream: ReadStream
) -> Outcomes:
    members = _Members(place)
    fault: Reason | None = None
    for info in _tar_infos(archive):
        has_row = archive.broken[:1] == [archive.offset]
        yield from _tar_hole(archive, place)
        if info is None:
            if not fault and not has_row:  # otherwise the row before says so
                rest = fault_of(stream) or Reason.TRUNCATED
                yield from place.drop(rest, "and what follows", suffix=f"#offset={archive.offset}")
            return
        if not info.isdir():
            member = members.place(info.name)
            fault = yield from _read_tar_member(archive, info, member, read_stream)
    yield from _tar_hole(archive, place)


def _tar_infos(archive: _Tar) -> Iterator[tarfile.TarInfo | None]:
    """The headers; a last None where the archive ends before its time."""
    try:
        while info := archive.next():
            vars(archive)["members"] = []  # tarfile keeps all it has seen
            yield info
    except _OPEN_ERRORS:
        yield None


def _tar_hole(archive: _Tar, place: Place) -> Outcomes:
    if archive.broken:
        offset = archive.broken[0]
        archive.broken.clear()
        yield from place.drop(Reason.CORRUPT, "damaged header", suffix=f"#offset={offset}")


def _read_tar_member(
    archive: _Tar, info: tarfile.TarInfo, place: Place, read_stream: ReadStream
) -> Generator[RawDocument | Dropped, None, Reason | None]:
    """The outcomes of one member; returns the fault that ended it."""
    refusal = _refusal(info.name)
    if not info.isreg() or info.issparse():
        refusal = refusal or Reason.NOT_A_FILE
    member = None if refusal else archive.extractfile(info)
    if member is None:
        yield from place.drop(refusal or Reason.NOT_A_FILE, size=info.size)
        return None
    content = _guarded(member, place, None)
    yield from read_stream(content, place)
    return fault_of(content)


def _guarded(member: Readable, place: Place, packed: int | None) -> io.BufferedReader:
    settings = place.settings
    return buffered(
        Guarded(member, settings, packed, limit=settings.member_bytes, spend=place.spend)
    )


def _refusal(name: str) -> Reason | None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    drive = len(name) > 1 and name[1] == ":"
    if drive or ".." in parts or (parts and parts[0] == "/"):
        return Reason.UNSAFE_PATH
    return Reason.HIDDEN_FILE if any(map(is_hidden, parts)) else None


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
