"""Gives saved pages and captures their own address and time, and takes off what was added."""

from dataclasses import replace

from tasks.read.place import dropped
from tasks.read.saved.captures import (
    archived_address,
    capture_in,
    is_short_address,
    without_additions,
)
from tasks.read.saved.comments import is_local_index, saved_from
from tasks.reasons import Reason
from tasks.records import ARCHIVE_ADDRESS, Dropped, RawDocument


def as_published(document: RawDocument) -> RawDocument | Dropped:
    """Return a document as its publisher had it, where it says that something else saved it.

    A page that nothing was added to is returned as it is. The index of a mirror is no document.
    """
    if document.media == "html" and document.url is None:
        url, when = saved_from(document.body)
        if url:
            document = replace(document, url=url, fetched_at=document.fetched_at or when)
        elif is_local_index(document.body):
            detail = "HTTrack's index of a mirror"
            return dropped(document.locator, document.position, Reason.COMPANION, detail)
    return _as_captured(document)


def _as_captured(document: RawDocument) -> RawDocument:
    """Return a capture with its own address, the archive's time, and without its additions."""
    short = document.url if is_short_address(document.url) else None
    if short:
        document = _without_address(document, short)
    addressed = archived_address(document.url)
    if document.media != "html":
        if addressed is None:
            return document
        when = addressed.captured_at or document.fetched_at
        return replace(document, url=addressed.url, fetched_at=when)
    shown = capture_in(document.body)
    capture = addressed or shown
    if capture is None:
        return document
    when = capture.captured_at or (shown.captured_at if shown else None)
    return replace(
        document,
        url=capture.url if addressed or not document.url else document.url,
        fetched_at=when or document.fetched_at,
        body=without_additions(document.body, capture.prefix),
    )


def _without_address(document: RawDocument, short: str) -> RawDocument:
    """Return a document without an address that is the archive's; it is kept in `extra`."""
    extra = {**document.declared.extra, ARCHIVE_ADDRESS: short}
    return replace(document, url=None, declared=replace(document.declared, extra=extra))
