"""Sources that take some seconds to fetch, so that a night can be killed in the middle."""

from pathlib import Path
from typing import Any

from tests.nights.night import Desk
from tests.service.harness import Service, until
from tests.sites.many import ManySites

ARTICLES = 24
DELAY = 0.35


class SlowDesk(Desk):
    """A newsroom in which each source takes about eight seconds."""

    def __init__(self, folder: Path, site: ManySites, *, delay: float = DELAY) -> None:
        super().__init__(folder, site, delay=delay)
        self.settings["prefect"] = {"stop_seconds": 20}

    def start_night(self, service: Service, source: int, night: int = 0, **parameters: Any) -> str:
        """Start a night of one source and wait until its pages are being fetched."""
        flow_run = service.start_run(
            "nightly",
            sources=[name(source)],
            night=f"2025-04-{night + 1:02}",
            config=str(self.config),
            **parameters,
        )
        service.wait_for(flow_run, "RUNNING")
        assert until(lambda: self.asked(source) >= 4, 60), "no page was requested"
        return flow_run

    def asked(self, source: int) -> int:
        """Return how many pages of a source were requested."""
        return sum(seen.host == host(source) for seen in self.site.requests)

    def assert_loaded_once(self, *sources: int) -> None:
        """Check that every page of these sources is one article of one version, with its text."""
        hosts = tuple(host(source) for source in sources)
        expected = {u: text for u, text in self.site.expected().items() if hosted(u) in hosts}
        found = {url: text for url, text in self.texts().items() if hosted(url) in hosts}
        assert found == expected
        twice = self.ask("select url from article_versions group by url having count(*) > 1")
        assert twice == []
        loaded = self.ask(
            "select url from documents where outcome = 'loaded' group by url having count(*) > 1"
        )
        assert loaded == []


def name(source: int) -> str:
    return f"press-{source:02}"


def host(source: int) -> str:
    return f"{name(source)}.example"


def hosted(url: str) -> str:
    return url.split("/")[2]
