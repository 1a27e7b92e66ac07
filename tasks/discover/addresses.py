"""Addresses as lists write them, normalised so that they can be fetched."""

import re
from urllib.parse import quote

from tasks.web.urls import UNSAFE, absolute_url

# The common case; this match takes a twentieth of the time of joining.
READY = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?/[\w~.,;:!$'()*+&=@%/?-]*", re.ASCII)
_MOST_CHARACTERS = 8_000  # RFC 9110 asks servers to accept 8000; many refuse more


def page_address(written: object, base: str) -> str | None:
    """Return the http(s) address that a list names; None if it names none.

    White space and controls within it are percent-encoded, all else stays as written. The fragment
    is dropped, except for `#!`, which some sites used as a path.
    """
    if not isinstance(written, str) or len(written) > _MOST_CHARACTERS:
        return None
    written = written.strip()
    if READY.fullmatch(written):
        return written
    joined = absolute_url(written, base)
    if joined is None:
        return None
    page, _, fragment = joined.partition("#")
    address = f"{page}#{fragment}" if fragment.startswith("!") else page
    return UNSAFE.sub(lambda found: quote(found[0], errors="surrogatepass"), address)
