"""Recognises the formats of news agencies and corpora by the first element or by marks."""

import re

STORY, REUTERS, NEWS_XML = "CNN/DailyMail story", "Reuters-21578", "news XML"
_ROOT = re.compile(
    rb"<(?:\w{1,20}:)?(?:nitf|newsItem|newsMessage|NewsML|NewsItem|TEI|TEI\.2|teiCorpus)[\s>]"
)
_REUTERS = re.compile(rb"<REUTERS\s")
# Declarations, comments and processing instructions that are skipped before the first element.
_MOST_BEFORE = 50


def corpus_of(start: bytes, name: str) -> str | None:
    """Return the corpus format of a file: STORY, REUTERS or NEWS_XML; None for any other file.

    Args:
        start: first bytes of the file, without leading white space.
        name: name of the file in lower case.
    """
    if start.startswith(b"<"):
        root = _first_element(start)
        if _REUTERS.match(root):
            return REUTERS
        return NEWS_XML if _ROOT.match(root) else None
    return STORY if name.endswith(".story") and b"\n@highlight" in b"\n" + start else None


def _first_element(start: bytes) -> bytes:
    """Return the 100 bytes that begin with the first element; b"" if there is none.

    `bytes.find` takes linear time; a regular expression for nested alternatives may not.
    """
    at = 0
    for _ in range(_MOST_BEFORE):
        if start.startswith(b"<?", at):
            end = b"?>"
        elif start.startswith(b"<!--", at):
            end = b"-->"
        elif start[at : at + 9].upper() == b"<!DOCTYPE":
            closing, opening = start.find(b">", at), start.find(b"[", at)
            end = b"]>" if 0 <= opening < closing else b">"
        else:
            break
        closed = start.find(end, at)
        if closed < 0:
            return b""
        at = closed + len(end)
        at += len(start[at : at + 1_000]) - len(start[at : at + 1_000].lstrip())
    return start[at : at + 100]
