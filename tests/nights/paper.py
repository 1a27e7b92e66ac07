"""Papers on loopback whose responses a test can change between two nights."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

from tests.nights.night import Desk
from tests.pipeline.archives import page
from tests.sites.many import ManySites


@dataclass(frozen=True, slots=True)
class Reply:
    """A response that a paper gives."""

    body: str = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that a paper received."""

    url: str
    conditions: dict[str, str]
    key: str | None = None


@dataclass
class Papers:
    """Replies by address, and the requests so far; other addresses answer 404.

    Attributes:
        replies: the reply of each address; change it between two nights.
        requests: the requests so far, in order.
        hosts: "address:port" by host.
        tagged: addresses that answer 304 to a request with their ETag.
    """

    replies: dict[str, Reply] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    tagged: set[str] = field(default_factory=set)

    def feed(self, url: str, *links: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        items = "".join(f"<item><link>{escape(link)}</link></item>" for link in links)
        body = f"<rss version='2.0'><channel>{items}</channel></rss>"
        self.replies[url] = Reply(body, headers=headers, kind="application/xml")

    def story(self, url: str, number: int) -> None:
        self.replies[url] = Reply(page(number))

    def conditional(self, url: str, reply: Reply) -> None:
        """Serve a page that answers 304 to a request with its ETag."""
        self.replies[url] = reply
        self.tagged.add(url)

    def asked(self, url: str) -> list[Request]:
        return [request for request in self.requests if request.url == url]


@contextmanager
def published(folder: Path, names: Sequence[str] = ("paper",)) -> Iterator[tuple[Papers, Desk]]:
    """Serve papers NAME.example with a feed each; yield them and a newsroom that reads them."""
    papers = Papers()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(papers)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        site = ManySites(0, 0)  # not served: the newsroom only reads the hosts' addresses from it
        for name in names:
            site.hosts[f"{name}.example"] = f"127.0.0.1:{server.server_address[1]}"
        desk = Desk(folder, site)
        desk.listed.write_text("\n".join(map(entry, names)))
        papers.hosts = site.hosts
        yield papers, desk
        server.shutdown()


def entry(name: str) -> str:
    """Return the entry of a paper in the list of sources."""
    home = f"http://{name}.example/"
    return (
        f"[[source]]\nname = '{name}'\nhomepage = '{home}'\nfeeds = ['{home}feed.xml']\ndelay = 0\n"
    )


def _handler(papers: Papers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = f"http://{self.headers['Host'].partition(':')[0]}{self.path}"
            names = ("If-None-Match", "If-Modified-Since")
            sent = {name: self.headers[name] for name in names if name in self.headers}
            papers.requests.append(Request(url, sent, self.headers["X-Key"]))
            reply = papers.replies.get(url, Reply(status=404))
            if url in papers.tagged and sent.get("If-None-Match") == dict(reply.headers)["ETag"]:
                reply = Reply(status=304)
            body = reply.body.encode()
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    return Handler
