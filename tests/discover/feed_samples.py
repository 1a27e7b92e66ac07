"""Feeds for the tests, and short ways to read them."""

from tasks.discover.feeds import read_feed
from tasks.discover.model import Listing
from tasks.web.exchange import Headers

URL = "https://courier.example/news/feed.xml"
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Skerrow Gazette</title>
<entry><title type="html">Ferry &amp;amp; &lt;i&gt;pier&lt;/i&gt; closed</title>
<link href="/a"/><id>tag:gazette.example,2024:1</id><published>2024-03-01T09:00:00Z</published>
<updated>2024-03-02T09:00:00Z</updated><author><name>Ada Moor</name></author></entry>
<entry><title>Two</title><link rel="alternate" href="https://gazette.example/b"/>
<updated>2024-03-03T09:00:00Z</updated></entry></feed>"""


def rss(*items: str, head: str = '<?xml version="1.0"?>', root: str = "") -> bytes:
    """Return an RSS feed of these items."""
    joined = "".join(f"<item>{item}</item>" for item in items)
    channel = f"<channel><title>Courier</title>{joined}</channel>"
    return f'{head}<rss version="2.0"{root}>{channel}</rss>'.encode()


def read(content: bytes | str, headers: Headers = ()) -> Listing:
    """Read a feed as if it came from URL."""
    return read_feed(content.encode() if isinstance(content, str) else content, URL, headers)


def urls(listing: Listing) -> list[str]:
    """Return the addresses of a listing's entries."""
    return [entry.url for entry in listing.entries]
