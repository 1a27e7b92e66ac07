"""Subscription lists, in which a broken outline costs its own entry only."""

import pytest

from config.errors import UsageError
from tasks.discover.opml import read_opml

GOOD = '<outline title="Courier" xmlUrl="https://courier.example/feed"/>'


@pytest.mark.parametrize(
    "broken",
    [
        '<outline xmlUrl="http://[::1/feed"/>',
        '<outline xmlUrl="https://herald.example/feed" htmlUrl="http://[::1"/>',
        '<outline title="&#xD800;" xmlUrl="https://her&#xDFFF;ald.example/feed"/>',
        '<outline a&#55296;="x" &b="/>',
    ],
)
def test_a_broken_outline_hides_no_other(broken: str) -> None:
    found = read_opml(f"<opml><body>{GOOD}{broken}</body></opml>".encode(), "x.opml")
    assert found[0].feeds == ("https://courier.example/feed",)


@pytest.mark.parametrize("content", [b"", b"\0", b"<", b"&#xD800;", b"\xed\xa0\x80", b"<opml/>"])
def test_a_file_without_feeds_is_refused_with_a_message(content: bytes) -> None:
    with pytest.raises(UsageError, match="holds no feeds"):
        read_opml(content, "x.opml")
