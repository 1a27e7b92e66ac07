"""Reads the members of zip and tar archives, without unpacking anything to disk."""

import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Container, Generator, Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Self, cast

from tasks.read.locators import is_hidden, quoted
from tasks.read.place import Place
from tasks.read.streams import Guarded, Readable, buffered, fault_of, random_access
from tasks.read.wacz import holds_records, is_wacz
from tasks.read.zips import open_zip
from tasks.reasons import Reason
from tasks.records import Dropped, RawDocument

_Outcomes = Iterator[RawDocument | Dropped]
# The type of `batch.read_stream`, which reads a member. It is a parameter, because `batch` imports
# this module.
ReadStream = Callable[[io.BufferedReader, Place], _Outcomes]

_ENCRYPTED = 0x1
_TAR_BLOCK = 512
_MOST_DEFLATED = 1_032  # bytes from one compressed byte, at the most
_ZIP_HEADER_BYTES = 30  # size of a local file header without the name
# Empty reads after which a tar is at its end. tarfile reads two or three times past the end of an
# undamaged one.
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
    """The places of the members of one archive, each with a unique locator."""

    def __init__(self, place: Place, names: Container[str] | None = None) -> None:
        """Begin with the names of all members, where they are known before they are read."""
        self._place = place
        self._names = names
        self._seen: dict[int, int] = {}  # hashes, not names: archives have millions of members

    def place(self, name: str) -> Place:
        """Return the place of the next member; a repeated name gets `!!2` and so on."""
        name = name.removeprefix("./")
        key = hash(name)
        again = self._seen.get(key, 0)
        self._seen[key] = again + 1
        locator = f"{self._place.locator}!{quoted(name)}" + (f"!!{again + 1}" if again else "")
        return self._place.member(locator, name, self._exists)

    def _exists(self, name: str) -> bool:
        """Return whether there is a member of this name, or was one so far."""
        return hash(name) in self._seen if self._names is None else name in self._names


def read_zip(stream: io.BufferedReader, place: Place, read_stream: ReadStream) -> _Outcomes:
    """Yield the outcomes of a zip's members, in the order of its central directory."""
    file = random_access(stream, place.settings)
    if file is None:
        yield from place.drop(Reason.TOO_LARGE, "a zip in an archive: unpack it first")
        return
    try:
        archive = open_zip(file)
    except _OPEN_ERRORS as error:
        yield from place.drop(fault_of(stream) or Reason.CORRUPT, _one_line(error))
        return
    members = _Members(place, archive.NameToInfo)
    overlapping = _overlapping(archive.infolist())
    wacz = is_wacz(archive, place.name)
    at = 0
    for info in archive.infolist():
        room = _most_outcomes(info)
        place.tally.enter_member(place.locator, at, room)
        at += room
        member = members.place(info.filename)
        if info.filename.endswith("/"):  # is_dir() fails on an empty name
            continue
        if id(info) in overlapping:
            yield from member.drop(Reason.BOMB, "overlaps another member", size=info.file_size)
        elif wacz and not holds_records(info.filename):
            detail = "an index, list of pages or log of a WACZ"
            yield from member.drop(Reason.COMPANION, detail, size=info.file_size)
        else:
            yield from _read_zip_member(archive, info, member, read_stream)


def _overlapping(infos: list[zipfile.ZipInfo]) -> set[int]:
    """Return the ids of the `ZipInfo` objects whose bytes overlap those of another member.

    An archive of 1 MB with overlapping members can unpack to petabytes without a suspicious ratio
    in any of them (Fifield, A better zip bomb, 2019). The last member that claims the bytes is
    read, the others are not.
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


def _most_outcomes(info: zipfile.ZipInfo) -> int:
    """Return how many outcomes a member may give: one per byte, whatever size it claims to have."""
    return 2 + min(info.file_size, info.compress_size * _MOST_DEFLATED)


def _read_zip_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Place, read_stream: ReadStream
) -> _Outcomes:
    refusal = _refusal(info.filename) or _zip_refusal(info)
    if refusal is None and place.count_bytes(0):
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
    """A tar archive that records the offsets of damaged headers.

    tarfile takes a damaged header for the end of the archive, or skips it silently.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.broken: list[int] = []
        super().__init__(*arguments, **options)


class _RecordingTarInfo(tarfile.TarInfo):
    """A tar header that adds its offset to `_Tar.broken` if it is damaged."""

    @classmethod
    def fromtarfile(cls, archive: Any) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            # Other subclasses of HeaderError mark the regular end of an archive.
            if type(error).__name__ in ("InvalidHeaderError", "TruncatedHeaderError"):
                archive.broken.append(archive.offset)
            raise


class _EndOfTar:
    """The bytes of a tar; raises EOFError if tarfile keeps reading after the end.

    A header may declare a member of 100 terabytes. tarfile skips a member by reading 10 kB at a
    time, and does not stop when nothing comes any more.
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


def read_tar(stream: io.BufferedReader, place: Place, read_stream: ReadStream) -> _Outcomes:
    """Yield the outcomes of a tar's members in order; a damaged header costs only its member."""
    try:
        archive = _Tar.open(
            fileobj=cast(BinaryIO, _EndOfTar(stream)),
            mode="r|",
            tarinfo=_RecordingTarInfo,
            ignore_zeros=True,
        )
    except _OPEN_ERRORS as error:
        yield from place.drop(fault_of(stream) or Reason.CORRUPT, _one_line(error))
        return
    assert isinstance(archive, _Tar)
    yield from _read_tar_members(archive, stream, place, read_stream)


def _read_tar_members(
    archive: _Tar, stream: io.BufferedReader, place: Place, read_stream: ReadStream
) -> _Outcomes:
    """Yield the outcomes of the members, and one row for each region that cannot be read."""
    members = _Members(place)
    fault: Reason | None = None
    for info in _tar_infos(archive):
        # If the archive ends within a damaged header, its row also stands for the end.
        has_row = archive.broken[:1] == [archive.offset]
        yield from _damaged_header_row(archive, place)
        if info is None:
            place.tally.enter_member(place.locator, archive.offset, _TAR_BLOCK)
            if not fault and not has_row:  # otherwise the previous row reports the same damage
                rest = fault_of(stream) or Reason.TRUNCATED
                yield from place.drop(rest, "and what follows", suffix=f"#offset={archive.offset}")
            return
        if not info.isdir():
            member = members.place(info.name)
            room = info.offset_data - info.offset + max(info.size, 0)
            place.tally.enter_member(place.locator, info.offset, room)
            fault = yield from _read_tar_member(archive, info, member, read_stream)
    yield from _damaged_header_row(archive, place)


def _tar_infos(archive: _Tar) -> Iterator[tarfile.TarInfo | None]:
    """Yield the headers; a final None if the archive ends early."""
    try:
        while info := archive.next():
            vars(archive)["members"] = []  # tarfile keeps every header, millions in a large archive
            yield info
    except _OPEN_ERRORS:
        yield None


def _damaged_header_row(archive: _Tar, place: Place) -> _Outcomes:
    """Yield a row for the first damaged header since the last call, if there was one."""
    if archive.broken:
        offset = archive.broken[0]
        archive.broken.clear()
        place.tally.enter_member(place.locator, offset, _TAR_BLOCK)
        yield from place.drop(Reason.CORRUPT, "damaged header", suffix=f"#offset={offset}")


def _read_tar_member(
    archive: _Tar, info: tarfile.TarInfo, place: Place, read_stream: ReadStream
) -> Generator[RawDocument | Dropped, None, Reason | None]:
    """Yield the outcomes of one member; return the fault that ended it."""
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
        Guarded(
            member, settings, packed, limit=settings.member_bytes, count_bytes=place.count_bytes
        )
    )


def _refusal(name: str) -> Reason | None:
    """Return why a member of this name is not read; None if nothing is wrong with the name."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    drive = len(name) > 1 and name[1] == ":"
    if drive or ".." in parts or (parts and parts[0] == "/"):
        return Reason.UNSAFE_PATH
    return Reason.HIDDEN_FILE if any(map(is_hidden, parts)) else None


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
